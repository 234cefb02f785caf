"""Sentences on groups compared: analysis of variance, Kruskal–Wallis, t test, Mann–Whitney."""

from __future__ import annotations

from openhall.errors import N_
from openhall.report import strength
from openhall.report.document import Block
from openhall.report.means import DIFFERENCES
from openhall.report.numerals import Format, decimals, interval, p_equals, unit
from openhall.report.workbench.writer import Writer, number, pair

RANKS = (
    N_(
        "The groups of {background} rank differently, but hardly enough to matter. Highest mean rank: {high};"
        " lowest: {low}."
    ),
    N_("The groups of {background} rank a little differently. Highest mean rank: {high}; lowest: {low}."),
    N_("The groups of {background} rank clearly differently. Highest mean rank: {high}; lowest: {low}."),
    N_("The groups of {background} rank very differently. Highest mean rank: {high}; lowest: {low}."),
)


def oneway(one: Writer) -> list[Block]:
    figures, (factor, dependent) = one.figures, one.roles()
    welch = figures["recommended"] == "welch"
    test = figures["welch" if welch else "anova"]
    p = number(test, "p")
    if p != p:
        return []
    template = (
        N_(
            "{dependent} by {factor}: Welch's F({df1}, {df2}) = {value}, {p}, η² = {eta2}, 95% CI {interval},"
            " ω² = {omega2}, N = {n}."
        )
        if welch
        else N_(
            "{dependent} by {factor}: F({df1}, {df2}) = {value}, {p}, η² = {eta2}, 95% CI {interval},"
            " ω² = {omega2}, N = {n}."
        )
    )
    journal = one.pen.apa(
        template,
        dependent=one.name(dependent, head=True),
        factor=one.name(factor),
        df1=decimals(number(test, "df1"), 0),
        df2=decimals(number(test, "df2"), 1 if welch else 0),
        value=decimals(number(test, "value"), 2),
        p=p_equals(p),
        eta2=unit(number(figures, "eta2")),
        interval=interval(pair(figures, "eta2_interval"), Format.UNIT_INTERVAL),
        omega2=unit(number(figures, "omega2")),
        n=one.n,
    )
    return [_differ(one, p, strength.of_share(number(figures, "omega2")), "groups", "mean"), journal]


def kruskal(one: Writer) -> list[Block]:
    factor, dependent = one.roles()
    chi2, epsilon2 = one.figures["chi2"], number(one.figures, "epsilon2")
    p = number(chi2, "p")
    if p != p:
        return []
    journal = one.pen.apa(
        N_("{dependent} by {factor}: H({df}, N = {n}) = {value}, {p}, ε² = {epsilon2}."),
        dependent=one.name(dependent, head=True),
        factor=one.name(factor),
        df=chi2["df"],
        n=one.n,
        value=decimals(number(chi2, "value"), 2),
        p=p_equals(p),
        epsilon2=unit(epsilon2),
    )
    return [_differ(one, p, strength.of_share(epsilon2), "groups", "mean_rank"), journal]


def ttest(one: Writer) -> list[Block]:
    factor, dependent = one.roles()
    figures = one.figures
    test = figures["welch" if figures["recommended"] == "welch" else "pooled"]
    p = number(test, "p")
    if p != p:
        return []
    d = number(figures, "cohens_d", "value")
    journal = one.pen.apa(
        N_(
            "{dependent} by {factor}: t({df}) = {t}, {p}, difference {difference}, 95% CI {interval}, d = {d}, N = {n}."
        ),
        dependent=one.name(dependent, head=True),
        factor=one.name(factor),
        df=decimals(number(test, "df"), 1),
        t=decimals(number(test, "t"), 2),
        p=p_equals(p),
        difference=decimals(number(test, "difference"), 2),
        interval=interval(pair(test, "interval")),
        d=decimals(d, 2),
        n=one.n,
    )
    return [_differ(one, p, _of_d(d), "groups", "mean"), journal]


def mannwhitney(one: Writer) -> list[Block]:
    factor, dependent = one.roles()
    p, r = number(one.figures, "p"), number(one.figures, "rank_biserial")
    if p != p:
        return []
    journal = one.pen.apa(
        N_("{dependent} by {factor}: U = {u}, z = {z}, {p}, rank-biserial r = {r}, N = {n}."),
        dependent=one.name(dependent, head=True),
        factor=one.name(factor),
        u=decimals(number(one.figures, "u"), 1),
        z=decimals(number(one.figures, "z"), 2),
        p=p_equals(p),
        r=unit(r),
        n=one.n,
    )
    return [_differ(one, p, strength.of_w(abs(r)), "groups", "mean_rank"), journal]


def _differ(one: Writer, p: float, size: int, groups: str, figure: str) -> Block:
    """Whether the groups differ, how much, and which is highest and lowest."""
    factor, _ = one.roles()
    if not p < 0.05:
        return one.pen.plain(
            N_("The means differ by {background} no more than chance alone can explain.")
            if figure == "mean"
            else N_("The ranks differ by {background} no more than chance alone can explain."),
            background=one.name(factor),
        )
    known = sorted((g for g in one.figures[groups] if g["n"]), key=lambda group: group[figure])
    high, low = (
        one.pen(
            N_("{group} ({mean})"),
            group=one.level(factor, group["code"]),
            mean=decimals(group[figure], 2 if figure == "mean" else 1),
        )
        for group in (known[-1], known[0])
    )
    template = DIFFERENCES[size] if figure == "mean" else RANKS[size]
    return one.pen.plain(template, background=one.name(factor), high=high, low=low)


def _of_d(d: float) -> int:
    """Cohen's limits for a difference of means: .2, .5, .8."""
    return sum(abs(d) >= limit for limit in (0.2, 0.5, 0.8))

"""Sentences on two answers of the same people: cross table, correlation, paired tests, regression."""

from __future__ import annotations

from openhall.errors import N_
from openhall.report import strength
from openhall.report.document import Block
from openhall.report.numerals import Format, decimals, interval, p_equals, percent, unit
from openhall.report.workbench.writer import Writer, number, pair

LINKS = (
    N_("{rows} and {columns} are linked, but so little that it hardly matters."),
    N_("{rows} and {columns} are linked a little."),
    N_("{rows} and {columns} are linked clearly."),
    N_("{rows} and {columns} are linked strongly."),
)


NO_LINK = N_(
    "The data do not show a link between {rows} and {columns}. That is no proof that there is none: a small one"
    " could be hidden by chance."
)


RISES = (
    N_("Higher values of {rows} hardly go with higher values of {columns}: the link is too weak to matter."),
    N_("Higher values of {rows} go a little with higher values of {columns}."),
    N_("Higher values of {rows} clearly go with higher values of {columns}."),
    N_("Higher values of {rows} strongly go with higher values of {columns}."),
)


FALLS = (
    N_("Higher values of {rows} hardly go with lower values of {columns}: the link is too weak to matter."),
    N_("Higher values of {rows} go a little with lower values of {columns}."),
    N_("Higher values of {rows} clearly go with lower values of {columns}."),
    N_("Higher values of {rows} strongly go with lower values of {columns}."),
)


COEFFICIENTS = {"pearson": "r", "spearman": "ρ", "kendall_tau_b": "τb"}


def crosstab(one: Writer) -> list[Block]:
    figures, p = one.figures, number(one.figures, "p")
    if p != p:
        return []
    if not p < 0.05:
        return [one.pen.plain(NO_LINK, rows=one.name(one.rows), columns=one.name(one.columns)), _chi2(one)]
    rows, columns = (sum(total > 0 for total in figures[key]) for key in ("row_totals", "column_totals"))
    link = one.pen.plain(LINKS[strength.of_v(number(figures, "cramers_v"), rows, columns)], **one.two())
    return [link, *_striking(one), _chi2(one)]


def _striking(one: Writer) -> list[Block]:
    """The cell furthest above what was expected, where chance does not explain it."""
    figures, columns = one.figures, one.columns
    assert columns is not None
    cells = [
        (number(figures, "adjusted_residual", i, j), i, j)
        for i in range(len(figures["row_levels"]))
        for j in range(len(figures["column_levels"]))
        if number(figures, "residual_p", i, j) < 0.05
    ]
    if not cells or max(cells)[0] <= 0:
        return []
    _, i, j = max(cells)
    everywhere = 100 * number(figures, "column_totals", j) / number(figures, "n")
    return [
        one.pen.plain(
            N_("Most striking: {group} – {answer}, {share} there and {all} over all."),
            group=one.level(one.rows, figures["row_levels"][i]),
            answer=one.level(columns, figures["column_levels"][j]),
            share=percent(number(figures, "row_percent", i, j)),
            all=percent(everywhere),
        )
    ]


def _chi2(one: Writer) -> Block:
    figures, chi2 = one.figures, one.figures["chi2"]
    values = {
        **one.two(),
        "df": chi2["df"],
        "n": one.n,
        "value": decimals(number(chi2, "value"), 3),
        "p": p_equals(number(chi2, "p")),
        "v": unit(number(figures, "cramers_v")),
        "interval": interval(pair(figures, "cramers_v_interval"), Format.UNIT_INTERVAL),
    }
    drawn = figures["monte_carlo"]
    text = (
        one.pen(
            N_("{rows} by {columns}: χ²({df}, N = {n}) = {value}, {p}, Cramér's V = {v}, 95% CI {interval}."),
            **values,
        )
        if drawn is None
        else one.pen(
            N_(
                "{rows} by {columns}: χ²({df}, N = {n}) = {value}, {p}, Monte-Carlo {drawn}, Cramér's V = {v},"
                " 95% CI {interval}."
            ),
            drawn=p_equals(number(drawn, "p")),
            **values,
        )
    )
    if figures["gamma"] is None:
        return one.pen.apa(N_("{sentence}"), sentence=text)
    return one.pen.apa(
        N_("{sentence} Gamma = {gamma}, {gamma_p}; τb = {tau}, {tau_p}."),
        sentence=text,
        gamma=unit(number(figures, "gamma", "value")),
        gamma_p=p_equals(number(figures, "gamma", "p")),
        tau=unit(number(figures, "tau_b", "value")),
        tau_p=p_equals(number(figures, "tau_b", "p")),
    )


def correlated(one: Writer) -> list[Block]:
    found = one.figures["pairs"][0]
    p, r = number(found, "p"), number(found, "r")
    if p != p:
        return []
    template = (RISES if r > 0 else FALLS)[strength.of_w(abs(r))] if p < 0.05 else NO_LINK
    df = number(found, "df")
    journal = one.pen.apa(
        N_("{rows} and {columns}: {coefficient} = {r}, 95% CI {interval}, {p}, N = {n}."),
        **one.two(),
        coefficient=COEFFICIENTS[one.figures["method"]] + ("" if df != df else f"({decimals(df, 0)})"),
        r=unit(r),
        interval=interval(pair(found, "interval"), Format.UNIT_INTERVAL),
        p=p_equals(p),
        n=decimals(number(found, "n"), 0),
    )
    plain = one.pen.plain(template, rows=one.name(one.rows), columns=one.name(one.columns))
    return [plain, journal]


def paired(one: Writer) -> list[Block]:
    figures, test = one.figures, one.figures["test"]
    p = number(test, "p")
    if p != p:
        return []
    first, second = number(figures, "first", "mean"), number(figures, "second", "mean")
    template = N_(
        "{rows} ({first}) and {columns} ({second}) are rated alike: the same people's answers differ no"
        " more than chance alone can explain."
    )
    if p < 0.05:
        template = (
            N_("The same people rate {rows} ({first}) higher than {columns} ({second}).")
            if first > second
            else N_("The same people rate {rows} ({first}) lower than {columns} ({second}).")
        )
    plain = one.pen.plain(
        template,
        rows=one.name(one.rows, head=not p < 0.05),
        columns=one.name(one.columns),
        first=decimals(first, 2),
        second=decimals(second, 2),
    )
    journal = one.pen.apa(
        N_(
            "{rows} less {columns}: t({df}) = {t}, {p}, difference {difference}, 95% CI {interval}, d = {d}, N = {n}."
        ),
        **one.two(),
        df=decimals(number(test, "df"), 0),
        t=decimals(number(test, "t"), 2),
        p=p_equals(p),
        difference=decimals(number(test, "difference"), 2),
        interval=interval(pair(test, "interval")),
        d=decimals(number(figures, "cohens_d", "value"), 2),
        n=one.n,
    )
    return [plain, journal]


def wilcoxon(one: Writer) -> list[Block]:
    figures = one.figures
    p, r = number(figures, "p"), number(figures, "rank_biserial")
    if p != p:
        return []
    values = {
        "lower": decimals(number(figures, "negative", "n"), 0),
        "ties": decimals(number(figures, "ties"), 0),
    }
    template = N_(
        "Of {n}, {higher} answered higher on {columns} than on {rows}, {lower} lower, {ties} alike;"
        " that is no more than chance alone can explain."
    )
    if p < 0.05:
        template = N_(
            "Of {n}, {higher} answered higher on {columns} than on {rows}, {lower} lower, {ties} alike."
        )
    plain = one.pen.plain(
        template,
        n=one.n,
        higher=decimals(number(figures, "positive", "n"), 0),
        rows=one.name(one.rows),
        columns=one.name(one.columns),
        **values,
    )
    journal = one.pen.apa(
        N_("{columns} against {rows}: Wilcoxon z = {z}, {p}, rank-biserial r = {r}, N = {n}."),
        columns=one.name(one.columns, head=True),
        rows=one.name(one.rows),
        z=decimals(number(figures, "z"), 2),
        p=p_equals(p),
        r=unit(r),
        n=one.n,
    )
    return [plain, journal]


def regression(one: Writer) -> list[Block]:
    test = one.figures["anova"]
    p = number(test, "p")
    slope = next((c for c in one.figures["coefficients"] if c["key"] == one.rows.key), None)
    if p != p or slope is None:
        return []
    template = N_(
        "One step more of {rows} goes with {b} of {columns}; it explains {share} of the differences."
    )
    plain = one.pen.plain(
        template if p < 0.05 else NO_LINK,
        rows=one.name(one.rows),
        columns=one.name(one.columns),
        b=f"{'+' if number(slope, 'b') > 0 else ''}{decimals(number(slope, 'b'), 2)}",
        share=percent(100 * number(one.figures, "r2")),
    )
    journal = one.pen.apa(
        N_(
            "{columns} from {rows}: B = {b}, 95% CI {interval}, β = {beta}, R² = {r2}, F({df1}, {df2}) = {f},"
            " {p}, N = {n}."
        ),
        columns=one.name(one.columns, head=True),
        rows=one.name(one.rows),
        b=decimals(number(slope, "b"), 3),
        interval=interval(pair(slope, "interval")),
        beta=decimals(number(slope, "beta"), 3),
        r2=unit(number(one.figures, "r2")),
        df1=decimals(number(test, "df1"), 0),
        df2=decimals(number(test, "df2"), 0),
        f=decimals(number(test, "value"), 2),
        p=p_equals(p),
        n=one.n,
    )
    return [plain, journal]

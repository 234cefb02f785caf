"""What the figures of the workbench say: one sentence without a technical term, one as a journal prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from openhall.errors import N_
from openhall.report import strength
from openhall.report.document import Block
from openhall.report.numerals import Format, decimals, interval, p_equals, percent, unit
from openhall.report.pen import Pen
from openhall.report.procedures.data import Data
from openhall.report.reliability import VERDICTS
from openhall.report.workbench import groups, links
from openhall.report.workbench.cells import said
from openhall.report.workbench.variables import Variable
from openhall.report.workbench.writer import Figures, Writer, number, pair
from openhall.stats.reliability import Band


def sentences(
    how: str, figures: Figures, rows: Variable, columns: Variable | None, data: Data, pen: Pen
) -> list[Block]:
    """The sentences of a procedure: the plain one first, the journal's after it."""
    writer = Writer(figures, rows, columns, data, pen)
    return list(WRITERS[how](writer))


def _frequencies(one: Writer) -> list[Block]:
    table = one.figures["variables"][0]
    levels = [level for level in table["levels"] if level["n"]]
    if not levels:
        return []
    ordered = sorted(levels, key=lambda level: -level["n"])
    shares = [
        one.pen(
            N_("{answer} {share}"),
            answer=one.level(one.rows, level["code"]),
            share=percent(level["valid_percent"]),
        )
        for level in ordered
    ]
    most = one.pen.plain(
        N_("Most often: {answer} ({share} of {n})."),
        answer=one.level(one.rows, ordered[0]["code"]),
        share=percent(ordered[0]["valid_percent"]),
        n=decimals(table["n"], 0),
    )
    journal = one.pen.apa(
        N_("{shares}; N = {n}."),
        shares=one.pen(N_(", ")).join(shares[:6]) + ("…" if len(shares) > 6 else ""),
        n=decimals(table["n"], 0),
    )
    return [most, journal]


def fit(figures: Figures, pen: Pen) -> list[Block]:
    """Whether the counts follow the known shares."""
    p, chi2 = number(figures, "p"), figures["chi2"]
    if p != p:
        return []
    w = number(figures, "w")
    template = N_("The shares are those of the population, as far as chance lets one see.")
    if p < 0.05:
        template = (
            N_("The shares differ from those of the population, but hardly enough to matter."),
            N_("The shares differ a little from those of the population."),
            N_("The shares differ clearly from those of the population."),
            N_("The shares differ strongly from those of the population."),
        )[strength.of_w(w)]
    journal = pen.apa(
        N_("Against the known shares: χ²({df}, N = {n}) = {value}, {p}, w = {w}, 95% CI {interval}."),
        df=chi2["df"],
        n=decimals(number(figures, "n"), 0),
        value=decimals(number(chi2, "value"), 3),
        p=p_equals(p),
        w=unit(w),
        interval=interval(pair(figures, "w_interval"), Format.UNIT_INTERVAL),
    )
    return [pen.plain(template), journal]


def _descriptives(one: Writer) -> list[Block]:
    found = one.figures["variables"][0]
    values = {
        "variable": one.name(one.rows, head=True),
        "mean": decimals(number(found, "mean"), 2),
        "interval": interval(pair(found, "interval")),
    }
    plain = one.pen.plain(
        N_("On average {mean}; the middle half lies from {q1} to {q3}."),
        mean=values["mean"],
        q1=decimals(number(found, "q1"), 2),
        q3=decimals(number(found, "q3"), 2),
    )
    journal = one.pen.apa(
        N_("{variable}: M = {mean}, SD = {sd}, 95% CI {interval}, median {median}, N = {n}."),
        sd=decimals(number(found, "sd"), 2),
        median=decimals(number(found, "median"), 2),
        n=decimals(number(found, "n"), 0),
        **values,
    )
    return [plain, journal]


def _reliability(one: Writer) -> list[Block]:
    figures, name = one.figures, said(one.rows.label, one.pen)
    if figures["band"] is None:
        return []
    journal = one.pen.apa(
        N_("{dimension}: {items} items, N = {n}, α = {alpha}, 95% CI {interval}."),
        dimension=name,
        items=len(figures["items"]),
        n=one.n,
        alpha=unit(number(figures, "alpha")),
        interval=interval(pair(figures, "interval"), Format.UNIT_INTERVAL),
    )
    return [one.pen.plain(VERDICTS[Band(figures["band"])], dimension=name), journal]


WRITERS: Mapping[str, Callable[[Writer], Sequence[Block]]] = {
    "frequencies": _frequencies,
    "descriptives": _descriptives,
    "reliability": _reliability,
    "oneway": groups.oneway,
    "crosstab": links.crosstab,
    "kruskal": groups.kruskal,
    "ttest": groups.ttest,
    "mannwhitney": groups.mannwhitney,
    "pearson": links.correlated,
    "spearman": links.correlated,
    "kendall": links.correlated,
    "paired": links.paired,
    "wilcoxon": links.wilcoxon,
    "regression": links.regression,
}

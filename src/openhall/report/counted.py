"""How often each answer was given, as a figure with its table: bars of section 4.2."""

from __future__ import annotations

from openhall.errors import N_
from openhall.report import charts
from openhall.report.document import Column, Figure, Row, Table
from openhall.report.material import pair
from openhall.report.numerals import Format, percent
from openhall.report.pen import Pen
from openhall.stats.frequencies import Frequencies
from openhall.stats.study import Factor


def counted(found: Frequencies, factor: Factor, key: str, pen: Pen, *, several: bool = False) -> Figure:
    """The counts of one question as bars and as a table; `several`: of a multiple choice."""
    labels = [pen.level(factor, level.code) for level in found.levels]
    known: list[float | None] = [100 * share for share in factor.population] or [None] * len(labels)
    bars = [
        charts.Share(
            label=label,
            n=level.n,
            share=level.valid_percent,
            shown=pen(N_("{n} ({share})"), n=f"{level.n:,}", share=percent(level.valid_percent)),
            population=share,
        )
        for label, level, share in zip(labels, found.levels, known, strict=True)
    ]
    caption = pen(
        N_("Respondents by {background} (N = {n})"), background=pen.background(factor), n=found.valid
    )
    return Figure(
        key=key,
        caption=caption,
        spec=charts.shares(bars),
        # Translators: text alternative of a chart; {figures} is "Male 160 (53.3%), Female 140 (46.7%)"
        alt=pen(
            N_("Bar chart: {figures}."),
            figures=pen(N_(", ")).join(f"{bar.label} {bar.shown}" for bar in bars),
        ),
        table=_table(found, factor, labels, f"data-of-{key}", pen, several=several),
    )


def _table(
    found: Frequencies, factor: Factor, labels: list[str], key: str, pen: Pen, *, several: bool
) -> Table:
    columns = [
        Column("answer", pen.title(factor)),
        Column("n", pen(N_("n")), Format.INT),
        Column("percent", pen(N_("%")), Format.PERCENT1),
        Column("interval", pen(N_("95% CI")), Format.PERCENT_INTERVAL),
    ]
    if factor.ordered:
        columns.append(Column("cumulative", pen(N_("Cumulative %")), Format.PERCENT1))
    if factor.population:
        columns.append(Column("population", pen(N_("Population %")), Format.PERCENT1))
    rows = []
    for place, level in enumerate(found.levels):
        more = [level.cumulative_percent] if factor.ordered else []
        more += [100 * factor.population[place]] if factor.population else []
        rows.append(Row((labels[place], level.n, level.valid_percent, pair(level.interval), *more)))
    if not several:
        rows.append(Row((pen(N_("Total")), found.valid, 100.0, *[None] * (len(columns) - 3)), total=True))
    notes = []
    if factor.population:
        notes.append(pen(N_("The black marks in the chart are the known shares in the population.")))
    if several:
        notes.append(
            pen(
                N_(
                    "Several answers were possible: shares are of the {n} sheets with an answer and may add"
                    " to more than 100%."
                ),
                n=found.valid,
            )
        )
    return Table(
        key=key,
        caption=pen(N_("Respondents by {background}"), background=pen.background(factor)),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(notes),
    )

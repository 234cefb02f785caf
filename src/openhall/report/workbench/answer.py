"""One answer of the workbench: what was asked, computed, said, drawn and warned of.

The data come as a `Counted`, so it costs the same for three hundred answers or ten million. Every figure is that of
`openhall stat` on the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openhall.errors import N_, BadInput
from openhall.language import translator
from openhall.report.document import Block, Manner, Paragraph, Report, Section, Table, legible
from openhall.report.pen import Pen
from openhall.report.workbench import charts
from openhall.report.workbench.asked import Wanted, roles
from openhall.report.workbench.cautions import noted
from openhall.report.workbench.cells import called, said
from openhall.report.workbench.running import asks, known, run
from openhall.report.workbench.tables import column_shares, shown, tables_of
from openhall.report.workbench.variables import Variable
from openhall.report.workbench.words import fit, sentences
from openhall.stats.counted import Counted

# Tables that stand open; the others fold away.
OPEN = {
    "frequencies": (),
    "reliability": ("coefficients", "means"),
    "oneway": ("groups", "comparisons"),
    "crosstab": ("counts",),
}


MOST_OPEN = 60  # rows of a table that stands open


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One answer of the workbench: `blocks` to read first, `more` tables behind them, `figures` for programs.

    `n` cases fit the conditions. `problems` say why nothing could be computed.
    """

    title: str
    n: int
    blocks: tuple[Block, ...] = ()
    more: tuple[Block, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def section(self, key: str, blocks: Sequence[Block], lang: str) -> Report:
        """Some of its blocks as a document without a heading, for a renderer."""
        document = Report(
            title=self.title, subtitle="", lang=lang, sections=(Section(key, "", "", tuple(blocks)),)
        )
        return legible(document)  # type: ignore[no-any-return]

    def tables(self) -> Iterator[Table]:
        for block in (*self.blocks, *self.more):
            if isinstance(block, Table):
                yield block


def worked(counted: Counted, wanted: Wanted, pen: Pen) -> Bench:
    """What was asked for, from the tables of the cases that fit."""
    rows, columns = wanted.rows, wanted.columns
    assert rows is not None
    if columns is not None:
        rows, columns = roles(rows, columns)
    title = titled(rows, columns, wanted.how, pen)
    counted.prepare([(), *asks(rows, columns, wanted.how)])
    if not counted.n:
        return Bench(title=title, n=0)
    try:
        return _worked(counted, wanted.how, rows, columns, title, pen)
    except BadInput as error:
        return Bench(title=title, n=counted.n, problems=tuple(error.lines(translator(pen.lang))))


def titled(rows: Variable, columns: Variable | None, how: str, pen: Pen) -> str:
    """The heading of an answer."""
    if columns is None:
        return said(rows.label, pen)
    together = how in ("pearson", "spearman", "kendall", "paired", "wilcoxon")
    if together:
        text = pen(N_("{rows} and {columns}"), rows=called(rows, pen), columns=called(columns, pen))
    else:
        text = pen(N_("{columns} by {rows}"), rows=called(rows, pen), columns=called(columns, pen))
    return text[:1].upper() + text[1:]


def _worked(
    counted: Counted, how: str, rows: Variable, columns: Variable | None, title: str, pen: Pen
) -> Bench:
    found, data = run(counted, how, rows, columns, pen)
    figures, words = dict(found.figures), sentences(how, found.figures, rows, columns, data, pen)
    more: list[Block] = []
    if how == "frequencies" and rows.population:
        fitted = known(rows, data, pen)
        figures["chisquare"] = fitted.figures
        words, more = [*words, *fit(fitted.figures, pen)], [*tables_of(fitted)]
    tables = [shown(table, how, rows, columns, pen) for table in tables_of(found)]
    tables = [table for table in tables if table.key != "matrix"]  # of two variables it says nothing more
    open_keys = [
        table.key
        for table in tables
        if table.key in (OPEN.get(how) or (table.key,)) and len(table.rows) <= MOST_OPEN
    ]
    if how == "crosstab" and columns is not None:
        more.append(column_shares(figures, rows, columns, data, pen))
    chart = figures.pop("chart", None) or charts.chart(how, figures, rows, columns, data, pen)
    notes = noted(found, how, figures, rows, columns, data, pen)
    figures["cautions"] = [{"code": one.code, "text": one.text} for one in notes]
    return Bench(
        title=title,
        n=counted.n,
        blocks=(
            *sorted(words, key=_manner),
            *notes,
            *([chart] if chart else []),
            *(table for table in tables if table.key in open_keys),
        ),
        more=(*(table for table in tables if table.key not in open_keys), *more),
        figures=figures,
    )


def _manner(block: Block) -> bool:
    """Plain sentences before the others."""
    return not (isinstance(block, Paragraph) and block.manner is Manner.PLAIN)

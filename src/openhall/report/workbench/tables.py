"""The tables of the procedures as the workbench shows them, and one they have not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from openhall.errors import N_
from openhall.report.document import Row, Table
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Outcome
from openhall.report.procedures.data import Data
from openhall.report.procedures.making import column, made
from openhall.report.workbench.cells import headed
from openhall.report.workbench.variables import Variable

CAPTIONS = {
    "groups": N_("Means of the groups"),
    "counts": N_("Counts, and per cents of each row"),
    "pairs": N_("Correlation"),
    "model": N_("The model"),
}


COMPARED = ("first", "second", "difference", "se", "p", "interval")  # of pairs, by the method to read


def tables_of(found: Outcome) -> list[Table]:
    return [block for block in found.blocks if isinstance(block, Table)]


def shown(table: Table, how: str, rows: Variable, columns: Variable | None, pen: Pen) -> Table:
    """A table as the page shows it: pairs by the method to read, variables by their words, and a caption that does
    not say the heading again."""
    if table.key in CAPTIONS:
        table = replace(table, caption=pen(CAPTIONS[table.key]))
    elif how == "frequencies" and table.key == rows.key:
        table = replace(table, caption=pen(N_("How often each answer was given")))
    if how == "oneway" and table.key == "comparisons":
        return _only(table, COMPARED)
    if table.key == "pairs" and columns is not None:
        words = {one.key: headed(one, pen) for one in (rows, columns)}
        named = (
            replace(row, cells=tuple(words.get(str(cell), cell) for cell in row.cells)) for row in table.rows
        )
        return replace(table, rows=tuple(named))
    return table


def without(table: Table, key: str) -> Table:
    return _only(table, [one.key for one in table.columns if one.key != key])


def _only(table: Table, keys: Sequence[str]) -> Table:
    places = [place for place, one in enumerate(table.columns) if one.key in keys]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in places),
        rows=tuple(replace(row, cells=tuple(row.cells[place] for place in places)) for row in table.rows),
    )


def column_shares(
    figures: Mapping[str, Any], rows: Variable, columns: Variable, data: Data, pen: Pen
) -> Table:
    """Per cents of each column, which the counts beside their row per cents leave no room for."""
    heads = [column("level", headed(rows, pen))]
    over = headed(columns, pen)
    codes = figures["column_levels"]
    heads += [
        column(f"column_percent_{code}", data.one(columns.key).level(code), Format.PERCENT1, over)
        for code in codes
    ]
    lines = [
        Row((data.one(rows.key).level(code), *shares))
        for code, shares in zip(figures["row_levels"], figures["column_percent"], strict=True)
    ]
    return made("column_percent", pen(N_("Per cents of each column")), heads, lines)

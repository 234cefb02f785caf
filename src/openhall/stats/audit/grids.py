"""A table of counts as numbers: its sums, the cells that share a base, what their percentages allow, its
chi-square.

A grid is a list of rows; a blank cell is None. Whole counts are exact; weighted or fractional ones are
intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from openhall.stats.audit.printed import Fit, Printed
from openhall.stats.audit.published import Base, Cell, Counts, Place
from openhall.stats.loading import special

Grid = list[list[float | None]]
At = tuple[int, int]
Range = tuple[float, float]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Share:
    """Cells whose percentages have one base: a row, a column or the whole table; `total` as printed."""

    place: Place
    cells: tuple[At, ...]
    total: Cell


def grid_of(table: Counts) -> Grid:
    """The counts as numbers.

    >>> from openhall.stats.audit.printed import printed
    >>> grid_of(Counts(key="1", rows=("a",), columns=("x", "y"), counts=((printed(3), None),)))
    [[3.0, None]]
    """
    return [[cell.value if cell else None for cell in row] for row in table.counts]


def shares(table: Counts) -> tuple[Share, ...]:
    """The groups of cells that share a base; empty where no percentages are printed."""
    rows, columns = range(len(table.rows)), range(len(table.columns))
    if not table.percents:
        return ()
    if table.base is Base.TOTAL:
        every = tuple((i, j) for i in rows for j in columns)
        return (Share(Place(table.key), every, table.total),)
    if table.base is Base.COLUMN:
        return tuple(
            Share(
                Place(table.key, "", table.columns[j]),
                tuple((i, j) for i in rows),
                at(table.column_totals, j),
            )
            for j in columns
        )
    return tuple(
        Share(Place(table.key, table.rows[i]), tuple((i, j) for j in columns), at(table.row_totals, i))
        for i in rows
    )


def at(line: Sequence[Cell], place: int) -> Cell:
    """The cell of a line, None where the line is not printed."""
    return line[place] if place < len(line) else None


def spread(value: float, table: Counts, cell: Cell = None) -> Range:
    """What a count may have been before it was printed."""
    places = cell.places if cell else 0
    if not table.weighted and places <= 0:
        return value, value
    half = 0.5 * 10.0 ** -max(places, 0)
    return max(value - half, 0.0), value + half


def percents_of(table: Counts, share: Share) -> list[Printed | None]:
    return [table.percents[i][j] for i, j in share.cells]


def bases(table: Counts, share: Share, grid: Grid) -> list[Range]:
    """The bases the percentages of a share may have: the printed total, the sum of the cells."""
    spreads = [spread(value, table) for value in (grid[i][j] for i, j in share.cells) if value is not None]
    found = (
        [] if table.several_answers else [(sum(low for low, _ in spreads), sum(high for _, high in spreads))]
    )
    if share.total:
        found.append(spread(share.total.value, table, share.total))
    return [base for base in found if base[0] > 0]


def fits(table: Counts, share: Share, grid: Grid) -> list[Fit | None]:
    """How each percentage of a share agrees with its count, under the base that suits best."""
    order = {Fit.ROUNDED: 0, Fit.CUT_OFF: 1, Fit.NEAR: 2, Fit.NOT: 3}
    attempts = [
        [_fit(table, grid[i][j], table.percents[i][j], base) for i, j in share.cells]
        for base in bases(table, share, grid)
    ]
    return min(
        attempts, key=lambda one: sum(order[fit] for fit in one if fit), default=[None] * len(share.cells)
    )


def _fit(table: Counts, count: float | None, percent: Cell, base: Range) -> Fit | None:
    if count is None or percent is None:
        return None
    low, high = spread(count, table)
    return percent.fit(100 * low / base[1], 100 * high / base[0])


def all_fit(table: Counts, share: Share, grid: Grid) -> bool:
    return all(fit in (None, Fit.ROUNDED) for fit in fits(table, share, grid))


def base_between(table: Counts, share: Share, grid: Grid) -> Range:
    """The bases under which the percentages of a share follow from its counts; empty (low above high) where
    there is none."""
    bounds = [_base_of(grid[i][j], table.percents[i][j]) for i, j in share.cells]
    return max((low for low, _ in bounds), default=0.0), min((high for _, high in bounds), default=inf)


def bases_without(table: Counts, share: Share, grid: Grid) -> dict[At, Range]:
    """For each cell of a share the bases under which the percentages of the others follow from their counts.

    Empty (low above high) where there is none.
    """
    bounds = {
        place: _base_of(grid[place[0]][place[1]], table.percents[place[0]][place[1]]) for place in share.cells
    }
    lows = nlargest(2, [0.0, 0.0, *(low for low, _ in bounds.values())])
    highs = nsmallest(2, [inf, inf, *(high for _, high in bounds.values())])
    return {
        place: (lows[1] if low == lows[0] else lows[0], highs[1] if high == highs[0] else highs[0])
        for place, (low, high) in bounds.items()
    }


def _base_of(count: float | None, percent: Cell) -> Range:
    """The bases of which this count is this percentage."""
    if not count or percent is None:
        return 0.0, inf
    return (
        100 * count / percent.high if percent.high > 0 else inf,
        100 * count / percent.low if percent.low > 0 else inf,
    )


def row_sums(grid: Grid) -> list[float]:
    return [sum(value or 0.0 for value in row) for row in grid]


def column_sums(grid: Grid) -> list[float]:
    return [sum(row[j] or 0.0 for row in grid) for j in range(len(grid[0]))] if grid else []


def total_of(grid: Grid) -> float:
    return sum(row_sums(grid))


def is_full(grid: Grid) -> bool:
    return all(value is not None for row in grid for value in row)


@dataclass(frozen=True, slots=True)
class Tested:
    """Pearson's and the likelihood-ratio chi-square of a grid, without its empty rows and columns."""

    pearson: float = nan
    ratio: float = nan
    corrected: float = nan  # with Yates's correction; 2×2 only
    linear: float = nan  # linear by linear with codes 1, 2, …
    df: int = 0
    n: float = 0.0
    expected: tuple[float, ...] = ()


def tested(grid: Grid) -> Tested:
    """The chi-squares of a grid; nan where fewer than two rows or columns have cases.

    >>> found = tested([[2, 36, 76, 36, 10], [8, 28, 76, 24, 4]])
    >>> round(found.pearson, 3), found.df, round(min(found.expected), 2)
    (8.275, 4, 4.67)
    """
    counts = np.array([[value or 0.0 for value in row] for row in grid], dtype=np.float64)
    rows, columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    table = counts[np.ix_(rows, columns)]
    n = float(table.sum())
    if min(table.shape, default=0) < 2:
        return Tested(n=n)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    gap = np.abs(table - expected)
    corrected = float(((gap - np.minimum(0.5, gap)) ** 2 / expected).sum()) if table.shape == (2, 2) else nan
    return Tested(
        float((gap**2 / expected).sum()),
        float(2 * special.rel_entr(table, expected).sum()),
        corrected,
        _linear(table, np.flatnonzero(rows), np.flatnonzero(columns)),
        (table.shape[0] - 1) * (table.shape[1] - 1),
        n,
        tuple(float(value) for value in expected.ravel()),
    )


def _linear(table: Floats, rows: Places, columns: Places) -> float:
    n = table.sum()
    x, y = rows - (table.sum(axis=1) @ rows) / n, columns - (table.sum(axis=0) @ columns) / n
    scale = (table.sum(axis=1) @ x**2) * (table.sum(axis=0) @ y**2)
    return float((n - 1) * (x @ table @ y) ** 2 / scale) if scale > 0 else nan


def lines(count: int, total: Sequence[Cell]) -> Iterator[tuple[int, Printed]]:
    """The printed totals of an axis with their places."""
    for place in range(count):
        cell = at(total, place)
        if cell is not None:
            yield place, cell

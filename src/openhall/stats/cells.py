"""Exact integer tables: how many rows have each combination of values. They can be added and subtracted, and
do not depend on the order of the rows or on who counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from openhall.stats.axes import Ask, Where

Whole = NDArray[np.int64]
Watch = Callable[[int, int], None]  # told (rows counted, rows in all); may raise to cancel


def unwatched(_done: int, _of: int) -> None:
    """A `Watch` that does nothing."""


@dataclass(frozen=True)
class Cells:
    """`values` (m, width): the combinations that occur, ascending; `counts` (m,): rows of each, never 0."""

    values: Whole
    counts: Whole

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    def where(self, mask: NDArray[np.bool_]) -> Cells:
        """The combinations where `mask` is true."""
        return Cells(self.values[mask], self.counts[mask])

    def of(self, *columns: int) -> Cells:
        """Only these columns of the values, in this order; the rest is summed over.

        >>> Cells(np.array([[0, 1], [2, 0], [2, 1]]), np.array([4, 5, 6])).of(0).counts.tolist()
        [4, 11]
        """
        return gathered(self.values[:, list(columns)], self.counts)


class Engine(Protocol):
    """Whatever can count rows: columns in memory, the columnar extract, files, a database, a cluster."""

    @property
    def rows(self) -> int:
        """Rows that will be looked at, for progress; may be an estimate."""
        ...

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """One table an ask, of the rows where every condition holds. The ask () gives the number of rows.

        `weight`: a column of whole numbers from 0 up, how many rows each row stands for; a row without one
        counts as none. `watch` hears of progress and may raise to end it.
        """
        ...


def gathered(values: Whole, counts: Whole) -> Cells:
    """Cells of combinations in any order, equal ones summed, zeros left out.

    >>> found = gathered(np.array([[2, 1], [1, 5], [2, 1]]), np.array([1, 2, 3]))
    >>> found.values.tolist(), found.counts.tolist()
    ([[1, 5], [2, 1]], [2, 4])
    """
    values, counts = np.asarray(values, dtype=np.int64), np.asarray(counts, dtype=np.int64)
    if not values.shape[1]:
        total = counts.sum(keepdims=True)
        return Cells(np.zeros((1, 0), np.int64), total) if total[0] else Cells(values[:0], counts[:0])
    order = np.lexsort(values.T[::-1])
    rows, many = values[order], counts[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    starts = np.flatnonzero(new)
    sums = np.add.reduceat(many, starts) if len(starts) else many
    kept = sums != 0
    return Cells(rows[starts][kept], sums[kept])


def added(tables: Sequence[Cells], signs: Sequence[int] | None = None) -> Cells:
    """Several tables of the same ask as one; a sign of −1 takes a table away."""
    signs = [1] * len(tables) if signs is None else signs
    counts = [sign * table.counts for sign, table in zip(signs, tables, strict=True)]
    return gathered(np.concatenate([table.values for table in tables]), np.concatenate(counts))


def width(ask: Ask) -> int:
    """Numbers in a row of the table of this ask."""
    return sum(axis.width for axis in ask)

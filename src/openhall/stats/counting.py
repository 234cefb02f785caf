"""From columns to small integer tables, one pass each; everything else computes from the tables.

Counting is all that touches every case, so figures do not depend on the order of the rows, and a database
that can count may hand the tables over instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openhall.errors import N_, BadInput, Problem

SHOWN = 10  # unknown codes named in one error
Counts = NDArray[np.int64]


def positions(values: ArrayLike, levels: Sequence[int]) -> Counts:
    """Place of each value in `levels`, -1 where missing (nan). A code outside `levels` raises BadInput.

    >>> positions([5, np.nan, 1], (5, 4, 3, 2, 1)).tolist()
    [0, -1, 4]
    """
    column = np.asarray(values, dtype=np.float64)
    codes = np.asarray(levels, dtype=np.float64)
    order = np.argsort(codes, kind="stable")
    found = np.searchsorted(codes[order], column).clip(max=len(codes) - 1)
    place = order[found] if len(codes) else np.zeros(len(column), dtype=np.int64)
    missing = np.isnan(column)
    known = codes[place] == column if len(codes) else np.zeros(len(column), dtype=bool)
    if not (known | missing).all():
        raise _unknown(column, ~(known | missing), levels)
    return np.where(missing, -1, place).astype(np.int64)


def _unknown(column: NDArray[np.float64], wrong: NDArray[np.bool_], levels: Sequence[int]) -> BadInput:
    codes, first = np.unique(column[wrong], return_index=True)
    cases = np.flatnonzero(wrong)[first] + 1
    known = ", ".join(str(level) for level in levels)
    return BadInput(
        N_("The data have codes the study does not know."),
        problems=[
            Problem(
                N_("Case {case}"),
                N_("the code {code} is not one of {known}."),
                N_("Correct the data, or add the code to the study."),
                {"case": int(case), "code": f"{code:g}", "known": known},
            )
            for code, case in list(zip(codes, cases, strict=True))[:SHOWN]
        ],
    )


def tally(values: ArrayLike, levels: Sequence[int]) -> tuple[Counts, int]:
    """Cases at each level, and how many are missing.

    >>> counts, missing = tally([1, 1, 2, np.nan], (1, 2, 3))
    >>> counts.tolist(), missing
    ([2, 1, 0], 1)
    """
    place = positions(values, levels)
    counts = np.bincount(place + 1, minlength=len(levels) + 1)
    return counts[1:], int(counts[0])


def cross_tally(
    rows: ArrayLike, columns: ArrayLike, row_levels: Sequence[int], column_levels: Sequence[int]
) -> tuple[Counts, int]:
    """Cases at each pair of levels (rows × columns), and how many miss one or both."""
    row, column = positions(rows, row_levels), positions(columns, column_levels)
    both = (row >= 0) & (column >= 0)
    shape = len(row_levels), len(column_levels)
    counts = np.bincount(row[both] * shape[1] + column[both], minlength=shape[0] * shape[1])
    return counts.reshape(shape), int(len(both) - both.sum())


@dataclass(frozen=True)
class Spread:
    """How often each distinct value of a score occurs in each group.

    `values` ascending, shape (m,); `counts` (groups, m) in the order of `levels`, empty groups included.
    """

    levels: tuple[int, ...]
    values: NDArray[np.float64]
    counts: Counts
    missing: int

    @property
    def sizes(self) -> Counts:
        return np.asarray(self.counts.sum(axis=1))

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    def occupied(self) -> Spread:
        """The same without the empty groups."""
        has = self.sizes > 0
        levels = tuple(level for level, some in zip(self.levels, has, strict=True) if some)
        return Spread(levels, self.values, self.counts[has], self.missing)


def spread(dependent: ArrayLike, factor: ArrayLike, levels: Sequence[int]) -> Spread:
    """Count each distinct value of `dependent` in each level of `factor`; cases that miss either drop out."""
    scores, place = finite(dependent), positions(factor, levels)
    both = (place >= 0) & ~np.isnan(scores)
    values, inverse = np.unique(scores[both], return_inverse=True)
    shape = len(levels), len(values)
    counts = np.bincount(place[both] * shape[1] + inverse, minlength=shape[0] * shape[1]).reshape(shape)
    return Spread(tuple(levels), values, counts, int(len(both) - both.sum()))


def finite(values: ArrayLike) -> NDArray[np.float64]:
    """The values as float64; an infinite one raises BadInput."""
    scores = np.asarray(values, dtype=np.float64)
    if np.isinf(scores).any():
        case = int(np.flatnonzero(np.isinf(scores).reshape(len(scores), -1).any(axis=1))[0]) + 1
        raise BadInput(
            Problem(N_("Case {case}"), N_("an infinite number cannot be analysed."), "", {"case": case})
        )
    return scores

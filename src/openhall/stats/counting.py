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
LARGEST = 2**53  # cases beyond this cannot be counted exactly
Counts = NDArray[np.int64]
Column = NDArray[np.float64]  # one value a case, nan where there is none
Weights = ArrayLike | None  # how many equal cases each row stands for; None: one


def frequency_weights(weights: Weights, cases: int) -> Counts:
    """Whole numbers, one a row; a row of weight 0 does not count (SPSS WEIGHT BY).

    A missing, negative or fractional weight raises BadInput: a fraction is a survey weight, and figures that
    took it for a number of cases would have wrong errors (see `survey`).

    >>> frequency_weights([2, 0], 2).tolist(), frequency_weights(None, 3).tolist()
    ([2, 0], [1, 1, 1])
    """
    if weights is None:
        return np.ones(cases, dtype=np.int64)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (cases,):
        raise BadInput(N_("There are {weights} weights but {cases} cases."), weights=given.size, cases=cases)
    wrong = ~((given >= 0) & (given == np.floor(given)) & (given < LARGEST))
    if wrong.any():
        raise BadInput(
            N_("These weights are not numbers of cases."),
            problems=[
                Problem(
                    N_("Case {case}"),
                    N_("the weight {weight} is not a whole number from 0 up."),
                    N_("Correct it, or use the procedures for survey weights."),
                    {"case": int(case) + 1, "weight": f"{given[case]:g}"},
                )
                for case in np.flatnonzero(wrong)[:SHOWN]
            ],
        )
    return given.astype(np.int64)


def _count(place: Counts, weights: Counts, size: int) -> Counts:
    """Weighted number of each place, exact."""
    return np.bincount(place, weights=weights.astype(np.float64), minlength=size).astype(np.int64)


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


def tally(values: ArrayLike, levels: Sequence[int], weights: Weights = None) -> tuple[Counts, int]:
    """Cases at each level, and how many are missing.

    >>> counts, missing = tally([1, 1, 2, np.nan], (1, 2, 3))
    >>> counts.tolist(), missing
    ([2, 1, 0], 1)
    """
    place = positions(values, levels)
    counts = _count(place + 1, frequency_weights(weights, len(place)), len(levels) + 1)
    return counts[1:], int(counts[0])


def cross_tally(
    rows: ArrayLike,
    columns: ArrayLike,
    row_levels: Sequence[int],
    column_levels: Sequence[int],
    weights: Weights = None,
) -> tuple[Counts, int]:
    """Cases at each pair of levels (rows × columns), and how many miss one or both."""
    row, column = positions(rows, row_levels), positions(columns, column_levels)
    both = (row >= 0) & (column >= 0)
    shape, times = (len(row_levels), len(column_levels)), frequency_weights(weights, len(both))
    counts = _count(row[both] * shape[1] + column[both], times[both], shape[0] * shape[1])
    return counts.reshape(shape), int(times[~both].sum())


@dataclass(frozen=True)
class Spread:
    """How often each distinct value of a score occurs in each group.

    `values` ascending, shape (m,); `counts` (groups, m) in the order of `levels`, empty groups included.
    `above`: how far each value lies above the first one, which may be known with more digits than the values
    themselves have (means of items on a scale that starts at a billion); by default their difference.
    """

    levels: tuple[int, ...]
    values: NDArray[np.float64]
    counts: Counts
    missing: int
    above: NDArray[np.float64] = None  # type: ignore[assignment]  # worked out from the values

    def __post_init__(self) -> None:
        if self.above is None:
            object.__setattr__(self, "above", self.values - self.values[:1])

    @property
    def origin(self) -> float:
        """The first value; 0 of none."""
        return float(self.values[0]) if len(self.values) else 0.0

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
        return Spread(levels, self.values, self.counts[has], self.missing, self.above)


def spread(dependent: ArrayLike, factor: ArrayLike, levels: Sequence[int], weights: Weights = None) -> Spread:
    """Count each distinct value of `dependent` in each level of `factor`; cases that miss either drop out."""
    scores, place = finite(dependent), positions(factor, levels)
    times = frequency_weights(weights, len(scores))
    both = (place >= 0) & ~np.isnan(scores)
    used = both & (times > 0)
    values, inverse = np.unique(scores[used], return_inverse=True)
    shape = len(levels), len(values)
    counts = _count(place[used] * shape[1] + inverse, times[used], shape[0] * shape[1]).reshape(shape)
    return Spread(tuple(levels), values, counts, int(times[~both].sum()))


def spread_of_one(values: ArrayLike, weights: Weights = None) -> Spread:
    """The same for one column without groups."""
    return spread(values, np.zeros(len(np.asarray(values))), (0,), weights)


@dataclass(frozen=True)
class Patterns:
    """The different complete rows of several columns, ascending, and how often each occurs.

    Figures computed from it do not depend on the order of the cases, and a weight is the same as so many
    equal cases. `above`: the rows less some origin of each column, with as many digits as are known; by
    default less the first row.
    """

    rows: NDArray[np.float64]  # (m, columns)
    counts: Counts  # (m,)
    missing: int
    above: NDArray[np.float64] = None  # type: ignore[assignment]  # worked out from the rows

    def __post_init__(self) -> None:
        if self.above is None:
            object.__setattr__(self, "above", self.rows - self.rows[:1])

    @property
    def n(self) -> int:
        return int(self.counts.sum())


def patterns(items: ArrayLike, weights: Weights = None) -> Patterns:
    """Count each different row of `items` (cases × columns); cases with a missing value drop out.

    >>> found = patterns(np.array([[2, 1], [1, 5], [2, 1], [np.nan, 3]]))
    >>> found.rows.tolist(), found.counts.tolist(), found.missing
    ([[1.0, 5.0], [2.0, 1.0]], [1, 2], 1)
    """
    scores = finite(items)
    scores = scores.reshape(len(scores), -1) if scores.ndim < 2 else scores
    times = frequency_weights(weights, len(scores))
    complete = ~np.isnan(scores).any(axis=1)
    used = complete & (times > 0)
    order = np.lexsort(scores[used].T[::-1])
    rows = scores[used][order] + 0.0  # minus zero is zero
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    counts = _count(new.cumsum() - 1, times[used][order], int(new.sum()))
    return Patterns(rows[new], counts, int(times[~complete].sum()))


def finite(values: ArrayLike) -> NDArray[np.float64]:
    """The values as float64; an infinite one raises BadInput."""
    scores = np.asarray(values, dtype=np.float64)
    if np.isinf(scores).any():
        case = int(np.flatnonzero(np.isinf(scores).reshape(len(scores), -1).any(axis=1))[0]) + 1
        raise BadInput(
            Problem(N_("Case {case}"), N_("an infinite number cannot be analysed."), "", {"case": case})
        )
    return scores

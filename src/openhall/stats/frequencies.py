"""How often each answer was given: counts, per cents and Wilson intervals (seed 4.2; SPSS FREQUENCIES)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from openhall.errors import N_, BadInput, Problem
from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, Counts, Weights, finite, frequency_weights, tally
from openhall.stats.intervals import wilson
from openhall.stats.results import Interval


@dataclass(frozen=True, slots=True)
class Frequency:
    """One level. Every percentage is 0 to 100; `percent` is of all cases, the others of the valid ones."""

    code: int
    n: int
    percent: float
    valid_percent: float
    cumulative_percent: float
    interval: Interval  # Wilson, of valid_percent, in per cent


@dataclass(frozen=True, slots=True)
class Frequencies:
    """A frequency table. n = valid + missing; `levels` in the order given, empty ones included."""

    levels: tuple[Frequency, ...]
    n: int
    valid: int
    missing: int
    missing_percent: float
    method: str = "wilson"
    cautions: tuple[Caution, ...] = ()


def frequencies(
    values: Column, levels: Sequence[int], confidence: float = 0.95, *, weights: Weights = None
) -> Frequencies:
    """Count each level of `values` (codes, nan = missing). A code outside `levels` raises BadInput.

    >>> table = frequencies(np.array([1, 1, 2, np.nan]), (1, 2))
    >>> [(level.n, level.percent, round(level.valid_percent, 1)) for level in table.levels], table.missing
    ([(2, 50.0, 66.7), (1, 25.0, 33.3)], 1)
    """
    return frequencies_of(*tally(values, levels, weights), levels, confidence)


def codes_found(values: Column) -> tuple[int, ...]:
    """The codes that occur, ascending, for data that come without a code book; a fraction raises BadInput.

    >>> codes_found(np.array([3, 1, np.nan, 3]))
    (1, 3)
    """
    column = finite(values)
    codes = np.unique(column[~np.isnan(column)])
    if (codes != np.floor(codes)).any():
        wrong = codes[codes != np.floor(codes)][0]
        case = int(np.flatnonzero(column == wrong)[0]) + 1
        raise BadInput(
            Problem(
                N_("Case {case}"),
                N_("{value} is not a whole number, so it cannot be a code."),
                N_("Use a procedure for measured values, or code the answers first."),
                {"case": case, "value": f"{wrong:g}"},
            )
        )
    return tuple(int(code) for code in codes)


def frequencies_of(
    counts: Counts, missing: int, levels: Sequence[int], confidence: float = 0.95
) -> Frequencies:
    """The frequency table of counts already made."""
    valid = int(counts.sum())
    n = valid + missing
    rows = tuple(
        Frequency(
            code=code,
            n=int(count),
            percent=percent(count, n),
            valid_percent=percent(count, valid),
            cumulative_percent=percent(up_to, valid),
            interval=percent_interval(int(count), valid, confidence),
        )
        for code, count, up_to in zip(levels, counts, np.cumsum(counts), strict=True)
    )
    return Frequencies(rows, n, valid, missing, percent(missing, n), cautions=_cautions(rows, valid, missing))


def mentions(
    marked: Sequence[Sequence[int]],
    levels: Sequence[int],
    confidence: float = 0.95,
    *,
    weights: Weights = None,
) -> Frequencies:
    """Count the answers to a multiple choice: each case may name several levels, or none (then it is missing).

    Shares are of the cases that named any, so they may add to more than 100; nothing accumulates
    (`cumulative_percent` is nan). SPSS: MULT RESPONSE, per cent of cases.

    >>> found = mentions([(1, 2), (2,), ()], (1, 2, 3))
    >>> [(level.n, level.valid_percent) for level in found.levels], found.valid, found.missing
    ([(1, 50.0), (2, 100.0), (0, 0.0)], 2, 1)
    """
    times = frequency_weights(weights, len(marked)).tolist()
    named: Counter[int] = Counter()
    for codes, many in zip(marked, times, strict=True):
        named.update(dict.fromkeys(codes, many))
    n, valid = sum(times), sum(many for codes, many in zip(marked, times, strict=True) if codes)
    return mentions_of([named[code] for code in levels], valid, n, levels, confidence)


def mentions_of(
    named: Sequence[int], valid: int, n: int, levels: Sequence[int], confidence: float = 0.95
) -> Frequencies:
    """The table of a multiple choice already counted: how often each level was named, by `valid` of `n` cases."""
    rows = tuple(
        Frequency(
            code=code,
            n=many,
            percent=percent(many, n),
            valid_percent=percent(many, valid),
            cumulative_percent=nan,
            interval=percent_interval(many, valid, confidence),
        )
        for code, many in zip(levels, named, strict=True)
    )
    cautions = _cautions(rows, valid, n - valid)
    return Frequencies(rows, n, valid, n - valid, percent(n - valid, n), cautions=cautions)


def percent(part: float, whole: float) -> float:
    """`part` of `whole`, 0 to 100; nan of nothing."""
    return float(100 * part / whole) if whole else nan


def percent_interval(count: int, n: int, confidence: float) -> Interval:
    """Wilson's interval in per cent."""
    share = wilson(count, n, confidence)
    return Interval(100 * share.low, 100 * share.high, confidence)


def _cautions(rows: tuple[Frequency, ...], valid: int, missing: int) -> tuple[Caution, ...]:
    if not valid:
        return (Caution(Code.NO_DATA),)
    found = []
    if missing:
        found.append(Caution(Code.MISSING, {"missing": missing, "n": valid}))
    if empty := [row.code for row in rows if row.n == 0]:
        found.append(Caution(Code.EMPTY_LEVELS, {"levels": listed(empty)}))
    return tuple(found)

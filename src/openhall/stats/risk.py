"""How much more often: odds ratio and relative risks of a two-by-two table (SPSS CROSSTABS
/STATISTICS=RISK)."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, nan, sqrt

from openhall.stats.counting import Counts
from openhall.stats.loading import special
from openhall.stats.results import Interval


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio and its interval; 1 means no difference."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Risk:
    """First row against second: odds ratio, and how often the first and the second column is answered."""

    odds_ratio: Ratio
    first_column: Ratio
    second_column: Ratio


def risk(counts: Counts, confidence: float = 0.95) -> Risk:
    """Of a 2 × 2 table [[a, b], [c, d]]: a d / (b c), a/(a+b) over c/(c+d), b/(a+b) over d/(c+d).

    Intervals on the log scale (Woolf 1955; Katz et al. 1978). A ratio with an empty cell in it has the
    value 0, inf or nan and no interval: nothing is added to the counts.

    >>> import numpy as np
    >>> found = risk(np.array([[20, 80], [10, 90]]))
    >>> found.odds_ratio.value, found.first_column.value, round(found.first_column.interval.high, 3)
    (2.25, 2.0, 4.054)
    """
    (a, b), (c, d) = ((float(value) for value in row) for row in counts)
    return Risk(
        _ratio(a * d, b * c, [a, b, c, d], 0.0, confidence),
        _ratio(a * (c + d), c * (a + b), [a, c], _less(a + b, c + d), confidence),
        _ratio(b * (c + d), d * (a + b), [b, d], _less(a + b, c + d), confidence),
    )


def _less(first: float, second: float) -> float:
    return 1 / first + 1 / second if first and second else nan


def _ratio(above: float, below: float, cells: list[float], less: float, confidence: float) -> Ratio:
    value = above / below if below else (inf if above else nan)
    if not all(cells):
        return Ratio(value, Interval(nan, nan, confidence))
    half = float(special.ndtri((1 + confidence) / 2)) * sqrt(max(sum(1 / cell for cell in cells) - less, 0.0))
    return Ratio(value, Interval(exp(log(value) - half), exp(log(value) + half), confidence))

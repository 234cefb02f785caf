"""What is said about many requests in one number, with the interval chance leaves it, and beside the time before.
Nothing here reads the record. Seed 3.2.5, 5.3.3; row C7.

Shares and their differences: `rules.assessment`. Interval of a quantile: order statistics, Conover (1999), Practical
Nonparametric Statistics, 3rd ed., 3.2. Interval of a difference from the intervals of both: Zou and Donner (2008),
Statistics in Medicine 27, 1693–1702.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from openhall.rules.assessment import CONFIDENCE, Difference, Rate

SMALL = 30  # cases below which a figure is marked: another month it may well be quite different


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or a quantile of `n` cases with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int

    @property
    def small(self) -> bool:
        return self.n < SMALL


def _z() -> float:
    return NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def ranks(n: int, share: float) -> tuple[int, int, int]:
    """Which of `n` cases in ascending order is the least that at least `share` of them do not exceed, counted from 1,
    and which are the ends of its interval. ValueError without cases.

    >>> ranks(100, 0.5)
    (50, 41, 60)
    """
    if n < 1:
        raise ValueError("a quantile of no cases")
    half = _z() * sqrt(n * share * (1 - share))
    middle, low, high = (ceil(n * share + away) for away in (0, -half, half))
    return min(max(middle, 1), n), min(max(low, 1), n), min(max(high, 1), n)


def mean(values: Sequence[float], counts: Sequence[int]) -> Estimate | None:
    """The mean, its interval by the normal distribution. None without cases; one case has an interval of all values.

    >>> found = mean([1, 5], [50, 150])
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (4.0, 3.76, 4.24)
    """
    n = sum(counts)
    if not n:
        return None
    middle = sum(value * count for value, count in zip(values, counts, strict=True)) / n
    if n == 1:
        return Estimate(middle, min(values), max(values), n)
    squares = sum(count * (value - middle) ** 2 for value, count in zip(values, counts, strict=True))
    half = _z() * sqrt(squares / (n - 1) / n)
    return Estimate(middle, max(middle - half, min(values)), min(middle + half, max(values)), n)


def gap(one: Estimate | None, other: Estimate | None) -> Difference | None:
    """`one` less `other`; None where one of them has no cases."""
    if one is None or other is None:
        return None
    return Difference(
        one.value - other.value,
        one.value - other.value - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2),
        one.value - other.value + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2),
    )


def growth(count: int, before: int, days: int, days_before: int) -> Difference | None:
    """By what share more came a day than before, taken that they come independently of each other; None where there
    was none before. The interval is Wilson's of the part of all that came now.

    >>> found = growth(120, 100, 30, 30)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2), found.real
    (0.2, -0.08, 0.56, False)
    """
    if not before or not days or not days_before:
        return None
    low, high = Rate(count, count + before).interval()

    def grown(share: float) -> float:
        return share / (1 - share) * days_before / days - 1 if share < 1 else float("inf")

    return Difference(count / before * days_before / days - 1, grown(low), grown(high))

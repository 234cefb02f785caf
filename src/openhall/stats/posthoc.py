"""Which groups differ: Tukey–Kramer and Games–Howell (seed 4.6; SPSS ONEWAY /POSTHOC=TUKEY GH)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats import studentized
from openhall.stats.results import Interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Mean of `first` minus mean of `second`. `p` and `interval` hold for all pairs of the table together."""

    first: int
    second: int
    difference: float
    se: float
    df: float
    p: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class PostHoc:
    """Every pair of groups with cases, once, in the order of the levels."""

    method: str  # "tukey_kramer" or "games_howell"
    pairs: tuple[Pair, ...]


def tukey_kramer(
    levels: Sequence[int], sizes: Floats, means: Floats, within: float, df: float, confidence: float = 0.95
) -> PostHoc:
    """Tukey's test with Kramer's (1956) error for unequal groups: `within` is the mean square, `df` its
    degrees.

    se = √(within (1/nᵢ + 1/nⱼ)), q = √2 |difference| / se over the studentised range of all the groups.
    """
    if len(levels) < 2 or not (within > 0 and df >= 1):
        return PostHoc("tukey_kramer", ())
    first, second = np.triu_indices(len(levels), 1)
    se = np.sqrt(within * (1 / sizes[first] + 1 / sizes[second]))
    point = np.full(len(se), _tukey_point(len(levels), df, confidence))
    return _pairs("tukey_kramer", levels, means, se, np.full(len(se), float(df)), point, confidence)


def games_howell(
    levels: Sequence[int], sizes: Floats, means: Floats, variances: Floats, confidence: float = 0.95
) -> PostHoc:
    """Games and Howell's (1976) test for unequal variances: each pair with its own error and Welch's df.

    se = √(sᵢ²/nᵢ + sⱼ²/nⱼ). A pair with a group of one case, or without any variance, has nan for p and
    interval.
    """
    first, second = np.triu_indices(len(levels), 1)
    share = variances / sizes  # nan for a group of one
    both = share[first] + share[second]
    with np.errstate(invalid="ignore", divide="ignore"):
        df = both**2 / (share[first] ** 2 / (sizes[first] - 1) + share[second] ** 2 / (sizes[second] - 1))
    usable = both > 0
    df = np.where(usable, df, np.nan)
    point = np.full(len(df), np.nan)
    if usable.any():
        point[usable] = studentized.critical(1 - confidence, len(levels), df[usable])
    return _pairs("games_howell", levels, means, np.sqrt(both), df, point, confidence)


@lru_cache(maxsize=1024)
def _tukey_point(groups: int, df: float, confidence: float) -> float:
    return float(studentized.critical(1 - confidence, groups, df)[0])


def _pairs(
    method: str,
    levels: Sequence[int],
    means: Floats,
    se: Floats,
    df: Floats,
    point: Floats,
    confidence: float,
) -> PostHoc:
    first, second = np.triu_indices(len(levels), 1)
    difference = means[first] - means[second]
    with np.errstate(invalid="ignore", divide="ignore"):
        p = studentized.survival(sqrt(2) * np.abs(difference) / se, len(levels), df)
    half = point * se / sqrt(2)
    columns = (difference, se, df, p, difference - half, difference + half)
    return PostHoc(
        method,
        tuple(
            Pair(levels[i], levels[j], d, e, freedom, probability, Interval(low, high, confidence))
            for i, j, d, e, freedom, probability, low, high in zip(
                first.tolist(), second.tolist(), *(column.tolist() for column in columns), strict=True
            )
        ),
    )

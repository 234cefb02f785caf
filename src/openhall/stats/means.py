"""Means: of a score in each group, and of each item against the middle of its scale (seed 4.5, table 4-9,
figures 4-7 to 4-12; SPSS MEANS, DESCRIPTIVES, T-TEST)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, Spread, Weights, spread, spread_of_one
from openhall.stats.frequencies import percent, percent_interval
from openhall.stats.intervals import mean_interval
from openhall.stats.loading import special
from openhall.stats.results import Interval

SMALL, TINY = 30, 5  # fewer cases than these make a mean unsure, or no mean worth showing


@dataclass(frozen=True, slots=True)
class GroupMean:
    """Mean of one group; code is None for the total. With one case sd, se and interval are nan."""

    code: int | None
    n: int
    mean: float
    sd: float
    se: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class GroupMeans:
    """A mean a level, empty levels included (n = 0, mean nan), and the total over the groups."""

    groups: tuple[GroupMean, ...]
    total: GroupMean
    n: int
    missing: int
    method: str = "student_t"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class MidpointTest:
    """One-sample t test of the mean against the middle of the scale (3 for 1 to 5), and Cohen's d."""

    midpoint: float
    t: float
    df: int
    p: float
    d: float


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """One item or score. Skewness and kurtosis are the corrected forms SPSS prints (type 2)."""

    key: str
    n: int
    missing: int
    mean: float
    sd: float
    se: float
    interval: Interval
    minimum: float
    maximum: float
    skewness: float
    skewness_se: float
    kurtosis: float
    kurtosis_se: float
    top_two_percent: float  # at or above the second highest step of the scale, 0 to 100
    top_two_interval: Interval  # Wilson, in per cent
    midpoint: MidpointTest
    method: str = "student_t"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Moments:
    """Of each group of a spread: cases, mean above `origin`, and the sum of squares about the mean."""

    origin: float  # taken off every value first, so that no digits are lost on values like 1000000000.2
    sizes: NDArray[np.int64]
    means: NDArray[np.float64]  # minus origin; nan in an empty group
    squares: NDArray[np.float64]  # exactly 0 where a group has one distinct value


def moments(data: Spread) -> Moments:
    """Means and sums of squares of each group, two passes over the distinct values."""
    above, sizes = data.above, data.sizes
    means = np.where(sizes > 0, data.counts @ above / np.maximum(sizes, 1), np.nan)
    off = np.where(data.counts > 0, above[None, :] - means[:, None], 0.0)
    squares = (data.counts * off**2).sum(axis=1)
    return Moments(data.origin, sizes, means, np.where((data.counts > 0).sum(axis=1) > 1, squares, 0.0))


def group_means(
    dependent: Column,
    factor: Column,
    levels: Sequence[int],
    confidence: float = 0.95,
    *,
    weights: Weights = None,
) -> GroupMeans:
    """Mean of `dependent` in each level of `factor`, cases with either missing left out.

    Interval: mean ± t(n − 1) · sd / √n of the group itself, as SPSS EXAMINE and ONEWAY print it.

    >>> means = group_means(np.array([1, 2, 3, 5]), np.array([1, 1, 1, 2]), (1, 2))
    >>> [(group.n, group.mean, group.sd) for group in means.groups], means.total.mean
    ([(3, 2.0, 1.0), (1, 5.0, nan)], 2.75)
    """
    return group_means_of(spread(dependent, factor, levels, weights), confidence)


def group_means_of(data: Spread, confidence: float = 0.95) -> GroupMeans:
    """The means of counts already made."""
    found = moments(data)
    groups = tuple(
        _group(code, int(n), float(found.origin + mean), float(squares), confidence)
        for code, n, mean, squares in zip(data.levels, found.sizes, found.means, found.squares, strict=True)
    )
    whole = together(data)
    everyone = moments(whole)
    mean = float(everyone.origin + everyone.means[0])
    total = _group(None, whole.n, mean, float(everyone.squares[0]), confidence)
    return GroupMeans(groups, total, whole.n, data.missing, cautions=_cautions(groups, data.missing))


def together(data: Spread) -> Spread:
    """All groups as one."""
    return Spread((0,), data.values, data.counts.sum(axis=0, keepdims=True), data.missing, data.above)


def _group(code: int | None, n: int, mean: float, squares: float, confidence: float) -> GroupMean:
    sd = sqrt(squares / (n - 1)) if n > 1 else nan
    se = sd / sqrt(n) if n > 1 else nan
    return GroupMean(code, n, mean, sd, se, mean_interval(mean, se, n - 1, confidence))


def _cautions(groups: tuple[GroupMean, ...], missing: int) -> tuple[Caution, ...]:
    n = sum(group.n for group in groups)
    if n == 0:
        return (Caution(Code.NO_DATA),)
    found = [Caution(Code.MISSING, {"missing": missing, "n": n})] if missing else []
    for code, low, high, extra in (
        (Code.EMPTY_LEVELS, 0, 1, {}),
        (Code.TINY_GROUPS, 1, TINY, {"limit": TINY}),
        (Code.SMALL_GROUPS, TINY, SMALL, {"limit": SMALL}),
    ):
        levels = [group.code for group in groups if low <= group.n < high]
        if levels:
            found.append(Caution(code, {"levels": listed(levels), **extra}))
    return tuple(found)


def item_summaries(
    items: NDArray[np.float64],
    keys: Sequence[str],
    scale: Sequence[float] = (1, 2, 3, 4, 5),
    confidence: float = 0.95,
    *,
    weights: Weights = None,
) -> tuple[ItemSummary, ...]:
    """`item_summary` of each column of `items` (cases × items)."""
    return tuple(
        item_summary(items[:, i], key, scale, confidence, weights=weights) for i, key in enumerate(keys)
    )


def item_summary(
    values: Column,
    key: str = "",
    scale: Sequence[float] = (1, 2, 3, 4, 5),
    confidence: float = 0.95,
    *,
    weights: Weights = None,
) -> ItemSummary:
    """Describe one item or one dimension's score on `scale` (its steps, any order), missing values left out.

    >>> item = item_summary(np.array([5, 4, 3, 3, np.nan]))
    >>> item.n, item.mean, item.top_two_percent, item.midpoint.midpoint
    (4, 3.75, 50.0, 3.0)
    """
    return item_summary_of(spread_of_one(values, weights), key, scale, confidence)


def item_summary_of(
    data: Spread, key: str = "", scale: Sequence[float] = (1, 2, 3, 4, 5), confidence: float = 0.95
) -> ItemSummary:
    """The summary of counts already made, of one group."""
    counts, n = data.counts[0], data.n
    found = moments(data)
    mean = float(found.origin + found.means[0])
    whole = _group(None, n, mean, float(found.squares[0]), confidence)
    skewness, kurtosis = shape(data, found)
    skewness_se, kurtosis_se = shape_errors(n)
    top = int(counts[data.values >= sorted(scale)[-2]].sum())
    return ItemSummary(
        key=key,
        n=n,
        missing=data.missing,
        mean=mean,
        sd=whole.sd,
        se=whole.se,
        interval=whole.interval,
        minimum=float(data.values[0]) if n else nan,
        maximum=float(data.values[-1]) if n else nan,
        skewness=skewness,
        skewness_se=skewness_se,
        kurtosis=kurtosis,
        kurtosis_se=kurtosis_se,
        top_two_percent=percent(top, n),
        top_two_interval=percent_interval(top, n, confidence),
        midpoint=_midpoint_test(whole, (min(scale) + max(scale)) / 2),
        cautions=_item_cautions(data),
    )


def shape_errors(n: int) -> tuple[float, float]:
    """Standard errors of skewness and kurtosis of `n` cases from a normal population, as SPSS prints them."""
    if n < 3:
        return nan, nan
    skewness = sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
    return skewness, 2 * skewness * sqrt((n**2 - 1) / ((n - 3) * (n + 5))) if n > 3 else nan


def shape(data: Spread, found: Moments) -> tuple[float, float]:
    """Skewness G1 and kurtosis G2 of Joanes & Gill (1998), The Statistician 47, 183–189: what SPSS prints."""
    n, squares = data.n, float(found.squares[0])
    if n < 3 or squares == 0:
        return nan, nan
    standard = (data.above - found.means[0]) / sqrt(squares / n)
    g1 = float(data.counts[0] @ standard**3) / n
    g2 = float(data.counts[0] @ standard**4) / n - 3
    skewness = g1 * sqrt(n * (n - 1)) / (n - 2)
    return skewness, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6) if n > 3 else nan


def _midpoint_test(whole: GroupMean, midpoint: float) -> MidpointTest:
    df = max(whole.n - 1, 0)
    if not whole.se > 0:
        return MidpointTest(midpoint, nan, df, nan, nan)
    t = (whole.mean - midpoint) / whole.se
    return MidpointTest(
        midpoint, t, df, float(2 * special.stdtr(df, -abs(t))), (whole.mean - midpoint) / whole.sd
    )


def _item_cautions(data: Spread) -> tuple[Caution, ...]:
    if not data.n:
        return (Caution(Code.NO_DATA),)
    found = [Caution(Code.MISSING, {"missing": data.missing, "n": data.n})] if data.missing else []
    if len(data.values) == 1:
        found.append(Caution(Code.CONSTANT, {"value": float(data.values[0])}))
    return tuple(found)

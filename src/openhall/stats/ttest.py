"""One mean against a value, two groups, or two answers of the same people: Student's and Welch's t tests with
effect sizes (SPSS T-TEST)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, nan, sqrt
from typing import Literal

import numpy as np

from openhall.errors import N_, BadInput
from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Column, Patterns, Weights, patterns, spread, spread_of_one
from openhall.stats.descriptives import Description, describe_of
from openhall.stats.intervals import mean_interval, noncentral_t
from openhall.stats.loading import special
from openhall.stats.means import GroupMean, group_means_of, moments
from openhall.stats.results import NO_INTERVAL, FTest, Interval
from openhall.stats.robust import levene_mean

LEVENE, RATIO = 0.05, 1.5  # as in `oneway`: beyond these Welch's test is the one to read


@dataclass(frozen=True, slots=True)
class TTest:
    """A t with its two-sided p; `interval` is of the `difference`."""

    t: float = nan
    df: float = nan
    p: float = nan
    difference: float = nan
    se: float = nan
    interval: Interval = NO_INTERVAL


@dataclass(frozen=True, slots=True)
class Effect:
    """A standardised difference with the interval of the noncentral t distribution."""

    value: float = nan
    interval: Interval = NO_INTERVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSampleT:
    """A mean tested against `against`; Hedges' g is Cohen's d without its small-sample bias."""

    description: Description
    against: float
    n: int
    missing: int
    test: TTest
    cohens_d: Effect
    hedges_g: Effect
    method: str = "student_t"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndependentT:
    """First group minus second. `pooled` takes the variances as equal, `welch` does not."""

    groups: tuple[GroupMean, GroupMean]
    n: int
    missing: int
    levene: FTest  # on the mean, as SPSS prints it
    pooled: TTest
    welch: TTest
    cohens_d: Effect  # over the pooled standard deviation
    hedges_g: Effect
    recommended: Literal["pooled", "welch"]
    method: str = "student_t"
    cautions: tuple[Caution, ...] = ()

    @property
    def test(self) -> TTest:
        """The recommended one: Welch's where the variances or the sizes of the groups differ."""
        return self.welch if self.recommended == "welch" else self.pooled


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedT:
    """First minus second answer of the same people; d is over the standard deviation of the differences."""

    first: Description
    second: Description
    difference: Description
    correlation: float
    n: int
    missing: int
    test: TTest
    cohens_d: Effect
    hedges_g: Effect
    method: str = "student_t"
    cautions: tuple[Caution, ...] = ()


def one_sample(
    values: Column, against: float = 0.0, *, confidence: float = 0.95, weights: Weights = None
) -> OneSampleT:
    """t = (mean − against) / (sd / √n), n − 1 degrees of freedom; d = (mean − against) / sd.

    Intervals of d and g from the noncentral t; g = J d with J = Γ(df/2) / (√(df/2) Γ((df − 1)/2)) (Hedges
    1981, Journal of Educational Statistics 6, 107–128).

    >>> found = one_sample(np.array([1, 2, 3, 4, 5]), 2.0)
    >>> round(found.test.t, 4), found.test.df, round(found.test.p, 4), round(found.cohens_d.value, 4)
    (1.4142, 4, 0.2302, 0.6325)
    """
    data = spread_of_one(values, weights)
    found, inside = describe_of(data, confidence=confidence), moments(data)
    difference = inside.origin - against + float(inside.means[0])  # so that large values lose no digits
    test = _t(difference, found.se, found.n - 1, confidence)
    return OneSampleT(
        description=found,
        against=against,
        n=found.n,
        missing=found.missing,
        test=test,
        cohens_d=(d := _effect(test, sqrt(1 / max(found.n, 1)), confidence)),
        hedges_g=_unbiased(d, found.n - 1),
        cautions=found.cautions,
    )


def independent(
    dependent: Column,
    factor: Column,
    levels: Sequence[int],
    *,
    confidence: float = 0.95,
    weights: Weights = None,
) -> IndependentT:
    """Compare two groups: `levels` are their two codes; cases of other groups must be taken out before.

    Student's t with the pooled variance and n − 2 degrees of freedom, Welch's (1947) with Satterthwaite's;
    d = difference / pooled sd, its interval √(1/n₁ + 1/n₂) times that of the noncentral t.

    >>> found = independent(np.array([1, 2, 3, 3, 4, 5]), np.array([1, 1, 1, 2, 2, 2]), (1, 2))
    >>> round(found.pooled.t, 4), round(found.pooled.p, 4), round(found.cohens_d.value, 4)
    (-2.4495, 0.0705, -2.0)
    """
    if len(levels) != 2:
        raise BadInput(N_("This test compares two groups, not {groups}."), groups=len(levels))
    data = spread(dependent, factor, levels, weights)
    means = group_means_of(data, confidence)
    first, second = means.groups
    inside = moments(data)
    equal = levene_mean(data, inside) if min(first.n, second.n) else FTest()
    pooled, welch = _two(first, second, float(inside.means[0] - inside.means[1]), confidence)
    unsafe = equal.p < LEVENE or max(first.n, second.n) > RATIO * min(first.n, second.n)
    root = sqrt(1 / first.n + 1 / second.n) if min(first.n, second.n) else nan
    return IndependentT(
        groups=(first, second),
        n=means.n,
        missing=means.missing,
        levene=equal,
        pooled=pooled,
        welch=welch,
        cohens_d=(d := _effect(pooled, root, confidence)),
        hedges_g=_unbiased(d, means.n - 2),
        recommended="welch" if unsafe and welch.p == welch.p else "pooled",
        cautions=(*means.cautions, *_group_cautions(first, second, equal, pooled)),
    )


def paired(first: Column, second: Column, *, confidence: float = 0.95, weights: Weights = None) -> PairedT:
    """Compare two answers of the same people, cases with either missing left out.

    t = mean difference / (sd of the differences / √n), n − 1 degrees of freedom.

    >>> found = paired(np.array([3, 4, 5, 4]), np.array([2, 4, 3, 3]))
    >>> round(found.test.t, 4), round(found.test.p, 4), found.difference.mean
    (2.4495, 0.0917, 1.0)
    """
    return paired_of(patterns(np.column_stack([first, second]), weights), confidence)


def paired_of(pairs: Patterns, confidence: float = 0.95) -> PairedT:
    """The comparison of pairs already counted."""
    known = pairs.above if _one_origin(pairs) else pairs.rows
    change = known[:, 0] - known[:, 1]
    one, two, off = (
        describe_of(spread_of_one(column, pairs.counts), confidence=confidence)
        for column in (*pairs.rows.T, change)
    )
    test = _t(off.mean, off.se, off.n - 1, confidence)
    missing = (Caution(Code.MISSING, {"missing": pairs.missing, "n": pairs.n}),) if pairs.missing else ()
    return PairedT(
        first=one,
        second=two,
        difference=off,
        correlation=_correlation(one.variance, two.variance, off.variance),
        n=pairs.n,
        missing=pairs.missing,
        test=test,
        cohens_d=(d := _effect(test, sqrt(1 / max(pairs.n, 1)), confidence)),
        hedges_g=_unbiased(d, pairs.n - 1),
        cautions=(*missing, *off.cautions),
    )


def _one_origin(pairs: Patterns) -> bool:
    """Whether what both columns have above their origin can be compared, with all its digits."""
    return bool(len(pairs.rows) and np.ptp(pairs.rows[0] - pairs.above[0]) == 0)


def _correlation(first: float, second: float, difference: float) -> float:
    """From the three variances: of each answer and of the difference."""
    both = first * second
    return (first + second - difference) / (2 * sqrt(both)) if both > 0 else nan


def _t(difference: float, se: float, df: float, confidence: float) -> TTest:
    if not se > 0:
        return TTest(difference=difference, df=max(df, 0))
    t = difference / se
    p = float(2 * special.stdtr(df, -abs(t)))
    return TTest(t, df, p, difference, se, mean_interval(difference, se, df, confidence))


def _two(first: GroupMean, second: GroupMean, difference: float, confidence: float) -> tuple[TTest, TTest]:
    n, m = first.n, second.n
    if not min(n, m):
        return TTest(), TTest()
    squares = sum(group.sd**2 * (group.n - 1) for group in (first, second) if group.n > 1)
    pooled = TTest(difference=difference)
    if n + m > 2:
        pooled = _t(difference, sqrt(squares / (n + m - 2) * (1 / n + 1 / m)), n + m - 2, confidence)
    if min(n, m) < 2 or not squares > 0:
        return pooled, TTest(difference=difference)
    a, b = first.se**2, second.se**2
    part = a / (a + b)
    df = 1 / (part**2 / (n - 1) + (1 - part) ** 2 / (m - 1))
    return pooled, _t(difference, sqrt(a + b), df, confidence)


def _effect(test: TTest, root: float, confidence: float) -> Effect:
    """d = t · root: `root` turns a t into a standardised difference."""
    if test.t != test.t:
        return Effect()
    found = noncentral_t(test.t, test.df, confidence)
    return Effect(test.t * root, Interval(found.low * root, found.high * root, confidence))


def _unbiased(d: Effect, df: float) -> Effect:
    if not df > 1 or d.value != d.value:
        return Effect()
    j = exp(float(special.gammaln(df / 2) - special.gammaln((df - 1) / 2))) / sqrt(df / 2)
    low, high = d.interval.low * j, d.interval.high * j
    return Effect(d.value * j, Interval(low, high, d.interval.confidence))


def _group_cautions(first: GroupMean, second: GroupMean, equal: FTest, pooled: TTest) -> list[Caution]:
    if not min(first.n, second.n):
        return [Caution(Code.ONE_GROUP, {"groups": int(first.n > 0) + int(second.n > 0)})]
    found = []
    if pooled.t != pooled.t:
        found.append(Caution(Code.NO_WITHIN_VARIANCE))
    if equal.p < LEVENE:
        found.append(Caution(Code.UNEQUAL_VARIANCES, {"p": equal.p}))
    if (ratio := max(first.n, second.n) / min(first.n, second.n)) > RATIO:
        found.append(Caution(Code.UNEQUAL_SIZES, {"ratio": ratio, "limit": RATIO}))
    return found

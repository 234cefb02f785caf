"""Confidence intervals several procedures share: Wilson, Clopper–Pearson, t, Fisher's z,
noncentral."""

from __future__ import annotations

from collections.abc import Callable
from math import atanh, isfinite, isnan, nan, sqrt, tanh

from openhall.stats.loading import special
from openhall.stats.results import NO_INTERVAL, Interval

STEPS = 200  # bisection ends by itself when the bracket is two neighbouring floats


def wilson(count: float, n: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of the share `count` / `n`, as shares (0 to 1); nan when `n` is 0.

    Wilson (1927), Journal of the American Statistical Association 22, 209–212.

    >>> interval = wilson(160, 300)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.4768, 0.589)
    """
    if n <= 0:
        return Interval(nan, nan, confidence)
    z2 = float(special.ndtri((1 + confidence) / 2)) ** 2
    centre = (count + z2 / 2) / (n + z2)
    half = sqrt(z2 * (count * (n - count) / n + z2 / 4)) / (n + z2)
    low = 0.0 if count == 0 else centre - half
    return Interval(low, 1.0 if count == n else centre + half, confidence)


def clopper_pearson(count: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact interval of the share `count` / `n`: quantiles of the beta distribution."""
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else float(special.betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(special.betaincinv(count + 1, n - count, 1 - tail))
    return Interval(low, high, confidence)


def mean_interval(mean: float, se: float, df: float, confidence: float = 0.95) -> Interval:
    """Student's t interval of a mean: mean ± t(df) · se; nan with df below 1."""
    if df < 1 or not isfinite(se):
        return Interval(nan, nan, confidence)
    half = float(special.stdtrit(df, (1 + confidence) / 2)) * se
    return Interval(mean - half, mean + half, confidence)


def noncentral_chi2(statistic: float, df: int, confidence: float = 0.95) -> Interval:
    """Interval of the noncentrality of a chi-square statistic, by inverting its distribution function.

    nan where the statistic is so small that no population gives one as small with a chance of (1 − confidence)
    / 2 or more: the inversion has no solution, and an interval from 0 to 0 would leave out its own estimate.

    >>> noncentral_chi2(0.2, 5).high
    nan
    """
    return _noncentrality(lambda nc: float(special.chndtr(statistic, df, nc)), statistic, confidence)


def noncentral_f(statistic: float, df1: float, df2: float, confidence: float = 0.95) -> Interval:
    """Interval of the noncentrality of an F statistic, by inverting its distribution function; nan where that
    has no solution, as in `noncentral_chi2`."""
    return _noncentrality(
        lambda nc: float(special.ncfdtr(df1, df2, nc, statistic)), statistic * df1, confidence
    )


def noncentral_t(statistic: float, df: float, confidence: float = 0.95) -> Interval:
    """Interval of the noncentrality of a t statistic, by inverting its distribution function."""
    if not isfinite(statistic) or df < 1:
        return NO_INTERVAL
    tail = (1 - confidence) / 2
    away = abs(statistic)  # by symmetry, so that the function is asked where it is good
    low, high = (_solve_t(away, df, target) for target in (1 - tail, tail))
    return Interval(low, high, confidence) if statistic >= 0 else Interval(-high, -low, confidence)


def _solve_t(statistic: float, df: float, target: float) -> float:
    """Where P(T ≤ statistic | noncentrality), which falls with it, is `target`."""
    low, high = statistic - 10.0, statistic + 10.0
    while special.nctdtr(df, low, statistic) < target:
        low -= 10.0 + statistic
    while special.nctdtr(df, high, statistic) > target:
        high += 10.0 + statistic
    for _ in range(STEPS):
        middle = (low + high) / 2
        if high - low <= 1e-11 * (1 + abs(middle)):
            break
        low, high = (middle, high) if special.nctdtr(df, middle, statistic) > target else (low, middle)
    return (low + high) / 2


def correlation_interval(r: float, error: float, confidence: float = 0.95) -> Interval:
    """Fisher's: tanh(artanh r ± z · error), `error` that of artanh r; the point itself when |r| is 1."""
    if not isfinite(r) or not isfinite(error):
        return Interval(nan, nan, confidence)
    if abs(r) >= 1:
        return Interval(r, r, confidence)
    half = float(special.ndtri((1 + confidence) / 2)) * error
    return Interval(tanh(atanh(r) - half), tanh(atanh(r) + half), confidence)


def _noncentrality(cdf: Callable[[float], float], guess: float, confidence: float) -> Interval:
    if not isfinite(guess) or guess < 0:
        return NO_INTERVAL
    tail = (1 - confidence) / 2
    if cdf(0.0) < tail:
        return Interval(nan, nan, confidence)
    return Interval(_solve(cdf, 1 - tail, guess), _solve(cdf, tail, guess), confidence)


def _solve(cdf: Callable[[float], float], target: float, guess: float) -> float:
    """Where the falling function `cdf` passes `target`; 0 where it starts below, nan beyond its reach."""
    if cdf(0.0) <= target:
        return 0.0
    low, high = 0.0, max(guess, 1.0)
    while (reached := cdf(high)) > target:
        low, high = high, 2 * high
    if isnan(reached):
        return nan
    for _ in range(STEPS):
        middle = (low + high) / 2
        if high - low <= 1e-10 * high or middle in (low, high):
            break
        low, high = (middle, high) if cdf(middle) > target else (low, middle)
    return (low + high) / 2

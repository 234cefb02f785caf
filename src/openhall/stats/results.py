"""The small result shapes every procedure shares: an interval, a chi-square, an F, an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from openhall.stats.loading import special


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval and its level (0.95). Its units are those of the figure it belongs to."""

    low: float
    high: float
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A statistic with a chi-square distribution."""

    value: float = nan
    df: int = 0
    p: float = nan


@dataclass(frozen=True, slots=True)
class FTest:
    """A statistic with an F distribution; df2 is fractional for Welch and Brown–Forsythe."""

    value: float = nan
    df1: float = nan
    df2: float = nan
    p: float = nan


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the analysis of variance table. The total line has no mean square (nan)."""

    sum_of_squares: float
    df: int
    mean_square: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with its asymptotic standard error, interval and p (against zero)."""

    value: float
    se: float
    interval: Interval
    p: float


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """A p-value from random tables, with the 99 % interval of the share at least as extreme."""

    p: float
    interval: Interval
    tables: int
    seed: int


NO_INTERVAL = Interval(nan, nan)


def chi_square(value: float, df: int) -> ChiSquare:
    """A chi-square with its upper-tail p.

    >>> round(chi_square(7.716, 12).p, 3)
    0.807
    """
    return ChiSquare(value, df, float(special.chdtrc(df, value)))


def f_test(value: float, df1: float, df2: float) -> FTest:
    """An F with its upper-tail p.

    >>> round(f_test(0.60, 10, 139).p, 2)
    0.81
    """
    return FTest(value, df1, df2, float(special.fdtrc(df1, df2, value)))

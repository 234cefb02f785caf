"""The p of a printed statistic, as the interval its rounding leaves: chi-square, F, t, r and z."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from math import inf, isfinite, sqrt

from openhall.stats.audit.printed import Printed
from openhall.stats.audit.published import Kind, Test
from openhall.stats.loading import special

Range = tuple[float, float]


def p_of(kind: Kind, statistic: float, df1: float = inf, df2: float = inf) -> float:
    """The p of one value: upper tail for chi-square and F, both tails for t, r and z.

    >>> round(p_of(Kind.CHI2, 7.716, 12), 3), round(p_of(Kind.T, -2.2, 28), 3)
    (0.807, 0.036)
    """
    size = abs(statistic)
    if kind is Kind.CHI2:
        return 0.0 if size == inf else float(special.chdtrc(df1, size))
    if kind is Kind.F:
        return 0.0 if size == inf else float(special.fdtrc(df1, df2, size))
    if kind is Kind.R:
        size = inf if size >= 1 else size * sqrt(df1 / (1 - size * size))
    if size == inf:
        return 0.0
    if kind is Kind.Z or not isfinite(df1):
        return float(2 * special.ndtr(-size))
    return float(2 * special.stdtr(df1, -size))


def sizes(kind: Kind, statistic: Printed) -> Range:
    """The least and largest size of the statistic before rounding; the sign of t, r and z does not matter."""
    low, high = statistic.low, statistic.high
    if kind in (Kind.CHI2, Kind.F):
        return max(low, 0.0), max(high, 0.0)
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    most = max(abs(low), abs(high))
    return (least, min(most, 1.0)) if kind is Kind.R else (least, most)


def p_between(test: Test) -> Range | None:
    """The p a test can have, two-tailed; None where degrees of freedom are missing.

    Degrees of freedom printed with decimals are rounded; a whole second one may be (Welch), which the rule
    tries only where the exact one does not do: see `p_between_loosely`.
    """
    return _between(test, _exact(test.df1), _exact(test.df2))


def p_between_loosely(test: Test) -> Range | None:
    """The same with the error's degrees of freedom rounded to whole numbers."""
    if test.kind is Kind.F:
        return _between(test, _exact(test.df1), _rounded(test.df2))
    return _between(test, _rounded(test.df1), ()) if test.kind is Kind.T else p_between(test)


def _exact(df: Printed | None) -> tuple[float, ...]:
    if df is None:
        return ()
    return (df.value,) if df.is_whole else (df.low, df.high)


def _rounded(df: Printed | None) -> tuple[float, ...]:
    return () if df is None else (max(df.low, 0.5), df.high)


def _between(test: Test, first: Iterable[float], second: Iterable[float]) -> Range | None:
    firsts, seconds = tuple(first), tuple(second)
    if test.kind is Kind.Z:
        firsts, seconds = (inf,), (inf,)
    elif test.kind is Kind.F:
        pass
    else:
        seconds = (inf,)
    if not firsts or not seconds or min(*firsts, *seconds) <= 0:
        return None
    return corners(
        lambda size, df1, df2: p_of(test.kind, size, df1, df2),
        sizes(test.kind, test.statistic),
        firsts,
        seconds,
    )


def corners(p: Callable[[float, float, float], float], *sides: Iterable[float]) -> Range:
    """The least and largest p at the corners; p is monotone in each side."""
    found = [p(*corner) for corner in product(*sides)]
    return min(found), max(found)


def f_between(statistic: Printed, df1: float, df2: Iterable[float]) -> Range:
    """The p a printed F can have with these degrees of freedom.

    >>> from openhall.stats.audit.printed import printed
    >>> low, high = f_between(printed("0.60"), 10, (139,))
    >>> round(low, 3), round(high, 3)
    (0.808, 0.816)
    """
    return corners(
        lambda size, first, second: p_of(Kind.F, size, first, second),
        sizes(Kind.F, statistic),
        (df1,),
        tuple(df2),
    )

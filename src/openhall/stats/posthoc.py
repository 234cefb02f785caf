"""Which groups differ: Tukey–Kramer, Games–Howell, and the comparisons by Student's t and Scheffé's F (seed
4.6; SPSS ONEWAY /POSTHOC=TUKEY GH LSD BONFERRONI SIDAK SCHEFFE)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats import studentized
from openhall.stats.loading import special
from openhall.stats.results import Interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Mean of `first` minus mean of `second`. `p` and `interval` hold for all pairs of the table together,
    except with "lsd", which corrects for nothing."""

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

    method: str  # "tukey_kramer", "games_howell", "lsd", "bonferroni", "sidak" or "scheffe"
    pairs: tuple[Pair, ...]


def tukey_kramer(
    levels: Sequence[int], sizes: Floats, means: Floats, within: float, df: float, confidence: float = 0.95
) -> PostHoc:
    """Tukey's test with Kramer's (1956) error for unequal groups: `within` is the mean square, `df` its
    degrees.

    se = √(within (1/nᵢ + 1/nⱼ)), q = √2 |difference| / se over the studentised range of all the groups.

    >>> found = tukey_kramer((1, 2), np.array([5.0, 5.0]), np.array([3.0, 2.4]), 0.1, 8)
    >>> round(found.pairs[0].p, 4)
    0.0171
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

    >>> found = games_howell((1, 2), np.array([5.0, 5.0]), np.array([3.0, 2.4]), np.array([0.1, 0.1]))
    >>> found.pairs[0].df, round(found.pairs[0].p, 4)
    (8.0, 0.0171)
    """
    first, second = np.triu_indices(len(levels), 1)
    share = variances / sizes  # nan for a group of one
    both = share[first] + share[second]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = share[first] / both  # squares of parts: those of huge variances would overflow
        df = 1 / (part**2 / (sizes[first] - 1) + (1 - part) ** 2 / (sizes[second] - 1))
    usable = both > 0
    df = np.where(usable, df, np.nan)
    point = np.full(len(df), np.nan)
    if usable.any():
        point[usable] = studentized.critical(1 - confidence, len(levels), df[usable])
    return _pairs("games_howell", levels, means, np.sqrt(both), df, point, confidence)


@dataclass(frozen=True, slots=True)
class Classic:
    """The comparisons that take the variance to be equal in all groups, beside Tukey's."""

    lsd: PostHoc
    bonferroni: PostHoc
    sidak: PostHoc
    scheffe: PostHoc


def classic(
    levels: Sequence[int], sizes: Floats, means: Floats, within: float, df: float, confidence: float = 0.95
) -> Classic:
    """Fisher's least significant difference, Bonferroni's, Šidák's (1967) and Scheffé's (1953) corrections.

    t = difference / se, se = √(within (1/nᵢ + 1/nⱼ)), df degrees of freedom. With m pairs: p, m p and
    1 − (1 − p)^m; intervals with the same share of α. Scheffé: t² / (k − 1) as an F with k − 1 and df,
    right for every contrast, so widest for pairs.
    """
    if len(levels) < 2 or not (within > 0 and df >= 1):
        return Classic(*(PostHoc(name, ()) for name in ("lsd", "bonferroni", "sidak", "scheffe")))
    first, second = np.triu_indices(len(levels), 1)
    se = np.sqrt(within * (1 / sizes[first] + 1 / sizes[second]))
    t = np.abs(means[first] - means[second]) / se
    p, pairs, alpha, rest = 2 * special.stdtr(df, -t), len(se), 1 - confidence, len(levels) - 1

    def table(name: str, corrected: Floats, point: float) -> PostHoc:
        return _table(name, levels, means, se, np.full(pairs, float(df)), corrected, point * se, confidence)

    def student(tail: float) -> float:
        return -float(special.stdtrit(df, tail / 2))

    return Classic(
        lsd=table("lsd", p, student(alpha)),
        bonferroni=table("bonferroni", np.minimum(pairs * p, 1.0), student(alpha / pairs)),
        sidak=table(
            "sidak",
            -np.expm1(pairs * np.log1p(-np.minimum(p, 1 - 1e-16))),
            student(1 - confidence ** (1 / pairs)),
        ),
        scheffe=table(
            "scheffe",
            special.fdtrc(rest, df, t**2 / rest),
            sqrt(rest * float(special.fdtri(rest, df, confidence))),
        ),
    )


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
    with np.errstate(invalid="ignore", divide="ignore"):
        q = sqrt(2) * np.abs(means[first] - means[second]) / se
        p = studentized.survival(q, len(levels), df)
    return _table(method, levels, means, se, df, p, point * se / sqrt(2), confidence)


def _table(
    method: str,
    levels: Sequence[int],
    means: Floats,
    se: Floats,
    df: Floats,
    p: Floats,
    half: Floats,
    confidence: float,
) -> PostHoc:
    first, second = np.triu_indices(len(levels), 1)
    difference = means[first] - means[second]
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

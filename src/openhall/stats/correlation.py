"""Do two measures rise together? Pearson's, Spearman's and Kendall's correlation, and what is left of it with
others held constant (SPSS CORRELATIONS, NONPAR CORR, PARTIAL CORR)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, Patterns, Weights, patterns
from openhall.stats.descriptives import Treatment
from openhall.stats.intervals import correlation_interval
from openhall.stats.loading import special
from openhall.stats.missing import complete
from openhall.stats.products import products
from openhall.stats.results import Interval

Kind = Literal["pearson", "spearman", "kendall"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """One coefficient. `statistic` is a t with `df` degrees of freedom, for Kendall a z (df nan)."""

    first: str
    second: str
    r: float
    interval: Interval
    statistic: float
    df: float
    p: float
    n: int
    missing: int
    method: str  # "pearson", "spearman", "kendall_tau_b" or "partial"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Correlations:
    """Every pair of several measures, in the order of `keys`; correct their p over the family you look at."""

    keys: tuple[str, ...]
    pairs: tuple[Correlation, ...]
    missing_treatment: Treatment
    method: str

    @property
    def matrix(self) -> Floats:
        """The coefficients as a symmetric table, 1 on the diagonal."""
        found = np.eye(len(self.keys))
        for (i, j), pair in zip(combinations(range(len(self.keys)), 2), self.pairs, strict=True):
            found[i, j] = found[j, i] = pair.r
        return found

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Of all the pairs, each once."""
        found = [caution for pair in self.pairs for caution in pair.cautions]
        return tuple(caution for i, caution in enumerate(found) if caution not in found[:i])


def correlations(
    items: NDArray[np.float64],
    keys: Sequence[str],
    *,
    kind: Kind = "pearson",
    missing: Treatment = "pairwise",
    confidence: float = 0.95,
    weights: Weights = None,
) -> Correlations:
    """`correlation` of every two columns of `items` (cases × measures).

    `missing`: "pairwise" uses each pair's complete cases, "listwise" only cases complete in all columns.

    >>> found = correlations(np.array([[1, 2, 9], [2, 4, 7], [3, 5, 8], [4, 9, 1]]), ("a", "b", "c"))
    >>> found.matrix.round(3).tolist()[0]
    [1.0, 0.965, -0.826]
    """
    scores = np.asarray(items, dtype=np.float64).reshape(len(items), len(keys))
    if missing == "listwise":
        scores = np.where(complete(scores)[:, None], scores, np.nan)
    pairs = tuple(
        correlation(
            scores[:, i],
            scores[:, j],
            kind=kind,
            confidence=confidence,
            weights=weights,
            names=(keys[i], keys[j]),
        )
        for i, j in combinations(range(len(keys)), 2)
    )
    return Correlations(tuple(keys), pairs, missing, METHODS[kind])


def correlation(
    first: Column,
    second: Column,
    *,
    kind: Kind = "pearson",
    confidence: float = 0.95,
    weights: Weights = None,
    names: tuple[str, str] = ("", ""),
) -> Correlation:
    """One correlation, cases with either value missing left out.

    Pearson: t = r √((n − 2) / (1 − r²)); interval of Fisher's z, error 1 / √(n − 3). Spearman: Pearson's of
    the ranks, ties sharing theirs; error √((1 + r²/2) / (n − 3)) (Bonett & Wright 2000). Kendall: tau-b, z
    with the variance for ties (Kendall 1970); error √(.437 / (n − 4)) (Fieller, Hartley & Pearson 1957).

    >>> found = correlation(np.array([1, 2, 3, 4, 5]), np.array([1, 3, 2, 5, 4]), kind="kendall")
    >>> found.r, round(found.p, 4)
    (0.6, 0.1416)
    """
    data = patterns(np.column_stack([first, second]), weights)
    r, statistic, df, p = MEASURES[kind](data)
    return Correlation(
        first=names[0],
        second=names[1],
        r=r,
        interval=correlation_interval(r, _error(kind, r, data.n), confidence),
        statistic=statistic,
        df=df,
        p=p,
        n=data.n,
        missing=data.missing,
        method=METHODS[kind],
        cautions=_cautions(data, names),
    )


def partial(
    first: Column,
    second: Column,
    controls: NDArray[np.float64],
    *,
    confidence: float = 0.95,
    weights: Weights = None,
    names: tuple[str, str] = ("", ""),
) -> Correlation:
    """Pearson's correlation of what `controls` (cases × c) do not explain; complete cases only.

    r = −P₁₂ / √(P₁₁ P₂₂), P the inverse of the correlation matrix; n − 2 − c degrees of freedom; error of
    Fisher's z 1 / √(n − 3 − c).

    >>> age = np.array([20, 30, 40, 50, 60])
    >>> found = partial(np.array([1, 3, 2, 4, 6]), np.array([2, 1, 4, 3, 6]), age)
    >>> round(found.r, 4), found.df
    (-0.3333, 2)
    """
    others = np.asarray(controls, dtype=np.float64)
    others = others[:, None] if others.ndim < 2 else others
    data = patterns(np.column_stack([first, second, others]), weights)
    r, c = _partial(data), others.shape[1]
    df = data.n - 2 - c
    t, p = _student(r, df)
    error = 1 / sqrt(data.n - 3 - c) if data.n - 3 - c > 0 else nan
    return Correlation(
        first=names[0],
        second=names[1],
        r=r,
        interval=correlation_interval(r, error, confidence),
        statistic=t,
        df=df,
        p=p,
        n=data.n,
        missing=data.missing,
        method="partial",
        cautions=_cautions(data, names) if r == r or not data.n else (Caution(Code.SINGULAR),),
    )


def _pearson(data: Patterns) -> tuple[float, float, float, float]:
    r = float(products(data).correlation[0, 1]) if data.n else nan
    return r, *_with_df(r, data.n - 2)


def _spearman(data: Patterns) -> tuple[float, float, float, float]:
    ranks = np.column_stack([_ranks(column, data) for column in data.rows.T])
    return _pearson(Patterns(ranks, data.counts, data.missing))


def _kendall(data: Patterns) -> tuple[float, float, float, float]:
    """tau-b = S / √((n₀ − n₁)(n₀ − n₂)), S the concordant less the discordant pairs."""
    n = float(data.n)
    x, y = (_ties(column, data) for column in data.rows.T)
    untied = [n * (n - 1) / 2 - float((t * (t - 1)).sum()) / 2 for t in (x, y)]
    if not min(untied, default=0) > 0:
        return nan, nan, nan, nan
    s = _concordance(data)
    variance = n * (n - 1) * (2 * n + 5) - sum(float((t * (t - 1) * (2 * t + 5)).sum()) for t in (x, y))
    twos = float((x * (x - 1)).sum()) * float((y * (y - 1)).sum())
    threes = float((x * (x - 1) * (x - 2)).sum()) * float((y * (y - 1) * (y - 2)).sum())
    variance = variance / 18 + twos / (2 * n * (n - 1))
    variance += threes / (9 * n * (n - 1) * (n - 2)) if n > 2 else 0.0
    z = s / sqrt(variance)
    return s / sqrt(untied[0] * untied[1]), z, nan, float(2 * special.ndtr(-abs(z)))


MEASURES = {"pearson": _pearson, "spearman": _spearman, "kendall": _kendall}
METHODS = {"pearson": "pearson", "spearman": "spearman", "kendall": "kendall_tau_b"}


def _ties(column: Floats, data: Patterns) -> Floats:
    _, place = np.unique(column, return_inverse=True)
    return np.asarray(np.bincount(place, weights=data.counts.astype(np.float64)), dtype=np.float64)


def _ranks(column: Floats, data: Patterns) -> Floats:
    _, place = np.unique(column, return_inverse=True)
    ties = _ties(column, data)
    return np.asarray((ties.cumsum() - (ties - 1) / 2)[place])


def _concordance(data: Patterns) -> int:
    """Concordant less discordant pairs: a running tally of the second column (a Fenwick tree) while the
    first rises; cases equal in the first are asked before any of them is added."""
    _, y = np.unique(data.rows[:, 1], return_inverse=True)
    size = int(y.max()) + 1
    tree, total, s = [0] * (size + 1), 0, 0

    def up_to(place: int) -> int:
        found = 0
        while place > 0:
            found += tree[place]
            place &= place - 1
        return found

    starts = np.flatnonzero(np.diff(data.rows[:, 0], prepend=np.nan) != 0).tolist()
    for begin, end in zip(starts, [*starts[1:], len(y)], strict=True):
        same = list(zip(y[begin:end].tolist(), data.counts[begin:end].tolist(), strict=True))
        for place, count in same:
            s += count * (up_to(place) - (total - up_to(place + 1)))
        for place, count in same:
            total, at = total + count, place + 1
            while at <= size:
                tree[at] += count
                at += at & -at
    return s


def _partial(data: Patterns) -> float:
    matrix = products(data).correlation if data.n > 2 else np.full((2, 2), np.nan)
    if np.isnan(matrix).any() or np.linalg.cond(matrix[2:, 2:]) > 1e12:
        return nan
    explained = matrix[:2, 2:] @ np.linalg.solve(matrix[2:, 2:], matrix[2:, :2])
    left = matrix[:2, :2] - explained
    if not min(left[0, 0], left[1, 1]) > 1e-12:
        return nan
    return float(np.clip(left[0, 1] / sqrt(left[0, 0] * left[1, 1]), -1.0, 1.0))


def _with_df(r: float, df: int) -> tuple[float, float, float]:
    t, p = _student(r, df)
    return t, df, p


def _student(r: float, df: int) -> tuple[float, float]:
    if r != r or df < 1:
        return nan, nan
    if abs(r) >= 1:
        return float(np.copysign(np.inf, r)), 0.0
    t = r * sqrt(df / ((1 - r) * (1 + r)))
    return t, float(2 * special.stdtr(df, -abs(t)))


def _error(kind: Kind, r: float, n: int) -> float:
    if r != r or n < (5 if kind == "kendall" else 4):
        return nan
    if kind == "kendall":
        return sqrt(0.437 / (n - 4))
    return sqrt((1 + r * r / 2 if kind == "spearman" else 1.0) / (n - 3))


def _cautions(data: Patterns, names: tuple[str, str]) -> tuple[Caution, ...]:
    if not data.n:
        return (Caution(Code.NO_DATA),)
    found = [Caution(Code.MISSING, {"missing": data.missing, "n": data.n})] if data.missing else []
    still = np.ptp(data.rows[:, :2], axis=0) == 0
    if still.any():
        found.append(Caution(Code.CONSTANT_ITEM, {"items": listed(np.array(names)[still])}))
    return tuple(found)

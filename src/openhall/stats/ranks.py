"""Does one group answer higher, without any assumption of shape? Kruskal–Wallis and Dunn's comparisons (seed
4.6 without its assumptions; SPSS NPAR TESTS /K-W, NPTESTS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.correction import bonferroni, holm
from openhall.stats.counting import Column, Spread, Weights, spread
from openhall.stats.descriptives import quantile_of
from openhall.stats.loading import special
from openhall.stats.results import ChiSquare, chi_square

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankGroup:
    """One group: its cases, their mean rank among all cases, and their median; nan without cases."""

    code: int
    n: int
    mean_rank: float
    median: float


@dataclass(frozen=True, slots=True)
class RankPair:
    """Mean rank of `first` minus that of `second`; codes of groups, or positions of items.

    `p` is of the pair alone, `p_holm` and `p_bonferroni` (which SPSS prints) hold for all pairs together.
    """

    first: int
    second: int
    difference: float
    se: float
    z: float
    p: float
    p_holm: float
    p_bonferroni: float


@dataclass(frozen=True, slots=True)
class Kruskal:
    """Kruskal–Wallis H with its effect size epsilon² = H / (n − 1), and Dunn's pairs."""

    groups: tuple[RankGroup, ...]
    n: int
    missing: int
    chi2: ChiSquare
    epsilon2: float
    dunn: tuple[RankPair, ...]
    method: str = "kruskal_wallis"
    cautions: tuple[Caution, ...] = ()


def kruskal(dependent: Column, factor: Column, levels: Sequence[int], *, weights: Weights = None) -> Kruskal:
    """Rank all of `dependent`, compare the mean ranks of the groups; a code outside `levels` raises BadInput.

    Kruskal & Wallis (1952), Journal of the American Statistical Association 47, 583–621, corrected for ties.

    >>> found = kruskal(np.array([1, 2, 3, 4, 5, 6]), np.array([1, 1, 1, 2, 2, 2]), (1, 2))
    >>> round(found.chi2.value, 3), [group.mean_rank for group in found.groups]
    (3.857, [2.0, 5.0])
    """
    data = spread(dependent, factor, levels, weights)
    used = data.occupied()
    chi2, epsilon2 = kruskal_wallis(used)
    return Kruskal(
        rank_groups(data), data.n, data.missing, chi2, epsilon2, dunn(used), cautions=rank_cautions(data)
    )


def kruskal_wallis(data: Spread) -> tuple[ChiSquare, float]:
    """H corrected for ties, and its effect size epsilon² = H / (n − 1); every group given must have cases.

    H = 12 / (n (n + 1)) Σ nᵢ (mean rankᵢ − (n + 1) / 2)², divided by 1 − Σ (t³ − t) / (n³ − n).
    """
    sizes, n = data.sizes, data.n
    if len(sizes) < 2 or len(data.values) < 2:
        return ChiSquare(), nan
    above_middle = centred_ranks(data)
    raw = 12 / (n * (n + 1)) * float(sizes @ (data.counts @ above_middle / sizes) ** 2)
    h = raw / tie_factor(data)
    return chi_square(h, len(sizes) - 1), h / (n - 1)


def dunn(data: Spread) -> tuple[RankPair, ...]:
    """Dunn's comparisons of every two groups by the ranks among all; every group given must have cases.

    z = difference of mean ranks / √((n (n + 1) / 12 − Σ (t³ − t) / (12 (n − 1))) (1/nᵢ + 1/nⱼ)).
    Dunn (1964), Technometrics 6, 241–252.
    """
    sizes, n = data.sizes, data.n
    if len(sizes) < 2 or len(data.values) < 2:
        return ()
    means = data.counts @ centred_ranks(data) / sizes
    first, second = np.triu_indices(len(sizes), 1)
    variance = n * (n + 1) / 12 * tie_factor(data)
    se = np.sqrt(variance * (1 / sizes[first] + 1 / sizes[second]))
    return rank_pairs(data.levels, means, se)


def rank_pairs(names: Sequence[int], mean_ranks: Floats, se: Floats) -> tuple[RankPair, ...]:
    """Every pair of `mean_ranks` over its standard error, with normal p and corrected ones."""
    first, second = np.triu_indices(len(names), 1)
    difference = mean_ranks[first] - mean_ranks[second]
    z = difference / se
    p = 2 * special.ndtr(-np.abs(z))
    columns = (difference, se, z, p, holm(p), bonferroni(p))
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(RankPair(i, j, *row) for (i, j), row in zip(combinations(names, 2), rows, strict=True))


def centred_ranks(data: Spread) -> Floats:
    """Mean rank of each value among all cases, minus (n + 1) / 2."""
    ties = data.counts.sum(axis=0).astype(float)
    return np.asarray(ties.cumsum() - ties / 2 - data.n / 2)


def tie_factor(data: Spread) -> float:
    """1 − Σ (t³ − t) / (n³ − n): 1 without ties, 0 when all values are equal."""
    ties, n = data.counts.sum(axis=0).astype(float), float(data.n)
    return 1 - float((ties**3 - ties).sum()) / (n**3 - n) if n > 1 else nan


def rank_groups(data: Spread) -> tuple[RankGroup, ...]:
    """Mean rank and median of each group, empty ones included."""
    sums, middle = data.counts @ centred_ranks(data), (data.n + 1) / 2
    return tuple(
        RankGroup(
            code, int(n), middle + float(above) / int(n) if n else nan, quantile_of(_only(data, i), 0.5)
        )
        for i, (code, n, above) in enumerate(zip(data.levels, data.sizes, sums, strict=True))
    )


def _only(data: Spread, group: int) -> Spread:
    return Spread((data.levels[group],), data.values, data.counts[group : group + 1], 0, data.above)


def rank_cautions(data: Spread) -> tuple[Caution, ...]:
    """Missing, empty groups, and what leaves nothing to compare."""
    if not data.n:
        return (Caution(Code.NO_DATA),)
    found = [Caution(Code.MISSING, {"missing": data.missing, "n": data.n})] if data.missing else []
    if empty := [level for level, n in zip(data.levels, data.sizes, strict=True) if not n]:
        found.append(Caution(Code.EMPTY_LEVELS, {"levels": listed(empty)}))
    if (groups := int((data.sizes > 0).sum())) < 2:
        found.append(Caution(Code.ONE_GROUP, {"groups": groups}))
    elif len(data.values) == 1:
        found.append(Caution(Code.CONSTANT, {"value": float(data.values[0])}))
    return tuple(found)

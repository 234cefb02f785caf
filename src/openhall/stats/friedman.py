"""Do the same people rate several items alike? Friedman's test with Kendall's W (SPSS NPAR TESTS /FRIEDMAN
/KENDALL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Weights, patterns, spread_of_one
from openhall.stats.descriptives import quantile_of
from openhall.stats.ranks import RankPair, rank_pairs
from openhall.stats.results import ChiSquare, chi_square


@dataclass(frozen=True, slots=True)
class FriedmanItem:
    """One item: its mean rank among the items of each person, and its median."""

    key: str
    mean_rank: float
    median: float


@dataclass(frozen=True, slots=True)
class Friedman:
    """Friedman's chi-square; Kendall's W, 0 (no agreement on the order) to 1; pairs of items by position."""

    items: tuple[FriedmanItem, ...]
    n: int
    missing: int
    chi2: ChiSquare
    w: float
    pairs: tuple[RankPair, ...]
    method: str = "friedman"
    cautions: tuple[Caution, ...] = ()


def friedman(items: NDArray[np.float64], keys: Sequence[str], *, weights: Weights = None) -> Friedman:
    """Rank the `items` (cases × k) of each case, cases with a missing item left out.

    χ² = 12 n Σ (mean rank − (k + 1)/2)² / (k (k + 1) − Σ ties / (n (k − 1))), k − 1 degrees of freedom;
    W = χ² / (n (k − 1)). Pairs: difference of mean ranks over √(k (k + 1) / (6 n)), as SPSS does after
    Friedman. Friedman (1937), Journal of the American Statistical Association 32, 675–701.

    >>> found = friedman(np.array([[1, 2, 3], [1, 3, 2], [1, 2, 3], [2, 1, 3]]), ("a", "b", "c"))
    >>> found.chi2.value, found.w, [item.mean_rank for item in found.items]
    (4.5, 0.5625, [1.25, 2.0, 2.75])
    """
    data = patterns(np.asarray(items, dtype=np.float64).reshape(len(items), len(keys)), weights)
    n, k = data.n, len(keys)
    left_out = (Caution(Code.MISSING, {"missing": data.missing, "n": n}),) if data.missing else ()
    if n == 0 or k < 2:
        caution = Caution(Code.TWO_ITEMS_NEEDED, {"items": k}) if n else Caution(Code.NO_DATA)
        empty = tuple(FriedmanItem(key, nan, nan) for key in keys)
        return Friedman(empty, n, data.missing, ChiSquare(), nan, (), cautions=(*left_out, caution))
    below = (data.rows[:, :, None] > data.rows[:, None, :]).sum(axis=2)
    ties = (data.rows[:, :, None] == data.rows[:, None, :]).sum(axis=2)
    above = data.counts @ (below + (ties - k) / 2) / n  # mean rank minus (k + 1) / 2
    tied = float(data.counts @ (ties.astype(float) ** 2 - 1).sum(axis=1))  # Σ (t³ − t) of each person
    spread = k * (k + 1) - tied / (n * (k - 1))
    still = spread <= 1e-9
    value = nan if still else 12 * n * float(above @ above) / spread
    if still:
        left_out = (*left_out, Caution(Code.CONSTANT, {"value": 0.0}))
    medians = [quantile_of(spread_of_one(data.rows[:, i], data.counts), 0.5) for i in range(k)]
    pairs = rank_pairs(range(k), above, np.full(k * (k - 1) // 2, sqrt(k * (k + 1) / (6 * n))))
    return Friedman(
        tuple(
            FriedmanItem(key, float(rank) + (k + 1) / 2, median)
            for key, rank, median in zip(keys, above, medians, strict=True)
        ),
        n,
        data.missing,
        ChiSquare() if still else chi_square(value, k - 1),
        value / (n * (k - 1)),
        () if still else pairs,
        cautions=left_out,
    )

"""Two groups, or two answers of the same people, compared by ranks: Mann–Whitney and Wilcoxon (SPSS NPAR
TESTS /M-W /WILCOXON)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.errors import N_, BadInput
from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Column, Counts, Weights, patterns, spread, spread_of_one
from openhall.stats.loading import special
from openhall.stats.ranks import RankGroup, centred_ranks, rank_cautions, rank_groups, tie_factor

SMALL = 50  # cases: up to here the exact distribution is used, ties included
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MannWhitney:
    """U of the smaller side (SPSS's), Wilcoxon's W, and p: exact up to 50 cases, else normal with ties.

    `u_first` counts the pairs in which the first group is higher, ties half; `rank_biserial` is
    2 u_first / (n₁ n₂) − 1, from −1 to 1.
    """

    groups: tuple[RankGroup, RankGroup]
    n: int
    missing: int
    u: float
    u_first: float
    w: float
    z: float
    p_asymptotic: float
    p_exact: float | None
    rank_biserial: float
    method: str = "mann_whitney"
    cautions: tuple[Caution, ...] = ()

    @property
    def p(self) -> float:
        """The p to report: the exact one where there is one."""
        return self.p_asymptotic if self.p_exact is None else self.p_exact


@dataclass(frozen=True, slots=True)
class SignedRanks:
    """Pairs whose difference second − first has one sign: how many, their mean rank and sum of ranks."""

    n: int
    mean_rank: float
    sum_of_ranks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wilcoxon:
    """Signed ranks of second − first; pairs without a difference (`ties`) do not count.

    `rank_biserial` is (positive − negative sum of ranks) / all, from −1 to 1.
    """

    negative: SignedRanks
    positive: SignedRanks
    ties: int
    n: int
    missing: int
    z: float
    p_asymptotic: float
    p_exact: float | None
    rank_biserial: float
    method: str = "wilcoxon_signed_ranks"
    cautions: tuple[Caution, ...] = ()

    @property
    def p(self) -> float:
        """The p to report: the exact one where there is one."""
        return self.p_asymptotic if self.p_exact is None else self.p_exact


def mannwhitney(
    dependent: Column, factor: Column, levels: Sequence[int], *, weights: Weights = None
) -> MannWhitney:
    """Compare two groups: `levels` are their two codes; cases of other groups must be taken out before.

    z = (U − n₁ n₂ / 2) / √(n₁ n₂ (n + 1) / 12 · tie factor), no continuity correction (as SPSS). The exact p
    is of the permutation distribution of the ranks as they are, ties included (Streitberg & Röhmel 1986).
    Mann & Whitney (1947), Annals of Mathematical Statistics 18, 50–60.

    >>> found = mannwhitney(np.array([1, 2, 3, 4, 5, 6]), np.array([1, 1, 1, 2, 2, 2]), (1, 2))
    >>> found.u, round(found.z, 3), found.p, found.rank_biserial
    (0.0, -1.964, 0.1, -1.0)
    """
    if len(levels) != 2:
        raise BadInput(N_("This test compares two groups, not {groups}."), groups=len(levels))
    data = spread(dependent, factor, levels, weights)
    first, second = rank_groups(data)
    n, most = data.n, first.n * second.n
    cautions = rank_cautions(data)
    if not most or len(data.values) < 2:
        return _nothing((first, second), n, data.missing, cautions)
    above = float(data.counts[0] @ centred_ranks(data))  # sum of ranks of the first group, less its share
    u_first = above + most / 2
    z = above / sqrt(most * (n + 1) / 12 * tie_factor(data))
    smaller = first if u_first <= most / 2 else second
    return MannWhitney(
        groups=(first, second),
        n=n,
        missing=data.missing,
        u=min(u_first, most - u_first),
        u_first=u_first,
        w=smaller.n * (smaller.n + 1) / 2 + min(u_first, most - u_first),
        z=z,
        p_asymptotic=float(2 * special.ndtr(-abs(z))),
        p_exact=_exact_two(data.counts, above) if n <= SMALL else None,
        rank_biserial=2 * u_first / most - 1,
        cautions=cautions,
    )


def _nothing(
    groups: tuple[RankGroup, RankGroup], n: int, missing: int, cautions: tuple[Caution, ...]
) -> MannWhitney:
    return MannWhitney(
        groups=groups,
        n=n,
        missing=missing,
        u=nan,
        u_first=nan,
        w=nan,
        z=nan,
        p_asymptotic=nan,
        p_exact=None,
        rank_biserial=nan,
        cautions=cautions,
    )


def wilcoxon(first: Column, second: Column, *, weights: Weights = None) -> Wilcoxon:
    """Compare two answers of the same people, cases with either missing left out.

    Ranks of |second − first| without the zeros, differences equal to twelve digits tied;
    z = (R₊ − m (m + 1) / 4) / √(m (m + 1)(2m + 1) / 24 − Σ (t³ − t) / 48); exact p of all signs of these
    ranks, ties included. Wilcoxon (1945), Biometrics Bulletin 1, 80–83.

    >>> found = wilcoxon(np.array([1, 2, 3, 4]), np.array([2, 4, 6, 8]))
    >>> found.positive.n, found.positive.sum_of_ranks, found.p
    (4, 10.0, 0.125)
    """
    pairs = patterns(np.column_stack([first, second]), weights)
    change = _even(pairs.rows[:, 1] - pairs.rows[:, 0], np.abs(pairs.rows).max(initial=0.0))
    moved = change != 0
    data = spread_of_one(np.abs(change[moved]), pairs.counts[moved])
    upward = spread_of_one(np.where(change > 0, change, np.nan), pairs.counts)
    ranks = centred_ranks(data) + (data.n + 1) / 2
    rises = np.zeros(len(data.values), dtype=np.int64)
    rises[np.searchsorted(data.values, upward.values)] = upward.counts[0]
    falls = data.counts[0] - rises
    up, down = (_signed(counts, ranks) for counts in (rises, falls))
    m, total = data.n, data.n * (data.n + 1) / 2
    ties = data.counts[0].astype(float)
    variance = m * (m + 1) * (2 * m + 1) / 24 - float((ties**3 - ties).sum()) / 48
    z = (up.sum_of_ranks - total / 2) / sqrt(variance) if m else nan
    found = [Caution(Code.MISSING, {"missing": pairs.missing, "n": pairs.n})] if pairs.missing else []
    if not m:
        found.append(Caution(Code.CONSTANT, {"value": 0.0}) if pairs.n else Caution(Code.NO_DATA))
    return Wilcoxon(
        negative=down,
        positive=up,
        ties=pairs.n - m,
        n=pairs.n,
        missing=pairs.missing,
        z=z,
        p_asymptotic=float(2 * special.ndtr(-abs(z))),
        p_exact=_exact_signs(data.counts[0], ranks, up.sum_of_ranks) if 0 < m <= SMALL else None,
        rank_biserial=(up.sum_of_ranks - down.sum_of_ranks) / total if m else nan,
        cautions=tuple(found),
    )


def _even(change: Floats, size: float) -> Floats:
    """Differences without the rounding that makes .3 − .2 and .2 − .1 differ; `size`: of the answers."""
    return np.asarray(np.round(change / size, 12) * size) if size else change


def _signed(counts: Counts, ranks: Floats) -> SignedRanks:
    n, total = int(counts.sum()), float(counts @ ranks)
    return SignedRanks(n, total / n if n else nan, total)


def _exact_two(counts: Counts, above: float) -> float:
    """Share of all ways to choose the first group whose sum of ranks is at least as far from the middle.

    `ways[k, s]`: subsets of k cases with the sum s of twice their ranks.
    """
    ties = counts.sum(axis=0)
    twice = np.repeat(2 * ties.cumsum() - ties + 1, ties)
    chosen = int(counts[0].sum())
    ways = np.zeros((chosen + 1, int(twice.sum()) + 1))
    ways[0, 0] = 1.0
    for rank in twice:
        ways[1:, rank:] += ways[:-1, :-rank].copy()
    return _both_tails(ways[chosen], chosen * (int(ties.sum()) + 1), 2 * above)


def _exact_signs(counts: Counts, ranks: Floats, positive: float) -> float:
    """Share of all signs of the ranks whose positive sum is at least as far from the middle."""
    twice = np.repeat(np.rint(2 * ranks).astype(np.int64), counts)
    ways = np.zeros(int(twice.sum()) + 1)
    ways[0] = 1.0
    for rank in twice:
        ways[rank:] += ways[:-rank].copy()
    middle = float(twice.sum()) / 2
    return _both_tails(ways, middle, 2 * positive - middle)


def _both_tails(ways: Floats, middle: float, off: float) -> float:
    extreme = np.abs(np.arange(len(ways)) - middle) >= abs(off) - 1e-6
    return min(1.0, float(ways[extreme].sum() / ways.sum()))

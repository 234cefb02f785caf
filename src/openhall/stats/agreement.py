"""Do two entries of the same sheets agree? Cohen's kappa (seed 4.1 double entry; SPSS CROSSTABS
/STATISTICS=KAPPA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, Counts, Weights, cross_tally, finite, frequency_weights
from openhall.stats.loading import special
from openhall.stats.results import NO_INTERVAL, Interval


@dataclass(frozen=True, slots=True)
class Kappa:
    """Chance-corrected agreement. `agreement` is the share of cases entered alike, 0 to 1."""

    kappa: float
    se: float
    interval: Interval
    p: float
    agreement: float
    n: int
    missing: int
    method: str = "cohen"
    cautions: tuple[Caution, ...] = ()


def cohens_kappa(
    first: Column, second: Column, confidence: float = 0.95, *, weights: Weights = None
) -> Kappa:
    """Agreement of two columns of codes, cases with either missing left out; any codes may occur.

    kappa = (po − pe) / (1 − pe); standard errors of Fleiss, Cohen & Everitt (1969), Psychological
    Bulletin 72, 323–327: the general one for `se` and `interval`, the one under kappa = 0 for `p`.

    >>> kappa = cohens_kappa(np.array([1, 1, 2, 2, 2]), np.array([1, 1, 2, 2, 1]))
    >>> round(kappa.kappa, 4), kappa.agreement
    (0.6154, 0.8)
    """
    one, two = finite(first), finite(second)
    times = frequency_weights(weights, len(one))
    both = ~(np.isnan(one) | np.isnan(two))
    used = both & (times > 0)
    codes, place = np.unique(np.concatenate([one[used], two[used]]), return_inverse=True)
    levels = range(len(codes))
    half = len(place) // 2
    counts, _ = cross_tally(place[:half], place[half:], levels, levels, times[used])
    return _with(counts, int(times[~both].sum()), confidence, [f"{code:g}" for code in codes])


def kappa_of(
    counts: Counts, confidence: float = 0.95, *, missing: int = 0, names: Sequence[object] = ()
) -> Kappa:
    """Kappa of a square table of counts, the same codes in rows and columns; those nobody used do not count.

    >>> round(kappa_of(np.array([[20, 5], [10, 15]])).kappa, 3)
    0.4
    """
    table = np.asarray(counts, dtype=np.int64)
    used = (table.sum(axis=0) + table.sum(axis=1)) > 0
    kept = [name for name, some in zip(names or range(len(table)), used, strict=True) if some]
    return _with(table[np.ix_(used, used)], missing, confidence, kept)


def _with(counts: Counts, missing: int, confidence: float, names: Sequence[object]) -> Kappa:
    n = int(counts.sum())
    left_out = (Caution(Code.MISSING, {"missing": missing, "n": n}),) if missing else ()
    if n == 0:
        return Kappa(nan, nan, NO_INTERVAL, nan, nan, 0, missing, cautions=(Caution(Code.NO_DATA),))
    if len(counts) == 1:
        caution = Caution(Code.CONSTANT, {"value": listed(names)})
        return Kappa(nan, nan, NO_INTERVAL, nan, 1.0, n, missing, cautions=(*left_out, caution))
    return _kappa(counts / n, n, missing, confidence, left_out)


def _kappa(
    shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    n: int,
    missing: int,
    confidence: float,
    cautions: tuple[Caution, ...],
) -> Kappa:
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    agreed = round(float(np.trace(shares)) * n) / n
    chance = float(rows @ columns)
    kappa = (agreed - chance) / (1 - chance)
    sums = rows[None, :] + columns[:, None]  # of cell (i, j): row share of j + column share of i
    diagonal = float(np.diag(shares) @ (1 - (rows + columns) * (1 - kappa)) ** 2)
    weights = shares * sums**2
    rest = (1 - kappa) ** 2 * float(weights.sum() - np.trace(weights))
    variance = (diagonal + rest - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    under_zero = chance + chance**2 - float((rows * columns) @ (rows + columns))
    se, se0 = sqrt(max(variance, 0.0)), sqrt(max(under_zero, 0.0) / n) / (1 - chance)
    p = float(2 * special.ndtr(-abs(kappa) / se0)) if se0 else nan
    half = float(special.ndtri((1 + confidence) / 2)) * se
    interval = Interval(max(kappa - half, -1.0), min(kappa + half, 1.0), confidence)
    return Kappa(kappa, se, interval, p, agreed, n, missing, cautions=cautions)

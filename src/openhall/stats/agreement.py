"""Do two entries of the same sheets agree? Cohen's kappa (seed 4.1 double entry; SPSS CROSSTABS
/STATISTICS=KAPPA)."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy import special

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import finite
from openhall.stats.results import NO_INTERVAL, Interval
from openhall.stats.sample import Column


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


def cohens_kappa(first: Column, second: Column, confidence: float = 0.95) -> Kappa:
    """Agreement of two columns of codes, cases with either missing left out; any codes may occur.

    kappa = (po − pe) / (1 − pe); standard errors of Fleiss, Cohen & Everitt (1969), Psychological
    Bulletin 72, 323–327: the general one for `se` and `interval`, the one under kappa = 0 for `p`.

    >>> kappa = cohens_kappa(np.array([1, 1, 2, 2, 2]), np.array([1, 1, 2, 2, 1]))
    >>> round(kappa.kappa, 4), kappa.agreement
    (0.6154, 0.8)
    """
    one, two = finite(first), finite(second)
    both = ~(np.isnan(one) | np.isnan(two))
    n, missing = int(both.sum()), int((~both).sum())
    left_out = (Caution(Code.MISSING, {"missing": missing, "n": n}),) if missing else ()
    if n == 0:
        return Kappa(nan, nan, NO_INTERVAL, nan, nan, 0, missing, cautions=(Caution(Code.NO_DATA),))
    codes, place = np.unique(np.concatenate([one[both], two[both]]), return_inverse=True)
    if len(codes) == 1:
        caution = Caution(Code.CONSTANT, {"value": listed([f"{codes[0]:g}"])})
        return Kappa(nan, nan, NO_INTERVAL, nan, 1.0, n, missing, cautions=(*left_out, caution))
    size = len(codes)
    shares = np.bincount(place[:n] * size + place[n:], minlength=size * size).reshape(size, size) / n
    return _kappa(shares, n, missing, confidence, left_out)


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

"""Do the items of a dimension measure one thing? Cronbach's alpha and item analysis, omega, lambda-6, split
half (seed 4.3, table 4-1; SPSS RELIABILITY /MODEL=ALPHA | OMEGA | GUTTMAN | SPLIT /SUMMARY=TOTAL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Patterns, Weights, patterns
from openhall.stats.loading import special
from openhall.stats.onefactor import one_factor
from openhall.stats.products import invertible, products
from openhall.stats.results import NO_INTERVAL, Interval

STANDARD = 0.7  # the usual least alpha (Nunnally 1978)
CLEAR = 0.3  # a loading beyond this counts
LOWEST = 0.35  # of the study's middle band; no accepted standard


class Band(StrEnum):
    """The study's bands of alpha: above .7, .35 to .7, below .35 (seed 4.3)."""

    HIGH = "high"
    ACCEPTABLE = "acceptable"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ItemReliability:
    """One item: its own moments, and the scale without it."""

    key: str
    mean: float
    sd: float
    item_total: float  # corrected: correlation with the sum of the other items
    alpha_if_deleted: float  # nan with two items
    mean_if_deleted: float
    variance_if_deleted: float


@dataclass(frozen=True, slots=True)
class Omega:
    """McDonald's omega total = (Σλ)² / ((Σλ)² + Σψ) of one factor fitted by maximum likelihood to the
    covariances. `keys` name the `loadings` (in units of the items)."""

    value: float
    keys: tuple[str, ...]
    loadings: tuple[float, ...]
    converged: bool
    at_edge: tuple[str, ...]  # items whose own variance is estimated as (nearly) nothing
    method: str = "omega_total_one_factor_ml"


@dataclass(frozen=True, slots=True)
class SplitHalf:
    """The first half of the items (one more where they are odd) against the second, as SPSS splits them."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    alpha_first: float
    alpha_second: float
    correlation: float
    spearman_brown: float  # for halves of the same length
    spearman_brown_unequal: float
    guttman: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Alpha over the cases with every item answered. n + missing = all cases. Alpha may be negative."""

    alpha: float
    interval: Interval  # Feldt
    standardised: float
    band: Band | None  # None when alpha cannot be computed
    n: int
    missing: int
    items: tuple[ItemReliability, ...]
    mean_correlation: float  # between items
    scale_mean: float
    scale_variance: float
    lambda6: float = nan  # Guttman's, of the covariances; may be negative
    omega: Omega | None = None  # three items or more
    split_half: SplitHalf | None = None
    method: str = "cronbach_listwise"
    cautions: tuple[Caution, ...] = ()


def reliability(
    items: NDArray[np.float64],
    keys: Sequence[str],
    confidence: float = 0.95,
    *,
    weights: Weights = None,
) -> Reliability:
    """Cronbach's alpha of `items` (cases × items, nan = missing, cases with a missing item left out).

    alpha = k / (k − 1) · (1 − Σ item variances / variance of the sum); interval of Feldt (1965),
    Psychometrika 30, 357–370. lambda-6 = 1 − Σ (variance of an item not explained by the others) / variance
    of the sum (Guttman 1945). Omega: `Omega`; split half: Spearman–Brown 2r / (1 + r), Guttman
    2 (1 − (v₁ + v₂) / v). With fewer than two items or cases, or no variance, the figures are nan and a
    caution says why.

    >>> found = reliability(np.array([[1, 2], [2, 2], [3, 4], [5, 4.0]]), ("s1", "s2"))
    >>> round(found.alpha, 3), found.band.value, found.n
    (0.879, 'high', 4)
    """
    data = patterns(np.asarray(items, dtype=np.float64).reshape(len(items), len(keys)), weights)
    return reliability_of(data, keys, confidence)


def reliability_of(data: Patterns, keys: Sequence[str], confidence: float = 0.95) -> Reliability:
    """The reliability of patterns already counted."""
    found = products(data)
    n, k, means, covariance = data.n, len(keys), found.means, found.covariance
    alpha = _alpha(covariance)
    correlations = found.correlation
    mean_correlation = float((correlations.sum() - k) / (k * (k - 1))) if k > 1 else nan
    details = tuple(_item(key, i, means, covariance) for i, key in enumerate(keys))
    omega = _omega(covariance, correlations, keys)
    return Reliability(
        alpha=alpha,
        interval=_feldt(alpha, n, k, confidence),
        standardised=k * mean_correlation / shared if (shared := 1 + (k - 1) * mean_correlation) else nan,
        band=band(alpha),
        n=n,
        missing=data.missing,
        items=details,
        mean_correlation=mean_correlation,
        scale_mean=float(means.sum()),
        scale_variance=float(covariance.sum()),
        lambda6=_lambda6(covariance, correlations),
        omega=omega,
        split_half=_split_half(covariance, keys),
        cautions=_cautions(alpha, details, n, data.missing, _against(correlations), omega),
    )


def band(alpha: float) -> Band | None:
    """The study's word for an alpha; None for nan.

    >>> band(0.664), band(0.949)
    (<Band.ACCEPTABLE: 'acceptable'>, <Band.HIGH: 'high'>)
    """
    if alpha != alpha:
        return None
    if alpha > STANDARD:
        return Band.HIGH
    return Band.ACCEPTABLE if alpha >= LOWEST else Band.NONE


def _alpha(covariance: NDArray[np.float64]) -> float:
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return nan
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def _lambda6(covariance: NDArray[np.float64], correlations: NDArray[np.float64]) -> float:
    if not invertible(correlations) or not covariance.sum() > 0:
        return nan
    own = np.diag(covariance) / np.diag(np.linalg.inv(correlations))
    return 1 - float(own.sum()) / float(covariance.sum())


def _omega(
    covariance: NDArray[np.float64], correlations: NDArray[np.float64], keys: Sequence[str]
) -> Omega | None:
    if len(keys) < 3 or not invertible(correlations):
        return None
    found = one_factor(covariance)
    common = float(found.loadings.sum()) ** 2
    value = common / (common + float(found.unique.sum()))
    edge = tuple(key for key, at in zip(keys, found.at_edge, strict=True) if at)
    return Omega(value, tuple(keys), tuple(found.loadings.tolist()), found.converged, edge)


def _split_half(covariance: NDArray[np.float64], keys: Sequence[str]) -> SplitHalf | None:
    k, half = len(keys), (len(keys) + 1) // 2
    if k < 2:
        return None
    one, two = covariance[:half, :half], covariance[half:, half:]
    v1, v2, shared = float(one.sum()), float(two.sum()), float(covariance[:half, half:].sum())
    r = shared / (v1 * v2) ** 0.5 if v1 > 0 and v2 > 0 else nan
    whole = v1 + v2 + 2 * shared
    return SplitHalf(
        first=tuple(keys[:half]),
        second=tuple(keys[half:]),
        alpha_first=_alpha(one),
        alpha_second=_alpha(two),
        correlation=r,
        spearman_brown=2 * r / (1 + r) if r != -1 else nan,
        spearman_brown_unequal=_unequal(r, half / k),
        guttman=4 * shared / whole if whole > 0 else nan,
    )


def _unequal(r: float, share: float) -> float:
    """Spearman–Brown for halves with `share` and 1 − `share` of the items (Horst 1951)."""
    if r != r or r == 0 or abs(r) >= 1:
        return r
    lengths, r2 = share * (1 - share), r * r
    return (-r2 + sqrt(r2 * r2 + 4 * r2 * (1 - r2) * lengths)) / (2 * (1 - r2) * lengths)


def _against(correlations: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Items that load clearly against most of the others on the first principal component."""
    if len(correlations) < 3 or np.isnan(correlations).any():
        return np.zeros(len(correlations), dtype=bool)
    values, vectors = np.linalg.eigh(correlations)
    loadings = vectors[:, -1] * values[-1] ** 0.5
    up, down = loadings > CLEAR, loadings < -CLEAR
    return np.asarray(down if up.sum() >= down.sum() else up)


def _item(key: str, i: int, means: NDArray[np.float64], covariance: NDArray[np.float64]) -> ItemReliability:
    others = np.arange(len(means)) != i
    rest = covariance[np.ix_(others, others)]
    variance, rest_variance = float(covariance[i, i]), float(rest.sum())
    scale = variance * rest_variance
    return ItemReliability(
        key=key,
        mean=float(means[i]),
        sd=variance**0.5,
        item_total=float(covariance[i, others].sum()) / scale**0.5 if scale > 0 else nan,
        alpha_if_deleted=_alpha(rest),
        mean_if_deleted=float(means[others].sum()),
        variance_if_deleted=rest_variance,
    )


def _feldt(alpha: float, n: int, k: int, confidence: float) -> Interval:
    if alpha != alpha:
        return NO_INTERVAL
    df1, df2, tail = n - 1, (n - 1) * (k - 1), (1 - confidence) / 2
    low, high = (1 - (1 - alpha) * float(special.fdtri(df1, df2, p)) for p in (1 - tail, tail))
    return Interval(low, high, confidence)


def _cautions(
    alpha: float,
    items: tuple[ItemReliability, ...],
    n: int,
    missing: int,
    against: NDArray[np.bool_],
    omega: Omega | None,
) -> tuple[Caution, ...]:
    found = [Caution(Code.MISSING, {"missing": missing, "n": n})] if missing else []
    if n < 2:
        return (Caution(Code.NO_DATA),)
    if len(items) < 2:
        return (*found, Caution(Code.TWO_ITEMS_NEEDED, {"items": len(items)}))
    if constant := [item.key for item in items if item.sd == 0]:
        found.append(Caution(Code.CONSTANT_ITEM, {"items": listed(constant)}))
    if reversed_items := [
        item.key for item, no in zip(items, against, strict=True) if no or item.item_total < 0
    ]:
        found.append(Caution(Code.REVERSED_ITEM, {"items": listed(reversed_items)}))
    if alpha < 0:
        found.append(Caution(Code.ALPHA_NEGATIVE, {"alpha": alpha}))
    elif alpha < STANDARD:
        found.append(Caution(Code.ALPHA_BELOW_STANDARD, {"alpha": alpha, "standard": STANDARD}))
    found.extend(
        Caution(Code.ALPHA_RISES_WITHOUT, {"item": item.key, "alpha": item.alpha_if_deleted})
        for item in items
        if item.alpha_if_deleted > alpha
    )
    if omega and (not omega.converged or omega.at_edge):
        found.append(Caution(Code.OMEGA_AT_EDGE, {"items": listed(omega.at_edge)}))
    return tuple(found)

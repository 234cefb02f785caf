"""Do the items of a dimension measure one thing? Cronbach's alpha and item analysis (seed 4.3, table 4-1;
SPSS RELIABILITY /MODEL=ALPHA /SUMMARY=TOTAL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import nan

import numpy as np
from numpy.typing import NDArray
from scipy import special

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import finite
from openhall.stats.results import NO_INTERVAL, Interval

STANDARD = 0.7  # the usual least alpha (Nunnally 1978)
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
    method: str = "cronbach_listwise"
    cautions: tuple[Caution, ...] = ()


def reliability(items: NDArray[np.float64], keys: Sequence[str], confidence: float = 0.95) -> Reliability:
    """Cronbach's alpha of `items` (cases × items, nan = missing, cases with a missing item left out).

    alpha = k / (k − 1) · (1 − Σ item variances / variance of the sum); interval of Feldt (1965),
    Psychometrika 30, 357–370. With fewer than two items or cases, or no variance, the figures are nan
    and a caution says why.

    >>> found = reliability(np.array([[1, 2], [2, 2], [3, 4], [5, 4.0]]), ("s1", "s2"))
    >>> round(found.alpha, 3), found.band.value, found.n
    (0.879, 'high', 4)
    """
    scores = finite(items).reshape(len(items), len(keys))
    complete = scores[~np.isnan(scores).any(axis=1)]
    n, k = complete.shape
    missing = len(scores) - n
    means = complete.mean(axis=0) if n else np.full(k, np.nan)
    covariance = _covariance(complete, means)
    total = float(covariance.sum())
    alpha = _alpha(covariance)
    correlations = _correlations(covariance)
    mean_correlation = float((correlations.sum() - k) / (k * (k - 1))) if k > 1 else nan
    details = tuple(_item(key, i, means, covariance) for i, key in enumerate(keys))
    return Reliability(
        alpha=alpha,
        interval=_feldt(alpha, n, k, confidence),
        standardised=k * mean_correlation / shared if (shared := 1 + (k - 1) * mean_correlation) else nan,
        band=band(alpha),
        n=n,
        missing=missing,
        items=details,
        mean_correlation=mean_correlation,
        scale_mean=float(means.sum()),
        scale_variance=total,
        cautions=_cautions(alpha, details, n, missing),
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


def _covariance(scores: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariances with n − 1; exactly 0 for an item that does not vary."""
    n, k = scores.shape
    if n < 2:
        return np.full((k, k), np.nan)
    off = np.where(np.ptp(scores, axis=0) == 0, 0.0, scores - means)
    return np.asarray(off.T @ off / (n - 1))


def _alpha(covariance: NDArray[np.float64]) -> float:
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return nan
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def _correlations(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    sd = np.sqrt(np.diag(covariance))
    scale = np.outer(sd, sd)
    return np.where(scale > 0, covariance / np.where(scale > 0, scale, 1.0), np.nan)


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


def _cautions(alpha: float, items: tuple[ItemReliability, ...], n: int, missing: int) -> tuple[Caution, ...]:
    found = [Caution(Code.MISSING, {"missing": missing, "n": n})] if missing else []
    if n < 2:
        return (Caution(Code.NO_DATA),)
    if len(items) < 2:
        return (*found, Caution(Code.TWO_ITEMS_NEEDED, {"items": len(items)}))
    if constant := [item.key for item in items if item.sd == 0]:
        found.append(Caution(Code.CONSTANT_ITEM, {"items": listed(constant)}))
    if reversed_items := [item.key for item in items if item.item_total < 0]:
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
    return tuple(found)

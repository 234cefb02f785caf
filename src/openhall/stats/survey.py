"""Means and shares from a weighted survey with errors that know about the weights, strata and clusters (SPSS
Complex Samples CSDESCRIPTIVES, CSTABULATE; R svymean, svyby)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, positions
from openhall.stats.design import Design, left_out
from openhall.stats.intervals import mean_interval
from openhall.stats.loading import special
from openhall.stats.raoscott import SurveyCrosstab, crosstab
from openhall.stats.results import NO_INTERVAL, FTest, Interval, f_test

__all__ = [
    "Design",
    "SurveyCrosstab",
    "SurveyMean",
    "SurveyMeans",
    "SurveyProportions",
    "SurveyShare",
    "crosstab",
    "group_means",
    "mean",
    "proportions",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyMean:
    """A weighted mean; `code` None outside of groups. `deff`: its variance over that of a simple sample."""

    code: int | None
    mean: float
    se: float
    interval: Interval
    deff: float
    n: int
    missing: int
    weighted_n: float
    df: int
    method: str = "taylor"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyMeans:
    """A mean a level and the total over them; `wald` tests whether the means of the levels are equal."""

    groups: tuple[SurveyMean, ...]
    total: SurveyMean
    wald: FTest
    n: int
    missing: int
    method: str = "taylor"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyShare:
    """One level: cases, their sum of weights, and per cent of the valid ones with error and interval."""

    code: int
    n: int
    weighted_n: float
    percent: float
    se: float
    interval: Interval
    deff: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyProportions:
    """A weighted frequency table. Per cents 0 to 100; intervals by logit and Student's t."""

    levels: tuple[SurveyShare, ...]
    n: int
    missing: int
    weighted_n: float
    df: int
    method: str = "taylor"
    cautions: tuple[Caution, ...] = ()


def mean(
    values: Column, design: Design, *, domain: NDArray[np.bool_] | None = None, confidence: float = 0.95
) -> SurveyMean:
    """Σ w y / Σ w over the cases with a value (and in `domain`), interval by t with the design's df.

    Influence w (y − mean) / Σ w, 0 outside: the design stays whole, so the error of a small group is right.
    deff is over s² / n with s² the weighted variance.

    >>> found = mean(np.array([1, 2, 3, 4.0]), Design([1, 1, 2, 2]))
    >>> round(found.mean, 3), round(found.se, 3), found.df
    (2.833, 0.597, 3)
    """
    scores = design.column(values)
    inside = ~np.isnan(scores) if domain is None else ~np.isnan(scores) & domain
    asked = np.ones(len(scores), dtype=bool) if domain is None else domain
    estimate, influence = _mean_of(scores, inside, design)
    return _survey_mean(None, estimate, influence, scores, inside, asked, design, confidence)


def group_means(
    dependent: Column, factor: Column, levels: Sequence[int], design: Design, *, confidence: float = 0.95
) -> SurveyMeans:
    """The mean of each level of `factor`, of all of them, and Wald's test that they are equal.

    F = W (df − q + 1) / (df q) with q and df − q + 1 degrees of freedom, W = d' V⁻¹ d of the q differences
    from the first group (Korn & Graubard 1990).

    >>> y, g = np.array([1, 2, 3, 4, 6, 5.0]), np.array([1, 1, 1, 2, 2, 2])
    >>> found = group_means(y, g, (1, 2), Design([1, 2, 1, 1, 1, 2]))
    >>> [group.mean for group in found.groups], round(found.wald.p, 3)
    ([2.0, 5.0], 0.003)
    """
    scores, place = design.column(dependent), positions(factor, levels)
    valid = ~np.isnan(scores) & (place >= 0)
    parts = [(valid & (place == i)) for i in range(len(levels))]
    found = [_mean_of(scores, part, design) for part in parts]
    total, influence = _mean_of(scores, valid, design)
    used = [i for i, part in enumerate(parts) if design.weight_of(part) > 0]
    groups = tuple(
        _survey_mean(code, *found[i], scores, parts[i], (place == i), design, confidence)
        for i, code in enumerate(levels)
    )
    whole = _survey_mean(
        None, total, influence, scores, valid, np.ones(len(scores), bool), design, confidence
    )
    return SurveyMeans(
        groups=groups,
        total=whole,
        wald=_wald([found[i] for i in used], design),
        n=whole.n,
        missing=whole.missing,
        cautions=(*whole.cautions, *_empty(levels, used)),
    )


def proportions(
    values: Column, levels: Sequence[int], design: Design, *, confidence: float = 0.95
) -> SurveyProportions:
    """Weighted per cent of each level among the valid cases; a code outside `levels` raises BadInput.

    Interval: logit(p) ± t · se / (p (1 − p)), back on the scale of per cents, as SPSS Complex Samples.

    >>> found = proportions(np.array([1, 1, 2, np.nan]), (1, 2), Design([1, 1, 2, 1]))
    >>> [(level.n, level.percent) for level in found.levels], found.missing
    ([(2, 50.0), (1, 50.0)], 1)
    """
    place = positions(values, levels)
    design.column(np.asarray(values))
    inside = place >= 0
    whole = design.weight_of(inside)
    rows = []
    for i, code in enumerate(levels):
        here = np.where(inside, (place == i).astype(np.float64), np.nan)
        one = _survey_mean(None, *_mean_of(here, inside, design), here, inside, inside, design, confidence)
        n = int((design.counted & (place == i)).sum())
        bounds = _logit(one.mean, one.se, design.df, confidence)
        weighted_n = design.weight_of(inside & (place == i))
        rows.append(SurveyShare(code, n, weighted_n, 100 * one.mean, 100 * one.se, bounds, one.deff))
    n = int((inside & design.counted).sum())
    missing = int((~inside & design.counted).sum())
    cautions = (*left_out(n, missing), *design.cautions) if n else (Caution(Code.NO_DATA),)
    return SurveyProportions(
        levels=tuple(rows), n=n, missing=missing, weighted_n=whole, df=design.df, cautions=cautions
    )


def _mean_of(scores: Floats, inside: NDArray[np.bool_], design: Design) -> tuple[float, Floats]:
    """A weighted mean and its influence values."""
    weights = np.where(inside, np.asarray(design.weights), 0.0)
    whole = float(weights.sum())
    if not whole > 0:
        return nan, np.zeros(len(scores))
    origin = float(scores[inside].min())
    above = np.where(inside, scores - origin, 0.0)
    centre = float(weights @ above) / whole
    return origin + centre, weights * (above - centre) / whole


def _survey_mean(
    code: int | None,
    estimate: float,
    influence: Floats,
    scores: Floats,
    inside: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    design: Design,
    confidence: float,
) -> SurveyMean:
    counted = design.counted
    n, missing = int((inside & counted).sum()), int((asked & ~inside & counted).sum())
    variance = float(design.variance(influence[:, None])[0, 0]) if n > 1 else nan
    se = sqrt(variance) if n > 1 else nan
    whole = design.weight_of(inside)
    weights = np.where(inside, np.asarray(design.weights), 0.0)
    simple = nan
    if n > 1:
        simple = float(weights @ np.where(inside, scores - estimate, 0.0) ** 2) / whole / (n - 1)
    return SurveyMean(
        code=code,
        mean=estimate,
        se=se,
        interval=mean_interval(estimate, se, design.df, confidence),
        deff=variance / simple if simple > 0 else nan,
        n=n,
        missing=missing,
        weighted_n=whole,
        df=design.df,
        cautions=(*left_out(n, missing), *design.cautions) if n else (Caution(Code.NO_DATA),),
    )


def _wald(found: Sequence[tuple[float, Floats]], design: Design) -> FTest:
    q = len(found) - 1
    if q < 1 or design.df - q + 1 < 1:
        return FTest()
    means = np.array([estimate for estimate, _ in found])
    v = design.variance(np.column_stack([influence for _, influence in found]))
    contrast = np.column_stack([-np.ones(q), np.eye(q)])
    spread, difference = contrast @ v @ contrast.T, contrast @ means
    if np.linalg.matrix_rank(spread) < q:
        return FTest()
    w = float(difference @ np.linalg.solve(spread, difference))
    return f_test(w * (design.df - q + 1) / (design.df * q), q, design.df - q + 1)


def _logit(share: float, se: float, df: int, confidence: float) -> Interval:
    """In per cent; the point itself at 0 and 100."""
    if not 0 < share < 1 or not se > 0 or df < 1:
        return NO_INTERVAL if share != share else Interval(100 * share, 100 * share, confidence)
    half = float(special.stdtrit(df, (1 + confidence) / 2)) * se / (share * (1 - share))
    centre = log(share / (1 - share))
    return Interval(100 / (1 + exp(half - centre)), 100 / (1 + exp(-half - centre)), confidence)


def _empty(levels: Sequence[int], used: Sequence[int]) -> tuple[Caution, ...]:
    empty = [level for i, level in enumerate(levels) if i not in used]
    return (Caution(Code.EMPTY_LEVELS, {"levels": listed(empty)}),) if empty else ()

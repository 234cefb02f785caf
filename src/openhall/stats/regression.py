"""What goes with a measure when the others are held constant: multiple linear regression (SPSS REGRESSION
/STATISTICS=ALL /RESIDUALS=DURBIN)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, Patterns, Weights, frequency_weights, patterns
from openhall.stats.intervals import mean_interval
from openhall.stats.loading import special
from openhall.stats.products import centred
from openhall.stats.results import NO_INTERVAL, FTest, Interval, Source, f_test

DEPENDENT = 1e-7  # of its length: what is left of a predictor that follows from those before it
VIF = 10.0  # beyond this a coefficient is hardly to be told from its neighbours'
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One predictor, or the constant (key ""). Left out as collinear: all nan.

    `beta` is of standardised measures; `zero_order`, `partial` and `part` are correlations with the
    dependent; `vif` = 1 / `tolerance`.
    """

    key: str
    b: float = nan
    se: float = nan
    t: float = nan
    p: float = nan
    interval: Interval = NO_INTERVAL
    beta: float = nan
    zero_order: float = nan
    partial: float = nan
    part: float = nan
    tolerance: float = nan
    vif: float = nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A linear regression; the constant comes first. `se` is the standard error of the estimate."""

    coefficients: tuple[Coefficient, ...]
    n: int
    missing: int
    r: float
    r2: float
    adjusted_r2: float  # may be negative
    se: float
    regression: Source
    residual: Source
    total: Source
    anova: FTest
    durbin_watson: float  # in the order of the cases, 2 when neighbours have nothing in common
    method: str = "least_squares"
    cautions: tuple[Caution, ...] = ()


def regression(
    dependent: Column,
    predictors: NDArray[np.float64],
    keys: Sequence[str],
    *,
    confidence: float = 0.95,
    weights: Weights = None,
) -> Regression:
    """Explain `dependent` by `predictors` (cases × k, named by `keys`); complete cases only.

    b minimises Σ (y − b₀ − Σ bⱼ xⱼ)² (QR of the centred predictors, each of length 1); se of bⱼ is
    s / √(Σ xⱼ² · tolerance); VIF = 1 / (1 − Rⱼ²); adjusted R² = 1 − (1 − R²)(n − 1) / (n − k − 1);
    Durbin–Watson Σ (eₜ − eₜ₋₁)² / Σ eₜ² (1950, Biometrika 37, 409–428). A predictor that follows exactly from
    those before it is left out and named by a caution.

    >>> x = np.array([[1, 1], [2, 1], [3, 2], [4, 5], [5, 3.0]])
    >>> found = regression(np.array([2, 4, 5, 4, 5.0]), x, ("a", "b"))
    >>> [round(coefficient.b, 4) for coefficient in found.coefficients], round(found.r2, 4)
    ([2.2, 0.9, -0.375], 0.7125)
    """
    names = tuple(keys)
    scores = np.asarray(predictors, dtype=np.float64).reshape(len(dependent), len(names))
    columns = np.column_stack([dependent, scores])
    data = patterns(columns, weights)
    fit = _fitted(data)
    if fit is None:
        return _nothing(names, data)
    found = _coefficients(fit, names, confidence)
    errors = columns[:, 0] - fit.means[0] - (columns[:, 1:] - fit.means[1:]) @ fit.b
    return Regression(
        coefficients=found,
        n=data.n,
        missing=data.missing,
        r=sqrt(max(fit.r2, 0.0)),
        r2=fit.r2,
        adjusted_r2=1 - (1 - fit.r2) * (fit.n - 1) / fit.df,
        se=fit.s,
        regression=Source(fit.explained, fit.k, fit.explained / fit.k if fit.k else nan),
        residual=Source(fit.rest, fit.df, fit.s**2),
        total=Source(fit.total, fit.n - 1, nan),
        anova=_anova(fit),
        durbin_watson=_durbin_watson(errors, frequency_weights(weights, len(errors))),
        cautions=_cautions(data, found),
    )


@dataclass(frozen=True)
class _Fit:
    """The fit on the predictors `kept`, brought to length 1: `standard` coefficients, inverse of R."""

    n: int
    means: Floats
    lengths: Floats
    kept: list[int]
    standard: Floats
    inverse: Floats
    zero_order: Floats
    total: float
    rest: float

    @property
    def k(self) -> int:
        return len(self.kept)

    @property
    def df(self) -> int:
        return self.n - 1 - self.k

    @property
    def explained(self) -> float:
        return self.total - self.rest

    @property
    def r2(self) -> float:
        return self.explained / self.total

    @property
    def s(self) -> float:
        return sqrt(self.rest / self.df)

    @property
    def b(self) -> Floats:
        found = np.zeros(len(self.lengths))
        found[self.kept] = self.standard / self.lengths[self.kept]
        return found

    @property
    def constant(self) -> tuple[float, float]:
        """The constant and its standard error."""
        means = self.means[1:]
        spread = (means[self.kept] / self.lengths[self.kept]) @ self.inverse
        return float(self.means[0] - self.b @ means), self.s * sqrt(1 / self.n + float(spread @ spread))


def _fitted(data: Patterns) -> _Fit | None:
    """None when there is nothing to explain, or not enough to explain it from."""
    if data.n <= 1 or data.rows.shape[1] < 2 or bool(np.ptp(data.rows[:, 0]) == 0):
        return None
    off, means = centred(data)
    off = off * np.sqrt(data.counts)[:, None]
    y, x = off[:, 0], off[:, 1:]
    lengths = np.sqrt((x**2).sum(axis=0))
    kept = _independent(x, lengths)
    total = float(y @ y)
    if data.n - 1 - len(kept) < 1 or not total > 0:  # squares of tiny values may come out as 0
        return None
    unit = x[:, kept] / lengths[kept]
    q, r = np.linalg.qr(unit)
    inverse = np.linalg.inv(r)
    standard = inverse @ (q.T @ y)
    residual = y - unit @ standard
    return _Fit(
        data.n,
        means,
        lengths,
        kept,
        standard,
        inverse,
        unit.T @ y / sqrt(total),
        total,
        float(residual @ residual),
    )


def _independent(columns: Floats, lengths: Floats) -> list[int]:
    """Positions of the predictors that do not follow from those before them."""
    kept: list[int] = []
    for place in np.flatnonzero(lengths > 0).tolist():
        trial = columns[:, [*kept, place]] / lengths[[*kept, place]]
        if len(trial) <= len(kept):
            break
        last = np.asarray(np.linalg.qr(trial, mode="r"))[-1, -1]
        if abs(float(last)) > DEPENDENT:
            kept.append(place)
    return kept


def _coefficients(fit: _Fit, names: Sequence[str], confidence: float) -> tuple[Coefficient, ...]:
    """The constant, then each predictor; one left out has no figures."""
    first = _coefficient("", *fit.constant, fit, confidence)
    tolerance = 1 / (fit.inverse**2).sum(axis=1)
    found = {}
    columns = (fit.standard.tolist(), fit.zero_order.tolist(), tolerance.tolist())
    for place, standard, simple, share in zip(fit.kept, *columns, strict=True):
        length = float(fit.lengths[place])
        one = _coefficient(names[place], standard / length, fit.s / (length * sqrt(share)), fit, confidence)
        found[place] = replace(
            one,
            beta=standard / sqrt(fit.total),
            zero_order=simple,
            partial=one.t / sqrt(one.t**2 + fit.df),
            part=one.t * sqrt(fit.rest / fit.total / fit.df),
            tolerance=share,
            vif=1 / share,
        )
    return (first, *(found.get(i, Coefficient(key=name)) for i, name in enumerate(names)))


def _coefficient(key: str, b: float, se: float, fit: _Fit, confidence: float) -> Coefficient:
    t = b / se if se > 0 else nan
    p = float(2 * special.stdtr(fit.df, -abs(t)))
    return Coefficient(key=key, b=b, se=se, t=t, p=p, interval=mean_interval(b, se, fit.df, confidence))


def _anova(fit: _Fit) -> FTest:
    if not fit.k or not fit.s > 0:
        return FTest()
    return f_test(fit.explained / fit.k / fit.s**2, fit.k, fit.df)


def _durbin_watson(errors: Floats, times: NDArray[np.int64]) -> float:
    """A case of weight w stands for w equal neighbours, whose differences are nothing."""
    used = ~np.isnan(errors) & (times > 0)
    left, weight = errors[used], times[used]
    whole = float(weight @ left**2)
    return float((np.diff(left) ** 2).sum()) / whole if whole > 0 else nan


def _nothing(names: Sequence[str], data: Patterns) -> Regression:
    still = data.n > 1 and np.ptp(data.rows[:, 0]) == 0
    caution = Caution(Code.CONSTANT, {"value": float(data.rows[0, 0])}) if still else None
    needed = Caution(Code.FEW_CASES, {"n": data.n, "needed": len(names) + 2})
    empty = Source(nan, 0, nan)
    return Regression(
        coefficients=tuple(Coefficient(key=name) for name in ("", *names)),
        n=data.n,
        missing=data.missing,
        r=nan,
        r2=nan,
        adjusted_r2=nan,
        se=nan,
        regression=empty,
        residual=empty,
        total=empty,
        anova=FTest(),
        durbin_watson=nan,
        cautions=(caution or (needed if data.n else Caution(Code.NO_DATA)),),
    )


def _cautions(data: Patterns, found: Sequence[Coefficient]) -> tuple[Caution, ...]:
    told = [Caution(Code.MISSING, {"missing": data.missing, "n": data.n})] if data.missing else []
    if left_out := [one.key for one in found if one.b != one.b]:
        told.append(Caution(Code.COLLINEAR, {"items": listed(left_out)}))
    if inflated := [one.key for one in found if one.vif > VIF]:
        told.append(Caution(Code.HIGH_VIF, {"items": listed(inflated), "limit": VIF}))
    return tuple(told)

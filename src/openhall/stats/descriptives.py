"""One measured variable at a time: mean, spread, shape, quartiles (SPSS DESCRIPTIVES, FREQUENCIES
/STATISTICS /NTILES=4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, fsum, nan, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Column, Spread, Weights, spread_of_one
from openhall.stats.intervals import mean_interval
from openhall.stats.means import moments, shape, shape_errors
from openhall.stats.missing import complete
from openhall.stats.results import Interval

Treatment = Literal["pairwise", "listwise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One variable. Skewness and kurtosis are SPSS's corrected forms (0 for a normal curve), quartiles
    SPSS's HAVERAGE; `mode` is the smallest of the `modes` values that occur most often."""

    key: str
    n: int
    missing: int
    sum: float
    mean: float
    se: float
    interval: Interval
    sd: float
    variance: float
    skewness: float
    skewness_se: float
    kurtosis: float
    kurtosis_se: float
    minimum: float
    maximum: float
    range: float
    q1: float
    median: float
    q3: float
    iqr: float
    mode: float
    modes: int
    quantile_method: str = "haverage"
    method: str = "student_t"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Descriptives:
    """Several variables; `n_listwise` cases have a value in every one of them."""

    variables: tuple[Description, ...]
    n: int
    n_listwise: int
    missing_treatment: Treatment
    method: str = "student_t"

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Of all the variables, each once."""
        found = [caution for variable in self.variables for caution in variable.cautions]
        return tuple(caution for i, caution in enumerate(found) if caution not in found[:i])


def descriptives(
    items: NDArray[np.float64],
    keys: Sequence[str],
    *,
    missing: Treatment = "pairwise",
    confidence: float = 0.95,
    weights: Weights = None,
) -> Descriptives:
    """Describe each column of `items` (cases × variables, nan = missing).

    `missing`: "pairwise" uses every value there is of each variable (SPSS /MISSING=VARIABLE), "listwise"
    only cases complete in all of them.

    >>> found = descriptives(np.array([[1, 2], [3, np.nan], [5, 4]]), ("a", "b"), missing="listwise")
    >>> [(variable.key, variable.n, variable.mean) for variable in found.variables]
    [('a', 2, 3.0), ('b', 2, 3.0)]
    """
    scores = np.asarray(items, dtype=np.float64).reshape(len(items), len(keys))
    whole = complete(scores)
    everyone = spread_of_one(np.zeros(len(scores)), weights)
    full = spread_of_one(np.where(whole, 0.0, np.nan), weights)
    if missing == "listwise":
        scores = np.where(whole[:, None], scores, np.nan)
    found = tuple(
        describe(scores[:, i], key, confidence=confidence, weights=weights) for i, key in enumerate(keys)
    )
    return Descriptives(found, everyone.n, full.n, missing)


def describe(
    values: Column, key: str = "", *, confidence: float = 0.95, weights: Weights = None
) -> Description:
    """Mean, spread, shape and quartiles of `values`, nan = missing.

    Variance with n − 1; skewness G1, kurtosis G2 (Joanes & Gill 1998) with their normal-theory standard
    errors; interval of the mean by Student's t; quartiles as `quantile`.

    >>> found = describe(np.array([1, 2, 2, 3, 7]))
    >>> found.mean, found.variance, found.median, found.q1, found.q3, found.mode
    (3.0, 5.5, 2.0, 1.5, 5.0, 2.0)
    """
    return describe_of(spread_of_one(values, weights), key, confidence=confidence)


def describe_of(data: Spread, key: str = "", *, confidence: float = 0.95) -> Description:
    """The description of counts already made, of one group."""
    n, counts, values = data.n, data.counts[0], data.values
    found = moments(data)
    mean = float(found.origin + found.means[0])
    variance = float(found.squares[0]) / (n - 1) if n > 1 else nan
    se = sqrt(variance / n) if n > 1 else nan
    skewness, kurtosis = shape(data, found)
    skewness_se, kurtosis_se = shape_errors(n)
    q1, median, q3 = (quantile_of(data, share) for share in (0.25, 0.5, 0.75))
    most = int(counts.max()) if n else 0
    return Description(
        key=key,
        n=n,
        missing=data.missing,
        sum=fsum((counts * values).tolist()) if n else nan,
        mean=mean,
        se=se,
        interval=mean_interval(mean, se, n - 1, confidence),
        sd=sqrt(variance) if n > 1 else nan,
        variance=variance,
        skewness=skewness,
        skewness_se=skewness_se,
        kurtosis=kurtosis,
        kurtosis_se=kurtosis_se,
        minimum=float(values[0]) if n else nan,
        maximum=float(values[-1]) if n else nan,
        range=float(values[-1] - values[0]) if n else nan,
        q1=q1,
        median=median,
        q3=q3,
        iqr=q3 - q1,
        mode=float(values[counts == most][0]) if n else nan,
        modes=int((counts == most).sum()) if n else 0,
        cautions=_cautions(data),
    )


def quantile(values: Column, share: float, *, weights: Weights = None) -> float:
    """The value below which `share` (0 to 1) of the cases lie, by SPSS's HAVERAGE.

    The (n + 1) · share-th value in ascending order; between two values, in proportion. NumPy's default and
    R's type 7 use (n − 1) · share + 1 and differ; this is R's type 6.

    >>> quantile(np.array([1, 2, 3, 4]), 0.25)
    1.25
    """
    return quantile_of(spread_of_one(values, weights), share)


def quantile_of(data: Spread, share: float) -> float:
    """The quantile of counts already made, of one group; nan of nobody."""
    n = data.n
    if n == 0:
        return nan
    place = (n + 1) * share
    below = min(max(floor(place), 1), n)
    part = min(max(place - below, 0.0), 1.0)
    up_to = data.counts[0].cumsum()
    low, high = (float(data.values[np.searchsorted(up_to, rank)]) for rank in (below, min(below + 1, n)))
    return low + part * (high - low)


def _cautions(data: Spread) -> tuple[Caution, ...]:
    if not data.n:
        return (Caution(Code.NO_DATA),)
    found = [Caution(Code.MISSING, {"missing": data.missing, "n": data.n})] if data.missing else []
    if len(data.values) == 1:
        found.append(Caution(Code.CONSTANT, {"value": float(data.values[0])}))
    return tuple(found)

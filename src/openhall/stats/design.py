"""How a survey was drawn, and the variance that follows: Taylor linearisation (SPSS CSPLAN; R svydesign).

Each estimate's influence values are summed within sampling units, and their spread between the units of a
stratum, taken as drawn with replacement, is the variance (Woodruff 1971).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openhall.errors import N_, BadInput
from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, finite
from openhall.stats.raking import survey_weights

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """How the cases were drawn: weights, and where there are any, codes of strata and of clusters.

    Without clusters each case is a sampling unit of its own. Clusters are told apart within their stratum.
    """

    weights: ArrayLike
    strata: ArrayLike | None = None
    clusters: ArrayLike | None = None

    def __post_init__(self) -> None:
        n = np.asarray(self.weights).size
        object.__setattr__(self, "weights", survey_weights(self.weights, n))
        for name in ("strata", "clusters"):
            given = getattr(self, name)
            if given is None:
                continue
            codes = finite(given)
            if codes.shape != (n,) or np.isnan(codes).any():
                raise BadInput(N_("Every case needs a stratum and a cluster, if there are any."))
            object.__setattr__(self, name, codes)

    @cached_property
    def _units(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
        """Unit of each case, stratum of each unit, units of each stratum, code of each stratum."""
        weights = np.asarray(self.weights)
        strata = np.zeros(len(weights)) if self.strata is None else np.asarray(self.strata)
        codes, place = np.unique(strata, return_inverse=True)
        if self.clusters is None:
            return np.arange(len(weights)), place, np.bincount(place, minlength=len(codes)), codes
        pairs, unit = np.unique(
            np.column_stack([place, np.asarray(self.clusters)]), axis=0, return_inverse=True
        )
        stratum = pairs[:, 0].astype(np.int64)
        return unit.ravel(), stratum, np.bincount(stratum, minlength=len(codes)), codes

    @property
    def df(self) -> int:
        """Sampling units less strata."""
        _, stratum, units, _ = self._units
        return len(stratum) - len(units)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Strata with a single unit, which add nothing to the variance."""
        _, _, units, codes = self._units
        alone = [f"{code:g}" for code, many in zip(codes, units, strict=True) if many == 1]
        return (Caution(Code.LONELY_STRATA, {"levels": listed(alone)}),) if alone else ()

    def variance(self, influence: Floats) -> Floats:
        """Covariances of totals of `influence` (cases × estimates): Σ n/(n − 1) Σ (z − z̄)(z − z̄)'."""
        unit, stratum, units, _ = self._units
        totals = np.zeros((len(stratum), influence.shape[1]))
        np.add.at(totals, unit, influence)
        centres = np.zeros((len(units), influence.shape[1]))
        np.add.at(centres, stratum, totals)
        off = totals - (centres / units[:, None])[stratum]
        factor = np.where(units > 1, units / np.maximum(units - 1, 1), 0.0)[stratum]
        return np.asarray((off * factor[:, None]).T @ off)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Cases with a weight above 0."""
        return np.asarray(self.weights) > 0

    def weight_of(self, inside: NDArray[np.bool_]) -> float:
        """Sum of the weights of some of the cases."""
        return float(np.asarray(self.weights)[inside].sum())

    def column(self, values: Column) -> Floats:
        """`values` as numbers; BadInput where they are not one a case."""
        scores = finite(values)
        if scores.shape != np.asarray(self.weights).shape:
            raise BadInput(
                N_("There are {weights} weights but {cases} cases."),
                weights=np.asarray(self.weights).size,
                cases=scores.size,
            )
        return scores


def left_out(n: int, missing: int) -> tuple[Caution, ...]:
    """The caution about missing cases, where there are any."""
    return (Caution(Code.MISSING, {"missing": missing, "n": n}),) if missing else ()

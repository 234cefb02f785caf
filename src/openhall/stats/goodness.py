"""Do counts follow known shares? One-sample chi-square (seed 4.1 offices, 4.2 census; SPSS NPAR TESTS
/CHISQUARE)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.errors import N_, BadInput
from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Column, Weights, tally
from openhall.stats.frequencies import percent
from openhall.stats.intervals import noncentral_chi2
from openhall.stats.montecarlo import random_counts
from openhall.stats.results import NO_INTERVAL, ChiSquare, Interval, MonteCarlo, chi_square
from openhall.stats.sparse import Sparseness, sparseness

LARGE_PART = 0.05  # of a finite population: beyond this the plain test is too cautious


@dataclass(frozen=True, slots=True)
class GoodnessCell:
    """One category: counts, and the standardised residual (observed − expected) / √(expected (1 − share))."""

    observed: int
    expected: float
    observed_percent: float
    expected_percent: float
    residual: float


@dataclass(frozen=True, slots=True)
class Goodness:
    """Chi-square against known shares. `w` is Cohen's effect size with an interval of the population value,
    unknown (nan) where the counts fit the shares better than chance usually lets them (`noncentral_chi2`).

    `finite` is the same test with the finite population correction, only where `population` was given;
    `monte_carlo` only where expected counts are small.
    """

    cells: tuple[GoodnessCell, ...]
    n: int
    chi2: ChiSquare
    w: float
    w_interval: Interval
    below_five: int
    below_five_percent: float
    minimum_expected: float
    monte_carlo: MonteCarlo | None = None
    finite: ChiSquare | None = None
    method: str = "pearson"
    cautions: tuple[Caution, ...] = ()

    @property
    def p(self) -> float:
        """The p to report: of the finite population where known, else Monte-Carlo where sparse."""
        if self.finite is not None:
            return self.finite.p
        return self.monte_carlo.p if self.monte_carlo else self.chi2.p


def goodness(
    observed: Sequence[int],
    expected: Sequence[float],
    *,
    population: int | None = None,
    confidence: float = 0.95,
    seed: int = 20180601,
) -> Goodness:
    """Compare counts with known shares; of `expected` (shares, per cents or counts) only proportions matter.

    χ² = Σ (O − E)² / E with k − 1 degrees of freedom; w = √(χ² / n) (Cohen 1988). `population`: size of
    the finite population the cases were taken from (sheets issued, when `expected` are the sheets issued
    per office); the corrected statistic is χ² / (1 − n / population), which equals Pearson's test of
    returned against not returned. Lengths that differ, a share below 0, or cases where the share is 0
    raise BadInput.

    >>> census = goodness([160, 140], [51.27, 48.73])
    >>> round(census.chi2.value, 3), census.chi2.df, round(census.p, 3)
    (0.511, 1, 0.475)
    """
    counts, shares = _checked(observed, expected)
    n, k = int(counts.sum()), len(counts)
    expectation = shares * n
    sparse = sparseness(expectation)
    cells = tuple(_cell(int(o), float(s), n) for o, s in zip(observed, _all_shares(expected), strict=True))
    if n == 0 or k < 2:
        caution = Caution(Code.ONE_LINE if n else Code.NO_DATA)
        return Goodness(cells, n, ChiSquare(), nan, NO_INTERVAL, sparse.below, nan, nan, cautions=(caution,))
    chi2 = chi_square(float(((counts - expectation) ** 2 / expectation).sum()), k - 1)
    noncentrality = noncentral_chi2(chi2.value, chi2.df, confidence)
    return Goodness(
        cells=cells,
        n=n,
        chi2=chi2,
        w=sqrt(chi2.value / n),
        w_interval=Interval(sqrt(noncentrality.low / n), sqrt(noncentrality.high / n), confidence),
        below_five=sparse.below,
        below_five_percent=sparse.percent,
        minimum_expected=sparse.minimum,
        monte_carlo=random_counts(n, shares, chi2.value, seed) if sparse.matters else None,
        finite=_corrected(chi2, n, population),
        cautions=_cautions(sparse, n, population),
    )


def goodness_of_values(
    values: Column,
    levels: Sequence[int],
    expected: Sequence[float],
    *,
    weights: Weights = None,
    confidence: float = 0.95,
    seed: int = 20180601,
) -> Goodness:
    """The same from a column of codes, nan = missing; `expected` in the order of `levels`.

    >>> found = goodness_of_values(np.array([1, 2, 2, np.nan]), (1, 2), (50, 50), weights=[10, 10, 5, 1])
    >>> found.n, round(found.chi2.value, 3), found.cautions[0].values
    (25, 1.0, {'missing': 1, 'n': 25})
    """
    counts, missing = tally(values, levels, weights)
    found = goodness(counts.tolist(), expected, confidence=confidence, seed=seed)
    if not missing:
        return found
    left_out = Caution(Code.MISSING, {"missing": missing, "n": found.n})
    return replace(found, cautions=(left_out, *found.cautions))


def _checked(
    observed: Sequence[int], expected: Sequence[float]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Counts and shares of the categories that can occur."""
    counts, shares = np.asarray(observed, np.int64), np.asarray(expected, np.float64)
    if len(counts) != len(shares):
        raise BadInput(
            N_("There are {counts} counts but {shares} shares."), counts=len(counts), shares=len(shares)
        )
    if not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0 or (counts < 0).any():
        raise BadInput(N_("Known shares and counts cannot be below 0, and one share must be above it."))
    if ((shares == 0) & (counts > 0)).any():
        raise BadInput(N_("There are cases in a category whose known share is 0."))
    return counts[shares > 0], shares[shares > 0] / shares.sum()


def _all_shares(expected: Sequence[float]) -> NDArray[np.float64]:
    shares = np.asarray(expected, np.float64)
    return np.asarray(shares / shares.sum())


def _cell(observed: int, share: float, n: int) -> GoodnessCell:
    expected = share * n
    spread = sqrt(expected * (1 - share))
    residual = (observed - expected) / spread if spread else nan
    return GoodnessCell(observed, expected, percent(observed, n), 100 * share, residual)


def _corrected(chi2: ChiSquare, n: int, population: int | None) -> ChiSquare | None:
    if population is None:
        return None
    return (
        chi_square(chi2.value / (1 - n / population), chi2.df)
        if n < population
        else ChiSquare(nan, chi2.df, nan)
    )


def _cautions(sparse: Sparseness, n: int, population: int | None) -> tuple[Caution, ...]:
    found = list(sparse.cautions)
    if population and n / population > LARGE_PART:
        found.append(Caution(Code.FINITE_POPULATION, {"n": n, "population": population}))
    return tuple(found)

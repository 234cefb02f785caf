"""Two categorical questions together: counts, per cents, residuals, chi-square and association (seed 4.4,
tables 4-2 to 4-8; SPSS CROSSTABS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats import ordinal
from openhall.stats.agreement import Kappa, kappa_of
from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.correction import holm
from openhall.stats.counting import Column, Counts, Weights, cross_tally
from openhall.stats.exact import BUDGET, Exact, fisher_exact, network, rarity
from openhall.stats.intervals import noncentral_chi2
from openhall.stats.loading import special
from openhall.stats.montecarlo import both_random
from openhall.stats.nominal import Nominal, nominal
from openhall.stats.ordinal import Somers
from openhall.stats.proportions import ColumnLetters, column_letters
from openhall.stats.results import NO_INTERVAL, ChiSquare, Estimate, Interval, MonteCarlo, chi_square
from openhall.stats.risk import Risk, risk
from openhall.stats.sparse import Sparseness, sparseness

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Crosstab:
    """A cross table and what it says. Arrays have shape (rows, columns) in the order of the levels given.

    Percentages are 0 to 100 (nan in the line of an empty row or column); `adjusted_residual` and
    `residual_p` are nan in empty lines.
    """

    row_levels: tuple[int, ...]
    column_levels: tuple[int, ...]
    observed: Counts
    row_percent: Floats
    column_percent: Floats
    expected: Floats
    adjusted_residual: Floats
    residual_p: Floats  # two-sided, Holm over the cells of this table
    row_totals: Counts
    column_totals: Counts
    n: int
    missing: int
    chi2: ChiSquare
    likelihood_ratio: ChiSquare
    linear_by_linear: ChiSquare | None  # both ordered only
    cells: int  # in the test: rows and columns with cases
    below_five: int
    below_five_percent: float
    minimum_expected: float
    monte_carlo: MonteCarlo | None  # where the table is sparse only
    cramers_v: float
    # Of the population value, so it may leave out the (upward biased) sample value; nan where no value fits.
    cramers_v_interval: Interval
    cramers_v_corrected: float  # bias-corrected (Bergsma 2013)
    gamma: Estimate | None  # both ordered only
    tau_b: Estimate | None  # both ordered only
    continuity: ChiSquare | None = None  # Yates's correction, 2 × 2 only
    exact: Exact | None = None  # Fisher's test, where the table is sparse or 2 × 2
    nominal: Nominal | None = None  # None when there is nothing to test, as for those below
    tau_c: Estimate | None = None  # both ordered only
    somers: Somers | None = None  # both ordered only
    kappa: Kappa | None = None  # the same levels in rows and columns only
    risk: Risk | None = None  # 2 × 2 only
    letters: ColumnLetters | None = None
    method: str = "pearson"
    cautions: tuple[Caution, ...] = ()

    @property
    def sparse(self) -> bool:
        """Over 20 % of the expected counts below 5, or one below 1."""
        return self.monte_carlo is not None

    @property
    def p(self) -> float:
        """The p to report: Monte-Carlo where the table is sparse, else Pearson's."""
        return self.monte_carlo.p if self.monte_carlo else self.chi2.p


def crosstab(
    rows: Column,
    columns: Column,
    row_levels: Sequence[int],
    column_levels: Sequence[int],
    *,
    row_ordered: bool = False,
    column_ordered: bool = False,
    seed: int = 20180601,
    confidence: float = 0.95,
    weights: Weights = None,
) -> Crosstab:
    """Cross two columns of codes, nan = missing, left out pairwise; an unknown code raises BadInput.

    Ordered measures follow the codes, not the order of display. See `crosstab_of` for what is computed.

    >>> table = crosstab(np.array([1, 1, 2, 2, 2.0]), np.array([1, 1, 1, 2, 2.0]), (1, 2), (1, 2))
    >>> table.observed.tolist(), round(table.chi2.value, 3)
    ([[2, 0], [1, 2]], 2.222)
    """
    counts, missing = cross_tally(rows, columns, row_levels, column_levels, weights)
    return crosstab_of(
        counts,
        row_levels,
        column_levels,
        missing=missing,
        ordered=row_ordered and column_ordered,
        seed=seed,
        confidence=confidence,
    )


def crosstab_of(
    counts: Counts,
    row_levels: Sequence[int],
    column_levels: Sequence[int],
    *,
    missing: int = 0,
    ordered: bool = False,
    seed: int = 20180601,
    confidence: float = 0.95,
) -> Crosstab:
    """The cross table of counts already made; `ordered` when both questions are.

    Pearson's and the likelihood-ratio chi-square, Monte-Carlo p where expected counts are small, adjusted
    residuals (Haberman 1973) with Holm's p, Cramér's V with the interval of the noncentral chi-square
    (Smithson 2003) and Bergsma's (2013) correction; Fisher's exact test where the table is sparse or 2 × 2;
    nominal measures; when ordered, linear-by-linear, gamma, tau-b, tau-c and Somers' d; kappa when rows and
    columns have the same levels, risk of a 2 × 2 table; letters of the columns that differ. Rows and columns
    without cases stay in the table and out of the test.
    """
    row_totals, column_totals = counts.sum(axis=1), counts.sum(axis=0)
    kept = np.ix_(row_totals > 0, column_totals > 0)
    table = counts[kept].astype(np.float64)
    n = int(counts.sum())
    expected = np.outer(row_totals, column_totals) / max(n, 1)
    chi2, likelihood_ratio = _chi_squares(table, expected[kept])
    testable = chi2.df > 0
    sparse = sparseness(expected[kept])
    residual = np.full(counts.shape, np.nan)
    if testable:
        residual[kept] = _adjusted_residuals(table, expected[kept])
    codes = _codes(row_levels, row_totals), _codes(column_levels, column_totals)
    ascending = table[np.ix_(np.argsort(codes[0]), np.argsort(codes[1]))]
    ordered, two_by_two = ordered and testable, testable and table.shape == (2, 2)
    same = testable and sorted(row_levels) == sorted(column_levels)
    monte_carlo, exact = _p_without_chi_square(counts[kept], chi2, sparse, seed) if testable else (None, None)
    return Crosstab(
        row_levels=tuple(row_levels),
        column_levels=tuple(column_levels),
        observed=counts,
        row_percent=_percent(counts, row_totals[:, None]),
        column_percent=_percent(counts, column_totals[None, :]),
        expected=expected,
        adjusted_residual=residual,
        residual_p=holm((2 * special.ndtr(-np.abs(residual))).ravel()).reshape(counts.shape),
        row_totals=row_totals,
        column_totals=column_totals,
        n=n,
        missing=missing,
        chi2=chi2,
        likelihood_ratio=likelihood_ratio,
        linear_by_linear=ordinal.linear_by_linear(table, *codes) if ordered else None,
        cells=sparse.cells,
        below_five=sparse.below,
        below_five_percent=sparse.percent,
        minimum_expected=sparse.minimum,
        monte_carlo=monte_carlo,
        cramers_v=_cramers_v(chi2, table),
        cramers_v_interval=_cramers_v_interval(chi2, table, confidence),
        cramers_v_corrected=_cramers_v_corrected(chi2, table),
        gamma=ordinal.gamma(ascending, confidence) if ordered else None,
        tau_b=ordinal.tau_b(ascending, confidence) if ordered else None,
        continuity=_continuity(table, expected[kept]) if two_by_two else None,
        exact=exact,
        nominal=nominal(table, chi2, likelihood_ratio, confidence) if testable else None,
        tau_c=ordinal.tau_c(ascending, confidence) if ordered else None,
        somers=ordinal.somers_d(ascending, confidence) if ordered else None,
        kappa=_kappa(counts, row_levels, column_levels, missing, confidence) if same else None,
        risk=risk(counts[kept], confidence) if two_by_two else None,
        letters=column_letters(counts) if testable else None,
        cautions=_cautions(counts, row_levels, column_levels, missing, sparse, testable),
    )


def _codes(levels: Sequence[int], totals: Counts) -> list[int]:
    return [level for level, total in zip(levels, totals, strict=True) if total > 0]


def _percent(counts: Counts, totals: Counts) -> Floats:
    return np.where(totals > 0, 100 * counts / np.maximum(totals, 1), np.nan)


def _chi_squares(table: Floats, expected: Floats) -> tuple[ChiSquare, ChiSquare]:
    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    if min(table.shape) < 2:
        return ChiSquare(), ChiSquare()
    pearson = float(((table - expected) ** 2 / expected).sum())
    ratio = float(2 * special.rel_entr(table, expected).sum())
    return chi_square(pearson, df), chi_square(max(ratio, 0.0), df)


def _adjusted_residuals(table: Floats, expected: Floats) -> Floats:
    n = table.sum()
    rest = (1 - table.sum(axis=1) / n)[:, None] * (1 - table.sum(axis=0) / n)[None, :]
    return np.asarray((table - expected) / np.sqrt(expected * rest))


def _p_without_chi_square(
    table: Counts, chi2: ChiSquare, sparse: Sparseness, seed: int
) -> tuple[MonteCarlo | None, Exact | None]:
    """The Monte-Carlo p of chi-square and Fisher's p; the same random tables serve both."""
    if not sparse.matters:
        return None, fisher_exact(table) if table.shape == (2, 2) else None
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    by_chi2, by_rarity = both_random(rows, columns, chi2.value, rarity(table), seed)
    if table.shape == (2, 2):
        return by_chi2, fisher_exact(table)
    p = network(table, BUDGET)
    return by_chi2, Exact.of_random(by_rarity) if p is None else Exact(p)


def _continuity(table: Floats, expected: Floats) -> ChiSquare:
    """Yates's: every |O − E| is ½ less, but not below 0."""
    off = np.maximum(np.abs(table - expected) - 0.5, 0.0)
    return chi_square(float((off**2 / expected).sum()), 1)


def _kappa(
    counts: Counts, row_levels: Sequence[int], column_levels: Sequence[int], missing: int, confidence: float
) -> Kappa:
    place = [list(column_levels).index(level) for level in row_levels]
    return kappa_of(counts[:, place], confidence, missing=missing, names=row_levels)


def _cramers_v(chi2: ChiSquare, table: Floats) -> float:
    """√(χ² / (n (min(rows, columns) − 1)))."""
    return sqrt(chi2.value / _most(table)) if chi2.df else nan


def _most(table: Floats) -> float:
    """The largest chi-square a table of this size can have."""
    return float(table.sum() * (min(table.shape) - 1))


def _cramers_v_interval(chi2: ChiSquare, table: Floats, confidence: float) -> Interval:
    if not chi2.df:
        return NO_INTERVAL
    noncentrality = noncentral_chi2(chi2.value, chi2.df, confidence)
    low, high = (
        min(sqrt(end / _most(table)), 1.0) for end in (noncentrality.low, noncentrality.high)
    )  # nan stays
    return Interval(low, high, confidence)


def _cramers_v_corrected(chi2: ChiSquare, table: Floats) -> float:
    n = table.sum()
    if not chi2.df or n < 2:
        return nan
    rows, columns = (size - (size - 1) ** 2 / (n - 1) for size in table.shape)
    if min(rows, columns) <= 1:
        return nan
    return sqrt(max(0.0, chi2.value / n - chi2.df / (n - 1)) / (min(rows, columns) - 1))


def _cautions(
    counts: Counts,
    row_levels: Sequence[int],
    column_levels: Sequence[int],
    missing: int,
    sparse: Sparseness,
    testable: bool,
) -> tuple[Caution, ...]:
    n = int(counts.sum())
    if n == 0:
        return (Caution(Code.NO_DATA),)
    found = [Caution(Code.MISSING, {"missing": missing, "n": n})] if missing else []
    for axis, levels, code in ((1, row_levels, Code.EMPTY_ROWS), (0, column_levels, Code.EMPTY_COLUMNS)):
        empty = [level for level, total in zip(levels, counts.sum(axis=axis), strict=True) if total == 0]
        if empty:
            found.append(Caution(code, {"levels": listed(empty)}))
    if not testable:
        return (*found, Caution(Code.ONE_LINE))
    return (*found, *sparse.cautions)

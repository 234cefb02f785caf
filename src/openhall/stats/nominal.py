"""Association of two questions whatever their order: phi, contingency coefficient, lambda, tau and the
uncertainty coefficient (SPSS CROSSTABS /STATISTICS=PHI CC LAMBDA UC)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats.loading import special
from openhall.stats.results import ChiSquare, Estimate, Interval, chi_square

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominal:
    """`…_rows` predicts the row question from the column question, `…_columns` the other way round.

    `phi` has a sign in 2 × 2 tables and can exceed 1 in larger ones; its p and that of `contingency` are
    those of the chi-square test. The interval of an estimate is estimate ± z · se, cut off at 0 and 1.
    """

    phi: float
    contingency: float
    lambda_rows: Estimate
    lambda_columns: Estimate
    lambda_symmetric: Estimate
    tau_rows: Estimate
    tau_columns: Estimate
    uncertainty_rows: Estimate
    uncertainty_columns: Estimate
    uncertainty_symmetric: Estimate


def nominal(table: Table, chi2: ChiSquare, likelihood_ratio: ChiSquare, confidence: float = 0.95) -> Nominal:
    """All of them for a table of counts without empty lines and at least 2 × 2.

    Phi = √(χ² / n); contingency coefficient √(χ² / (χ² + n)); lambda: share of wrong guesses saved by knowing
    the other answer; tau: the same for guesses in proportion; uncertainty: share of the entropy explained.
    Goodman & Kruskal (1954, 1963, 1972); Theil (1970). Standard errors by the delta method over the
    multinomial, which gives Goodman and Kruskal's.

    >>> counts = np.array([[30.0, 10.0], [10.0, 30.0]])
    >>> found = nominal(counts, chi_square(20.0, 1), chi_square(20.93, 1))
    >>> found.phi, found.lambda_columns.value, found.tau_columns.value
    (0.5, 0.5, 0.25)
    """
    n = float(table.sum())
    sign = -1 if table.shape == (2, 2) and table[0, 0] * table[1, 1] < table[0, 1] * table[1, 0] else 1
    p = table / n
    tau = [_tau(side, n, confidence) for side in (p.T, p)]
    uncertainty = [_uncertainty(side, n, likelihood_ratio.p, confidence) for side in _sides(p)]
    return Nominal(
        phi=sign * sqrt(chi2.value / n),
        contingency=sqrt(chi2.value / (chi2.value + n)),
        lambda_rows=_lambda(p, n, 1.0, 0.0, confidence),
        lambda_columns=_lambda(p, n, 0.0, 1.0, confidence),
        lambda_symmetric=_lambda(p, n, 1.0, 1.0, confidence),
        tau_rows=tau[0],
        tau_columns=tau[1],
        uncertainty_rows=uncertainty[0],
        uncertainty_columns=uncertainty[1],
        uncertainty_symmetric=uncertainty[2],
    )


def _lambda(p: Table, n: float, rows: float, columns: float, confidence: float) -> Estimate:
    """`rows` and `columns` say how much of the guesses is about each question."""
    column, row = int(p.sum(axis=0).argmax()), int(p.sum(axis=1).argmax())  # the guess, knowing nothing
    best_column, best_row = _best(p, column), _best(p.T, row)  # the guess, knowing the other answer
    i, j = np.indices(p.shape)
    right = columns * (j == best_column[:, None]) + rows * (i == best_row[None, :])
    blind = columns * (j == column) + rows * (i == row)
    known, unknown = float((p * right).sum()), float((p * blind).sum())
    wrong = rows + columns - unknown
    if wrong <= 1e-12:
        return _estimate(np.nan, np.nan, np.nan, confidence)
    value = (known - unknown) / wrong
    gradient = (right - blind + value * blind) / wrong
    se0 = sqrt(max(float((p * (right - blind) ** 2).sum()) - (known - unknown) ** 2, 0.0) / n) / wrong
    p_value = float(2 * special.ndtr(-abs(value) / se0)) if se0 > 0 else np.nan
    return _estimate(value, _error(p, gradient, n), p_value, confidence)


def _best(p: Table, blind: int) -> NDArray[np.int64]:
    """The most frequent answer of each line; of several equal ones the one guessed blindly."""
    return np.where(p[:, blind] == p.max(axis=1), blind, p.argmax(axis=1))


def _tau(p: Table, n: float, confidence: float) -> Estimate:
    """Goodman and Kruskal's tau with the column question dependent; p from (n − 1)(columns − 1) tau."""
    rows, columns = p.sum(axis=1, keepdims=True), p.sum(axis=0, keepdims=True)
    known, unknown = float((p**2 / rows).sum()), float((columns**2).sum())
    value = (known - unknown) / (1 - unknown)
    d_known = 2 * p / rows - (p**2).sum(axis=1, keepdims=True) / rows**2
    gradient = (d_known - 2 * columns * (1 - value)) / (1 - unknown)
    df = (p.shape[0] - 1) * (p.shape[1] - 1)
    test = chi_square((n - 1) * (p.shape[1] - 1) * value, df)
    return _estimate(value, _error(p, gradient, n), test.p, confidence)


def _sides(p: Table) -> tuple[tuple[Table, float, float], ...]:
    return (p, 1.0, 0.0), (p, 0.0, 1.0), (p, 0.5, 0.5)


def _uncertainty(side: tuple[Table, float, float], n: float, p_value: float, confidence: float) -> Estimate:
    """(H(rows) + H(columns) − H(table)) over the entropy to be explained; p of the likelihood ratio."""
    p, of_rows, of_columns = side
    rows, columns = p.sum(axis=1, keepdims=True), p.sum(axis=0, keepdims=True)
    shared = float(special.rel_entr(p, rows * columns).sum())
    explained = of_rows * float(special.entr(rows).sum()) + of_columns * float(special.entr(columns).sum())
    value = shared / explained
    d_shared = np.log(np.where(p > 0, p, 1.0)) - np.log(rows) - np.log(columns)
    d_explained = -of_rows * np.log(rows) - of_columns * np.log(columns)
    return _estimate(value, _error(p, (d_shared - value * d_explained) / explained, n), p_value, confidence)


def _error(p: Table, gradient: Table, n: float) -> float:
    """Delta method: the variance of a smooth function of multinomial shares."""
    centre = float((p * gradient).sum())
    return sqrt(max(float((p * (gradient - centre) ** 2).sum()), 0.0) / n)


def _estimate(value: float, se: float, p: float, confidence: float) -> Estimate:
    half = float(special.ndtri((1 + confidence) / 2)) * se
    return Estimate(value, se, Interval(max(value - half, 0.0), min(value + half, 1.0), confidence), p)

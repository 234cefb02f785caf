"""Association of two ordered questions: gamma, tau-b, tau-c, Somers' d and linear-by-linear (seed 4.4; SPSS
CROSSTABS /STATISTICS=CHISQ GAMMA BTAU CTAU D). The table's rows and columns must be in ascending order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from openhall.stats.loading import special
from openhall.stats.results import ChiSquare, Estimate, Interval, chi_square

Table = NDArray[np.float64]


def linear_by_linear(table: Table, row_scores: Sequence[float], column_scores: Sequence[float]) -> ChiSquare:
    """(N − 1) r² with the scores as values, one degree of freedom (Mantel 1963)."""
    n = table.sum()
    x = np.asarray(row_scores, np.float64)
    y = np.asarray(column_scores, np.float64)
    x, y = x - table.sum(axis=1) @ x / n, y - table.sum(axis=0) @ y / n
    r = (x @ table @ y) / sqrt((table.sum(axis=1) @ x**2) * (table.sum(axis=0) @ y**2))
    return chi_square(float((n - 1) * r**2), 1)


def gamma(table: Table, confidence: float = 0.95) -> Estimate:
    """Goodman and Kruskal's gamma = (P − Q) / (P + Q).

    `se` is the standard error in general, `p` uses the one under no association (Brown & Benedetti 1977,
    Journal of the American Statistical Association 72, 309–315), as SPSS does.
    """
    concordant, discordant = _pairs(table)
    agree, oppose = float((table * concordant).sum()), float((table * discordant).sum())
    if agree + oppose == 0:
        return _estimate(nan, nan, nan, confidence)
    weighted = (table * (oppose * concordant - agree * discordant) ** 2).sum()
    se = 4 / (agree + oppose) ** 2 * sqrt(weighted)
    se0 = 2 / (agree + oppose) * _spread_under_none(table, concordant - discordant, agree - oppose)
    return _estimate((agree - oppose) / (agree + oppose), se, se0, confidence)


def tau_b(table: Table, confidence: float = 0.95) -> Estimate:
    """Kendall's tau-b = (P − Q) / √(Dr Dc), Dr = N² − Σ row total², Dc likewise; errors as for `gamma`."""
    n, rows, columns = table.sum(), table.sum(axis=1), table.sum(axis=0)
    concordant, discordant = _pairs(table)
    difference = float((table * (concordant - discordant)).sum())
    untied_rows, untied_columns = float(n**2 - rows @ rows), float(n**2 - columns @ columns)
    scale = sqrt(untied_rows * untied_columns)
    value = difference / scale
    ties = rows[:, None] * untied_columns + columns[None, :] * untied_rows
    weighted = (table * (2 * scale * (concordant - discordant) + value * ties) ** 2).sum()
    variance = max(float(weighted - n**3 * value**2 * (untied_rows + untied_columns) ** 2), 0.0)
    se0 = 2 * _spread_under_none(table, concordant - discordant, difference) / scale
    return _estimate(value, sqrt(variance) / scale**2, se0, confidence)


def tau_c(table: Table, confidence: float = 0.95) -> Estimate:
    """Stuart's tau-c = (P − Q) · m / (N² (m − 1)), m the smaller number of rows or columns; it can reach ±1
    in tables that are not square."""
    n, smaller = table.sum(), min(table.shape)
    concordant, discordant = _pairs(table)
    difference = float((table * (concordant - discordant)).sum())
    scale = smaller / (float(n) ** 2 * (smaller - 1))
    se = 2 * scale * _spread_under_none(table, concordant - discordant, difference)
    return _estimate(scale * difference, se, se, confidence)


@dataclass(frozen=True, slots=True)
class Somers:
    """Somers' d with the row question dependent, with the column question dependent, and their middle."""

    rows: Estimate
    columns: Estimate
    symmetric: Estimate


def somers_d(table: Table, confidence: float = 0.95) -> Somers:
    """Somers' (1962) d = (P − Q) / pairs not tied on the independent question.

    Asymptotic errors of Goodman & Kruskal (1972), p with the one under no association, as SPSS does.
    """
    n, rows, columns = table.sum(), table.sum(axis=1), table.sum(axis=0)
    concordant, discordant = _pairs(table)
    each = concordant - discordant
    difference = float((table * each).sum())
    untied_rows, untied_columns = float(n**2 - rows @ rows), float(n**2 - columns @ columns)
    of_rows, of_columns = np.broadcast_to((n - rows)[:, None], each.shape), (n - columns)[None, :]
    spread = _spread_under_none(table, each, difference)

    def d(untied: float, slope: Table) -> Estimate:
        gradient = 2 * (untied * each - difference * slope) / untied**2
        return _estimate(
            difference / untied, sqrt(float((table * gradient**2).sum())), 2 * spread / untied, confidence
        )

    return Somers(
        rows=d(untied_columns, of_columns),
        columns=d(untied_rows, of_rows),
        symmetric=d((untied_rows + untied_columns) / 2, (of_rows + of_columns) / 2),
    )


def _pairs(table: Table) -> tuple[Table, Table]:
    """For each cell, the cases above-left plus below-right (concordant), and in the other quarters."""
    sums = np.zeros((table.shape[0] + 1, table.shape[1] + 1))
    sums[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)
    rows, columns, n = sums[1:, -1:], sums[-1:, 1:], sums[-1, -1]
    before_rows, before_columns = sums[:-1, -1:], sums[-1:, :-1]
    concordant = sums[:-1, :-1] + (n - rows - columns + sums[1:, 1:])
    discordant = (before_rows - sums[:-1, 1:]) + (before_columns - sums[1:, :-1])
    return concordant, discordant


def _spread_under_none(table: Table, difference: Table, total: float) -> float:
    return sqrt(max(float((table * difference**2).sum() - total**2 / table.sum()), 0.0))


def _estimate(value: float, se: float, se0: float, confidence: float) -> Estimate:
    half = float(special.ndtri((1 + confidence) / 2)) * se
    interval = Interval(max(value - half, -1.0), min(value + half, 1.0), confidence)
    p = float(2 * special.ndtr(-abs(value / se0))) if se0 else nan
    return Estimate(value, se, interval if se == se else Interval(nan, nan, confidence), p)

"""A cross table of a weighted survey, tested with Rao and Scott's corrections (SPSS CSTABULATE
/TEST=INDEPENDENCE; R svychisq)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Column, Counts, positions
from openhall.stats.design import Design, left_out
from openhall.stats.results import ChiSquare, FTest, chi_square, f_test

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyCrosstab:
    """A weighted cross table. `pearson` treats the weights, scaled to n, as cases: read the others.

    `first_order` divides it by the mean of the generalised design effects, `second_order` also by their
    spread (Satterthwaite) and is the one to report.
    """

    row_levels: tuple[int, ...]
    column_levels: tuple[int, ...]
    observed: Counts
    percent: Floats  # of the whole, 0 to 100
    se: Floats  # of `percent`
    row_percent: Floats
    column_percent: Floats
    n: int
    missing: int
    weighted_n: float
    pearson: ChiSquare
    first_order: ChiSquare
    second_order: FTest
    design_effects: tuple[float, ...]
    df: int
    method: str = "rao_scott"
    cautions: tuple[Caution, ...] = ()

    @property
    def p(self) -> float:
        """The p to report: of the second-order test."""
        return self.second_order.p


def crosstab(
    rows: Column,
    columns: Column,
    row_levels: Sequence[int],
    column_levels: Sequence[int],
    design: Design,
) -> SurveyCrosstab:
    """Weighted cross table with Rao and Scott's corrections of Pearson's chi-square.

    Δ = (C' D⁻¹ C / n)⁻¹ (C' D⁻¹ V D⁻¹ C), D the shares, V their Taylor covariance, C contrasts of the
    interaction; first order: χ² / mean eigenvalue; second: F = χ² / tr Δ with d and d · df degrees of
    freedom, d = (tr Δ)² / tr Δ². Rao & Scott (1984), Annals of Statistics 12, 46–60.

    >>> a, b = np.array([1, 1, 1, 2, 2, 2, 1, 2]), np.array([1, 1, 2, 2, 2, 1, 1, 2])
    >>> found = crosstab(a, b, (1, 2), (1, 2), Design(np.ones(8)))
    >>> found.pearson.value, round(found.first_order.value, 3)
    (2.0, 1.75)
    """
    row, column = positions(rows, row_levels), positions(columns, column_levels)
    both, shape = (row >= 0) & (column >= 0), (len(row_levels), len(column_levels))
    cell = np.where(both, row * shape[1] + column, -1)
    weights, counted = np.asarray(design.weights), design.counted
    total = design.weight_of(both)
    members = cell[:, None] == np.arange(shape[0] * shape[1])
    shares = (weights[:, None] * members).sum(axis=0) / total if total else np.full(members.shape[1], nan)
    influence = np.where(both, weights, 0.0)[:, None] * (members - shares) / total if total else members * nan
    covariance = design.variance(influence)
    table = shares.reshape(shape)
    n, missing = int((both & counted).sum()), int((~both & counted).sum())
    pearson, first, second, effects = _rao_scott(table, covariance, n, design.df)
    return SurveyCrosstab(
        row_levels=tuple(row_levels),
        column_levels=tuple(column_levels),
        observed=(members & counted[:, None]).sum(axis=0).reshape(shape),
        percent=100 * table,
        se=100 * np.sqrt(np.diag(covariance)).reshape(shape),
        row_percent=_of(table, 1),
        column_percent=_of(table, 0),
        n=n,
        missing=missing,
        weighted_n=total,
        pearson=pearson,
        first_order=first,
        second_order=second,
        design_effects=effects,
        df=design.df,
        cautions=_table_cautions(table, n, missing, design),
    )


def _rao_scott(
    table: Floats, covariance: Floats, n: int, df: int
) -> tuple[ChiSquare, ChiSquare, FTest, tuple[float, ...]]:
    used = np.ix_(table.sum(axis=1) > 0, table.sum(axis=0) > 0)
    cells = np.arange(table.size).reshape(table.shape)[used].ravel()
    p = table[used]
    if not n or min(p.shape) < 2:
        return ChiSquare(), ChiSquare(), FTest(), ()
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    freedom = (p.shape[0] - 1) * (p.shape[1] - 1)
    pearson = chi_square(n * float(((p - expected) ** 2 / expected).sum()), freedom)
    contrasts = np.kron(_contrasts(p.shape[0]), _contrasts(p.shape[1]))
    scaled = np.where(p.ravel() > 0, 1 / np.where(p.ravel() > 0, p.ravel(), 1.0), 0.0)[:, None] * contrasts
    simple = contrasts.T @ scaled / n
    actual = scaled.T @ covariance[np.ix_(cells, cells)] @ scaled
    if np.linalg.matrix_rank(simple) < freedom:
        return pearson, ChiSquare(), FTest(), ()
    delta = np.linalg.solve(simple, actual)
    trace, squares = float(np.trace(delta)), float(np.trace(delta @ delta))
    if not trace > 0:
        return pearson, ChiSquare(), FTest(), ()
    d = trace**2 / squares
    effects = tuple(sorted(np.linalg.eigvals(delta).real.tolist(), reverse=True))
    first = chi_square(pearson.value * freedom / trace, freedom)
    return pearson, first, f_test(pearson.value / trace, d, d * df), effects


def _contrasts(size: int) -> Floats:
    """Columns that add up to 0: each level against those before it."""
    found = np.triu(np.ones((size, size)), 1)[:, 1:]
    found[np.arange(1, size), np.arange(size - 1)] = -np.arange(1.0, size)
    return found


def _of(table: Floats, axis: int) -> Floats:
    whole = np.broadcast_to(table.sum(axis=axis, keepdims=True), table.shape)
    return np.where(whole > 0, 100 * table / np.where(whole > 0, whole, 1.0), np.nan)


def _table_cautions(table: Floats, n: int, missing: int, design: Design) -> tuple[Caution, ...]:
    if not n:
        return (Caution(Code.NO_DATA),)
    lines = min(int((table.sum(axis=axis) > 0).sum()) for axis in (0, 1))
    alone = (Caution(Code.ONE_LINE),) if lines < 2 else ()
    return (*left_out(n, missing), *alone, *design.cautions)

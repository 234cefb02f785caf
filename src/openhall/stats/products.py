"""Means and sums of cross-products of several columns: what correlations, alpha and factors are computed
from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhall.stats.counting import Patterns

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Products:
    """Of n complete cases: means, and sums of products of the deviations from them (columns × columns).

    A column that does not vary has exactly 0 in its row and column.
    """

    n: int
    means: Floats
    sums: Floats

    @property
    def covariance(self) -> Floats:
        """With n − 1; nan with fewer than two cases."""
        return self.sums / (self.n - 1) if self.n > 1 else np.full(self.sums.shape, np.nan)

    @property
    def correlation(self) -> Floats:
        """Exactly 1 on the diagonal; nan for a column that does not vary."""
        size = np.sqrt(np.diag(self.sums))
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.clip(self.sums / np.outer(size, size), -1.0, 1.0)
        np.fill_diagonal(found, np.where(size > 0, 1.0, np.nan))
        return np.asarray(found)


def products(data: Patterns) -> Products:
    """From counted rows, about the means, which are taken off first, so that no digits are lost."""
    n, k = data.n, data.rows.shape[1]
    if not n:
        return Products(0, np.full(k, np.nan), np.full((k, k), np.nan))
    off, means = centred(data)
    return Products(n, means, (off * data.counts[:, None]).T @ off)


def centred(data: Patterns) -> tuple[Floats, Floats]:
    """The rows less the means (exactly 0 where a column does not vary), and the means."""
    means = data.counts @ data.above / data.n
    off = np.where(np.ptp(data.above, axis=0) == 0, 0.0, data.above - means)
    return off, data.rows[0] - data.above[0] + means


def invertible(correlations: Floats) -> bool:
    """Whether no column follows (nearly) exactly from the others."""
    return bool(
        len(correlations) and np.isfinite(correlations).all() and np.linalg.eigvalsh(correlations)[0] > 1e-10
    )

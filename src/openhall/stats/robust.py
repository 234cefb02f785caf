"""Equal variances? And the tests of means that do without them: Levene, Welch, Brown–Forsythe (seed 4.6;
SPSS ONEWAY /STATISTICS=HOMOGENEITY WELCH BROWNFORSYTHE). Every group given must have cases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openhall.stats.counting import Spread
from openhall.stats.means import Moments
from openhall.stats.results import FTest, f_test

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-24  # of the sum of squares: what is left of it is rounding


def levene_mean(data: Spread, found: Moments) -> FTest:
    """Levene's test on the mean of each group: what SPSS and PSPP print."""
    return _levene(data, np.abs(data.above - found.means[:, None]))


def levene_median(data: Spread) -> FTest:
    """Levene's test on the median of each group (Brown & Forsythe 1974): what R's car and SciPy print."""
    if not data.n:
        return FTest()
    up_to, sizes = data.counts.cumsum(axis=1), data.sizes[:, None]
    lower = (up_to < (sizes + 1) // 2).sum(axis=1)
    upper = (up_to < sizes // 2 + 1).sum(axis=1)
    above = data.above
    return _levene(data, np.abs(above - ((above[lower] + above[upper]) / 2)[:, None]))


def _levene(data: Spread, distance: Floats) -> FTest:
    """One-way ANOVA of the distances (groups × values) from the groups' centres."""
    counts, sizes, n = data.counts, data.sizes, data.n
    groups = len(sizes)
    if groups < 2 or n <= groups:
        return FTest()
    means = (counts * distance).sum(axis=1) / sizes
    between = float(sizes @ (means - sizes @ means / n) ** 2)
    within = float((counts * (distance - means[:, None]) ** 2).sum())
    if within <= NEGLIGIBLE * float((counts * distance**2).sum()):
        return FTest()
    df1, df2 = groups - 1, n - groups
    return f_test((between / df1) / (within / df2), df1, df2)


def welch(found: Moments) -> FTest:
    """Welch's test of equal means (1951, Biometrika 38, 330–336); nan where a group has no variance."""
    sizes, variances = found.sizes, group_variances(found)
    groups = len(sizes)
    if groups < 2 or not (variances > 0).all():
        return FTest()
    weights = sizes / variances
    whole = weights.sum()
    centre = weights @ found.means / whole
    loss = float(((1 - weights / whole) ** 2 / (sizes - 1)).sum())
    between = float(weights @ (found.means - centre) ** 2) / (groups - 1)
    size = groups**2 - 1
    return f_test(between / (1 + 2 * (groups - 2) / size * loss), groups - 1, size / (3 * loss))


def brown_forsythe(found: Moments) -> FTest:
    """Brown and Forsythe's test of equal means (1974, Technometrics 16, 129–132)."""
    sizes, variances = found.sizes, group_variances(found)
    n, groups = int(sizes.sum()), len(sizes)
    if groups < 2 or np.isnan(variances).any() or not (variances > 0).any():
        return FTest()
    parts = (1 - sizes / n) * variances
    shares = parts / parts.sum()
    centre = sizes @ found.means / n
    value = float(sizes @ (found.means - centre) ** 2 / parts.sum())
    return f_test(value, groups - 1, float(1 / (shares**2 / (sizes - 1)).sum()))


def group_variances(found: Moments) -> Floats:
    """Variance of each group, nan for one of a single case."""
    return np.where(found.sizes > 1, found.squares / np.maximum(found.sizes - 1, 1), np.nan)

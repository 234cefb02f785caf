"""The studentised range distribution, fast enough for thirty tables of comparisons on a page.

The range of k normal values is tabulated once for each k as piecewise Chebyshev polynomials of the
logarithm of its survival function; what is left for each q is one sum over the distribution of the standard
deviation.
"""

from __future__ import annotations

from functools import cache
from math import log, pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openhall.stats.loading import special

Floats = NDArray[np.float64]

WIDEST = 50  # a range beyond this has a probability below 1e-270
DEGREE = 17  # of each polynomial, on pieces one standard deviation wide
NEGLIGIBLE = 37.0  # minus the logarithm of a weight that no longer counts


def survival(q: ArrayLike, groups: int, df: ArrayLike) -> Floats:
    """P(Q > q) for the studentised range of `groups` means with `df` degrees of freedom (1 or more).

    P = ∫ R(q s) f(s) ds, R the survival function of the range of `groups` standard normal values,
    s² a chi-square with `df` degrees of freedom over `df`, which need not be a whole number.
    Error below 1e-9. Shapes of `q` and `df` broadcast.

    >>> survival([3.63], 3, 14).round(4).tolist()  # tables: the 5 % point is 3.70
    [0.0549]
    """
    quantile, freedom = np.broadcast_arrays(np.asarray(q, np.float64), np.asarray(df, np.float64))
    out = np.full(quantile.shape, np.nan)
    usable = ~np.isnan(quantile) & (freedom >= 1)
    for few, nodes in ((freedom < 2, 320), ((freedom >= 2) & (freedom < 6), 128), (freedom >= 6, 64)):
        chosen = usable & few
        if chosen.any():
            out[chosen] = _mixed(quantile[chosen], groups, freedom[chosen], nodes)
    return out.clip(0.0, 1.0)


def critical(probability: float, groups: int, df: ArrayLike) -> Floats:
    """The q with P(Q > q) = `probability`, for each of `df`.

    >>> critical(0.05, 3, [14]).round(3).tolist()
    [3.701]
    """
    freedom = np.atleast_1d(np.asarray(df, np.float64))
    target = log(probability)
    # Bonferroni's bound is a little too high: start there and just below, then secants of log p on log q.
    pairs = groups * (groups - 1)
    x1 = np.log(np.sqrt(2) * special.stdtrit(freedom, 1 - probability / pairs))
    x0 = x1 - 0.02
    y0, y1 = (_log_survival(x, groups, freedom) - target for x in (x0, x1))
    for _ in range(20):
        slope = np.where(x1 == x0, 1.0, y1 - y0)
        step = np.where(slope == 0, 0.0, y1 * (x1 - x0) / np.where(slope == 0, 1.0, slope)).clip(-0.5, 0.5)
        x0, y0, x1 = x1, y1, x1 - step
        if not (np.abs(step) > 1e-10).any():
            break
        y1 = _log_survival(x1, groups, freedom) - target
    return np.asarray(np.exp(x1))


def _log_survival(log_q: Floats, groups: int, df: Floats) -> Floats:
    return np.log(survival(np.exp(log_q), groups, df))


def _mixed(q: Floats, groups: int, df: Floats, nodes: int) -> Floats:
    """Trapezoids over x = log s, where they converge geometrically: the density falls fast both ways."""
    bound = 2 * NEGLIGIBLE / df  # the weight is exp(-df/2 · (e^2x - 1 - 2x))
    low = -np.minimum((bound + 1) / 2, np.sqrt(bound) + bound / 2)
    high = np.minimum(np.sqrt(bound), np.log(bound + 1 + np.sqrt(2 * bound)))
    x = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, nodes)
    weight = np.exp(-df[:, None] / 2 * (np.expm1(2 * x) - 2 * x))
    tail = _range_survival(np.abs(q)[:, None] * np.exp(x), groups)
    return np.where(q <= 0, 1.0, (weight * tail).sum(axis=1) / weight.sum(axis=1))


def _range_survival(width: Floats, groups: int) -> Floats:
    """P(range of `groups` standard normal values > width), from the table by Clenshaw's recurrence."""
    table = _table(groups)
    piece = np.minimum(width, WIDEST - 1e-9).astype(np.int64)
    t = 2 * (np.minimum(width, WIDEST) - piece) - 1
    b0, b1 = np.zeros_like(t), np.zeros_like(t)
    for row in table[:0:-1]:
        b0, b1 = 2 * t * b0 - b1 + row[piece], b0
    return np.where(width >= WIDEST, 0.0, np.exp(t * b0 - b1 + table[0][piece]))


@cache
def _table(groups: int) -> Floats:
    """Chebyshev coefficients (DEGREE + 1, WIDEST) of log P(range > w), one column for each unit of w."""
    j = np.arange(DEGREE + 1)
    angle = (j + 0.5) * pi / (DEGREE + 1)
    width = np.arange(WIDEST)[:, None] + (np.cos(angle) + 1) / 2
    values = _log_range_survival(width.ravel(), groups).reshape(width.shape)
    cosines = np.cos(np.outer(j, angle)) * (2 / (DEGREE + 1))
    cosines[0] /= 2
    return np.ascontiguousarray(cosines @ values.T)


def _log_range_survival(width: Floats, groups: int) -> Floats:
    """log of k ∫ φ(z) [Φ(z)^(k−1) − (Φ(z) − Φ(z−w))^(k−1)] dz, by Gauss–Legendre, without cancellation."""
    node, weight = _nodes()
    low, high = -9.0, width[:, None] / 2 + 10.0
    half = (high - low) / 2
    z = low + half * (node + 1)
    below = special.ndtr(z)
    with np.errstate(divide="ignore"):
        kept = (groups - 1) * np.log1p(-special.ndtr(z - width[:, None]) / below)
    density = np.exp(-z * z / 2) / np.sqrt(2 * pi)
    integrand = density * below ** (groups - 1) * -np.expm1(kept)
    return np.asarray(np.log(groups * (half * weight * integrand).sum(axis=1)))


@cache
def _nodes() -> tuple[Floats, Floats]:
    """Places and weights of Gauss–Legendre quadrature on −1 to 1."""
    node, weight = np.polynomial.legendre.leggauss(256)
    return node, weight

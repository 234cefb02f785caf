"""Factors turned so that each item belongs to few of them: varimax and promax (SPSS FACTOR
/ROTATION=VARIMAX PROMAX(4))."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
POWER = 4  # of promax, SPSS's default
STEPS, SMALL = 5000, 1e-14


def varimax(loadings: Floats) -> Floats:
    """Kaiser's (1958) rotation of items × factors, each item brought to length 1 while turning.

    Makes Σ over factors of the variance of the squared loadings as large as possible, two factors at a time.

    >>> varimax(np.array([[0.6, 0.6], [0.6, 0.6], [0.6, -0.6], [0.6, -0.6]])).round(3).max()
    np.float64(0.849)
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    length = np.where(length > 0, length, 1.0)
    turned = loadings / length
    items, factors = turned.shape
    for _ in range(STEPS):
        largest = 0.0
        for i in range(factors - 1):
            for j in range(i + 1, factors):
                x, y = turned[:, i].copy(), turned[:, j].copy()
                u, v = x**2 - y**2, 2 * x * y
                a, b = float(u.sum()), float(v.sum())
                above = 2 * float(u @ v) - 2 * a * b / items
                below = float(u @ u - v @ v) - (a * a - b * b) / items
                angle = float(np.arctan2(above, below)) / 4
                cosine, sine = np.cos(angle), np.sin(angle)
                turned[:, i], turned[:, j] = cosine * x + sine * y, cosine * y - sine * x
                largest = max(largest, abs(angle))
        if largest < SMALL**0.75:
            break
    return np.asarray(turned * length)


def promax(loadings: Floats, power: int = POWER) -> tuple[Floats, Floats]:
    """From varimax loadings, factors that may correlate: pattern, and correlations of the factors.

    The target is each loading over its item's length to the `power`, signs kept (Hendrickson & White 1964,
    British Journal of Statistical Psychology 17, 65–70), fitted by least squares, factors of variance 1.
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    unit = loadings / np.where(length > 0, length, 1.0)
    target = np.sign(unit) * np.abs(unit) ** power
    fit = np.linalg.lstsq(loadings, target, rcond=None)[0]
    fit = fit / np.sqrt((fit**2).sum(axis=0))
    inverse = np.linalg.inv(fit.T @ fit)
    scale = np.sqrt(np.diag(inverse))
    pattern = loadings @ fit * scale
    return np.asarray(pattern), np.asarray(inverse / np.outer(scale, scale))

"""Many tests at once: p-values corrected over a family declared before looking (seed 4.4 and 4.6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

P = NDArray[np.float64]


def holm(p: Sequence[float] | P) -> P:
    """Holm's adjusted p-values (family-wise error), in the order given; nan stays nan and does not count.

    Holm (1979), Scandinavian Journal of Statistics 6, 65–70: the i-th smallest of m is multiplied
    by m − i + 1 and never falls below the one before.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    given, order = _ascending(p)
    factors = len(order) - np.arange(len(order))
    return _put_back(given, order, np.maximum.accumulate(given[order] * factors))


def benjamini_hochberg(p: Sequence[float] | P) -> P:
    """Benjamini and Hochberg's adjusted p-values (false discovery rate), in the order given; nan stays nan.

    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    given, order = _ascending(p)
    factors = len(order) / np.arange(1, len(order) + 1)
    return _put_back(given, order, np.minimum.accumulate((given[order] * factors)[::-1])[::-1])


def bonferroni(p: Sequence[float] | P) -> P:
    """Each p times the number of tests, at most 1; nan stays nan and does not count.

    >>> bonferroni([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.12, 0.09]
    """
    given, order = _ascending(p)
    return _put_back(given, order, given[order] * len(order))


def sidak(p: Sequence[float] | P) -> P:
    """1 − (1 − p)^m: a little less strict than Bonferroni, exact for independent tests (Šidák 1967).

    >>> sidak([0.01, 0.04, 0.03]).round(4).tolist()
    [0.0297, 0.1153, 0.0873]
    """
    given, order = _ascending(p)
    return _put_back(given, order, -np.expm1(len(order) * np.log1p(-given[order].clip(max=1 - 1e-16))))


def _ascending(p: Sequence[float] | P) -> tuple[P, NDArray[np.int64]]:
    given = np.asarray(p, dtype=np.float64)
    order = np.argsort(given, kind="stable")  # nan last
    return given, order[: int((~np.isnan(given)).sum())]


def _put_back(given: P, order: NDArray[np.int64], adjusted: P) -> P:
    out = np.full(given.shape, np.nan)
    out[order] = adjusted.clip(max=1.0)
    return out

"""Effect sizes in words, by Cohen's usual limits: 0 negligible, 1 weak, 2 moderate, 3 strong."""

from __future__ import annotations

import math
from bisect import bisect_right

W_LIMITS = (0.1, 0.3, 0.5)
SHARE_LIMITS = (0.01, 0.06, 0.14)


def of_v(v: float, rows: int, columns: int) -> int:
    """Strength of Cramér's V in a table of this size: V · √(min(rows, columns) − 1) is Cohen's w (1988, ch.
    7).

    >>> of_v(0.2, 2, 5), of_v(0.36, 9, 5), of_v(0.05, 2, 2)
    (1, 3, 0)
    """
    return of_w(v * math.sqrt(max(1, min(rows, columns) - 1)))


def of_w(w: float) -> int:
    return bisect_right(W_LIMITS, w)


def of_share(share: float) -> int:
    """Strength of a share of variance explained: η², ε² or ω² (Cohen 1988, ch. 8)."""
    return bisect_right(SHARE_LIMITS, share)

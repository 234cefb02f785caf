"""Do rows of the data repeat? The study's printed counts are all even: its 300 sheets are 150, each twice
(seed 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code


@dataclass(frozen=True, slots=True)
class Repeats:
    """n rows, of which `distinct` are different; `repeated` rows equal at least one other row."""

    n: int
    distinct: int
    repeated: int
    every_row_twice: bool  # every row occurs an even number of times
    method: str = "exact_match"
    cautions: tuple[Caution, ...] = ()


def repeats(rows: NDArray[np.float64]) -> Repeats:
    """Count equal rows of `rows` (cases × columns; two missing values are equal).

    Equal answers by chance are likely with few or short questions, so this is a sign to look at, not a proof.

    >>> repeats(np.array([[1, 5], [2, 4], [1, 5], [2, 4]])).every_row_twice
    True
    """
    whole = np.where(np.isnan(rows), np.inf, rows)
    _, counts = np.unique(whole, axis=0, return_counts=True) if len(whole) else (whole, np.zeros(0, int))
    n, distinct, repeated = len(whole), len(counts), int(counts[counts > 1].sum())
    twice = n > 0 and bool((counts % 2 == 0).all())
    cautions: tuple[Caution, ...] = ()
    if twice:
        cautions = (Caution(Code.EVERY_ROW_TWICE, {"n": n, "distinct": distinct}),)
    elif repeated:
        cautions = (Caution(Code.REPEATED_ROWS, {"n": n, "distinct": distinct, "repeated": repeated}),)
    return Repeats(n, distinct, repeated, twice, cautions=cautions)

"""When expected counts are too small for the chi-square distribution: Cochran's rule."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code

LIMIT = 5.0  # an expected count below this is small
SHARE = 20.0  # per cent of the cells that may be small
FLOOR = 1.0  # no expected count may be below this


@dataclass(frozen=True, slots=True)
class Sparseness:
    """How many expected counts are below 5, their per cent, and the smallest."""

    cells: int
    below: int
    percent: float
    minimum: float

    @property
    def matters(self) -> bool:
        """Over 20 % of the cells below 5, or one below 1 (Cochran 1954, Biometrics 10, 417–451)."""
        return self.cells > 0 and (self.percent > SHARE or self.minimum < FLOOR)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        if not self.matters:
            return ()
        values = {"cells": self.cells, "below": self.below, "share": self.percent, "minimum": self.minimum}
        return (Caution(Code.SPARSE, values),)


def sparseness(expected: NDArray[np.float64]) -> Sparseness:
    """Judge a table of expected counts, of any shape.

    >>> sparseness(np.array([4.0, 6.0])).matters
    True
    """
    cells, below = expected.size, int((expected < LIMIT).sum())
    if not cells:
        return Sparseness(0, 0, nan, nan)
    return Sparseness(cells, below, 100 * below / cells, float(expected.min()))

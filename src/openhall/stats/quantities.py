"""Numbers described: mean, spread and quartiles of what people wrote (SPSS FREQUENCIES without the table)."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from openhall.stats.sample import Column


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column of numbers. Everything is nan where nobody gave one; `sd` where fewer than two did."""

    n: int
    missing: int
    mean: float
    sd: float
    lowest: float
    quartiles: tuple[float, float, float]  # lower, median, upper
    highest: float


def quantity(values: Column) -> Quantity:
    """Describe `values` (nan = missing).

    Quartiles as SPSS prints them (HAVERAGE: the value at place (n + 1)p, between two of them in proportion;
    Hyndman and Fan 1996, definition 6). The standard deviation has n - 1 below the line.

    >>> quantity(np.array([1.0, 2, 3, 10, np.nan]))
    Quantity(n=4, missing=1, mean=4.0, sd=4.08..., lowest=1.0, quartiles=(1.25, 2.5, 8.25), highest=10.0)
    """
    known = values[~np.isnan(values)]
    n, missing = len(known), len(values) - len(known)
    if not n:
        return Quantity(0, missing, nan, nan, nan, (nan, nan, nan), nan)
    lower, median, upper = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75), method="weibull"))
    return Quantity(
        n=n,
        missing=missing,
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if n > 1 else nan,
        lowest=float(known.min()),
        quartiles=(lower, median, upper),
        highest=float(known.max()),
    )

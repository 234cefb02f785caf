"""Tests on ranks: Kruskal–Wallis (seed 4.6 without its assumptions; SPSS NPAR TESTS /K-W)."""

from __future__ import annotations

from math import nan

from openhall.stats.counting import Spread
from openhall.stats.results import ChiSquare, chi_square


def kruskal_wallis(data: Spread) -> tuple[ChiSquare, float]:
    """H corrected for ties, and its effect size epsilon² = H / (n − 1); every group given must have cases.

    H = 12 / (n (n + 1)) Σ nᵢ (mean rankᵢ − (n + 1) / 2)², divided by 1 − Σ (t³ − t) / (n³ − n).
    """
    sizes, n = data.sizes, data.n
    if len(sizes) < 2 or len(data.values) < 2:
        return ChiSquare(), nan
    ties = data.counts.sum(axis=0).astype(float)
    above_middle = ties.cumsum() - ties / 2 - n / 2  # mean rank of each value, minus (n + 1) / 2
    raw = 12 / (n * (n + 1)) * float(sizes @ (data.counts @ above_middle / sizes) ** 2)
    h = raw / (1 - float((ties**3 - ties).sum()) / (float(n) ** 3 - n))
    return chi_square(h, len(sizes) - 1), h / (n - 1)

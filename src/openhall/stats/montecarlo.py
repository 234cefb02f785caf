"""p-values from random tables, for counts too small for the chi-square distribution (SPSS Exact Tests
/METHOD=MC).

The same seed gives the same tables. Only totals are used, largest first, so neither the order of the rows
of the data nor that of the levels matters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openhall.stats.intervals import clopper_pearson
from openhall.stats.results import MonteCarlo

TABLES = 10_000
CONFIDENCE = 0.99
SLACK = 1e-9  # relative: a random table with the observed chi-square counts as at least as extreme

Totals = NDArray[np.int64]


def random_tables(rows: Totals, columns: Totals, chi2: float, seed: int, tables: int = TABLES) -> MonteCarlo:
    """Share of random tables with these totals whose chi-square is at least `chi2`.

    p = (b + 1) / (tables + 1) with b tables as extreme (Davison & Hinkley 1997, section 4.2), with the
    exact 99 % interval of b / tables.
    """
    rows, columns = np.sort(rows)[::-1], np.sort(columns)[::-1]
    n = int(rows.sum())
    statistic = n * (_deal(rows, columns, np.random.default_rng(seed), tables) - 1)
    return _share(statistic, chi2, seed)


def _deal(rows: Totals, columns: Totals, rng: np.random.Generator, tables: int) -> NDArray[np.float64]:
    """Σ count² / (row total · column total) of each random table, dealt cell by cell (hypergeometric)."""
    left = [np.full(tables, total) for total in columns]
    total = np.zeros(tables)
    for row in rows[:-1]:
        wanted, pool = np.full(tables, row), sum(left, start=np.zeros(tables, np.int64))
        for j, column in enumerate(columns[:-1]):
            pool = pool - left[j]
            dealt = rng.hypergeometric(left[j], pool, wanted)
            wanted, left[j] = wanted - dealt, left[j] - dealt
            total += dealt * (dealt / (float(row) * column))
        left[-1] = left[-1] - wanted
        total += wanted * (wanted / (float(row) * columns[-1]))
    for rest, column in zip(left, columns, strict=True):
        total += rest * (rest / (float(rows[-1]) * column))
    return total


def random_counts(
    n: int, shares: NDArray[np.float64], chi2: float, seed: int, tables: int = TABLES
) -> MonteCarlo:
    """Share of random samples of `n` cases from `shares` whose chi-square is at least `chi2`."""
    largest = np.sort(shares)[::-1]
    counts = np.random.default_rng(seed).multinomial(n, largest, size=tables)
    return _share((counts * (counts / (n * largest))).sum(axis=1) - n, chi2, seed)


def _share(statistic: NDArray[np.float64], chi2: float, seed: int) -> MonteCarlo:
    tables = len(statistic)
    extreme = int((statistic >= chi2 - SLACK * (1 + chi2)).sum())
    return MonteCarlo(
        (extreme + 1) / (tables + 1), clopper_pearson(extreme, tables, CONFIDENCE), tables, seed
    )

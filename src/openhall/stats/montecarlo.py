"""p-values from random tables, for counts too small for the chi-square distribution (SPSS Exact Tests
/METHOD=MC).

The same seed gives the same tables. Only totals are used, largest first, so neither the order of the rows
of the data nor that of the levels matters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openhall.stats.intervals import clopper_pearson
from openhall.stats.loading import special
from openhall.stats.results import MonteCarlo

TABLES = 10_000
CONFIDENCE = 0.99
SLACK = 1e-9  # relative: a random table with the observed chi-square counts as at least as extreme

Totals = NDArray[np.int64]
Floats = NDArray[np.float64]


def random_tables(rows: Totals, columns: Totals, chi2: float, seed: int, tables: int = TABLES) -> MonteCarlo:
    """Share of random tables with these totals whose chi-square is at least `chi2`.

    p = (b + 1) / (tables + 1) with b tables as extreme (Davison & Hinkley 1997, section 4.2), with the
    exact 99 % interval of b / tables.
    """
    return both_random(rows, columns, chi2, np.inf, seed, tables)[0]


def both_random(
    rows: Totals, columns: Totals, chi2: float, rarity: float, seed: int, tables: int = TABLES
) -> tuple[MonteCarlo, MonteCarlo]:
    """The same tables judged by chi-square and, as Fisher does, by their probability: `rarity` is
    Σ ln(count!) of the observed table, the larger the rarer."""
    rows, columns = np.sort(rows)[::-1], np.sort(columns)[::-1]
    n = int(rows.sum())
    squares, logs = _deal(rows, columns, np.random.default_rng(seed), tables)
    return _share(n * (squares - 1), chi2, seed), _share(logs, rarity, seed)


def _deal(rows: Totals, columns: Totals, rng: np.random.Generator, tables: int) -> tuple[Floats, Floats]:
    """Σ count² / (row total · column total) and Σ ln(count!) of each random table, dealt cell by cell
    (hypergeometric)."""
    factorial = special.gammaln(np.arange(int(rows.max(initial=0)) + 1) + 1.0)
    left = [np.full(tables, total) for total in columns]
    squares, logs = np.zeros(tables), np.zeros(tables)
    for row in rows[:-1]:
        wanted, pool = np.full(tables, row), sum(left, start=np.zeros(tables, np.int64))
        for j, column in enumerate(columns[:-1]):
            pool = pool - left[j]
            dealt = rng.hypergeometric(left[j], pool, wanted)
            wanted, left[j] = wanted - dealt, left[j] - dealt
            squares += dealt * (dealt / (float(row) * column))
            logs += factorial[dealt]
        left[-1] = left[-1] - wanted
        squares += wanted * (wanted / (float(row) * columns[-1]))
        logs += factorial[wanted]
    for rest, column in zip(left, columns, strict=True):
        squares += rest * (rest / (float(rows[-1]) * column))
        logs += factorial[rest]
    return squares, logs


def random_counts(
    n: int, shares: NDArray[np.float64], chi2: float, seed: int, tables: int = TABLES
) -> MonteCarlo:
    """Share of random samples of `n` cases from `shares` whose chi-square is at least `chi2`."""
    largest = np.sort(shares)[::-1]
    counts = np.random.default_rng(seed).multinomial(n, largest, size=tables)
    return _share((counts * (counts / (n * largest))).sum(axis=1) - n, chi2, seed)


def _share(statistic: Floats, observed: float, seed: int) -> MonteCarlo:
    tables = len(statistic)
    extreme = int((statistic >= observed - SLACK * (1 + abs(observed))).sum())
    return MonteCarlo(
        (extreme + 1) / (tables + 1), clopper_pearson(extreme, tables, CONFIDENCE), tables, seed
    )

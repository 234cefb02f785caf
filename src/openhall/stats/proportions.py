"""Which columns of a cross table differ in a row: pairwise tests of column proportions and their letters
(SPSS CROSSTABS /CELLS=BPROP)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan, sqrt

import numpy as np

from openhall.stats.counting import Counts
from openhall.stats.loading import special

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class ProportionPair:
    """Share of a row in two columns (positions), tested; `p` is corrected over the pairs of the row."""

    row: int
    first: int
    second: int
    difference: float  # share in the first column minus share in the second, 0 to 1
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class ColumnLetters:
    """In each row, columns with a letter in common do not differ; "" where a column is not compared."""

    letters: tuple[tuple[str, ...], ...]
    pairs: tuple[ProportionPair, ...]
    alpha: float
    method: str = "z_bonferroni"


def column_letters(counts: Counts, alpha: float = 0.05) -> ColumnLetters:
    """Compare the columns of `counts` pairwise in every row, with Bonferroni's correction over the pairs.

    z = (p₁ − p₂) / √(p (1 − p)(1/n₁ + 1/n₂)), p pooled. As in SPSS a column whose share of the row is 0 or 1,
    or with fewer than two cases, is not compared.

    >>> found = column_letters(np.array([[40, 10, 12], [10, 40, 38]]))
    >>> found.letters[0], len(found.pairs)
    (('a', 'b', 'b'), 6)
    """
    table, sizes = np.asarray(counts, dtype=np.int64), np.asarray(counts).sum(axis=0)
    pairs: list[ProportionPair] = []
    letters = []
    for row, line in enumerate(table):
        used = [j for j, (x, n) in enumerate(zip(line, sizes, strict=True)) if n > 1 and 0 < x < n]
        found = _pairs(row, line, sizes, used)
        pairs += found
        letters.append(_letters(len(line), used, {(q.first, q.second) for q in found if q.p < alpha}))
    return ColumnLetters(tuple(letters), tuple(pairs), alpha)


def _pairs(row: int, line: Counts, sizes: Counts, used: Sequence[int]) -> list[ProportionPair]:
    many = len(used) * (len(used) - 1) // 2
    return [_pair(row, i, j, line, sizes, many) for i, j in combinations(used, 2)]


def _pair(row: int, i: int, j: int, line: Counts, sizes: Counts, many: int) -> ProportionPair:
    x, y, n, m = (int(value) for value in (line[i], line[j], sizes[i], sizes[j]))
    pooled = (x + y) / (n + m)
    se = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    difference = x / n - y / m
    z = difference / se if se else nan
    return ProportionPair(row, i, j, difference, z, min(1.0, many * float(2 * special.ndtr(-abs(z)))))


def _letters(columns: int, used: Sequence[int], different: set[tuple[int, int]]) -> tuple[str, ...]:
    """One letter for each largest set of columns without a difference (Piepho 2004, insert and absorb)."""
    groups = [frozenset(used)] if used else []
    for i, j in sorted(different):
        split = [part for group in groups for part in _apart(group, i, j)]
        groups = [group for group in set(split) if not any(group < other for other in split)]
    groups.sort(key=sorted)
    return tuple("".join(_letter(k) for k, group in enumerate(groups) if j in group) for j in range(columns))


def _apart(group: frozenset[int], i: int, j: int) -> list[frozenset[int]]:
    return [group - {i}, group - {j}] if {i, j} <= group else [group]


def _letter(k: int) -> str:
    return ALPHABET[k] if k < len(ALPHABET) else f"({k + 1})"

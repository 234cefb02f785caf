"""Rules for patterns of digits over all tables of counts: a common factor of every count, uneven last digits.

A pattern proves nothing; it says where to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, log10

from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Explanation, Finding, Severity, Step, Why
from openhall.stats.audit.published import Counts, Place
from openhall.stats.loading import special

UNLIKELY = 1e-6
LARGE, ENOUGH = 100, 60  # counts whose last digit is as good as random, and how many are needed


def rule(evidence: Evidence) -> Iterator[Finding]:
    tables = [table for table in evidence.published.counts if not table.weighted]
    counts = [
        int(cell.value) for table in tables for row in table.counts for cell in row if cell and cell.is_whole
    ]
    if not any(counts):
        return
    factor = gcd(*counts)
    free = sum(_free(table) for table in tables)
    if factor > 1 and -free * log10(factor) < log10(UNLIKELY):
        yield _common_factor(tables, counts, factor, free, evidence)
    else:
        yield from _last_digits(tables, counts)


def _free(table: Counts) -> int:
    """Counts other than 0 that the totals leave free: a table whose totals are even has even counts more
    easily.
    """
    filled = sum(bool(cell and cell.value) for row in table.counts for cell in row)
    return max(0, filled - len(table.rows) - len(table.columns) + 1)


def _common_factor(
    tables: list[Counts], counts: list[int], factor: int, free: int, evidence: Evidence
) -> Finding:
    cells = sum(len(row) for table in tables for row in table.counts)
    n = evidence.likely_n
    why = Explanation(Why.COUNTED_TIMES, {"factor": factor, "n": int(n / factor)}) if n else None
    return Finding(
        code=Code.COMMON_FACTOR,
        severity=Severity.WARNING,
        place=Place(", ".join(table.key for table in tables)),
        values={
            "counts": len(counts),
            "cells": cells,
            "blank": cells - len(counts),
            "factor": factor,
            "free": free,
            "chance": float(factor) ** -free,
        },
        arithmetic=(Step(f"(1 / {factor})^{free}", float(factor) ** -free),),
        explanation=(why,) if why else (),
    )


def _last_digits(tables: list[Counts], counts: list[int]) -> Iterator[Finding]:
    last = [count % 10 for count in counts if count >= LARGE]
    if len(last) < ENOUGH:
        return
    even = len(last) / 10
    chi2 = sum((last.count(digit) - even) ** 2 / even for digit in range(10))
    p = float(special.chdtrc(9, chi2))
    if p < UNLIKELY:
        yield Finding(
            code=Code.LAST_DIGITS,
            severity=Severity.NOTE,
            place=Place(", ".join(table.key for table in tables)),
            values={"counts": len(last), "chi2": chi2, "p": p},
            arithmetic=(Step("p(χ²(9) ≥ " + f"{chi2:.2f})", p),),
        )

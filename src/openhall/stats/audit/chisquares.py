"""Rules for chi-square tests with their table: the statistic, its degrees of freedom, the N that explains
it, and expected counts nobody mentions.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from openhall.stats.audit import grids
from openhall.stats.audit.chances import p_of
from openhall.stats.audit.evidence import Evidence, OtherN, statistic_follows
from openhall.stats.audit.findings import Code, Explanation, Finding, Severity, Step, Why
from openhall.stats.audit.grids import Tested
from openhall.stats.audit.published import Counts, Kind, Place, Test
from openhall.stats.audit.significance import crosses

FEW, SHARE = 5.0, 20.0  # expected counts below 5 in over 20 % of the cells, or one below 1 (Cochran 1954)


def rule(evidence: Evidence) -> Iterator[Finding]:
    pairs = [
        (test, table)
        for test in evidence.chi2_tests.values()
        if (table := evidence.published.table(test.table))
        and not table.weighted
        and not table.several_answers
    ]
    for test, table in pairs:
        yield from _degrees(test, table)
        yield from _statistic(test, table, evidence)
    other = evidence.other_n
    if other and len(other.tables) > 1:
        yield _other_n(other, pairs[0][0].place.table)
    yield from _expected(pairs, evidence)


def _degrees(test: Test, table: Counts) -> Iterator[Finding]:
    if test.df1 is None:
        return
    found = grids.tested(grids.grid_of(table))
    rows, columns = len(table.rows), len(table.columns)
    allowed = {(rows - 1) * (columns - 1), found.df}
    if isfinite(found.linear) and test.statistic.fits(found.linear):
        allowed.add(1)
    if test.df1.value not in allowed:
        df = (rows - 1) * (columns - 1)
        yield Finding(
            code=Code.DF,
            severity=Severity.ERROR,
            place=test.place,
            printed=test.df1.text,
            expected=(found.df, df),
            values={"rows": rows, "columns": columns, "df": df, "table": table.key},
            arithmetic=(Step(f"({rows} − 1) × ({columns} − 1)", df),),
        )


def _statistic(test: Test, table: Counts, evidence: Evidence) -> Iterator[Finding]:
    raw = grids.grid_of(table)
    if not any(map(any, raw)):
        return
    mended = evidence.mended[table.key]
    printed_as, found = grids.tested(raw), grids.tested(mended.grid)
    if not isfinite(found.pearson) or (grids.is_full(raw) and statistic_follows(test, printed_as)):
        return
    right = found.pearson
    p = p_of(Kind.CHI2, right, found.df)
    decision = test.p is not None and crosses(test.p, (p, p), evidence.published.alpha)
    yield Finding(
        code=Code.CHI2,
        severity=Severity.DECISION_ERROR if decision else Severity.ERROR,
        place=test.place,
        printed=test.statistic.text,
        expected=(right, right),
        values={
            "table": table.key,
            "chi2": right,
            "n": found.n,
            "p": p,
            "ratio": test.statistic.value / right,
            "as_printed": printed_as.pearson,
            "repairs": len(mended.mends),
        },
        arithmetic=_steps(test, found, evidence.other_n),
        explanation=tuple(_why(test, table, found, evidence)),
    )


def _steps(test: Test, found: Tested, other: OtherN | None) -> tuple[Step, ...]:
    steps = [Step(f"Σ (o − e)² / e, N = {found.n:.0f}", found.pearson)]
    if other and test.table in other.tables:
        steps.append(
            Step(f"{found.pearson:.3f} × {other.n} / {found.n:.0f}", found.pearson * other.n / found.n)
        )
    return tuple(steps)


def _why(test: Test, table: Counts, found: Tested, evidence: Evidence) -> Iterator[Explanation]:
    other = evidence.other_n
    mended = evidence.mended[table.key]
    if mended.mends and evidence.fits_chi2(test, mended.grid, other=other.n if other else None):
        yield Explanation(Why.AFTER_REPAIRS, {"tables": (table.key,)})
    if other and table.key in other.tables:
        yield Explanation(Why.OTHER_N, {"n": other.n, "claimed": int(found.n)})
    elif not mended.mends or not evidence.fits_chi2(test, mended.grid, other=None):
        yield Explanation(Why.UNEXPLAINED)


def _other_n(other: OtherN, place: str) -> Finding:
    factor = other.claimed / other.n
    whole = round(factor)
    times = whole > 1 and abs(factor - whole) < 1e-9
    return Finding(
        code=Code.OTHER_N,
        severity=Severity.ERROR,
        place=Place(place),
        printed=str(other.claimed),
        expected=(float(other.n), float(other.n)),
        values={
            "n": other.n,
            "claimed": other.claimed,
            "tests": len(other.tables),
            "of": other.of,
            "tables": other.tables,
        },
        arithmetic=(Step(f"{other.claimed} / {other.n}", factor),),
        explanation=(Explanation(Why.COUNTED_TIMES, {"factor": whole, "n": other.n}),) if times else (),
    )


def _expected(pairs: list[tuple[Test, Counts]], evidence: Evidence) -> Iterator[Finding]:
    """All tables with expected counts below 5, once one of them has so many that its p is not to be
    trusted.
    """
    other = evidence.other_n
    found = [
        (test, table, tested)
        for test, table in pairs
        if not table.small_expected_noted
        and (tested := grids.tested(evidence.mended[table.key].grid)).expected
        and min(tested.expected) < FEW
    ]
    if not any(_sparse(tested) for _, _, tested in found):
        return
    for test, table, tested in found:
        shrunk = other.n / tested.n if other else 1.0
        yield Finding(
            code=Code.EXPECTED,
            severity=Severity.NOTE,
            place=Place(test.place.table, table.row_variable or table.key),
            values={
                "table": table.key,
                "below": _below(tested, 1.0),
                "cells": len(tested.expected),
                "percent": 100 * _below(tested, 1.0) / len(tested.expected),
                "smallest": min(tested.expected),
                "n": tested.n,
                "other_n": other.n if other else 0,
                "below_other": _below(tested, shrunk),
            },
        )


def _below(tested: Tested, factor: float) -> int:
    return sum(value * factor < FEW - 1e-9 for value in tested.expected)


def _sparse(tested: Tested) -> bool:
    return 100 * _below(tested, 1.0) > SHARE * len(tested.expected) or min(tested.expected) < 1

"""Rules for single tests: p follows from the statistic and its degrees of freedom, and the text from p."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openhall.stats.audit import grids
from openhall.stats.audit.chances import p_between, p_between_loosely
from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Explanation, Finding, Severity, Step, Values, Why
from openhall.stats.audit.printed import Fit, Printed
from openhall.stats.audit.published import Kind, Test
from openhall.stats.exact import fisher_exact

Range = tuple[float, float]
MOST_EXACT = 10_000  # people in a table whose exact p is computed


def rule(evidence: Evidence) -> Iterator[Finding]:
    alpha = evidence.published.alpha
    for test in evidence.published.tests:
        impossible = tuple(_ranges(test))
        yield from impossible
        if not impossible and test.p is not None and p_between(test) is not None:
            yield from _p(test, test.p, alpha, evidence)
        yield from _conclusion(test, alpha)


def _ranges(test: Test) -> Iterator[Finding]:
    if test.p is not None and not 0 <= test.p.value <= 1:
        yield Finding(code=Code.P_RANGE, severity=Severity.ERROR, place=test.place, printed=test.p.text)
    value = test.statistic
    wrong = value.high < 0 if test.kind in (Kind.CHI2, Kind.F) else False
    if wrong or (test.kind is Kind.R and (value.low > 1 or value.high < -1)):
        yield Finding(
            code=Code.STATISTIC_RANGE,
            severity=Severity.ERROR,
            place=test.place,
            printed=value.text,
            values={"kind": test.kind.value},
        )


def right_p(test: Test) -> Range:
    """The p the test can have, one-tailed where the report says so."""
    low, high = p_between(test) or (0.0, 1.0)
    if not test.one_tailed or test.kind in (Kind.CHI2, Kind.F):
        return low, high
    return low / 2, 1 - low / 2  # either tail: the direction expected is not printed


def fit_of(p: Printed, right: Range) -> Fit:
    """How a printed p agrees with the right one; `p < .05` agrees with anything below.

    >>> from openhall.stats.audit.printed import printed
    >>> fit_of(printed("<.001"), (2e-6, 3e-6)).value, fit_of(printed("0.000"), (.0004, .0006)).value
    ('rounded', 'rounded')
    """
    return p.fit(*right)


def _p(test: Test, p: Printed, alpha: float, evidence: Evidence) -> Iterator[Finding]:
    right = right_p(test)
    if test.one_tailed:
        fit = _one_tailed_fit(test, p)
    else:
        fit = fit_of(p, right)
        if fit is not Fit.ROUNDED and (loose := p_between_loosely(test)) and fit_of(p, loose) is Fit.ROUNDED:
            return
    if fit is Fit.ROUNDED:
        if p.value == 0 and p.relation == "=":
            yield _finding(test, p, right, Code.P_ZERO, Severity.NOTE)
        return
    if _exact(test, p, evidence):
        return
    if _halved(test, p, right):
        yield _finding(
            test, p, right, Code.P, Severity.NOTE
        )  # right one-tailed, which the report may not say
    elif crosses(p, right, alpha):
        yield _finding(test, p, right, Code.P, Severity.DECISION_ERROR)
    elif fit is Fit.CUT_OFF:
        yield _finding(test, p, right, Code.P_CUT_OFF, Severity.NOTE)
    elif fit is Fit.NEAR:
        yield _finding(test, p, right, Code.P_NEAR, Severity.WARNING)
    else:
        yield _finding(test, p, right, Code.P, Severity.ERROR)


def _exact(test: Test, p: Printed, evidence: Evidence) -> bool:
    """Is it the p of Fisher's exact test of the two by two table beside it?"""
    table = evidence.published.table(test.table) if test.table else None
    if (
        table is None
        or p.relation != "="
        or table.weighted
        or (len(table.rows), len(table.columns)) != (2, 2)
    ):
        return False
    grid = grids.grid_of(table)
    if not grids.is_full(grid) or not 0 < grids.total_of(grid) <= MOST_EXACT:
        return False
    found = fisher_exact(np.array(grid, dtype=np.int64))
    return p.fits(found.p) or p.fits(found.p_one_sided)


def _halved(test: Test, p: Printed, right: Range) -> bool:
    """Is it the p of one tail? A bound such as < .05 says too little to tell."""
    halves = right[0] / 2, right[1] / 2
    return (
        test.kind in (Kind.T, Kind.R, Kind.Z)
        and not test.one_tailed
        and p.relation == "="
        and p.fits(*halves)
    )


def _one_tailed_fit(test: Test, p: Printed) -> Fit:
    low, high = p_between(test) or (0.0, 1.0)
    tails = [fit_of(p, (low / 2, high / 2)), fit_of(p, (1 - high / 2, 1 - low / 2))]
    return next((fit for fit in (Fit.ROUNDED, Fit.CUT_OFF, Fit.NEAR) if fit in tails), Fit.NOT)


def crosses(p: Printed, right: Range, alpha: float) -> bool:
    """Do the printed and the right p lie on different sides of the level of significance?

    >>> from openhall.stats.audit.printed import printed
    >>> crosses(printed("0.04"), (0.15, 0.17), 0.05), crosses(printed("0.05"), (0.051, 0.06), 0.05)
    (True, False)
    """
    side, other = _side(p, alpha), (-1 if right[1] < alpha else 1 if right[0] > alpha else 0)
    return side * other < 0


def _side(p: Printed, alpha: float) -> int:
    """−1 significant, 1 not, 0 where the printed figure leaves it open."""
    if p.relation == "<":
        return -1 if p.value <= alpha else 0
    if p.relation == ">":
        return 1 if p.value >= alpha else 0
    return -1 if p.value < alpha else 1 if p.value > alpha else 0


def _finding(test: Test, p: Printed, right: Range, code: Code, severity: Severity) -> Finding:
    middle = sum(right) / 2
    explanation = []
    if code is Code.P and _halved(test, p, right):
        explanation.append(Explanation(Why.ONE_TAILED, {"p": middle / 2}))
    return Finding(
        code=code,
        severity=severity,
        place=test.place,
        printed=p.text,
        expected=right,
        values={**described(test), "p": middle},
        arithmetic=(Step(formula(test), middle),),
        explanation=tuple(explanation),
    )


def described(test: Test) -> Values:
    """The statistic and its degrees of freedom, for a sentence."""
    df = ", ".join(one.text for one in (test.df1, test.df2) if one)
    return {"kind": test.kind.value, "statistic": test.statistic.text, "df": df}


def formula(test: Test) -> str:
    """The test as arithmetic: p(χ²(12) ≥ 7.716)."""
    name = {Kind.CHI2: "χ²"}.get(test.kind, test.kind.value)
    df = ", ".join(one.text for one in (test.df1, test.df2) if one)
    size = f"{name}({df})" if df and test.kind is not Kind.Z else name
    return (
        f"p({size if test.kind in (Kind.CHI2, Kind.F) else f'|{size}|'} ≥ {test.statistic.text.lstrip('-−')})"
    )


def _conclusion(test: Test, alpha: float) -> Iterator[Finding]:
    """What the text concludes against the right p, or the printed one where none can be computed."""
    if test.significant is None:
        return
    between = p_between(test)
    if between:
        side = -1 if right_p(test)[1] < alpha else 1 if right_p(test)[0] > alpha else 0
    else:
        side = _side(test.p, alpha) if test.p else 0
    if side and test.significant != (side < 0):
        p = sum(right_p(test)) / 2 if between else test.p.value if test.p else 0.0
        yield Finding(
            code=Code.CONCLUSION,
            severity=Severity.DECISION_ERROR,
            place=test.place,
            printed=test.p.text if test.p else "",
            values={"p": p, "alpha": alpha, "significant": int(test.significant)},
        )

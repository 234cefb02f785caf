"""Rules for analyses of variance: p from F with the groups of the factor, and the search for degrees of
freedom that explain a whole table (factor and dependent swapped).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openhall.stats.audit.chances import f_between, p_of
from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Explanation, Finding, Severity, Step, Why
from openhall.stats.audit.printed import Fit, Printed
from openhall.stats.audit.published import Anova, Kind, Place
from openhall.stats.audit.significance import crosses

LEAST_KEPT = 0.8  # of N: missing answers may take that many away
MOST_DF = 60
FOLLOW_SHARE = 0.7  # of a table's p must follow before the roles are called swapped


@dataclass(frozen=True, slots=True)
class Swapped:
    """Row by row one numerator df, under one N, that lets the most p follow."""

    n: int
    dfs: tuple[int, ...]
    follow: tuple[tuple[bool, ...], ...]

    @property
    def count(self) -> int:
        return sum(map(sum, self.follow))


def rule(evidence: Evidence) -> Iterator[Finding]:
    for table in evidence.published.anovas:
        sizes = _sizes(table, evidence)
        if not sizes:
            continue
        usual = [
            [_follows(table, i, j, sizes) for j in range(len(table.factors))]
            for i in range(len(table.dependents))
        ]
        tried = [one for row in usual for one in row if one is not None]
        swapped = _swapped(table, sizes) if not all(tried) else None
        right = sum(tried)
        named = swapped if swapped and _better(swapped, right, len(tried)) else None
        for i in range(len(table.dependents)):
            for j in range(len(table.factors)):
                if usual[i][j] is False:
                    yield _finding(table, i, j, sizes, named, evidence)
        if named:
            yield _swapped_finding(table, named, right, len(tried))


def _sizes(table: Anova, evidence: Evidence) -> list[int]:
    """The N a table may rest on: its own or the report's, then the one the chi-squares name."""
    own = table.n or (int(evidence.likely_n) if evidence.likely_n else None)
    other = evidence.other_n.n if evidence.other_n else None
    return [n for n in dict.fromkeys((own, other)) if n]


def _pair(table: Anova, i: int, j: int) -> tuple[Printed, Printed, int] | None:
    f, p, groups = table.f[i][j], table.p[i][j], table.groups[j]
    return (f, p, groups) if f and p and groups and groups > 1 else None


def _follows(table: Anova, i: int, j: int, sizes: Sequence[int]) -> bool | None:
    """Does p follow from F with the factor's groups, whatever few answers are missing? None: cannot be
    told.
    """
    pair = _pair(table, i, j)
    if pair is None:
        return None
    f, p, groups = pair
    return any(
        p.fits(*f_between(f, groups - 1, (max(LEAST_KEPT * n - groups, 1), n - groups)))
        for n in sizes
        if n > groups
    )


def _swapped(table: Anova, sizes: Sequence[int]) -> Swapped | None:
    options = []
    for n in sizes:
        dfs, follow = [], []
        for i in range(len(table.dependents)):
            df, fitting = _best_df(table, i, n)
            dfs.append(df)
            follow.append(fitting)
        options.append(Swapped(n, tuple(dfs), tuple(follow)))
    return max(options, key=lambda one: one.count, default=None)


def _best_df(table: Anova, i: int, n: int) -> tuple[int, tuple[bool, ...]]:
    """The numerator df under which the most p of a row follow; of equals the smallest."""
    best, kept = 0, (False,) * len(table.factors)
    for df in range(1, min(MOST_DF, n - 2) + 1):
        fitting = tuple(
            pair is not None and pair[1].fits(*f_between(pair[0], df, (n - 1 - df,)))
            for pair in (_pair(table, i, j) for j in range(len(table.factors)))
        )
        if sum(fitting) > sum(kept):
            best, kept = df, fitting
    return best, kept


def _better(swapped: Swapped, usual: int, of: int) -> bool:
    """A table's worth of p that follow one df a row, far more than with the factors' groups."""
    return of >= 6 and swapped.count >= FOLLOW_SHARE * of and swapped.count - usual >= of / 3


def _finding(
    table: Anova, i: int, j: int, sizes: Sequence[int], swapped: Swapped | None, evidence: Evidence
) -> Finding:
    f, p, groups = _pair(table, i, j)  # type: ignore[misc]
    n = sizes[0]
    df1, df2 = groups - 1, n - groups
    between = f_between(f, df1, (df2,))
    right = p_of(Kind.F, f.value, df1, df2)
    decision = crosses(p, between, evidence.published.alpha)
    fit = p.fit(*between)
    small = Code.P_CUT_OFF if fit is Fit.CUT_OFF else Code.P_NEAR if fit is Fit.NEAR else None
    graded = {Code.P_CUT_OFF: Severity.NOTE, Code.P_NEAR: Severity.WARNING}
    return Finding(
        code=Code.ANOVA_P,
        severity=Severity.DECISION_ERROR
        if decision
        else graded[small]
        if small and not swapped
        else Severity.ERROR,
        place=Place(table.key, table.dependents[i], table.factors[j]),
        printed=p.text,
        expected=between,
        values={"f": f.text, "df1": df1, "df2": df2, "p": right, "n": n},
        arithmetic=(Step(f"p(F({df1}, {df2}) ≥ {f.text})", right),),
        explanation=_why(swapped, i, j),
    )


def _why(swapped: Swapped | None, i: int, j: int) -> tuple[Explanation, ...]:
    if swapped and swapped.follow[i][j]:
        return (Explanation(Why.ROLES_SWAPPED, {"df": swapped.dfs[i], "n": swapped.n}),)
    return (Explanation(Why.UNEXPLAINED),)


def _swapped_finding(table: Anova, swapped: Swapped, usual: int, of: int) -> Finding:
    return Finding(
        code=Code.ANOVA_SWAPPED,
        severity=Severity.ERROR,
        place=Place(table.key),
        values={
            "follow": swapped.count,
            "of": of,
            "usual": usual,
            "wrong": of - usual,
            "n": swapped.n,
            "dependents": table.dependents,
            "dfs": tuple(str(df) for df in swapped.dfs),
        },
        arithmetic=tuple(
            Step(f"F({df}, {swapped.n - 1 - df})", f"{sum(row)}/{len(row)}")
            for df, row in zip(swapped.dfs, swapped.follow, strict=True)
        ),
        explanation=tuple(
            Explanation(Why.IMPLIED_DF, {"dependent": dependent, "df": df, "scores": df + 1})
            for dependent, df in zip(table.dependents, swapped.dfs, strict=True)
        ),
    )

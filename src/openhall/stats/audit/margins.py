"""Rules across tables and text: the same answers have the same totals, group sizes and N everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from openhall.stats.audit import grids
from openhall.stats.audit.evidence import Consensus, Evidence, matched
from openhall.stats.audit.findings import Code, Explanation, Finding, Repair, Severity, Step, Why
from openhall.stats.audit.mending import Mended
from openhall.stats.audit.printed import SLACK, Printed, meets
from openhall.stats.audit.published import Counts, Place, Sample
from openhall.stats.audit.telling import explained, repairs, shown


def rule(evidence: Evidence) -> Iterator[Finding]:
    yield from _columns(evidence)
    for table in evidence.published.counts:
        yield from _table_n(table, evidence)
    for sample in evidence.published.samples:
        yield from _sample(sample, evidence)
    for place, claimed in evidence.published.claimed_n:
        if evidence.n and not claimed.fits(evidence.n):
            yield Finding(
                code=Code.CLAIMED_N,
                severity=Severity.WARNING,
                place=place,
                printed=claimed.text,
                values={"n": evidence.n},
            )


def _columns(evidence: Evidence) -> Iterator[Finding]:
    first: dict[tuple[str, int], Consensus] = {}
    for table in evidence.published.counts:
        grid = grids.grid_of(table)
        if table.weighted or all(value is None for row in grid for value in row):
            continue
        for variable, sums in evidence.margins(table, grid):
            key = variable, len(sums)
            agreed = evidence.consensus.get(key) or first.setdefault(key, Consensus(sums, (table.key,)))
            if any(abs(one - other) > SLACK for one, other in zip(sums, agreed.totals, strict=True)):
                yield from _differing(table, variable, sums, agreed, evidence)


def _differing(
    table: Counts, variable: str, sums: tuple[float, ...], agreed: Consensus, evidence: Evidence
) -> Iterator[Finding]:
    """A note where missing answers may explain it: fewer people here, and in no column more."""
    labels, down = (table.rows, True) if table.row_variable == variable else (table.columns, False)
    order = evidence.order(variable, labels) or tuple(range(len(labels)))
    differing = [k for k, (one, other) in enumerate(zip(sums, agreed.totals, strict=True)) if one != other]
    full = evidence.is_complete(agreed)
    same = abs(sum(sums) - sum(agreed.totals)) <= SLACK
    more = full and any(sums[k] > agreed.totals[k] for k in differing)
    mended = evidence.mended[table.key]
    explanation, repair = _restored(table, variable, agreed, mended, evidence)
    sure = (full and same) or more or (bool(repair) and bool(mended.of_share))
    if not sure and evidence.n and sum(sums) < evidence.n:
        return  # fewer people: the rule on N says so
    yield Finding(
        code=Code.MARGINS_DIFFER,
        severity=Severity.ERROR if sure else Severity.NOTE,
        place=Place(table.key),
        printed=", ".join(shown(one) for one in sums),
        values={
            "columns": tuple(labels[order[k]] for k in differing),
            "here": tuple(shown(sums[k]) for k in differing),
            "there": tuple(shown(agreed.totals[k]) for k in differing),
            "tables": agreed.tables,
        },
        arithmetic=tuple(
            Step(" + ".join(shown(row[order[k]]) or "?" for row in grids.grid_of(table)), sums[k])
            for k in differing
            if not down
        ),
        explanation=explanation,
        repair=repair,
    )


def _restored(
    table: Counts, variable: str, agreed: Consensus, mended: Mended, evidence: Evidence
) -> tuple[tuple[Explanation, ...], tuple[Repair, ...]]:
    """The repairs that bring the totals back, or that none does."""
    after = next(sums for name, sums in evidence.margins(table, mended.grid) if name == variable)
    if any(abs(one - other) > SLACK for one, other in zip(after, agreed.totals, strict=True)):
        if None in mended.given_up:
            return (Explanation(Why.NOT_SEARCHED),), ()
        options = mended.options.get(None, 0)
        return (
            Explanation(Why.SEVERAL, {"options": options}) if options else Explanation(Why.UNEXPLAINED),
        ), ()
    told = tuple(explained(table, one, evidence) for one in mended.mends)
    return told, tuple(cell for one in mended.mends for cell in repairs(table, one))


def _table_n(table: Counts, evidence: Evidence) -> Iterator[Finding]:
    """More people in a table than were asked cannot be; fewer may be missing answers."""
    grid = grids.grid_of(table)
    if evidence.n is None or table.weighted or table.several_answers or not any(map(any, grid)):
        return
    total = grids.total_of(grid)
    if abs(total - evidence.n) <= SLACK:
        return
    mended = evidence.mended[table.key]
    restored = bool(mended.mends) and abs(grids.total_of(mended.grid) - evidence.n) <= SLACK
    yield Finding(
        code=Code.TABLE_N,
        severity=Severity.ERROR if total > evidence.n or restored else Severity.NOTE,
        place=Place(table.key),
        printed=shown(total),
        expected=(evidence.n, evidence.n),
        values={"total": total, "n": evidence.n},
        arithmetic=(Step(" + ".join(shown(one) for one in grids.row_sums(grid)), total),),
        explanation=(Explanation(Why.AFTER_REPAIRS, {"tables": (table.key,)}),) if restored else (),
    )


def _sample(sample: Sample, evidence: Evidence) -> Iterator[Finding]:
    yield from _shares_sum(sample)
    if sample.parts_only:
        return
    yield from _sizes_sum(sample, evidence)
    table = evidence.table_of(sample.variable)
    if table is None or table.weighted:
        return
    sums = grids.row_sums(evidence.mended[table.key].grid)
    raw = grids.row_sums(grids.grid_of(table))
    for number, (place, sure) in matched(sample, table).items():
        size, percent = grids.at(sample.sizes, number), grids.at(sample.percents, number)
        label = sample.labels[number] if sample.labels else table.rows[place]
        where = Place(sample.place.table, sample.variable, label)
        if size and not size.fits(sums[place]):
            yield _size(where, size, sums[place], table, place, sure, evidence)
        if percent and evidence.n and not percent.fits(100 * sums[place] / evidence.n):
            base = min(sum(raw), evidence.n)
            if not percent.fits(100 * sums[place] / base) and not percent.fits(100 * raw[place] / base):
                yield _percent(where, percent, sums[place], evidence.n)


def _size(
    where: Place, size: Printed, found: float, table: Counts, place: int, sure: bool, evidence: Evidence
) -> Finding:
    """The text's size against the table's. Missing answers make a table's group smaller, never larger."""
    known = evidence.known(table)
    whole = known.gap(evidence.mended[table.key].grid) <= SLACK
    right = whole and any(want is not None for want in (*known.rows, *known.columns))
    certain = sure and (found > size.value or right)
    return Finding(
        code=Code.GROUP_SIZE,
        severity=Severity.ERROR if certain else Severity.WARNING if sure or right else Severity.NOTE,
        place=where,
        printed=size.text,
        expected=(found, found),
        values={"size": found, "row": table.rows[place], "table": table.key},
        explanation=(Explanation(Why.TABLE_RIGHT, {"size": found}),) if right else (),
    )


def _percent(where: Place, percent: Printed, size: float, n: float) -> Finding:
    right = 100 * size / n
    near = abs(right - percent.value) < percent.unit
    return Finding(
        code=Code.GROUP_PERCENT,
        severity=Severity.WARNING if near else Severity.ERROR,
        place=where,
        printed=percent.text,
        expected=(right, right),
        values={"size": size, "n": n, "percent": right},
        arithmetic=(Step(f"100 × {shown(size)} / {shown(n)}", right),),
    )


def _sizes_sum(sample: Sample, evidence: Evidence) -> Iterator[Finding]:
    sizes = [size for size in sample.sizes if size]
    if not sizes or len(sizes) < len(sample.sizes) or evidence.n is None:
        return
    total = sum(size.value for size in sizes)
    if abs(total - evidence.n) <= SLACK:
        return
    table = evidence.table_of(sample.variable)
    named = {place for place, _ in matched(sample, table).values()} if table else set()
    if table and abs(total - grids.total_of(grids.grid_of(table))) <= SLACK and total < evidence.n:
        return  # the table has as many: its own N is noted
    left = tuple(row for k, row in enumerate(table.rows) if k not in named) if table and named else ()
    yield Finding(
        code=Code.GROUPS_SUM,
        severity=Severity.ERROR if total > evidence.n else Severity.WARNING if left else Severity.NOTE,
        place=sample.place,
        printed=shown(total),
        expected=(evidence.n, evidence.n),
        values={"sum": total, "n": evidence.n, "missing": evidence.n - total},
        arithmetic=(Step(" + ".join(size.text for size in sizes), total),),
        explanation=(Explanation(Why.LEFT_OUT, {"labels": left}),) if left else (),
    )


def _shares_sum(sample: Sample) -> Iterator[Finding]:
    percents = [one for one in sample.percents if one]
    if not percents or len(percents) < len(sample.percents):
        return
    total = sum(one.value for one in percents)
    low, high = sum(one.low for one in percents), sum(one.value + one.unit for one in percents)
    if not meets(low, high, 100.0, 100.0):
        yield Finding(
            code=Code.SHARES_SUM,
            severity=Severity.ERROR if total > 100 else Severity.WARNING,
            place=sample.place,
            printed=shown(total),
            expected=(low, sum(one.high for one in percents)),
            values={"sum": total},
            arithmetic=(Step(" + ".join(one.text for one in percents), total),),
        )

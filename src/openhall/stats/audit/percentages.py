"""Rules inside a table of counts: percentages follow from counts, no cell is blank, totals are the sums."""

from __future__ import annotations

from collections.abc import Iterator

from openhall.stats.audit import grids
from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Explanation, Finding, Repair, Severity, Step, Why
from openhall.stats.audit.grids import Grid, Share
from openhall.stats.audit.printed import Fit, Printed, meets
from openhall.stats.audit.published import Counts, Place
from openhall.stats.audit.telling import explained, repairs, shown

ENOUGH_CELLS = 3  # whose percentages follow from one other base
EQUAL_CELLS, EQUAL_COUNT = 4, 5  # rows with so many cells of at least so much are not equal by chance


def rule(evidence: Evidence) -> Iterator[Finding]:
    for table in evidence.published.counts:
        grid = grids.grid_of(table)
        yield from _blanks(table, grid, evidence)
        for share in grids.shares(table):
            yield from _share(table, share, grid, evidence)
        yield from _totals(table, grid, evidence)
        yield from _equal_rows(table, grid)


def _blanks(table: Counts, grid: Grid, evidence: Evidence) -> Iterator[Finding]:
    if all(value is None for row in grid for value in row):
        return  # percentages only
    mended = evidence.mended.get(table.key)
    fills = {one.cells[0][0]: one for one in mended.mends if one.why is Why.FILL} if mended else {}
    for i, row in enumerate(grid):
        for j, value in enumerate(row):
            if value is not None:
                continue
            fill = fills.get((i, j))
            yield Finding(
                code=Code.BLANK_CELL,
                severity=Severity.ERROR if fill and fill.cells[0][2] else Severity.WARNING,
                place=Place(table.key, table.rows[i], table.columns[j]),
                explanation=(explained(table, fill, evidence),) if fill else (Explanation(Why.UNEXPLAINED),),
                repair=repairs(table, fill) if fill else (),
                arithmetic=_filling(table, grid, i, j, fill.cells[0][2]) if fill else (),
            )


def _filling(table: Counts, grid: Grid, i: int, j: int, new: float) -> tuple[Step, ...]:
    percent = table.percents[i][j] if table.percents else None
    if percent is None:
        return ()
    base = sum(value or 0.0 for value in grid[i]) + new
    return (Step(f"100 × {shown(new)} / {shown(base)}", 100 * new / base),)


def _share(table: Counts, share: Share, grid: Grid, evidence: Evidence) -> Iterator[Finding]:
    counts = [grid[i][j] for i, j in share.cells]
    percents = grids.percents_of(table, share)
    if all(count is None for count in counts):
        yield from _sum_of_percents(table, share, [one for one in percents if one])
        return
    if None in counts:  # the blank cell is the finding
        return
    fits = grids.fits(table, share, grid)
    wrong = [
        (place, fit) for place, fit in zip(share.cells, fits, strict=True) if fit not in (None, Fit.ROUNDED)
    ]
    if not wrong:
        return
    code, severity = _weight(table, share, [fit for _, fit in wrong if fit], counts)
    cells = [place for place, _ in wrong]
    explanation, repair = _why(table, share, code, evidence)
    if any(one.why is Why.OTHER_BASE for one in explanation) and _tells(table, share, grid):
        severity = (
            Severity.NOTE
        )  # percentages of more people than are shown, or of fewer: missing or several answers
    base = sum(count or 0.0 for count in counts)
    yield Finding(
        code=code,
        severity=severity,
        place=share.place,
        printed=", ".join(one.text for one in (table.percents[i][j] for i, j in cells) if one),
        values={
            "cells": tuple(_label(table, share, place) for place in cells),
            "wrong": len(cells),
            "of": len(share.cells),
            "base": base,
        },
        arithmetic=tuple(
            Step(f"100 × {shown(grid[i][j])} / {shown(base)}", 100 * (grid[i][j] or 0) / base)
            for i, j in cells
        )
        if base
        else (),
        explanation=explanation,
        repair=repair,
    )


def _label(table: Counts, share: Share, place: tuple[int, int]) -> str:
    i, j = place
    if share.place.row:
        return table.columns[j]
    return table.rows[i] if share.place.column else f"{table.rows[i]}, {table.columns[j]}"


def _weight(
    table: Counts, share: Share, wrong: list[Fit], counts: list[float | None]
) -> tuple[Code, Severity]:
    """All cut off alike: a note; off by less than a digit: a warning; anything else: an error."""
    if Fit.NOT in wrong:
        return Code.PERCENTS, Severity.ERROR
    base = sum(count or 0.0 for count in counts)
    pairs = [(count, one) for count, one in zip(counts, grids.percents_of(table, share), strict=True) if one]
    cut = base > 0 and all(
        meets(one.value, one.value + one.unit, 100 * (count or 0) / base, 100 * (count or 0) / base)
        for count, one in pairs
    )
    return (Code.PERCENTS_CUT_OFF, Severity.NOTE) if cut else (Code.PERCENTS_NEAR, Severity.WARNING)


def _why(
    table: Counts, share: Share, code: Code, evidence: Evidence
) -> tuple[tuple[Explanation, ...], tuple[Repair, ...]]:
    mended = evidence.mended.get(table.key)
    if mended is None or code is Code.PERCENTS_CUT_OFF:
        return (), ()
    if foreign := mended.foreign.get(share):
        found = [Explanation(Why.PERCENTS_OF, {"row": foreign.label, "table": foreign.table})]
        swap = mended.of_totals
        if swap and any(place in share.cells for place, _, _ in swap.cells):
            return (*found, explained(table, swap, evidence)), repairs(table, swap)
        return tuple(found), ()
    if one := mended.of_share.get(share):
        return (explained(table, one, evidence),), repairs(table, one)
    low, high = grids.base_between(table, share, grids.grid_of(table))
    if low <= high < float("inf") and int(high) >= low > 0:
        return (Explanation(Why.OTHER_BASE, {"base": int(high)}),), ()
    percents = [one.value for one in grids.percents_of(table, share) if one]
    if code is Code.PERCENTS_NEAR and abs(sum(percents) - 100) < 1e-9:
        return (Explanation(Why.ADJUSTED),), ()
    if share in mended.given_up:
        return (Explanation(Why.NOT_SEARCHED),), ()
    options = mended.options.get(share, 0)
    return (Explanation(Why.SEVERAL, {"options": options}) if options else Explanation(Why.UNEXPLAINED),), ()


def _tells(table: Counts, share: Share, grid: Grid) -> bool:
    """Are there cells enough for their common base to be no accident?"""
    telling = [(i, j) for i, j in share.cells if grid[i][j] and table.percents[i][j]]
    return len(telling) >= ENOUGH_CELLS


def _sum_of_percents(table: Counts, share: Share, percents: list[Printed]) -> Iterator[Finding]:
    """Percentages without counts reach 100, rounded or all cut off."""
    if table.several_answers or len(percents) < len(share.cells):
        return
    low, high = sum(one.low for one in percents), sum(one.value + one.unit for one in percents)
    total = sum(one.value for one in percents)
    if not meets(low, high, 100.0, 100.0):
        yield Finding(
            code=Code.PERCENT_SUM,
            severity=Severity.ERROR,
            place=share.place,
            printed=f"{total:.10g}",
            expected=(low, sum(one.high for one in percents)),
            values={"sum": total},
            arithmetic=(Step(" + ".join(one.text for one in percents), total),),
        )


def _totals(table: Counts, grid: Grid, evidence: Evidence) -> Iterator[Finding]:
    if not grids.is_full(grid):
        return
    axes = [(table.columns, table.column_totals, 1)]
    if not table.several_answers:
        axes.insert(0, (table.rows, table.row_totals, 0))
    for labels, totals, axis in axes:
        for k, cell in grids.lines(len(labels), totals):
            line = grid[k] if axis == 0 else [row[k] for row in grid]
            if not _adds_up(table, line, cell):
                place = Place(table.key, labels[k]) if axis == 0 else Place(table.key, "", labels[k])
                yield _wrong_total(table, place, line, cell, Code.LINE_TOTAL, evidence, (axis, k))
    everything = [value for row in grid for value in row]
    if table.total and not table.several_answers and not _adds_up(table, everything, table.total):
        sums: list[float | None] = [*grids.row_sums(grid)]
        yield _wrong_total(table, Place(table.key), sums, table.total, Code.GRAND_TOTAL, evidence, None)


def _adds_up(table: Counts, line: list[float | None], total: Printed) -> bool:
    spreads = [grids.spread(value or 0.0, table, total if total.places > 0 else None) for value in line]
    return meets(
        *grids.spread(total.value, table, total),
        sum(low for low, _ in spreads),
        sum(high for _, high in spreads),
    )


def _wrong_total(
    table: Counts,
    place: Place,
    line: list[float | None],
    total: Printed,
    code: Code,
    evidence: Evidence,
    line_of: tuple[int, int] | None,
) -> Finding:
    found = sum(value or 0.0 for value in line)
    mended = evidence.mended.get(table.key)
    touching = [
        one
        for one in (mended.mends if mended else ())
        if line_of is None or any(at[line_of[0]] == line_of[1] for at, _, _ in one.cells)
    ]
    if touching:
        explanation = tuple(explained(table, one, evidence) for one in touching)
        repair = tuple(cell for one in touching for cell in repairs(table, one))
    else:
        explanation = (Explanation(Why.TOTAL, {"old": total.text, "new": shown(found)}),)
        repair = (Repair(place, total.text, shown(found)),)
    return Finding(
        code=code,
        severity=Severity.ERROR,
        place=place,
        printed=total.text,
        expected=(found, found),
        values={"sum": found},
        arithmetic=(Step(" + ".join(shown(value) for value in line), found),),
        explanation=explanation,
        repair=repair,
    )


def _equal_rows(table: Counts, grid: Grid) -> Iterator[Finding]:
    seen: dict[tuple[float | None, ...], str] = {}
    for label, row in zip(table.rows, grid, strict=True):
        large = [value for value in row if value and value >= EQUAL_COUNT]
        if len(large) < EQUAL_CELLS or len(large) < len([value for value in row if value]):
            continue
        if tuple(row) in seen:
            yield Finding(
                code=Code.ROWS_EQUAL,
                severity=Severity.NOTE,
                place=Place(table.key, label),
                values={"other": seen[tuple(row)]},
            )
        seen[tuple(row)] = label

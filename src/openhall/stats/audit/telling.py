"""A repair found by the search as the explanation and the cells a finding carries."""

from __future__ import annotations

from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Explanation, Repair, Why
from openhall.stats.audit.grids import row_sums
from openhall.stats.audit.mending import Mend, applied
from openhall.stats.audit.published import Counts, Place


def shown(value: float | None) -> str:
    """A count as text, empty where it was blank.

    >>> shown(12.0), shown(2.5), shown(None)
    ('12', '2.5', '')
    """
    return "" if value is None else f"{value:.10g}"


def explained(table: Counts, one: Mend, evidence: Evidence) -> Explanation:
    """What the repair does and what it satisfies."""
    checks = (*one.checks, *_sample_check(table, one, evidence))
    (i, j), old, new = one.cells[0]
    row = table.rows[i]
    if one.why is Why.CHANGE:
        values = {"row": row, "column": table.columns[j], "old": shown(old), "new": shown(new)}
    elif one.why is Why.FILL:
        values = {"row": row, "column": table.columns[j], "new": shown(new)}
    else:
        (k, m), other_old, other_new = one.cells[1]
        across = i == k
        first, second = (table.columns[j], table.columns[m]) if across else (table.rows[i], table.rows[k])
        values = {
            "row": row if across else table.columns[j],
            "first": first,
            "second": second,
            "old_first": shown(old),
            "old_second": shown(other_old),
            "new_first": shown(new),
            "new_second": shown(other_new),
        }
        if one.why is Why.BELONGS:
            stands, belongs = (first, second) if old else (second, first)
            values = {
                "row": values["row"],
                "value": shown(old or other_old),
                "first": stands,
                "second": belongs,
            }
    return Explanation(one.why, {**values, "checks": checks})


def _sample_check(table: Counts, one: Mend, evidence: Evidence) -> tuple[str, ...]:
    """Does the text give the size the row has after the repair, and not the one before?"""
    grid = evidence.mended[table.key].grid
    rows = {place[0] for place, _, _ in one.cells}
    before = row_sums(
        applied(grid, Mend(one.why, tuple((at, new, old or 0.0) for at, old, new in one.cells)))
    )
    after = row_sums(grid)
    said = [(k, evidence.sample_sizes.get((table.row_variable, k))) for k in rows]
    agreed = [k for k, size in said if size and size[0] == after[k] != before[k]]
    return ("sample",) if agreed else ()


def repairs(table: Counts, one: Mend) -> tuple[Repair, ...]:
    """The new text of each cell."""
    return tuple(
        Repair(Place(table.key, table.rows[i], table.columns[j]), shown(old), shown(new))
        for (i, j), old, new in one.cells
    )

"""What the workbench warns of: what the procedure does, small groups, and links that are there anyhow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openhall.errors import N_
from openhall.report.cautions import told
from openhall.report.document import Caution
from openhall.report.material import SMALL
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Outcome
from openhall.report.procedures.data import Data
from openhall.report.workbench.cells import headed
from openhall.report.workbench.variables import GROUPING, Kind, Variable
from openhall.stats import cautions as stats

TINY = 5  # a group with fewer answers may show what single people said


FEW = N_("These figures rest on {n} answers only and are uncertain.")


VERY_FEW = N_(
    "These figures rest on {n} answers only. Do not draw conclusions from them, and think of the people behind them"
    " before publishing."
)


PART_OF_WHOLE = N_(
    "“{rows}” and “{columns}” rest in part on the same answers, so they are linked whatever people answered."
)


def _overlap(rows: Variable, columns: Variable | None, pen: Pen) -> list[Caution]:
    """A score and one of its own items are linked whatever people answer."""
    if columns is None or not _parts(rows) & _parts(columns):
        return []
    names = {"rows": headed(rows, pen), "columns": headed(columns, pen)}
    return [pen.caution("part_of_whole", PART_OF_WHOLE, **names)]


def _parts(variable: Variable) -> set[str]:
    if variable.kind not in (Kind.ITEM, Kind.SCORE, Kind.TOTAL):
        return set()
    return {variable.key} | {key for part in variable.parts for key in _parts(part)}


def noted(
    found: Outcome,
    how: str,
    figures: Mapping[str, Any],
    rows: Variable,
    columns: Variable | None,
    data: Data,
    pen: Pen,
) -> list[Caution]:
    """All of it, each once."""
    notes = [*_overlap(rows, columns, pen), *(block for block in found.blocks if isinstance(block, Caution))]
    groups = _groups(how, figures, rows)
    factor = data.one(rows.key).factor() if groups else None
    for code, low, high in ((stats.Code.TINY_GROUPS, 1, TINY), (stats.Code.SMALL_GROUPS, TINY, SMALL)):
        few = [level for level, n in groups if low <= n < high]
        if few and factor is not None:
            one = stats.Caution(code, {"levels": stats.listed(few), "limit": high})
            notes.append(told(one, pen, rows=factor))
    n = figures["n"]
    if not groups and n < SMALL:
        notes.append(pen.caution("few_cases", FEW if n >= TINY else VERY_FEW, n=n))
    return list(dict.fromkeys(notes))


def _groups(how: str, figures: Mapping[str, Any], rows: Variable) -> list[tuple[int, int]]:
    """Code and size of each group the procedure does not look at itself."""
    if how == "crosstab":
        return list(zip(figures["row_levels"], figures["row_totals"], strict=True))
    if how == "frequencies" and rows.kind in GROUPING:
        return [(level["code"], level["n"]) for level in figures["variables"][0]["levels"]]
    return []

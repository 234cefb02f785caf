"""A table read as the kind a person says it is, and the engine's guess."""

from __future__ import annotations

from openhall.report.audit_cells import Recognised
from openhall.report.audit_recognise import recognise
from openhall.report.audit_tables import Grid


def guess(grid: Grid, number: int) -> str:
    """What the table seems to be: a kind, "" where it cannot be told."""
    found = recognise(grid, number)
    return found.kind if found else ""


def read_as(kind: str, grid: Grid, number: int) -> Recognised | None:
    """The table as this kind, None where it cannot be that."""
    return recognise(grid, number, kind)

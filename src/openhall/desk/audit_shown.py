"""What the pages of the audit show: tables as fields to correct, findings as sentences, tables as repaired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from openhall.desk.audit_check import Fault, letter
from openhall.desk.audit_draft import Draft, Table
from openhall.errors import N_
from openhall.report import audit_report, audit_words
from openhall.report.pen import Pen
from openhall.stats.audit.findings import Audit, Finding, Severity
from openhall.stats.audit.published import Counts, Place, Published

COLOURS = {
    Severity.DECISION_ERROR: "red",
    Severity.ERROR: "orange",
    Severity.WARNING: "yellow",
    Severity.NOTE: "grey",
}
NARROW, WIDE = 5, 26  # characters of a field


def grids(draft: Draft, faults: list[Fault]) -> list[dict[str, Any]]:
    """Each table with its cells as fields, or as lines of text where they are too many."""
    said = {fault.field: fault.text for fault in reversed(faults)}
    return [
        {
            "number": number,
            "table": table,
            "fields": _fields(table, number, said) if in_fields else None,
            "columns": [letter(j) for j in range(table.size[1])],
            "in_lines": [text for field, text in said.items() if field.startswith(f"c-{number}-")],
        }
        for number, (table, in_fields) in enumerate(zip(draft.tables, draft.in_fields(), strict=True))
    ]


def _fields(table: Table, number: int, said: dict[str, str]) -> list[list[dict[str, Any]]]:
    label = gettext("Row %(row)s, column %(column)s")
    widths = [max((_width(row[j]) for row in table.rows), default=0) for j in range(table.size[1])]
    return [
        [
            {
                "id": f"c-{number}-{i}-{j}",
                "value": cell,
                "label": label % {"row": i + 1, "column": letter(j)},
                "size": min(max(widths[j], NARROW), WIDE),
                "head": not i or not j,
                "error": said.get(f"c-{number}-{i}-{j}", ""),
            }
            for j, cell in enumerate(row)
        ]
        for i, row in enumerate(table.rows)
    ]


def _width(text: str) -> int:
    """How many letters wide a text is, Chinese ones counting twice."""
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


def findings(published: Published, found: Audit, lang: str) -> dict[str, Any]:
    """All the findings page says."""
    pen = Pen(lang)
    return {
        "title": found.title or found.name,
        "summary": audit_report.summary(found, pen),
        "caveat": pen(audit_report.CAVEAT),
        "serious": len(found.serious),
        "severities": [
            {"said": pen(audit_words.SEVERITIES[one]), "colour": COLOURS[one], "count": count}
            for one in Severity
            if (count := sum(each.severity is one for each in found.findings))
        ],
        "topics": [
            {"key": key, "title": pen(title), "findings": [_finding(one, pen) for one in group]}
            for key, title, group in audit_report.by_topic(found)
        ],
        "repairs": [
            {
                "place": audit_words.place(place, pen),
                "old": old or pen(N_("(blank)")),
                "new": new,
            }
            for place, (old, new) in _repairs(found).items()
        ],
        "mended": list(_mended(published, found, pen)),
    }


def _finding(one: Finding, pen: Pen) -> dict[str, Any]:
    return {
        "severity": pen(audit_words.SEVERITIES[one.severity]),
        "colour": COLOURS[one.severity],
        "place": audit_words.place(one.place, pen),
        "printed": one.printed,
        "sentence": audit_words.sentence(one, pen),
        "steps": [audit_words.arithmetic(step) for step in one.arithmetic],
        "explanations": [audit_words.explanation(why, pen) for why in one.explanation],
        "repairs": [audit_words.repair(cell, pen) for cell in one.repair],
    }


def _repairs(found: Audit) -> dict[Place, tuple[str, str]]:
    """Every cell with the value that would mend it, once; the first proposal of a cell holds."""
    cells: dict[Place, tuple[str, str]] = {}
    for one in found.findings:
        for cell in one.repair:
            cells.setdefault(cell.place, (cell.old, cell.new))
    return cells


def _mended(published: Published, found: Audit, pen: Pen) -> Iterator[dict[str, Any]]:
    """Tables of counts with repairs: as printed and as they would fit."""
    repairs = _repairs(found)
    for table in published.counts:
        if any(place.table == table.key and place.row and place.column for place in repairs):
            yield {
                "name": " ".join(filter(None, [audit_words.table(table.key, pen), _rest(table)])),
                "columns": table.columns,
                "rows": [_row(table, i, repairs) for i in range(len(table.rows))],
            }


def _rest(table: Counts) -> str:
    """The title where it does more than repeat the number."""
    return f"· {table.title}" if table.title and table.key not in table.title.replace("–", "-") else ""


def _row(table: Counts, i: int, repairs: dict[Place, tuple[str, str]]) -> dict[str, Any]:
    cells = []
    for column, cell in zip(table.columns, table.counts[i], strict=True):
        old = cell.text if cell else ""
        new = repairs.get(Place(table.key, table.rows[i], column), ("", old))[1]
        cells.append({"old": old or "–", "new": new or "–", "changed": new != old})
    return {"label": table.rows[i], "cells": cells}

"""The report as JSON for programs: documented keys, full precision, the same bytes for the same report.

Described in docs/report.md. A number that cannot be computed is null; an interval is a list of two numbers.
"""

from __future__ import annotations

import json
import math
from typing import Any

from openhall.report.document import (
    Block,
    Caution,
    Figure,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
    headline,
)
from openhall.report.numerals import Value

FORMAT = "openhall.report/1"


def text(report: Report) -> str:
    """The report as JSON text. The day it was made is left out, so that equal data give equal files."""
    return json.dumps(plain(report), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def plain(report: Report) -> dict[str, Any]:
    """The report as dicts, lists, text and numbers."""
    return {
        "format": FORMAT,
        "title": report.title,
        "subtitle": report.subtitle,
        "lang": report.lang,
        "meta": {key: value for key, value in report.meta.items() if key != "made"},
        "sections": [_section(section, report.lang) for section in report.sections],
    }


def _section(section: Section, lang: str) -> dict[str, Any]:
    return {
        "key": section.key,
        "number": section.number,
        "title": section.title,
        "blocks": [_block(block, lang) for block in section.blocks],
    }


def _block(block: Block, lang: str) -> dict[str, Any]:
    match block:
        case Paragraph(said, manner):
            return {"kind": manner.value, "text": said}
        case Caution(code, said):
            return {"kind": "caution", "code": code, "text": said}
        case Heading(number, title):
            return {"kind": "heading", "number": number, "title": title}
        case Table():
            return {"kind": "table", **_table(block, lang)}
        case Figure():
            return {
                "kind": "figure",
                "key": block.key,
                "caption": headline(block, lang),
                "alt": block.alt,
                "data": _table(block.table, lang) if block.table else None,
            }


def _table(table: Table, lang: str) -> dict[str, Any]:
    """Rows as objects by column key; `group` and `total` only where a row has them."""
    return {
        "key": table.key,
        "caption": headline(table, lang),
        "columns": [
            {
                "key": column.key,
                "heading": column.heading,
                "format": column.format.value,
                **({"over": column.over} if column.over else {}),
            }
            for column in table.columns
        ],
        "rows": [
            {
                **({"group": row.group} if row.group else {}),
                **({"total": True} if row.total else {}),
                **{column.key: _value(cell) for column, cell in zip(table.columns, row.cells, strict=True)},
            }
            for row in table.rows
        ],
        "notes": list(table.notes),
    }


def _value(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_value(end) for end in value]
    return value if not isinstance(value, float) or math.isfinite(value) else None

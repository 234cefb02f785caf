"""An answer of the workbench as a file: its tables as lines, everything computed as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from openhall.errors import N_, Translate, fill
from openhall.report.numerals import Value
from openhall.report.workbench.answer import Bench
from openhall.report.workbench.asked import Wanted

FORMAT = "openhall.workbench/1"
ENDS = (N_("{name} (low)"), N_("{name} (high)"))  # of an interval, as heads of columns


def lines(found: Bench, translate: Translate = str) -> Iterator[list[Value]]:
    """The heading, then every table below the other, at full precision, as the lines of a file; the ends of an
    interval stand side by side."""
    yield [found.title, found.n]
    yield []
    for table in found.tables():
        yield [table.caption]
        head: list[Value] = []
        for one in table.columns:
            name = f"{one.over} {one.heading}".strip()
            head += (
                [fill(end, {"name": name}, translate) for end in ENDS] if "interval" in one.format else [name]
            )
        yield head
        for row in table.rows:
            cells: list[Value] = []
            for one, value in zip(table.columns, row.cells, strict=True):
                if "interval" in one.format:
                    cells += list(value) if isinstance(value, tuple) else [None, None]
                else:
                    cells.append(value)
            yield [None if isinstance(cell, float) and cell != cell else cell for cell in cells]
        yield []


def machine(found: Bench, wanted: Wanted, **facts: Any) -> str:
    """All figures at full precision for programs, with what was asked."""
    chosen = [
        {
            "variable": one.variable.key,
            "values": list(one.values),
            "from": one.said(one.low),
            "to": one.said(one.high),
        }
        for one in wanted.chosen
    ]
    asked = {
        "format": FORMAT,
        **facts,
        "rows": wanted.rows.key if wanted.rows else None,
        "columns": wanted.columns.key if wanted.columns else None,
        "where": chosen,
        "cases": found.n,
    }
    return json.dumps({**asked, **found.figures}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

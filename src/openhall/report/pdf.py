"""The report as PDF, typeset by typst: A4, contents, page numbers, vector charts, tags for screen readers
(PDF/UA). A report with characters that the project's fonts lack (😀) is still made, without the PDF/UA mark.

Only the fonts the project brings are used, so a page looks the same on every machine. The layout is in
report.typ.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Literal

from openhall.errors import N_
from openhall.language import translator
from openhall.report import fonts
from openhall.report.document import Block, Caution, Figure, Heading, Paragraph, Report, Table
from openhall.report.drawing import size, svg
from openhall.report.numerals import unbroken

LAYOUT = Path(__file__).with_name("report.typ")
WIDTH, TALLEST = 9.5, 20.0  # of a chart, in centimetres
REGION = {"en": "GB", "zh": "CN"}


def document(report: Report, *, keep_in: Path | None = None) -> bytes:
    """The .pdf file. `keep_in`: a folder that remembers drawn charts. Raises NoFonts where the fonts are
    missing."""
    import typst  # here, because only a PDF needs it

    with tempfile.TemporaryDirectory(prefix="openhall-") as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes(LAYOUT.read_bytes())
        (folder / "report.json").write_text(json.dumps(_content(report, folder, keep_in)), "utf-8")
        try:
            return _typeset(folder, "ua-1")
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            return _typeset(folder, None)  # a character our fonts lack is shown as a box; PDF/UA forbids that


def _typeset(folder: Path, standard: Literal["ua-1"] | None) -> bytes:
    import typst

    made = typst.compile(
        folder / "report.typ",
        root=folder,
        font_paths=[fonts.folder()],
        ignore_system_fonts=True,
        pdf_standards=standard,
        timestamp=0,
    )
    return bytes(made)


def _content(report: Report, folder: Path, keep_in: Path | None) -> dict[str, Any]:
    """What report.typ reads; the charts are written beside it."""
    say = translator(report.lang)
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "lang": report.lang,
        "region": REGION.get(report.lang, "GB"),
        "font": fonts.FAMILY,
        "facts": report.fact_lines(),
        "contents": say(N_("Contents")) if report.has_contents else "",
        "caution": say(N_("Caution:")),
        "sections": [
            {
                "title": f"{section.number} {section.title}".strip(),
                "blocks": [_block(block, report, folder, keep_in) for block in section.blocks],
            }
            for section in report.sections
        ],
    }


def _block(block: Block, report: Report, folder: Path, keep_in: Path | None) -> dict[str, Any]:
    match block:
        case Paragraph(text, manner):
            return {"kind": manner.value, "text": unbroken(text)}
        case Caution(_, text):
            return {"kind": "caution", "text": unbroken(text)}
        case Heading(number, title):
            return {"kind": "heading", "text": f"{number} {title}"}
        case Table():
            return {"kind": "table", **_table(block, report)}
        case Figure():
            file = f"figure-{len(list(folder.glob('*.svg'))) + 1}.svg"
            drawn = svg(block.spec, keep_in=keep_in)
            (folder / file).write_text(drawn, "utf-8")
            table = _table(block.table, report) if block.table else None
            return {
                "kind": "figure",
                "file": file,
                "width": _width(drawn),
                "caption": report.headline(block),
                "alt": block.alt,
                "table": table,
            }


def _width(drawn: str) -> float:
    """How wide a chart is set, in centimetres: as usual, or narrower where it would be higher than a page."""
    width, height = size(drawn)
    return min(WIDTH, TALLEST * width / height)


def _table(table: Table, report: Report) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for group, members in table.bands():
        if group:
            rows.append({"kind": "group", "cells": [group]})
        rows += [{"kind": "total" if row.total else "row", "cells": table.shown(row)} for row in members]
    return {
        "caption": report.headline(table),
        "columns": [
            {"heading": column.heading, "text": column.is_text, "wide": _is_wide(table, place)}
            for place, column in enumerate(table.columns)
        ],
        "spans": table.spans(),
        "rows": rows,
        "notes": list(table.notes),
    }


def _is_wide(table: Table, place: int) -> bool:
    """Whether a column shares the width that is left: the first, and others with long text."""
    return place == 0 or any(
        len(str(row.cells[place])) > 20 for row in table.rows if table.columns[place].is_text
    )

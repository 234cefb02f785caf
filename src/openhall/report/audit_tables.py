"""Tables out of what people have: pasted text, .csv, .docx, .xlsx, .pdf. Each becomes a grid of texts as
they are printed.

What a grid is about is guessed by `audit_recognise`; a person corrects both before anything is audited.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.surveys.files import check_size, check_workbook, decode_text

MOST_TABLES, MOST_ROWS, MOST_COLUMNS, MOST_PAGES = 200, 500, 60, 300
LIMIT = 20 * 1024 * 1024
_CAPTION = re.compile(r"\s*(?:table|表)\s*[\d一二三四五六七八九十A-Z]", re.IGNORECASE)
_GAP = re.compile(r"\t|\s{2,}|(?<=\S)　+")
_RULE = re.compile(r"[\s|:+\-=_·.]*")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is printed: rows of texts, all equally long; `source` says where (a page, a sheet)."""

    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    source: str = ""


def tables_from_text(text: str, source: str = "") -> list[Grid]:
    """The tables in a text: lines whose cells are parted by tabs, bars or two spaces and more.

    >>> tables_from_text("Table 1. Age\\nage   n   %\\nyoung   3   30.0\\nold   7   70.0")[0].rows[1]
    ('young', '3', '30.0')
    """
    found: list[Grid] = []
    caption, rows = "", list[list[str]]()
    gaps, blank = 0, False  # empty lines between rows so far; was the last line empty?
    for line in [*text.splitlines(), "", ""]:
        cells = [line.strip()] if _CAPTION.match(line) and not rows else _cells(line)
        if sum(map(bool, cells)) > 1 or (rows and len(cells) > 1):
            rows.append(cells)
            blank = False
            continue
        if cells and rows and len(rows) > 1 and not _CAPTION.match(line):
            rows.append(cells)  # a line with one cell inside a table: a group's name
            blank = False
            continue
        if _RULE.fullmatch(line) and line.strip():
            continue
        if rows and not line.strip() and not blank and gaps == len(rows) - 1:
            gaps, blank = gaps + 1, True  # so far every row is followed by an empty line
            continue
        found.extend(_grid(rows, caption, source))
        if rows and _CAPTION.match(line) and found and not found[-1].caption:
            found[-1] = Grid(found[-1].rows, line.strip(), source)  # a caption below its table
        caption = " ".join(line.split()) if _CAPTION.match(line) else (caption if not line.strip() else "")
        rows, gaps, blank = [], 0, False
    return _few(found)


def _cells(line: str) -> list[str]:
    if _RULE.fullmatch(line):
        return []
    if line.count("|") >= 2:
        return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    return [cell.strip() for cell in _GAP.split(line.strip()) if cell.strip()]


def tables_from_csv(text: str, source: str = "") -> list[Grid]:
    """The tables of a file with commas, semicolons or tabs; an empty line ends a table."""
    sample = text[:4000]
    delimiter = max(",;\t", key=lambda one: sample.count(one))
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise _bad(source, N_("this is no table ({reason})."), reason=str(error)) from None
    return _few(_parted(lines, source))


def tables_from_docx(data: bytes, source: str = "") -> list[Grid]:
    """The tables of a Word document, each with the line beside it that begins with “Table” or “表”."""
    document = _opened(data, source, N_("this is not a .docx document, or a damaged one."), _docx)
    from docx.table import Table

    before = ""
    found: list[Grid] = []
    for block in document.iter_inner_content():
        if not isinstance(block, Table):
            text = block.text.strip()
            if _CAPTION.match(text) and found and not found[-1].caption and not before:
                found[-1] = Grid(found[-1].rows, text, source)
            before = text if _CAPTION.match(text) else before if not text else ""
            continue
        rows = [[cell.text.strip() for cell in row.cells] for row in block.rows[:MOST_ROWS]]
        found.extend(_grid(rows, before, source))
        before = ""
    return _few(found)


def _docx(data: bytes) -> Any:
    from docx import Document

    return Document(io.BytesIO(data))


def tables_from_xlsx(data: bytes, source: str = "") -> list[Grid]:
    """The tables of a workbook, a sheet at a time, every number as its format shows it."""
    check_size(len(data), name=source, limit=LIMIT)
    check_workbook(data, name=source)
    book = _opened(data, source, N_("this is not an .xlsx workbook, or a damaged one."), _xlsx)
    found: list[Grid] = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        lines = [
            [_shown(cell.value, getattr(cell, "number_format", "")) for cell in row[:MOST_COLUMNS]]
            for row in sheet.iter_rows(max_row=MOST_ROWS * 4)
        ]
        found.extend(_parted(lines, sheet.title))
    return _few(found)


def _xlsx(data: bytes) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(data), read_only=True, data_only=True)


def _shown(value: Any, form: str) -> str:
    """A cell as the workbook shows it: per cents and fixed decimals by its number format.

    >>> _shown(0.1667, "0.0%"), _shown(2.9, "0.00"), _shown(12, "General"), _shown(None, "")
    ('16.7%', '2.90', '12', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value).strip()
    fixed = re.search(r"0(?:\.(0+))?(%?)", form)
    if fixed and (fixed[1] or fixed[2]):
        percent = fixed[2]
        return f"{value * (100 if percent else 1):.{len(fixed[1] or '')}f}{percent}"
    return f"{value:.10g}"


def tables_from_pdf(data: bytes, source: str = "") -> list[Grid]:
    """The tables of a PDF with text in it (not of a scan), page by page, from where the words stand."""
    reader = _opened(data, source, N_("this is not a PDF that can be read."), _pdf)
    found: list[Grid] = []
    for number, page in enumerate(reader.pages[:MOST_PAGES], 1):
        found.extend(tables_from_text(_page_text(page), str(number)))
    return _few(found)


def _page_text(page: Any) -> str:
    """The words of a page where they stand; nothing of a damaged one, since the others may be good."""
    try:
        return str(page.extract_text(extraction_mode="layout"))
    except Exception:  # whatever error comes first
        return ""


def _pdf(data: bytes) -> Any:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    len(reader.pages)
    return reader


def _opened(data: bytes, source: str, message: str, read: Callable[[bytes], Any]) -> Any:
    """What a file library makes of the data, or one plain sentence."""
    check_size(len(data), name=source, limit=LIMIT)
    if data[:2] == b"PK":
        check_workbook(data, name=source)  # any package: bombs and entities
    try:
        return read(data)
    except Exception:  # each library has its own errors for a damaged file
        raise _bad(source, message) from None


def tables_from_file(data: bytes, name: str) -> list[Grid]:
    """The tables of a file by the ending of its name; anything else is read as text.

    BadInput when it cannot be read.
    """
    ending = name.rsplit(".", 1)[-1].lower()
    readers = {"docx": tables_from_docx, "xlsx": tables_from_xlsx, "pdf": tables_from_pdf}
    if ending in readers:
        return readers[ending](data, name)
    check_size(len(data), name=name, limit=LIMIT)
    text = decode_text(data, name=name)
    return tables_from_csv(text, name) if ending == "csv" else tables_from_text(text, name)


def _parted(lines: Iterable[Sequence[str]], source: str) -> Iterator[Grid]:
    """Lines of cells parted into tables at empty lines; a lone cell before a table is its caption."""
    caption, rows = "", list[list[str]]()
    for line in [*lines, []]:
        cells = [cell.strip() for cell in line]
        filled = [cell for cell in cells if cell]
        if len(filled) > 1 or (filled and len(rows) > 1):
            rows.append(cells)
            continue
        yield from _grid(rows, caption, source)
        caption = filled[0] if filled else caption if not rows else ""
        rows = []


def _grid(rows: Sequence[Sequence[str]], caption: str, source: str) -> list[Grid]:
    """A grid of rows made equally long, without empty columns; nothing where it is no table."""
    kept = [list(row[:MOST_COLUMNS]) for row in rows[:MOST_ROWS]]
    if len(kept) < 2 or not any(re.search(r"\d", cell) for row in kept[1:] for cell in row[1:]):
        return []
    width = max(map(len, kept))
    figures = max(
        (sum(bool(re.match(r"[<>(（]?\s*[-−]?[\d.]", cell)) for cell in row) for row in kept), default=0
    )
    padded = [_padded(row, width, figures) for row in kept]
    columns = [k for k in range(width) if any(row[k] for row in padded)]
    return [Grid(tuple(tuple(row[k] for k in columns) for row in padded), caption, source)]


def _padded(row: list[str], width: int, figures: int) -> list[str]:
    """A heading line as long as the figures stands over the last columns, any other under the first."""
    lacking = width - len(row)
    heading = len(row) == figures > 1 and not any(re.search(r"\d", cell) for cell in row)
    return [""] * lacking + row if heading and lacking == 1 else row + [""] * lacking


def _few(found: Iterable[Grid]) -> list[Grid]:
    return list(found)[:MOST_TABLES]


def _bad(source: str, message: str, **values: object) -> BadInput:
    cure = N_("Save it again, or paste the table as text.")
    return BadInput(Problem(N_("File {file}"), message, cure, {**values, "file": source}))

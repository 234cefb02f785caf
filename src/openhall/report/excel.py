"""The report as an Excel workbook: a page of contents, then a sheet a table, numbers as numbers.

Text is always written as text, never as a formula, whatever it begins with.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from openhall.errors import N_
from openhall.language import translator
from openhall.report.document import Caution, Column, Report, Table
from openhall.report.numerals import NOTHING, Format, Value, interval

# Per cents stay per cents (53.3), as the heading says; a fraction would be read wrongly beside it.
NUMBER_FORMATS = {
    Format.INT: "#,##0",
    Format.F1: "0.0",
    Format.F2: "0.00",
    Format.F3: "0.000",
    Format.P: '[<0.001]"< .001";.000',
    Format.UNIT3: ".000",
    Format.PERCENT1: "0.0",
}
THICK, THIN = Side(style="medium"), Side(style="thin")
BOLD = Font(bold=True)


def workbook(report: Report) -> bytes:
    """The .xlsx file."""
    book = Workbook()
    contents = book.active
    assert contents is not None
    contents.title = translator(report.lang)(N_("Contents"))
    names: set[str] = {contents.title}
    listed = []
    for table in report.tables():
        name = _name(table, report.headline(table), names)
        _sheet(book.create_sheet(name), table, report)
        listed.append((name, report.headline(table)))
    _contents(contents, report, listed)
    book.properties.title = report.title
    book.properties.creator = "OpenHall"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _name(table: Table, headline: str, taken: set[str]) -> str:
    """A sheet's name, the table's word and number: at most 31 characters, none of []:*?/\\', each once."""
    wanted = headline.removesuffix(table.caption).strip(" .。:：") or table.key
    wanted = "".join(" " if char in "[]:*?/\\'" else char for char in wanted)[:31].strip() or "-"
    name, count = wanted, 1
    while name.lower() in {other.lower() for other in taken}:
        count += 1
        name = f"{wanted[:27]} {count}"
    taken.add(name)
    return name


def _contents(sheet: Any, report: Report, listed: list[tuple[str, str]]) -> None:
    _write(sheet.cell(1, 1), report.title).font = Font(bold=True, size=14)
    _write(sheet.cell(2, 1), report.subtitle)
    row = 4
    for name, value in report.facts():
        _write(sheet.cell(row, 1), name)
        _write(sheet.cell(row, 2), value)
        row += 1
    row += 1
    for name, caption in listed:
        cell = _write(sheet.cell(row, 1), name)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{name}'!A1")
        cell.font = Font(color="1A5490", underline="single")
        _write(sheet.cell(row, 2), caption)
        row += 1
    row += 1
    for caution in report.cautions():
        _caution(sheet, row, caution, report.lang)
        row += 1
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 100


def _caution(sheet: Any, row: int, caution: Caution, lang: str) -> None:
    _write(sheet.cell(row, 1), translator(lang)(N_("Caution:"))).alignment = Alignment(vertical="top")
    _write(sheet.cell(row, 2), caution.text).alignment = Alignment(wrap_text=True, vertical="top")


def _sheet(sheet: Any, table: Table, report: Report) -> None:
    _write(sheet.cell(1, 1), report.headline(table)).font = BOLD
    row = 3
    columns = _columns(table)
    if table.spans():
        last = ""
        for place, (column, _) in enumerate(columns, start=1):
            if column.over and column.over != last:
                _write(sheet.cell(row, place), column.over).font = BOLD
            last = column.over
        row += 1
    for place, (column, heading) in enumerate(columns, start=1):
        cell = _write(sheet.cell(row, place), heading)
        cell.font, cell.border = BOLD, Border(bottom=THIN, top=None if table.spans() else THICK)
        cell.alignment = Alignment(
            horizontal="left" if column.is_text else "right", wrap_text=True, vertical="bottom"
        )
    sheet.freeze_panes = sheet.cell(row + 1, 2)
    row = _rows(sheet, table, row + 1)
    for place in range(1, len(columns) + 1):
        sheet.cell(row - 1, place).border = Border(bottom=THICK)
    for note in table.notes:
        row += 1
        _write(sheet.cell(row, 1), note).font = Font(italic=True, color="505A5F")
    _widths(sheet, table, columns)


def _columns(table: Table) -> list[tuple[Column, str]]:
    """Columns as written: an interval takes two, its ends."""
    written = []
    for column in table.columns:
        if column.format in (Format.INTERVAL, Format.UNIT_INTERVAL, Format.PERCENT_INTERVAL):
            written += [(column, f"{column.heading} ↓"), (column, f"{column.heading} ↑")]
        else:
            written.append((column, column.heading))
    return written


def _rows(sheet: Any, table: Table, row: int) -> int:
    for group, rows in table.bands():
        if group:
            _write(sheet.cell(row, 1), group).font = BOLD
            row += 1
        for line in rows:
            place = 1
            for value, column in zip(line.cells, table.columns, strict=True):
                for part, form in _parts(value, column.format):
                    cell = _write(sheet.cell(row, place), part)
                    cell.number_format = NUMBER_FORMATS.get(form, "General")
                    cell.font = Font(bold=line.total)
                    place += 1
            row += 1
    return row


def _parts(value: Value, form: Format) -> list[tuple[str | int | float | None, Format]]:
    ends = {
        Format.INTERVAL: Format.F2,
        Format.UNIT_INTERVAL: Format.UNIT3,
        Format.PERCENT_INTERVAL: Format.PERCENT1,
    }
    if form in ends:
        low, high = value if isinstance(value, tuple) else (None, None)
        return [(low, ends[form]), (high, ends[form])]
    return [(interval(value) if isinstance(value, tuple) else value, form)]


def _write(cell: Cell, value: str | int | float | None) -> Cell:
    """Numbers as numbers; text as text even where it begins with = + - or @; a dash for what is not known."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        value = NOTHING
        cell.alignment = Alignment(horizontal="right")
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in ("=", "+", "-", "@")
    else:
        cell.value = value
    return cell


def _widths(sheet: Any, table: Table, columns: list[tuple[Column, str]]) -> None:
    longest = max((len(str(row.cells[0])) for row in table.rows), default=10)
    sheet.column_dimensions["A"].width = min(60, max(14, longest * 1.1))
    for place in range(2, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 30 if columns[place - 1][0].is_text else 12

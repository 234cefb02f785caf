"""Sheets and their codebook as CSV and as an Excel workbook; text that a spreadsheet would take for a formula
is made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from openhall.errors import N_, Translate
from openhall.surveys.export.codebook import codebook
from openhall.surveys.export.columns import ABOUT
from openhall.surveys.questionnaire import Answer, Questionnaire
from openhall.surveys.sheets import Sheets
from openhall.surveys.sheets_out import cell_out

MARK = "\ufeff"  # tells spreadsheet programs that the CSV is UTF-8


def rows_of(
    questionnaire: Questionnaire, sheets: Sheets, not_counted: Iterable[str] = ()
) -> Iterator[list[Answer]]:
    """Header and rows of the sheets: what is known about each one, then its answers."""
    given = {
        "not_counted": list(not_counted),
        "serial": sheets.serials,
        "office": sheets.offices,
        "channel": sheets.channels,
        "date": sheets.dates,
        "seconds": sheets.seconds,
    }
    about = {key: given[key] for key in ABOUT if len(given[key])}
    yield [*about, *(question.key for question in questionnaire)]
    for index, answers in enumerate(sheets.answers):
        yield [*(values[index] for values in about.values()), *answers]


def csv_text(rows: Iterable[list[Answer]]) -> str:
    """Rows as CSV."""
    file = io.StringIO(MARK, newline="")
    file.seek(0, io.SEEK_END)
    csv.writer(file, lineterminator="\n").writerows([cell_out(cell) for cell in row] for row in rows)
    return file.getvalue()


def workbook(
    questionnaire: Questionnaire, rows: Iterable[list[Answer]], *, translate: Translate = str
) -> bytes:
    """An Excel file with two worksheets: the data and the codebook."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    pages = {N_("Data"): rows, N_("Codebook"): codebook(questionnaire)}
    for title, lines in pages.items():
        sheet = book.create_sheet(translate(title)[:31])
        sheet.freeze_panes = "A2"
        for line in lines:
            sheet.append([_cell(sheet, value) for value in line])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: Any, value: Answer) -> Any:
    """Text as text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str | tuple):
        return value
    text = cell_out(value) if isinstance(value, tuple) else ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell

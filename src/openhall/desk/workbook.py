"""Tables as an Excel file, for a download. Loaded only when one is asked for: openpyxl takes its time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from openhall.surveys.questionnaire import Answer
from openhall.surveys.sheets_out import cell_out


def workbook(tables: Iterable[tuple[str, Iterable[Sequence[Answer]]]]) -> IO[bytes]:
    """A sheet for each title and its lines; text is written as text whatever it begins with."""
    book = Workbook(write_only=True)
    for title, lines in tables:
        sheet = book.create_sheet(title[:31])
        sheet.freeze_panes = "A2"
        for line in lines:
            sheet.append([_cell(sheet, value) for value in line])
    file = tempfile.TemporaryFile()  # noqa: SIM115 the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: Any, value: Answer) -> Any:
    if not isinstance(value, str | tuple):
        return value
    text = cell_out(value) if isinstance(value, tuple) else ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell

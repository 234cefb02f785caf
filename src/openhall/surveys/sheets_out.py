"""Returned sheets written as CSV, which `sheets` reads back; no cell is ever a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

from openhall.surveys.checking import MARKS
from openhall.surveys.questionnaire import Answer, Questionnaire
from openhall.surveys.sheets import Sheets

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def write_sheets_csv(questionnaire: Questionnaire, sheets: Sheets) -> str:
    """The sheets as CSV with a header, which `read_sheets` reads back.

    Text that a spreadsheet would take for a formula gets an apostrophe in front; reading takes it off again.
    """
    about = {
        "serial": sheets.serials,
        "office": sheets.offices,
        "channel": sheets.channels,
        "seconds": sheets.seconds,
        "date": sheets.dates,
    }
    given = {column: values for column, values in about.items() if values}
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*given, *(question.key for question in questionnaire)])
    for index, answers in enumerate(sheets.answers):
        writer.writerow(
            [cell_out(value) for value in (*(values[index] for values in given.values()), *answers)]
        )
    return file.getvalue()


def cell_out(value: Answer) -> str:
    """One answer as a cell: "" for none, marks as 2|4, text that looks like a formula made harmless.

    >>> [cell_out(value) for value in (None, 3, -2.5, (2, 4), "=1+1")]
    ['', '3', '-2.5', '2|4', "'=1+1"]
    """
    if isinstance(value, str):
        return "'" + value if _FORMULA.match(value) else value
    if isinstance(value, tuple):
        return MARKS.join(map(str, value))
    return "" if value is None else str(value)

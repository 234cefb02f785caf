"""The sheets of an XLSForm workbook as rows of text by heading; what they mean is read in `xlsform`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.surveys.checking import fold
from openhall.surveys.files import MEGABYTE, check_size, check_workbook
from openhall.surveys.grids import cell_text
from openhall.surveys.questionnaire import Kind
from openhall.surveys.workbooks import read_worksheet, sheet_titles

LIMIT = 5 * MEGABYTE
MOST = (5000, 200)  # rows, columns
# fmt: off
KINDS = {
    "select_one": Kind.SINGLE, "select_multiple": Kind.MULTIPLE, "integer": Kind.NUMBER, "int": Kind.NUMBER,
    "decimal": Kind.NUMBER, "date": Kind.DATE, "text": Kind.TEXT, "string": Kind.TEXT,
}
METADATA = frozenset({
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email",
    "audit", "start-geopoint",
})
UNSUPPORTED = ("relevant", "calculation", "choice_filter", "repeat_count", "trigger", "parameters")
PASSED_OVER = (
    "default", "constraint_message", "required_message", "guidance_hint", "read_only", "readonly", "media",
    "image", "audio", "video", "note", "autoplay", "version",
)
KNOWN = (
    "type", "name", "label", "hint", "required", "appearance", "constraint", "role", "ordered", "population",
    "decimals", "variable", "list_name", "list name", "value", "score", "form_title", "form_id",
    "default_language", "style", "public_key", "submission_url", "instance_name", "allow_choice_duplicates",
)
# fmt: on


def open_form(data: bytes) -> dict[str, list[Row]]:
    """The rows of the sheets survey, choices and settings, after the workbook has been looked through."""
    name = "XLSForm"
    check_size(len(data), name=name, limit=LIMIT)
    package = check_workbook(data, name=name)
    sheets = {}
    for title in sheet_titles(data, name=name):
        if fold(title) in ("survey", "choices", "settings"):
            cells = read_worksheet(data, title, name=name, package=package, most=MOST)
            sheets[fold(title)] = list(_records(fold(title), cells))
    if "survey" not in sheets:
        cure = N_("An XLSForm has the sheets survey, choices and settings.")
        raise BadInput(Problem("", N_("the workbook has no sheet called survey."), cure))
    return sheets


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: text by column heading, small letters before `::`."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def problem(self, column: str, message: str, cure: str = "", **values: Any) -> Problem:
        place = N_("Sheet {sheet}, row {row}, column {column}") if column else N_("Sheet {sheet}, row {row}")
        where = {"sheet": self.sheet, "row": self.number, "column": column}
        return Problem(place, message, cure, {**values, **where})


def _records(sheet: str, rows: Sequence[Sequence[Any]]) -> Iterator[Row]:
    header: list[str] | None = None
    for number, row in enumerate(rows, 1):
        texts = [cell_text(cell).strip() for cell in row]
        if header is None:
            header = [_heading(text) for text in texts] if any(texts) else None
        elif any(texts):
            yield Row(
                sheet,
                number,
                {title: text for title, text in zip(header, texts, strict=False) if title and text},
            )


def _heading(text: str) -> str:
    head, mark, language = text.partition("::")
    return head.strip().lower() + mark + language.strip()


def is_matrix(group: Row) -> bool:
    """Whether a begin_group row opens a table of questions with the same answers."""
    return "table-list" in group["appearance"].split()

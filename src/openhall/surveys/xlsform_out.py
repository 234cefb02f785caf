"""Questionnaires as XLSForm workbooks, which other survey programs open and `xlsform.read_xlsform` reads
back. What XLSForm has no column for (role, ordered, population, decimals, variable, score) stands in columns
of its own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openhall.language import LANGUAGES, Wording
from openhall.surveys.checking import plain
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Role, Section

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # characters a workbook cannot hold
_SURVEY = (
    "type",
    "name",
    "label",
    "hint",
    "required",
    "appearance",
    "constraint",
    "role",
    "ordered",
    "population",
    "decimals",
    "variable",
)
_CHOICES = ("list_name", "name", "label", "score")
_SETTINGS = ("form_title", "form_id", "default_language")
_SPOKEN = ("label", "hint", "form_title")
_TYPES = {
    Kind.SINGLE: "select_one",
    Kind.SCALE: "select_one",
    Kind.MULTIPLE: "select_multiple",
    Kind.DATE: "date",
    Kind.TEXT: "text",
}

Row = Mapping[str, Any]  # text, or a wording for the columns in _SPOKEN


def write_xlsform(questionnaire: Questionnaire) -> bytes:
    """The questionnaire as an XLSForm workbook with the sheets survey, choices and settings.

    `read_xlsform(write_xlsform(q), key=q.key)` equals `q` but for its fieldwork, which has no place in an
    XLSForm. No cell is ever a formula.
    """
    lists = _lists(questionnaire.questions)
    settings = {
        "form_title": questionnaire.title,
        "form_id": questionnaire.key,
        "default_language": _language(questionnaire.languages[0]),
    }
    from openpyxl import Workbook  # here: it takes a while to load, and few programs write workbooks

    book = Workbook()
    survey = book.active
    survey.title = "survey"
    _fill(survey, _SURVEY, _survey(questionnaire, lists), questionnaire.languages)
    _fill(book.create_sheet("choices"), _CHOICES, _choices(lists), questionnaire.languages)
    _fill(book.create_sheet("settings"), _SETTINGS, [settings], questionnaire.languages)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _language(code: str) -> str:
    return f"{LANGUAGES.get(code, code)} ({code})"


def _fill(
    sheet: Any, columns: Sequence[str], rows: Iterator[Row] | Sequence[Row], languages: Sequence[str]
) -> None:
    heads = [(column, lang) for column in columns for lang in (languages if column in _SPOKEN else ("",))]
    header = {f"{column}::{_language(lang)}" if lang else column: (column, lang) for column, lang in heads}
    sheet.append(list(header))
    for number, row in enumerate(rows, 2):
        for place, (column, lang) in enumerate(header.values(), 1):
            value = row.get(column, "")
            text = value.get(lang, "") if lang and value else value
            if text:
                cell = sheet.cell(number, place, _UNWRITABLE.sub("", text))
                cell.data_type = "s"  # text, also when it begins with =


def _lists(questions: Sequence[Question]) -> dict[str, tuple[Option, ...]]:
    different = {repr(question.options): question.options for question in questions if question.options}
    return {f"list{number}": options for number, options in enumerate(different.values(), 1)}


def _choices(lists: Mapping[str, tuple[Option, ...]]) -> Iterator[Row]:
    for name, options in lists.items():
        for option in options:
            score = "" if option.score is None else plain(option.score)
            yield {"list_name": name, "name": str(option.value), "label": option.label, "score": score}


def _survey(questionnaire: Questionnaire, lists: Mapping[str, tuple[Option, ...]]) -> Iterator[Row]:
    if any(questionnaire.introduction.values()):
        yield {"type": "note", "name": "introduction", "label": questionnaire.introduction}
    for section in questionnaire.sections:
        matrix = _is_matrix(section)
        appearance = "table-list" if matrix else ""
        role = "dimension" if section.dimension else Role.OTHER.value
        yield {
            "type": "begin_group",
            "name": section.key,
            "label": section.title,
            "appearance": appearance,
            "role": role,
        }
        if any(section.introduction.values()):
            yield {"type": "note", "name": f"{section.key}_introduction", "label": section.introduction}
        for question in section.questions:
            yield _question(question, lists, matrix)
        yield {"type": "end_group"}


def _is_matrix(section: Section) -> bool:
    questions = section.questions
    alike = all(q.kind is Kind.SCALE and q.options == questions[0].options for q in questions)
    return alike and len(questions) > 1


def _question(question: Question, lists: Mapping[str, tuple[Option, ...]], matrix: bool) -> Row:
    number = "decimal" if question.decimals else "integer"
    name = next((name for name, options in lists.items() if options == question.options), "")
    return {
        "type": f"{_TYPES.get(question.kind, number)} {name}".strip(),
        "name": question.key,
        "label": question.text,
        "hint": question.hint,
        "required": "yes" if question.required else "no",
        "appearance": "likert" if question.kind is Kind.SCALE and not matrix else "",
        "constraint": _constraint(question),
        "role": question.role.value,
        "ordered": "yes" if question.ordered else "no",
        "population": " ".join(plain(share) for share in question.population),
        "decimals": str(question.decimals) if question.decimals else "",
        "variable": question.name,
    }


def _constraint(question: Question) -> str:
    bounds: Wording = {
        ">=": "" if question.minimum is None else plain(question.minimum),
        "<=": "" if question.maximum is None else plain(question.maximum),
    }
    return " and ".join(f". {sign} {bound}" for sign, bound in bounds.items() if bound)

"""Questionnaires from LimeSurvey structure files (.lss), of version 3 (one row a language) and 4 to 6
(wordings in tables of their own). Taken over is what a questionnaire on paper could be; conditions, rankings
and free "other" answers are refused by group and question.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording, short
from openhall.surveys.files import MEGABYTE, check_size
from openhall.surveys.foreign import codes, joined, scored, with_roles
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.soundness import require_sound

LIMIT = 10 * MEGABYTE
_LISTS = {
    "L": Kind.SINGLE,
    "!": Kind.SINGLE,
    "O": Kind.SINGLE,
    "Y": Kind.SINGLE,
    "G": Kind.SINGLE,
    "5": Kind.SCALE,
}
_PLAIN = {
    **_LISTS,
    "N": Kind.NUMBER,
    "D": Kind.DATE,
    "S": Kind.TEXT,
    "T": Kind.TEXT,
    "U": Kind.TEXT,
    "M": Kind.MULTIPLE,
    "P": Kind.MULTIPLE,
}
_ARRAYS = {
    "F": Kind.SCALE,
    "H": Kind.SCALE,
    "A": Kind.SCALE,
    "B": Kind.SCALE,
    "K": Kind.NUMBER,
    "Q": Kind.TEXT,
}
_FIXED: Mapping[str, tuple[Option, ...]] = {
    "5": tuple(Option(n, {"en": str(n), "zh": str(n)}, float(n)) for n in range(1, 6)),
    "A": tuple(Option(n, {"en": str(n), "zh": str(n)}, float(n)) for n in range(1, 6)),
    "B": tuple(Option(n, {"en": str(n), "zh": str(n)}, float(n)) for n in range(1, 11)),
    "Y": (Option(1, {"en": "Yes", "zh": "是"}), Option(2, {"en": "No", "zh": "否"})),
    "G": (Option(1, {"en": "Female", "zh": "女"}), Option(2, {"en": "Male", "zh": "男"})),
}
_NAMES = {
    "1": "dual scale array",
    "C": "yes/uncertain/no array",
    "E": "increase/same/decrease array",
    "R": "ranking",
    "|": "file upload",
    "*": "equation",
    ":": "array of numbers",
    ";": "array of texts",
    "I": "language switch",
}
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<\s*(?:br\s*/?|/p|/div|/li|/h\d)\s*>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_EXPRESSION = re.compile(r"\{[A-Za-z_][^{}\n]*\}")

Row = Mapping[str, str]


def read_lss(data: bytes, *, key: str) -> Questionnaire:
    """The questionnaire of a .lss file; what had to be decided stands in its `notes`.

    Answer codes like A1 … A5 become 1 … 5 and their assessment values the scores. Each array is a matrix and
    becomes a dimension. BadInput names group and question of everything that cannot be taken over, with a
    cure.
    """
    return _Survey(_parsed(data)).questionnaire(key)


def _parsed(data: bytes) -> Element:
    check_size(len(data), name=".lss", limit=LIMIT)
    cure = N_("Export the survey structure (.lss) from LimeSurvey again.")
    try:
        root: Element = ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise BadInput(
            Problem("", N_("the file declares XML entities, which LimeSurvey never writes."), cure)
        ) from None
    except ParseError as error:
        line, column = error.position
        message = N_("this is not XML: an error in line {line}, column {column}.")
        raise BadInput(Problem("", message, cure, {"line": line, "column": column + 1})) from None
    except (ValueError, LookupError):
        raise BadInput(Problem("", N_("the encoding of the file is not known."), cure)) from None
    if root.tag != "document" or root.findtext("LimeSurveyDocType", "Survey").strip() != "Survey":
        raise BadInput(Problem("", N_("this is not the structure of a LimeSurvey survey."), cure))
    return root


def plain_text(markup: str) -> str:
    """HTML as plain text: tags dropped, breaks kept, entities resolved.

    >>> plain_text("<p>Are you <b>satisfied</b>?<br/>&nbsp;Yes &amp; no</p>")
    'Are you satisfied?\\nYes & no'
    """
    text = _TAG.sub("", _BREAK.sub("\n", _SCRIPT.sub("", markup)))
    lines = [" ".join(line.split()) for line in html.unescape(text).split("\n")]
    return "\n".join(line for line in lines if line)


class _Survey:
    """One file being read: its tables, and problems and notes as they come up."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.places: list[Problem] = []
        listed = [short((element.text or "").strip()) for element in root.findall("languages/language")]
        self.languages = tuple(dict.fromkeys(filter(None, listed))) or ("en",)
        self.subquestions = self._table("subquestions")
        self.answers = self._table("answers")
        self.attributes = {
            (row.get("qid"), row.get("attribute")): row.get("value", "")
            for row in self._table("question_attributes")
        }
        self.conditional = {row.get("qid") for row in self._table("conditions")}
        self.spoken = {name: self._table(f"{name}_l10ns") for name in ("group", "question", "answer")}

    def questionnaire(self, key: str) -> Questionnaire:
        questions = _distinct(self._table("questions"), "qid")
        sections: list[Section] = []
        for group in _sorted(_distinct(self._table("groups"), "gid"), "group_order"):
            inside = [
                row
                for row in questions
                if row.get("gid") == group.get("gid") and row.get("parent_qid", "0") in ("0", "")
            ]
            sections += self._group(group, _sorted(inside, "question_order"))
        if self.problems:
            raise BadInput(N_("The LimeSurvey file cannot be used."), problems=self.problems)
        told, roles = with_roles(sections)
        title, introduction = self._heading()
        questionnaire = Questionnaire(
            key=key,
            title=title or {self.languages[0]: key},
            introduction=introduction,
            sections=told,
            languages=self.languages,
            notes=(*self.notes, *roles),
        )
        return require_sound(questionnaire, lambda index: self.places[index])

    def _table(self, name: str) -> list[Row]:
        rows = self.root.findall(f"{name}/rows/row")
        return [{cell.tag: (cell.text or "").strip() for cell in row} for row in rows]

    def _heading(self) -> tuple[Wording, Wording]:
        rows = self._table("surveys_languagesettings")
        title, about, welcome = (
            self._by_language(rows, field, "surveyls_language")
            for field in ("surveyls_title", "surveyls_description", "surveyls_welcometext")
        )
        return title, joined(about, welcome)

    def _by_language(self, rows: Sequence[Row], field: str, language: str = "language") -> Wording:
        said: dict[str, str] = {}
        for row in rows:
            lang, text = short(row.get(language, "")) or self.languages[0], plain_text(row.get(field, ""))
            if text and lang in self.languages:
                said.setdefault(lang, text)
        return said

    def _wording(self, table: str, row: Row, field: str, identity: str) -> Wording:
        """A wording from the table of wordings (version 4 and later) or from the rows (version 3)."""
        rows = [spoken for spoken in self.spoken[table] if spoken.get(identity) == row.get(identity)]
        if not rows:
            tables = {"group": "groups", "question": "questions", "answer": "answers"}
            every = [*self._table(tables[table]), *(self.subquestions if table == "question" else ())]
            same = ("qid", "code", "scale_id") if table == "answer" else (identity,)
            rows = [other for other in every if all(other.get(part) == row.get(part) for part in same)]
        return self._by_language(rows, field)

    def _group(self, group: Row, rows: Sequence[Row]) -> Iterator[Section]:
        """The sections of a group: one for each array and each run of other questions between."""
        title = self._wording("group", group, "group_name", "gid")
        name, part = f"group{group.get('gid', '')}", 0
        open_ = Section(
            key=name, title=title, introduction=self._wording("group", group, "description", "gid")
        )
        for row in rows:
            if row.get("type") in _ARRAYS and self._takes(title, row):
                if open_.questions or open_.introduction:
                    yield open_
                array = self._array(title, row)
                yield replace(array, title=title, introduction=array.title) if len(rows) == 1 else array
                part += 1
                open_ = Section(key=f"{name}_{part + 1}", title=title)
            elif row.get("type") == "X":
                said = joined(self._said(title, row), self._wording("question", row, "help", "qid"))
                open_ = replace(open_, introduction=joined(open_.introduction, said))
            elif self._takes(title, row):
                open_ = replace(open_, questions=(*open_.questions, self._single(title, row)))
        if open_.questions or open_.introduction:
            yield open_

    def _takes(self, group: Wording, row: Row) -> bool:
        """Whether the question can be taken over; if not, the problems say why."""
        kind, before = row.get("type", ""), len(self.problems)
        if kind not in _PLAIN and kind not in _ARRAYS:
            values = {"type": kind, "name": _NAMES.get(kind, "?")}
            cure = N_("Make it a list, multiple choice, array, number, date or text question, or remove it.")
            self._problem(
                group, row, N_("the question type {type} ({name}) is not supported."), cure, **values
            )
        if row.get("other", "N") == "Y":
            cure = N_("Turn “Other” off, or make it an answer of its own.")
            self._problem(group, row, N_("a free “other” answer is not supported."), cure)
        if row.get("relevance", "1") not in ("", "1") or row.get("qid") in self.conditional:
            cure = N_("Remove the condition: every question is asked of everybody.")
            self._problem(group, row, N_("a condition is not supported."), cure)
        if kind in ("O", "P"):
            message = N_("the comment field is left out.")
            self.notes.append(replace(self._place(group, row), message=message))
        return len(self.problems) == before

    def _place(self, group: Wording, row: Row) -> Problem:
        values = {"group": next(iter(group.values()), ""), "question": row.get("title", "")}
        return Problem(N_("Group {group}, question {question}"), "", "", values)

    def _problem(self, group: Wording, row: Row, message: str, cure: str, **values: Any) -> None:
        place = self._place(group, row)
        self.problems.append(Problem(place.place, message, cure, {**values, **place.values}))

    def _said(self, group: Wording, row: Row) -> Wording:
        said = self._wording("question", row, "question", "qid")
        if any(_EXPRESSION.search(text) for text in said.values()):
            cure = N_("Write the text without {{…}}.")
            self._problem(group, row, N_("expressions in a text are not supported."), cure)
        return said

    def _single(self, group: Wording, row: Row) -> Question:
        kind = _PLAIN[row["type"]]
        options = (
            self._boxes(row)
            if kind is Kind.MULTIPLE
            else self._list(group, row)
            if kind in _LISTS.values()
            else ()
        )
        return self._question(
            group, row, kind, key=row.get("title", ""), text=self._said(group, row), options=options
        )

    def _array(self, group: Wording, row: Row) -> Section:
        """An array: its text the section's title, its subquestions the items."""
        kind = _ARRAYS[row["type"]]
        options = scored(self._list(group, row)) if kind is Kind.SCALE else ()
        title = row.get("title", "")
        items = [
            self._question(
                group,
                row,
                kind,
                key=f"{title}_{item.get('title', '')}",
                text=self._said(group, item),
                options=options,
            )
            for item in self._items(row)
        ]
        if not items:
            self._problem(
                group, row, N_("the array has no subquestions."), N_("Add them or remove the question.")
            )
        return Section(
            key=title, title=self._said(group, row), questions=tuple(items), dimension=kind is Kind.SCALE
        )

    def _items(self, row: Row) -> list[Row]:
        mine = [item for item in self.subquestions if item.get("parent_qid") == row.get("qid")]
        return _sorted(_distinct(mine, "qid"), "question_order")

    def _question(
        self, group: Wording, row: Row, kind: Kind, *, key: str, text: Wording, options: tuple[Option, ...]
    ) -> Question:
        self.places.append(self._place(group, row))
        whole = self.attributes.get((row.get("qid"), "num_value_int_only")) == "1"
        return Question(
            key=key,
            kind=kind,
            text=text,
            hint=self._wording("question", row, "help", "qid") if row.get("type") not in _ARRAYS else {},
            options=options,
            required=row.get("mandatory", "N") == "Y",
            ordered=kind is Kind.SCALE,
            minimum=self._bound(row, "min_num_value_n"),
            maximum=self._bound(row, "max_num_value_n"),
            decimals=6 if kind is Kind.NUMBER and not whole else 0,
        )

    def _bound(self, row: Row, attribute: str) -> float | None:
        said = self.attributes.get((row.get("qid"), attribute), "")
        return float(said) if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", said) else None

    def _boxes(self, row: Row) -> tuple[Option, ...]:
        """The subquestions of a multiple choice are its options."""
        items = self._items(row)
        values, _ = self._codes(row, [item.get("title", "") for item in items])
        return tuple(
            Option(value, self._wording("question", item, "question", "qid"))
            for value, item in zip(values, items, strict=True)
        )

    def _list(self, group: Wording, row: Row) -> tuple[Option, ...]:
        fixed = _FIXED.get(row["type"])
        if fixed:
            return tuple(replace(option, label=self._spoken(option.label)) for option in fixed)
        mine = [answer for answer in self.answers if answer.get("qid") == row.get("qid")]
        answers = _sorted(_distinct(mine, "code"), "sortorder")
        values, _ = self._codes(row, [answer.get("code", "") for answer in answers])
        scores = [_whole(answer.get("assessment_value", "")) for answer in answers]
        used = any(scores)
        return tuple(
            Option(value, self._wording("answer", answer, "answer", "aid"), float(score) if used else None)
            for value, answer, score in zip(values, answers, scores, strict=True)
        )

    def _spoken(self, label: Wording) -> Wording:
        return {lang: label.get(lang, label["en"]) for lang in self.languages}

    def _codes(self, row: Row, names: Sequence[str]) -> tuple[list[int], bool]:
        values, said = codes(names)
        if not said:
            message = N_("its answers are coded 1 to {count} in this order.")
            self.notes.append(
                Problem(
                    N_("Question {question}"),
                    message,
                    "",
                    {"question": row.get("title", ""), "count": len(names)},
                )
            )
        return values, said


def _distinct(rows: Sequence[Row], identity: str) -> list[Row]:
    """One row each: version 3 repeats them for every language."""
    return list({row.get(identity, ""): row for row in reversed(rows)}.values())[::-1]


def _sorted(rows: Sequence[Row], order: str) -> list[Row]:
    return sorted(rows, key=lambda row: _whole(row.get(order, "")))


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else 0

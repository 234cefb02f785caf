"""Questionnaires from LimeSurvey structure files (.lss), of version 3 (one row a language) and 4 to 6
(wordings in tables of their own). Taken over is what a questionnaire on paper could be; conditions, rankings
and free "other" answers are refused by group and question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording
from openhall.surveys.foreign import codes, joined, scored, with_roles
from openhall.surveys.lss_tables import Row, Structure, whole
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.soundness import require_sound

_LISTS = {**dict.fromkeys("L!OYG", Kind.SINGLE), "5": Kind.SCALE}
_TEXTS = dict.fromkeys("STU", Kind.TEXT)
_PLAIN = {**_LISTS, **_TEXTS, "N": Kind.NUMBER, "D": Kind.DATE, "M": Kind.MULTIPLE, "P": Kind.MULTIPLE}
_ARRAYS = {**dict.fromkeys("FHAB", Kind.SCALE), "K": Kind.NUMBER, "Q": Kind.TEXT}
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
_EXPRESSION = re.compile(r"\{[A-Za-z_][^{}\n]*\}")


def read_lss(data: bytes, *, key: str) -> Questionnaire:
    """The questionnaire of a .lss file; what had to be decided stands in its `notes`.

    Answer codes like A1 … A5 become 1 … 5 and their assessment values the scores. Each array is a matrix and
    becomes a dimension. BadInput names group and question of everything that cannot be taken over, with a
    cure.
    """
    return _Survey(Structure(data)).questionnaire(key)


class _Survey:
    """One file being read: its tables, and problems and notes as they come up."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.places: list[Problem] = []

    def questionnaire(self, key: str) -> Questionnaire:
        structure = self.structure
        sections = [section for group in structure.groups() for section in self._group(group)]
        if self.problems:
            raise BadInput(N_("The LimeSurvey file cannot be used."), problems=self.problems)
        told, roles = with_roles(sections)
        title, introduction = structure.heading()
        questionnaire = Questionnaire(
            key=key,
            title=title or {structure.languages[0]: key},
            introduction=introduction,
            sections=told,
            languages=structure.languages,
            notes=(*self.notes, *roles),
        )
        return require_sound(questionnaire, lambda index: self.places[index])

    def _group(self, group: Row) -> Iterator[Section]:
        """The sections of a group: one for each array and each run of other questions between."""
        rows = self.structure.questions(group)
        title = self.structure.wording("group", group, "group_name")
        name, part = f"group{group.get('gid', '')}", 0
        open_ = Section(
            key=name, title=title, introduction=self.structure.wording("group", group, "description")
        )
        for row in rows:
            if row.get("type") != "X" and not self._takes(title, row):
                continue
            if row.get("type") in _ARRAYS:
                if open_.questions or open_.introduction:
                    yield open_
                array = self._array(title, row)
                yield replace(array, title=title, introduction=array.title) if len(rows) == 1 else array
                part += 1
                open_ = Section(key=f"{name}_{part + 1}", title=title)
            elif row.get("type") == "X":
                said = joined(self._said(title, row), self.structure.wording("question", row, "help"))
                open_ = replace(open_, introduction=joined(open_.introduction, said))
            else:
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
        if row.get("relevance", "1") not in ("", "1") or row.get("qid") in self.structure.conditional:
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
        said = self.structure.wording("question", row, "question")
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
            for item in self.structure.items(row)
        ]
        if not items:
            self._problem(
                group, row, N_("the array has no subquestions."), N_("Add them or remove the question.")
            )
        return Section(
            key=title, title=self._said(group, row), questions=tuple(items), dimension=kind is Kind.SCALE
        )

    def _question(
        self, group: Wording, row: Row, kind: Kind, *, key: str, text: Wording, options: tuple[Option, ...]
    ) -> Question:
        self.places.append(self._place(group, row))
        integer = self.structure.attributes.get((row.get("qid"), "num_value_int_only")) == "1"
        return Question(
            key=key,
            kind=kind,
            text=text,
            hint=self.structure.wording("question", row, "help") if row.get("type") not in _ARRAYS else {},
            options=options,
            required=row.get("mandatory", "N") == "Y",
            ordered=kind is Kind.SCALE,
            minimum=self.structure.bound(row, "min_num_value_n"),
            maximum=self.structure.bound(row, "max_num_value_n"),
            decimals=6 if kind is Kind.NUMBER and not integer else 0,
        )

    def _boxes(self, row: Row) -> tuple[Option, ...]:
        """The subquestions of a multiple choice are its options."""
        items = self.structure.items(row)
        values, _ = self._codes(row, [item.get("title", "") for item in items])
        return tuple(
            Option(value, self.structure.wording("question", item, "question"))
            for value, item in zip(values, items, strict=True)
        )

    def _list(self, group: Wording, row: Row) -> tuple[Option, ...]:
        fixed = _FIXED.get(row["type"])
        if fixed:
            return tuple(replace(option, label=self._spoken(option.label)) for option in fixed)
        answers = self.structure.options(row)
        values, _ = self._codes(row, [answer.get("code", "") for answer in answers])
        scores = [whole(answer.get("assessment_value", "")) for answer in answers]
        used = any(scores)
        return tuple(
            Option(
                value,
                self.structure.wording("answer", answer, "answer"),
                float(score) if used else None,
            )
            for value, answer, score in zip(values, answers, scores, strict=True)
        )

    def _spoken(self, label: Wording) -> Wording:
        return {lang: label.get(lang, label["en"]) for lang in self.structure.languages}

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

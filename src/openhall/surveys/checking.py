"""Answers checked against their questionnaire, one form at a time, and stored compactly. Nothing here knows
the web: a form is a mapping from question key to the strings that were posted. Files of many sheets:
`sheets`. Seed: appendix.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire

LONGEST_TEXT = 2000  # characters
DIGITS = 18  # of a number, those after the point included: what a column of whole numbers holds
NAMED = 15  # answers named one by one where none of them was given
MARKS = "|"  # between several marks in one cell

_NUMBER = re.compile(r"([+-]?)(\d{1,15})(?:\.(\d{1,15}))?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANK = {
    Kind.SINGLE: N_("choose an answer."),
    Kind.SCALE: N_("choose an answer."),
    Kind.MULTIPLE: N_("choose at least one answer."),
    Kind.NUMBER: N_("enter a number."),
    Kind.DATE: N_("enter a date."),
    Kind.TEXT: N_("write an answer."),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """`answers` in the order of the questionnaire's questions, None where blank or wrong; `problems` by
    question key.
    """

    answers: tuple[Answer, ...]
    problems: dict[str, Problem]

    @property
    def ok(self) -> bool:
        return not self.problems


class _Wrong(Exception):
    """A template and its values: why one answer cannot be taken."""


def check_answers(
    questionnaire: Questionnaire, given: Mapping[str, Sequence[str]], *, complete: bool = True
) -> Checked:
    """A submitted form, checked: question key -> the posted strings (in Django `dict(request.POST.lists())`).

    With `complete=False` (save and resume) blanks are fine, wrong answers are not. Keys that are no question
    are ignored. Nothing is raised: what is wrong stands in `problems`, its place says the question's number.
    """
    answers: list[Answer] = []
    problems: dict[str, Problem] = {}
    for number, (question, marks) in enumerate(
        zip(questionnaire.questions, questionnaire.marks, strict=True), 1
    ):
        posted = given.get(question.key, ())
        answer: Answer = None
        if len(posted) == 1 and question.kind is not Kind.MULTIPLE:
            answer = marks.get(posted[0])
        if answer is None:
            try:
                answer = _answer(question, marks, (posted,) if isinstance(posted, str) else posted)
                if answer is None and complete and question.required:
                    raise _Wrong(_BLANK[question.kind], {})
            except _Wrong as wrong:
                message, values = wrong.args
                problems[question.key] = Problem(
                    N_("Question {number}"), message, "", {**values, "number": number}
                )
        answers.append(answer)
    return Checked(tuple(answers), problems)


def _answer(question: Question, marks: Mapping[str, int], posted: Sequence[str]) -> Answer:
    texts = [text for text in map(_tidy, posted) if text]
    if not texts:
        return None
    if question.kind is Kind.MULTIPLE:
        return tuple(sorted({_code(marks, text) for text in texts}))
    if len(texts) > 1:
        raise _Wrong(N_("choose only one answer."), {})
    return _one(question, marks, texts[0])


def _one(question: Question, marks: Mapping[str, int], text: str) -> Answer:
    if question.kind in (Kind.SINGLE, Kind.SCALE):
        return _code(marks, text)
    if question.kind is Kind.NUMBER:
        return _number(question, text)
    if question.kind is Kind.DATE:
        return _date(text)
    return _text(text)


def parse_mark(question: Question, text: str) -> Answer:
    """What one keyed or imported cell says.

    "" is a blank (None), "3" the code 3, "2|4" two marks: (2, 4), for a multiple choice its answer and for a
    single choice a double mark, kept as it was made. Raises BadInput for what is no answer to this question.

    >>> from openhall.surveys.questionnaire import Option
    >>> s1 = Question(key="s1", kind=Kind.SINGLE, text={}, options=tuple(Option(v, {}) for v in (1, 2, 3)))
    >>> parse_mark(s1, ""), parse_mark(s1, "3"), parse_mark(s1, "1|2")
    (None, 3, (1, 2))
    """
    try:
        return read_mark(question, text)
    except ValueError as wrong:
        message, values = wrong.args
        raise BadInput(Problem("{key}", message, "", {**values, "key": question.key})) from None


def read_mark(question: Question, text: str, known: Mapping[str, int] | None = None) -> Answer:
    """As `parse_mark`, but ValueError(template, values); `known` may give more ways to write a code: folded
    labels.
    """
    marks = known if known is not None else {str(option.value): option.value for option in question.options}
    try:
        cell = _tidy(text)
        if not cell or not question.options:
            return _one(question, marks, cell) if cell else None
        whole = _known(marks, cell) is not None
        parts = [cell] if whole else [part for part in map(str.strip, cell.split(MARKS)) if part]
        codes = tuple(sorted({_code(marks, part) for part in parts}))
        return codes[0] if len(codes) == 1 and question.kind is not Kind.MULTIPLE else codes or None
    except _Wrong as wrong:
        raise ValueError(*wrong.args) from None


def _tidy(text: str) -> str:
    return text.strip()


def _code(marks: Mapping[str, int], text: str) -> int:
    code = _known(marks, text)
    if code is None:
        codes = list(dict.fromkeys(marks.values()))
        known = [*codes[:NAMED], *(["…"] if len(codes) > NAMED else [])]
        raise _Wrong(
            N_("“{given}” is not one of the answers ({known})."), {"given": _cut(text), "known": known}
        )
    return code


def _known(marks: Mapping[str, int], text: str) -> int | None:
    """The code written as `text`: as it is, or with full-width digits, or as a spreadsheet wrote it (3.0)."""
    code = marks.get(text)
    return code if code is not None else marks.get(fold(text).removesuffix(".0"))


def fold(text: str) -> str:
    """Text as labels are compared: full width and small letters do not matter.

    >>> fold(" Ｖery Satisfied ")
    'very satisfied'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _number(question: Question, text: str) -> int | float:
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    if not match:
        raise _Wrong(
            N_("“{given}” is not a number. Use digits and at most one point."), {"given": _cut(text)}
        )
    sign, whole, fraction = match[1], match[2], (match[3] or "").rstrip("0")
    if len(fraction) > question.decimals:
        message = (
            N_("enter at most {decimals} digits after the point.")
            if question.decimals
            else N_("enter a whole number.")
        )
        raise _Wrong(message, {"decimals": question.decimals})
    value = float(f"{sign}{whole}.{fraction}") if question.decimals else int(sign + whole)
    largest = 10 ** (DIGITS - question.decimals) - 1
    low, high = question.minimum, question.maximum
    low, high = (
        max(-largest, -largest if low is None else low),
        min(largest, largest if high is None else high),
    )
    if value < low:
        raise _Wrong(N_("the number must be {minimum} or more."), {"minimum": plain(low)})
    if value > high:
        raise _Wrong(N_("the number must be {maximum} or less."), {"maximum": plain(high)})
    return value


def _date(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        values = {"given": _cut(text)}
        raise _Wrong(
            N_("“{given}” is not a date. Write it as 2018-06-30: year, month, day."), values
        ) from None


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST_TEXT:
        raise _Wrong(
            N_("the text is {length} characters long; {most} are possible."),
            {"length": len(text), "most": LONGEST_TEXT},
        )
    if UNPRINTABLE.search(text):
        raise _Wrong(N_("the text has characters that cannot be printed. Remove them."), {})
    return text


def plain(number: float) -> str:
    """A number as people write it: 3, not 3.0.

    >>> plain(3.0), plain(2.5)
    ('3', '2.5')
    """
    return str(int(number)) if number == int(number) else repr(number)


def _cut(text: str, most: int = 60) -> str:
    clean = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def encode(answers: Sequence[Answer]) -> str:
    """Answers as a compact JSON array, several marks as an inner array.

    >>> encode((1, None, (2, 4), "fine"))
    '[1,null,[2,4],"fine"]'
    """
    return json.dumps(answers, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def decode(questionnaire: Questionnaire, text: str) -> tuple[Answer, ...]:
    """The answers back from `encode`. BadInput if the array does not belong to this questionnaire."""
    try:
        stored: Any = json.loads(text)
    except (ValueError, RecursionError):
        stored = None
    if not isinstance(stored, list) or len(stored) != len(questionnaire.questions):
        raise BadInput(N_("The stored answers do not fit the questionnaire {key}."), key=questionnaire.key)
    return tuple(tuple(answer) if isinstance(answer, list) else answer for answer in stored)

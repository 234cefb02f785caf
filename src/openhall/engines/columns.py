"""A questionnaire's answers as narrow columns, and its factors and items as the axes they are counted on.

What the columns of a block are: `stats.rows`. Beside the questions there are columns about the sheet: `id`
(63 random bits), `office`, `channel`, `language`, `day` and `void`, the reason why it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.stats.axes import Answered, Code, Coded, In, Part, Where
from openhall.stats.blocks import Codes
from openhall.stats.counted import Columns, Scale
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire, Role

CHOICES = (Kind.SINGLE, Kind.SCALE)
LARGE = 1 << 63  # numbers that do not fit into their column; forms and files refuse them
EPOCH = date(1970, 1, 1).toordinal()
VALID = ""  # the code of `void` for a sheet that counts
CHANNELS = ("link", "code", "kiosk", "paper", "file", "staff")
Column = NDArray[Any]


class Type(StrEnum):
    """What a column holds; see `stats.rows`."""

    CHOICE = "choice"
    MARK = "mark"  # 1 or 0: a text is there, an option is marked, anything is marked
    NUMBER = "number"
    DAY = "day"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Spec:
    """One column: its name, what it holds, the NumPy type, the codes of a choice, the decimals of a number."""

    key: str
    type: Type
    dtype: str
    codes: tuple[Code, ...] = ()
    decimals: int = 0


def specs_of(questionnaire: Questionnaire) -> tuple[Spec, ...]:
    """The columns of the questions, in their order."""
    return tuple(spec for question in questionnaire.questions for spec in _specs(question))


def _specs(question: Question) -> list[Spec]:
    if question.kind in CHOICES:
        return [choice(question.key, [option.value for option in question.options])]
    if question.kind is Kind.MULTIPLE:
        options = [Spec(f"{question.key}.{option.value}", Type.MARK, "|u1") for option in question.options]
        return [Spec(question.key, Type.MARK, "|u1"), *options]
    if question.kind is Kind.NUMBER:
        return [Spec(question.key, Type.NUMBER, "<i8", decimals=question.decimals or 0)]
    if question.kind is Kind.DATE:
        return [Spec(question.key, Type.DAY, "<i4")]
    return [Spec(question.key, Type.MARK, "|u1")]


def choice(key: str, codes: Sequence[Code]) -> Spec:
    """A column of one choice, as narrow as its codes allow; the largest number stays for several marks."""
    return Spec(key, Type.CHOICE, "|u1" if len(codes) < 255 else "<u2", tuple(codes))


def none_of(spec: Spec) -> int:
    """What stands in a column where there is no answer."""
    return int(np.iinfo(np.dtype(spec.dtype)).min) if spec.type in (Type.NUMBER, Type.DAY) else 0


def several_of(spec: Spec) -> int:
    """What stands in a choice with more than one mark."""
    return int(np.iinfo(np.dtype(spec.dtype)).max)


def codes_of(specs: Iterable[Spec]) -> Codes:
    """What the places of each choice mean."""
    return {spec.key: spec.codes for spec in specs if spec.type is Type.CHOICE}


def encode(questionnaire: Questionnaire, answers: Sequence[Sequence[Answer]]) -> dict[str, Column]:
    """The columns of these answers: one sequence a sheet, in the order of the questions.

    An answer that is no option of its question is taken for none, as the statistics always did.
    """
    by_question: Sequence[Sequence[Answer]] = list(zip(*answers, strict=True))
    by_question = by_question or [()] * len(questionnaire.questions)
    block: dict[str, Column] = {}
    for question, given in zip(questionnaire.questions, by_question, strict=True):
        block |= encoded(question, given)
    return block


def encoded(question: Question, given: Sequence[Answer]) -> dict[str, Column]:
    first, *rest = _specs(question)
    if question.kind in CHOICES:
        place: dict[Answer, int] = {code: number for number, code in enumerate(first.codes, 1)}
        several = several_of(first)
        numbers = [several if isinstance(one, tuple) else place.get(one, 0) for one in given]
        return {first.key: np.array(numbers, first.dtype)}
    if question.kind is Kind.MULTIPLE:
        marked = [one if isinstance(one, tuple) else () for one in given]
        found = {first.key: np.array([bool(one) for one in marked], first.dtype)}
        for spec, option in zip(rest, question.options, strict=True):
            found[spec.key] = np.array([option.value in one for one in marked], spec.dtype)
        return found
    none = none_of(first)
    if question.kind is Kind.NUMBER:
        scale = 10**first.decimals
        numbers = [round(one * scale) if isinstance(one, int | float) else none for one in given]
        numbers = [one if abs(one) < LARGE else none for one in numbers]
        return {first.key: np.array(numbers, first.dtype)}
    if question.kind is Kind.DATE:
        days = [none if one is None else day_number(str(one)) for one in given]
        return {first.key: np.array(days, first.dtype)}
    return {first.key: np.array([one not in (None, "") for one in given], first.dtype)}


def day_number(iso: str) -> int:
    """Days since 1 January 1970 of a date written as ISO 8601."""
    return date.fromisoformat(iso).toordinal() - EPOCH


def day_of(number: int) -> date:
    """The date of so many days since 1 January 1970."""
    return date.fromordinal(number + EPOCH)


def columns_of(questionnaire: Questionnaire) -> Columns:
    """The axes of a questionnaire's factors and items. All scored questions share one scale of points."""
    choices = {
        question.key: Coded(question.key, tuple(option.value for option in question.options))
        for question in questionnaire.questions
        if question.kind in CHOICES
    }
    scored = [
        question
        for question in questionnaire.questions
        if question.kind in CHOICES and question.role is not Role.BACKGROUND
    ]
    scale = Scale.of(
        option.score for question in scored for option in question.options if option.score is not None
    )
    parts = {
        question.key: Part(
            question.key,
            choices[question.key].codes,
            tuple(scale.points(option.score) for option in question.options),
        )
        for question in scored
    }
    return Columns(choices, parts, scale)


def required(questionnaire: Questionnaire) -> Where:
    """The sheets without a blank or a double mark at a required question: those that count by the usual
    rules, for data that do not say which sheets are void."""
    columns = columns_of(questionnaire).choices
    needed = tuple(columns[q.key] for q in questionnaire.questions if q.required and q.key in columns)
    return (Answered(needed),) if needed else ()


def counting(reasons: Sequence[str]) -> Where:
    """The rows whose column `void` says that they count; `reasons` are the codes of that column."""
    return (In(Coded("void", tuple(reasons)), (VALID,)),)

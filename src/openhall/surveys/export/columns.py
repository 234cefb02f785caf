"""A questionnaire's sheets as typed columns with labels, measure and missing values: what every data file
other than plain CSV is written from.

A multiple choice becomes one column of 0 and 1 an option, and a multiple-response set over them. Codes are
the options' values, never their scores; the analysis plans recode where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from openhall.errors import N_, Problem, Translate
from openhall.language import say, translator
from openhall.surveys.export.names import (
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_VALUE_LABEL,
    cut,
    legal_names,
    one_line,
)
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire
from openhall.surveys.sheets import Sheets

MOST_MISSING = 3  # separate missing values of one variable in an SPSS file
ABOUT = {  # columns about a sheet, in order
    "not_counted": N_("Why the sheet does not count"),
    "serial": N_("Serial number of the sheet"),
    "office": N_("Office"),
    "channel": N_("Channel"),
    "date": N_("Date"),
    "seconds": N_("Seconds taken to answer"),
}
_CHOICES = (Kind.SINGLE, Kind.SCALE)


class Measure(StrEnum):
    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SCALE = "scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: all numbers (None where there is no answer) or all text ("" where there is none).

    `key` is the question's, `name` what the column is called in an SPSS file. `missing`: codes that are no
    answers (don't know, more than one mark).
    """

    key: str
    name: str
    label: str
    values: Sequence[float | str | None]
    text: bool = False
    labels: dict[int, str] = field(default_factory=dict)
    measure: Measure = Measure.NOMINAL
    missing: tuple[int, ...] = ()
    decimals: int = 0
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class ResponseSet:
    """A question with any number of answers: the columns of its options, 1 where one was chosen."""

    name: str
    label: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Columns of equal length. `notes` tells every name that was mended and every label that was cut."""

    title: str
    lang: str
    columns: tuple[Column, ...]
    sets: tuple[ResponseSet, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def n(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    def of(self, key: str) -> Column:
        """The column of this question. KeyError where there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


def dataset_of(
    questionnaire: Questionnaire, sheets: Sheets, *, lang: str = "en", not_counted: Sequence[str] = ()
) -> Dataset:
    """The sheets as columns with their labels in `lang`; `not_counted`: why each sheet is void, "" where it
    counts."""
    translate = translator(lang)
    plain = [*_about(sheets, not_counted, translate)]
    sets: list[tuple[str, str, list[str]]] = []
    for place, question in enumerate(questionnaire.questions):
        given = [answers[place] for answers in sheets.answers]
        made = _columns(question, given, lang, translate)
        plain += made
        if question.kind is Kind.MULTIPLE:
            sets.append((question.key, say(question.text, lang), [column.key for column in made]))
    names, notes = legal_names(column.key for column in plain)
    called = {column.key: name for column, name in zip(plain, names, strict=True)}
    columns = tuple(_fitting(column, called[column.key], notes) for column in plain)
    return Dataset(
        title=say(questionnaire.title, lang),
        lang=lang,
        columns=columns,
        sets=tuple(_set(key, label, members, called, notes) for key, label, members in sets),
        notes=tuple(notes),
    )


def _about(sheets: Sheets, not_counted: Sequence[str], translate: Translate) -> Iterable[Column]:
    given: dict[str, Sequence[str | float | None]] = {
        "not_counted": not_counted,
        "serial": sheets.serials,
        "office": sheets.offices,
        "channel": sheets.channels,
        "date": sheets.dates,
        "seconds": sheets.seconds,
    }
    for key, values in given.items():
        if len(values):
            number = key == "seconds"
            yield Column(
                key=key,
                name=key,
                label=translate(ABOUT[key]),
                values=values,
                text=not number,
                measure=Measure.SCALE if number else Measure.NOMINAL,
            )


def _columns(question: Question, given: Sequence[Answer], lang: str, translate: Translate) -> list[Column]:
    label = say(question.text, lang)
    if question.kind is Kind.MULTIPLE:
        return _boxes(question, given, lang, translate)
    if question.kind in _CHOICES:
        return [_choice(question, given, lang, translate)]
    number = question.kind is Kind.NUMBER
    values = [
        (float(answer) if isinstance(answer, int | float) else None)
        if number
        else ("" if answer is None else str(answer))
        for answer in given
    ]
    return [
        Column(
            key=question.key,
            name=question.key,
            label=label,
            values=values,
            text=not number,
            measure=Measure.SCALE if number else Measure.NOMINAL,
            decimals=question.decimals,
            question=question,
        )
    ]


def _choice(question: Question, given: Sequence[Answer], lang: str, translate: Translate) -> Column:
    labels = {option.value: say(option.label, lang) for option in question.options}
    missing = [option.value for option in question.options if option.score is None]
    if len(missing) == len(question.options):  # nothing is scored: every option is an answer
        missing = []
    double = _unused(question)
    if any(isinstance(answer, tuple) for answer in given):
        labels[double] = translate(N_("More than one mark"))
        missing.append(double)
    values = [
        double if isinstance(answer, tuple) else answer if isinstance(answer, int) else None
        for answer in given
    ]
    ordered = question.kind is Kind.SCALE or question.ordered
    return Column(
        key=question.key,
        name=question.key,
        label=say(question.text, lang),
        values=values,
        labels=labels,
        measure=Measure.ORDINAL if ordered else Measure.NOMINAL,
        missing=tuple(missing),
        question=question,
    )


def _unused(question: Question) -> int:
    """A code for double marks that no option has, as SPSS users pick one: 9, 99, 999, …"""
    largest = max(question.values, default=0)
    code = 9
    while code <= largest:
        code = code * 10 + 9
    return code


def _boxes(question: Question, given: Sequence[Answer], lang: str, translate: Translate) -> list[Column]:
    chosen = {0: translate(N_("Not chosen")), 1: translate(N_("Chosen"))}
    return [
        Column(
            key=f"{question.key}_{option.value}",
            name=question.key,
            label=say(option.label, lang),
            values=[
                None if answer is None else int(isinstance(answer, tuple) and option.value in answer)
                for answer in given
            ],
            labels=chosen,
            question=question,
        )
        for option in question.options
    ]


def _fitting(column: Column, name: str, notes: list[Problem]) -> Column:
    """The column under its legal name, its labels cut to what a file can hold."""
    label = _cut(column.key, column.label, LONGEST_LABEL, notes)
    labels = {
        code: _cut(column.key, said, LONGEST_VALUE_LABEL, notes) for code, said in column.labels.items()
    }
    if column.text and any(len(str(value or "").encode()) > LONGEST_TEXT for value in column.values):
        values = {"column": column.key, "most": LONGEST_TEXT}
        message = N_("texts longer than {most} bytes are cut in an SPSS file.")
        notes.append(Problem(N_("Column {column}"), message, "", values))
    if len(column.missing) > MOST_MISSING:
        values = {"column": column.key, "most": MOST_MISSING}
        message = N_("only the first {most} codes without a score are marked as missing.")
        notes.append(Problem(N_("Column {column}"), message, N_("Declare the others in SPSS."), values))
    return Column(
        key=column.key,
        name=name,
        label=label,
        values=column.values,
        text=column.text,
        labels=labels,
        measure=column.measure,
        missing=column.missing[:MOST_MISSING],
        decimals=column.decimals,
        question=column.question,
    )


def _cut(column: str, text: str, most: int, notes: list[Problem]) -> str:
    """A label as long as it may be; a note where it was longer."""
    whole = one_line(text)
    label = cut(whole, most)
    if label != whole:
        values = {"column": column, "text": whole[:40], "most": most}
        message = N_("the label “{text}…” is longer than {most} bytes and was cut.")
        notes.append(Problem(N_("Column {column}"), message, "", values))
    return label


def _set(
    key: str, label: str, members: Sequence[str], called: dict[str, str], notes: list[Problem]
) -> ResponseSet:
    said = _cut(key, label, LONGEST_LABEL, notes)
    name = cut(f"${legal_names([key])[0][0]}", LONGEST_NAME)
    return ResponseSet(name, said, tuple(called[member] for member in members))

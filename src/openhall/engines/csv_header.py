"""What the columns of a CSV file are for, and the sheets found in some of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openhall.engines.columns import CHOICES, VALID, Spec, Type, choice, day_number, none_of, specs_of
from openhall.engines.csv_cells import Answers
from openhall.engines.store_files import Columns
from openhall.stats.blocks import Block
from openhall.surveys import sheets
from openhall.surveys.grids import Grid, refuse
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire
from openhall.surveys.validity import Rule

REASONS = (VALID, Rule.BLANK.value, Rule.DOUBLE_MARK.value)
BLANK, DOUBLE = 2, 3  # their places
OFFICE, DAY, VOID = Spec("office", Type.CHOICE, "<u2"), Spec("day", Type.DAY, "<i4"), choice("void", REASONS)


@dataclass(frozen=True)
class Found:
    """Sheets of a piece of the file: their columns but for `void`, and what else there is to look at."""

    columns: Columns
    seconds: NDArray[np.float64] | None = None
    serials: pa.ChunkedArray | None = None


class Header:
    """Which column answers which question, and which say something about the sheet. BadInput where columns
    are missing or stand twice."""

    def __init__(self, titles: Sequence[str], questionnaire: Questionnaire, name: str) -> None:
        self.questionnaire, self.name = questionnaire, name
        self.titles = _trimmed(titles)
        told = sheets.Reading(Grid(self.titles, [()] * len(self.titles), ()), questionnaire, name)
        self.answers: list[Answers] = []
        for question in questionnaire.questions:
            told._question(question)
            self.answers.append(_answers(told, question, questionnaire))
        self.places = {about: told._find(names) for about, names in sheets.ABOUT.items()}
        refuse([problem for _, problem in told.problems], name, told.count)
        told._note_unknown()
        self.notes = tuple(told.notes)
        self.offices: list[str] = []
        self._office: dict[str, int] = {}

    @property
    def specs(self) -> tuple[Spec, ...]:
        """The columns that are made."""
        return (OFFICE, DAY, VOID, *specs_of(self.questionnaire))

    def nothing(self, rows: int) -> Columns:
        """The columns about sheets that say neither office nor day."""
        return {
            OFFICE.key: np.zeros(rows, OFFICE.dtype),
            DAY.key: np.full(rows, none_of(DAY), DAY.dtype),
        }

    def office(self, answer: Answer) -> int:
        """The place of an office; a new one takes the next. 0 for none."""
        if answer is None:
            return 0
        name = str(answer)
        if name not in self._office:
            self.offices.append(name)
            self._office[name] = len(self.offices)
        return self._office[name]


def void_of(questionnaire: Questionnaire, block: Block) -> tuple[NDArray[np.uint8], int]:
    """The column `void` by the usual rules, with the codes `REASONS`; a sheet with a blank and a double mark
    is void for the double mark, and how many of these there are is told as well."""
    rows = len(block[OFFICE.key])
    blank, double = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
    for question in questionnaire.questions:
        if question.required:
            blank |= missing(question, block)
        if question.kind in CHOICES:
            column = block[question.key]
            double |= column == np.iinfo(column.dtype).max
    void = np.ones(rows, np.uint8)
    void[blank], void[double] = BLANK, DOUBLE
    return void, int((blank & double).sum())


def missing(question: Question, block: Block) -> NDArray[np.bool_]:
    """Where the question was not answered."""
    column = block[question.key]
    numeric = question.kind in (Kind.NUMBER, Kind.DATE)
    return np.asarray(column == (np.iinfo(column.dtype).min if numeric else 0))


def day_of(answer: Answer) -> int:
    """What stands in the column `day`."""
    return none_of(DAY) if answer is None else day_number(str(answer))


def seconds_of(answer: Answer) -> float:
    """How long a sheet took; for ever where it does not say."""
    return float(answer) if isinstance(answer, int | float) else np.inf


def _answers(told: sheets.Reading, question: Question, questionnaire: Questionnaire) -> Answers:
    specs = [spec for spec in specs_of(questionnaire) if spec.key.partition(".")[0] == question.key]
    alone = [other.name for other in questionnaire].count(question.name) == 1
    place = told._find((question.key, question.name if alone else ""))
    if place is not None:
        return Answers(question, specs, (place,), False)
    boxes = [told._find((f"{question.key}_{option.value}",)) for option in question.options]
    if question.kind is Kind.MULTIPLE and None not in boxes:
        return Answers(question, specs, tuple(one for one in boxes if one is not None), True)
    return Answers(question, specs, (), False)


def _trimmed(titles: Sequence[str]) -> list[str]:
    """The titles without blank ones at the end."""
    width = max((place for place, title in enumerate(titles, 1) if title.strip()), default=0)
    return list(titles[:width])

"""What is asked: questionnaires of sections, questions and options, in several languages at once.

Everything here is frozen: a questionnaire in use never changes, an edit makes a new one. Display order is the
order of the tuples; what is stored is the option's `value`; what is computed with is its `score`. Three
different things, so that a list printed from "very satisfied" down cannot turn a mean upside down. Seed:
appendix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from openhall.errors import Problem
from openhall.language import Wording

# The answer to one question: nothing, a code, a number or text; several codes for a multiple choice, and also
# for a single choice on paper where the visitor marked more than one (a double mark is kept as it was made).
Answer = int | float | str | tuple[int, ...] | None


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"  # one option; Answer is its value
    MULTIPLE = "multiple"  # any number of options; Answer is a tuple of values in ascending order
    SCALE = "scale"  # one step of a rating scale, shown as a matrix with its neighbours; Answer is the value
    NUMBER = "number"
    DATE = "date"  # ISO 8601, as text
    TEXT = "text"


class Role(StrEnum):
    """What a question is for in the analysis; declared once, so factor and dependent cannot be swapped."""

    BACKGROUND = "background"  # a factor: who answers
    ITEM = "item"  # part of the dimension its section stands for
    OVERALL = "overall"  # the overall judgement
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `score` is the number it counts as, None where it counts as none (don't know)."""

    value: int
    label: Wording
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    key: str  # column name in data files: q1, s16
    kind: Kind
    text: Wording
    name: str = ""  # a word for people and variables: gender, age
    options: tuple[Option, ...] = ()
    required: bool = True
    role: Role = Role.OTHER
    ordered: bool = False  # the options are ranks (age, income), not mere names (occupation)
    population: tuple[
        float, ...
    ] = ()  # known shares of the options in the population, per cent, option order
    hint: Wording = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 0

    @property
    def values(self) -> frozenset[int]:
        return frozenset(option.value for option in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    key: str
    title: Wording = field(default_factory=dict)
    introduction: Wording = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    dimension: bool = (
        False  # its ITEM questions are measured together, and their mean is the dimension's score
    )


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """A whole questionnaire. `fieldwork` is what a study file may carry about its issue and return, else
    None.

    `notes` are what a reader of a foreign format had to decide, for a person to look at; they are not part of
    the questionnaire: not compared, not stored.
    """

    key: str
    title: Wording
    introduction: Wording = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    languages: tuple[str, ...] = ("en",)
    fieldwork: Fieldwork | None = None
    notes: tuple[Problem, ...] = field(default=(), compare=False)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions in display order: the order of the stored answers."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def position(self) -> dict[str, int]:
        return {question.key: place for place, question in enumerate(self.questions)}

    @cached_property
    def marks(self) -> tuple[dict[str, int], ...]:
        """For each question its options' codes as a form posts them: {"1": 1, "2": 2}; empty for text."""
        return tuple(
            {str(option.value): option.value for option in question.options} for question in self.questions
        )

    def __getitem__(self, key: str) -> Question:
        return self.questions[self.position[key]]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def with_role(self, role: Role) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.role is role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fieldwork:
    """How many sheets were planned and issued, where a study file says so (seed 4.1)."""

    planned: int | None = None
    issued: dict[str, int] = field(default_factory=dict)  # office name -> sheets issued
    returned: int | None = None
    invalid: int | None = None
    valid: int | None = None

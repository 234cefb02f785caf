"""The variables of the workbench: what may be chosen there, what of it is counted, and what a counted number means.

Made from a questionnaire here; any other counted data bring their own list. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from openhall.engines.columns import columns_of
from openhall.errors import N_
from openhall.language import Wording
from openhall.stats.axes import Axis, Code, Coded, Day, Given, Marked, Number, Score, Total
from openhall.stats.cells import Whole
from openhall.stats.counted import Columns, Scale
from openhall.stats.counting import Column
from openhall.surveys import questionnaire as q

TOTAL = "total"  # key of the mean of the dimensions
Label = Wording | str  # a text is a template marked for translation


class Kind(StrEnum):
    """What a variable is; it decides which procedures fit."""

    CHOICE = "choice"  # groups: a background, an office, one option of a multiple choice
    ITEM = "item"  # steps of a scale, each with a score
    SCORE = "score"  # the mean of the items of a dimension
    TOTAL = "total"  # the mean of several scores
    NUMBER = "number"
    DAY = "day"  # put together to weeks, months or years where there are many
    SEVERAL = "several"  # a multiple choice


# Headings of the list, and labels no questionnaire has
BACKGROUND = N_("Background")
ITEMS = N_("Items")
SCORES = N_("Scores")
OTHER = N_("Other questions")
ABOUT = N_("About the sheet")
WHOLE = N_("Total satisfaction (mean of dimensions)")
YES, NO = N_("marked"), N_("not marked")

POINTS = Scale()  # of what has no scale
GROUPING = (Kind.CHOICE, Kind.DAY)
MEASURED = (Kind.ITEM, Kind.SCORE, Kind.TOTAL, Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class Step:
    """One answer: its code in figures, its label, and its code in the data, as addresses name it."""

    code: int
    label: Label
    value: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable. `axes` are what is counted; `levels` its answers in order of display, and `codes` and `scores`
    what each place of its first axis stands for. `points` is the scale of an item or a score."""

    key: str
    label: Label
    kind: Kind
    group: Label  # the heading it stands under
    axes: tuple[Axis, ...]
    name: str = ""  # a word for it inside a sentence: gender
    levels: tuple[Step, ...] = ()
    codes: tuple[int | None, ...] = ()
    scores: tuple[float | None, ...] = ()
    ordered: bool = False
    population: tuple[float, ...] = ()
    parts: tuple[
        Variable, ...
    ] = ()  # the items of a score, the scores of a total, the options of a multiple choice
    points: Scale = POINTS
    steps: tuple[float, ...] = ()  # of the scale, lowest first
    filters: bool = False  # offered as a condition

    @property
    def width(self) -> int:
        return sum(axis.width for axis in self.axes)

    def coded(self, rows: Whole) -> Column:
        """The code of each counted row, nan where there is none."""
        if len(self.axes) == 2:  # whether the question was answered, whether this option was marked
            return np.where(rows[:, 0] == 1, rows[:, 1].astype(np.float64), np.nan)
        return _looked_up(self.codes, rows[:, 0])

    def measured(self, rows: Whole) -> Column:
        """The value of each counted row, nan where there is none."""
        if self.kind is Kind.ITEM:
            return _looked_up(self.scores, rows[:, 0])
        if self.kind in GROUPING:
            return self.coded(rows)
        axis, there = self.axes[0], rows[:, 0] > 0
        many = np.where(there, rows[:, 0], 1).astype(np.float64)
        if isinstance(axis, Number):
            return np.where(there, rows[:, 1] / 10**axis.decimals, np.nan)
        if isinstance(axis, Total):
            many = many * axis.common
        values = float(self.points.base) + float(self.points.unit) * (rows[:, 1] / many)
        return np.where(there, values, np.nan)


def _looked_up(meanings: Sequence[float | None], places: Whole) -> Column:
    table = np.array([np.nan, *(np.nan if one is None else one for one in meanings)])
    return np.asarray(table[places], dtype=np.float64)


def variables_of(questionnaire: q.Questionnaire, about: Sequence[Variable] = ()) -> tuple[Variable, ...]:
    """What can be chosen from a questionnaire: backgrounds, items by section, scores, other questions, and `about`
    the sheet. Texts and dates are left out."""
    columns = columns_of(questionnaire)
    backgrounds, sections, others = [], [], []
    for section in questionnaire.sections:
        for question in section.questions:
            if question.role is q.Role.BACKGROUND:
                backgrounds += _variables(question, BACKGROUND, columns, filters=True)
            elif question.role in (q.Role.ITEM, q.Role.OVERALL):
                sections += _variables(question, section.title or ITEMS, columns)
            else:
                others += _variables(question, section.title or OTHER, columns)
    scores = _scores(questionnaire, sections, columns)
    return (*backgrounds, *scores, *sections, *others, *about)


def _variables(
    question: q.Question, group: Label, columns: Columns, *, filters: bool = False
) -> list[Variable]:
    """The variables of one question: itself, and of a multiple choice each option."""
    if question.kind is q.Kind.NUMBER:
        axis = Number(question.key, question.decimals or 0)
        return [_plain(question, group, Kind.NUMBER, (axis,), filters)]
    if question.kind is q.Kind.MULTIPLE:
        return _several(question, group)
    if question.key not in columns.choices or not question.options:
        return []
    scored = question.role is not q.Role.BACKGROUND and any(o.score is not None for o in question.options)
    return [_item(question, group, columns) if scored else _choice(question, group, columns, filters)]


def _plain(question: q.Question, group: Label, kind: Kind, axes: tuple[Axis, ...], filters: bool) -> Variable:
    return Variable(
        key=question.key,
        label=question.text,
        name=question.name,
        kind=kind,
        group=group,
        axes=axes,
        filters=filters,
    )


def _choice(question: q.Question, group: Label, columns: Columns, filters: bool) -> Variable:
    total = sum(question.population)
    return Variable(
        key=question.key,
        label=question.text,
        name=question.name,
        kind=Kind.CHOICE,
        group=group,
        axes=(columns.choices[question.key],),
        levels=tuple(Step(option.value, option.label, option.value) for option in question.options),
        codes=tuple(option.value for option in question.options),
        ordered=question.ordered,
        population=tuple(share / total for share in question.population) if total else (),
        filters=filters,
    )


def _item(question: q.Question, group: Label, columns: Columns) -> Variable:
    """A scored question; its codes are its scores where they are whole and different, else their ranks."""
    scores = [option.score for option in question.options]
    known = sorted(score for score in scores if score is not None)
    whole = len(set(known)) == len(known) and all(float(score).is_integer() for score in known)
    ranked = sorted(range(len(scores)), key=lambda place: (scores[place] is None, scores[place] or 0.0))
    codes: list[int | None] = [None] * len(scores)
    for rank, place in enumerate(ranked, 1):
        score = scores[place]
        if score is not None:
            codes[place] = int(score) if whole else rank
    steps = [
        Step(code, option.label, option.value)
        for code, option in zip(codes, question.options, strict=True)
        if code is not None
    ]
    return Variable(
        key=question.key,
        label=question.text,
        name=question.name,
        kind=Kind.ITEM,
        group=group,
        axes=(columns.choices[question.key],),
        levels=tuple(sorted(steps, key=lambda level: -level.code)),
        codes=tuple(codes),
        scores=tuple(scores),
        ordered=True,
        points=columns.scale,
        steps=tuple(known),
    )


def _several(question: q.Question, group: Label) -> list[Variable]:
    def option_of(option: q.Option) -> Variable:
        return Variable(
            key=f"{question.key}.{option.value}",
            label={
                lang: f"{text}: {option.label.get(lang) or option.label.get('en', '')}"
                for lang, text in question.text.items()
            },
            kind=Kind.CHOICE,
            group=group,
            axes=(Given(question.key), Marked(question.key, option.value)),
            levels=(Step(1, YES, 1), Step(0, NO, 0)),
        )

    options = tuple(option_of(option) for option in question.options)
    whole = Variable(
        key=question.key,
        label=question.text,
        name=question.name,
        kind=Kind.SEVERAL,
        group=group,
        axes=(Given(question.key),),
        levels=tuple(Step(option.value, option.label, option.value) for option in question.options),
        parts=options,
    )
    return [whole, *options]


def _scores(questionnaire: q.Questionnaire, items: Sequence[Variable], columns: Columns) -> list[Variable]:
    """The mean of each dimension's items, and where there are several, the mean of these."""
    by_key = {item.key: item for item in items if item.kind is Kind.ITEM}
    found = []
    for section in questionnaire.sections:
        parts = tuple(
            by_key[one.key] for one in section.questions if one.role is q.Role.ITEM and one.key in by_key
        )
        if section.dimension and parts:
            axis = Score(tuple(columns.parts[part.key] for part in parts))
            found.append(_mean(section.key, section.title, Kind.SCORE, axis, parts, columns.scale))
    if len(found) > 1:
        axis_of_all = Total(tuple(axis for one in found for axis in one.axes if isinstance(axis, Score)))
        found.append(_mean(TOTAL, WHOLE, Kind.TOTAL, axis_of_all, tuple(found), columns.scale))
    return found


def _mean(
    key: str, label: Label, kind: Kind, axis: Axis, parts: tuple[Variable, ...], scale: Scale
) -> Variable:
    steps = sorted({step for part in parts for step in part.steps})
    return Variable(
        key=key,
        label=label,
        kind=kind,
        group=SCORES,
        axes=(axis,),
        parts=parts,
        points=scale,
        steps=tuple(steps),
        ordered=True,
    )


def about_sheet(
    key: str, label: Label, axis: Coded | Day, labels: Mapping[Code, Label] | None = None
) -> Variable:
    """A column about the sheet; `labels` of the codes to show, in order. Their codes in figures are their places in
    the axis."""
    if isinstance(axis, Day):
        return Variable(
            key=key, label=label, name=key, kind=Kind.DAY, group=ABOUT, axes=(axis,), filters=True
        )
    place = {code: number for number, code in enumerate(axis.codes, 1)}
    return Variable(
        key=key,
        label=label,
        name=key,
        kind=Kind.CHOICE,
        group=ABOUT,
        axes=(axis,),
        levels=tuple(Step(place[code], said, code) for code, said in (labels or {}).items()),
        codes=tuple(range(1, len(axis.codes) + 1)),
        filters=True,
    )

"""From a questionnaire and its answers to what the statistics read: a study and a sample.

Scores come from each option's `score`, never from the order in which options are shown, so a list printed
from the best down cannot turn a mean upside down. Seed: 4.1, the five-point scale.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openhall.stats.sample import Column, Sample
from openhall.stats.study import Dimension, Factor, Item, Level, Study
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire, Role

NAN = float("nan")
_CHOICES = (Kind.SINGLE, Kind.SCALE)


def study_of(questionnaire: Questionnaire) -> Study:
    """What the questionnaire measures: backgrounds with one choice as factors, sections marked as
    dimensions."""
    backgrounds = [q for q in questionnaire.with_role(Role.BACKGROUND) if q.kind in _CHOICES and q.options]
    overall = next((q for q in questionnaire.with_role(Role.OVERALL) if scale_of(q)), None)
    scored = [q for q in (overall, *questionnaire.with_role(Role.ITEM)) if q is not None and scale_of(q)]
    return Study(
        title=questionnaire.title,
        factors=tuple(factor_of(question) for question in backgrounds),
        dimensions=_dimensions(questionnaire),
        scale=scale_of(scored[0]) if scored else (),
        overall=Item(overall.key, overall.text) if overall else None,
    )


def sample_of(questionnaire: Questionnaire, answers: Sequence[Sequence[Answer]]) -> Sample:
    """The answers as numbers: codes for backgrounds, scores for everything with scores, nan for none.

    `answers`: one sequence a sheet, in the order of the questionnaire's questions.
    """
    by_question = list(zip(*answers, strict=True)) or [()] * len(questionnaire.questions)
    return Sample(
        {
            question.key: _numbers(question, given)
            for question, given in zip(questionnaire.questions, by_question, strict=True)
            if question.kind in _CHOICES or question.kind is Kind.NUMBER
        }
    )


def scale_of(question: Question) -> tuple[Level, ...]:
    """The steps a question is scored on, from the highest score down; options without a score are not
    steps."""
    scored = [option for option in question.options if option.score is not None]
    steps = [Level(round(option.score or 0), option.label) for option in scored]
    return tuple(sorted(steps, key=lambda level: -level.code))


def factor_of(question: Question) -> Factor:
    """A question with options as something to count by."""
    total = sum(question.population)
    return Factor(
        key=question.key,
        name=question.name,
        label=question.text,
        levels=tuple(Level(option.value, option.label) for option in question.options),
        ordered=question.ordered,
        population=tuple(share / total for share in question.population) if total else (),
    )


def _dimensions(questionnaire: Questionnaire) -> tuple[Dimension, ...]:
    found = []
    for section in questionnaire.sections:
        items = [q for q in section.questions if q.role is Role.ITEM and scale_of(q)]
        if section.dimension and items:
            items_of = tuple(Item(question.key, question.text) for question in items)
            found.append(Dimension(section.key, section.title, items_of))
    return tuple(found)


def _numbers(question: Question, given: Sequence[Answer]) -> Column:
    if question.kind is Kind.NUMBER:
        return np.array([answer if isinstance(answer, int | float) else NAN for answer in given], float)
    codes: dict[Answer, float] = {option.value: float(option.value) for option in question.options}
    if question.role is not Role.BACKGROUND:
        codes = {option.value: NAN if option.score is None else option.score for option in question.options}
    return np.array([codes.get(answer, NAN) for answer in given], float)

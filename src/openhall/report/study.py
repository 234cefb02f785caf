"""What a questionnaire measures, as the statistics read it: factors, dimensions, the overall judgement.

Scores come from each option's `score`, never from the order in which options are shown, so a list printed
from the best down cannot turn a mean upside down. Seed: 4.1, the five-point scale.
"""

from __future__ import annotations

from openhall.stats.study import Dimension, Factor, Item, Level, Study
from openhall.surveys.questionnaire import Kind, Question, Questionnaire, Role

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

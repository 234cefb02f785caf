"""Changing a questionnaire: every function takes one and gives a new one, the old stays as it was. Whether
the result may be used is decided where it is stored (`soundness`). Seed: appendix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Role, Section

_NUMBERED = re.compile(r"(.*?)(\d{1,6})")


def section_of(questionnaire: Questionnaire, key: str) -> Section | None:
    """The section with this key, or None."""
    return next((section for section in questionnaire.sections if section.key == key), None)


def home_of(questionnaire: Questionnaire, question_key: str) -> Section | None:
    """The section a question stands in, or None."""
    return next((s for s in questionnaire.sections if any(q.key == question_key for q in s.questions)), None)


def with_section(questionnaire: Questionnaire, section: Section, *, original: str = "") -> Questionnaire:
    """`section` with the questions of the one called `original`, in its place; else as the last section.

    Where it becomes a dimension its rating questions become items, where it stops being one they stop too.
    """
    old = section_of(questionnaire, original)
    if old is None:
        return replace(questionnaire, sections=(*questionnaire.sections, section))
    questions = old.questions
    if section.dimension != old.dimension:
        before, after = (Role.OTHER, Role.ITEM) if section.dimension else (Role.ITEM, Role.OTHER)
        questions = tuple(
            replace(q, role=after) if q.kind is Kind.SCALE and q.role is before else q for q in questions
        )
    new = replace(section, questions=questions)
    return replace(questionnaire, sections=tuple(new if s is old else s for s in questionnaire.sections))


def without_section(questionnaire: Questionnaire, key: str) -> Questionnaire:
    """Without the section and its questions."""
    return replace(questionnaire, sections=tuple(s for s in questionnaire.sections if s.key != key))


def moved_section(questionnaire: Questionnaire, key: str, step: int) -> Questionnaire:
    """The section one place up (-1) or down (1); where there is no such place, the same questionnaire."""
    sections = list(questionnaire.sections)
    place = next((n for n, section in enumerate(sections) if section.key == key), None)
    if place is None or not 0 <= place + step < len(sections):
        return questionnaire
    sections.insert(place + step, sections.pop(place))
    return replace(questionnaire, sections=tuple(sections))


def with_question(
    questionnaire: Questionnaire, question: Question, *, section: str, original: str = "", share: bool = False
) -> Questionnaire:
    """`question` in the place of the one called `original`, or last in `section` where it is new or moves
    there.

    With `share` its options become those of all rating questions of that section, so that one scale stays
    one.
    """
    home = home_of(questionnaire, original) if original else None
    stays = home is not None and home.key == section
    sections = []
    for old in questionnaire.sections:
        kept = [
            question if q.key == original and stays else q
            for q in old.questions
            if stays or q.key != original
        ]
        if old.key == section and not stays:
            kept.append(question)
        if old.key == section and share:
            kept = [replace(q, options=question.options) if q.kind is Kind.SCALE else q for q in kept]
        sections.append(replace(old, questions=tuple(kept)))
    return replace(questionnaire, sections=tuple(sections))


def without_question(questionnaire: Questionnaire, key: str) -> Questionnaire:
    """Without the question; its section stays, also when it is empty then."""
    return replace(questionnaire, sections=tuple(
        replace(section, questions=tuple(q for q in section.questions if q.key != key))
        for section in questionnaire.sections
    ))  # fmt: skip


def moved_question(questionnaire: Questionnaire, key: str, step: int) -> Questionnaire:
    """The question one place up (-1) or down (1); past the end of its section, into the neighbouring one."""
    questions = [list(section.questions) for section in questionnaire.sections]
    where = next(
        ((n, place) for n, row in enumerate(questions) for place, q in enumerate(row) if q.key == key), None
    )
    if where is None:
        return questionnaire
    number, place = where
    target = place + step
    if 0 <= target < len(questions[number]):
        questions[number].insert(target, questions[number].pop(place))
    elif 0 <= number + step < len(questions):
        neighbour = questions[number + step]
        neighbour.insert(len(neighbour) if step < 0 else 0, questions[number].pop(place))
    else:
        return questionnaire
    pairs = zip(questionnaire.sections, questions, strict=True)
    return replace(
        questionnaire, sections=tuple(replace(section, questions=tuple(row)) for section, row in pairs)
    )


def scale_of(section: Section | None) -> tuple[Option, ...]:
    """The options all rating questions of the section have in common; none where they differ."""
    scales = (
        [question.options for question in section.questions if question.kind is Kind.SCALE] if section else []
    )
    return scales[0] if scales and all(scale == scales[0] for scale in scales) else ()


def new_question(questionnaire: Questionnaire, section: Section, kind: Kind) -> Question:
    """A question to begin with: the next free key, the section's scale, its usual part."""
    rating = kind is Kind.SCALE
    return Question(
        key=next_key(questionnaire, section),
        kind=kind,
        text={},
        options=scale_of(section) if rating else (),
        ordered=rating,
        role=Role.ITEM if rating and section.dimension else Role.OTHER,
    )


def next_key(questionnaire: Questionnaire, section: Section) -> str:
    """The next free question key, counted on within the section: after s7 comes s8, or s17 if taken."""
    last = [*questionnaire.questions, *section.questions][-1:]
    match = _NUMBERED.fullmatch(last[0].key) if last else None
    stem = match[1] if match else "q"
    return free_key(stem, (question.key for question in questionnaire.questions))


def free_key(stem: str, taken: Iterable[str]) -> str:
    """`stem` with the number after the highest that is taken.

    >>> free_key("s", ["s1", "s7", "q9"]), free_key("section", [])
    ('s8', 'section1')
    """
    matches = (_NUMBERED.fullmatch(key) for key in taken)
    return f"{stem}{max((int(match[2]) for match in matches if match and match[1] == stem), default=0) + 1}"

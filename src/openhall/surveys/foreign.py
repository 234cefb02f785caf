"""What the readers of foreign formats (XLSForm, LimeSurvey) share: codes made from their answer names, scores
where none are given, and the roles a format without roles leaves open. Everything decided here is told in a
note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from openhall.errors import N_, Problem
from openhall.language import Wording
from openhall.surveys.questionnaire import Kind, Option, Question, Role, Section
from openhall.surveys.soundness import LARGEST_CODE

_CODE = re.compile(r"([A-Za-z]*)(-?\d{1,6})")
_LANGUAGE_NAMES = {
    "english": "en",
    "中文": "zh",
    "chinese": "zh",
    "简体中文": "zh",
    "simplified chinese": "zh",
    "deutsch": "de",
    "français": "fr",
    "french": "fr",
    "español": "es",
    "spanish": "es",
    "german": "de",
}
_IN_BRACKETS = re.compile(r"\(([A-Za-z]{2})(?:[-_][A-Za-z]+)*\)\s*$")


def codes(names: Sequence[str]) -> tuple[list[int], bool]:
    """The codes of a list of answers and whether their names already said them.

    Numbers stay, "A1" … "A5" (one prefix, different numbers) become 1 … 5, anything else is counted from 1.

    >>> codes(["5", "4"]), codes(["A1", "A2"]), codes(["yes", "no"])
    (([5, 4], True), ([1, 2], True), ([1, 2], False))
    """
    found = [_CODE.fullmatch(name) for name in names]
    if all(found) and len({match[1] for match in found if match}) == 1:
        numbers = [int(match[2]) for match in found if match]
        if len(set(numbers)) == len(numbers) and max(map(abs, numbers), default=0) <= LARGEST_CODE:
            return numbers, True
    return list(range(1, len(names) + 1)), False


def scored(options: Sequence[Option]) -> tuple[Option, ...]:
    """The options of a scale: with the scores they have, or, if none has one, with their values as scores."""
    if any(option.score is not None for option in options):
        return tuple(options)
    return tuple(replace(option, score=float(option.value)) for option in options)


def language_code(name: str) -> str | None:
    """The code of a language written as "English (en)", "en" or by a well-known name; None if it cannot be
    told.

    >>> language_code("中文 (zh)"), language_code("English"), language_code("pt-BR"), language_code("Klingon")
    ('zh', 'en', 'pt', None)
    """
    bracketed = _IN_BRACKETS.search(name)
    if bracketed:
        return bracketed[1].lower()
    tidy = name.strip().lower()
    return _LANGUAGE_NAMES.get(tidy) or (tidy[:2] if re.fullmatch(r"[a-z]{2}([-_][a-z]+)?", tidy) else None)


def joined(first: Wording, second: Wording) -> Wording:
    """Two wordings one below the other."""
    both: Mapping[str, str] = {**first, **second}
    return {lang: "\n\n".join(filter(None, (first.get(lang, ""), second.get(lang, "")))) for lang in both}


def with_roles(sections: Sequence[Section]) -> tuple[tuple[Section, ...], tuple[Problem, ...]]:
    """The sections with a role for every question, and notes that say which were taken for what.

    A matrix of two or more items is a dimension; a scale question outside it with the same answers, if there
    is one only, the overall judgement; single choices outside are backgrounds.
    """
    scales = [question.options for section in sections if section.dimension for question in section.questions]
    alone = [
        question.key
        for section in sections
        if not section.dimension
        for question in section.questions
        if scored(question.options) in scales and question.kind is not Kind.MULTIPLE
    ]
    roles = {
        question.key: _role(question, section, scales, alone)
        for section in sections
        for question in section.questions
    }
    told = tuple(
        replace(
            section, questions=tuple(_as(question, roles[question.key]) for question in section.questions)
        )
        for section in sections
    )
    return told, tuple(_notes(roles))


def _role(
    question: Question, section: Section, scales: Sequence[tuple[Option, ...]], alone: Sequence[str]
) -> Role:
    if section.dimension:
        return Role.ITEM if question.kind is Kind.SCALE else Role.OTHER
    if question.key in alone:
        return Role.OVERALL if len(alone) == 1 else Role.OTHER
    return Role.BACKGROUND if question.kind is Kind.SINGLE and scales else Role.OTHER


def _as(question: Question, role: Role) -> Question:
    if role is Role.OVERALL:
        return replace(question, role=role, kind=Kind.SCALE, options=scored(question.options), ordered=True)
    return replace(question, role=role)


def _notes(roles: Mapping[str, Role]) -> list[Problem]:
    taken = {
        Role.BACKGROUND: N_("taken as background: {keys}."),
        Role.ITEM: N_("taken as items of dimensions: {keys}."),
        Role.OVERALL: N_("taken as the overall judgement: {keys}."),
    }
    notes = []
    for role, message in taken.items():
        keys = [key for key, its_role in roles.items() if its_role is role]
        if keys:
            notes.append(
                Problem(
                    "",
                    message,
                    N_("Change it in the editor if it is something else."),
                    {"keys": keys},
                )
            )
    return notes

"""A questionnaire drawn as questions to answer: for the citizen's form, the tablet and the staff's preview.

The whole pages, their tokens and what is posted: `portal.form`. Which questionnaire stands behind a link or a
code: `reads.doors`. Seed: appendix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace as changed
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from openhall.errors import Problem
from openhall.language import say, short
from openhall.surveys.checking import plain
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire, Section

Given = Mapping[str, Sequence[str]]  # question key -> the strings a form posts
WIDEST_MATRIX = 7  # steps of a scale that fit side by side


def draw(
    questionnaire: Questionnaire,
    lang: str,
    *,
    answers: Given | None = None,
    problems: Mapping[str, Problem] | None = None,
) -> SafeString:
    """The questions as HTML, without form, buttons or tokens.

    `answers` are filled in, `problems` (both by question key) said at their question. Fields are named by
    question key, their ids begin with `q-`; `first_field` gives the id to link to.
    """
    lang = spoken(questionnaire, lang)
    total = len(questionnaire.questions)
    with translation.override(_django_code(lang)):
        parts = []
        for section in questionnaire.sections:
            questions = [
                _question(
                    question, questionnaire.position[question.key] + 1, lang, answers or {}, problems or {}
                )
                for question in section.questions
            ]
            parts.append(_part(section, lang, questions))
        return render_to_string(
            "ui/questionnaire/questionnaire.html", {"parts": parts, "total": total, "language": lang}
        )


def spoken(questionnaire: Questionnaire, lang: str) -> str:
    """The language the questionnaire is shown in: the one asked for, else English, else its first."""
    known = questionnaire.languages
    return next((code for code in (short(lang), "en") if code in known), known[0])


def first_field(question: Question) -> str:
    """The id of the first field of a question, where a link from the error summary leads."""
    return f"q-{question.key}-{question.options[0].value}" if question.options else f"q-{question.key}"


def posted(questionnaire: Questionnaire, answers: Iterable[Answer]) -> dict[str, list[str]]:
    """Stored answers as a form would post them, to fill a form with."""
    given = {}
    for question, answer in zip(questionnaire.questions, answers, strict=True):
        if answer is not None:
            several = answer if isinstance(answer, tuple) else (answer,)
            given[question.key] = [plain(one) if isinstance(one, int | float) else one for one in several]
    return given


def _part(section: Section, lang: str, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": say(section.title, lang),
        "introduction": say(section.introduction, lang),
        "runs": list(_runs(questions)),
    }


def _runs(questions: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Neighbours on the same scale stand together, as rows under one heading."""

    def scale(question: dict[str, Any]) -> object:
        wide = question["kind"] == Kind.SCALE and len(question["options"]) <= WIDEST_MATRIX
        return tuple(option["label"] for option in question["options"]) if wide else question["key"]

    for steps, run in groupby(questions, scale):
        yield {"steps": steps if isinstance(steps, tuple) else (), "questions": list(run)}


def _question(
    question: Question, number: int, lang: str, answers: Given, problems: Mapping[str, Problem]
) -> dict[str, Any]:
    given = answers.get(question.key, ())
    problem = problems.get(question.key)
    options = [(str(option.value), say(option.label, lang)) for option in question.options]
    if options and not question.required and question.kind is not Kind.MULTIPLE:
        options.append(("", gettext("No answer")))
    hint = say(question.hint, lang)
    notes = [what for what, there in (("hint", hint), ("error", problem)) if there]
    fraction = rf"([.][0-9]{{1,{question.decimals}}})?" if question.decimals else ""
    return {
        "key": question.key,
        "number": number,
        "kind": question.kind,
        "text": say(question.text, lang),
        "hint": hint,
        "optional": not question.required,
        "options": [_option(question, value, label, given) for value, label in options],
        "many": len(options) > 5,
        "value": given[0] if given else "",
        "error": capfirst(changed(problem, place="").say(gettext)) if problem else "",
        "described": " ".join(f"q-{question.key}-{note}" for note in notes),
        "minimum": None if question.minimum is None else plain(question.minimum),
        "maximum": None if question.maximum is None else plain(question.maximum),
        "pattern": rf"\s*[+\-]?[0-9]+{fraction}\s*",
    }


def _option(question: Question, value: str, label: str, given: Sequence[str]) -> dict[str, Any]:
    name = f"q-{question.key}-{value or 'none'}"
    return {"value": value, "label": label, "id": name, "chosen": value in given}


def _django_code(lang: str) -> str:
    return next((code for code, _name in settings.LANGUAGES if short(code) == lang), lang)

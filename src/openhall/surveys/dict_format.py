"""A questionnaire as a plain JSON-able dict, the form in which a frozen version is stored. Lists of options
that several questions share are written once. Files for people: `toml_format`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.surveys.questionnaire import (
    Fieldwork,
    Kind,
    Option,
    Question,
    Questionnaire,
    Role,
    Section,
)
from openhall.surveys.soundness import require_sound
from openhall.surveys.tables import Table

FORM = 1  # raise it when the shape below changes, and let `from_dict` read both
KINDS = {kind.value: kind for kind in Kind}
ROLES = {role.value: role for role in Role}
Scales = Mapping[str, tuple[Option, ...]]


def to_dict(questionnaire: Questionnaire) -> dict[str, Any]:
    """The questionnaire as dicts, lists, text and numbers; what is empty or usual is left out."""
    scales = shared(questionnaire.questions)
    return _filled(
        form=FORM,
        key=questionnaire.key,
        title=dict(questionnaire.title),
        introduction=dict(questionnaire.introduction),
        languages=list(questionnaire.languages),
        scales={name: option_dicts(options) for name, options in scales.items()},
        sections=[section_dict(section, scales) for section in questionnaire.sections],
        fieldwork=fieldwork_dict(questionnaire.fieldwork),
    )


def from_dict(form: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire back, equal to the one given to `to_dict`. BadInput with a Problem for each thing
    odd.
    """
    problems: list[Problem] = []
    root = Table(form, "", problems)
    if root.take("form", int, 0) != FORM:
        root.problem(N_("this is no stored questionnaire of form {form}."), form=FORM)
    scales = {}
    listed = root.inner(root.take("scales", dict, {}), "scales")
    for name in listed.data:
        scales[str(name)] = read_options(listed, name)
    questionnaire = Questionnaire(
        key=root.needed("key"),
        title=root.wording("title"),
        introduction=root.wording("introduction"),
        languages=root.texts("languages") or ("en",),
        sections=tuple(read_section(table, scales) for table in root.tables("sections", "section")),
        fieldwork=read_fieldwork(root),
    )
    root.close()
    return finish(questionnaire, problems)


def finish(questionnaire: Questionnaire, problems: Sequence[Problem]) -> Questionnaire:
    """The questionnaire, or BadInput when there were problems or it is not sound."""
    if problems:
        raise BadInput(N_("The questionnaire cannot be used."), problems=problems)
    return require_sound(questionnaire)


def shared(questions: Iterable[Question]) -> dict[str, tuple[Option, ...]]:
    """The lists of options that stand under more than one question, each with a name."""
    counts: dict[str, int] = {}
    lists: dict[str, tuple[Option, ...]] = {}
    for question in questions:
        seen = repr(question.options)
        counts[seen] = counts.get(seen, 0) + bool(question.options)
        lists[seen] = question.options
    often = [options for seen, options in lists.items() if counts[seen] > 1]
    return {f"scale{number}": options for number, options in enumerate(often, 1)}


def section_dict(section: Section, scales: Scales) -> dict[str, Any]:
    return _filled(
        key=section.key,
        title=dict(section.title),
        introduction=dict(section.introduction),
        dimension=section.dimension,
        questions=[question_dict(question, scales) for question in section.questions],
    )


def question_dict(question: Question, scales: Scales) -> dict[str, Any]:
    scale = next((name for name, options in scales.items() if options == question.options), "")
    bounds = {"minimum": question.minimum, "maximum": question.maximum}
    return _filled(
        key=question.key,
        name=question.name,
        kind=question.kind.value,
        role="" if question.role is Role.OTHER else question.role.value,
        text=dict(question.text),
        hint=dict(question.hint),
        scale=scale,
        options=[] if scale else option_dicts(question.options),
        ordered=question.ordered,
        population=list(question.population),
        decimals=question.decimals,
        **({} if question.required else {"optional": True}),
    ) | {name: bound for name, bound in bounds.items() if bound is not None}


def option_dicts(options: Iterable[Option]) -> list[dict[str, Any]]:
    return [
        {"value": option.value, **option.label} | ({} if option.score is None else {"score": option.score})
        for option in options
    ]


def fieldwork_dict(fieldwork: Fieldwork | None) -> dict[str, Any]:
    if fieldwork is None:
        return {}
    counts = {name: getattr(fieldwork, name) for name in ("planned", "returned", "invalid", "valid")}
    return {"issued": dict(fieldwork.issued)} | {name: n for name, n in counts.items() if n is not None}


def _filled(**parts: Any) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part}


def read_section(table: Table, scales: Scales, language: str = "en") -> Section:
    """A section and its questions from the generic form that TOML's [[section]] and stored dicts share."""
    inner = "questions" if "questions" in table else "question"
    section = Section(
        key=table.needed("key"),
        title=table.wording("title", language),
        introduction=table.wording("introduction", language),
        dimension=table.take("dimension", bool, False),
        questions=tuple(
            read_question(part, scales, language=language) for part in table.tables(inner, "question")
        ),
    )
    table.close()
    return section


def read_question(table: Table, scales: Scales, *, language: str = "en", role: Role = Role.OTHER) -> Question:
    """One question; `role` is the one it has where the table says none."""
    options = read_options(table, "options")
    scale = table.choice("scale", scales, None)
    question = Question(
        key=table.needed("key"),
        name=table.text("name"),
        kind=table.choice("kind", KINDS, Kind.SCALE if scale else Kind.SINGLE),
        role=table.choice("role", ROLES, role),
        text=table.wording("text", language),
        hint=table.wording("hint", language),
        options=scale or options,
        ordered=table.take("ordered", bool, False),
        population=table.numbers("population"),
        required=_required(table),
        minimum=table.take("minimum", float, None),
        maximum=table.take("maximum", float, None),
        decimals=table.take("decimals", int, 0),
    )
    if scale and options:
        table.problem(N_("there are options and a scale."), N_("Keep one of them."))
    table.close()
    return question


def _required(table: Table) -> bool:
    return bool(table.take("required", bool, True)) and not table.take("optional", bool, False)


def read_options(table: Table, name: str) -> tuple[Option, ...]:
    """The options listed under `name`; without a `score` an option counts as no number."""
    options = []
    for part in table.tables(name, "option" if name == "options" else name):
        value, score = part.take("value", int, None), part.take("score", float, None)
        if value is None and "value" not in part:
            part.problem(N_("the option has no value."), N_("Write value = 1, 2, and so on."))
        options.append(Option(value or 0, part.languages(), score))
        part.close()
    return tuple(options)


def read_fieldwork(root: Table) -> Fieldwork | None:
    """The [fieldwork] table: how many sheets were planned, issued by office, returned, invalid and valid."""
    given = root.take("fieldwork", dict, {})
    if not given:
        return None
    table = root.inner(given, "fieldwork")
    offices = table.inner(table.take("issued", dict, {}), "issued")
    issued = {str(office): offices.take(office, int, 0) for office in offices.data}
    counts = {name: table.take(name, int, None) for name in ("planned", "returned", "invalid", "valid")}
    for name, count in [*issued.items(), *counts.items()]:
        if count is not None and count < 0:
            table.problem(N_("{name} is below zero."), N_("Count sheets."), name=name)
    table.close()
    return Fieldwork(issued=issued, **counts)

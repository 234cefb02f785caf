"""The project's own questionnaire format, TOML, read and written; docs/questionnaires.md describes it.

A study file says [[background]], [[dimension]] and [overall]; any other questionnaire says [[section]].
Reading names every mistake with its place and a cure. Writing always gives the general form.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording
from openhall.surveys.dict_format import (
    Scales,
    finish,
    read_fieldwork,
    read_question,
    read_section,
    to_dict,
)
from openhall.surveys.files import decode_text, read_bytes
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Role, Section
from openhall.surveys.tables import Table

LARGEST = 2_000_000  # characters
_TITLES: dict[str, Wording] = {
    "background": {"en": "About you", "zh": "关于您"},
    "overall": {"en": "Overall", "zh": "总体评价"},
}
_STEP = re.compile(r"-?\d{1,6}")


def builtin(key: str = "service_hall_satisfaction") -> Questionnaire:
    """A questionnaire that comes with the package.

    >>> len(builtin().questions)
    22
    """
    file = resources.files("openhall.surveys") / "builtin" / f"{key}.toml"
    return read_toml(file.read_bytes(), key=key)


def read_study(path: Path) -> Questionnaire:
    """The questionnaire of a study file on disk. BadInput names the file, then each mistake."""
    text = read_bytes(path, name=path.name)
    try:
        return read_toml(text, key=path.stem)
    except BadInput as error:
        raise BadInput(N_("{file} cannot be used."), problems=error.problems, file=path.name) from None


def read_toml(text: str | bytes, *, key: str) -> Questionnaire:
    """The questionnaire of a study file. BadInput with one Problem a mistake; TOML's own keep their line and
    column.
    """
    problems: list[Problem] = []
    root = Table(_parsed(text), "", problems)
    title = root.wording("title")
    languages = root.texts("languages") or tuple(title) or ("en",)
    scales = _scales(root)
    titles = root.inner(root.take("titles", dict, {}), "titles")
    parts = {
        "background": lambda: [_background(root, scales, titles, languages)],
        "dimension": lambda: [_dimension(table, scales, languages[0]) for table in root.tables("dimension")],
        "overall": lambda: [_overall(root, scales, titles, languages)],
        "section": lambda: [read_section(table, scales, languages[0]) for table in root.tables("section")],
    }
    sections = [section for name in root.data if name in parts for section in parts[name]()]
    questionnaire = Questionnaire(
        key=key,
        title=title,
        introduction=root.wording("introduction", languages[0]),
        languages=languages,
        sections=tuple(sections),
        fieldwork=read_fieldwork(root),
    )
    root.known |= dict.fromkeys(parts)
    titles.known |= dict.fromkeys(_TITLES)
    titles.close()
    root.close()
    return finish(questionnaire, problems)


def _parsed(text: str | bytes) -> dict[str, Any]:
    words = decode_text(text, name="TOML") if isinstance(text, bytes) else text
    if len(words) > LARGEST:
        raise BadInput(
            Problem("", N_("a questionnaire of {length} characters is too long."), "", {"length": len(words)})
        )
    try:
        return tomllib.loads(words)
    except tomllib.TOMLDecodeError as error:
        values = {"error": str(error)}
        cure = N_("Correct the file there and try again.")
        raise BadInput(Problem("", N_("this is not TOML: {error}."), cure, values)) from None
    except (RecursionError, ValueError):  # nested a thousand deep, or a number of ten thousand digits
        raise BadInput(
            Problem("", N_("this file is nested too deeply or has a number that is too long."))
        ) from None


def _scales(root: Table) -> dict[str, tuple[Option, ...]]:
    scales = {}
    every = root.inner(root.take("scale", dict, {}), "scale")
    for name in every.data:
        table = every.inner(every.take(name, dict, {}), name)
        scales[name] = tuple(_step(table, code) for code in table.data)
    return scales


def _step(table: Table, code: str) -> Option:
    """`5 = { en = "Very satisfied" }`: the key is the value and, if not said otherwise, the score."""
    if not _STEP.fullmatch(code):
        table.problem(N_("“{code}” is not a step of a scale."), N_("Use whole numbers, as 5 = …"), code=code)
        code = "0"
    step = table.inner(table.data.get(code, {}), code)
    score = step.take("score", float, float(code))
    scored = step.take("scored", bool, True)
    label = step.languages()
    step.close()
    return Option(int(code), label, score if scored else None)


def _background(root: Table, scales: Scales, titles: Table, languages: tuple[str, ...]) -> Section:
    questions = [
        read_question(table, scales, language=languages[0], role=Role.BACKGROUND)
        for table in root.tables("background")
    ]
    return Section(
        key="background", title=_title("background", titles, languages), questions=tuple(questions)
    )


def _overall(root: Table, scales: Scales, titles: Table, languages: tuple[str, ...]) -> Section:
    table = root.inner(root.take("overall", dict, {}), "overall")
    question = _item(table, _scale(table, scales), Role.OVERALL, languages[0])
    return Section(key="overall", title=_title("overall", titles, languages), questions=(question,))


def _title(name: str, titles: Table, languages: tuple[str, ...]) -> Wording:
    usual = {language: words for language, words in _TITLES[name].items() if language in languages}
    return titles.wording(name, languages[0]) if name in titles else usual


def _dimension(table: Table, scales: Scales, language: str) -> Section:
    scale = _scale(table, scales)
    items = [_item(item, scale, Role.ITEM, language) for item in table.tables("items", "item")]
    key, title = table.needed("key"), table.wording("name", language)
    introduction = table.wording("introduction", language)
    table.close()
    return Section(key=key, title=title, introduction=introduction, questions=tuple(items), dimension=True)


def _scale(table: Table, scales: Scales) -> tuple[Option, ...]:
    """The scale a table names, or the only one there is."""
    if "scale" not in table and len(scales) != 1:
        table.problem(
            N_("the scale is not named."), N_("Add scale = “…” with one of {words}."), words=list(scales)
        )
    only = next(iter(scales.values())) if len(scales) == 1 else ()
    options: tuple[Option, ...] = table.choice("scale", scales, only)
    return options


def _item(table: Table, options: tuple[Option, ...], role: Role, language: str) -> Question:
    """An item carries its wording right in its table: `{ key = "s1", en = "…", zh = "…" }`."""
    question = Question(
        key=table.needed("key"),
        name=table.text("name"),
        kind=Kind.SCALE,
        text=table.wording("text", language) if "text" in table else table.languages(),
        hint=table.wording("hint", language),
        options=options,
        required=table.take("required", bool, True),
        role=role,
        ordered=True,
    )
    table.close()
    return question


def write_toml(questionnaire: Questionnaire) -> str:
    """The questionnaire as TOML text in the general form; `read_toml(write_toml(q), key=q.key) == q`."""
    form = to_dict(questionnaire)
    lines = [
        f"{name} = {_value(form[name])}" for name in ("title", "introduction", "languages") if name in form
    ]
    for name, options in form.get("scales", {}).items():
        lines += ["", f"[scale.{_key(name)}]", *(_step_line(option) for option in options)]
    for section in form.get("sections", ()):
        lines += ["", "[[section]]", *_lines(section)]
        for question in section.get("questions", ()):
            lines += ["", "[[section.question]]", *_lines(question)]
    if "fieldwork" in form:
        lines += ["", "[fieldwork]", *_lines(form["fieldwork"])]
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        if name == "options":
            yield "options = ["
            yield from (f"  {_value(option)}," for option in value)
            yield "]"
        elif name != "questions":
            yield f"{_key(name)} = {_value(value)}"


def _step_line(option: Mapping[str, Any]) -> str:
    step = {name: part for name, part in option.items() if name != "value"}
    if "score" not in step:
        step["scored"] = False
    elif step["score"] == option["value"]:
        del step["score"]
    return f"{option['value']} = {_value(step)}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)

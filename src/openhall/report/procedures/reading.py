"""The data file of `openhall stat` as variables.

With a study file the questionnaire says what the columns mean; without one a column of numbers is numbers, a
column of text is categories in sorted order, and an SPSS file brings its own labels, measure and missing
values.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from openhall.errors import N_, BadInput, Problem
from openhall.language import say
from openhall.report.procedures.data import Data, Variable, table
from openhall.surveys.questionnaire import Kind, Question, Questionnaire, Role

_CHOICES = (Kind.SINGLE, Kind.SCALE)


def read_data(
    path: Path,
    study: Path | None = None,
    *,
    lang: str = "en",
    everything: bool = False,
    wanted: Sequence[str] = (),
) -> Data:
    """The variables of a data file (.csv .tsv .xlsx .sav .parquet); BadInput with the place and the cure.

    With a `study` only valid sheets count, unless `everything`; columns among `wanted` that are no question
    of the study are read as a plain file's.
    """
    if study is not None:
        return _of_study(path, study, lang, everything, wanted)
    if path.suffix.lower() in (".sav", ".zsav"):
        return _of_sav(path)
    return _of_grid(path)


def _of_study(path: Path, study: Path, lang: str, everything: bool, wanted: Sequence[str]) -> Data:
    from openhall.surveys.sheets import read_sheets
    from openhall.surveys.toml_format import read_study
    from openhall.surveys.validity import findings, void

    questionnaire = read_study(study)
    sheets = read_sheets(path, name=path.name, questionnaire=questionnaire, needed=())
    bad = set() if everything else void(findings(questionnaire, sheets))
    keep = [row for row in range(len(sheets)) if row not in bad]
    columns = list(zip(*(sheets.answers[row] for row in keep), strict=True)) or [()] * len(
        questionnaire.questions
    )
    found: dict[str, Variable] = {}
    for question, given in zip(questionnaire, columns, strict=True):
        found |= {variable.key: variable for variable in _of_question(question, given, lang)}
    found |= _dimensions(questionnaire, found, lang)
    names = {question.name: question.key for question in questionnaire if question.name}
    words = {*found, *names, *_groups(questionnaire), *_scales(questionnaire)}
    if any(name not in words for name in wanted):
        plain = _of_grid(path).variables
        found |= {
            key: replace(variable, values=variable.values[keep])
            for key, variable in plain.items()
            if key not in found
        }
    return Data(
        variables=found,
        rows=len(keep),
        names={name: key for name, key in names.items() if name not in found and key in found},
        groups=_groups(questionnaire),
        scales=_scales(questionnaire),
        void=len(bad),
        notes=sheets.notes,
    )


def _scales(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """The items of each dimension."""
    return {
        section.key: tuple(q.key for q in section.questions if q.role is Role.ITEM)
        for section in questionnaire.sections
        if section.dimension
    }


def _groups(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """The options of each multiple choice."""
    return {
        question.key: tuple(f"{question.key}_{option.value}" for option in question.options)
        for question in questionnaire
        if question.kind is Kind.MULTIPLE
    }


def _of_question(question: Question, given: Sequence[Any], lang: str) -> Iterator[Variable]:
    label = say(question.text, lang)
    if question.kind is Kind.MULTIPLE:
        for option in question.options:
            chosen = [math.nan if answer is None else float(option.value in answer) for answer in given]
            yield Variable(
                key=f"{question.key}_{option.value}",
                label=say(option.label, lang),
                values=np.array(chosen, float),
            )
    elif question.kind in _CHOICES:
        yield _choice(question, given, label, lang)
    elif question.kind is Kind.NUMBER:
        numbers = [answer if isinstance(answer, int | float) else math.nan for answer in given]
        yield Variable(key=question.key, label=label, values=np.array(numbers, float))
    else:
        texts = ["" if answer is None else str(answer) for answer in given]
        yield _categories(question.key, label, texts, next(filter(None, texts), ""))


def _choice(question: Question, given: Sequence[Any], label: str, lang: str) -> Variable:
    """Codes of a background, scores of everything that has scores."""
    scored = question.role is not Role.BACKGROUND and any(o.score is not None for o in question.options)
    codes = {
        option.value: (math.nan if option.score is None else option.score) if scored else float(option.value)
        for option in question.options
    }
    kept = [option for option in question.options if not math.isnan(codes[option.value])]
    if scored:
        kept.sort(key=lambda option: -codes[option.value])
    total = sum(question.population)
    return Variable(
        key=question.key,
        label=label,
        values=np.array([codes.get(answer, math.nan) for answer in given], float),
        levels={round(codes[option.value]): say(option.label, lang) for option in kept},
        ordered=scored or question.ordered or question.kind is Kind.SCALE,
        population=tuple(share / total for share in question.population) if total else (),
    )


def _dimensions(
    questionnaire: Questionnaire, found: Mapping[str, Variable], lang: str
) -> dict[str, Variable]:
    """The mean of the items answered, under the dimension's key."""
    made = {}
    for section in questionnaire.sections:
        items = [found[q.key] for q in section.questions if q.role is Role.ITEM and q.key in found]
        if section.dimension and items and section.key not in found:
            values = table(items)
            answered = ~np.isnan(values)
            count = answered.sum(axis=1)
            sums = np.where(answered, values, 0.0).sum(axis=1)
            score = np.where(count > 0, sums / np.maximum(count, 1), np.nan)
            made[section.key] = Variable(key=section.key, label=say(section.title, lang), values=score)
    return made


def _of_grid(path: Path) -> Data:
    from openhall.surveys.grids import read_grid

    grid = read_grid(path, name=path.name)
    found: dict[str, Variable] = {}
    for title, cells in zip(grid.header, grid.columns, strict=True):
        key = title.strip()
        if key in found:
            message = N_("the column {column} stands twice.")
            raise BadInput(Problem("", message, N_("Rename or remove one of them."), {"column": key}))
        if key:
            found[key] = _plain(key, cells)
    return Data(variables=found, rows=len(grid.rows), notes=grid.notes)


def _plain(key: str, cells: Sequence[str]) -> Variable:
    """Numbers where every cell is one, otherwise categories."""
    numbers = np.full(len(cells), math.nan)
    for row, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            continue
        value = _number(text)
        if value is None:
            return _categories(key, key, [cell.strip() for cell in cells], text)
        numbers[row] = value
    return Variable(key=key, label=key, values=numbers)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _categories(key: str, label: str, texts: Sequence[str], first: str) -> Variable:
    """Places of the texts in sorted order, from 1."""
    words = sorted({text for text in texts if text})
    place = {word: float(number) for number, word in enumerate(words, 1)}
    return Variable(
        key=key,
        label=label,
        values=np.array([place.get(text, math.nan) for text in texts], float),
        levels=dict(enumerate(words, 1)),
        text=first,
    )


def _of_sav(path: Path) -> Data:
    """An SPSS file with its labels and measure; its user-missing values are blank."""
    import pyreadstat

    from openhall.surveys.files import read_bytes

    data = read_bytes(path, name=path.name)
    with tempfile.TemporaryDirectory(prefix="openhall-") as folder:
        copy = Path(folder) / "data.sav"
        copy.write_bytes(data)
        try:
            columns, meta = pyreadstat.read_sav(copy, output_format="dict", user_missing=True)
        except Exception:  # pyreadstat raises half a dozen unrelated kinds, its C library's own among them
            cure = N_("Save it again from the program it comes from.")
            message = N_("this is not an SPSS file, or a damaged one.")
            raise BadInput(Problem(N_("File {file}"), message, cure, {"file": path.name})) from None
    found = {key: _of_column(key, list(cells), meta) for key, cells in columns.items()}
    rows = len(next(iter(found.values())).values) if found else 0
    return Data(variables=found, rows=rows)


def _of_column(key: str, cells: Sequence[Any], meta: Any) -> Variable:
    label = meta.column_names_to_labels.get(key) or key
    lost = meta.missing_ranges.get(key, [])
    kept = [None if _lost(cell, lost) else cell for cell in cells]
    if any(isinstance(cell, str) for cell in cells):
        texts = [cell.strip() if isinstance(cell, str) else "" for cell in kept]
        return _categories(key, label, texts, next(filter(None, texts), ""))
    levels = {
        int(code): str(said)
        for code, said in sorted(meta.variable_value_labels.get(key, {}).items())
        if isinstance(code, int | float) and float(code).is_integer() and not _lost(code, lost)
    }
    return Variable(
        key=key,
        label=label,
        values=np.array([float(cell) if isinstance(cell, int | float) else math.nan for cell in kept], float),
        levels=levels,
        ordered=meta.variable_measure.get(key) == "ordinal",
    )


def _lost(cell: Any, ranges: Sequence[Mapping[str, Any]]) -> bool:
    """Is this value declared missing?"""
    return cell is not None and any(
        isinstance(cell, str) == isinstance(limits["lo"], str) and limits["lo"] <= cell <= limits["hi"]
        for limits in ranges
    )

"""A corrected draft becomes what the audit reads; what cannot be read is a fault at its field.

The sentences are said in the reader's language. Nothing is judged here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.desk.audit_draft import MOST_CHARACTERS, Draft, Table
from openhall.desk.audit_kinds import read_as
from openhall.desk.audit_read import PERCENT, plain_grid
from openhall.errors import BadInput, Problem
from openhall.report.audit_cells import Recognised, split
from openhall.report.audit_recognise import key_of, published_from
from openhall.stats.audit import read_published
from openhall.stats.audit.printed import printed
from openhall.stats.audit.published import Published
from openhall.stats.audit.taking import BLANKS

KINDS = {
    "counts": _("Counts (and percentages)"),
    "test": _("Chi-square tests"),
    "alpha": _("Reliability (alpha)"),
    "means": _("Means of items and dimensions"),
    "anova": _("Analysis of variance"),
    "": _("Leave this table out"),
}
NEEDED = {
    "counts": _(
        "Put the groups in the first column, the answers in the first row and whole numbers below them."
    ),
    "test": _("Head one column “χ²” and one “p”, and one “df” where that is printed."),
    "alpha": _("Head the column of the coefficients “Alpha”."),
    "means": _("Head a column “Mean”, with the items’ means and then their mean in each row."),
    "anova": _("Give each factor two columns, headed “F” and “p”, with the factor’s name above them."),
}
TESTS = ("test", "anova")  # for which a number of people may be given
_SIZE = re.compile(
    r"(?P<label>.*?\S)\s*(?P<figure>\d[\d.]*\s*%?)(?:\s*[(（]\s*(?P<percent>[\d.]+)\s*%?\s*[)）])?"
)
_WHERE = re.compile(r"(\w+)\[(\d+)\]")


@dataclass(frozen=True)
class Fault:
    """One sentence, and the id of the field it is about."""

    text: str
    field: str

    @property
    def href(self) -> str:
        return f"#{self.field}"


def read(draft: Draft) -> tuple[Published | None, list[Fault]]:
    """What is to be audited, or the faults that stand in the way."""
    if draft.published:
        try:
            return read_published(draft.published, draft.name), []
        except BadInput as error:
            return None, [Fault(line, "main") for line in error.lines(gettext)]
    faults: list[Fault] = []
    more = _facts(draft, faults)
    found = [_table(table, number, faults) for number, table in enumerate(draft.tables)]
    _keys(draft, faults)
    known = [(number, one) for number, one in enumerate(found) if one]
    if not faults and not known and "text" not in more:
        message = gettext(
            "There is nothing to check yet. Say what at least one table is, or add sentences with tests."
        )
        faults.append(Fault(message, "kind-0" if draft.tables else "text"))
    if faults:
        return None, faults
    _groups(draft, [one for _, one in known], more, faults)
    return (None, faults) if faults else _published(draft, known, more)


def _published(
    draft: Draft, known: list[tuple[int, Recognised]], more: dict[str, Any]
) -> tuple[Published | None, list[Fault]]:
    try:
        return published_from([one for _, one in known], draft.name or gettext("Untitled report"), **more), []
    except BadInput as error:
        return None, [_fault_of(problem, known, draft) for problem in error.problems]


def _fault_of(problem: Problem, known: list[tuple[int, Recognised]], draft: Draft) -> Fault:
    """A problem of the format led back to the table it came from."""
    match = _WHERE.match(str(problem.values.get("where", "")))
    if not match:
        return Fault(problem.say(gettext), "text")
    numbers = [number for number, one in known if one.kind == match[1] for _table in one.tables]
    number = numbers[min(int(match[2]), len(numbers)) - 1]
    said = Problem(name_of(draft.tables[number], number), problem.message, problem.cure, problem.values)
    return Fault(said.say(lambda text: text if text == said.place else gettext(text)), f"caption-{number}")


def name_of(table: Table, number: int) -> str:
    """What to call a table in a sentence, safe as a template."""
    shown = table.caption if len(table.caption) < 60 else f"{table.caption[:57]}…"
    name = shown or gettext("Table %(number)s of those read") % {"number": number + 1}
    return name.replace("{", "(").replace("}", ")")


def _facts(draft: Draft, faults: list[Fault]) -> dict[str, Any]:
    """N, the scale and the sentences."""
    more: dict[str, Any] = {"title": draft.name} if draft.name else {}
    if draft.n:
        if _whole(draft.n):
            more["n"] = draft.n
        else:
            faults.append(Fault(gettext("The number of people must be a whole number above 0."), "n"))
    if draft.low or draft.high:
        ends = [_value(draft.low), _value(draft.high)]
        if None in ends or ends[0] >= ends[1]:  # type: ignore[operator]
            faults.append(
                Fault(gettext("The scale needs two numbers, the smaller first, such as 1 and 5."), "low")
            )
        else:
            more["scale"] = [draft.low, draft.high]
    if draft.text:
        more["text"] = [{"place": "text", "text": draft.text}]
    if len(draft.text) + sum(len(table.lines) for table in draft.tables) > MOST_CHARACTERS:
        message = gettext(
            "This is more than one page can carry. Leave out tables, or check them in two parts."
        )
        faults.append(Fault(message, "text"))
    return more


def _value(text: str) -> float | None:
    try:
        return printed(text).value
    except ValueError:
        return None


def _whole(text: str) -> bool:
    value = _value(text)
    return value is not None and value > 0 and value == int(value) and printed(text).relation == "="


def _table(table: Table, number: int, faults: list[Fault]) -> Recognised | None:
    if not table.kind:
        return None
    before = len(faults)
    faults.extend(_cells(table, number))
    if table.n and table.kind in TESTS and not _whole(table.n):
        message = gettext("%(table)s: the number of people must be a whole number above 0.")
        faults.append(Fault(message % {"table": name_of(table, number)}, f"n-{number}"))
    if len(faults) > before:
        return None
    grid = plain_grid(table.rows, table.caption)
    found = read_as(table.kind, grid, number + 1) if grid else None
    if not found:
        message = gettext("%(table)s cannot be read as “%(kind)s”. %(cure)s") % {
            "table": name_of(table, number),
            "kind": KINDS[table.kind],
            "cure": NEEDED[table.kind],
        }
        faults.append(Fault(message, f"kind-{number}"))
        return None
    return _with_facts(found, table)


def key(table: Table, number: int) -> str:
    """The number printed in the caption; where there is none, its place among those read."""
    return key_of(table.caption) or f"#{number + 1}"


def _with_facts(found: Recognised, table: Table) -> Recognised:
    more: dict[str, Any] = {}
    if found.kind == "counts" and table.answers:
        more = {"column_variable": table.answers}
    elif found.kind in TESTS and table.n:
        more = {"n": table.n}
    return replace(found, tables=tuple({**one, **more} for one in found.tables))


def _cells(table: Table, number: int) -> list[Fault]:
    """Cells that are no figure in a column that otherwise holds figures."""
    first = next((i for i, row in enumerate(table.rows) if i and any(_figure(cell) for cell in row[1:])), 1)
    message = gettext(
        "%(table)s, row %(row)s, column %(column)s: “%(cell)s” is no figure. Correct it or leave it empty."
    )
    faults = []
    for j in range(1, table.size[1]):
        filled = [(i, row[j]) for i, row in enumerate(table.rows) if i >= first and row[j] not in BLANKS]
        wrong = [(i, cell) for i, cell in filled if not _figure(cell, table.kind)]
        if len(wrong) == len(filled):  # a column of words
            continue
        for i, cell in wrong if len(wrong) * 2 <= len(filled) else []:
            values = {"table": name_of(table, number), "row": i + 1, "column": letter(j), "cell": cell[:40]}
            faults.append(Fault(message % values, f"c-{number}-{i}-{j}"))
    return faults


def _figure(cell: str, kind: str = "") -> bool:
    """A figure, a count with its percentage, or in tables of means several figures in a row."""
    parts = re.split(r"[、/,;，；\s]+", cell) if kind == "means" else [split(cell)[0] or split(cell)[1]]
    return (
        _value(cell) is not None
        or bool(PERCENT.fullmatch(cell))
        or all(_value(part) is not None for part in parts)
    )


def letter(place: int) -> str:
    """A column as spreadsheets call it.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    head = letter(place // 26 - 1) if place > 25 else ""
    return head + chr(65 + place % 26)


def _keys(draft: Draft, faults: list[Fault]) -> None:
    """Two tables of counts with one number would be taken for one."""
    seen: set[str] = set()
    message = gettext("%(table)s: another table has the number %(number)s. Give each its own.")
    for number, table in enumerate(draft.tables):
        if table.kind != "counts":
            continue
        one = key(table, number)
        if one in seen:
            values = {"table": name_of(table, number), "number": one}
            faults.append(Fault(message % values, f"caption-{number}"))
        seen.add(one)


def _groups(draft: Draft, found: list[Recognised], more: dict[str, Any], faults: list[Fault]) -> None:
    """Group sizes as the text gives them: `Gender: men 74, women 76`, a line a variable."""
    variables = {
        str(table.get("row_variable", "")).casefold(): table for one in found for table in one.tables
    }
    message = gettext("Sizes of groups, line %(line)s: write it as “Gender: men 74, women 76”.")
    samples, many = [], {}
    for number, line in enumerate(draft.groups.splitlines(), 1):
        if not line.strip():
            continue
        variable, _colon, rest = line.replace("：", ":").partition(":")
        parts = [
            _SIZE.fullmatch(part.strip()[:200]) for part in re.split(r"[,;，；、]", rest) if part.strip()
        ]
        if not parts or None in parts or not variable.strip():
            faults.append(Fault(message % {"line": number}, "groups"))
            continue
        sample = _sample(variable.strip(), parts, variables)  # type: ignore[arg-type]
        samples.append(sample)
        many[variable.strip().casefold()] = len(parts)
    if samples:
        more["sample"] = samples
    for one in found:
        for table in one.tables if one.kind == "anova" else ():
            sizes = [
                many.get(factor.casefold(), _rows(variables.get(factor.casefold())))
                for factor in table["factors"]
            ]
            if any(factor.casefold() in many for factor in table["factors"]):
                table["groups"] = sizes


def _rows(table: dict[str, Any] | None) -> int | str:
    return len(table["row"]) if table else ""


def _sample(variable: str, parts: list[re.Match[str]], variables: dict[str, Any]) -> dict[str, Any]:
    table = variables.get(variable.casefold())
    shares = [part["figure"].strip().endswith("%") for part in parts]
    sizes = ["" if share else part["figure"].strip() for part, share in zip(parts, shares, strict=True)]
    percents = [
        part["figure"].rstrip("% ") if share else part["percent"] or ""
        for part, share in zip(parts, shares, strict=True)
    ]
    return {
        "place": "sample",
        "row": variable,
        "variable": table["row_variable"] if table else variable,
        "labels": [part["label"].strip() for part in parts],
        **({"sizes": sizes} if any(sizes) else {}),
        **({"percents": percents} if any(percents) else {}),
    }

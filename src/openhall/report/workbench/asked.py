"""What a person asks the workbench, as its address says it, and which procedures fit the variables chosen.

    rows=q1&columns=s16&where=office:3&where=office:4&day.from=2024-03-01&how=crosstab

Answers to one variable widen (office 3 or 4), variables narrow (and from 1 March on). An address carries codes, never
anything about a person.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from urllib.parse import urlencode

from openhall.engines.columns import day_number, day_of
from openhall.errors import N_, BadInput, Problem
from openhall.report.workbench.variables import GROUPING, MEASURED, Kind, Variable
from openhall.stats.axes import Between, Code, Coded, Condition, Day, In, Number, Where

# Every procedure and how it is called where one is chosen.
METHODS = {
    "frequencies": N_("Frequencies"),
    "descriptives": N_("Mean and spread"),
    "reliability": N_("Reliability"),
    "oneway": N_("Means"),
    "crosstab": N_("Cross table"),
    "kruskal": N_("Ranks (Kruskal–Wallis)"),
    "ttest": N_("t test"),
    "mannwhitney": N_("Mann–Whitney test"),
    "pearson": N_("Correlation (Pearson)"),
    "spearman": N_("Rank correlation (Spearman)"),
    "kendall": N_("Rank correlation (Kendall)"),
    "paired": N_("Paired t test"),
    "wilcoxon": N_("Wilcoxon test"),
    "regression": N_("Regression"),
}
PLACES = {"rows": N_("Variable"), "columns": N_("Against")}  # as the page calls what an address names
FROM, TO = ".from", ".to"  # what ends the names of the limits of a day or number
FARTHEST = Decimal(10**12)  # no answer is beyond it
SEVERAL_ALONE = N_("the answers to “{name}” can be several, so it is shown alone.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One condition: `values` of a choice, or limits of a day or number in the axis's own whole numbers."""

    variable: Variable
    values: tuple[Code, ...] = ()
    low: int | None = None
    high: int | None = None

    @property
    def condition(self) -> Condition:
        axis = self.variable.axes[0]
        if isinstance(axis, Coded):
            return In(axis, self.values)
        assert isinstance(axis, Number | Day)
        return Between(axis, self.low, self.high)

    def said(self, number: int | None) -> str:
        """A limit as the address writes it."""
        return "" if number is None else _written(self.variable, number)

    def parts(self) -> list[tuple[str, str]]:
        """The condition as names and values of an address."""
        limits = ((FROM, self.low), (TO, self.high))
        return [("where", f"{self.variable.key}:{value}") for value in self.values] + [
            (f"{self.variable.key}{end}", self.said(limit)) for end, limit in limits if limit is not None
        ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The whole question. `how` is a procedure that fits; `twice`: the same variable was chosen for both."""

    rows: Variable | None = None
    columns: Variable | None = None
    how: str = ""
    chosen: tuple[Chosen, ...] = ()
    twice: bool = False

    @property
    def where(self) -> Where:
        return tuple(one.condition for one in self.chosen)

    @property
    def fitting(self) -> tuple[str, ...]:
        """The procedures to choose from, the usual one first."""
        return fitting(self.rows, self.columns) if self.rows else ()

    def address(self) -> str:
        """The question as the part of an address after its question mark; what is as usual is left out."""
        pairs = [(name, one.key) for name, one in (("rows", self.rows), ("columns", self.columns)) if one]
        if self.how and self.how != self.fitting[0]:
            pairs.append(("how", self.how))
        return urlencode(pairs + [part for one in self.chosen for part in one.parts()], safe=":")

    def without(self, variable: Variable | None = None, value: Code | None = None) -> Wanted:
        """The same without the conditions on a variable, or without one answer of it; without any of None."""
        kept = []
        for one in self.chosen:
            if variable is not None and one.variable.key != variable.key:
                kept.append(one)
            elif variable is not None and value is not None and one.values != (value,):
                kept.append(replace(one, values=tuple(other for other in one.values if other != value)))
        return replace(self, chosen=tuple(kept))


def wanted(given: Mapping[str, Sequence[str]], variables: Sequence[Variable]) -> Wanted:
    """What an address asks for; BadInput with what is known for every name that is not."""
    by_key = {variable.key: variable for variable in variables}
    problems: list[Problem] = []
    rows, columns = (_variable(given, name, by_key, problems) for name in ("rows", "columns"))
    if rows is None:
        rows, columns = columns, None
    chosen = _chosen(given, by_key, problems)
    how = _first(given, "how")
    if how and how not in METHODS:
        problems.append(_unknown(N_("Procedure"), N_("there is no procedure {name}."), how, list(METHODS)))
    twice = rows is not None and columns is not None and rows.key == columns.key
    if rows and columns and not twice:
        several = [one.key for one in (rows, columns) if one.kind is Kind.SEVERAL]
        if several:
            cure = N_("Choose one of its answers instead.")
            problems.append(Problem("", SEVERAL_ALONE, cure, {"name": several[0]}))
    if problems:
        raise BadInput(N_("This address asks for something the data do not have."), problems=problems)
    found = Wanted(rows, None if twice else columns, "", chosen, twice)
    return replace(found, how=how if how in found.fitting else "".join(found.fitting[:1]))


def fitting(rows: Variable, columns: Variable | None) -> tuple[str, ...]:
    """The procedures that fit one or two variables, the usual one first. Backgrounds make the groups, whichever
    side they were chosen on."""
    if columns is None:
        return _of_one(rows)
    grouping = [one for one in (rows, columns) if one.kind in GROUPING]
    if len(grouping) == 2:
        return ("crosstab",)
    if grouping:
        other = columns if grouping[0] is rows else rows
        two = ("ttest", "mannwhitney") if len(grouping[0].levels) == 2 else ()
        cross = ("crosstab",) if other.kind is Kind.ITEM else ()
        return ("oneway", *cross, "kruskal", *two)
    items = [one.kind is Kind.ITEM for one in (rows, columns)]
    numbers = Kind.NUMBER in (rows.kind, columns.kind)
    same = () if numbers else ("paired", "wilcoxon")  # on one scale
    related = ("pearson", "spearman", "kendall")
    if all(items):
        return ("crosstab", "spearman", "kendall", "pearson", *same)
    return (*related, "regression", *same, *(("oneway", "kruskal") if any(items) else ()))


def _of_one(variable: Variable) -> tuple[str, ...]:
    if variable.kind is Kind.ITEM:
        return ("frequencies", "descriptives")
    if variable.kind is Kind.SCORE and len(variable.parts) > 1:
        return ("reliability", "descriptives")
    return ("descriptives",) if variable.kind in MEASURED else ("frequencies",)


def roles(rows: Variable, columns: Variable) -> tuple[Variable, Variable]:
    """Factor and dependent: what makes groups, and what is measured in them."""
    if rows.kind in GROUPING:
        return rows, columns
    if columns.kind in GROUPING or (columns.kind is Kind.ITEM and rows.kind is not Kind.ITEM):
        return columns, rows
    return rows, columns


def _first(given: Mapping[str, Sequence[str]], name: str) -> str:
    return next((text.strip() for text in given.get(name, ()) if text.strip()), "")


def _variable(
    given: Mapping[str, Sequence[str]], name: str, by_key: Mapping[str, Variable], problems: list[Problem]
) -> Variable | None:
    key = _first(given, name)
    if key and key not in by_key:
        problems.append(_unknown(PLACES[name], N_("there is no variable {name}."), key, list(by_key)))
    return by_key.get(key)


def _unknown(place: str, message: str, name: str, known: Sequence[str]) -> Problem:
    near = difflib.get_close_matches(name, known, 1, 0.6)
    cure = N_("Did you mean “{near}”?") if near else N_("Known are: {known}.")
    return Problem(
        place, message, cure, {"name": name[:40], "near": "".join(near), "known": list(known)[:60]}
    )


def _chosen(
    given: Mapping[str, Sequence[str]], by_key: Mapping[str, Variable], problems: list[Problem]
) -> tuple[Chosen, ...]:
    """The conditions, in the order of the variables."""
    values: dict[str, list[Code]] = {}
    for text in given.get("where", ()):
        key, _, code = text.partition(":")
        variable = by_key.get(key)
        if variable is None or not isinstance(variable.axes[0], Coded):
            known = [one.key for one in by_key.values() if isinstance(one.axes[0], Coded)]
            problems.append(
                _unknown(N_("Of whom"), N_("there is no variable {name} to filter by."), key, known)
            )
            continue
        codes = {str(level.value): level.value for level in variable.levels}
        if code not in codes:
            problems.append(_unknown(key, N_("there is no answer {name}."), code, list(codes)))
        elif codes[code] not in values.setdefault(key, []):
            values[key].append(codes[code])
    found = [Chosen(by_key[key], tuple(_in_order(by_key[key], codes))) for key, codes in values.items()]
    for variable in by_key.values():
        if isinstance(variable.axes[0], Day | Number):
            low, high = (_limit(given, variable, end, problems) for end in (FROM, TO))
            if low is not None or high is not None:
                found.append(Chosen(variable, (), low, high))
    order = list(by_key)
    return tuple(sorted(found, key=lambda one: order.index(one.variable.key)))


def _in_order(variable: Variable, codes: Sequence[Code]) -> list[Code]:
    return [level.value for level in variable.levels if level.value in codes]


def _limit(
    given: Mapping[str, Sequence[str]], variable: Variable, end: str, problems: list[Problem]
) -> int | None:
    text = _first(given, f"{variable.key}{end}")
    if not text:
        return None
    axis = variable.axes[0]
    try:
        if isinstance(axis, Day):
            return day_number(text)
        return _number(text, _decimals(variable), ROUND_CEILING if end == FROM else ROUND_FLOOR)
    except (ValueError, OverflowError, InvalidOperation):
        message = N_("“{text}” is not a date.") if isinstance(axis, Day) else N_("“{text}” is not a number.")
        cure = N_("For example: {example}.")
        example = date(2024, 3, 31).isoformat() if isinstance(axis, Day) else "42"
        place = N_("{key} from") if end == FROM else N_("{key} up to")
        values = {"key": variable.key, "text": text[:40], "example": example}
        problems.append(Problem(place, message, cure, values))
        return None


def _number(text: str, decimals: int, rounding: str) -> int:
    """A limit in the axis's own whole numbers, inwards where it lies between two of them. InvalidOperation where it is
    no number."""
    number = min(max(Decimal(text), -FARTHEST), FARTHEST)
    return int(number.scaleb(decimals).to_integral_value(rounding))


def _decimals(variable: Variable) -> int:
    axis = variable.axes[0]
    return axis.decimals if isinstance(axis, Number) else 0


def _written(variable: Variable, number: int) -> str:
    if isinstance(variable.axes[0], Day):
        return day_of(number).isoformat()
    written = f"{Decimal(number).scaleb(-_decimals(variable)):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written

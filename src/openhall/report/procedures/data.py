"""What a procedure reads: variables, numbers or categories with labels, found by their names. Files are read
in `reading`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openhall.errors import N_, BadInput, Problem
from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Column
from openhall.stats.raking import COSTLY, Raking, design_effect
from openhall.stats.study import Factor, Level

MOST_GROUPS = 100  # of a factor; more are no groups but measured values


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One column of numbers, nan where there is no value. `levels`: labels of codes in order of display;
    `text` is the first text of a column of text, whose numbers are only the places of sorted texts. `title`: how
    tables call it, where not by key and label."""

    key: str
    label: str
    values: Column
    levels: Mapping[int, str] = field(default_factory=dict)
    ordered: bool = False
    text: str = ""
    population: tuple[float, ...] = ()
    title: str = ""

    def codes(self) -> tuple[int, ...]:
        """The codes in order of display: the known ones, and after them what else occurs. A fraction raises
        BadInput."""
        from openhall.stats.frequencies import codes_found

        try:
            found = codes_found(self.values)
        except BadInput as error:
            raise BadInput(N_("{column} has no codes."), problems=error.problems, column=self.key) from None
        return (*self.levels, *(code for code in found if code not in self.levels))

    def level(self, code: int) -> str:
        return self.levels.get(code, str(code))

    def factor(self) -> Factor:
        """The same as cautions and sentences name it."""
        levels = tuple(Level(code, {"en": self.level(code)}) for code in self.codes())
        return Factor(key=self.key, name=self.key, label={"en": self.label}, levels=levels)

    def numbers(self) -> Column:
        """The values as measured; BadInput for a column of text."""
        if self.text:
            values = {"column": self.key, "text": self.text[:40]}
            message = N_("“{text}” is no number, so the column cannot be measured.")
            raise BadInput(
                Problem(N_("Column {column}"), message, N_("Use frequencies or crosstab."), values)
            )
        return self.values


@dataclass(frozen=True)
class Sampling:
    """Survey weights, one a row, and how they were raked, if they were."""

    weights: Column
    raking: Raking | None = None

    @cached_property
    def n(self) -> int:
        """Cases with a weight above 0."""
        return int((self.weights > 0).sum())

    @cached_property
    def design_effect(self) -> float:
        """Kish's, of the cases that count."""
        return design_effect(self.weights[self.weights > 0])

    @property
    def effective_n(self) -> float:
        return self.n / self.design_effect

    @property
    def cautions(self) -> tuple[Caution, ...]:
        if self.raking is not None:
            return self.raking.cautions
        if not self.design_effect > COSTLY:
            return ()
        values = {"deff": self.design_effect, "n": self.n, "effective": self.effective_n}
        return (Caution(Code.UNEQUAL_WEIGHTS, values),)


@dataclass(frozen=True, kw_only=True)
class Data:
    """All variables of a file. `names`: other words for them; `groups`: words for several together, of which
    a `scales` one stands for its own score except where items are asked for.

    `void`: sheets that were left out because they do not count. `weights`: how many cases each row stands
    for; None without a column of weights and where `sampling` has survey weights.
    """

    variables: Mapping[str, Variable]
    rows: int
    names: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    void: int = 0
    notes: tuple[Problem, ...] = ()
    weight: str = ""
    sampling: Sampling | None = None

    @property
    def weights(self) -> Column | None:
        frequency = self.weight and self.sampling is None
        return self.variables[self.weight].numbers() if frequency else None

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many cases each row is: its frequency weight, or with survey weights 1 where it counts."""
        from openhall.stats.counting import frequency_weights

        if self.sampling is not None:
            return (self.sampling.weights > 0).astype(np.int64)
        return frequency_weights(self.weights, self.rows)

    def one(self, name: str) -> Variable:
        """The variable called so, in capitals or not; BadInput with the nearest name."""
        key = self.names.get(name, name)
        if key not in self.variables:
            same = [other for other in self.variables if other.casefold() == name.casefold()]
            if len(same) != 1:
                raise self._unknown(name)
            key = same[0]
        return self.variables[key]

    def several(self, names: Iterable[str], *, items: bool = False) -> list[Variable]:
        """The variables called so, each once, a word for several standing for its members."""
        keys: dict[str, None] = {}
        words = {**self.groups, **self.scales} if items else self.groups
        for name in names:
            for member in words.get(name, (name,)):
                keys[self.one(member).key] = None
        return [self.variables[key] for key in keys]

    def _unknown(self, name: str) -> BadInput:
        known = [*self.variables, *self.names, *self.groups]
        near = difflib.get_close_matches(name, known, 1, 0.5)
        cure = N_("Did you mean “{near}”?") if near else N_("Known are: {known}.")
        values = {
            "column": name,
            "near": near[0] if near else "",
            "known": list(self.variables)[:40],
        }
        return BadInput(Problem("", N_("the data have no column {column}."), cure, values))

    def blanked(self, names: Sequence[str], rule: str) -> Data:
        """The same with the values of these variables blank that `rule` names (`9, 97 THRU 99`)."""
        from openhall.stats.missing import Missing, blank

        found, changed = Missing.parse(rule), dict(self.variables)
        for variable in self.several(names):
            levels = {
                code: label
                for code, label in variable.levels.items()
                if not bool(found.holds(np.array([code]))[0])
            }
            values = blank(variable.values, found)
            changed[variable.key] = replace(variable, values=values, levels=levels)
        return replace(self, variables=changed)

    def complete(self, variables: Sequence[Variable]) -> tuple[int, int]:
        """Cases with a value in each of these variables, and cases without; by frequency weights."""
        whole, times = ~np.isnan(table(variables)).any(axis=1), self.counts
        return int(times[whole].sum()), int(times[~whole].sum())


def table(variables: Sequence[Variable]) -> NDArray[np.float64]:
    """The values of several variables, cases × variables."""
    return np.column_stack([variable.values for variable in variables])

"""Answers that are codes for no answer: user-missing values and ranges (SPSS MISSING VALUES), and which cases
are complete. The data keep their codes; a procedure is given the column without them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf, isnan

import numpy as np
from numpy.typing import NDArray

from openhall.errors import N_, BadInput, Problem
from openhall.stats.counting import Column, Weights, finite, frequency_weights

MOST = 3  # user-missing values a variable may have; one beside a range
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
RANGE = re.compile(rf"(LOWEST|LO|{NUMBER})\s+(?:THRU|TO)\s+(HIGHEST|HI|{NUMBER})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Missing:
    """Which codes mean no answer: up to three `values`, or a range `low` to `high` and up to one value.

    Ends belong to the range; -inf is SPSS's LO, inf its HI. More than SPSS allows raises BadInput, because
    such a rule could not be written into a .sav file.

    >>> Missing((9.0,), low=97, high=float("inf")).holds(np.array([9, 5, 97, 120])).tolist()
    [True, False, True, True]
    """

    values: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        ranged = self.low is not None or self.high is not None
        if ranged and (self.low is None or self.high is None or not self.low <= self.high):
            raise BadInput(N_("A range of missing values needs a lower end that is not above its upper end."))
        if any(isnan(value) or abs(value) == inf for value in self.values):
            raise BadInput(N_("A missing value must be a finite number."))
        if len(self.values) > (1 if ranged else MOST):
            raise BadInput(N_("Use up to three missing values, or a range and one value beside it."))

    @classmethod
    def parse(cls, text: str) -> Missing:
        """A rule as SPSS writes it: values with commas or blanks between, ranges with THRU, LO and HI.

        >>> Missing.parse("9, 97 THRU HI")
        Missing(values=(9.0,), low=97.0, high=inf)
        """
        low = high = None
        if found := RANGE.search(text):
            low = -inf if found[1].upper().startswith("LO") else float(found[1])
            high = inf if found[2].upper().startswith("HI") else float(found[2])
        rest = RANGE.sub(" ", text, count=1)
        words = [word for word in re.split(r"[\s,;]+", rest) if word]
        if bad := [word for word in words if not re.fullmatch(NUMBER, word)]:
            raise BadInput(
                Problem(
                    "",
                    N_("“{word}” is neither a missing value nor a range."),
                    N_("Write values such as 8, 9 or a range such as 97 THRU 99."),
                    {"word": bad[0]},
                )
            )
        return cls(tuple(float(word) for word in words), low, high)

    def holds(self, values: Column) -> NDArray[np.bool_]:
        """Where `values` are user-missing; False where they are nan already."""
        column = np.asarray(values, dtype=np.float64)
        found = np.isin(column, self.values)
        if self.low is not None and self.high is not None:
            found |= (column >= self.low) & (column <= self.high)
        return found


@dataclass(frozen=True, slots=True)
class MissingCounts:
    """Cases with a valid value, without any (`system`), and with each user-missing code (value, cases)."""

    valid: int
    system: int
    user: tuple[tuple[float, int], ...]

    @property
    def n(self) -> int:
        return self.valid + self.missing

    @property
    def missing(self) -> int:
        return self.system + sum(n for _, n in self.user)


def blank(values: Column, rule: Missing | None) -> Column:
    """`values` with nan in place of every user-missing code.

    >>> blank(np.array([5, 9, 3]), Missing((9.0,))).tolist()
    [5.0, nan, 3.0]
    """
    column = np.asarray(values, dtype=np.float64)
    return column if rule is None else np.where(rule.holds(column), np.nan, column)


def missing_counts(values: Column, rule: Missing | None = None, *, weights: Weights = None) -> MissingCounts:
    """How many answers are valid, blank, or a code for no answer, code by code ascending.

    >>> missing_counts(np.array([1, 9, 9, 98, np.nan]), Missing.parse("9, 97 THRU 99"))
    MissingCounts(valid=1, system=1, user=((9.0, 2), (98.0, 1)))
    """
    column, times = finite(values), frequency_weights(weights, len(values))
    column = column[times > 0]
    times = times[times > 0]
    user = (rule or Missing()).holds(column)
    system = np.isnan(column)
    codes = ((float(code), int(times[user & (column == code)].sum())) for code in np.unique(column[user]))
    return MissingCounts(int(times[~user & ~system].sum()), int(times[system].sum()), tuple(codes))


def complete(items: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Cases of `items` (cases × columns) without a missing value: those a listwise analysis keeps.

    >>> complete(np.array([[1, 2], [np.nan, 2]])).tolist()
    [True, False]
    """
    return np.asarray(~np.isnan(finite(items)).any(axis=1))

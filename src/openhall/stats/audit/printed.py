"""A figure as it was printed: its digits, so that what it may have been before rounding is known.

Every rule of the audit works on these intervals. They are closed at both ends, so rounding halves up, to
even or away from zero all count as right.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from math import inf

SLACK = 1e-9
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,2}")
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "．": ".", "。": "."})


@cache
def _unit(places: int) -> float:
    return float(Decimal(1).scaleb(-places))


class Fit(Enum):
    """How a printed figure agrees with the value it should have had."""

    ROUNDED = "rounded"
    CUT_OFF = "cut_off"  # digits dropped without rounding
    NEAR = "near"  # off by less than one unit of the last digit: rounded twice, or adjusted to add up
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Printed:
    """`value` with `places` decimals as `text` shows it; `relation` is "=", "<" or ">"."""

    text: str
    value: float
    places: int
    relation: str = "="

    @property
    def unit(self) -> float:
        """One in the last printed digit."""
        return _unit(self.places)

    @property
    def low(self) -> float:
        """The least value that is printed so."""
        if self.relation == "=":
            return self.value - self.unit / 2
        return -inf if self.relation == "<" else self.value

    @property
    def high(self) -> float:
        """The largest value that is printed so."""
        if self.relation == "=":
            return self.value + self.unit / 2
        return inf if self.relation == ">" else self.value

    @property
    def is_whole(self) -> bool:
        return self.places <= 0

    def fit(self, low: float, high: float | None = None) -> Fit:
        """How the figure agrees with a true value between `low` and `high`.

        >>> [printed(text).fit(53.47).value for text in ("53.5", "53.4", "54", "55")]
        ['rounded', 'cut_off', 'near', 'not']
        """
        top = low if high is None else high
        if meets(self.low, self.high, low, top):
            return Fit.ROUNDED
        if self.relation != "=":
            return Fit.NOT
        outward = self.value + (self.unit if self.value >= 0 else -self.unit)
        if meets(min(self.value, outward), max(self.value, outward), low, top):
            return Fit.CUT_OFF
        near = meets(self.value - self.unit, self.value + self.unit, low, top)
        return Fit.NEAR if near else Fit.NOT

    def fits(self, low: float, high: float | None = None) -> bool:
        """Does rounding explain it?"""
        return self.fit(low, high) is Fit.ROUNDED


def meets(low: float, high: float, other_low: float, other_high: float) -> bool:
    """Do two closed intervals meet, but for the error of floating point?"""
    slack = SLACK * max(1.0, *(abs(end) for end in (low, high, other_low, other_high) if abs(end) < inf))
    return low <= other_high + slack and other_low <= high + slack


def printed(text: str | int) -> Printed:
    """Read a figure with its digits. ValueError where there is none.

    >>> printed("0.60").places, printed("< .001").relation, printed("12.5%").value, printed("−2,345").value
    (2, '<', 12.5, -2345.0)
    """
    shown = str(text).strip()
    plain = unicodedata.normalize("NFKC", shown.translate(_MINUS)).replace(" ", "").rstrip("%*†‡")
    plain = plain.translate(_MINUS)
    relation = "="
    if plain[:1] in "<>≤≥=":
        relation = {"≤": "<", "≥": ">"}.get(plain[:1], plain[:1] or "=")
        plain = plain[1:].removeprefix("=")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    try:
        exact = Decimal(plain)
    except InvalidOperation:
        raise ValueError(shown) from None
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > 30 or abs(exact) > Decimal(10) ** 15:
        raise ValueError(shown)
    return Printed(shown, float(exact), -exponent, relation)

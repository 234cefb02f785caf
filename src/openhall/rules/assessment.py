"""Indicators of departments and staff, with what is counted above and below the line, and honest comparison: no rank
without ten cases, no difference where chance explains it. Nothing here reads the record. Seed 3.2.5, 5.3.3; row C7.

Interval of a share: Wilson (1927); of a difference of two: Newcombe (1998), Statistics in Medicine 17, 873–890,
method 10, built from the two Wilson intervals.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import Generic, TypeVar

from openhall.errors import N_, Word
from openhall.rules.suggestion import Reason

ENOUGH = 10  # cases below which a share is shown and never ranked
CONFIDENCE = 0.95
Key = TypeVar("Key", bound=Hashable)


class Better(StrEnum):
    """Which way an indicator is good."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share of two counts; `above` and `below` say in a sentence's part what is counted over and under the line."""

    key: str
    name: str
    above: str
    below: str
    better: Better = Better.HIGHER


_LOWER = Better.LOWER
INDICATORS: dict[str, Indicator] = {
    one.key: one
    for one in (
        Indicator(
            "response_rate",
            N_("Response rate"),
            N_("requests whose citizen was contacted first within the time set"),
            N_("requests whose time of first contact has ended"),
        ),
        Indicator(
            "on_time_rate",
            N_("On-time rate"),
            N_("requests closed within the time set"),
            N_("requests that are closed, or open past their time"),
        ),
        Indicator(
            "resolution_rate",
            N_("Resolution rate"),
            N_("requests closed as resolved and not reopened since"),
            N_("closed requests, without those that were not ours, duplicate, withdrawn or screened out"),
        ),
        Indicator(
            "satisfaction_rate",
            N_("Satisfaction rate"),
            N_("ratings of the three upper levels of five"),
            N_("ratings given by citizens, without those whose appeal was upheld"),
        ),
        Indicator(
            "return_rate",
            N_("Return rate"),
            N_("dispatched requests the department sent back"),
            N_("requests dispatched to the department"),
            _LOWER,
        ),
        Indicator(
            "reopen_rate",
            N_("Reopening rate"),
            N_("closed requests the citizen opened again"),
            N_("closed requests"),
            _LOWER,
        ),
        Indicator(
            "rectified_rate",
            N_("Rectification rate"),
            N_("bad ratings put right or explained within the time set"),
            N_("bad ratings whose time has ended or that are settled, without those whose appeal was upheld"),
        ),
        Indicator(
            "order_answered_rate",
            N_("Supervision orders answered"),
            N_("supervision orders answered within the time set"),
            N_("supervision orders that are answered, or open past their time"),
        ),
        Indicator(
            "wrong_screening_rate",
            N_("Wrong-screening rate"),
            N_("marks rejected by a second person, and screenings overturned on appeal"),
            N_("marks decided, without appeals still open"),
            _LOWER,
        ),
    )
}


@lru_cache(maxsize=64)
def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


@dataclass(frozen=True, slots=True)
class Rate:
    """`numerator` of `denominator` cases. ValueError for counts that cannot be.

    >>> rate = Rate(8, 10)
    >>> rate.share, rate.enough, [round(end, 3) for end in rate.interval()]
    (0.8, True, [0.49, 0.943])
    """

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"{self.numerator} of {self.denominator} is no share")

    @property
    def share(self) -> float | None:
        """From 0 to 1; None without cases."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def enough(self) -> bool:
        """Whether there are cases enough to compare."""
        return self.denominator >= ENOUGH

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Wilson's interval of the share; 0 to 1, all that is known, without cases."""
        n, count = self.denominator, self.numerator
        if not n:
            return 0.0, 1.0
        z2 = _z(confidence) ** 2
        centre = (count + z2 / 2) / (n + z2)
        half = sqrt(z2 * (count * (n - count) / n + z2 / 4)) / (n + z2)
        return (0.0 if count == 0 else centre - half), (1.0 if count == n else centre + half)

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.numerator + other.numerator, self.denominator + other.denominator)


@dataclass(frozen=True, slots=True)
class Difference:
    """One share less another, with its interval; `real` where the interval leaves out 0."""

    value: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        return self.low > 0 or self.high < 0


def difference(one: Rate, other: Rate, confidence: float = CONFIDENCE) -> Difference | None:
    """Share of `one` less share of `other`; None where one of them has no cases.

    >>> between = difference(Rate(56, 70), Rate(48, 80))
    >>> round(between.value, 4), round(between.low, 4), round(between.high, 4), between.real
    (0.2, 0.0524, 0.3339, True)
    """
    if one.share is None or other.share is None:
        return None
    (low1, high1), (low2, high2) = one.interval(confidence), other.interval(confidence)
    p1, p2 = one.share, other.share
    return Difference(
        p1 - p2,
        p1 - p2 - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        p1 - p2 + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )


@dataclass(frozen=True, slots=True)
class Place(Generic[Key]):
    """Where one stands: between place `best` and `worst`, as far as chance lets us see; `alike`: those it does not
    really differ from.
    """

    key: Key
    rate: Rate
    best: int
    worst: int
    alike: tuple[Key, ...]

    def say(self) -> Reason:
        """The place in words."""
        if self.best == self.worst:
            return Reason(N_("Place {best}"), {"best": self.best})
        return Reason(
            N_("Place {best} to {worst}: no real difference"), {"best": self.best, "worst": self.worst}
        )


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Key]):
    """Those with cases enough, the best share first, and those with too few."""

    places: tuple[Place[Key], ...]
    too_few: tuple[Key, ...]

    @property
    def any_difference(self) -> bool:
        """Whether any two really differ; if not, the order is chance."""
        return any(len(place.alike) < len(self.places) - 1 for place in self.places)


def ranking(
    indicator: Indicator, rates: Mapping[Key, Rate], *, confidence: float = CONFIDENCE
) -> Ranking[Key]:
    """Ranks by the indicator. Two differ only where the interval of their difference leaves out 0, at a confidence
    raised for the number of pairs (Bonferroni), so that a whole table is wrong once in twenty at most.

    >>> rates = {"Parks": Rate(50, 100), "Roads": Rate(95, 100), "Water": Rate(9, 9)}
    >>> table = ranking(INDICATORS["on_time_rate"], rates)
    >>> [(place.key, place.best) for place in table.places], table.too_few
    ([('Roads', 1), ('Parks', 2)], ('Water',))
    """
    ranked = [key for key, rate in rates.items() if rate.enough]
    pairs = max(1, len(ranked) * (len(ranked) - 1) // 2)
    sharp = 1 - (1 - confidence) / pairs
    sign = 1 if indicator.better is Better.HIGHER else -1
    ranked.sort(key=lambda key: (-sign * (rates[key].share or 0.0), -rates[key].denominator))
    places = []
    for key in ranked:
        ahead, behind, alike = 0, 0, []
        for other in ranked:
            gap = None if other == key else difference(rates[other], rates[key], sharp)
            if gap is None:
                continue
            ahead += gap.real and gap.value * sign > 0
            behind += gap.real and gap.value * sign < 0
            if not gap.real:
                alike.append(other)
        places.append(Place(key, rates[key], 1 + ahead, len(ranked) - behind, tuple(alike)))
    return Ranking(tuple(places), tuple(key for key, rate in rates.items() if not rate.enough))


def said(indicator: Indicator, rate: Rate) -> Reason:
    """A share in words, never without its counts.

    >>> print(said(INDICATORS["reopen_rate"], Rate(3, 60)))
    Reopening rate: 5 %, 3 of 60 closed requests (95 % interval: 1.7 to 13.7 %).
    """
    low, high = rate.interval()
    values = {
        "name": Word(indicator.name),
        "below": Word(indicator.below),
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "share": _per_cent(_inside(rate.share or 0.0)),
        "low": _per_cent(low),
        "high": _per_cent(high),
    }
    if not rate.denominator:
        return Reason(N_("{name}: no cases yet."), values)
    if not rate.enough:
        return Reason(N_("{name}: {numerator} of {denominator} {below}; too few to compare."), values)
    why = N_("{name}: {share} %, {numerator} of {denominator} {below} (95 % interval: {low} to {high} %).")
    return Reason(why, values)


def _inside(share: float) -> float:
    """A share of some cases but not all is never rounded to none or all."""
    return min(max(share, 0.001), 0.999) if 0 < share < 1 else share


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")

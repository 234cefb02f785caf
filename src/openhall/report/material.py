"""What every part of chapter 4 works from: the study, the valid sheets, the ledger, the pen and the running
numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from openhall.report.ledger import Ledger
from openhall.report.pen import Pen
from openhall.stats.counted import Counted
from openhall.stats.results import Interval
from openhall.stats.study import Factor, Study
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.validity import Caution

SMALL = 30  # a group with fewer answers is marked

# The study's own order of its six backgrounds, which is not the same in each section.
ORDER_4_4 = ("age", "gender", "education", "political_status", "income", "occupation")
ORDER_4_5 = ("gender", "age", "education", "political_status", "occupation", "income")


@dataclass(slots=True)
class Numbers:
    """Tables and figures numbered through the chapter, as the study does: 4-1, 4-2, …"""

    tables: int = 0
    figures: int = 0

    def table(self) -> str:
        self.tables += 1
        return f"4-{self.tables}"

    def figure(self) -> str:
        self.figures += 1
        return f"4-{self.figures}"


@dataclass(frozen=True, kw_only=True)
class Material:
    """`counted` gives the tables of the valid sheets; `whole` is what is odd about all of them together."""

    questionnaire: Questionnaire
    study: Study
    counted: Counted
    ledger: Ledger
    whole: Sequence[Caution] = ()
    pen: Pen
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def n(self) -> int:
        return self.counted.n

    @property
    def steps(self) -> list[int]:
        """The scores of the scale, highest first."""
        return [level.code for level in self.study.scale]

    @property
    def middle(self) -> str:
        """The middle of the scale, as text: 3 for 1 to 5."""
        return f"{(min(self.steps) + max(self.steps)) / 2:g}"

    def factors(self, order: Sequence[str]) -> list[Factor]:
        """The backgrounds in this order of names where it names them all, else as the questionnaire has
        them."""
        factors = list(self.study.factors)
        if {factor.name for factor in factors} != set(order) or len(factors) != len(order):
            return factors
        return sorted(factors, key=lambda factor: order.index(factor.name))


def codes(factor: Factor) -> list[int]:
    return [level.code for level in factor.levels]


def pair(interval: Interval) -> tuple[float, float]:
    """An interval as a cell carries it."""
    return (interval.low, interval.high)

"""What a study measures: factors, dimensions of items, the overall judgement, the scale, declared once.

A background is always a factor and a dimension always a dependent variable; no procedure takes them the
other way round (the study this project starts from swapped them in its table 4-10). Labels are carried
along, never read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Wording = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Level:
    """One category of a factor or one step of a scale: the code in the data and its label."""

    code: int
    label: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A background question: nominal unless `ordered`. `population`: known shares of the levels."""

    key: str
    name: str
    label: Wording
    levels: tuple[Level, ...]
    ordered: bool = False
    population: tuple[float, ...] = ()

    @property
    def codes(self) -> tuple[int, ...]:
        """The codes of the levels, in order of display."""
        return tuple(level.code for level in self.levels)


@dataclass(frozen=True, slots=True)
class Item:
    """A scored question; its values in the data are scores already."""

    key: str
    label: Wording


@dataclass(frozen=True, slots=True)
class Dimension:
    """Items measured together; a respondent's score is the mean of the items answered."""

    key: str
    label: Wording
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything an analysis needs to know about a questionnaire; `scale` from the highest score down."""

    title: Wording
    factors: tuple[Factor, ...]
    dimensions: tuple[Dimension, ...]
    scale: tuple[Level, ...]
    overall: Item | None = None
    alpha: float = 0.05
    confidence: float = 0.95
    seed: int = 20180601  # of every Monte-Carlo figure, so that two runs agree

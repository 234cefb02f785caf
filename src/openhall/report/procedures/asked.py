"""What a person asked a procedure for, and what it gave back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block
from openhall.report.pen import Pen


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of `openhall stat`; names are as typed. Empty where an option was not given."""

    procedure: str
    variables: tuple[str, ...] = ()
    rows: str = ""
    columns: str = ""
    dependent: str = ""
    factor: str = ""
    items: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # the two of a factor to compare
    test_against: tuple[float, ...] = ()
    missing: Literal["listwise", "pairwise"] | None = None
    partial: tuple[str, ...] = ()  # columns held constant
    kind: Literal["pearson", "spearman", "kendall"] = "pearson"
    factors: int | None = None
    rotation: Literal["varimax", "promax", "none"] = "varimax"
    pen: Pen

    def need(self, *options: str) -> None:
        """BadInput when one of these options was not given."""
        lacking = [option for option in options if not getattr(self, option)]
        if lacking:
            values = {"procedure": self.procedure, "options": self._said(lacking)}
            message, cure = N_("{options} must be given."), N_("Example: openhall stat {example}")
            example = f"{self.procedure} DATA " + " ".join(_EXAMPLES[option] for option in options)
            raise BadInput(Problem("{procedure}", message, cure, {**values, "example": example}))

    def _said(self, options: Sequence[str]) -> str:
        return self.pen.listed([f"--{option.replace('_', '-')}" for option in options])


_EXAMPLES = {
    "variables": "--variables q1,q2",
    "rows": "--rows q1",
    "columns": "--columns s16",
    "dependent": "--dependent s16",
    "factor": "--factor q1",
    "items": "--items s1,s2,s3",
    "test_against": "--test-against 3",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`figures`: everything computed, for programs; `blocks`: the tables and cautions for people."""

    figures: Mapping[str, Any]
    blocks: tuple[Block, ...]

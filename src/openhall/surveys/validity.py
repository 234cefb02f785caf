"""Which returned sheets are void or need a second look. Seed 4.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import Sheets


class Rule(StrEnum):
    BLANK = "blank"  # a required question without a mark
    DOUBLE_MARK = "double_mark"  # more than one mark where one is asked
    STRAIGHT_LINING = "straight_lining"  # every scale item answered alike
    TOO_FAST = "too_fast"
    DUPLICATE_SHEET = "duplicate_sheet"  # every answer the same as on another sheet


class Verdict(StrEnum):
    VOID = "void"  # does not count
    FLAG = "flag"  # a person decides


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken by sheet number `index`; `values` fill the rule's sentence."""

    index: int
    rule: Rule
    verdict: Verdict
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caution:
    """Something about the whole data set a reader must know. `message` is a template filled from `values`."""

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the rules go by; `verdicts` says what each rule does, a rule left out is not applied."""

    straight_items: int = 5
    minimum_seconds: float = 60
    twin_answers: int = 10
    verdicts: Mapping[Rule, Verdict] = field(default_factory=dict)


def findings(questionnaire: Questionnaire, sheets: Sheets, *, limits: Limits | None = None) -> list[Finding]:
    """Every rule broken by every sheet, in the order of the sheets."""
    raise NotImplementedError


def void(found: Sequence[Finding]) -> set[int]:
    """The sheets that do not count: those with at least one VOID finding."""
    raise NotImplementedError


def cautions(questionnaire: Questionnaire, sheets: Sheets, *, without: set[int] | None = None) -> list[Caution]:
    """What is suspicious about the sheets together, those at `without` left out (usually `void(findings)`)."""
    raise NotImplementedError

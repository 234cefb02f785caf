"""A second pair of eyes on a questionnaire before it is printed."""

from __future__ import annotations

from dataclasses import dataclass

from openhall.errors import Problem
from openhall.surveys.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Remark:
    """`code` names the rule, `key` the question ("" the questionnaire as a whole), `problem` says it."""

    code: str
    key: str
    problem: Problem


def lint(questionnaire: Questionnaire) -> list[Remark]:
    """All remarks, in display order."""
    raise NotImplementedError

"""Questionnaires from LimeSurvey survey structure files (.lss)."""

from __future__ import annotations

from openhall.surveys.questionnaire import Questionnaire


def read_lss(data: bytes, *, key: str) -> Questionnaire:
    """The questionnaire of a .lss file; what had to be decided stands in its `notes`. BadInput with group and question."""
    raise NotImplementedError

"""Questionnaires from and to XLSForm workbooks (.xlsx)."""

from __future__ import annotations

from openhall.surveys.questionnaire import Questionnaire


def read_xlsform(data: bytes, *, key: str) -> Questionnaire:
    """The questionnaire of an XLSForm; what had to be decided stands in its `notes`. BadInput with sheet, row, column."""
    raise NotImplementedError


def write_xlsform(questionnaire: Questionnaire) -> bytes:
    """The questionnaire as an XLSForm workbook."""
    raise NotImplementedError

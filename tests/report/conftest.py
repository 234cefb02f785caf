"""The reference sheets of the study, and a small questionnaire that has nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import openhall
from openhall.report.chapter4 import chapter4_of_sheets
from openhall.report.document import Report
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import Sheets, read_sheets
from openhall.surveys.toml_format import builtin

PACKAGE = Path(openhall.__file__).parent
DATA = PACKAGE / "data" / "reference_sheets.csv"
STUDY = PACKAGE / "surveys" / "builtin" / "service_hall_satisfaction.toml"


@pytest.fixture(scope="session")
def study() -> Questionnaire:
    return builtin()


@pytest.fixture(scope="session")
def sheets(study: Questionnaire) -> Sheets:
    return read_sheets(DATA, name=DATA.name, questionnaire=study)


@pytest.fixture(scope="session")
def report(study: Questionnaire, sheets: Sheets) -> Report:
    return chapter4_of_sheets(study, sheets)

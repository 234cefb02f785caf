"""The analysis plan of the reference sheets, run by PSPP and by R, and the same figures of our own."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest
from tests.report.conftest import DATA, STUDY
from tests.stats.sample import sample_of

from openhall.cli_export import main
from openhall.report.files import ENDINGS
from openhall.report.study import study_of
from openhall.surveys.sheets import read_sheets
from openhall.surveys.toml_format import builtin
from openhall.surveys.validity import findings, void

Table = list[list[str]]
LONGEST = 120  # seconds


def export(form: str, folder: Path) -> Path:
    out = folder / f"plan{ENDINGS[form]}"
    assert main([str(DATA), "--study", str(STUDY), "--format", form, "--out", str(out), "--quiet"]) == 0
    return out


@pytest.fixture(scope="session")
def ours():
    """Study and sample, as chapter 4 reads them."""
    asked = builtin()
    sheets = read_sheets(DATA, name=DATA.name, questionnaire=asked)
    bad = void(findings(asked, sheets))
    answers = [row for index, row in enumerate(sheets.answers) if index not in bad]
    offices = [office for index, office in enumerate(sheets.offices) if index not in bad]
    study, sample = study_of(asked), sample_of(asked, answers)
    return study, sample, offices, asked.fieldwork.issued


@pytest.fixture(scope="session")
def r(tmp_path_factory) -> dict[tuple[str, str, str], float]:
    """R's figures by section, test and figure."""
    plan = export("r", tmp_path_factory.mktemp("r"))
    command = ["Rscript", "--vanilla", plan.name, "figures.csv"]
    subprocess.run(command, cwd=plan.parent, check=True, capture_output=True, timeout=LONGEST)
    rows = csv.DictReader((plan.parent / "figures.csv").read_text("utf-8").splitlines())
    return {(row["section"], row["test"], row["figure"]): float(row["value"]) for row in rows}


@pytest.fixture(scope="session")
def pspp(tmp_path_factory) -> list[tuple[str, Table]]:
    """PSPP's tables in their order, each with its title."""
    plan = export("spss", tmp_path_factory.mktemp("pspp"))
    text = plan.read_text("utf-8")
    plan.write_text(f"SET FORMAT=F22.14.\n{text}", "utf-8")
    command = ["pspp", "-O", "format=csv", "-o", "out.csv", plan.name]
    done = subprocess.run(command, cwd=plan.parent, capture_output=True, timeout=LONGEST)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    written = (plan.parent / "out.csv").read_text("utf-8")
    assert "error:" not in written
    return list(tables(list(csv.reader(written.splitlines()))))


def tables(lines: Table):
    title, body = "", []
    for line in [*lines, []]:
        if line and line[0].startswith("Table: "):
            title, body = ",".join(line).removeprefix("Table: ").rstrip(","), []
        elif line and title:
            body.append(line)
        elif title:
            yield title, body
            title = ""

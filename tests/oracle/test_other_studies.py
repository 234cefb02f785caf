"""A study unlike the reference one: codes that are no scores, don't know, several answers, void sheets. Both
programs still compute what we do."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.oracle.conftest import LONGEST, tables
from tests.stats.sample import sample_of

from openhall.cli_export import main
from openhall.report.files import ENDINGS
from openhall.report.study import study_of
from openhall.stats.descriptives import describe
from openhall.stats.reliability import reliability
from openhall.surveys.sheets import read_sheets
from openhall.surveys.toml_format import read_toml
from openhall.surveys.validity import findings, void

STUDY = """
title = { en = "It's 'quoted'. And goes on" }

[[section]]
key = "about"
[[section.questions]]
key = "all"
kind = "single"
role = "background"
text = { en = "Who?" }
options = [{ value = 1, en = "left" }, { value = 2, en = "right" }, { value = 3, en = "none" }]

[[section]]
key = "by"
dimension = true
title = { en = "Things" }
[[section.questions]]
key = "first"
kind = "scale"
role = "item"
text = { en = "First?" }
options = [
  { value = 1, en = "good", score = 3 }, { value = 2, en = "fair", score = 2 },
  { value = 3, en = "bad", score = 1 }, { value = 8, en = "don't know" },
]
[[section.questions]]
key = "second"
kind = "scale"
role = "item"
text = { en = "Second?" }
options = [
  { value = 1, en = "good", score = 3 }, { value = 2, en = "fair", score = 2 },
  { value = 3, en = "bad", score = 1 }, { value = 8, en = "don't know" },
]

[[section]]
key = "rest"
[[section.questions]]
key = "overall"
kind = "scale"
role = "overall"
text = { en = "Overall?" }
options = [
  { value = 1, en = "bad", score = 1 }, { value = 2, en = "fair", score = 2 }, { value = 3, en = "good", score = 3 },
]
[[section.questions]]
key = "uses"
kind = "multiple"
required = false
text = { en = "Which?" }
options = [{ value = 1, en = "a" }, { value = 2, en = "b" }]
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Exports the study in a format, every row of it, and gives the folder's plan."""
    folder = tmp_path_factory.mktemp("other")
    numbers = np.random.default_rng(7).integers(0, 1000, (120, 5))
    rows = ["all,first,second,overall,uses"]
    for who, first, second, overall, uses in numbers.tolist():
        answers = [who % 3 + 1, (1, 2, 3, 8)[first % 4], (1, 2, 3, 8)[second % 4], overall % 3 + 1]
        rows.append(",".join(map(str, answers)) + "," + ("1|2", "1", "")[uses % 3])
    rows += ["1,,2,3,1", "2,1|3,2,3,1", "3,1,1,1|2,"]
    (folder / "sheets.csv").write_text("\n".join(rows), "utf-8")
    (folder / "study.toml").write_text(STUDY, "utf-8")

    def write(form: str) -> Path:
        out = folder / f"plan{ENDINGS[form]}"
        given = [str(folder / "sheets.csv"), "--study", str(folder / "study.toml"), "--rows", "all"]
        assert main([*given, "--format", form, "--out", str(out), "--quiet"]) == 0
        return out

    return write


@pytest.fixture(scope="module")
def ours(exported):
    folder = exported("sav").parent
    asked = read_toml(STUDY, key="study")
    sheets = read_sheets(folder / "sheets.csv", name="sheets.csv", questionnaire=asked, needed=())
    bad = void(findings(asked, sheets))
    assert len(bad) == 3
    sample = sample_of(asked, [row for i, row in enumerate(sheets.answers) if i not in bad])
    dimension = study_of(asked).dimensions[0]
    return reliability(sample.items(dimension), ["first", "second"]), describe(sample.scores(dimension))


@pytest.mark.oracle("R")
def test_r_agrees(exported, ours):
    plan = exported("r")
    command = ["Rscript", "--vanilla", plan.name, "figures.csv"]
    subprocess.run(command, cwd=plan.parent, check=True, capture_output=True, timeout=LONGEST)
    rows = csv.DictReader((plan.parent / "figures.csv").read_text("utf-8").splitlines())
    found = {(row["section"], row["test"], row["figure"]): float(row["value"]) for row in rows}
    alpha, score = ours
    assert found["4.3", "by", "alpha"] == pytest.approx(alpha.alpha, rel=1e-9)
    assert found["4.3", "by", "n"] == alpha.n
    assert found["4.5", "by", "mean"] == pytest.approx(score.mean, rel=1e-9)
    assert found["4.5", "by", "n"] == score.n
    assert found["4.2", "all 1", "n"] + found["4.2", "all 2", "n"] + found["4.2", "all 3", "n"] == 120


@pytest.mark.oracle("PSPP")
def test_pspp_agrees(exported, ours):
    plan = exported("spss")
    plan.write_text("SET FORMAT=F22.14.\n" + plan.read_text("utf-8"), "utf-8")
    command = ["pspp", "-O", "format=csv", "-o", "out.csv", plan.name]
    done = subprocess.run(command, cwd=plan.parent, capture_output=True, timeout=LONGEST)
    written = (plan.parent / "out.csv").read_text("utf-8")
    assert done.returncode == 0, written
    found = dict(tables(list(csv.reader(written.splitlines()))))
    alpha, score = ours
    assert float(found["Reliability Statistics"][1][0]) == pytest.approx(alpha.alpha, rel=1e-9)
    line = next(cells for cells in found["Descriptive Statistics"] if cells[0] == "by_")
    assert (float(line[1]), float(line[2])) == (score.n, pytest.approx(score.mean, rel=1e-9))


@pytest.mark.oracle("PSPP")
def test_pspp_opens_the_file_with_everything_in_it(exported):
    data = exported("sav")
    syntax = f"GET FILE='{data.name}'.\nDISPLAY DICTIONARY.\nMRSETS /DISPLAY NAME=ALL.\nFREQUENCIES first.\n"
    (data.parent / "look.sps").write_text(syntax, "utf-8")
    command = ["pspp", "-O", "format=csv", "-o", "look.csv", "look.sps"]
    assert subprocess.run(command, cwd=data.parent, timeout=LONGEST).returncode == 0
    written = (data.parent / "look.csv").read_text("utf-8")
    assert "warning" not in written
    assert "$uses,Which?,Dichotomies,1" in written
    assert "don't know" in written
    assert "More than one mark" in written
    assert "8; 9" in written

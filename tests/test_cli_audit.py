"""`openhall audit`: sentences or data, and an exit status a script can use."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from openhall import cli
from openhall.cli_audit import main

STUDY = Path(str(resources.files("openhall").joinpath("data/published_2018.toml")))


def test_findings_are_printed_in_groups_and_the_status_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(STUDY)]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith("published_2018.toml\n47 findings (7 of them change a conclusion)")
    assert "\nTests\n-----\n" in said.out


def test_json_holds_the_same_findings_under_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(STUDY), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["format"] == "openhall.audit/1"
    assert {one["code"] for one in data["findings"]} >= {
        "other_n",
        "common_factor",
        "anova_swapped",
        "percents",
        "sum",
    }
    assert all(one["severity"] == "note" for one in data["notes"])


def test_a_right_report_gives_status_0_and_notes_do_not_change_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "good.toml"
    file.write_text('[[test]]\nplace = "1"\nkind = "chi2"\nstatistic = 76.62\ndf = 28\np = 0.000\n', "utf-8")
    assert main([str(file)]) == 0
    out = capsys.readouterr().out
    assert "Nothing was found" in out
    assert "[Note]" in out


@pytest.mark.parametrize("content", ["a = ", "surprise = 1", "[[test]]\nkind = 't'", "\x00\x01\x02"])
def test_a_file_that_cannot_be_read_gives_status_2_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(content, "utf-8")
    assert main([str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "bad.toml" in said.err


def test_a_missing_file_gives_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err


def test_the_one_command_line_passes_audit_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", str(STUDY), "--lang", "zh"]) == 1
    assert "4-7" in capsys.readouterr().out

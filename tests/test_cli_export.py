"""`openhall export`: the files of every format, or a complaint and nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhall.cli_export import main
from openhall.report import files
from tests.report.conftest import DATA, STUDY


def export(form: str, out: Path, *more: str, data: Path = DATA) -> int:
    return main([str(data), "--study", str(STUDY), "--format", form, "--out", str(out), *more])


@pytest.mark.parametrize(
    ("form", "name", "beside"),
    [
        ("csv", "a.csv", {"a-codebook.csv"}),
        ("xlsx", "a.xlsx", set()),
        ("sav", "a.sav", set()),
        ("ddi", "a.xml", {"a.sav"}),
        ("spss", "a.sps", {"a.sav"}),
        ("r", "a.R", {"a.csv", "a-codebook.csv"}),
    ],
)
def test_a_format_is_written_with_what_belongs_to_it(form, name, beside, tmp_path, capsys):
    out = tmp_path / "new" / name
    assert export(form, out) == 0
    assert {file.name for file in out.parent.iterdir()} == {name, *beside}
    assert capsys.readouterr().out.splitlines()[0] == str(out)


def test_the_ending_must_be_the_formats_own(tmp_path, capsys):
    assert export("spss", tmp_path / "a.sav") == 2
    assert "Call it a.sps." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_data_are_never_written_over(tmp_path, capsys):
    copy = tmp_path / "a.csv"
    copy.write_bytes(DATA.read_bytes())
    assert export("r", tmp_path / "a.R", data=copy) == 2
    assert "a.csv" in capsys.readouterr().err
    assert copy.read_bytes() == DATA.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_failure_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*_arguments: object, **_named: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("openhall.surveys.export.sav.sav_bytes", fail)
    assert export("ddi", tmp_path / "a.xml") == 2
    assert list(tmp_path.iterdir()) == []


def test_void_sheets_come_with_their_reason_when_asked_for(tmp_path):
    assert export("csv", tmp_path / "a.csv", "--rows", "all", "--quiet") == 0
    lines = (tmp_path / "a.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 339
    assert lines[0].startswith("not_counted,serial,office,q1")
    assert sum(line.startswith(("blank", "double_mark")) for line in lines) == 38


def test_every_format_is_offered():
    assert set(files.ENDINGS) == set(files._FORMATS)


def test_a_wrong_study_is_refused(tmp_path, capsys):
    wrong = tmp_path / "study.toml"
    wrong.write_text("title = ", "utf-8")
    out = tmp_path / "out" / "a.csv"
    assert main([str(DATA), "--study", str(wrong), "--format", "csv", "--out", str(out)]) == 2
    assert "study.toml" in capsys.readouterr().err
    assert not out.parent.exists()

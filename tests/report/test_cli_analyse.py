"""`openhall analyse`: five files from two, or a clear complaint and nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.report.conftest import DATA, STUDY

from openhall.cli_analyse import main


def analyse(*more: str, data: Path = DATA, study: Path = STUDY) -> int:
    return main([str(data), "--study", str(study), *more])


def test_all_formats_are_written_from_a_plain_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "folder"
    assert analyse("--out", str(out)) == 0
    assert sorted(file.name for file in out.iterdir()) == [
        "report.docx",
        "report.html",
        "report.json",
        "report.pdf",
        "report.xlsx",
    ]
    said = capsys.readouterr()
    assert "Computing chapter 4 from 338 sheets" in said.err
    assert said.out.split() == [
        str(out / f"report.{name}") for name in ("html", "json", "docx", "pdf", "xlsx")
    ]


def test_chosen_formats_and_language_are_kept_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyse("--out", str(tmp_path), "--formats", "json", "--lang", "zh", "--quiet") == 0
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]
    content = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert content["title"] == "政务服务大厅满意度调查"
    assert content["meta"]["data"] == "reference_sheets.csv"
    assert capsys.readouterr() == ("", "")


def test_two_runs_give_the_same_json(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        assert analyse("--out", str(tmp_path / name), "--formats", "json", "--quiet") == 0
        texts.append((tmp_path / name / "report.json").read_bytes())
    assert texts[0] == texts[1]


def test_an_older_report_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old", "utf-8")
    assert analyse("--out", str(tmp_path), "--formats", "json", "--quiet") == 0
    assert (tmp_path / "report.json").read_text("utf-8").startswith("{")


def test_an_unknown_answer_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = DATA.read_text("utf-8").splitlines()
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join([lines[0], lines[1][:-1] + "9"]), "utf-8")
    out = tmp_path / "out"
    assert analyse("--out", str(out), data=bad) == 2
    assert "s16" in capsys.readouterr().err
    assert not out.exists()


def test_a_missing_file_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyse("--out", str(tmp_path), "--quiet", data=tmp_path / "none.csv") == 2
    assert "none.csv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_is_no_toml_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "study.toml"
    wrong.write_text("title = ", "utf-8")
    assert analyse("--out", str(tmp_path / "out"), "--quiet", study=wrong) == 2
    assert capsys.readouterr().err.startswith("study.toml cannot be used.")


def test_an_unknown_format_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyse("--out", str(tmp_path / "out"), "--formats", "html,odt") == 2
    said = capsys.readouterr().err
    assert "odt" in said
    assert "html, json, docx, pdf, xlsx" in said
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert analyse("--out", str(tmp_path / "file" / "out"), "--formats", "json", "--quiet") == 2
    assert "file" in capsys.readouterr().err


def test_a_failure_while_writing_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openhall.report import fonts, machine

    def fail(report: object) -> str:
        raise fonts.NoFonts("The fonts are missing.")

    monkeypatch.setattr(machine, "text", fail)
    assert analyse("--out", str(tmp_path), "--formats", "html,json", "--quiet") == 2
    assert list(tmp_path.iterdir()) == []


def test_sheets_without_serial_or_office_can_be_analysed(tmp_path: Path) -> None:
    lines = [line.split(",")[2:] for line in DATA.read_text("utf-8").splitlines()]
    bare = tmp_path / "bare.csv"
    bare.write_text("\n".join(",".join(line) for line in lines), "utf-8")
    assert analyse("--out", str(tmp_path / "out"), "--formats", "json", "--quiet", data=bare) == 0
    content = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert content["meta"]["sheets_valid"] == 300

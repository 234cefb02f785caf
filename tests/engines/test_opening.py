"""Answers are opened by their address, and wherever they are they give the same report."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import openhall
from openhall import cli_analyse
from openhall.engines import csv_pieces
from openhall.engines.columns import specs_of
from openhall.engines.csv_store import store_of_csv
from openhall.engines.opening import Source, called, open_data
from openhall.engines.store_writing import create
from openhall.errors import BadInput
from openhall.report import machine
from openhall.report.chapter4 import chapter4_of_sheets
from openhall.stats.cells import unwatched
from openhall.surveys.questionnaire import Kind, Question, Questionnaire, Section
from openhall.surveys.sheets import read_sheets
from openhall.surveys.toml_format import builtin

DATA = Path(openhall.__file__).parent / "data" / "reference_sheets.csv"
STUDY = builtin()


def report(source: Source) -> str:
    return machine.text(cli_analyse._report(STUDY, source, "en", unwatched))


def alike() -> str:
    """The report without what only sheets in memory are searched for: sheets that are like another one."""
    with open_data(DATA, STUDY) as source:
        assert source.known is not None
        flags = {key: many for key, many in source.known.flags.items() if key != "duplicate_sheet"}
        return report(replace(source, whole=(), known=replace(source.known, flags=flags)))


def test_a_small_file_gives_the_report_it_always_gave() -> None:
    with open_data(DATA, STUDY) as source:
        assert source.name == DATA.name
        sheets = read_sheets(DATA, name=DATA.name, questionnaire=STUDY)
        assert report(source) == machine.text(chapter4_of_sheets(STUDY, sheets))


def test_a_large_file_becomes_a_store_and_gives_the_same_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(csv_pieces, "PIECE", 4_000)
    told: list[tuple[int, int]] = []
    with open_data(DATA, STUDY, small=0, watch=lambda: lambda *at: told.append(at)) as source:
        assert report(source) == alike()
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []
    assert told[-1][0] == told[-1][1] == DATA.stat().st_size


def test_a_store_gives_the_same_report(tmp_path: Path) -> None:
    store_of_csv(DATA, STUDY, tmp_path / "store")
    with open_data(tmp_path / "store", STUDY) as source:
        assert report(source) == alike()


def parquet(folder: Path, **more: list[str]) -> Path:
    """The reference sheets as two Parquet files, a double mark as a blank."""
    sheets = read_sheets(DATA, name=DATA.name, questionnaire=STUDY)
    columns: dict[str, list[object]] = {"office": list(sheets.offices)}
    for place, question in enumerate(STUDY.questions):
        codes = [row[place] if isinstance(row[place], int) else None for row in sheets.answers]
        columns[question.name or question.key] = list(codes)
    table = pa.table(columns | more)
    folder.mkdir()
    pq.write_table(table.slice(0, 100), folder / "a.parquet")
    pq.write_table(table.slice(100), folder / "b.parquet")
    return folder


def test_a_folder_of_parquet_files_gives_the_same_figures(tmp_path: Path) -> None:
    with open_data(DATA, STUDY) as small, open_data(parquet(tmp_path / "folder"), STUDY) as source:
        mine, right = source.counted(), small.counted()
        assert (mine.n, source.engine.rows) == (right.n, 338)
        found = source.returned(mine)
        assert (found.returned, found.reasons) == (338, {"blank": 38})
        flags = small.returned(right).flags
        assert found.flags == {key: many for key, many in flags.items() if key == "straight_lining"}


def test_parquet_files_may_say_themselves_which_sheets_are_void(tmp_path: Path) -> None:
    void = ["torn", None, *[""] * 336]
    with open_data(parquet(tmp_path / "folder", void=void), STUDY) as source:
        counted = source.counted()
        found = source.returned(counted)
        with open_data(DATA, STUDY) as small:
            offices = [line[:2] for line in small.returned(small.counted()).lines]
        assert counted.n == 337 and found.reasons == {"torn": 1}
        assert [line[:2] for line in found.lines] == offices and sum(line[2] for line in found.lines) == 1


def test_a_large_parquet_file_is_counted_where_it_is(tmp_path: Path) -> None:
    folder = parquet(tmp_path / "folder")
    with open_data(folder / "b.parquet", STUDY, small=0) as source:
        assert source.engine.rows == 238
    with open_data(folder / "b.parquet", STUDY) as source:
        assert source.known is not None and source.known.returned == 238


def test_a_store_of_another_study_is_refused(tmp_path: Path) -> None:
    store_of_csv(DATA, STUDY, tmp_path / "store")
    ask = Question(key="age", kind=Kind.NUMBER, text={})
    other = Questionnaire(key="other", title={}, sections=(Section(key="one", questions=(ask,)),))
    with pytest.raises(BadInput, match="not made for this study"), open_data(tmp_path / "store", other):
        pass


@pytest.mark.parametrize("address", ["ftp://host/file", "http://x"])
def test_an_unknown_kind_of_address_is_refused_with_the_known_ones(address: str) -> None:
    with pytest.raises(BadInput, match=r"not known.*postgresql://"), open_data(address, STUDY):
        pass


def test_a_store_whose_numbers_have_other_decimals_is_refused(tmp_path: Path) -> None:
    def asked(decimals: int) -> Questionnaire:
        paid = Question(key="paid", kind=Kind.NUMBER, text={}, decimals=decimals, required=False)
        return Questionnaire(key="asked", title={}, sections=(Section(key="one", questions=(paid,)),))

    create(tmp_path / "store", specs_of(asked(0)))
    with open_data(tmp_path / "store", asked(0)) as source:
        assert source.engine.rows == 0
    with (
        pytest.raises(BadInput, match="column paid has other answers"),
        open_data(tmp_path / "store", asked(2)),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (
            "postgresql://li:secret@host:5432/hall?sslmode=require&password=x&table=answers",
            "postgresql://host:5432/hall?table=answers",
        ),
        ("postgresql://li:secret@host?table=answers", "postgresql://host?table=answers"),
        ("postgresql://li:se?cret@host/hall?table=answers", "postgresql://host/hall?table=answers"),
        ("postgresql://li:secr@et@host/hall?table=a", "postgresql://host/hall?table=a"),
        ("postgresql:///hall?user=li&password=secret&table=a", "postgresql:///hall?table=a"),
        ("spark+yarn:?table=hall.a&spark.ssl.keyPassword=secret", "spark+yarn:?table=hall.a"),
        ("spark://host:7077?path=s3a://mine@cloud/a&x=secret", "spark://host:7077?path=s3a://mine@cloud/a"),
        ("/data/town/answers.csv", "answers.csv"),
    ],
)
def test_a_password_does_not_come_into_the_name(address: str, name: str) -> None:
    assert called(address) == name


def test_a_folder_of_nothing_and_a_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.parquet"), open_data(tmp_path, STUDY):
        pass
    with pytest.raises(BadInput, match=r"none\.csv"), open_data(tmp_path / "none.csv", STUDY):
        pass

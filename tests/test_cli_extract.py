"""`openhall extract FILE` and `openhall analyse` on what it made; what is said meanwhile, and when it is stopped."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import openhall
from openhall import cli, cli_analyse, cli_extract
from openhall.cli_progress import Steps
from openhall.engines import csv_pieces
from openhall.engines.csv_reading import Reading
from openhall.engines.store import Store
from openhall.stats import blocks

DATA = Path(openhall.__file__).parent / "data" / "reference_sheets.csv"
STUDY = Path(openhall.__file__).parent / "surveys" / "builtin" / "service_hall_satisfaction.toml"


def extract(out: Path, *more: str, data: Path = DATA) -> int:
    return cli.main(["extract", str(data), "--study", str(STUDY), "--out", str(out), *more])


def analyse(address: str | Path, out: Path, *more: str) -> int:
    given = [
        "analyse",
        str(address),
        "--study",
        str(STUDY),
        "--out",
        str(out),
        "--formats",
        "json",
        "--quiet",
    ]
    return cli.main([*given, *more])


def test_a_store_is_made_checked_and_analysed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert extract(tmp_path / "new" / "store") == 0
    assert "338 sheets, 300 of them valid" in capsys.readouterr().out
    assert cli.main(["extract", "--check", str(tmp_path / "new" / "store")]) == 0
    assert "as it was written: 338 sheets" in capsys.readouterr().out
    assert analyse(tmp_path / "new" / "store", tmp_path / "report", "--memory", "100MB") == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert (report["meta"]["data"], report["meta"]["sheets_valid"]) == ("store", 300)
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["store"]


def test_a_damaged_store_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert extract(tmp_path / "store", "--quiet") == 0
    store = Store.open(tmp_path / "store")
    path = store.path(store.segments[0], "s3")
    path.write_bytes(b"\x01" * path.stat().st_size)
    capsys.readouterr()
    assert cli.main(["extract", "--check", str(tmp_path / "store")]) == 2
    assert "s3" in capsys.readouterr().err


def test_what_is_there_is_kept_unless_a_store_may_be_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert extract(tmp_path / "mine", "--replace") == 2
    assert "there already" in capsys.readouterr().err
    assert extract(tmp_path / "store") == 0 and extract(tmp_path / "store") == 2
    assert extract(tmp_path / "store", "--replace") == 0
    assert Store.open(tmp_path / "store").rows == 338
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mine", "store"]


def test_a_bad_file_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.csv"
    header, first, *_ = DATA.read_text("utf-8").splitlines()
    bad.write_text(f"{header}\n{first[:-1]}9\n", "utf-8")
    assert extract(tmp_path / "store", data=bad) == 2
    assert "Row 2, column s16" in capsys.readouterr().err
    assert extract(tmp_path / "store", data=tmp_path / "sheets.xlsx") == 2
    assert "no CSV" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["bad.csv"]


def test_a_store_that_cannot_be_put_in_its_place_leaves_the_old_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert extract(tmp_path / "store") == 0
    there, rename = Store.open(tmp_path / "store").checksum(), os.rename

    def refused(old: Path, new: Path) -> None:
        if old.name == "new":
            raise PermissionError(13, "Permission denied", str(new))
        rename(old, new)

    monkeypatch.setattr(os, "rename", refused)
    assert extract(tmp_path / "store", "--replace") == 2
    assert "store: Permission denied" in capsys.readouterr().err
    assert Store.open(tmp_path / "store").checksum() == there
    assert [one.name for one in tmp_path.iterdir()] == ["store"]


def test_no_password_is_said_while_a_database_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "postgresql://li:secret@127.0.0.1:1?table=answers"
    assert cli.main(["analyse", address, "--study", str(STUDY), "--out", str(tmp_path / "report")]) == 2
    said = capsys.readouterr().err
    assert "Reading the sheets postgresql://127.0.0.1:1?table=answers" in said and "secret" not in said


def test_ctrl_c_ends_with_a_sentence_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_reading: Reading) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Reading, "blocks", stop)
    assert extract(tmp_path / "store") == 130
    assert "Stopped. Nothing was written." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

    def stop_counting(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(blocks, "count", stop_counting)
    assert analyse(DATA, tmp_path / "report") == 130
    assert "Stopped. Nothing was written." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_too_little_given_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli_extract.main(["sheets.csv"])
    assert ended.value.code == 2 and "--study" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["3", "1 PB", "much", "15MB"])
def test_a_size_that_is_none_is_refused(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        analyse(DATA, Path("nowhere"), "--memory", given)
    assert "such as 400MB" in capsys.readouterr().err


def test_spark_counts_parquet_files_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyse(DATA, tmp_path / "report", "--engine", "spark") == 2
    assert ".parquet files only" in capsys.readouterr().err


class Clock:
    """Seconds as the test says."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, *, quiet: bool = False) -> str:
    """What is said of a step of four seconds that is told how far it is every tenth of a second."""
    clock = Clock()
    steps = Steps(str, quiet=quiet, stream=stream, clock=clock)
    with steps.step("Counting {n} sheets", n=7) as step:
        watch = step.watch()
        for tenth in range(1, 41):
            clock.now = tenth / 10
            watch(tenth, 40)
    return stream.getvalue()


def test_where_nobody_watches_a_line_is_said_every_tenth() -> None:
    said = told(io.StringIO()).splitlines()
    assert said[0] == "Counting 7 sheets … "
    assert said[1] == "  25 %, about 3 s left"
    assert said[2:-1] == [
        f"  {share} %, about {round(4 - share / 25)} s left" for share in range(30, 100, 10)
    ]
    assert said[-1] == "4.0 s"


def test_on_a_terminal_one_line_is_drawn_again_and_again() -> None:
    said = told(Terminal()).split("\r")
    assert said[0] == "Counting 7 sheets … "
    assert said[1] == "Counting 7 sheets … 25 %, about 3 s left\x1b[K"
    assert said[-1] == "Counting 7 sheets … 4.0 s\x1b[K\n" and 10 < len(said) < 20


def test_quiet_says_nothing() -> None:
    assert told(io.StringIO(), quiet=True) == ""


def test_a_short_step_says_only_how_long_it_took() -> None:
    stream, clock = io.StringIO(), Clock()
    with Steps(str, quiet=False, stream=stream, clock=clock).step("Reading") as step:
        step.watch()(1, 2)
        clock.now = 0.3
    assert stream.getvalue() == "Reading … 0.3 s\n"


HEAVY = ("pyarrow", "psycopg", "ibis", "django", "pandas", "pyspark")


def test_a_small_file_is_analysed_without_any_large_library(tmp_path: Path) -> None:
    program = (
        "import sys; from openhall import cli; status = cli.main(sys.argv[1:]);"
        f"print(status, sorted({HEAVY!r} & sys.modules.keys()))".replace(repr(HEAVY), f"set({HEAVY!r})")
    )
    given = [
        "analyse",
        str(DATA),
        "--study",
        str(STUDY),
        "--out",
        str(tmp_path),
        "--formats",
        "json",
        "--quiet",
    ]
    done = subprocess.run([sys.executable, "-c", program, *given], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "0 []"


def test_pieces_are_not_larger_than_a_few_megabytes() -> None:
    assert csv_pieces.PIECE < 16 << 20 and cli_analyse.size("1GB") == 10**9

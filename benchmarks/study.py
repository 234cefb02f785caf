"""`make bench`: OpenHall beside everything else that counts, in one run, interleaved, with the same figures.

    python -m benchmarks.study [--sizes 300 100000 1000000] [--long] [--spark] [--only numpy duckdb] [--folder DIR]

Each contestant (study_<name>.py) is a whole process from start to the job's figures (study_job.py) as JSON; all figures
are compared. `--long` adds 10⁷ and 10⁸ rows and takes about an hour. Prints the tables and writes them into RESULTS.md.
The exit status is 1 when figures differ, never because something is slow.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import study_analyse, study_ingest, study_results
from benchmarks.study_contestants import (
    ANALYSE,
    BY_KEY,
    CONTESTANTS,
    LARGEST_CSV,
    NUMPY,
    SPARK,
    Contestant,
    there,
    versions,
)
from benchmarks.study_job import Figures, counted, unlike
from benchmarks.study_process import Run, must, run
from benchmarks.study_results import Results

SIZES, LONG = (300, 10**5, 10**6), (10**7, 10**8)
LONG_ENOUGH = 30  # seconds: what takes longer is run once
LIMIT, LONG_LIMIT = 120, 900  # seconds a contestant may take
RESULTS = Path(__file__).with_name("RESULTS.md")
POSTGRES = "OPENHALL_BENCH_POSTGRES"


@dataclass(frozen=True)
class Asked:
    """What is to be run."""

    sizes: tuple[int, ...]
    contestants: tuple[Contestant, ...]
    long: bool
    rounds: int
    limit: float
    folder: Path
    keep: bool
    server: str  # address of a PostgreSQL server, or nothing

    def taking_part(self, rows: int) -> list[Contestant]:
        return [one for one in self.contestants if rows <= (one.longest if self.long else one.largest)]

    def times(self, rows: int) -> int:
        """Rounds: two of a large size."""
        return self.rounds if rows <= SIZES[-1] else min(self.rounds, 2)

    @property
    def environment(self) -> dict[str, str]:
        return {POSTGRES: self.server} if self.server else {}


def measure(asked: Asked, say: Callable[[str], None]) -> Results:
    """Everything, a size after the other; the data of one size are removed before the next."""
    results, over = Results(), set[str]()
    for one in asked.contestants:
        if missing := one.missing() or (not asked.server and one.key == "postgres" and "a server"):
            results.absent[one.name] = missing
    for rows in asked.sizes:
        folder = asked.folder / str(rows)
        say(f"{rows:,} rows: making them")
        prepare(asked, rows, folder)
        read_csv(asked, rows, folder, results, say)
        results.floor[rows] = json.loads(must(module("floor", folder)).said)
        contest(asked, rows, folder, results, over, say)
        if not asked.keep:
            shutil.rmtree(folder)
    return results


def module(name: str, folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.study_{name}", str(folder), *more]


def prepare(asked: Asked, rows: int, folder: Path) -> None:
    """Files, store and the server's table; nothing of it is measured. What --folder kept is used again."""
    if not (folder / "study.toml").exists():
        must(module("data", folder, str(rows)))
    if there("openhall.engines.store") and not (folder / "store" / "manifest.json").exists():
        shutil.rmtree(folder / "store", ignore_errors=True)
        must(module("store", folder))
    if asked.server and any(one.key == "postgres" for one in asked.taking_part(rows)):
        must(module("postgres", folder, "load"), asked.environment)


def read_csv(asked: Asked, rows: int, folder: Path, results: Results, say: Callable[[str], None]) -> None:
    """Everybody reads the CSV file, OpenHall into a store."""
    for _ in range(asked.times(rows) if (folder / "answers.csv").exists() else 0):
        for reader, name in study_ingest.READERS.items():
            if study_ingest.missing(reader):
                continue
            found = run(study_ingest.command(reader, folder), limit=asked.limit)
            results.ingest.setdefault((name, rows), []).append(found)
            say(f"  {name}: {found.failed or f'{found.seconds:.2f} s'}")
            if not found.failed and int(found.said) != rows:
                results.unlike.append(f"{name} at {rows:,}: {int(found.said):,} rows")


def contest(
    asked: Asked, rows: int, folder: Path, results: Results, over: set[str], say: Callable[[str], None]
) -> None:
    """Rounds in which everybody runs once, each round beginning with another. Who is over the limit or fails does not
    run again.
    """
    names = {one.name for one in asked.contestants} - results.absent.keys()
    field = [one for one in asked.taking_part(rows) if one.name in names and one.key not in over]
    for number in range(asked.times(rows)):
        for one in [*field[number:], *field[:number]]:
            before = results.runs.setdefault((one.key, rows), [])
            if one.key in over or any(run.seconds > LONG_ENOUGH for run in before):
                continue
            found, figures = single(asked, one, folder)
            before.append(found)
            say(f"  {one.name}: {found.failed or f'{found.seconds:.2f} s, {found.peak / 1e6:.0f} MB'}")
            if found.failed:
                over.add(one.key)
            elif number == 0:
                compare(results, one, rows, folder, figures)


def single(asked: Asked, one: Contestant, folder: Path) -> tuple[Run, Figures]:
    with tempfile.TemporaryDirectory() as out:
        found = run(one.command(folder, Path(out)), limit=asked.limit, environment=asked.environment)
        if found.failed:
            return found, {}
        return found, study_analyse.read(Path(out)) if one.key == ANALYSE else json.loads(found.said)


def compare(results: Results, one: Contestant, rows: int, folder: Path, figures: Figures) -> None:
    """With NumPy's, which are made for this where it does not take part."""
    kept = folder / "figures.json"
    if not kept.exists():
        kept.write_text(must(module(NUMPY, folder)).said)
    results.compared += counted(figures)
    differ = unlike(figures, json.loads(kept.read_text()))
    results.unlike += [f"{one.name} at {rows:,}, {line}" for line in differ]


def warm(asked: Asked, say: Callable[[str], None]) -> None:
    """Everybody once at 300 rows, unmeasured: compiled files, caches."""
    say("Warming up")
    folder = asked.folder / "warm"
    prepare(replace(asked, server=""), 300, folder)
    for one in asked.contestants:
        if one.key != "postgres" and not one.missing():
            run(one.command(folder, folder / "out"), limit=LIMIT)
    shutil.rmtree(folder)


def needed(sizes: Sequence[int], long: bool, keep: bool) -> int:
    """Bytes of disk: raw columns, Parquet, store, CSV and the server's table (twice while it is loaded)."""

    def of(rows: int) -> int:
        served = BY_KEY["postgres"].longest if long else BY_KEY["postgres"].largest
        return rows * (22 + 10 + 24 + (45 if rows <= LARGEST_CSV else 0) + (200 if rows <= served else 0))

    found = [of(rows) for rows in sizes]
    return sum(found) if keep else max(found)


@contextmanager
def own_server(wanted: bool) -> Iterator[str]:
    """A PostgreSQL server of our own, gone afterwards; nothing where there are no programs for one."""
    from tests.everything import postgres, postgres_programs

    programs = postgres_programs() if wanted and there("psycopg") else None
    with postgres(programs) if programs else nullcontext("") as address:
        yield address


def about(load: tuple[float, ...]) -> str:
    """The machine, the programs, the day."""
    programs = {
        "R": ["Rscript", "--version"],
        "PSPP": ["pspp", "--version"],
        "PostgreSQL": ["postgres", "--version"],
    }
    found = []
    for name, command in programs.items():
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, text=True)
            number = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
            found.append(f"{name} {number[0] if number else ''}".strip())
    day = datetime.datetime.now(datetime.UTC).date()
    return (
        f"`make bench` on {day:%d %B %Y}. {study_results.machine()}; load before the run {load[0]:.1f}.\n"
        f"Python {platform.python_version()}, {', '.join([*versions(), *found])}."
    )


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", help=f"rows (default: {' '.join(map(str, SIZES))})")
    parser.add_argument("--long", action="store_true", help="also 10⁷ and 10⁸ rows; about an hour")
    parser.add_argument("--spark", action="store_true", help="also Spark, where it is installed")
    parser.add_argument("--only", nargs="+", choices=sorted(BY_KEY), help="only these contestants")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each; the median counts (default: 3)")
    parser.add_argument("--limit", type=float, help="seconds a contestant may take")
    parser.add_argument(
        "--folder", type=Path, help="where the data are made and kept (default: gone afterwards)"
    )
    parser.add_argument("--no-write", action="store_true", help="leave RESULTS.md as it is")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    asked, load = arguments(given), os.getloadavg()
    contestants = (*CONTESTANTS, SPARK) if asked.spark or asked.only else CONTESTANTS
    contestants = tuple(one for one in contestants if not asked.only or one.key in asked.only)
    sizes = tuple(sorted(asked.sizes or (SIZES + LONG if asked.long else SIZES)))
    with (
        tempfile.TemporaryDirectory() as temporary,
        own_server(any(one.key == "postgres" for one in contestants)) as server,
    ):
        folder = (asked.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        free, need = shutil.disk_usage(folder).free, needed(sizes, asked.long, bool(asked.folder))
        if free < need:
            print(
                f"The data need {need / 1e9:.1f} GB of disk and {free / 1e9:.1f} GB are free. "
                "Name a folder on a larger disk with --folder, or smaller --sizes.",
                file=sys.stderr,
            )
            return 2
        limit = asked.limit or (LONG_LIMIT if asked.long else LIMIT)
        plan = Asked(sizes, contestants, asked.long, asked.rounds, limit, folder, bool(asked.folder), server)
        warm(plan, _progress)
        results = measure(plan, _progress)
    section = study_results.said(results, about(load))
    print(section)
    if not asked.no_write:
        study_results.write(RESULTS, section)
    return int(bool(results.unlike))


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

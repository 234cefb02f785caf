"""`openhall analyse`: from a data file and a study file to the written report, without a database or a
server.

Nothing is left half written: every file is made in a folder beside the target and moved there at the end.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from openhall.errors import N_, BadInput, OpenHallError, Problem, Translate
from openhall.language import LANGUAGES, translator
from openhall.report.document import Report

FAILED = 2


def _html(report: Report) -> bytes:
    from openhall.report import html

    return html.page(report).encode()


def _json(report: Report) -> bytes:
    from openhall.report import machine

    return machine.text(report).encode()


def _docx(report: Report) -> bytes:
    from openhall.report import word

    return word.document(report)


def _pdf(report: Report) -> bytes:
    from openhall.report import pdf

    return pdf.document(report)


def _xlsx(report: Report) -> bytes:
    from openhall.report import excel

    return excel.workbook(report)


# Each renderer imports its library only when asked for.
WRITERS: dict[str, Callable[[Report], bytes]] = {
    "html": _html,
    "json": _json,
    "docx": _docx,
    "pdf": _pdf,
    "xlsx": _xlsx,
}


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 when everything was written, 2 when something given cannot be used."""
    asked = _parser().parse_args(argv)
    say = translator(asked.lang)
    try:
        formats = _formats(asked.formats)
        written = _analyse(asked, formats, _Steps(say, quiet=asked.quiet))
    except BadInput as error:
        _complain(list(dict.fromkeys([error.say(say), *error.lines(say)])))
        return FAILED
    except OpenHallError as error:
        _complain([error.say(say)])
        return FAILED
    except OSError as error:
        problem = OpenHallError(
            N_("{file}: {reason}"), file=error.filename or asked.out, reason=error.strerror or str(error)
        )
        _complain([problem.say(say)])
        return FAILED
    if not asked.quiet:
        print("\n".join(str(path) for path in written))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall analyse", description="Analyse returned sheets and write the report: all of chapter 4."
    )
    parser.add_argument("data", type=Path, help="returned sheets: .csv, .tsv, .xlsx, .sav or .parquet")
    parser.add_argument("--study", type=Path, required=True, help="the questionnaire, a .toml file")
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en", help="language of the report")
    parser.add_argument(
        "--out", type=Path, default=Path("report"), help="folder to write to (default: report)"
    )
    parser.add_argument(
        "--formats",
        default=",".join(WRITERS),
        help=f"what to write, with commas between (default: {','.join(WRITERS)})",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return parser


def _formats(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in WRITERS]
    if unknown or not names:
        raise BadInput(
            Problem(
                "--formats",
                N_("“{given}” is not a list of known formats."),
                N_("Use {known}, with commas between."),
                {"given": unknown or text, "known": list(WRITERS)},
            )
        )
    return names


def _analyse(asked: argparse.Namespace, formats: list[str], steps: _Steps) -> list[Path]:
    from openhall.report.chapter4 import chapter4_of_sheets
    from openhall.surveys.sheets import read_sheets
    from openhall.surveys.toml_format import read_study

    with steps.step(N_("Reading the study {name}"), name=asked.study.name):
        questionnaire = read_study(asked.study)
    with steps.step(N_("Reading the sheets {name}"), name=asked.data.name):
        sheets = read_sheets(asked.data, name=asked.data.name, questionnaire=questionnaire, needed=())
    steps.note(sheets.notes)
    with steps.step(N_("Computing chapter 4 from {n} sheets"), n=len(sheets)):
        report = chapter4_of_sheets(questionnaire, sheets, lang=asked.lang)
        made = datetime.date.today().isoformat()
        report = replace(report, meta={"data": asked.data.name, **report.meta, "made": made})
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.out, prefix=".unfinished-") as beside:
        for name in formats:
            with steps.step(N_("Writing {name}"), name=f"report.{name}"):
                (Path(beside) / f"report.{name}").write_bytes(WRITERS[name](report))
        return [_moved(Path(beside) / f"report.{name}", asked.out) for name in formats]


def _moved(file: Path, folder: Path) -> Path:
    """Put a finished file in its place, in one step."""
    target = folder / file.name
    os.replace(file, target)
    return target


class _Steps:
    """Progress on the error stream: what is being done, and how long it took."""

    def __init__(self, say: Translate, *, quiet: bool) -> None:
        self._say, self._quiet = say, quiet

    def note(self, notes: Iterable[Problem]) -> None:
        """What was decided while reading."""
        if not self._quiet:
            for problem in notes:
                print(f"  {problem.say(self._say)}", file=sys.stderr)

    @contextmanager
    def step(self, template: str, **values: object) -> Iterator[None]:
        if self._quiet:
            yield
            return
        print(self._say(template).format(**values), end=" … ", file=sys.stderr, flush=True)
        begun = time.perf_counter()
        try:
            yield
        except BaseException:
            print(file=sys.stderr)
            raise
        print(
            self._say(N_("{seconds} s")).format(seconds=f"{time.perf_counter() - begun:.1f}"), file=sys.stderr
        )


def _complain(lines: Sequence[str]) -> None:
    print("\n".join(lines), file=sys.stderr)

"""`openhall analyse`: from returned sheets, wherever they are, and a study file to the written report.

Nothing is left half written: every file is made in a folder beside the target and moved there at the end.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from openhall.cli_progress import Steps
from openhall.errors import N_, BadInput, OpenHallError, Problem
from openhall.language import LANGUAGES, translator
from openhall.report.document import Report

if TYPE_CHECKING:
    from openhall.engines.opening import Source
    from openhall.stats.cells import Watch
    from openhall.surveys.questionnaire import Questionnaire

FAILED = 2
STOPPED = 130
SMALLEST = 16_000_000  # bytes of data held at a time
ENGINES = ("here", "spark")


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
    """Run the command; 0 when everything was written, 2 when something given cannot be used, 130 when it was
    stopped."""
    asked = _parser().parse_args(argv)
    say = translator(asked.lang)
    try:
        formats = _formats(asked.formats)
        written = _analyse(asked, formats, Steps(say, quiet=asked.quiet))
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
    except KeyboardInterrupt:
        _complain([say(N_("Stopped. Nothing was written."))])
        return STOPPED
    if not asked.quiet:
        print("\n".join(str(path) for path in written))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall analyse", description="Analyse returned sheets and write the report: all of chapter 4."
    )
    parser.add_argument(
        "data",
        metavar="ADDRESS",
        help="returned sheets: a .csv, .tsv, .xlsx, .sav or .parquet file, a folder made by openhall extract, a"
        " folder of .parquet files, postgresql://user@host/database?table=answers, or spark+local:///folder",
    )
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
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=ENGINES[0],
        help="where .parquet files are counted: here, or by Spark on this machine (default: here)",
    )
    parser.add_argument(
        "--memory", type=size, default=size("1GB"), help="of the data held at a time (default: 1GB)"
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


def size(text: str) -> int:
    """Bytes, as people write them.

    >>> size("1GB"), size("400 MB")
    (1000000000, 400000000)
    """
    found = re.fullmatch(r"\s*(\d{1,9})\s*([KMGT]?)i?B?\s*", text, re.IGNORECASE)
    bytes_ = int(found[1]) * 1000 ** " KMGT".index(found[2].upper() or " ") if found else 0
    if bytes_ < SMALLEST:
        raise argparse.ArgumentTypeError("write a size from 16MB on, such as 400MB or 2GB")
    return bytes_


def _address(asked: argparse.Namespace) -> str:
    """The address, with the engine asked for."""
    if asked.engine == "here" or "://" in asked.data:
        return str(asked.data)
    if Path(asked.data).suffix.lower() != ".parquet" and not Path(asked.data).is_dir():
        cure = N_("Leave --engine out, or give a folder of .parquet files.")
        raise BadInput(Problem("--engine", N_("Spark counts .parquet files only."), cure))
    return f"spark+local://{Path(asked.data).resolve()}"


def _analyse(asked: argparse.Namespace, formats: list[str], steps: Steps) -> list[Path]:
    from openhall.engines.opening import called, open_data
    from openhall.surveys.toml_format import read_study

    with steps.step(N_("Reading the study {name}"), name=asked.study.name):
        questionnaire = read_study(asked.study)
    address = _address(asked)
    with ExitStack() as held:
        with steps.step(N_("Reading the sheets {name}"), name=called(asked.data)) as reading:
            opening = open_data(address, questionnaire, memory=asked.memory, watch=reading.watch)
            source = held.enter_context(opening)
        steps.note(source.notes)
        n = source.known.returned if source.known else source.engine.rows
        with steps.step(N_("Computing chapter 4 from {n} sheets"), n=n) as computing:
            report = _report(questionnaire, source, asked.lang, computing.watch())
    made = datetime.date.today().isoformat()
    report = replace(report, meta={"data": source.name, **report.meta, "made": made})
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.out, prefix=".unfinished-") as beside:
        for name in formats:
            with steps.step(N_("Writing {name}"), name=f"report.{name}"):
                (Path(beside) / f"report.{name}").write_bytes(WRITERS[name](report))
        return [_moved(Path(beside) / f"report.{name}", asked.out) for name in formats]


def _report(questionnaire: Questionnaire, source: Source, lang: str, watch: Watch) -> Report:
    """Everything the chapter and the ledger need is counted in one pass over the data."""
    from openhall.report.chapter4 import asks, chapter4_of
    from openhall.report.ledger import ledger_of_returned
    from openhall.report.study import study_of

    counted = source.counted()
    counted.prepare([*asks(questionnaire, study_of(questionnaire), counted), *source.asks()], watch)
    ledger = ledger_of_returned(questionnaire, source.returned(counted))
    return chapter4_of(questionnaire, counted, ledger, whole=source.whole, lang=lang)


def _moved(file: Path, folder: Path) -> Path:
    """Put a finished file in its place, in one step."""
    target = folder / file.name
    os.replace(file, target)
    return target


def _complain(lines: Sequence[str]) -> None:
    print("\n".join(lines), file=sys.stderr)

"""`openhall extract`: a CSV file of any size made into a columnar store, once, so that it is counted in moments
ever after; and whether a store is still as it was written. The hall's own store: `cli_extract_hall`.

The store is made beside its place and moved there when it is whole.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openhall.cli_progress import Steps
from openhall.errors import N_, BadInput, NotAllowed, OpenHallError, Problem
from openhall.language import LANGUAGES, translator

THE_HALL = ""  # the store of the hall this command line belongs to: `cli_extract_hall`
FAILED = 2
STOPPED = 130


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 when it is done, 2 when something given cannot be used, 130 when it was stopped."""
    parser = _parser()
    asked = parser.parse_args(argv)
    if asked.rebuild or asked.wave or asked.check == THE_HALL:
        from openhall import cli_extract_hall

        return cli_extract_hall.main(argv)
    if not asked.check and None in (asked.file, asked.study, asked.out):
        parser.error("FILE, --study and --out are needed, or --check, or --rebuild")
    say = translator(asked.lang)
    steps = Steps(say, quiet=asked.quiet)
    try:
        said = _check(Path(asked.check), steps) if asked.check else _extract(asked, steps)
    except OpenHallError as error:
        return _complain(list(dict.fromkeys([error.say(say), *error.lines(say)])), FAILED)
    except OSError as error:
        template = N_("{file}: {reason}")
        values = {"file": error.filename or asked.out, "reason": error.strerror or str(error)}
        return _complain([OpenHallError(template, **values).say(say)], FAILED)
    except KeyboardInterrupt:
        return _complain([say(N_("Stopped. Nothing was written."))], STOPPED)
    print(said.say(say))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall extract",
        description="Make a columnar store from returned sheets, for openhall analyse; or check one."
        " Without a file: check or make anew the one the hall counts its own answers with.",
    )
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="returned sheets: a .csv or .tsv file"
    )
    parser.add_argument("--study", type=Path, help="the questionnaire, a .toml file")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder to make")
    parser.add_argument("--replace", action="store_true", help="take the place of a store that is there")
    parser.add_argument(
        "--check",
        nargs="?",
        const=THE_HALL,
        metavar="FOLDER",
        help="whether a store is as it was written; without FOLDER, whether the hall's own is right",
    )
    parser.add_argument("--rebuild", action="store_true", help="make the hall's own store anew")
    parser.add_argument("--wave", metavar="KEY", help="of the hall's own: only this wave")
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en", help="language of the messages")
    parser.add_argument("--quiet", action="store_true", help="no progress, only errors")
    return parser


def _extract(asked: argparse.Namespace, steps: Steps) -> OpenHallError:
    from openhall.engines.opening import LINES
    from openhall.surveys.toml_format import read_study

    if asked.file.suffix.lower() not in LINES:
        message, cure = N_("this is no CSV file."), N_("Save it as CSV. A .parquet file is counted as it is.")
        raise BadInput(Problem(N_("File {file}"), message, cure, {"file": asked.file.name}))
    with steps.step(N_("Reading the study {name}"), name=asked.study.name):
        questionnaire = read_study(asked.study)
    with _beside(asked.out, asked.replace) as folder:
        from openhall.engines.csv_store import store_of_csv

        with steps.step(N_("Extracting the sheets {name}"), name=asked.file.name) as step:
            store = store_of_csv(asked.file, questionnaire, folder, step.watch())
        valid = sum(one.valid for one in store.segments)
    return OpenHallError(
        N_("{folder}: {rows} sheets, {valid} of them valid."), folder=asked.out, rows=store.rows, valid=valid
    )


@contextmanager
def _beside(out: Path, replace: bool) -> Iterator[Path]:
    """A folder that takes the place `out` when all went well, and is gone otherwise."""
    from openhall.engines.store import MANIFEST

    there = out.exists() and (not out.is_dir() or any(out.iterdir()))
    if there and not (replace and (out / MANIFEST).exists()):
        message = N_("{folder} is there already. Name another folder, or add --replace to replace a store.")
        raise NotAllowed(message, folder=out)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=out.parent, prefix=".unfinished-"))
    try:
        yield beside / "new"
        if there:
            os.rename(out, beside / "old")
        elif out.exists():
            out.rmdir()
        try:
            os.rename(beside / "new", out)
        except BaseException:
            if there and not out.exists():
                os.rename(beside / "old", out)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _check(folder: Path, steps: Steps) -> OpenHallError:
    from openhall.engines.store import Store

    store = Store.open(folder)
    with steps.step(N_("Checking {name}"), name=folder.name) as step:
        store.verify(step.watch())
    values = {"folder": folder, "rows": store.rows, "segments": len(store.segments), "version": store.version}
    template = N_("{folder} is as it was written: {rows} sheets in {segments} segments, version {version}.")
    return OpenHallError(template, **values)


def _complain(lines: Sequence[str], status: int) -> int:
    print("\n".join(lines), file=sys.stderr)
    return status

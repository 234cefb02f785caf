"""`openhall export`: returned sheets as a file for another program, or the analysis plan with its data.

Nothing is left half written: files are made beside the target and moved there at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from openhall import __version__
from openhall.errors import N_, BadInput, OpenHallError, Problem
from openhall.language import LANGUAGES, translator
from openhall.report.files import ENDINGS, Material, files_of
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import Sheets

FAILED = 2


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 when everything was written, 2 when something given cannot be used."""
    asked = _parser().parse_args(argv)
    say = translator(asked.lang)
    try:
        _check_name(asked)
        material = _material(asked)
        written = _write(files_of(asked.format, material), asked)
    except BadInput as error:
        head = [] if error.template == "This cannot be used." else [error.say(say)]
        return _complain(list(dict.fromkeys([*head, *error.lines(say)])))
    except OpenHallError as error:
        return _complain([error.say(say)])
    except OSError as error:
        problem = OpenHallError(
            N_("{file}: {reason}"), file=error.filename or asked.out, reason=error.strerror or str(error)
        )
        return _complain([problem.say(say)])
    if not asked.quiet:
        notes = [*material.sheets.notes, *material.dataset.notes]
        _complain([note.say(say) for note in notes])
        print("\n".join(str(path) for path in written))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall export",
        description="Write returned sheets for another program, or the analysis plan with its data.",
    )
    parser.add_argument("data", type=Path, help="returned sheets: .csv, .tsv, .xlsx, .sav or .parquet")
    parser.add_argument("--study", type=Path, required=True, help="the questionnaire, a .toml file")
    parser.add_argument("--format", choices=sorted(ENDINGS), required=True, help="what to write")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en", help="language of the labels")
    parser.add_argument(
        "--rows", choices=("valid", "all"), default="valid", help="only valid sheets, or void ones too"
    )
    parser.add_argument("--quiet", action="store_true", help="no notes, only errors")
    return parser


def _material(asked: argparse.Namespace) -> Material:
    from openhall.surveys.export.columns import dataset_of
    from openhall.surveys.sheets import read_sheets
    from openhall.surveys.toml_format import read_study

    questionnaire = read_study(asked.study)
    sheets = read_sheets(asked.data, name=asked.data.name, questionnaire=questionnaire, needed=())
    sheets, not_counted = _chosen(questionnaire, sheets, everything=asked.rows == "all")
    if not len(sheets):
        raise BadInput(Problem("", N_("there is no valid sheet to write."), N_("Ask for --rows all."), {}))
    return Material(
        questionnaire=questionnaire,
        sheets=sheets,
        not_counted=not_counted,
        dataset=dataset_of(questionnaire, sheets, lang=asked.lang, not_counted=not_counted),
        stem=asked.out.stem,
        made=datetime.now(),
        version=__version__,
    )


def _chosen(questionnaire: Questionnaire, sheets: Sheets, *, everything: bool) -> tuple[Sheets, list[str]]:
    """The valid sheets; or all of them, and for each why it does not count ("" where it does)."""
    from openhall.surveys.validity import Verdict, findings

    why: dict[int, str] = {}
    for finding in findings(questionnaire, sheets):
        if finding.verdict is Verdict.VOID:
            why.setdefault(finding.index, finding.rule.value)
    if everything:
        return sheets, [why.get(index, "") for index in range(len(sheets))]
    keep = [index for index in range(len(sheets)) if index not in why]
    parts = {
        name: [getattr(sheets, name)[index] for index in keep] if getattr(sheets, name) else ()
        for name in ("answers", "serials", "offices", "channels", "seconds", "dates")
    }
    return replace(sheets, **parts), []


def _check_name(asked: argparse.Namespace) -> None:
    """The ending must be the format's own: other files of the same name are written beside it."""
    ending = ENDINGS[asked.format]
    if asked.out.suffix != ending:
        values = {"file": asked.out.name, "better": asked.out.stem + ending}
        message = N_("this is no name for such a file.")
        raise BadInput(Problem(N_("File {file}"), message, N_("Call it {better}."), values))


def _write(files: Mapping[str, bytes], asked: argparse.Namespace) -> list[Path]:
    """All files or none, each put in its place in one step; never over a file that was read."""
    folder = asked.out.parent
    for name in files:
        if any((folder / name).resolve() == read.resolve() for read in (asked.data, asked.study)):
            message, cure = N_("this would be written over."), N_("Give --out another name or folder.")
            raise BadInput(Problem(N_("File {file}"), message, cure, {"file": name}))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as beside:
        for name, content in files.items():
            (Path(beside) / name).write_bytes(content)
        for name in files:
            os.replace(Path(beside) / name, folder / name)
    return [folder / name for name in files]


def _complain(lines: Sequence[str]) -> int:
    if lines:
        print("\n".join(lines), file=sys.stderr)
    return FAILED

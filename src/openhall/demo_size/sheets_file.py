"""`openhall demo --responses N --csv FILE`: generated answers as a data file, without a database.

The file is read by `surveys.sheets` and by every command that takes a data file. It comes into its place when it is
whole. The answers: `demo_size.drawn_answers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from openhall.demo_size.drawn_answers import CELL, Chunk, chunks, written
from openhall.demo_size.shown import Progress
from openhall.errors import N_, BadInput, NotAllowed
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.toml_format import builtin


def run(path: Path, *, responses: int | None, requests: int | None) -> None:
    """What the command was asked for: the answers into `path`. BadInput where their number is missing."""
    if not responses or requests:
        raise BadInput(N_("--csv writes answers: give their number with --responses, and no --requests."))
    write(path, responses, progress=Progress("Answers", responses))


def write(path: Path, count: int, *, progress: Progress) -> None:
    """`count` answers as CSV, one line a sheet: serial, office, then a code a question; a blank is empty, a double mark
    is `2|3`. NotAllowed where the file is there already, BadInput where it cannot be written.
    """
    if path.exists():
        raise NotAllowed(
            N_("{path} is there already. Name another file, or remove this one first."), path=path
        )
    asked = builtin()
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            _write(file, asked, count, progress)
        part.replace(path)
    except OSError as error:
        message = N_("{path} cannot be written: {error}. Name another place.")
        raise BadInput(message, path=path, error=error.strerror or error) from None
    finally:
        part.unlink(missing_ok=True)


def _write(file: TextIO, asked: Questionnaire, count: int, progress: Progress) -> None:
    offices = list(asked.fieldwork.issued) if asked.fieldwork else ["1"]
    file.write(",".join(("serial", "office", *(one.key for one in asked.questions))) + "\r\n")
    for chunk in chunks(asked, count, offices=len(offices)):
        file.writelines(_lines(chunk, offices))
        progress.at(chunk.start + len(chunk))


def _lines(chunk: Chunk, offices: Sequence[str]) -> Iterator[str]:
    names = map(offices.__getitem__, chunk.office.tolist())
    serials = range(chunk.start + 1, chunk.start + len(chunk) + 1)
    return map("%d,%s,%s\r\n".__mod__, zip(serials, names, written(chunk, blank="", marks=CELL), strict=True))

"""Taking the answers out of the hall: allowed to few, and written down each time. Seed 4.1."""

from __future__ import annotations

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import User, Wave, record
from openhall.reads.datasets import count_rows

FILES = ("csv", "xlsx", "sav", "ddi", "spss", "r", "codebook")
ROWS = ("valid", "all")
FIGURES = ("csv", "json")  # of the workbench
MOST_AT_ONCE = 100_000  # of every file but CSV: more takes minutes to write and to open


@transaction.atomic
def take_data(wave: Wave, *, file: str, rows: str, by: User | None) -> int:
    """Permit and record that somebody takes the answers of a wave; returns how many rows there are.

    BadInput for an unknown kind of file or rows, NotAllowed for nothing or too much for a workbook.
    """
    permit(by, "data.export", wave)
    for given, known in ((file, FILES), (rows, ROWS)):
        if given not in known:
            values = {"given": given[:40], "known": list(known)}
            raise BadInput(Problem("", N_("“{given}” is not known."), N_("Use one of {known}."), values))
    if file == "codebook":
        return 0
    count = count_rows(wave, everything=rows == "all")
    if not count:
        raise NotAllowed(N_("There are no such sheets in this wave yet."))
    if file != "csv" and count > MOST_AT_ONCE:
        raise NotAllowed(
            N_("{count} sheets are too many for this file; {most} are possible. Take the CSV file."),
            count=count,
            most=MOST_AT_ONCE,
        )
    record("data.exported", wave, by=by, file=file, rows=rows, count=count)
    return count


@transaction.atomic
def take_figures(wave: Wave, *, file: str, question: str, count: int, by: User | None) -> None:
    """Permit and record that somebody takes figures of the workbench; `question` is the part of its address that says
    which, `count` the sheets they rest on. BadInput for an unknown kind of file."""
    permit(by, "report.read", wave)
    if file not in FIGURES:
        values = {"given": file[:40], "known": list(FIGURES)}
        raise BadInput(Problem("", N_("“{given}” is not known."), N_("Use one of {known}."), values))
    record("figures.exported", wave, by=by, file=file, question=question, count=count)

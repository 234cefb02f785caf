"""Taking the answers out of the hall: allowed to few, and written down each time. Seed 4.1."""

from __future__ import annotations

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import User, Wave, record
from openhall.reads.datasets import count_rows

FILES = ("csv", "xlsx", "sav", "codebook")
ROWS = ("valid", "all")
MOST_IN_A_WORKBOOK = 100_000  # more takes minutes to write and to open; in an SPSS file much memory


@transaction.atomic
def take_data(wave: Wave, *, file: str, rows: str, by: User | None) -> int:
    """Permit and record that somebody takes the answers of a wave; returns how many rows there are.

    BadInput for an unknown kind of file or rows, NotAllowed for nothing or too much for a workbook.
    """
    permit(by, "data.export", wave)
    for given, known in ((file, FILES), (rows, ROWS)):
        if given not in known:
            values = {"given": given[:40], "known": ", ".join(known)}
            raise BadInput(Problem("", N_("“{given}” is not known."), N_("Use one of {known}."), values))
    if file == "codebook":
        return 0
    count = count_rows(wave, everything=rows == "all")
    if not count:
        raise NotAllowed(N_("There are no such sheets in this wave yet."))
    if file in ("xlsx", "sav") and count > MOST_IN_A_WORKBOOK:
        raise NotAllowed(
            N_("{count} sheets are too many for {kind}; {most} are possible. Take the CSV file."),
            count=count,
            kind="Excel" if file == "xlsx" else "SPSS",
            most=MOST_IN_A_WORKBOOK,
        )
    record("data.exported", wave, by=by, file=file, rows=rows, count=count)
    return count

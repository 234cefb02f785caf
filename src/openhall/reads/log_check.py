"""The log read for a check of its chain: in pieces, so that a million events need little memory. Decision 0015."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from openhall.errors import BadInput
from openhall.models import Anchor
from openhall.rules import chain, chain_check
from openhall.rules.chain_check import Checked, Head, Values
from openhall.rules.chain_faults import COPY, FILE, TABLE, Fault

PIECE = 5000  # rows of one query


def check(
    *, copy: Iterable[chain.Anchor] = (), progress: Callable[[int, int], None] | None = None
) -> Checked:
    """Check the whole log as it is now against its own end, the checkpoints in the database and in the hall's file,
    and those of `copy`. `progress` is told how many of how many events are read.
    """
    head, last = _ends()
    in_file, unreadable = kept_in_file()
    anchors = {
        TABLE: [as_line(one) for one in Anchor.objects.order_by("pk")],
        FILE: in_file,
        COPY: list(copy),
    }
    found = chain_check.check(
        rows(last), head=head, anchors=anchors, progress=progress and (lambda read: progress(read, last))
    )
    faults = tuple(Fault("unreadable", 0, 0, {"line": number}) for number in unreadable)
    return replace(found, faults=faults + found.faults)


def _ends() -> tuple[Head, int]:
    """The end the log remembers and the number of its last event: one statement, so that both are of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT seq FROM openhall_chainhead WHERE id = 1),"
            " (SELECT hash FROM openhall_chainhead WHERE id = 1), (SELECT max(seq) FROM openhall_event)"
        )
        seq, hash, last = cursor.fetchone()
    return Head(seq or 0, hash or chain.GENESIS), last or 0


def rows(last: int) -> Iterator[Values]:
    """Every event up to number `last` as it is stored, in the order of the numbers, equal numbers in the order of
    their rows.
    """
    seq, pk = -(2**63), 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_ROWS, [seq, last, seq, pk, PIECE])
            piece = cursor.fetchall()
            yield from map(_as_hashed, piece)
            if len(piece) < PIECE:
                return
            seq, pk = piece[-1][0], piece[-1][-1]


# In plain SQL: the model's own way costs as much again as the whole check.
_ROWS = (
    "SELECT seq, CAST(at AS TEXT), kind, subject_type, subject_id, by_id, CAST(data AS TEXT), data_hash, prev, hash, id"
    " FROM openhall_event WHERE seq >= %s AND seq <= %s AND NOT (seq = %s AND id <= %s) ORDER BY seq, id LIMIT %s"
)


def _as_hashed(row: tuple[Any, ...]) -> Values:
    """The moment as `chain.stamp` writes it: both databases give `2026-03-02 09:30:00.5…` in UTC, PostgreSQL with +00
    and without trailing zeros.
    """
    seq, at, kind, subject_type, subject_id, by, data, data_hash, prev, hash, _pk = row
    if at[-3] == "+":
        at = at[:-3]
    if len(at) == 26:
        at = f"{at[:10]}T{at[11:]}Z"
    else:
        whole, _, part = at.partition(".")
        at = f"{whole[:10]}T{whole[11:]}.{part:0<6}Z"
    return seq, at, kind, subject_type, subject_id, by, data, data_hash, prev, hash


def as_line(anchor: Anchor) -> chain.Anchor:
    """A checkpoint as it is published."""
    return chain.Anchor(chain.stamp(anchor.at)[:19] + "Z", anchor.seq, anchor.hash)


def kept_in_file() -> tuple[list[chain.Anchor], list[int]]:
    """The checkpoints of the hall's own file, none where there is no file yet, and the lines that are none."""
    file = Path(settings.ANCHORS_FILE)
    lines = file.read_text("utf-8", "replace").splitlines() if file.exists() else []
    found: list[chain.Anchor] = []
    unreadable = []
    for number, text in enumerate(lines, 1):
        try:
            found += chain.anchors_of([text], file.name)
        except BadInput:
            unreadable.append(number)
    return found, unreadable

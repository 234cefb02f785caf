"""Events of generated requests, chained as `models.event.record` chains them, a chunk at a time. Decision 0015.

`record` gives every event the present moment; these happened in the past, so they carry their own, and follow in the
order of time within one chunk. The worker has nothing to do after them: its cursor passes them in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from openhall import flow
from openhall.demo_size.rows import insert, iso, moments, next_id
from openhall.models import ChainHead, Cursor, Event
from openhall.models.event import MOVE_END, locked_end
from openhall.rules.chain import canonical, link

FIELDS = (
    *("id", "seq", "at", "kind", "subject_type", "subject_id", "wave_id", "request_id", "by_id", "data"),
    *("data_hash", "prev", "hash"),
)


class Happened(NamedTuple):
    """An event to be. In the order of `at` (seconds), then of the request and its `edition`."""

    at: int
    request: int
    edition: int
    kind: str
    subject_type: str
    subject: int
    by: int | None
    data: tuple[str, str]  # text and hash


def told(**data: Any) -> tuple[str, str]:
    """The data of an event as stored, and their hash."""
    text = canonical(data)
    return text, sha256(text.encode()).hexdigest()


told_often = lru_cache(maxsize=4096)(told)  # for data of which there are few


def caught_up() -> None:
    """Let everything that follows from the log up to now be done, as the worker does."""
    while flow.catch_up():
        pass


def append(events: Iterable[Happened]) -> None:
    """Append them to the log, and let the worker's cursor pass them. Within a transaction in which nobody is `behind`,
    and last in it.
    """
    found = sorted(events)
    if not found:
        return
    last, before = locked_end()
    at = np.array([one.at for one in found])
    first, stamps, kept = next_id(Event), iso(at, "T"), moments(at)
    rows = []
    for seq, (one, stamp) in enumerate(zip(found, stamps, strict=True), last + 1):
        subject, (text, digest) = str(one.subject), one.data
        hash = link(seq, stamp + ".000000Z", one.kind, one.subject_type, subject, one.by, digest, before)
        rows.append(
            (
                *(
                    first + seq - last - 1,
                    seq,
                    kept[seq - last - 1],
                    one.kind,
                    one.subject_type,
                    subject,
                    None,
                ),
                *(one.request, one.by, text, digest, before, hash),
            )
        )
        before = hash
    insert(Event, FIELDS, rows)
    with connection.cursor() as cursor:
        cursor.execute(MOVE_END, [last + len(rows), before])
    Cursor.objects.filter(name=flow.NAME).update(seq=last + len(rows), step=0)


def behind() -> bool:
    """Whether the worker has something before the end of the log still to follow. Within a transaction."""
    locked_end()
    end = ChainHead.objects.filter(pk=1).values_list("seq", flat=True).first() or 0
    seq = Cursor.objects.filter(name=flow.NAME).values_list("seq", flat=True).first() or 0
    return seq < end

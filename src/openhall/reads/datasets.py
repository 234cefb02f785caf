"""The answers of a wave as statistics take them, and a fingerprint that changes when they do. Seed 4.1."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.core.cache import cache
from django.db.models import Max, QuerySet, Sum

from openhall import __version__
from openhall.engines.columns import VALID
from openhall.models import Batch, Flag, Response, Wave
from openhall.reads.counts import by_reason, returned
from openhall.surveys.questionnaire import Answer

LEAVE_DATA = (
    "rules.requested",
    "rules.cancelled",
    "decision.requested",
    "report.requested",
    "report.cancelled",
    "data.exported",
    "figures.exported",
)  # change nothing counted

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dataset:
    """`answers[i]`, in question order, came from office number `offices[i]`; rows are in random order."""

    answers: Sequence[tuple[Answer, ...]]
    offices: Sequence[int]
    fingerprint: str

    def __len__(self) -> int:
        return len(self.answers)


def dataset(wave: Wave) -> Dataset:
    """The valid answers to the wave's version of the questionnaire, in one query and the fingerprint's."""
    print_before = fingerprint(wave)
    rows = list(_rows(wave, everything=False).order_by("pk").values_list("answers", "office_id"))
    return Dataset(
        answers=decode_all(text for text, _office in rows),
        offices=[office for _text, office in rows],
        fingerprint=print_before,
    )


def decode_all(texts: Iterable[str]) -> list[tuple[Answer, ...]]:
    """Many stored answers at once, read as one JSON text because that is faster than one by one.

    >>> decode_all(["[1,null]", "[[2,4],3]"])
    [(1, None), ((2, 4), 3)]
    """
    stored = json.loads(f"[{','.join(texts)}]")
    return [
        tuple(tuple(mark) if type(mark) is list else mark for mark in row)
        if list in map(type, row)
        else tuple(row)
        for row in stored
    ]


def fingerprint(wave: Wave) -> str:
    """Sixteen hex digits that change when an answer comes in or staff change what counts.

    Made without reading answers: from the ledger's counts, the plan, what was issued, the wave's last event
    and the versions of the questionnaire and of OpenHall.
    """
    counts = sorted(returned(wave).items())
    facts = (
        counts,
        Batch.objects.filter(allocation__wave=wave).aggregate(Sum("count"))["count__sum"],
        [(str(one.pk), one.office.name) for one in wave.allocations.select_related("office")],
        wave.planned,
        _last_event(wave),
        (wave.version_id, wave.version.changed_at.isoformat()),
        __version__,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def kept_with_findings(what: str, wave: Wave, count: Callable[[], T]) -> T:
    """What was counted of the findings about the wave's answers, kept till the rules or staff find or decide something.

    Answers that come in valid change nothing of it: nobody has looked at them yet.
    """
    excluded = {reason: many for reason, many in by_reason([wave])[wave.pk].items() if reason != VALID}
    facts = (
        (wave.pk, wave.key, sorted(excluded.items())),
        Flag.objects.aggregate(Max("pk"))["pk__max"],
        _last_event(wave),
    )
    key = hashlib.sha256(repr((what, facts)).encode()).hexdigest()
    found: T = cache.get_or_set(f"openhall.findings.{key}", count, 3600)
    return found


def _last_event(wave: Wave) -> int | None:
    """The last one that may have changed what is counted; looked for from the end, for there may be one a sheet."""
    return wave.events.exclude(kind__in=LEAVE_DATA).order_by("-pk").values_list("pk", flat=True).first()


def count_rows(wave: Wave, *, everything: bool) -> int:
    """How many rows `rows` gives."""
    found = by_reason([wave])[wave.pk]
    return found.total() if everything else found[VALID]


def rows(wave: Wave, *, everything: bool) -> Iterator[tuple[Response, tuple[Answer, ...]]]:
    """The wave's responses with their answers, in the order of their random numbers.

    `everything` gives void and unfinished ones too. Read in pieces, so that a million need little memory.
    """
    few = _rows(wave, everything=everything).only(
        "office_id", "channel", "language", "submitted_on", "seconds", "complete", "void", "answers"
    )
    pieces = few.order_by("pk").iterator(chunk_size=2000)
    while piece := list(islice(pieces, 2000)):
        yield from zip(piece, decode_all(response.answers for response in piece), strict=True)


def _rows(wave: Wave, *, everything: bool) -> QuerySet[Response]:
    found = Response.objects.filter(wave=wave, version=wave.version_id)
    return found if everything else found.valid()

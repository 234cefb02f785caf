"""A large closed wave for the demo town: “Satisfaction of a year”, filled with `demo_size.drawn_answers`.

The wave stays a draft, and its name says so, until the last answer is in; then it is opened and closed through the
actions. Answers go in by whole chunks, each in one transaction, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from openhall.actions import waves
from openhall.demo_size.drawn_answers import (
    BLANK,
    CHANNELS,
    CHUNK,
    DAYS,
    LANGUAGES,
    REASONS,
    SEED,
    Chunk,
    chunks,
    written,
)
from openhall.demo_size.rows import count_on, insert, look_anew, next_id, quick
from openhall.language import Wording
from openhall.models import Allocation, Batch, Flag, Office, Response, User, Version, Wave, record
from openhall.moment import now
from openhall.surveys.checking import encode
from openhall.surveys.questionnaire import Kind
from openhall.surveys.validity import NAMED

KEY = "demo-year"
NAME: Wording = {"en": "Satisfaction of a year", "zh": "全年满意度"}
UNFINISHED: Wording = {
    "en": "Satisfaction of a year (generated answers are still coming in)",
    "zh": "全年满意度（生成的答卷尚未全部写入）",
}
STORED = "[%d,%d]"  # a double mark: surveys.checking.encode
RETURNED = 0.85  # of the paper sheets issued
FIELDS = (
    *(
        "id",
        "wave_id",
        "office_id",
        "version_id",
        "channel",
        "language",
        "answers",
        "submitted_on",
        "seconds",
    ),
    *("complete", "void", "serial"),
)
FLAGS = ("response_id", "wave_id", "rule", "detail", "verdict", "reason", "at")


def plan(count: int, *, by: User) -> Wave:
    """The wave as a draft that wants `count` answers, with the questionnaire and the offices of the study's wave."""
    version = Version.objects.filter(questionnaire__key="service_hall_satisfaction").latest("number")
    halls = Office.objects.filter(kind=Office.Kind.HALL)
    with transaction.atomic():
        shares = tuple(waves.Share(office) for office in halls)
        wave = waves.plan_wave(
            plan=waves.Plan(name=UNFINISHED, version=version, shares=shares, planned=count), by=by
        )
        Wave.objects.filter(pk=wave.pk).update(key=KEY)
    wave.refresh_from_db()
    return wave


def found() -> Wave | None:
    return Wave.objects.select_related("version").filter(key=KEY).first()


def made(wave: Wave) -> int:
    """How many answers it has."""
    return Response.objects.filter(wave=wave).count()


def fill(wave: Wave, *, done: int, progress: Callable[[int], None]) -> None:
    """The answers that are not there yet; `done` of them are."""
    offices = list(wave.allocations.order_by("office__position").values_list("office", flat=True))
    first_day = timezone.localdate(now()) - timedelta(days=DAYS)
    began = wave.opened_on or first_day
    if wave.opened_on is None:  # kept with the draft, so that a run that goes on later has the same year
        Wave.objects.filter(pk=wave.pk).update(opened_on=began)
    assert wave.planned is not None
    with quick():
        for chunk in chunks(wave.version.asked, wave.planned, offices=len(offices), first=-(-done // CHUNK)):
            _store(wave, chunk, offices, began)
            progress(chunk.start + len(chunk))
    look_anew(Response, Flag)


def _store(wave: Wave, chunk: Chunk, offices: Sequence[int], began: date) -> None:
    numbers = row_numbers(chunk.start, len(chunk), wave.planned or 0)
    with transaction.atomic():
        insert(Response, FIELDS, _rows(wave, chunk, numbers, offices, began))
        insert(Flag, ("id", *FLAGS), enumerate_rows(_flags(wave, chunk, numbers), next_id(Flag)))
        count_on(Flag)


def enumerate_rows(rows: Iterator[tuple], first: int) -> Iterator[tuple]:
    """Each row with its number in front."""
    return ((number, *row) for number, row in enumerate(rows, first))


def row_numbers(start: int, size: int, count: int) -> list[int]:
    """Row numbers of answers `start` …: random in one of `count` equal parts of 63 bits each, so that they rise and go
    to the end of the table. They tell the place in the draw, which tells nothing: days are drawn apart.
    """
    part = 2**63 // count
    within = np.random.default_rng([SEED, start, 1]).integers(0, part, size, dtype=np.int64)
    return [at * part + one for at, one in zip(range(start, start + size), within.tolist(), strict=True)]


def _rows(
    wave: Wave, chunk: Chunk, numbers: Sequence[int], offices: Sequence[int], began: date
) -> Iterator[tuple]:
    days = [(began + timedelta(days=n)).isoformat() for n in range(DAYS)]
    paper = CHANNELS.index("paper")
    facts = zip(
        numbers,
        chunk.office.tolist(),
        chunk.channel.tolist(),
        chunk.language.tolist(),
        written(chunk, blank="null", marks=STORED),
        chunk.day.tolist(),
        chunk.seconds.tolist(),
        chunk.void.tolist(),
        range(chunk.start + 1, chunk.start + len(chunk) + 1),
        strict=True,
    )
    for pk, office, channel, language, answers, day, seconds, void, serial in facts:
        yield (
            *(pk, wave.pk, offices[office], wave.version_id, CHANNELS[channel], LANGUAGES[language]),
            *(f"[{answers}]", days[day], seconds or None, True, REASONS[void]),
            f"{serial:04d}" if channel == paper else None,
        )


def _flags(wave: Wave, chunk: Chunk, numbers: Sequence[int]) -> Iterator[tuple]:
    """What the rules of screening find in each sheet by itself, as `actions.screen` writes it."""
    at = str(now().replace(microsecond=0, tzinfo=None))
    keys = [one.key for one in wave.version.asked.questions]
    place = {(row, question): True for row, question, *_codes in chunk.twice.tolist()}
    for row in np.flatnonzero(chunk.void).tolist():
        blank = chunk.void[row] == BLANK
        named = [
            keys[n] for n in np.flatnonzero(chunk.codes[:, row] == 0).tolist() if blank or (row, n) in place
        ]
        more = ["…"] if len(named) > NAMED else []
        detail = {"questions": [*named[:NAMED], *more], "count": len(named)}
        yield (
            numbers[row],
            wave.pk,
            REASONS[chunk.void[row]],
            encode_detail(detail),
            Flag.Verdict.VOID,
            "",
            at,
        )
    for row, count, value in _straight(wave, chunk):
        detail = {"count": count, "value": value}
        yield numbers[row], wave.pk, "straight_lining", encode_detail(detail), Flag.Verdict.OPEN, "", at
    for row in np.flatnonzero((chunk.seconds > 0) & (chunk.seconds < wave.min_seconds)).tolist():
        detail = {"seconds": str(chunk.seconds[row]), "minimum": str(wave.min_seconds)}
        yield numbers[row], wave.pk, "too_fast", encode_detail(detail), Flag.Verdict.OPEN, "", at


def encode_detail(detail: dict) -> str:
    return encode(detail)  # type: ignore[arg-type]


def _straight(wave: Wave, chunk: Chunk) -> Iterator[tuple[int, int, int]]:
    """Sheets with five judgements or more and all of them alike: position, how many, which."""
    items = [n for n, one in enumerate(wave.version.asked.questions) if one.kind is Kind.SCALE]
    codes: NDArray[np.uint8] = chunk.codes[items]
    given = (codes > 0).sum(0)
    most = codes.max(0)
    alike = (given >= 5) & ((codes == most) | (codes == 0)).all(0)
    alike[chunk.twice[:, 0]] = False  # two marks are not like one
    for row in np.flatnonzero(alike).tolist():
        yield row, int(given[row]), int(most[row])


@transaction.atomic
def finish(wave: Wave, *, by: User) -> None:
    """The wave is whole: what was issued, and the days on which it was opened and closed, a year apart."""
    began = Wave.objects.values_list("opened_on", flat=True).get(pk=wave.pk)
    assert began is not None
    waves.open_wave(wave, by=by)
    counts = {}
    for channel in ("", "paper"):
        rows = Response.objects.filter(wave=wave, **({"channel": channel} if channel else {})).order_by()
        counts[channel] = {office: rows.filter(office=office).count() for office in _offices(wave)}
    for allocation in wave.allocations.select_related("office"):
        issued = round(counts["paper"][allocation.office_id] / RETURNED)
        Batch.objects.create(allocation=allocation, channel=Batch.Channel.PAPER, count=issued, by=by)
        facts = {"count": issued, "office": allocation.office.name, "before": 0}
        record("sheets.recorded", allocation, wave=wave, by=by, **facts)
        Allocation.objects.filter(pk=allocation.pk).update(filled=counts[""][allocation.office_id])
    waves.close_wave(wave, by=by)
    Wave.objects.filter(pk=wave.pk).update(
        name=NAME, planned=wave.planned, opened_on=began, closed_on=began + timedelta(days=DAYS - 1)
    )


def _offices(wave: Wave) -> list[int]:
    return list(wave.allocations.values_list("office", flat=True))

"""`openhall demo --responses N --requests N`: the demo town with as many answers and requests as one likes.

Everything goes in by chunks, each in one transaction; what is wanted and how far it is stands in the database. So a run
that was stopped, however, leaves only whole chunks behind, and the same command goes on there. Until its last answer is
in, the large wave is a draft whose name says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from django.db import transaction

from openhall import demo
from openhall.actions import extract
from openhall.demo_size import desk, large_wave, whole_town
from openhall.demo_size.drawn_cases import CHUNK as REQUESTS
from openhall.demo_size.rows import look_anew, quick
from openhall.demo_size.shown import Progress
from openhall.errors import N_, NotAllowed, Word
from openhall.models import (
    Cursor,
    Evaluation,
    Event,
    Rectification,
    Response,
    User,
    Wave,
    search,
)
from openhall.moment import now

# Where it stands, in the table of what the worker remembers: requests wanted, made, and up to which second they came.
WANTED, MADE, UNTIL = "demo.requests", "demo.requests.made", "demo.requests.until"
SEARCHED = "demo.requests.searched"  # 1 when the words of all of them were counted
MADE_OF = (*desk.TABLES, Evaluation, Event, Rectification, Response)
OTHER_NUMBER = N_(
    "This demo town has {there} generated {what}, or was to have them, so it cannot have {asked}."
    " Ask for the same number, or set OPENHALL_DATA_DIR to a new folder."
)
NAMES = {"answers": N_("answers"), "requests": N_("requests")}


@dataclass(frozen=True, slots=True)
class Stand:
    """How many of how many are there; `whole` when nothing is left to do."""

    made: int
    wanted: int
    whole: bool

    def __str__(self) -> str:
        return f"{self.made:,} of {self.wanted:,}"


def load(*, responses: int = 0, requests: int = 0, to: TextIO | None = None) -> tuple[bool, dict[str, Stand]]:
    """The demo town with `responses` generated answers and `requests` generated requests beside its own.

    Whether anything was made now, and how each stands at the end. Can be stopped at any time and goes on when it is
    called again. NotAllowed where other numbers were begun, or the database holds another hall; then nothing changes.
    """
    for what, count, there in (("answers", responses, answers()), ("requests", requests, cases())):
        if count and there and there.wanted != count:
            raise NotAllowed(
                OTHER_NUMBER, what=Word(NAMES[what]), there=f"{there.wanted:,}", asked=f"{count:,}"
            )
    new = demo.load()
    for count, stand, make in ((responses, answers, _make_answers), (requests, cases, _make_requests)):
        there = stand()
        if count and (there is None or not there.whole):
            make(count, to or sys.stderr)
            new = True
    return new, stands()


def stands() -> dict[str, Stand]:
    """What was generated or begun, by its name; empty where nothing was."""
    return {what: there for what, there in (("answers", answers()), ("requests", cases())) if there}


def answers() -> Stand | None:
    """How the large wave stands; None where there is none."""
    wave = large_wave.found()
    if wave is None:
        return None
    return Stand(large_wave.made(wave), wave.planned or 0, wave.state != Wave.State.DRAFT)


def cases() -> Stand | None:
    """How the generated requests stand; None where there are none."""
    kept = _kept()
    if WANTED not in kept:
        return None
    made, wanted = kept[MADE], kept[WANTED]
    return Stand(made, wanted, made == wanted and bool(kept[SEARCHED]))


def _make_answers(count: int, out: TextIO) -> None:
    by = User.objects.get(username="analyst")
    wave = large_wave.found() or large_wave.plan(count, by=by)
    done = large_wave.made(wave)
    progress = Progress("Answers", count, done=done, to=out)
    with _line_ended(progress):
        large_wave.fill(wave, done=done, progress=progress.at)
    large_wave.finish(wave, by=by)
    _tell_extract(wave, out)


def _make_requests(count: int, out: TextIO) -> None:
    _begin(count)
    kept = _kept()
    until = datetime.fromtimestamp(kept[UNTIL], UTC)
    town, places, people = whole_town.read(count, until)
    progress = Progress("Requests", count, done=kept[MADE], to=out)
    with quick(), _line_ended(progress):
        for number in range(-(-kept[MADE] // REQUESTS), -(-count // REQUESTS)):
            done = min((number + 1) * REQUESTS, count)
            desk.store(town, places, people, number, count, then=_keeper(done))
            progress.at(done)
    look_anew(*MADE_OF)
    search.refresh()
    for wave in Wave.objects.filter(key__startswith=Wave.RATINGS):
        _tell_extract(wave, out)
    Cursor.objects.filter(pk=SEARCHED).update(seq=1)


@transaction.atomic
def _begin(count: int) -> None:
    begins = {WANTED: count, MADE: 0, UNTIL: int(now().timestamp()), SEARCHED: 0}
    Cursor.objects.bulk_create(
        [Cursor(name=name, seq=seq) for name, seq in begins.items()], ignore_conflicts=True
    )


def _kept() -> dict[str, int]:
    return dict(Cursor.objects.filter(name__startswith=WANTED).values_list("name", "seq"))


def _keeper(done: int) -> Callable[[], object]:
    """Remembers how far it is, in the transaction of the chunk."""
    return lambda: Cursor.objects.filter(pk=MADE).update(seq=done)


@contextmanager
def _line_ended(progress: Progress) -> Iterator[None]:
    """Whatever ends the work early, what is printed next begins on its own line."""
    try:
        yield
    except BaseException:
        progress.end()
        raise


def _tell_extract(wave: Wave, out: TextIO) -> None:
    """Have the columnar extract take up the whole wave at once. Where the worker is at it just now, it goes on."""
    progress: list[Progress] = []

    def watch(done: int, of: int) -> None:
        if not progress:
            progress.append(Progress("Extract", of, to=out))
        progress[0].at(done)

    with suppress(NotAllowed):
        extract.rebuild(wave, watch)

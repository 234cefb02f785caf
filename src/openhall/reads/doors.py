"""Doors to a form: the allocation behind a link, a tablet or a code, and whether answers are taken there now.

An allocation is remembered for a second, so that a hundred visitors cost one look. Nothing is decided by that
memory: `actions.respond` asks the database again in the transaction that stores an answer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

from django.utils import timezone

from openhall.hashing import code_hashes
from openhall.models import Allocation, Invitation, Jurisdiction, Response, Wave
from openhall.reads.forms import posted
from openhall.surveys import dict_format
from openhall.surveys.questionnaire import Questionnaire

FRESH = 1.0  # seconds
MOST = 1000
_KEY = re.compile(
    r"[A-Za-z0-9_-]{1,16}"
)  # what `models.survey.new_key` makes; databases choke on other things
_seen: dict[tuple[str, str], tuple[float, Door]] = {}


@dataclass(frozen=True, slots=True)
class Door:
    """An allocation with its wave, version and office, and the town.

    `face` is everything a page at this door shows besides the questions; a page is drawn again when it
    changes.
    """

    allocation: Allocation
    town: Jurisdiction | None
    face: tuple[object, ...]

    @property
    def asked(self) -> Questionnaire:
        return self.allocation.wave.version.asked


@dataclass(frozen=True, slots=True)
class Opened:
    """What a code opens: a form, blank for an invitation, filled in for saved answers."""

    door: Door
    answers: dict[str, list[str]] | None = None


def by_link(key: str) -> Door | None:
    """The door of an office's link or poster."""
    return _door("key", key)


def by_tablet(key: str) -> Door | None:
    """The door of an office's tablet."""
    return _door("kiosk_key", key)


def by_code(code: str) -> Opened | None:
    """What an invitation code or the code of saved answers opens, None for any other."""
    hashes = code_hashes(code)
    invited = Invitation.objects.filter(code__in=hashes).values_list("allocation__key", flat=True).first()
    if invited:
        door = by_link(invited)
        return Opened(door) if door else None
    saved = Response.objects.filter(resume__in=hashes, complete=False).select_related("version").first()
    if saved is None:
        return None
    key = (
        Allocation.objects.filter(wave=saved.wave_id, office=saved.office_id)
        .values_list("key", flat=True)
        .first()
    )
    door = by_link(key) if key else None
    return Opened(door, posted(saved.version.asked, saved.given)) if door else None


def closed_because(allocation: Allocation) -> str:
    """Why no answer can be given here now: `not_yet`, `closed` or `full`; empty while it is open."""
    wave = allocation.wave
    if wave.state == Wave.State.DRAFT:
        return "not_yet"
    if wave.state == Wave.State.CLOSED or (wave.closes_on and wave.closes_on < timezone.localdate()):
        return "closed"
    if allocation.quota is not None and allocation.filled >= allocation.quota:
        return "full"
    return ""


def forget() -> None:
    """Remember no door: for tests, which change a town between two blinks."""
    _seen.clear()


def _door(field: str, key: str) -> Door | None:
    now = monotonic()
    known = _seen.get((field, key))
    if known and now - known[0] < FRESH:
        return known[1]
    if not _KEY.fullmatch(key):
        return None
    allocation = Allocation.objects.select_related("wave__version", "office").filter(**{field: key}).first()
    if allocation is None:
        return None
    version = allocation.wave.version
    version.asked = _asked(version.definition)
    if len(_seen) >= MOST:
        _seen.clear()
    town = Jurisdiction.objects.first()
    door = Door(allocation, town, _face(allocation, town))
    _seen[field, key] = now, door
    return door


def _face(allocation: Allocation, town: Jurisdiction | None) -> tuple[object, ...]:
    version = allocation.wave.version
    names = json.dumps([allocation.office.name, town and town.name, town and town.contact])
    return allocation.key, allocation.kiosk_key, version.pk, version.changed_at, names


@lru_cache(maxsize=64)
def _asked(definition: str) -> Questionnaire:
    return dict_format.from_dict(json.loads(definition))

"""Facts about service requests as narrow columns: one row a request, no words of citizens, no names. Issue 5; row C7.

What the columns are and how rows of the database become them; where their extract is and whether it is the right one.
Nothing here writes: `actions.extract_requests`. Counting with it: `reads.facts_live`. Decision 0017.

The extract says how far it has followed the log: number and hash of an event. Whatever happened later has an event of
its own, so the requests that changed since are known, and an extract of another database, or of a restored one, is
found out by the hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from openhall.engines.columns import VALID, Column, Spec, Type, none_of
from openhall.engines.store import Store, StoreDamaged
from openhall.models import (
    ChainHead,
    Channel,
    Clock,
    Evaluation,
    Event,
    Rectification,
    ServiceRequest,
    hall_calendar,
)
from openhall.rules.chain import GENESIS
from openhall.rules.clocks import MET, MISSED, ClockKind
from openhall.rules.demand import SPECIAL, DemandClass
from openhall.rules.workflow import Outcome, State
from openhall.stats.axes import Code

Block = dict[str, Column]
Lists = dict[str, tuple[Code, ...]]  # the codes of each choice; they grow at their end only
Row = tuple[Any, ...]

NONE = 0  # the code of a department, service or area where there is none
HALF_HOUR = 30  # working minutes
MOST_HALVES = 4_000  # 250 working days; what took longer is told as so long
MOST_TIMES = 99  # opened again, returned, extended; more are told as so many
CHUNK = 20_000  # requests read at a time when all are read
_BY_ID = 500  # ids in one statement
_EPOCH, _DAY_ONE = datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1).toordinal()

ASKED, GIVEN, MISTAKEN = "asked", "given", "mistaken"  # of a rating; "" where nobody was asked
_YES_NO: tuple[Code, ...] = (0, 1)
_CHOICES: dict[str, tuple[str, tuple[Code, ...]]] = {
    "void": ("|u1", (VALID,)),
    "demand": ("|u1", ("", *(str(one) for one in DemandClass))),
    "service": ("<u2", (NONE,)),
    "area": ("<u2", (NONE,)),
    "lead": ("<u2", (NONE,)),
    "accused": ("<u2", (NONE,)),
    "channel": ("|u1", tuple(Channel.values)),
    "state": ("|u1", tuple(str(one) for one in State)),
    "outcome": ("|u1", ("", *(str(one) for one in Outcome))),
    "urgency": ("|u1", (1, 2, 3, 4, 5)),
    "confidential": ("|u1", _YES_NO),
    "listed": ("|u1", _YES_NO),
    "anonymous": ("|u1", _YES_NO),
    "came_in": ("<u2", ()),  # the month: 202603
    "ended_in": ("<u2", (NONE,)),  # the month of closing
    "contact": ("|u1", ("", MET, MISSED)),  # the first contact with the citizen
    "kept": ("|u1", ("", MET, MISSED)),  # the time set to settle it, of one that is closed
    "half_hours": ("<u2", (0,)),  # `minutes` in begun half hours: few different values, so quickly counted
    "reopened": ("|u1", _YES_NO),
    "returns": ("|u1", _YES_NO),
    "extensions": ("|u1", _YES_NO),
    "rating": ("|u1", ("", ASKED, GIVEN, MISTAKEN)),  # of the present closing
    "level": ("|u1", (1, 2, 3, 4, 5)),  # no answer where none was given or it was mistaken
    "rectified": ("|u1", ("", "open", "done")),
}
_NUMBERS = ("minutes", "contact_minutes", "due", "contact_due")


def specs() -> tuple[Spec, ...]:
    """The columns. Minutes are working minutes; `due` and `contact_due` microseconds since 1970, of what runs."""
    choices = [Spec(key, Type.CHOICE, dtype, codes) for key, (dtype, codes) in _CHOICES.items()]
    numbers = [Spec(key, Type.NUMBER, "<i8") for key in _NUMBERS]
    days = [Spec(key, Type.DAY, "<i4") for key in ("received", "closed")]
    marks = [Spec(key, Type.MARK, "|u1") for key in ("groups", *(f"groups.{key}" for key in SPECIAL))]
    return (Spec("id", Type.ID, "<i8"), *choices, *numbers, *days, *marks)


def lists_of(columns: Sequence[Spec]) -> Lists:
    """The codes of the choices."""
    return {spec.key: spec.codes for spec in columns if spec.type is Type.CHOICE}


# --- where the extract is -----------------------------------------------------------------------------------------


class Head(NamedTuple):
    """An end of the log: number and hash of an event."""

    seq: int
    hash: str


def head() -> Head:
    """Where the log ends."""
    return Head(*(ChainHead.objects.filter(pk=1).values_list("seq", "hash").first() or (0, GENESIS)))


def folder() -> Path:
    """The folder of the extract."""
    return Path(settings.DATA_DIR) / "extract" / "requests"


def told(end: Head) -> dict[str, Any]:
    """What the extract says of itself."""
    return {"seq": end.seq, "hash": end.hash, "zone": hall_calendar().zone}


def place(store: Store) -> Head:
    """How far the extract has followed the log."""
    return Head(store.facts["seq"], store.facts["hash"])


def opened() -> Store | None:
    """The extract, if it is of this database and has these columns; None where it has to be made anew."""
    with suppress(StoreDamaged):
        store = Store.open(folder())
        if [(s.key, s.dtype) for s in store.specs] != [(s.key, s.dtype) for s in specs()]:
            return None
        if store.facts.get("zone") == hall_calendar().zone and _ours(place(store)):
            return store
    return None


def _ours(end: Head) -> bool:
    if not end.seq:
        return end.hash == GENESIS
    return Event.objects.filter(seq=end.seq, hash=end.hash).exists()


# --- which requests changed ---------------------------------------------------------------------------------------

MOVES_ALL = ("calendar.changed", "calendar.clocks_moved")  # deadlines of all that are open


def changed(since: Head, until: Head) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The requests with an event after `since`, up to `until`, ascending ids."""
    events = Event.objects.order_by().filter(seq__gt=since.seq, seq__lte=until.seq)
    found = set(events.exclude(request=None).values_list("request", flat=True).distinct())
    if events.filter(kind__in=MOVES_ALL).exists():
        found |= set(ServiceRequest.objects.open().order_by().values_list("pk", flat=True))
    return np.array(sorted(found), np.int64)


# --- rows of the database -----------------------------------------------------------------------------------------

_FIELDS = (
    *("pk", "demand", "service_id", "area_id", "lead_id", "accused_id", "channel", "state", "outcome"),
    *("urgency", "confidential", "listed", "party_id", "groups", "created_at", "closed_at", "due_at"),
    *("reopened", "returns", "extensions"),
)


@dataclass(slots=True)
class Times:
    """What the clocks of one request say."""

    contact: str = ""
    contact_minutes: float | None = None
    contact_due: datetime | None = None
    kept: str = ""
    minutes: float = 0


@dataclass(frozen=True, slots=True)
class Read:
    """Requests as the database gives them, and what other tables say of them by request."""

    requests: list[Row]
    times: dict[int, Times] = field(default_factory=dict)
    ratings: dict[int, tuple[int, int | None, bool | None]] = field(
        default_factory=dict
    )  # round, level, appeal
    rectified: dict[int, bool] = field(default_factory=dict)


def read_by_id(ids: Sequence[int]) -> Read:
    """The requests with these ids, of those that are there. Four queries for every 500."""
    parts = [
        _read({"pk__in": few}, {"request__in": few})
        for few in (list(map(int, ids[start : start + _BY_ID])) for start in range(0, len(ids), _BY_ID))
    ]
    whole = Read([row for part in parts for row in part.requests])
    for part in parts:
        whole.times.update(part.times)
        whole.ratings.update(part.ratings)
        whole.rectified.update(part.rectified)
    return whole


def read_in_order(chunk: int = CHUNK) -> Iterator[Read]:
    """All requests in order of id, a chunk at a time; four queries a chunk, so that none runs for long."""
    after = -1
    while True:
        keys = ServiceRequest.objects.order_by("pk").filter(pk__gt=after).values_list("pk", flat=True)[:chunk]
        if not (found := list(keys)):
            return
        low, after = after, found[-1]
        between = {"__gt": low, "__lte": after}
        yield _read(
            {f"pk{how}": pk for how, pk in between.items()},
            {f"request{how}": pk for how, pk in between.items()},
        )


def _read(mine: Mapping[str, Any], others: Mapping[str, Any]) -> Read:
    requests = list(ServiceRequest.objects.order_by("pk").filter(**mine).values_list(*_FIELDS))
    rated = Evaluation.objects.order_by("round").filter(**others)
    ratings = rated.values_list("request_id", "round", "level", "rectification__appeal_upheld")
    rectified = Rectification.objects.order_by("pk").filter(**others).values_list("request_id", "finished_at")
    return Read(
        requests,
        _times(others),
        {pk: (closing, level, upheld) for pk, closing, level, upheld in ratings},
        {pk: finished is not None for pk, finished in rectified},
    )


def _times(others: Mapping[str, Any]) -> dict[int, Times]:
    """Working time is summed over all closings of a request; whether it was kept is the last one's."""
    kinds = (ClockKind.FIRST_CONTACT, ClockKind.RESOLVE)
    rows = Clock.objects.order_by("pk").filter(kind__in=kinds, **others)
    found: dict[int, Times] = {}
    for pk, kind, outcome, used, due, stopped in rows.values_list(
        "request_id", "kind", "outcome", "used", "due_at", "stopped_at"
    ):
        one = found.setdefault(pk, Times())
        ended = outcome in (MET, MISSED)
        if kind == ClockKind.RESOLVE:
            one.kept, one.minutes = outcome if ended else "", one.minutes + (used if ended else 0)
        elif ended:
            one.contact, one.contact_minutes = outcome, used
        elif stopped is None:
            one.contact_due = due
    return found


# --- as columns ---------------------------------------------------------------------------------------------------


def encoded(read: Read, lists: Lists, zone: str) -> tuple[Block, Lists]:
    """The requests as columns, and the lists of codes with what they have that was not in them. Days are those of the
    time zone of the hall."""
    rows = [_facts(row, read, ZoneInfo(zone)) for row in read.requests]
    columns = dict(zip(_FACTS, zip(*rows, strict=True) if rows else [()] * len(_FACTS), strict=True))
    groups = [set(row[13]) for row in read.requests]
    block, lists = {}, dict(lists)
    for spec in specs():
        if spec.key == "void":
            block[spec.key] = np.ones(len(rows), spec.dtype)
        elif spec.key == "groups":
            block[spec.key] = np.array([bool(one) for one in groups], spec.dtype)
        elif spec.type is Type.MARK:
            block[spec.key] = np.array([spec.key[7:] in one for one in groups], spec.dtype)
        elif spec.type is Type.CHOICE:
            block[spec.key], lists[spec.key] = _placed(spec, columns[spec.key], lists[spec.key])
        else:
            none = none_of(spec)
            block[spec.key] = np.array(
                [none if one is None else one for one in columns[spec.key]], spec.dtype
            )
    return block, lists


_FACTS = (
    *("id", "demand", "service", "area", "lead", "accused", "channel", "state", "outcome", "urgency"),
    *("confidential", "listed", "anonymous", "came_in", "ended_in", "contact", "kept", "half_hours"),
    *("reopened", "returns", "extensions", "rating", "level", "rectified"),
    *("minutes", "contact_minutes", "due", "contact_due", "received", "closed"),
)


def _facts(row: Row, read: Read, zone: ZoneInfo) -> Row:
    """One request's facts in the order of `_FACTS`."""
    pk, demand, service, area, lead, accused, channel, state, outcome, urgency, confidential, listed = row[
        :12
    ]
    party, _groups, created, ended, due, reopened, returns, extensions = row[12:]
    times = read.times.get(pk) or Times()
    kept = times.kept if ended else ""
    minutes = round(times.minutes) if kept else None
    halves = None if minutes is None else min(-(-minutes // HALF_HOUR), MOST_HALVES)
    came, gone = created.astimezone(zone), ended and ended.astimezone(zone)
    rating, level = _rating(read.ratings.get(pk), closing=reopened + 1 if ended else 0)
    done = read.rectified.get(pk)
    return (
        *(pk, demand, service or NONE, area or NONE, lead or NONE, accused or NONE, channel, state, outcome),
        *(urgency, int(confidential), int(listed), int(party is None), _month(came), _month(gone)),
        *(times.contact, kept, halves),
        *(min(reopened, MOST_TIMES), min(returns, MOST_TIMES), min(extensions, MOST_TIMES)),
        *(rating, level, "" if done is None else "done" if done else "open", minutes),
        *(None if times.contact_minutes is None else round(times.contact_minutes), moment(due)),
        *(moment(times.contact_due), came.toordinal() - _DAY_ONE, gone and gone.toordinal() - _DAY_ONE),
    )


def _month(day: datetime | None) -> int:
    return day.year * 100 + day.month if day else NONE


def moment(at: datetime | None) -> int | None:
    """Microseconds since 1970."""
    if at is None:
        return None
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _rating(found: tuple[int, int | None, bool | None] | None, *, closing: int) -> tuple[str, int | None]:
    if found is None or found[0] != closing:
        return "", None
    _closing, level, upheld = found
    return (MISTAKEN, None) if upheld else (ASKED, None) if level is None else (GIVEN, level)


def _placed(
    spec: Spec, given: Iterable[Code | None], codes: tuple[Code, ...]
) -> tuple[Column, tuple[Code, ...]]:
    """Places of codes, 0 for none; the codes with new ones at their end."""
    given = list(given)
    known: dict[Code | None, int] = {code: number for number, code in enumerate(codes, 1)}
    if spec.key == "half_hours":  # all up to the longest, so that places stay in order
        longest = max((one for one in given if isinstance(one, int)), default=0)
        known |= {code: code + 1 for code in range(len(known), longest + 1)}
    for code in given:
        if code is not None and code not in known:
            known[code] = len(known) + 1
    column = np.array([0 if code is None else known[code] for code in given], spec.dtype)
    return column, tuple(code for code in known if code is not None)

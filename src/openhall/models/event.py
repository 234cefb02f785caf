"""What staff did: the append-only record, each event chained to the one before. Row D6 of the mission; decision 0015.

Answering a survey leaves no event, so that no time can be joined to it. Checking the chain: `openhall.reads.log`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.db import connection, models, transaction

from openhall.errors import N_, NotAllowed
from openhall.moment import now
from openhall.rules.chain import GENESIS, data_hash, link, plain, stamp

PIECE = 1000  # events of one insert


class EventQuerySet(models.QuerySet):
    """Reads only. The database's own owner can still write; that is what the chain is for."""

    def _refuse(self, *_args: Any, **_values: Any) -> NoReturn:
        raise NotAllowed(N_("Events are never changed or deleted."))

    update = delete = bulk_update = create = bulk_create = get_or_create = update_or_create = _refuse


class Event(models.Model):
    """One thing that happened to one subject. Written by `record` alone.

    Outside the hash: `wave` and `request`, which repeat what subject and data say and may be set to null.
    """

    seq = models.BigIntegerField(unique=True)  # its place in the chain: 1, 2, 3 … without a gap
    at = models.DateTimeField(default=now)
    kind = models.CharField(max_length=40)  # noun.verb: wave.opened
    subject_type = models.CharField(max_length=24)
    subject_id = models.CharField(max_length=24)
    wave = models.ForeignKey("Wave", null=True, on_delete=models.SET_NULL, related_name="events")
    request = models.ForeignKey(
        "ServiceRequest", null=True, on_delete=models.PROTECT, related_name="events"
    )  # the case it belongs to, whatever its subject
    by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    data = models.JSONField(default=dict)
    data_hash = models.CharField(max_length=64)
    prev = models.CharField(max_length=64)  # hash of the event before
    hash = models.CharField(max_length=64)  # rules.chain.link

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at", "seq"], name="event_subject"),
            models.Index(fields=["request", "id"], name="event_request"),
            models.Index(fields=["at", "seq"], name="event_at"),
            models.Index(fields=["kind", "at", "seq"], name="event_kind"),
            models.Index(fields=["by", "at", "seq"], name="event_by"),
            models.Index(fields=["by", "kind", "at", "seq"], name="event_by_kind"),
        ]

    def save(self, *args: Any, **values: Any) -> None:
        if not self._state.adding:
            raise NotAllowed(N_("Events are never changed or deleted."))
        super().save(*args, **values)

    def delete(self, *args: Any, **values: Any) -> NoReturn:
        raise NotAllowed(N_("Events are never changed or deleted."))


class ChainHead(models.Model):
    """Where the chain ends. One row; whoever appends holds it until the transaction ends."""

    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)


class Anchor(models.Model):
    """A checkpoint: where the chain ended at a moment. Copies of it are kept elsewhere."""

    at = models.DateTimeField(default=now)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]


class Verification(models.Model):
    """One check of the whole log: asked for, being made, and what it found."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    by = models.ForeignKey(
        "User", null=True, on_delete=models.PROTECT, related_name="+"
    )  # None: the daily one
    asked_at = models.DateTimeField(default=now)
    at = models.DateTimeField(default=now)  # of the last sign of progress; when done, of the end
    done = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)  # to be read; when done, read
    last = models.BigIntegerField(default=0)  # number of the last event
    anchors = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)  # rules.chain_faults.Fault.plain
    erased = models.PositiveIntegerField(default=0)
    months = models.JSONField(default=dict)  # "2026-03" -> events
    failure = models.CharField(max_length=400, blank=True)  # class of the error that kept it from being made

    class Meta:
        ordering = ["-pk"]


@dataclass(frozen=True, slots=True)
class Fact:
    """An event to be, for `record_many`."""

    kind: str
    subject: models.Model
    by: Any = None
    wave: Any = None
    request: Any = None
    data: dict[str, Any] = field(default_factory=dict)


def record(
    kind: str, subject: models.Model, *, by: Any = None, wave: Any = None, request: Any = None, **data: Any
) -> Event:
    """Append an event; the last beat of every action. `data` holds facts, never answers or contact details.

    An event of a request, or of a thing that has one, carries it with the edition it made, for the timeline.
    Lock your own rows first and record last: from here to the end of the transaction nobody else can append.
    """
    (event,) = record_many([Fact(kind, subject, by, wave, request, data)])
    return event


def record_many(facts: Iterable[Fact]) -> list[Event]:
    """Append several events at once, in this order: one lock, few statements."""
    events = [_event(fact) for fact in facts]
    if not events:
        return []
    with transaction.atomic(savepoint=False):
        last, before = locked_end()
        at = now()  # under the lock, so that the order of the chain is the order of time
        for seq, event in enumerate(events, last + 1):
            event.at = at
            before = _chain(event, seq, before)
        _insert(events)
        with connection.cursor() as cursor:
            cursor.execute(MOVE_END, [last + len(events), before])
    return events


def _event(fact: Fact) -> Event:
    subject, data = fact.subject, dict(fact.data)
    name = type(subject).__name__
    request = subject if name == "ServiceRequest" else fact.request or getattr(subject, "request", None)
    if request is not None:
        data.setdefault("edition", request.edition)
    return Event(
        kind=fact.kind,
        subject_type=name.lower(),
        subject_id=str(subject.pk),
        wave=subject if name == "Wave" else fact.wave,
        request=request,
        by=fact.by,
        data=plain(data),
    )


def _chain(event: Event, seq: int, before: str) -> str:
    """Give the event its place; returns its hash."""
    event.seq, event.prev, event.data_hash = seq, before, data_hash(event.data)
    event.hash = link(
        seq,
        stamp(event.at),
        event.kind,
        event.subject_type,
        event.subject_id,
        event.by_id,
        event.data_hash,
        before,
    )
    return event.hash


def _insert(events: Sequence[Event]) -> None:
    if len(events) == 1:
        events[0].save(force_insert=True)
    else:
        models.QuerySet(Event).bulk_create(events, batch_size=PIECE)


# --- the end of the chain, in plain SQL because every action goes through it

_TABLE = ChainHead._meta.db_table
_END = f"SELECT seq, hash FROM {_TABLE} WHERE id = 1"  # noqa: S608
MOVE_END = f"UPDATE {_TABLE} SET seq = %s, hash = %s WHERE id = 1"  # noqa: S608
_FIRST_END = f"INSERT INTO {_TABLE} (id, seq, hash) VALUES (1, %s, %s) ON CONFLICT DO NOTHING"  # noqa: S608


def locked_end() -> tuple[int, str]:
    """Number and hash of the last event, (0, GENESIS) where there is none, locked until the transaction ends.

    PostgreSQL holds the row; SQLite's transactions begin immediate and have the whole file.
    """
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_END + lock)
        if (end := cursor.fetchone()) is None:
            newest = Event.objects.order_by("-seq").values_list("seq", "hash").first()
            cursor.execute(_FIRST_END, newest or (0, GENESIS))
            cursor.execute(_END + lock)
            end = cursor.fetchone()
    return end

"""The log for people: listed and filtered for auditors, its state and checkpoints for everyone. Row D6; decision 0015.

Lists go by keyset, newest first, so that the last page of a million events costs what the first does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from openhall.labels import EVENTS
from openhall.models import Anchor, Event, Stuck, User, Verification
from openhall.moment import now
from openhall.reads.log_check import as_line
from openhall.reads.waves import entries
from openhall.rules import chain
from openhall.rules.chain_faults import fault_of

PAGE = 50  # events of one page
OVERDUE = timedelta(days=2)
PIECE = 2000  # events of one query of a download


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events; everything empty means all. `until` is a day that still counts."""

    kind: str = ""
    subject_type: str = ""
    subject_id: str = ""
    by: User | None = None
    since: date | None = None
    until: date | None = None

    def events(self) -> QuerySet[Event]:
        found = Event.objects.order_by("-at", "-seq")
        for name in ("kind", "subject_type", "subject_id"):
            if value := getattr(self, name):
                found = found.filter(**{name: value})
        if self.by is not None:
            found = found.filter(by=self.by)
        if self.since is not None:
            found = found.filter(at__gte=_midnight(self.since))
        if self.until is not None:
            found = found.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """One event in the reader's language."""

    event: Event
    by: str
    text: str

    @property
    def subject(self) -> str:
        return f"{self.event.subject_type} {self.event.subject_id}"


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    older: int | None  # number of the event the next page goes on behind; None at the end


def page(wanted: Filter, *, before: int | None = None) -> Page:
    """Fifty events, the newest first, or those behind event `before`."""
    found = list(_behind(wanted.events(), before).select_related("by")[: PAGE + 1])
    return Page(lines(found[:PAGE]), found[PAGE - 1].seq if len(found) > PAGE else None)


def lines(events: Iterable[Event]) -> list[Line]:
    events = list(events)
    return [Line(event, entry.by, entry.text) for event, entry in zip(events, entries(events), strict=True)]


def all_lines(wanted: Filter) -> Iterator[Line]:
    """Every event of the filter, newest first, read in pieces."""
    before: int | None = None
    while piece := list(_behind(wanted.events(), before).select_related("by")[:PIECE]):
        yield from lines(piece)
        before = piece[-1].seq


def _behind(found: QuerySet[Event], before: int | None) -> QuerySet[Event]:
    if before is None:
        return found
    at = Event.objects.filter(seq=before).values_list("at", flat=True).first()
    if at is None:
        return found.filter(seq__lt=before)
    return found.filter(at__lte=at).filter(Q(at__lt=at) | Q(seq__lt=before))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def kinds() -> list[tuple[str, str]]:
    """Kinds of events with their labels in the reader's language, in its order."""
    named = ((kind, re.sub(r"\{.*?\}", "…", gettext(label))) for kind, label in EVENTS.items())
    return sorted(named, key=lambda pair: pair[1].casefold())


# --- the state of the log


@dataclass(frozen=True, slots=True)
class State:
    """What the public page says: the last full check, the last checkpoint, events by month.

    `overdue`: it should be made every day, and was not for two, or the last try failed.
    """

    checked: Verification | None
    overdue: bool
    faults: list[str]
    anchor: chain.Anchor | None
    months: list[tuple[date, int]]


def state() -> State:
    tried = Verification.objects.filter(
        state__in=(Verification.State.DONE, Verification.State.FAILED)
    ).first()
    done = Verification.objects.filter(state=Verification.State.DONE).select_related("by").first()
    failed = tried is not None and tried.state == Verification.State.FAILED
    newest = Anchor.objects.first()
    months = sorted(done.months.items(), reverse=True) if done else []
    return State(
        done,
        failed or (done is not None and done.at < now() - OVERDUE),
        faults_of(done),
        as_line(newest) if newest else None,
        [(date.fromisoformat(f"{month}-01"), count) for month, count in months],
    )


def faults_of(verification: Verification | None) -> list[str]:
    """What a check found, in the reader's language."""
    return [fault_of(plain).say(gettext) for plain in verification.faults] if verification else []


def anchors(limit: int | None = None) -> list[chain.Anchor]:
    """Checkpoints, newest first."""
    return [as_line(one) for one in Anchor.objects.all()[:limit]]


@dataclass(frozen=True, slots=True)
class Compared:
    """A copy of a checkpoint against the log. `end`: the last event there is; `true`: the log still says the same."""

    copy: chain.Anchor
    true: bool
    end: int

    @property
    def beyond(self) -> bool:
        return self.copy.seq > self.end


def compare(copy: chain.Anchor) -> Compared:
    """Whether the log still holds the event of this checkpoint, as it was."""
    true = Event.objects.filter(seq=copy.seq, hash=copy.hash).exists()
    end = Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return Compared(copy, true, end)


def verification(pk: int | None = None) -> Verification | None:
    """This check, or the newest."""
    found = Verification.objects.select_related("by")
    return found.filter(pk=pk).first() if pk is not None else found.first()


def stuck() -> list[Stuck]:
    """Steps after events that failed, those set aside first."""
    return list(Stuck.objects.order_by("-aside", "seq")[:100])

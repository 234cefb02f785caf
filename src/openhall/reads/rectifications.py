"""The ledger of rectifications: what follows bad ratings, the overdue first; and one with all its steps. Row B5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from openhall.labels import CHANNELS
from openhall.language import say
from openhall.models import Event, Office, Rectification, ServiceRequest, User
from openhall.moment import now
from openhall.reads import ratings
from openhall.rules.rectification import DONE, STATE_NAMES, STEP_NAMES, State, Step

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: a state, "open", "overdue", or "" for all; an office's code or ""."""

    state: str = "open"
    office: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        """From an address; odd values are the usual ones."""
        state = query.get("state", "open")
        known = state in ("", "open", "overdue") or state in set(State)
        return cls(state if known else "open", query.get("office", "")[:50])


@dataclass(frozen=True, slots=True)
class Line:
    """One rectification in the list; `late` where its deadline has passed."""

    row: Rectification
    late: bool

    @property
    def state(self) -> str:
        return STATE_NAMES[State(self.row.state)]


def visible(user: User) -> QuerySet[Rectification]:
    """Those of requests this person may see."""
    return Rectification.objects.filter(request__in=ServiceRequest.objects.visible_to(user).values("pk"))


def ledger(user: User, wanted: Wanted, *, most: int | None = SHOWN) -> list[Line]:
    """The lines, unfinished first and of these the one due first, so that the overdue lead."""
    at = now()
    rows = visible(user).filter(_state(wanted.state, at))
    if wanted.office:
        rows = rows.filter(office__code=wanted.office)
    rows = rows.select_related("request", "office", "evaluation").order_by(
        F("finished_at").asc(nulls_first=True), "due_at", "pk"
    )
    return [Line(row, _late(row, at)) for row in (rows if most is None else rows[:most])]


def counts(user: User) -> dict[str, int]:
    """How many are open, overdue, and on the ledger with a plan."""
    at, rows = now(), visible(user)
    return {
        "open": rows.filter(_state("open", at)).count(),
        "overdue": rows.filter(_state("overdue", at)).count(),
        "planned": rows.filter(state=State.ON_LEDGER).count(),
    }


def offices(user: User) -> list[Office]:
    """Departments that have any, for the filter."""
    return list(Office.objects.filter(pk__in=visible(user).order_by().values("office")))


@dataclass(frozen=True, slots=True)
class Told:
    """One step as it is read: what was done, by whom, what was said."""

    name: str
    by: Any
    at: datetime
    text: str


def page(row: Rectification, lang: str) -> dict[str, Any]:
    """What the page of one shows besides its acts."""
    evaluation, at = row.evaluation, now()
    found = ratings.given(evaluation)
    items = [
        (
            say(question.text, lang),
            next(say(o.label, lang) for o in question.options if o.value == found[question.key]),
        )
        for question in ratings.asked(evaluation)
        if found.get(question.key) is not None
    ]
    return {
        "row": row,
        "evaluation": evaluation,
        "items": items,
        "came": CHANNELS[evaluation.response.channel] if evaluation.response else "",
        "state": STATE_NAMES[State(row.state)],
        "done": row.state in DONE,
        "late": _late(row, at),
        "steps": [
            Told(STEP_NAMES[Step(step.step)], step.by, step.at, step.text)
            for step in row.steps.select_related("by").order_by("pk")
        ],
        "clocks": list(
            row.request.clocks.running().filter(kind__in=("call_back", "rectify")).order_by("due_at")
        ),
    }


def since(row: Rectification, seen: int) -> list[Event]:
    """What happened to its request after the edition `seen`."""
    events = row.request.events.select_related("by").order_by("pk")
    return [event for event in events if event.data.get("edition", 0) > seen]


def _state(state: str, at: datetime) -> Q:
    if state == "open":
        return Q(finished_at=None)
    if state == "overdue":
        return Q(finished_at=None, due_at__lt=at)
    return Q(state=state) if state else Q()


def _late(row: Rectification, at: datetime) -> bool:
    return row.finished_at is None and row.due_at < at

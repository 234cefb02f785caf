"""Everything the request page shows, in few queries: head, clocks, who works on it, what stands beside. Row C3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from openhall.labels import PAUSES
from openhall.models import Ask, Assignment, Clock, Decision, Evaluation, ServiceRequest, User
from openhall.models.clock import earliest
from openhall.moment import now
from openhall.reads import beside, timeline
from openhall.reads.deadlines import FAR, LATE, NEAR, Due, due, lasting
from openhall.reads.talk import talk
from openhall.rules import clocks
from openhall.rules.calendar import Calendar
from openhall.rules.clocks import CLOCK_NAMES, ClockKind
from openhall.rules.demand import CLASS_NAMES, SERVICE_NAMES, SPECIAL, services_for
from openhall.rules.urgency import LEVEL_NAMES
from openhall.surveys.codes import pretty

PERSONAL = ("party", "party__merged_into", "reported_by")


def of_number(number: str, user: User) -> ServiceRequest | None:
    """The request of this number if this person may see it, with all that its page follows."""
    if "\0" in number:
        return None
    return _whole(ServiceRequest.objects.visible_to(user)).filter(number=number).first()


def _whole(rows: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
    sent = Assignment.objects.select_related("office", "handler", "signed_by").order_by("-part", "pk")
    facts = (
        "service__power",
        "area",
        "lead",
        "handler",
        "entered_by",
        "entered_at_office",
        "accused",
        "duplicate_of",
    )
    return rows.select_related(*facts, *PERSONAL).prefetch_related(
        Prefetch("assignments", sent),
        Prefetch("asks", Ask.objects.select_related("office", "suggests", "by")),
    )


def page(case: ServiceRequest, user: User, calendar: Calendar) -> dict[str, Any]:
    """Context of the page for this person; times in words by the hall's `calendar`."""
    at = now()
    running = list(case.clocks.select_related("office"))
    conversation = talk(case)
    rules, articles = beside.rules_and_articles(case)
    sent = list(case.assignments.all())
    return {
        "number": pretty(case.number),
        "head": head(case, running, at, calendar, office=user.office_id),
        "talk": conversation,
        "contact": user.may("request.contact", case),
        "groups": groups(case),
        "clocks": [line(clock, at, calendar) for clock in running if clock.outcome != clocks.CANCELLED],
        "sent": [one for one in sent if one.ended_at is None],
        "sent_before": [one for one in sent if one.ended_at is not None],
        "asks": [ask for ask in case.asks.all() if ask.state == Ask.State.OPEN],
        "decision": Decision.objects.filter(request=case).select_related("ground", "by").last(),
        "evaluation": Evaluation.objects.filter(request=case).exclude(level=None).order_by("-round").first(),
        "earlier": beside.earlier(case, user),
        "like": beside.like(case, user),
        "rules": rules,
        "articles": articles,
        "days": timeline.days(timeline.entries(case)),
    }


@dataclass(frozen=True, slots=True)
class Head:
    """What is seen first. `due` is the next deadline, `clock` what it is for; `still` why the clocks stand still."""

    urgency: str  # marked
    demand: str  # marked, "" where not classified
    due: Due | None
    clock: str  # marked
    office: str  # whose clock, where it is one department's
    still: str  # marked


def head(
    case: ServiceRequest, running: list[Clock], at: datetime, calendar: Calendar, *, office: int | None = None
) -> Head:
    """With `office`, whose people read it: another department's clock comes first only where there is no other."""
    open_clocks = [clock for clock in running if clock.stopped_at is None]
    ours = [clock for clock in open_clocks if clock.office_id in (None, office)]
    next_clock = earliest(ours) or earliest(open_clocks)
    paused = next((clock for clock in open_clocks if clock.paused_at), None)
    return Head(
        urgency=LEVEL_NAMES[case.urgency],
        demand=CLASS_NAMES.get(case.demand, ""),
        due=due(next_clock.due_at, at, calendar) if next_clock else None,
        clock=CLOCK_NAMES[ClockKind(next_clock.kind)] if next_clock else "",
        office=str(next_clock.office or "") if next_clock else "",
        still=PAUSES.get(paused.pause_reason, "") if paused and not next_clock else "",
    )


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock in words. `state`: late, near, far, still, met or missed."""

    name: str  # marked
    office: str
    said: str
    state: str


def line(clock: Clock, at: datetime, calendar: Calendar) -> ClockLine:
    """How one clock stands at `at`."""
    said, state = _stands(clock, at, calendar)
    return ClockLine(CLOCK_NAMES[ClockKind(clock.kind)], str(clock.office or ""), said, state)


def _stands(clock: Clock, at: datetime, calendar: Calendar) -> tuple[str, str]:
    if clock.stopped_at is not None:
        used = {"used": lasting(clock.used, calendar), "allowed": lasting(clock.allowed, calendar)}
        if clock.outcome == clocks.MET:
            return gettext("in time: %(used)s of %(allowed)s") % used, "met"
        return gettext("missed: %(used)s of %(allowed)s") % used, "missed"
    if clock.due_at is None:
        left = lasting(abs(clocks.left(clock.value, at, calendar)), calendar)
        why = gettext(PAUSES.get(clock.pause_reason, ""))
        return gettext("stands still, %(left)s left. %(why)s") % {"left": left, "why": why}, "still"
    stands = due(clock.due_at, at, calendar)
    return stands.said, stands.state


def groups(case: ServiceRequest) -> dict[str, list[str]]:
    """Special situations and the personal services that follow, marked; a code no longer known is left out."""
    known = [group for group in case.groups if group in SPECIAL]
    return {
        "names": [SPECIAL[group].name for group in known],
        "services": [SERVICE_NAMES[service] for service in services_for(known)],
    }


def since(case: ServiceRequest, seen: int) -> list[timeline.Entry]:
    """What happened after the edition `seen`."""
    return timeline.entries(case, after=seen)


__all__ = ["FAR", "LATE", "NEAR", "groups", "head", "line", "of_number", "page", "since"]

"""Supervise before, during and after: orders a department must answer, and random samples of closed requests. Row C6.

Readiness at dispatch is written by `dispatch` itself; warnings and escalation by `clocks`.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from openhall.actions import keep, locked, permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.hashing import digest
from openhall.models import Clock, Event, Office, ServiceRequest, Supervision, User, record
from openhall.moment import now
from openhall.rules.clocks import ClockKind
from openhall.rules.quality import QUESTIONS, verdict_of
from openhall.rules.workflow import Outcome

SHORTEST_TEXT = 10  # characters of an order or its answer
LARGEST_SAMPLE = 200
LEVEL_OF_ORDER = 2  # of escalation of the clock to settle a request, at which an order goes out by itself

Kind = Supervision.Kind


@transaction.atomic
def order(
    request: ServiceRequest, *, text: str, office: Office | None = None, by: User, seen: int | None = None
) -> Supervision:
    """Order a department (the lead, where none is named) to answer in writing within the hall's time for it."""
    permit(by, "supervision.order", request)
    request = locked(request, seen)
    request.move("note")
    office = office or request.lead
    if office is None or not _has(request, office):
        raise NotAllowed(N_("No department has this request, so there is nobody to order."))
    return _order(request, office, _words(text, N_("Order")), by=by)


@transaction.atomic
def order_by_rule(event: Event) -> Supervision | None:
    """What follows from clock.escalated: an order at level 2 of the clock to settle, one for a clock."""
    if event.data.get("clock") != ClockKind.RESOLVE or event.data.get("level", 0) < LEVEL_OF_ORDER:
        return None
    request = locked(event.request)
    batch = f"clock {event.subject_id}"
    if not request.is_open or request.lead is None or request.supervisions.filter(batch=batch).exists():
        return None
    return _order(request, request.lead, "", by=None, batch=batch)


@transaction.atomic
def answer(supervision: Supervision, *, text: str, by: User, seen: int | None = None) -> Supervision:
    """Answer an order, by the department it went to."""
    permit(by, "supervision.answer", supervision)
    request, row = _locked(supervision, seen)
    if row.office_id != by.office_id:
        raise NotAllowed(N_("This order went to {office}, which answers it."), office=str(row.office))
    if row.settled_at or row.answered_at:
        raise NotAllowed(N_("This order is answered already."))
    row.answer, row.answered_by, row.answered_at = _words(text, N_("Answer")), by, now()
    row.save()
    Clock.objects.stop(request, ClockKind.ANSWER_ORDER, at=now(), office=row.office)
    keep(request)
    record(
        "supervision.answered",
        row,
        request=request,
        by=by,
        office=row.office_id,
        department=row.office.name,
        digest=digest(row.answer),
    )
    return row


@transaction.atomic
def settle(
    supervision: Supervision, *, accepted: bool, text: str = "", by: User, seen: int | None = None
) -> Supervision:
    """Accept the answer to an order, or send it back with what is missing; it must then be answered again."""
    permit(by, "supervision.order", supervision)
    request, row = _locked(supervision, seen)
    if row.settled_at or not row.answered_at:
        raise NotAllowed(N_("There is no answer to judge."))
    if accepted:
        row.settled_at = now()
    else:
        row.text = f"{row.text}\n\n{_words(text, N_('What is missing'))}".strip()
        row.answered_at, row.answered_by = None, None
        clock = Clock.objects.begin(request, ClockKind.ANSWER_ORDER, at=now(), office=row.office)
        row.due_at = clock.due_at
    row.save()
    keep(request)
    record(
        "supervision.settled" if accepted else "supervision.sent_back",
        row,
        request=request,
        by=by,
        office=row.office_id,
        department=row.office.name,
    )
    return row


@transaction.atomic
def sample(*, first: date, last: date, count: int, seed: int, by: User) -> list[Supervision]:
    """Draw `count` of the requests closed from `first` to `last`, at random and so that the same seed draws the same.

    Not those the person had a part in, nor those drawn before. BadInput for a period or number that cannot be.
    """
    permit(by, "supervision.sample")
    _check_sample(first, last, count)
    start, end = _midnight(first), _midnight(last + timedelta(days=1))
    closed = ServiceRequest.objects.visible_to(by).filter(closed_at__gte=start, closed_at__lt=end)
    closed = closed.exclude(outcome__in=(Outcome.WITHDRAWN, Outcome.DUPLICATE)).exclude(handler=by)
    pool = sorted(closed.exclude(supervisions__kind=Kind.SAMPLE).values_list("pk", flat=True))
    if not pool:
        raise NotAllowed(N_("No request closed in this period is left to draw from."))
    drawn = random.Random(seed).sample(pool, min(count, len(pool)))  # noqa: S311 to be drawn again, not to be secret
    batch = f"{timezone.localdate(now()):%Y%m%d}-{seed}"
    rows = [
        Supervision.objects.create(
            request=request, kind=Kind.SAMPLE, office=request.lead, by=by, at=now(), batch=batch
        )
        for request in ServiceRequest.objects.filter(pk__in=drawn).select_related("lead").order_by("pk")
    ]
    record("supervision.sampled", by, by=by, batch=batch, seed=seed, drawn=len(rows), of=len(pool))
    return rows


@transaction.atomic
def check(supervision: Supervision, *, marks: dict[str, bool], text: str = "", by: User) -> Supervision:
    """Mark a sampled request: yes or no to each question; the verdict follows from the marks."""
    permit(by, "supervision.sample", supervision)
    request, row = _locked(supervision, None)
    if row.kind != Kind.SAMPLE or row.settled_at:
        raise NotAllowed(N_("This sample is marked already."))
    if set(marks) != set(QUESTIONS):
        raise BadInput(
            Problem(N_("Marks"), N_("a question has no answer."), N_("Answer each with yes or no."))
        )
    row.marks, row.text, row.verdict, row.settled_at = marks, text.strip(), verdict_of(marks), now()
    row.save()
    record("supervision.checked", row, request=request, by=by, office=row.office_id, verdict=row.verdict)
    return row


# --- parts ----------------------------------------------------------------------------------------------------------


def _order(
    request: ServiceRequest, office: Office, text: str, *, by: User | None, batch: str = ""
) -> Supervision:
    """One order at a time for one department."""
    waiting = request.supervisions.filter(kind=Kind.ORDER, office=office, settled_at=None)
    if waiting.exists():
        if by is None:
            return waiting.first()
        raise NotAllowed(N_("{office} has an order about this request already."), office=str(office))
    clock = Clock.objects.begin(request, ClockKind.ANSWER_ORDER, at=now(), office=office)
    row = Supervision.objects.create(
        request=request,
        kind=Kind.ORDER,
        office=office,
        text=text,
        by=by,
        at=now(),
        due_at=clock.due_at,
        batch=batch,
    )
    keep(request)
    record(
        "supervision.ordered",
        row,
        request=request,
        by=by,
        office=office.pk,
        department=office.name,
        digest=digest(text) if text else "",
    )
    return row


def _locked(supervision: Supervision, seen: int | None) -> tuple[ServiceRequest, Supervision]:
    request = locked(supervision.request, seen)
    row = Supervision.objects.select_for_update(of=("self",)).select_related("office").get(pk=supervision.pk)
    row.request = request
    return request, row


def _has(request: ServiceRequest, office: Office) -> bool:
    return request.lead_id == office.pk or request.assignments.filter(office=office, ended_at=None).exists()


def _words(text: str, place: str) -> str:
    if len(text.strip()) < SHORTEST_TEXT:
        raise BadInput(
            Problem(
                place,
                N_("at least {least} characters are needed."),
                N_("Say it in a sentence."),
                {"least": SHORTEST_TEXT},
            )
        )
    return text.strip()


def _check_sample(first: date, last: date, count: int) -> None:
    if last < first:
        raise BadInput(Problem(N_("Period"), N_("it ends before it begins."), N_("Swap the two days.")))
    if not 1 <= count <= LARGEST_SAMPLE:
        raise BadInput(
            Problem(N_("Number"), N_("it must be between 1 and {most}."), "", {"most": LARGEST_SAMPLE})
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))

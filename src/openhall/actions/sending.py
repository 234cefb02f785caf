"""What dispatching and arbitrating share: who can be given a request, one sending and its end, an answer to what a
department asked, and the clocks computed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from openhall.errors import N_, BadInput, NotAllowed, NotPermitted, Problem
from openhall.language import LANGUAGES, translator
from openhall.models import Ask, Assignment, Clock, Office, ServiceRequest, User, hall_calendar
from openhall.rules.clocks import ClockKind
from openhall.rules.permissions import DEPARTMENT
from openhall.rules.suggestion import Reason
from openhall.rules.workflow import State

SENT = (State.DISPATCHED, State.HANDLING, State.WAITING)  # a department has it
LEAD, ASSISTING = Assignment.Part.LEAD, Assignment.Part.ASSISTING


def words(text: str, place: str, cure: str) -> str:
    if not text.strip():
        raise BadInput(Problem(place, N_("it is missing."), cure))
    return text.strip()


def check_offices(request: ServiceRequest, *offices: Office) -> None:
    """NotAllowed for the first that cannot be given this request."""
    accused = accused_and_heirs(request)
    as_now = Office.objects.in_bulk(
        [office.pk for office in offices]
    )  # one may have ended since it was chosen
    for office in (as_now[office.pk] for office in offices):
        if office.pk in accused:
            raise NotAllowed(
                N_("The report accuses {office} or whose work it took over, so it may not see it."),
                office=str(office),
            )
        if office.ended_on is not None:
            heirs = [str(heir) for heir in office.successors.all()]
            if heirs:
                raise NotAllowed(
                    N_("{office} has ended; its work is done by {heirs}."), office=str(office), heirs=heirs
                )
            raise NotAllowed(N_("{office} has ended."), office=str(office))
        if office.kind == Office.Kind.HALL:
            raise NotAllowed(
                N_("{office} is a service hall; requests are sent to departments."), office=str(office)
            )


def accused_and_heirs(request: ServiceRequest) -> set[int]:
    """The accused department and all that took over its work, over several reforms."""
    found: set[int] = set()
    todo = [request.accused_id] if request.accused_id else []
    while todo:
        found.update(todo)
        heirs = Office.successors.through.objects.filter(from_office__in=todo)
        todo = [pk for pk in heirs.values_list("to_office", flat=True) if pk not in found]
    return found


def check_handler(handler: User | None, office: Office) -> None:
    if handler is None:
        return
    if handler.office_id != office.pk or handler.role not in DEPARTMENT or not handler.is_active:
        raise NotAllowed(
            N_("{person} does not handle requests at {office}."), person=str(handler), office=str(office)
        )
    if handler.absent_until and handler.absent_until >= localdate():
        raise NotAllowed(
            N_("{person} is away until {day}."), person=str(handler), day=handler.absent_until.isoformat()
        )


def leads(request: ServiceRequest, by: User) -> None:
    if by.office_id != request.lead_id:
        raise NotPermitted(N_("Only the department that leads can do this."))


def send(
    request: ServiceRequest,
    office: Office,
    part: str,
    *,
    at: datetime,
    handler: User | None = None,
    instruction: str = "",
    why: Iterable[Reason | str | dict[str, str]] = (),
) -> None:
    """One sending; its clock to sign begins."""
    Assignment.objects.create(
        request=request,
        office=office,
        part=part,
        handler=handler,
        why=[_kept(reason) for reason in why],
        instruction=instruction.strip(),
        sent_at=at,
    )
    Clock.objects.begin(request, ClockKind.SIGN_FOR, at=at, office=office)


def _kept(reason: Reason | str | dict[str, str]) -> str | dict[str, str]:
    """A reason as a wording, so that it reads the same in years."""
    if not isinstance(reason, Reason):
        return reason
    return {lang: reason.say(translator(lang), lang) for lang in LANGUAGES}


def end(request: ServiceRequest, *, at: datetime, lead: str, keep_assisting: Sequence[Office]) -> set[int]:
    """End what is sent now: the lead `lead` (how), assisting departments as released; those kept are returned."""
    kept = {office.pk for office in keep_assisting}
    there = set()
    for sent in Assignment.objects.filter(request=request, ended_at=None):
        if sent.part == ASSISTING and sent.office_id in kept:
            there.add(sent.office_id)
            continue
        sent.ended_at, sent.ended_how = at, lead if sent.part == LEAD else "released"
        sent.save(update_fields=["ended_at", "ended_how"])
        Clock.objects.stop(request, ClockKind.SIGN_FOR, at=at, outcome="cancelled", office=sent.office)
    return there


def decide_ask(
    request: ServiceRequest, kind: str, *, granted: bool, answer: str, judge: User, at: datetime
) -> Ask | None:
    ask = Ask.objects.filter(request=request, kind=kind, state=Ask.State.OPEN).first()
    if ask is not None:
        ask.state = Ask.State.GRANTED if granted else Ask.State.REFUSED
        ask.answer, ask.decided_by, ask.decided_at = answer, judge, at
        ask.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    return ask


def recompute(request: ServiceRequest, old: dict[str, str], at: datetime) -> dict[str, Any]:
    """The citizen's clocks by the present objectives; the deadlines before and after, for the trace."""
    granted = Ask.objects.filter(request=request, kind=Ask.Kind.EXTENSION, state=Ask.State.GRANTED)
    more = sum(granted.values_list("days", flat=True)) * hall_calendar().minutes_per_day
    Clock.objects.recompute(request, at=at, more=int(more))
    return {"old_due": old, "new_due": Clock.objects.dues(request)}

"""Who works on a request: sent to a lead and assisting departments, transferred, signed for, given to a person. What a
department asks of the centre is in `arbitrate`. Seed 5.3.2; row C2.

Never to a department that a report accuses, nor to who took over its work, nor to one that has ended. Each sending is a
row of its own; one that is over says how it ended. What changes a deadline says in its event what it was before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from openhall.actions import keep, locked, permit
from openhall.actions.arbitrate import LONGEST_EXTENSION, ask_extension, decide_extension, give_back, uphold
from openhall.actions.sending import (
    ASSISTING,
    LEAD,
    SENT,
    check_handler,
    check_offices,
    decide_ask,
    end,
    leads,
    recompute,
    send,
    words,
)
from openhall.errors import N_, NotAllowed
from openhall.hashing import digest
from openhall.models import Ask, Assignment, Clock, Office, ServiceRequest, Supervision, User, record
from openhall.moment import now
from openhall.reads.readiness import look
from openhall.rules.clocks import ClockKind
from openhall.rules.permissions import Role
from openhall.rules.readiness import missing, verdict
from openhall.rules.suggestion import Reason
from openhall.rules.workflow import State

__all__ = [
    "LONGEST_EXTENSION",
    "add_assisting",
    "ask_extension",
    "assign",
    "decide_extension",
    "dispatch",
    "give_back",
    "sign",
    "transfer",
    "uphold",
]


# --- sending ------------------------------------------------------------------------------------------------------


@transaction.atomic
def dispatch(
    request: ServiceRequest,
    *,
    lead: Office,
    assisting: Iterable[Office] = (),
    handler: User | None = None,
    instruction: str = "",
    why: Iterable[Reason | str | dict[str, str]] = (),
    by: User,
    seen: int | None = None,
) -> ServiceRequest:
    """Send the request to the department that leads and those that assist, each with the same `instruction`.

    After a return this grants it: the department is right, another one leads. Assisting departments named before and
    not now are released. What the readiness checklist finds is kept as a look of the supervisor's rule.
    """
    permit(by, "request.dispatch", request)
    request = locked(request, seen)
    returned, was = request.state == State.RETURNED, request.lead_id
    request.move("dispatch")
    helpers = [office for office in dict.fromkeys(assisting) if office != lead]
    check_offices(request, lead, *helpers)
    if returned and lead.pk == was:
        raise NotAllowed(
            N_(
                "{office} has returned this request. Stay with your choice with an answer, or choose another one."
            ),
            office=str(lead),
        )
    check_handler(handler, lead)
    at, old = now(), Clock.objects.dues(request)
    if returned:
        decide_ask(request, Ask.Kind.RETURN, granted=True, answer=instruction, judge=by, at=at)
        Ask.objects.lapse(request, at=at)  # more time that the old department asked for
    there = end(request, at=at, lead="returned" if returned else "transferred", keep_assisting=helpers)
    Clock.objects.resume(request, at=at)
    send(request, lead, LEAD, handler=handler, instruction=instruction, why=why, at=at)
    for office in helpers:
        if office.pk not in there:
            send(request, office, ASSISTING, instruction=instruction, at=at)
    request.lead, request.handler = lead, handler
    gaps = _look_over(request, lead, at)
    dues = recompute(request, old, at)
    keep(request, "lead", "handler")
    record(
        "request.dispatched",
        request,
        by=by,
        office=lead.pk,
        department=lead.name,
        assisting=[office.pk for office in helpers],
        handler=handler.pk if handler else None,
        again=returned,
        missing=gaps,
        digest=digest(instruction) if instruction else "",
        **dues,
    )
    return request


@transaction.atomic
def transfer(
    request: ServiceRequest, *, office: Office, reason: str, by: User, seen: int | None = None
) -> ServiceRequest:
    """Pass the request on to another department, which must sign for it. By a dispatcher, or by the head of the lead
    department unless the centre has decided that it stays, or it was there before.
    """
    permit(by, "request.transfer", request)
    request = locked(request, seen)
    request.move("transfer")
    was = request.lead
    if by.role == Role.HEAD:
        _check_head(request, office, by)
    reason = words(reason, N_("Reason"), N_("Say why another department should have it."))
    check_offices(request, office)
    if office == was:
        raise NotAllowed(N_("{office} has this request already."), office=str(office))
    at, old = now(), Clock.objects.dues(request)
    helpers = Assignment.objects.filter(request=request, part=ASSISTING, ended_at=None).exclude(office=office)
    end(request, at=at, lead="transferred", keep_assisting=[one.office for one in helpers])
    Ask.objects.lapse(request, at=at)
    Clock.objects.resume(request, at=at)
    send(request, office, LEAD, instruction=reason, at=at)
    request.lead, request.handler = office, None
    dues = recompute(request, old, at)
    keep(request, "lead", "handler")
    record(
        "request.transferred",
        request,
        by=by,
        office=office.pk,
        before=was.pk,
        department=office.name,
        department_before=was.name,
        digest=digest(reason),
        **dues,
    )
    return request


@transaction.atomic
def add_assisting(
    request: ServiceRequest, *, office: Office, instruction: str, by: User, seen: int | None = None
) -> ServiceRequest:
    """Ask one more department to help. By a dispatcher or the head of the lead department."""
    permit(by, "request.transfer", request)
    request = locked(request, seen)
    request.move("note")
    if request.state not in SENT:
        raise NotAllowed(N_("No department has this request yet, so there is nobody to assist."))
    if by.role == Role.HEAD:
        leads(request, by)
    instruction = words(instruction, N_("Instruction"), N_("Say what this department should do."))
    check_offices(request, office)
    if Assignment.objects.filter(request=request, office=office, ended_at=None).exists():
        raise NotAllowed(N_("{office} has this request already."), office=str(office))
    at = now()
    send(request, office, ASSISTING, instruction=instruction, at=at)
    if request.state == State.WAITING:
        Clock.objects.pause(request, at=at, reason="question")
    keep(request)
    record(
        "request.assisting",
        request,
        by=by,
        office=office.pk,
        department=office.name,
        digest=digest(instruction),
    )
    return request


# --- in the department --------------------------------------------------------------------------------------------


@transaction.atomic
def sign(request: ServiceRequest, *, by: User, seen: int | None = None) -> ServiceRequest:
    """The department has received it and takes it on; with the lead's signature the work begins."""
    permit(by, "request.sign", request)
    request = locked(request, seen)
    sent = _own_sending(request, by)
    if sent.part == LEAD:
        request.move("sign")
    else:
        request.move("note")
        if sent.signed_at is not None:
            raise NotAllowed(N_("Your department has signed for this request already."))
    at = now()
    sent.signed_at, sent.signed_by = at, by
    sent.save(update_fields=["signed_at", "signed_by"])
    Clock.objects.stop(request, ClockKind.SIGN_FOR, at=at, office=sent.office)
    keep(request)
    record(
        "request.signed", request, by=by, office=sent.office_id, part=sent.part, department=sent.office.name
    )
    return request


@transaction.atomic
def assign(request: ServiceRequest, *, handler: User, by: User, seen: int | None = None) -> ServiceRequest:
    """Give the department's part of the work to one of its people."""
    permit(by, "request.assign", request)
    request = locked(request, seen)
    request.move("note")
    sent = _own_sending(request, by)
    check_handler(handler, sent.office)
    if sent.handler_id == handler.pk:
        raise NotAllowed(N_("{person} has this request already."), person=str(handler))
    sent.handler = handler
    sent.save(update_fields=["handler"])
    if sent.part == LEAD:
        request.handler = handler
    keep(request, "handler")
    record("request.assigned", request, by=by, office=sent.office_id, part=sent.part, handler=handler.pk)
    return request


def _check_head(request: ServiceRequest, office: Office, by: User) -> None:
    leads(request, by)
    upheld = Ask.objects.filter(
        request=request, kind=Ask.Kind.RETURN, office=request.lead_id, state=Ask.State.REFUSED
    ).exclude(decided_by=None)
    if upheld.exists():
        raise NotAllowed(N_("The centre has decided that this request stays with your department."))
    if Assignment.objects.filter(request=request, part=LEAD, office=office).exclude(ended_at=None).exists():
        raise NotAllowed(
            N_("{office} had this request before. Return it, so that the centre decides."), office=str(office)
        )


def _own_sending(request: ServiceRequest, by: User) -> Assignment:
    sent = Assignment.objects.filter(request=request, office=by.office_id, ended_at=None).first()
    if sent is None:
        raise NotAllowed(N_("This request is not with your department now."))
    return sent


def _look_over(request: ServiceRequest, lead: Office, at: datetime) -> list[str]:
    """Keep what the readiness checklist says; what is missing is returned."""
    found = look(request)
    Supervision.objects.create(
        request=request,
        kind=Supervision.Kind.READINESS,
        office=lead,
        by=None,
        at=at,
        marks={str(check): there for check, there in found.items()},
        verdict=verdict(found),
        settled_at=at,
    )
    return [str(check) for check in missing(found)]

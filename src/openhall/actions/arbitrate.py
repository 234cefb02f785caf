"""What a department asks of the centre, and the centre's word: to take a request back, and more time. Both limited in
number, both with a reason and an answer in words. Seed 5.3.2; row C2.
"""

from __future__ import annotations

from django.db import transaction

from openhall.actions import keep, locked, permit
from openhall.actions.sending import (
    ASSISTING,
    LEAD,
    SENT,
    check_offices,
    decide_ask,
    end,
    leads,
    recompute,
    send,
    words,
)
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.hashing import digest
from openhall.models import Ask, Assignment, Clock, Office, ServiceRequest, User, hall_calendar, record
from openhall.moment import now
from openhall.rules.clocks import ClockKind
from openhall.rules.workflow import LONGEST_EXTENSIONS, LONGEST_RETURNS

LONGEST_EXTENSION = 60  # working days asked for at once


@transaction.atomic
def give_back(
    request: ServiceRequest, *, reason: str, suggests: Office | None = None, by: User, seen: int | None = None
) -> ServiceRequest:
    """The lead department says that it is not the right one; the centre decides. Limited in number for each department;
    the other clocks stand still until then.
    """
    permit(by, "request.handle", request)
    request = locked(request, seen)
    request.move("return")
    leads(request, by)
    reason = words(reason, N_("Reason"), N_("Say why it is not yours, on what ground."))
    times = Ask.objects.filter(request=request, kind=Ask.Kind.RETURN, office=request.lead_id).count()
    if times >= LONGEST_RETURNS:
        raise NotAllowed(
            N_("Your department has returned this request {times} times; the centre’s word is final now."),
            times=times,
        )
    if suggests is not None:
        check_offices(request, suggests)
        if suggests.pk == request.lead_id:
            raise BadInput(
                Problem(N_("Whose it is"), N_("this is your own department."), N_("Choose another one."))
            )
    at, office = now(), request.lead
    Ask.objects.create(
        request=request, kind=Ask.Kind.RETURN, office=office, reason=reason, suggests=suggests, by=by, at=at
    )
    request.returns += 1
    request.handler = None
    Clock.objects.stop(request, ClockKind.SIGN_FOR, at=at, office=office)
    Clock.objects.pause(request, at=at, reason="return")
    keep(request, "returns", "handler")
    record(
        "request.returned",
        request,
        by=by,
        office=office.pk,
        department=office.name,
        suggests=suggests.pk if suggests else None,
        times=times + 1,
        digest=digest(reason),
    )
    return request


@transaction.atomic
def ask_extension(
    request: ServiceRequest, *, days: int, reason: str, by: User, seen: int | None = None
) -> ServiceRequest:
    """The lead department asks the centre for `days` more working days."""
    permit(by, "request.handle", request)
    request = locked(request, seen)
    request.move("note")
    leads(request, by)
    if request.state not in SENT:
        raise NotAllowed(N_("The centre has this request now. Ask for more time when it is back with you."))
    reason = words(reason, N_("Reason"), N_("Say why the time is not enough."))
    if not 1 <= days <= LONGEST_EXTENSION:
        raise BadInput(
            Problem(
                N_("Working days"),
                N_("an extension is 1 to {most} working days."),
                N_("Write how many you need."),
                {"most": LONGEST_EXTENSION},
            )
        )
    if request.extensions >= LONGEST_EXTENSIONS:
        raise NotAllowed(
            N_("This request was extended {times} times; more is not possible."), times=request.extensions
        )
    if Ask.objects.filter(request=request, kind=Ask.Kind.EXTENSION, state=Ask.State.OPEN).exists():
        raise NotAllowed(N_("An extension was asked for and is not decided yet."))
    Ask.objects.create(
        request=request,
        kind=Ask.Kind.EXTENSION,
        office=request.lead,
        reason=reason,
        days=days,
        by=by,
        at=now(),
    )
    keep(request)
    record(
        "request.extension_asked",
        request,
        by=by,
        office=request.lead_id,
        department=request.lead.name,
        days=days,
        digest=digest(reason),
    )
    return request


@transaction.atomic
def uphold(request: ServiceRequest, *, answer: str, by: User, seen: int | None = None) -> ServiceRequest:
    """The centre stays with its choice: back to the department that returned it, which must sign for it again."""
    permit(by, "request.arbitrate", request)
    request = locked(request, seen)
    request.move("uphold")
    answer = words(answer, N_("Answer"), N_("Say why it stays with this department."))
    lead = request.lead
    check_offices(request, lead)
    at, old = now(), Clock.objects.dues(request)
    decide_ask(request, Ask.Kind.RETURN, granted=False, answer=answer, judge=by, at=at)
    helpers = Assignment.objects.filter(request=request, part=ASSISTING, ended_at=None)
    end(request, at=at, lead="returned", keep_assisting=[one.office for one in helpers])
    Clock.objects.resume(request, at=at)
    send(request, lead, LEAD, instruction=answer, at=at)
    dues = recompute(request, old, at)
    keep(request)
    times = Ask.objects.filter(request=request, kind=Ask.Kind.RETURN, office=lead).count()
    record(
        "request.upheld",
        request,
        by=by,
        office=lead.pk,
        department=lead.name,
        times=times,
        final=times >= LONGEST_RETURNS,
        digest=digest(answer),
        **dues,
    )
    return request


@transaction.atomic
def decide_extension(
    request: ServiceRequest, *, granted: bool, answer: str, by: User, seen: int | None = None
) -> ServiceRequest:
    """Give the department the time it asked for, or not. The new date follows from the calendar and is told to the
    citizen with the answer.
    """
    permit(by, "request.arbitrate", request)
    request = locked(request, seen)
    request.move("note")
    answer = words(answer, N_("Answer"), N_("Say why, for the department and the citizen."))
    at, old = now(), Clock.objects.dues(request)
    ask = decide_ask(request, Ask.Kind.EXTENSION, granted=granted, answer=answer, judge=by, at=at)
    if ask is None:
        raise NotAllowed(N_("No extension was asked for."))
    facts = {
        "office": ask.office_id,
        "department": ask.office.name,
        "days": ask.days,
        "digest": digest(answer),
    }
    if granted:
        minutes = int(ask.days * hall_calendar().minutes_per_day)
        if Clock.objects.extend(request, ClockKind.RESOLVE, minutes=minutes, at=at) is None:
            raise NotAllowed(
                N_("No clock for settling this request is running, so there is nothing to extend.")
            )
        request.extensions += 1
        facts |= {"old_due": old, "new_due": Clock.objects.dues(request)}
    keep(request, "extensions")
    record("request.extension_granted" if granted else "request.extension_refused", request, by=by, **facts)
    return request

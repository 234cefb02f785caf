"""Recurring duties: set, reminded of once a due date, renewed online in a minute or at the window. Seed 1.2.1; row B9.

What is declared is confirmed each time. Only what changed needs staff: then a request goes with the renewal (a face
calls `intake.receive` in the same transaction and hands it in).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.hashing import code_hash
from openhall.models import (
    ContactMethod,
    Event,
    Notice,
    Party,
    RecurringDuty,
    Renewal,
    Service,
    ServiceRequest,
    User,
    record,
)
from openhall.moment import now
from openhall.rules import duties as rules
from openhall.rules.demand import DemandClass
from openhall.rules.duties import Facts
from openhall.surveys.codes import new_code

LONGEST_SECONDS = 3600  # a form left open over lunch says nothing about how long renewing takes


@dataclass(frozen=True, slots=True)
class SetDuty:
    """`code` opens the renewal; in clear for this one moment."""

    duty: RecurringDuty
    code: str


@transaction.atomic
def set_duty(
    party: Party,
    *,
    service: Service,
    due_on: date,
    every_days: int | None = None,
    remind_days: int = 14,
    title: str = "",
    facts: Facts = (),
    by: User | None,
) -> SetDuty:
    """A new duty of `party`, first due on `due_on`; every so many days as its service says, unless given.

    `facts` is what the party declares, to be confirmed at each renewal. BadInput naming every problem.
    """
    permit(by, "duty.manage")
    every_days = every_days or service.renew_days or 0
    title, facts = " ".join(title.split()) or str(service), rules.clean(facts)
    rules.check(every_days=every_days, remind_days=remind_days, title=title, facts=facts)
    if due_on < today():
        raise BadInput(
            Problem(N_("First due date"), N_("it is in the past."), N_("Enter a day that is still to come."))
        )
    code = _free_code()
    duty = RecurringDuty.objects.create(
        party=party,
        service=service,
        title=title[:160],
        every_days=every_days,
        due_on=due_on,
        remind_days=remind_days,
        answers=_stored(facts),
        secret=code_hash(code),
    )
    record("duty.set", duty, by=by, service=service.code, due=due_on.isoformat())
    return SetDuty(duty, code)


@transaction.atomic
def replace_code(duty: RecurringDuty, *, by: User | None) -> SetDuty:
    """A new code for one that was lost; the old one opens nothing any more. NotAllowed for a duty that has ended."""
    permit(by, "duty.manage")
    duty = _locked(duty)
    code = _free_code()
    duty.secret = code_hash(code)
    duty.save(update_fields=["secret"])
    record("duty.code_replaced", duty, by=by)
    return SetDuty(duty, code)


@transaction.atomic
def end_duty(duty: RecurringDuty, *, by: User | None) -> RecurringDuty:
    """It need not be renewed any more: no reminder, and its code opens nothing. NotAllowed when it has ended."""
    permit(by, "duty.manage")
    duty = _locked(duty)
    duty.ended = True
    duty.save(update_fields=["ended"])
    record("duty.ended", duty, by=by)
    return duty


@transaction.atomic
def renew(
    duty: RecurringDuty,
    *,
    for_date: date,
    facts: Facts,
    request: ServiceRequest | None = None,
    seconds: int | None = None,
    online: bool = True,
    by: User | None = None,
) -> Renewal:
    """Confirm or change what was declared; the next due date follows. Without `by`: the party itself, by its code.

    `for_date` is the due date the person saw: a form sent twice, or by two people, renews once, and the second is told.
    `request` goes with changed facts and with nothing else. `seconds`: from form shown to form sent. BadInput for what
    cannot be declared; NotAllowed for a duty that ended, was renewed for this date, or is not open yet.
    """
    permit(by, "duty.manage")
    duty, facts = _locked(duty), rules.clean(facts)
    if duty.due_on != for_date:
        raise NotAllowed(N_("It has been renewed already. It is next due on {due}."), due=duty.due_on)
    opens = rules.opens_on(duty.due_on, remind_days=duty.remind_days)
    if today() < opens:
        raise NotAllowed(N_("It is too early: it can be renewed from {day} on."), day=opens)
    rules.check_facts(facts)
    if bool(rules.changed(facts_of(duty), facts)) != (request is not None):
        raise ValueError("a request goes with changed facts, and with nothing else")
    renewal = Renewal.objects.create(
        duty=duty, request=request, for_date=for_date, seconds=_sensible(seconds), online=online
    )
    duty.answers = _stored(facts)
    duty.due_on = rules.next_due(for_date, today(), every_days=duty.every_days)
    duty.save(update_fields=["answers", "due_on"])
    record(
        "duty.renewed",
        duty,
        by=by,
        request=request,
        day=for_date.isoformat(),
        due=duty.due_on.isoformat(),
        online=online,
        changed=request is not None,
    )
    return renewal


def remind(day: date) -> int:
    """Remind of every duty whose reminder is due on `day`, once for each due date. How many were reminded now.

    Called by the worker, any number of them and as often as they like: the row itself says which date it was for.
    """
    last = day + timedelta(days=rules.LONGEST_NOTICE)
    waiting = RecurringDuty.objects.filter(ended=False, due_on__lte=last)
    waiting = waiting.exclude(reminded_for=F("due_on")).order_by("due_on", "pk")
    return sum(
        _remind(duty, day)
        for duty in waiting.iterator()
        if day >= rules.opens_on(duty.due_on, remind_days=duty.remind_days)
    )


@transaction.atomic
def _remind(duty: RecurringDuty, day: date) -> bool:
    """Remind unless it was done, has ended or was renewed meanwhile: the condition is in the update itself."""
    same = RecurringDuty.objects.filter(pk=duty.pk, ended=False, due_on=duty.due_on)
    if not same.exclude(reminded_for=duty.due_on).update(reminded_for=duty.due_on):
        return False
    record("duty.reminded", duty, due=duty.due_on.isoformat(), late=day > duty.due_on)
    return True


def tell(event: Event) -> None:
    """What follows from duty.reminded: one e-mail to the party, where it has an address. Asked twice, made once."""
    duty = RecurringDuty.objects.select_related("party").get(pk=event.subject_id)
    contacts = ContactMethod.objects.filter(party__in=duty.party.cluster(), kind=ContactMethod.Kind.EMAIL)
    contact = contacts.order_by("-preferred", "pk").first()
    if contact is None:
        return
    Notice.objects.get_or_create(
        once=f"duty.reminded:{event.pk}",
        defaults={
            "kind": "duty.reminder",
            "to": contact.value,
            "language": duty.party.root.language,
            "values": {"title": duty.title, "due": event.data["due"]},
            "next_at": now(),
        },
    )


def brings(duty: RecurringDuty, facts: Facts) -> dict[str, Any] | None:
    """What goes to staff with a renewal, as fields of `intake.Intake`; None where nothing changed."""
    known, facts = dict(facts_of(duty)), rules.clean(facts)
    rules.check_facts(facts)
    changed = rules.changed(facts_of(duty), facts)
    if not changed:
        return None
    return {
        "demand": DemandClass.APPLICATION,
        "service": duty.service,
        "subject": duty.title,
        "text": "\n".join(f"{label}: {known.get(label) or '–'} → {value or '–'}" for label, value in changed),
        "language": duty.party.root.language,
        "party": duty.party.root,
        "listed": False,
        "once": f"renewal-{duty.pk}-{duty.due_on.isoformat()}",
    }


def facts_of(duty: RecurringDuty) -> Facts:
    """What was declared last time, in its order."""
    return tuple((label, value) for label, value in duty.answers.get("facts", ()))


def today() -> date:
    """The day in the hall."""
    return timezone.localdate(now())


def _stored(facts: Facts) -> dict[str, list[list[str]]]:
    """A list, because a database may put the keys of an object in an order of its own."""
    return {"facts": [list(fact) for fact in facts]}


def _locked(duty: RecurringDuty) -> RecurringDuty:
    duty = RecurringDuty.objects.select_for_update().get(pk=duty.pk)
    if duty.ended:
        raise NotAllowed(N_("This duty has ended. Nothing is to be renewed."))
    return duty


def _free_code() -> str:
    code = new_code()
    while RecurringDuty.objects.filter(secret=code_hash(code)).exists():
        code = new_code()
    return code


def _sensible(seconds: int | None) -> int | None:
    return seconds if seconds is not None and 0 < seconds <= LONGEST_SECONDS else None

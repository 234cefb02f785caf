"""Put a notice into the outbox: to the citizen about a request, to staff about what waits for them. Rows C1, C5.

What follows after which event stands in `openhall.flow`; sending is the matter of `gateways.mail`. A notice is made
once for an event and a person, and holds no more than number, department and date; of a confidential request only the
number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from openhall.actions import permit
from openhall.errors import N_, NotAllowed
from openhall.models import (
    Assignment,
    ContactMethod,
    Event,
    Notice,
    Party,
    ServiceRequest,
    User,
    hall_calendar,
    record,
)
from openhall.models.message import UNKNOWN_AFTER
from openhall.moment import now
from openhall.rules.clocks import ClockKind
from openhall.rules.permissions import Role

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 240))  # between two tries


# --- to citizens --------------------------------------------------------------------------------------------------


def citizen(event: Event) -> None:
    """Tell those whose request it is, where they gave an e-mail address. The notice's kind is the event's."""
    case = event.request
    values = {"number": case.number}
    kind = "request.news" if case.confidential else event.kind
    if not case.confidential:
        values |= _matter(case, event)
    for party in _parties(case):
        if mail := _mail(party):
            _make(
                event,
                kind,
                who=f"party {party.pk}",
                to=mail,
                language=case.language,
                values=values,
                request=case,
            )


def _matter(case: ServiceRequest, event: Event) -> dict[str, Any]:
    """What the texts may say: who has it, and by when."""
    found: dict[str, Any] = {}
    if case.lead_id:
        found["department"] = case.lead.name
    due = case.clocks.running().filter(kind=ClockKind.RESOLVE).values_list("due_at", flat=True).first()
    if due:
        found["due"] = due.isoformat()
    return found


def _parties(case: ServiceRequest) -> list[Party]:
    """Whose request it is, and who brought it, each once and as the record that stands for them."""
    parties = [party.root for party in (case.party, case.reported_by) if party]
    return list({party.pk: party for party in parties}.values())


def _mail(party: Party) -> str:
    """The e-mail address of a party; empty where none is known."""
    known = ContactMethod.objects.filter(party__in=party.cluster(), kind=ContactMethod.Kind.EMAIL)
    return known.order_by("-preferred", "pk").values_list("value", flat=True).first() or ""


# --- to staff -----------------------------------------------------------------------------------------------------


def departments(event: Event) -> None:
    """Tell the heads of every department that must sign for the request."""
    waiting = Assignment.objects.filter(request=event.request_id, ended_at=None, signed_at=None)
    heads = User.objects.filter(role=Role.HEAD, office__in=waiting.values("office"))
    _tell_staff(event, "staff.sent", heads)


def department(event: Event) -> None:
    """Tell the heads of the one department the event names, under the event's kind."""
    heads = User.objects.filter(role=Role.HEAD, office=event.data.get("office"))
    _tell_staff(event, f"staff.{event.kind}", heads)


def handler(event: Event) -> None:
    """Tell the person who has the request, else the heads of the department, that the citizen has said something."""
    case = event.request
    people = (
        User.objects.filter(pk=case.handler_id)
        if case.handler_id
        else User.objects.filter(role=Role.HEAD, office=case.lead_id)
    )
    _tell_staff(event, "staff.citizen", people)


def warned(event: Event) -> None:
    """A deadline is near: the person who has it, else the heads of the department."""
    case, office = event.request, event.data.get("office")
    people = User.objects.filter(pk=case.handler_id, office=office) or User.objects.filter(
        role=Role.HEAD, office=office
    )
    _tell_staff(event, "staff.warned", people, due=event.data["due"])


def escalated(event: Event) -> None:
    """A deadline is past: level 1 the heads, level 2 the supervisors too, level 3 the leaders too."""
    level = event.data["level"]
    people = set(User.objects.filter(role=Role.HEAD, office=event.data.get("office")))
    for role, least in ((Role.SUPERVISOR, 2), (Role.LEADER, 3)):
        if level >= least:
            people |= set(User.objects.filter(role=role))
    _tell_staff(event, "staff.escalated", people, due=event.data["due"])


def _tell_staff(event: Event, kind: str, people: Iterable[User], **values: Any) -> None:
    """Those of them who may see the request and have an e-mail address; not before the hall opens."""
    case = event.request
    at = hall_calendar().next_opening(now())
    for person in people:
        if person.is_active and person.email and person.may("request.view", case):
            _make(
                event,
                kind,
                who=f"staff {person.pk}",
                to=person.email,
                language=settings.LANGUAGE_CODE,
                values={"number": case.number, **values},
                request=case,
                at=at,
            )


def _make(
    event: Event,
    kind: str,
    *,
    who: str,
    to: str,
    language: str,
    values: dict[str, Any],
    request: ServiceRequest | None,
    at: datetime | None = None,
) -> None:
    Notice.objects.get_or_create(
        once=f"{kind}:{event.pk}:{who}",
        defaults={
            "request": request,
            "kind": kind,
            "to": to,
            "language": language,
            "values": values,
            "next_at": at or now(),
        },
    )


# --- what became of it --------------------------------------------------------------------------------------------


@transaction.atomic
def settle(notice: Notice, *, arrived: bool, by: User) -> Notice:
    """A person decides about a notice whose fate nobody knows, or that failed: it arrived, or again."""
    permit(by, "notice.manage")
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    unknown = notice.state == Notice.State.SENDING and notice.next_at < now() - UNKNOWN_AFTER
    if not (unknown or notice.state == Notice.State.FAILED):
        raise NotAllowed(N_("This message is on its way. There is nothing to decide about it."))
    if arrived:
        notice.state, notice.sent_at, notice.to, notice.values = Notice.State.SENT, now(), "", {}
    else:
        notice.state, notice.tries, notice.next_at = Notice.State.CREATED, 0, now()
    notice.error = ""
    notice.save()
    record("notice.settled", notice, by=by, arrived=arrived, notice=notice.pk)
    return notice


@transaction.atomic
def test(*, by: User) -> Notice:
    """Send the person a message, to see that mail works."""
    permit(by, "notice.manage")
    if not by.email:
        raise NotAllowed(N_("Your account has no e-mail address. Enter one first."))
    notice = Notice.objects.create(
        kind="test",
        to=by.email,
        language=settings.LANGUAGE_CODE,
        once=f"test:{by.pk}:{now().isoformat()}",
        next_at=now(),
    )
    record("notice.tested", notice, by=by, notice=notice.pk)
    return notice


# --- for the gateway ----------------------------------------------------------------------------------------------


def claim(*, limit: int) -> Iterable[Notice]:
    """The notices to send now, each claimed by a committed update before it is handed over."""
    due = Notice.objects.filter(state=Notice.State.CREATED, channel="email", next_at__lte=now())
    for pk in list(due.order_by("next_at", "pk").values_list("pk", flat=True)[:limit]):
        mine = Notice.objects.filter(pk=pk, state=Notice.State.CREATED)
        if mine.update(state=Notice.State.SENDING, tries=F("tries") + 1, next_at=now()):
            yield Notice.objects.get(pk=pk)


def sent(notice: Notice) -> None:
    """It was handed over: neither address nor contents are kept."""
    Notice.objects.filter(pk=notice.pk).update(
        state=Notice.State.SENT, sent_at=now(), to="", values={}, error=""
    )


def not_sent(notice: Notice, error: str) -> None:
    """It was surely not handed over: again later, or failed after the last try."""
    if notice.tries > len(PAUSES):
        Notice.objects.filter(pk=notice.pk).update(state=Notice.State.FAILED, error=error[:200])
        return
    Notice.objects.filter(pk=notice.pk).update(
        state=Notice.State.CREATED, next_at=now() + PAUSES[notice.tries - 1], error=error[:200]
    )

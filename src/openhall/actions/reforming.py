"""What a merged or split department hands on: people, competences, list items, and every request that is not over.

Closed requests stay with the department that closed them. Where something about a closed one is still to be done, a
bad rating to put right or an order to answer, the heir gets a sending of it, and the lead stays. Row B6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from openhall.actions import keep
from openhall.actions.sending import ASSISTING, LEAD, accused_and_heirs
from openhall.models import (
    Ask,
    Assignment,
    Clock,
    Competence,
    ListItem,
    Office,
    ServiceRequest,
    Supervision,
    User,
    hall_calendar,
)
from openhall.models.event import Fact
from openhall.rules import clocks
from openhall.rules.clocks import ClockKind
from openhall.rules.workflow import State

DEPARTMENTS = (Office.Kind.DECISION.value, Office.Kind.FUNCTIONAL.value, Office.Kind.SUPPORT.value)
REFORMED = "reformed"  # how a sending ended


@dataclass(frozen=True, slots=True)
class Heirs:
    """Who takes over: by service, by person; the first what is not named."""

    offices: tuple[Office, ...]
    services: Mapping[int, Office] = field(default_factory=dict)
    staff: Mapping[int, Office] = field(default_factory=dict)

    def of_service(self, pk: int | None) -> Office:
        return self.offices[0] if pk is None else self.services.get(pk, self.offices[0])

    def of_person(self, pk: int) -> Office:
        return self.staff.get(pk, self.offices[0])

    def of_services(self, pks: Sequence[int]) -> Office:
        """The one heir of all of them, else the first."""
        found = {self.of_service(pk).pk: self.of_service(pk) for pk in pks}
        return next(iter(found.values())) if len(found) == 1 else self.offices[0]


@dataclass(slots=True)
class Moved:
    """What went to the heirs. `requests`: with the office they came from and the one they went to; None: the centre."""

    requests: list[tuple[ServiceRequest, Office, Office | None]] = field(default_factory=list)
    staff: int = 0
    competences: int = 0
    items: int = 0

    @property
    def to_centre(self) -> int:
        return sum(heir is None for _, _, heir in self.requests)

    def facts(self, by: User | None) -> Iterator[Fact]:
        """An event for each request."""
        for request, old, heir in self.requests:
            data: dict[str, Any] = {"before": old.pk, "department_before": old.name}
            if heir is not None:
                data |= {"office": heir.pk, "department": heir.name}
            kind = "request.reformed" if heir is not None else "request.sent_back"
            yield Fact(kind, request, by=by, data=data)


def unfinished(olds: Sequence[Office]) -> Any:
    """Requests in which these departments have something to do, in the order of their keys."""
    part = Q(assignments__office__in=olds, assignments__ended_at=None, is_open=True)
    after = Q(rectifications__office__in=olds, rectifications__finished_at=None)
    order = Q(supervisions__office__in=olds, supervisions__kind="order", supervisions__settled_at=None)
    found = ServiceRequest.objects.filter(Q(lead__in=olds, is_open=True) | part | after | order)
    return ServiceRequest.objects.filter(pk__in=found.values("pk")).order_by("pk")


def hand_on(olds: Sequence[Office], heirs: Heirs, *, at: datetime) -> Moved:
    """Move it all. The requests' rows are locked first, so that whoever acts on one meanwhile is told."""
    moved = Moved()
    cases = list(unfinished(olds).select_for_update(of=("self",)))
    moved.staff = _staff(olds, heirs)
    moved.competences = _competences(olds, heirs)
    moved.items = _items(olds, heirs)
    for case in cases:
        moved.requests.append(_request(case, {one.pk: one for one in olds}, heirs, at))
    for case in list(_exposed(heirs).select_for_update(of=("self",))):
        if taken := _take_away(case, at):
            moved.requests.append((case, taken, None))
    return moved


def _exposed(heirs: Heirs) -> Any:
    """Open reports that name a department and that one of the heirs has now, in the order of their keys."""
    has = Assignment.objects.filter(office__in=heirs.offices, ended_at=None)
    found = ServiceRequest.objects.filter(is_open=True, pk__in=has.values("request"))
    return found.exclude(accused=None).order_by("pk")


def _take_away(case: ServiceRequest, at: datetime) -> Office | None:
    """From who stands for the accused department from now on; one of these, None where none had it."""
    barred = accused_and_heirs(case)
    sent = [one for one in case.assignments.filter(ended_at=None) if one.office_id in barred]
    if not sent:
        return None
    _end(case, sent, at)
    if case.lead_id in barred:
        _to_centre(case, at)
        case.handler = None
    Clock.objects.settle(case)
    keep(case, "lead", "handler")
    return sent[0].office


# --- people, competences, items -----------------------------------------------------------------------------------


def _staff(olds: Sequence[Office], heirs: Heirs) -> int:
    people = list(User.objects.select_for_update(of=("self",)).filter(office__in=olds))
    for one in people:
        one.office = heirs.of_person(one.pk)
        one.save(update_fields=["office"])
    return len(people)


def _competences(olds: Sequence[Office], heirs: Heirs) -> int:
    rows = list(Competence.objects.filter(office__in=olds).order_by("pk"))
    for row in rows:
        heir = heirs.of_service(row.service_id)
        there = Competence.objects.filter(service=row.service_id, area=row.area_id, office=heir).first()
        if there is None:
            row.office = heir
            row.save(update_fields=["office"])
            continue
        if row.part == Competence.Part.LEAD:
            there.part = Competence.Part.LEAD
            there.save(update_fields=["part"])
        row.delete()
    return len(rows)


def _items(olds: Sequence[Office], heirs: Heirs) -> int:
    rows = list(ListItem.objects.filter(office__in=olds))
    for row in rows:
        row.office = heirs.of_services(list(row.services.values_list("pk", flat=True)))
        row.save(update_fields=["office"])
    return len(rows)


# --- one request --------------------------------------------------------------------------------------------------


def _request(
    case: ServiceRequest, olds: Mapping[int, Office], heirs: Heirs, at: datetime
) -> tuple[ServiceRequest, Office, Office | None]:
    heir = heirs.of_service(case.service_id)
    sent = [one for one in case.assignments.filter(ended_at=None) if one.office_id in olds]
    before = olds[case.lead_id] if case.lead_id in olds else _first_old(case, sent, olds)
    barred = heir.pk in accused_and_heirs(case)
    if barred:
        _end(case, sent, at)
        if case.is_open and case.lead_id in olds:
            _to_centre(case, at)
    else:
        _pass_on(case, sent, heir, at)
        _own(case, olds, heir, at)
        if case.is_open and case.lead_id in olds:
            case.lead = heir
    if case.handler_id and (barred or case.handler.office_id != case.lead_id) and case.is_open:
        case.handler = None
    Clock.objects.settle(case)
    keep(case, "lead", "handler")
    return case, before, None if barred else heir


def _first_old(case: ServiceRequest, sent: Sequence[Assignment], olds: Mapping[int, Office]) -> Office:
    if sent:
        return olds[sent[0].office_id]
    offices = [
        *case.rectifications.filter(office__in=olds).values_list("office", flat=True),
        *case.supervisions.filter(office__in=olds).values_list("office", flat=True),
    ]
    return olds[offices[0]]


def _to_centre(case: ServiceRequest, at: datetime) -> None:
    """The heir may not see it: the centre finds another department, and the clocks stand still as after a return."""
    if case.state == State.WAITING:
        case.move("resume")
    if case.state in (State.DISPATCHED, State.HANDLING):
        case.move("return")
    Ask.objects.lapse(case, at=at)
    Clock.objects.pause(case, at=at, reason="return")


def _end(case: ServiceRequest, sent: Sequence[Assignment], at: datetime) -> None:
    for one in sent:
        one.ended_at, one.ended_how = at, REFORMED
        one.save(update_fields=["ended_at", "ended_how"])
        Clock.objects.stop(case, ClockKind.SIGN_FOR, at=at, outcome=clocks.CANCELLED, office=one.office)


def _pass_on(case: ServiceRequest, sent: Sequence[Assignment], heir: Office, at: datetime) -> None:
    """One sending to the heir for all that the old ones had; as lead where one of them led. Signed stays signed."""
    _end(case, sent, at)
    if not sent:
        if not case.is_open and not case.assignments.filter(office=heir, ended_at=None).exists():
            _sending(case, heir, [], at)  # so that the heir may see what it has to do
        return
    there = case.assignments.filter(office=heir, ended_at=None).first()
    leads = any(one.part == LEAD for one in sent)
    if there is not None and (there.part == LEAD or not leads):
        return
    if there is not None:
        _end(case, [there], at)
        sent = [*sent, there]
    made = _sending(case, heir, sent, at)
    if made.signed_at is None and case.is_open and made.done_at is None:
        stands = Clock.objects.running().filter(request=case).exclude(paused_at=None).first()
        clock = Clock.objects.begin(case, ClockKind.SIGN_FOR, at=at, office=heir)
        if stands is not None:
            clock.take(clocks.pause(clock.value, at, hall_calendar()))
            clock.paused_at, clock.pause_reason = at, stands.pause_reason
            clock.save()


def _sending(case: ServiceRequest, heir: Office, sent: Sequence[Assignment], at: datetime) -> Assignment:
    """Like the one that led, else the first; with what was asked of each of them."""
    first = sorted(sent, key=lambda one: one.part != LEAD)[0] if sent else None
    if first is None:
        return Assignment.objects.create(
            request=case, office=heir, part=ASSISTING, sent_at=at, signed_at=at, done_at=at
        )
    asked = dict.fromkeys(one.instruction for one in sent if one.instruction)
    stays = first.handler_id and User.objects.filter(pk=first.handler_id, office=heir).exists()
    return Assignment.objects.create(
        request=case,
        office=heir,
        part=first.part,
        handler_id=first.handler_id if stays else None,
        why=first.why,
        instruction="\n\n".join(asked),
        sent_at=first.sent_at if first.signed_at else at,
        signed_at=first.signed_at,
        signed_by=first.signed_by,
        done_at=first.done_at,
        report=first.report,
    )


def _own(case: ServiceRequest, olds: Mapping[int, Office], heir: Office, at: datetime) -> None:
    """What else is to be done about it and waits for one of the old ones: clocks, orders, ratings, what was asked."""
    for row in Clock.objects.running().filter(request=case, office__in=olds):
        if Clock.objects.running().filter(request=case, kind=row.kind, office=heir).exists():
            row.take(replace(row.value, stopped=at, running_since=None, outcome=clocks.CANCELLED))
            row.paused_at = None
        else:
            row.office = heir
        row.save()
    case.rectifications.filter(office__in=olds, finished_at=None).update(office=heir)
    case.supervisions.filter(office__in=olds, kind=Supervision.Kind.ORDER, settled_at=None).update(
        office=heir
    )
    asks = Ask.objects.filter(request=case, state=Ask.State.OPEN)
    asks.filter(office__in=olds).update(office=heir)
    asks.filter(suggests__in=olds).update(suggests=heir)

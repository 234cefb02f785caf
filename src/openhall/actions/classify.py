"""What a request is: its class, service, area, urgency and special situations; whether it repeats another; whether the
public register shows it. Seed 3.4, 3.4.2; rows B2, B3, B8.

Rules suggest (`reads.suggestions`), a person decides. Joining sets a pointer, so it can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from openhall.actions import keep, locked, permit
from openhall.errors import N_, BadInput, NotAllowed, NotPermitted, Problem
from openhall.hashing import digest
from openhall.language import LANGUAGES, translator
from openhall.models import (
    Area,
    Ask,
    Assignment,
    Clock,
    Office,
    Service,
    ServiceRequest,
    User,
    hall_calendar,
    record,
    search,
)
from openhall.moment import now
from openhall.reads import suggestions
from openhall.rules import workflow
from openhall.rules.clocks import ClockKind
from openhall.rules.demand import SPECIAL, DemandClass
from openhall.rules.suggestion import Suggestion
from openhall.rules.urgency import LEVELS

AS_IT_IS: Any = object()  # the accused office stays


@transaction.atomic
def classify(
    request: ServiceRequest,
    *,
    demand: str,
    service: Service | None,
    area: Area | None,
    urgency: int | None,
    groups: Iterable[str] = (),
    reason: str = "",
    accused: Office | None = AS_IT_IS,
    by: User | None,
    seen: int | None = None,
) -> ServiceRequest:
    """Say what the request is. `urgency` None: as the rules say; another level than theirs and the present one needs a
    `reason`. A report of wrongdoing becomes confidential and leaves the register, whoever classifies it.

    BadInput names every field that cannot be used; NotAllowed where only a dispatcher may take confidentiality away.
    """
    permit(by, "request.classify", request)
    request = locked(request, seen)
    request.move("classify")
    before = {"demand": request.demand, "urgency": request.urgency, "service": _code(request.service)}
    groups = sorted(set(groups))
    if accused is AS_IT_IS:
        accused = request.accused if demand == DemandClass.REPORT else None
    _check(request, demand=demand, service=service, urgency=urgency, groups=groups, accused=accused)
    _check_confidence(request, demand, by)
    suggested = suggestions.urgency_of(request, demand=demand, service=service, area=area, groups=groups)
    _decide_urgency(request, urgency or suggested.value, suggested, reason.strip())
    request.demand, request.service, request.area, request.groups = demand, service, area, groups
    request.accused = accused
    _seal(request)
    dues = _recompute(request)
    keep(
        request,
        *(
            "demand",
            "service",
            "area",
            "urgency",
            "urgency_why",
            "groups",
            "accused",
            "confidential",
            "listed",
        ),
    )
    record(
        "request.classified",
        request,
        by=by,
        before=before,
        demand=demand,
        service=_code(service),
        urgency=request.urgency,
        suggested=suggested.value,
        confidential=request.confidential,
        digest=digest(reason.strip()) if reason.strip() else "",
        **dues,
    )
    return request


def _code(service: Service | None) -> str:
    return service.code if service else ""


def _check(
    request: ServiceRequest,
    *,
    demand: str,
    service: Service | None,
    urgency: int | None,
    groups: list[str],
    accused: Office | None,
) -> None:
    problems = []
    if demand not in set(DemandClass):
        problems.append(Problem(N_("Class"), N_("it is not chosen."), N_("Choose one.")))
    if service is not None and not service.active and service.pk != request.service_id:
        problems.append(
            Problem(N_("Service"), N_("it is no longer in the catalogue."), N_("Choose another one."))
        )
    if urgency is not None and urgency not in LEVELS:
        problems.append(Problem(N_("Urgency"), N_("it is a number from 1 to 5."), N_("Choose one.")))
    if unknown := [group for group in groups if group not in SPECIAL]:
        problems.append(
            Problem(
                N_("Special situation"),
                N_("{unknown} is not known."),
                N_("Choose one."),
                {"unknown": unknown},
            )
        )
    if accused is not None and demand != DemandClass.REPORT:
        problems.append(
            Problem(
                N_("Department the report is about"),
                N_("only a report of wrongdoing names one."),
                N_("Leave it empty, or choose the class “Report of wrongdoing”."),
            )
        )
    if accused is not None and _has(request, accused):
        problems.append(
            Problem(
                N_("Department the report is about"),
                N_("{office} has this request now."),
                N_("Send it elsewhere first."),
                {"office": str(accused)},
            )
        )
    if problems:
        raise BadInput(N_("The request cannot be classified like this."), problems=problems)


def _has(request: ServiceRequest, office: Office) -> bool:
    return Assignment.objects.filter(request=request, office=office, ended_at=None).exists()


def _check_confidence(request: ServiceRequest, demand: str, by: User | None) -> None:
    leaves = request.confidential and demand != DemandClass.REPORT
    if leaves and by is not None and not by.may("request.decide", request):
        raise NotAllowed(
            N_(
                "This is a report of wrongdoing. Only a dispatcher can say that it is none, and open it to others."
            )
        )


def _decide_urgency(request: ServiceRequest, level: int, suggested: Suggestion[int], reason: str) -> None:
    """Set the level and why: the rules' own words in each language, and the person's reason where it is another."""
    if level not in (suggested.value, request.urgency) and not reason:
        raise BadInput(
            Problem(
                N_("Reason for the urgency"),
                N_("the rules give this request urgency {suggested}, not {level}."),
                N_("Say why, or leave it to the rules."),
                {"suggested": suggested.value, "level": level},
            )
        )
    said = {lang: suggested.say(translator(lang), lang) for lang in LANGUAGES}
    if level != request.urgency or reason or level == suggested.value:
        kept = reason if level != suggested.value else ""
        request.urgency_why = {"suggested": suggested.value, "said": said, "reason": kept}
    request.urgency = level


def _seal(request: ServiceRequest) -> None:
    """A report is confidential, off the register and out of the index of like cases; what is no report is in the index,
    and in the register only when somebody lists it again.
    """
    was, request.confidential = request.confidential, request.demand == DemandClass.REPORT
    if request.confidential:
        request.listed = False
        search.drop("request", request.pk)
    elif was:
        search.put("request", request.pk, suggestions.text_of(request))


def _recompute(request: ServiceRequest) -> dict[str, Any]:
    """The citizen's clocks under the new urgency and service; the old and new deadlines where they changed."""
    old = Clock.objects.dues(request)
    Clock.objects.recompute(request, at=now(), more=_extended(request))
    new = Clock.objects.dues(request)
    return {"old_due": old, "new_due": new} if old != new else {}


def _extended(request: ServiceRequest) -> int:
    """Working minutes granted in extensions so far."""
    days = Ask.objects.filter(request=request, kind=Ask.Kind.EXTENSION, state=Ask.State.GRANTED)
    return int(sum(days.values_list("days", flat=True)) * hall_calendar().minutes_per_day)


# --- the same as another ------------------------------------------------------------------------------------------


@transaction.atomic
def merge(
    request: ServiceRequest, *, into: ServiceRequest, by: User | None, seen: int | None = None
) -> ServiceRequest:
    """Join the request to the one it repeats: it is closed as a duplicate and follows the other. Tells nobody.

    Joining to one that was itself joined leads to the one that stands for both.
    """
    permit(by, "request.merge", request)
    _see(by, into)
    request, into = _both(request, into, seen)
    while into.duplicate_of_id is not None and into.pk != request.pk:
        into = into.duplicate_of
    if into.pk == request.pk:
        raise NotAllowed(N_("A request cannot be joined to itself or to one that was joined to it."))
    if into.confidential != request.confidential:
        raise NotAllowed(
            N_("A report of wrongdoing can only be joined to another one: what it says must stay closed.")
        )
    if into.accused_id != request.accused_id:
        raise NotAllowed(N_("The two reports name different departments, so they are kept apart."))
    at = now()
    request.move("merge", outcome=workflow.Outcome.DUPLICATE, now=at)
    request.duplicate_of = into
    Clock.objects.stop(request, at=at, outcome="cancelled")
    Ask.objects.lapse(request, at=at)
    keep(request, "duplicate_of")
    record("request.merged", request, by=by, into=into.pk, number=into.number)
    return request


def _see(by: User | None, other: ServiceRequest) -> None:
    """What a person may not see is not there for them."""
    if by is not None and not by.may("request.view", other):
        raise NotPermitted(N_("There is no request with this number that you may see."))


def _both(
    request: ServiceRequest, into: ServiceRequest, seen: int | None
) -> tuple[ServiceRequest, ServiceRequest]:
    """Both rows, locked in the order of their keys, so that two who join at once wait for each other."""
    rows = ServiceRequest.objects.select_for_update().filter(pk__in=(request.pk, into.pk)).order_by("pk")
    found = {row.pk: row for row in rows}
    return locked(request, seen), found[into.pk]


@transaction.atomic
def unmerge(
    request: ServiceRequest, *, reason: str, by: User | None, seen: int | None = None
) -> ServiceRequest:
    """It was no duplicate: the request is open again, and its clocks go on from what they had used. The department
    signs for it anew; where it has ended, the centre has it.
    """
    permit(by, "request.merge", request)
    request = locked(request, seen)
    if request.outcome != workflow.Outcome.DUPLICATE:
        raise NotAllowed(N_("This request is not joined to another one."))
    if not reason.strip():
        raise BadInput(Problem(N_("Reason"), N_("it is missing."), N_("Say why it is not the same matter.")))
    at, stopped, was = now(), request.closed_at, request.duplicate_of
    Assignment.objects.leave_ended(request, at=at)
    request.move("reopen")
    request.duplicate_of = None
    Clock.objects.revive(request, stopped=stopped, at=at)
    for sent in Assignment.objects.filter(request=request, ended_at=None, done_at=None):
        if sent.part == Assignment.Part.LEAD:
            sent.signed_at = sent.signed_by = None
            sent.save(update_fields=["signed_at", "signed_by"])
        if sent.signed_at is None:
            Clock.objects.begin(request, ClockKind.SIGN_FOR, at=at, office=sent.office)
    keep(request, "duplicate_of", "lead", "handler")
    record(
        "request.unmerged",
        request,
        by=by,
        into=was.pk if was else None,
        number=was.number if was else "",
        digest=digest(reason.strip()),
    )
    return request


# --- the public register ------------------------------------------------------------------------------------------


@transaction.atomic
def publish(
    request: ServiceRequest, *, listed: bool, reason: str = "", by: User | None, seen: int | None = None
) -> ServiceRequest:
    """Show the request in the public register, facts only, or take it out. A report of wrongdoing is never shown."""
    permit(by, "request.publish", request)
    request = locked(request, seen)
    if listed and request.confidential:
        raise NotAllowed(N_("A report of wrongdoing is never shown in the public register."))
    if listed == request.listed:
        raise NotAllowed(
            N_("The public register shows this request already.")
            if listed
            else N_("The public register does not show this request.")
        )
    request.listed = listed
    keep(request, "listed")
    record("request.listed", request, by=by, listed=listed, digest=digest(reason) if reason else "")
    return request

"""What the rules suggest for a request, with the facts they look at read in few queries: class, service, area, urgency;
departments and people; requests it may repeat. A person decides. Seed 3.4.2, 5.3.2; rows B2, B3, C2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.timezone import localdate

from openhall.errors import N_
from openhall.models import (
    Area,
    Assignment,
    Competence,
    Evaluation,
    Office,
    Screening,
    Service,
    ServiceRequest,
    UrgencyRules,
    User,
    hall_calendar,
)
from openhall.moment import now
from openhall.reads import precedents
from openhall.rules import demand, dispatch, urgency
from openhall.rules.conditions import Earlier, Facts, History
from openhall.rules.permissions import DEPARTMENT
from openhall.rules.suggestion import Reason, Suggestion, fold, found, quoted

LOOK_BACK = 365  # days in which earlier requests count
RECENT = 200  # requests of a service looked at to tell where they go and come back from
LIKE = 10  # like cases that say where such a request goes
AS_IT_IS: Any = object()  # a field left as the request has it


def text_of(request: ServiceRequest) -> str:
    """What the citizen wrote, as it is searched."""
    return f"{request.subject}\n{request.text}"


def alike(request: ServiceRequest) -> list[precedents.Found]:
    """Requests whose text is most like this one's; looked for once for each time the request is read."""
    if "alike" not in vars(request):
        request.alike = precedents.like(text_of(request), kinds=("request",), most=precedents.MOST)
    return request.alike


def cluster_of(request: ServiceRequest) -> list[int]:
    """The records of the party whose request it is; read once like `alike`. None of an anonymous one."""
    if "cluster" not in vars(request):
        request.cluster = request.party.cluster() if request.party_id else []
    return request.cluster


# --- class, service, area -----------------------------------------------------------------------------------------


def demand_class(request: ServiceRequest) -> Suggestion[demand.DemandClass] | None:
    return demand.suggest_class(text_of(request))


def service(request: ServiceRequest, known: Iterable[Service] | None = None) -> Suggestion[Service] | None:
    """The service whose key words the text says, if it says more of them than of any other. `known`: the catalogue,
    where it was read already.
    """
    why = N_("The text says {words}, key words of “{name}”.")
    folded = fold(text_of(request))
    said = {
        one: words
        for one in (Service.objects.filter(active=True) if known is None else known)
        if (words := found(folded, (*map(str, one.keywords), *one.name.values())))
    }
    best = _best(said)
    return best and Suggestion(best, why, {"words": quoted(said[best]), "name": best.name}, 0.7)


def area(request: ServiceRequest, known: Iterable[Area] | None = None) -> Suggestion[Area] | None:
    """The area whose name stands in the place, else in the text."""
    why = N_("The request says {words}.")
    areas = list(Area.objects.all() if known is None else known)
    for text in (request.place, text_of(request)):
        said = {one: words for one in areas if (words := found(fold(text), tuple(one.name.values())))}
        if best := _best(said):
            return Suggestion(best, why, {"words": quoted(said[best])}, 0.7)
    return None


def _best(said: dict[Any, tuple[str, ...]]) -> Any:
    """The one with most words; None where two share the first place."""
    ranked = sorted(said, key=lambda one: -len(said[one]))
    alone = len(ranked) == 1 or (ranked and len(said[ranked[0]]) > len(said[ranked[1]]))
    return ranked[0] if alone else None


# --- urgency ------------------------------------------------------------------------------------------------------


def rule_book() -> urgency.RuleBook:
    """The hall's published rules of urgency; those OpenHall comes with where it has published none."""
    newest = UrgencyRules.objects.exclude(published_at=None).order_by("-number").first()
    return urgency.RuleBook.from_dict(newest.book) if newest else urgency.DEFAULT_RULES


def urgency_of(
    request: ServiceRequest,
    *,
    demand: str = AS_IT_IS,
    service: Service | None = AS_IT_IS,
    area: Area | None = AS_IT_IS,
    groups: Iterable[str] = AS_IT_IS,
) -> Suggestion[int]:
    """The urgency the rules give the request, as it is or as it would be classified."""
    return urgency.level(
        rule_book(), facts_of(request, demand=demand, service=service, area=area, groups=groups)
    )


def facts_of(
    request: ServiceRequest,
    *,
    demand: str = AS_IT_IS,
    service: Service | None = AS_IT_IS,
    area: Area | None = AS_IT_IS,
    groups: Iterable[str] = AS_IT_IS,
) -> Facts:
    """What the rules of urgency may look at, as the request is or as it would be classified."""
    service = request.service if service is AS_IT_IS else service
    area = request.area if area is AS_IT_IS else area
    party = request.party.root if request.party_id else None
    groups = set(request.groups if groups is AS_IT_IS else groups) | set(party.groups if party else ())
    cluster = cluster_of(request)
    return Facts(
        text=text_of(request),
        demand=request.demand if demand is AS_IT_IS else demand,
        service=service.code if service else "",
        groups=frozenset(groups),
        area=area.code if area else "",
        channel=request.channel,
        customer=party.kind if party else "",
        out_of_hours=not hall_calendar().is_open(request.created_at),
        earlier=_earlier(request, service, area, cluster),
        history=_history(request, cluster),
    )


def _earlier(
    request: ServiceRequest, service: Service | None, area: Area | None, cluster: Sequence[int]
) -> tuple[Earlier, ...]:
    """Earlier requests of the same party, and anybody's about the same place; none that is confidential."""
    since = request.created_at - timedelta(days=LOOK_BACK)
    before = (
        ServiceRequest.objects.filter(confidential=False, created_at__range=(since, request.created_at))
        .exclude(pk=request.pk)
        .exclude(outcome="screened")
        .order_by("-pk")
        .only("created_at", "service")
    )
    found = dict.fromkeys(before.filter(party__in=cluster)[:RECENT], False) if cluster else {}
    if area and request.place:
        found |= dict.fromkeys(before.filter(area=area, place=request.place)[:RECENT], True)
    return tuple(
        Earlier(
            days=(request.created_at - one.created_at).days,
            service=service is not None and one.service_id == service.pk,
            place=here,
        )
        for one, here in found.items()
    )


def _history(request: ServiceRequest, cluster: Sequence[int]) -> frozenset[History]:
    if not cluster:
        return frozenset()
    mine = ServiceRequest.objects.filter(party__in=cluster, confidential=False).exclude(pk=request.pk)
    told = mine.aggregate(
        reopened=Count("pk", filter=Q(reopened__gt=0)),
        overdue=Count("pk", filter=Q(is_open=True, due_at__lt=now())),
    )
    found = {
        History.REOPENED: told["reopened"],
        History.OVERDUE: told["overdue"],
        History.BAD_RATING: Evaluation.objects.filter(request__in=mine, level__lte=2).exists(),
        History.WRONGLY_SCREENED: Screening.objects.filter(
            request__party__in=cluster, state__in=("rejected", "overturned")
        ).exists(),
    }
    return frozenset(one for one, holds in found.items() if holds)


# --- departments and people ---------------------------------------------------------------------------------------


def departments(request: ServiceRequest, staff: Sequence[User] | None = None) -> dispatch.Proposal:
    """Which department should lead, which assist, and why; who was left out and why."""
    service, area = request.service, request.area
    people = present_staff() if staff is None else staff
    return dispatch.suggest(
        _candidates(request, people),
        service=service.name if service else "",
        area=area.code if area else "",
        area_name=area.name if area else "",
    )


def people(
    request: ServiceRequest, office: int, staff: Iterable[User] | None = None
) -> tuple[dispatch.Person, ...]:
    """The persons of a department, best first, each with the reasons; nobody who is away."""
    workers = [one for one in (present_staff() if staff is None else staff) if one.office_id == office]
    keys = [one.pk for one in workers]
    load = _count(ServiceRequest.objects.filter(is_open=True, handler__in=keys), "handler")
    cluster = cluster_of(request)
    same = Q(party__in=cluster) if cluster else Q(pk=None)
    if request.place and request.area_id:
        same |= Q(area=request.area_id, place=request.place)
    knows = _count(ServiceRequest.objects.filter(same, handler__in=keys).exclude(pk=request.pk), "handler")
    needs = {str(skill): str(skill) for skill in (request.service.skills if request.service_id else ())}
    return dispatch.suggest_persons(
        (
            dispatch.Worker(
                person=one.pk,
                name=str(one),
                skills=frozenset(map(str, one.skills)),
                load=load[one.pk],
                knows=knows[one.pk],
            )
            for one in workers
        ),
        needs=needs,
    )


def present_staff() -> list[User]:
    """Handlers and heads of departments who are there today."""
    here = Q(absent_until=None) | Q(absent_until__lt=localdate())
    return list(
        User.objects.filter(here, is_active=True, role__in=DEPARTMENT)
        .exclude(office=None)
        .order_by("last_name", "first_name", "pk")
    )


def _candidates(request: ServiceRequest, staff: Sequence[User]) -> list[dispatch.Candidate]:
    service = request.service
    named: dict[int, list[Competence]] = {}
    for one in Competence.objects.filter(service=service).select_related("area") if service else ():
        named.setdefault(one.office_id, []).append(one)
    like = _like_cases(request)
    sent, returned = _sent_and_returned(request)
    heads = Counter(one.office_id for one in staff)
    open_now = _count(ServiceRequest.objects.filter(is_open=True).exclude(lead=None), "lead")
    offices = Office.objects.exclude(kind=Office.Kind.HALL).prefetch_related("areas", "successors")
    return [
        dispatch.Candidate(
            office=office.pk,
            name=office.name,
            leads=any(one.part == Competence.Part.LEAD for one in named.get(office.pk, ())),
            assists=any(one.part == Competence.Part.ASSISTING for one in named.get(office.pk, ())),
            areas=_serves(office, named.get(office.pk, ())),
            load=open_now[office.pk] / heads[office.pk] if heads[office.pk] else None,
            like_here=like[office.pk],
            like_all=like.total(),
            skills=_skills(service, office, staff),
            returned=returned[office.pk],
            sent=sent[office.pk],
            accused=office.pk == request.accused_id,
            ended=office.ended_on is not None,
            successors=tuple(heir.pk for heir in office.successors.all()),
        )
        for office in offices
    ]


def _serves(office: Office, named: Sequence[Competence]) -> frozenset[str] | None:
    """The areas an office serves: those the catalogue names for the service, else its own; None is the whole town."""
    if named and all(one.area_id for one in named):
        return frozenset(one.area.code for one in named)
    return frozenset(one.code for one in office.areas.all()) or None


def _skills(service: Service | None, office: Office, staff: Sequence[User]) -> tuple[str, ...]:
    """Of the skills the service asks for, those somebody present in the office has."""
    there = {str(skill) for one in staff if one.office_id == office.pk for skill in one.skills}
    return tuple(str(skill) for skill in (service.skills if service else ()) if str(skill) in there)


def _like_cases(request: ServiceRequest) -> Counter[int]:
    """How many of the most like closed cases each department led; of the same service where few are alike."""
    closed = ServiceRequest.objects.filter(is_open=False, confidential=False).exclude(lead=None)
    closed = closed.filter(outcome__in=("resolved", "explained", "unable")).exclude(pk=request.pk)
    ranked = [one.pk for one in alike(request)]
    lead_of = dict(closed.filter(pk__in=ranked).values_list("pk", "lead"))
    led = [lead_of[pk] for pk in ranked if pk in lead_of][:LIKE]
    if len(led) < LIKE and request.service_id:
        led = list(
            closed.filter(service=request.service_id).order_by("-pk").values_list("lead", flat=True)[:RECENT]
        )
    return Counter(led)


def _sent_and_returned(request: ServiceRequest) -> tuple[Counter[int], Counter[int]]:
    """Where the latest requests of this service were sent, and from where they came back for good."""
    if request.service_id is None:
        return Counter(), Counter()
    latest = ServiceRequest.objects.filter(service=request.service_id).exclude(pk=request.pk).order_by("-pk")
    sent = Assignment.objects.filter(
        request__in=list(latest.values_list("pk", flat=True)[:RECENT]), part=Assignment.Part.LEAD
    )
    return _count(sent, "office"), _count(sent.filter(ended_how="returned"), "office")


def _count(rows: Any, field: str) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(field).annotate(Count("pk"))))


# --- requests it may repeat ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repeated:
    """A request this one may repeat, and what they have in common."""

    request: ServiceRequest
    why: tuple[Reason, ...]


def repeated(request: ServiceRequest, user: User, *, most: int = 5) -> list[Repeated]:
    """Open requests this one may repeat, among those this person may see; the likeliest first."""
    words = {one.pk: one.shared_words for one in alike(request) if one.score >= ALIKE}
    cluster = cluster_of(request)
    wanted = Q(pk__in=words)
    if cluster:
        wanted |= Q(party__in=cluster)
    if request.area_id and request.service_id:
        wanted |= Q(area=request.area_id, service=request.service_id)
    rows = (
        ServiceRequest.objects.visible_to(user)
        .open()
        .filter(wanted, confidential=request.confidential)
        .exclude(pk=request.pk)
        .select_related("service", "area", "lead")
        .order_by("-pk")[:RECENT]
    )
    told = [(one, _common(request, one, cluster, words.get(one.pk, ()))) for one in rows]
    told = [(one, why) for one, why in told if len(why) > 1 or one.pk in words]
    return [Repeated(one, why) for one, why in sorted(told, key=lambda pair: -len(pair[1]))[:most]]


ALIKE = 0.25  # likeness of two texts that is worth a look


def _common(
    mine: ServiceRequest, other: ServiceRequest, cluster: Sequence[int], words: Sequence[str]
) -> tuple[Reason, ...]:
    place = fold(mine.place).strip()
    found = (
        other.party_id in cluster and Reason(N_("The same person.")),
        mine.service_id and other.service_id == mine.service_id and Reason(N_("The same service.")),
        mine.area_id and other.area_id == mine.area_id and Reason(N_("The same area.")),
        place and fold(other.place).strip() == place and Reason(N_("The same place.")),
        words and Reason(N_("Both say {words}."), {"words": quoted(tuple(words[:6]))}),
    )
    return tuple(reason for reason in found if reason)

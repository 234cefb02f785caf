"""The demo town as generated requests need it: who has what, in words and row numbers. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from openhall.demo_desk import STREETS
from openhall.demo_size.drawn_cases import Matter, Town
from openhall.demo_size.hours import WorkingTime
from openhall.demo_stage import written
from openhall.models import Area, Competence, ListItem, Office, Service, User, hall_calendar
from openhall.models.clock import allowed_minutes
from openhall.rules.clocks import ClockKind
from openhall.rules.demand import DemandClass

YEARS = 5  # the longest time over which requests are spread
A_DAY = 50  # requests a day, until there are so many that they fill YEARS
LEAST_DAYS = 30
MOODS = (0.25, 0.1, -0.2, 0.3, -0.1, 0.0, -0.35, 0.15)  # of people about departments


@dataclass(frozen=True, slots=True)
class Place:
    """Who has a matter: row numbers of the offices and people, and what is said."""

    words: dict[str, Any]  # demo_requests.toml
    service: Service
    demand: str
    lead: Office
    head: int
    handler: int
    helper: Office | None
    helping: int | None  # a person of the helper


@dataclass(frozen=True, slots=True)
class People:
    """Everything beside the matters."""

    centre: Office
    dispatcher: int
    clerk: User
    negative: tuple[ListItem, ...]
    areas: dict[str, Area]
    streets: tuple[tuple[str, str, str], ...] = STREETS


@dataclass(frozen=True, slots=True)
class _Urgent:
    """What `allowed_minutes` asks of a request."""

    urgency: int
    service: Service
    service_id: int


def read(count: int, until: datetime) -> tuple[Town, list[Place], People]:
    """For `count` requests up to `until`."""
    places = _places()
    people = People(
        centre=Office.objects.get(kind=Office.Kind.CENTRE),
        dispatcher=User.objects.get(username="dispatcher").pk,
        clerk=User.objects.select_related("office").get(username="clerk"),
        negative=tuple(ListItem.objects.filter(kind=ListItem.Kind.NEGATIVE, active=True)),
        areas={one.code: one for one in Area.objects.all()},
    )
    days = min(max(count / A_DAY, LEAST_DAYS), YEARS * 365.25)
    since = until - timedelta(days=days)
    time = WorkingTime(
        hall_calendar(), (since - timedelta(days=30)).date(), (until + timedelta(days=500)).date()
    )
    offices = sorted({place.lead.pk for place in places})
    town = Town(
        matters=[
            Matter(
                once="once" in place.words,
                helped=place.helper is not None,
                resolve=_allowed(place.service, ClockKind.RESOLVE),
                mood=MOODS[offices.index(place.lead.pk) % len(MOODS)],
            )
            for place in places
        ],
        sign=_allowed(places[0].service, ClockKind.SIGN_FOR),
        contact=_allowed(places[0].service, ClockKind.FIRST_CONTACT),
        streets=len(people.streets),
        since=int(since.timestamp()),
        until=int(until.astimezone(UTC).timestamp()),
        time=time,
    )
    return town, places, people


def _allowed(service: Service, kind: ClockKind) -> list[int]:
    return [allowed_minutes(_Urgent(urgency, service, service.pk), kind) for urgency in range(1, 6)]


def _places() -> list[Place]:
    """The matters people come with whose service a department has."""
    staff = {(one.office_id, one.role): one.pk for one in User.objects.filter(is_active=True).order_by("-pk")}
    services = {one.code: one for one in Service.objects.select_related("power")}
    found = []
    for words in written()["matter"]:
        service = services[words["service"]]
        having = Competence.objects.filter(service=service, area=None, office__ended_on=None)
        offices = {one.part: one.office for one in having.select_related("office")}
        helper = offices.get(Competence.Part.ASSISTING)
        lead = offices[Competence.Part.LEAD]
        found.append(
            Place(
                words=words,
                service=service,
                demand=words.get("demand") or service.demand or DemandClass.ENQUIRY.value,
                lead=lead,
                head=staff[lead.pk, "head"],
                handler=staff[lead.pk, "handler"],
                helper=helper,
                helping=staff[helper.pk, "handler"] if helper else None,
            )
        )
    return found

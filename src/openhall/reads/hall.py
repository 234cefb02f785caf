"""The hall's administration, read: what is set and what is missing, the calendar by days, what a reform would move.

Who may write any of it: `openhall.actions.{accounts,catalogue,offices,timing}`. Rows B4, B6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils.translation import get_language

from openhall.errors import NotAllowed
from openhall.language import say
from openhall.models import (
    Area,
    Assignment,
    Clock,
    Competence,
    Jurisdiction,
    ListItem,
    Office,
    RecurringDuty,
    Service,
    ServiceRequest,
    UrgencyRules,
    User,
    hall_calendar,
)
from openhall.moment import now
from openhall.rules import clocks, public_holidays
from openhall.rules.calendar import Calendar
from openhall.rules.clocks import ClockKind
from openhall.rules.permissions import DEPARTMENT

MONTHS = 12


@dataclass(frozen=True, slots=True)
class State:
    """How far the hall is set up. Every number counts what somebody should look at; 0 is good."""

    calendar_set: bool
    objectives_set: bool
    services: int
    without_department: list[Service]
    without_item: list[Service]
    items: dict[str, int]
    departments: int
    without_staff: list[Office]
    people: int
    edition: UrgencyRules | None
    draft: UrgencyRules | None
    areas: int


def state() -> State:
    town = Jurisdiction.objects.first()
    offered = Service.objects.filter(active=True)
    leads = Q(competences__part=Competence.Part.LEAD, competences__office__ended_on=None)
    led = offered.filter(leads).values("pk")
    people = User.objects.filter(is_active=True)
    departments = Office.objects.departments()
    staffed = people.filter(role__in=DEPARTMENT).exclude(office=None).values("office")
    return State(
        calendar_set=bool(town and town.calendar),
        objectives_set=bool(town and town.objectives),
        services=offered.count(),
        without_department=list(offered.exclude(pk__in=led)),
        without_item=list(offered.filter(power=None)),
        items=dict(ListItem.objects.filter(active=True).order_by().values_list("kind").annotate(Count("pk"))),
        departments=departments.count(),
        without_staff=list(departments.exclude(kind=Office.Kind.CENTRE).exclude(pk__in=staffed)),
        people=people.count(),
        edition=UrgencyRules.objects.exclude(published_at=None).order_by("-number").first(),
        draft=UrgencyRules.objects.filter(published_at=None).first(),
        areas=Area.objects.count(),
    )


# --- calendar -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpecialDay:
    day: date
    kind: str  # holiday, makeup, closed, open
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    days: list[SpecialDay]


def special_days(calendar: Calendar, first: date, *, months: int = MONTHS) -> list[Month]:
    """Days that are not like their weekday, month by month from the month of `first`."""
    lang = get_language() or "en"
    found = []
    start = first.replace(day=1)
    for _ in range(months):
        after = (start + timedelta(days=32)).replace(day=1)
        days = [start + timedelta(days=step) for step in range((after - start).days)]
        told = [one for day in days if (one := _special(calendar, day, lang)) is not None]
        found.append(Month(start, told))
        start = after
    return found


def _special(calendar: Calendar, day: date, lang: str) -> SpecialDay | None:
    if day in calendar.open:
        return SpecialDay(day, "open", "")
    if day in calendar.closed:
        return SpecialDay(day, "closed", calendar.closed[day])
    if not calendar.country:
        return None
    year = public_holidays.year_of(calendar.country, calendar.subdivision, day.year)
    if day in year.makeup:
        return SpecialDay(day, "makeup", "")
    if day in year.off:
        name = public_holidays.name_of(calendar.country, calendar.subdivision, day, lang)
        return SpecialDay(day, "holiday", name)
    return None


def promise(calendar: Calendar, *, urgency: int = 3) -> dict[str, datetime] | None:
    """When what comes in now is due; None where the calendar hardly ever opens."""
    at = now()
    try:
        table = objectives(calendar)[urgency]
        return {
            str(kind): calendar.add_minutes(at, table[kind])
            for kind in (ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT, ClockKind.RESOLVE)
        }
    except NotAllowed:
        return None


def objectives(calendar: Calendar | None = None) -> clocks.Objectives:
    """The times in force: the hall's own, else the default ones for its day."""
    calendar = calendar or hall_calendar()
    default = clocks.objectives_for(calendar)
    stored = Jurisdiction.objects.values_list("objectives", flat=True).first() or {}
    return {
        urgency: {
            kind: stored.get(str(urgency), {}).get(str(kind)) or minutes for kind, minutes in row.items()
        }
        for urgency, row in default.items()
    }


def running_clocks() -> int:
    return Clock.objects.running().count()


# --- catalogue and lists ------------------------------------------------------------------------------------------


def services() -> QuerySet[Service]:
    """All services, offered or not, with who is competent."""
    competent = Competence.objects.select_related("office", "area").order_by("-part", "pk")
    return (
        Service.objects.select_related("power")
        .prefetch_related(Prefetch("competences", competent))
        .annotate(requests_count=Count("requests"))
        .order_by("-active", "position", "code")
    )


def list_items(kind: str = "", words: str = "", *, retired: bool = False) -> list[ListItem]:
    """Items of the lists that say all the words in any language, each with the number of decisions that rest on it."""
    rows = ListItem.objects.select_related("office").annotate(used=Count("decisions"))
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows if retired else rows.filter(active=True)
    wanted = words.casefold().split()
    return [one for one in rows if all(word in _searched(one) for word in wanted)]


def _searched(item: ListItem) -> str:
    wordings = (item.title, item.text, item.basis, item.refer_to)
    return "\n".join((item.code, *(text for one in wordings for text in one.values()))).casefold()


# --- offices ------------------------------------------------------------------------------------------------------


def offices() -> QuerySet[Office]:
    """All, those that ended last; with people and open requests."""
    return (
        Office.objects.prefetch_related("areas", "successors", "predecessors")
        .annotate(
            people=Count("staff", filter=Q(staff__is_active=True), distinct=True),
            open_requests=Count("led", filter=Q(led__is_open=True), distinct=True),
        )
        .order_by(F("ended_on").asc(nulls_first=True), "position", "code")
    )


@dataclass(frozen=True, slots=True)
class ToMove:
    """What a reform would move from one department."""

    office: Office
    led: int
    assisting: int
    unsigned: int
    services: list[Service]
    items: list[ListItem]
    duties: int
    staff: list[User]


def to_move(offices: Sequence[Office]) -> list[ToMove]:
    return [_to_move(one) for one in offices]


def _to_move(office: Office) -> ToMove:
    sent = Assignment.objects.filter(office=office, ended_at=None, request__is_open=True)
    services = list(Service.objects.filter(competences__office=office).distinct())
    return ToMove(
        office,
        led=ServiceRequest.objects.filter(lead=office, is_open=True).count(),
        assisting=sent.filter(part=Assignment.Part.ASSISTING).count(),
        unsigned=sent.filter(signed_at=None).count(),
        services=services,
        items=list(office.items.all()),
        duties=RecurringDuty.objects.filter(ended=False, service__in=services).count(),
        staff=list(office.staff.filter(is_active=True).order_by("last_name", "first_name", "pk")),
    )


# --- people -------------------------------------------------------------------------------------------------------


def people(words: str = "", *, closed: bool = False) -> list[User]:
    """Accounts whose name, user name, role or office says all the words."""
    rows = User.objects.exclude(role="").select_related("office").filter(is_active=not closed)
    wanted = words.casefold().split()
    return [
        one
        for one in rows.order_by("last_name", "first_name", "username")
        if all(word in _named(one) for word in wanted)
    ]


def _named(user: User) -> str:
    lang = get_language() or "en"
    office = say(user.office.name, lang) if user.office else ""
    return f"{user} {user.username} {user.get_role_display()} {office}".casefold()

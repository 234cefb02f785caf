"""The public register: every request that may be shown, as facts without names and without the citizen's words. Row D1.

How requests ended is told apart: resolved is not explained, refused or joined. Figures under ten are not told in tables
of shares; a page is found by the last row of the page before it, so that the millionth is as near as the first.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone

from openhall.models import Area, Office, Service, ServiceRequest
from openhall.rules.demand import DemandClass
from openhall.rules.workflow import OPEN, OUTCOME_NAMES, Outcome
from openhall.surveys.codes import check_ok

PAGE = 50
FEED_PAGE = 500
FEW = 10  # below this a figure is not told
DAYS = 30  # of closings looked at where no month was chosen
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for, as codes; "" is everything. `state`: a state or an outcome. `month`: received in 2026-03."""

    service: str = ""
    demand: str = ""
    state: str = ""
    office: str = ""
    area: str = ""
    month: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Out of an address; what is not known is left out."""
        given = {one.name: asked.get(one.name, "").replace("\0", "")[:50] for one in fields(cls)}
        if given["demand"] not in set(DemandClass) - {DemandClass.REPORT}:  # reports are never here
            given["demand"] = ""
        if given["state"] not in [*OPEN, *Outcome, "open", "closed"]:
            given["state"] = ""
        if not _MONTH.fullmatch(given["month"]):
            given["month"] = ""
        return cls(**given)

    @property
    def chosen(self) -> dict[str, str]:
        """What is not everything, for an address."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[ServiceRequest]
    after: str  # the number of the last row, where there are more; a moment would tell when somebody wrote


@dataclass(frozen=True, slots=True)
class Share:
    """How many requests ended so; `count` None: fewer than ten, or it would tell such a figure."""

    outcome: str
    count: int | None
    share: float | None

    @property
    def name(self) -> str:
        return OUTCOME_NAMES[Outcome(self.outcome)]


@dataclass(frozen=True, slots=True)
class Shares:
    """`total` None: fewer than ten closed in all."""

    total: int | None
    rows: list[Share]


def page(wanted: Filter, *, after: str = "", most: int = PAGE) -> Page:
    """The rows after the one numbered `after`, the latest first; from the beginning where no such one is public, as
    if it were not there. Two queries at most.
    """
    rows = _listed(wanted).order_by("-created_at", "-pk")
    if place := _place(after):
        at, pk = place
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk), created_at__lte=at)
    found = list(
        rows.select_related("service", "area", "lead").only(
            "number", "state", "is_open", "outcome", "demand", "created_at", "closed_at", "reopened",
            "service__name", "service__code", "area__name", "area__code", "lead__name", "lead__code",
        )[: most + 1]
    )  # fmt: skip
    more = len(found) > most
    return Page(found[:most], found[most - 1].number if more else "")


def _place(number: str) -> tuple[datetime, int] | None:
    """Where the public request of this number stands."""
    if not check_ok(number):
        return None
    return ServiceRequest.objects.public().filter(number=number).values_list("created_at", "pk").first()


def shares(wanted: Filter, now: datetime) -> Shares:
    """How the requests that match were closed, in the month chosen, else in the last days. The state asked for does not
    matter, since every end is told.
    """
    start, end = _month(wanted.month) if wanted.month else (now - timedelta(days=DAYS), now)
    rows = _ended(wanted).filter(closed_at__gte=start, closed_at__lt=end).exclude(outcome="")
    return told(dict(rows.order_by().values_list("outcome").annotate(Count("pk"))))


def told(counts: Mapping[str, int]) -> Shares:
    """The figures as they may be published: those under ten hidden, and one more where a sum would tell the hidden one.

    >>> [(row.outcome, row.count) for row in told({"resolved": 80, "refused": 12, "unable": 3}).rows]
    [('resolved', 80), ('refused', None), ('unable', None)]
    >>> told({"resolved": 9}).total is None
    True
    """
    total = sum(counts.values())
    known = sorted(((str(one), counts.get(one, 0)) for one in Outcome), key=lambda pair: -pair[1])
    known = [pair for pair in known if pair[1]]
    if total < FEW:
        return Shares(None, [])
    hidden = {outcome for outcome, count in known if count < FEW}
    if len(hidden) == 1 and len(known) > 1:
        hidden.add(next(outcome for outcome, _ in reversed(known) if outcome not in hidden))
    return Shares(
        total,
        [
            Share(outcome, None, None) if outcome in hidden else Share(outcome, count, count / total)
            for outcome, count in known
        ],
    )


def choices() -> dict[str, QuerySet[Any]]:
    """What can be chosen from."""
    return {
        "services": Service.objects.filter(active=True),
        "areas": Area.objects.all(),
        "offices": Office.objects.exclude(kind=Office.Kind.HALL),
    }


def months(today: date, most: int = 24) -> list[date]:
    """The first days of the last months, this one first.

    >>> [f"{first:%Y-%m}" for first in months(date(2026, 2, 3), most=3)]
    ['2026-02', '2026-01', '2025-12']
    """
    count = today.year * 12 + today.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(count, count - most, -1)]


_COLUMNS = {"service": ("service", Service), "office": ("lead", Office), "area": ("area", Area)}


def _ended(wanted: Filter) -> QuerySet[ServiceRequest]:
    """Found by when they were closed, whatever else is asked for: a sum is in no index, so it is only looked at."""
    rows = ServiceRequest.objects.public()
    for name, (column, _) in _COLUMNS.items():
        if getattr(wanted, name):
            number = ExpressionWrapper(F(f"{column}_id") + 0, BigIntegerField())
            rows = rows.alias(**{f"{name}_key": number}).filter(**{f"{name}_key": _key(wanted, name)})
    return rows.filter(demand=wanted.demand) if wanted.demand else rows


def _listed(wanted: Filter) -> QuerySet[ServiceRequest]:
    rows = ServiceRequest.objects.public()
    for name, (column, _) in _COLUMNS.items():
        if getattr(wanted, name):
            rows = rows.filter(**{column: _key(wanted, name)})
    if wanted.demand:
        rows = rows.filter(demand=wanted.demand)
    if wanted.state:
        rows = rows.filter(_state(wanted.state))
    if wanted.month:
        start, end = _month(wanted.month)
        rows = rows.filter(created_at__gte=start, created_at__lt=end)
    return rows


def _key(wanted: Filter, name: str) -> int:
    """The row of the code asked for, so that the big table is searched by its own column; 0 where there is none."""
    rows = _COLUMNS[name][1].objects.filter(code=getattr(wanted, name))
    return rows.values_list("pk", flat=True).first() or 0


def _state(wanted: str) -> Q:
    """Open is without an outcome, and so it is asked for: the register's indexes have the outcome."""
    if wanted == "closed":
        return ~Q(outcome="")
    if wanted in list(Outcome):
        return Q(outcome=wanted)
    return Q(outcome="") if wanted == "open" else Q(outcome="", state=wanted)


def _month(month: str) -> tuple[datetime, datetime]:
    year, number = map(int, month.split("-"))
    zone = timezone.get_default_timezone()
    first = date(year, number, 1)
    last = first + timedelta(days=monthrange(year, number)[1])
    return _midnight(first, zone), _midnight(last, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)

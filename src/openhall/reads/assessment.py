"""Assessment of departments and staff from the record: every indicator of `rules.assessment` with what is counted above
and below the line, by one grouped query each, and the requests behind it. Seed 3.2.5, 5.3.3; row C7.

A department reads its own figures and those of the whole hall; figures of persons are for supervisors, leaders and the
head of their own department.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.utils import timezone

from openhall.models import (
    Ask,
    Assignment,
    Clock,
    Evaluation,
    Event,
    JointRating,
    Office,
    Rectification,
    Screening,
    ServiceRequest,
    Supervision,
    User,
)
from openhall.moment import now
from openhall.rules import assessment as rules
from openhall.rules.assessment import INDICATORS, Indicator, Rate
from openhall.rules.clocks import MET, MISSED, ClockKind
from openhall.rules.permissions import DEPARTMENT, Role
from openhall.rules.ratings import satisfied
from openhall.rules.screening import RIGHT, WRONG
from openhall.rules.workflow import Outcome

FEW_JOINT = 3  # ratings of joint work below which no figure is shown
SHOWN = 200  # requests behind a figure
CLOSING = ("request.closed", "request.settled", "request.refused")
NOT_COUNTED = (Outcome.NOT_RESPONSIBLE, Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.SCREENED)
OFFICE, PERSON = "office", "person"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, both days included."""

    since: date
    until: date

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Period:
        """From an address; what is odd there is the last 90 days."""
        today = timezone.localdate(now())
        since = _day(query.get("since", ""), today - timedelta(days=89))
        until = _day(query.get("until", ""), today)
        return cls(min(since, until), max(since, until))

    @property
    def span(self) -> tuple[datetime, datetime]:
        """First moment, and first moment after."""
        first = timezone.make_aware(datetime.combine(self.since, time.min))
        return first, timezone.make_aware(datetime.combine(self.until + timedelta(days=1), time.min))


def _day(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if 2000 <= found.year <= 2100 else otherwise


@dataclass(frozen=True, slots=True)
class Counted:
    """The cases of an indicator: `rows` below the line, `above` the condition of those above it; `office`, `person` and
    `request` are the columns of whose they are and which request each belongs to.
    """

    rows: QuerySet
    above: Any
    office: str = "request__lead"
    person: str = "request__handler"
    request: str = "request"


# --- what is counted ----------------------------------------------------------------------------------------------


def _clock(kind: str, period: Period) -> Counted:
    """Clocks that ended in the time, and those that run past their time since then."""
    start, end = period.span
    ended = Q(outcome__in=(MET, MISSED), stopped_at__gte=start, stopped_at__lt=end)
    past = Q(stopped_at=None, due_at__gte=start, due_at__lt=min(end, now()))
    return Counted(Clock.objects.filter(ended | past, kind=kind), Q(outcome=MET))


def _closed(period: Period) -> QuerySet:
    start, end = period.span
    return ServiceRequest.objects.filter(closed_at__gte=start, closed_at__lt=end)


def counted(key: str, period: Period) -> Counted:
    """The cases of the indicator of this key. KeyError for a key that is not in `rules.assessment`."""
    start, end = period.span
    past = min(end, now())
    within = {"__gte": start, "__lt": end}

    def inside(column: str) -> Q:
        return Q(**{f"{column}{how}": at for how, at in within.items()})

    if key == "response_rate":
        return _clock(ClockKind.FIRST_CONTACT, period)
    if key == "on_time_rate":
        return _clock(ClockKind.RESOLVE, period)
    if key == "resolution_rate":
        rows = _closed(period).exclude(outcome__in=NOT_COUNTED)
        return Counted(rows, Q(outcome=Outcome.RESOLVED), "lead", "handler", "pk")
    if key == "satisfaction_rate":
        rows = Evaluation.objects.filter(inside("given_at")).exclude(level=None)
        high = [level for level in range(1, 6) if satisfied({level: 1})[0]]
        rows = rows.exclude(rectification__appeal_upheld=True)
        return Counted(rows, Q(level__in=high), OFFICE, "handler")
    if key == "return_rate":
        asked = Ask.objects.filter(
            request=OuterRef("request"), office=OuterRef("office"), kind=Ask.Kind.RETURN
        )
        return Counted(
            Assignment.objects.filter(inside("sent_at"), part=Assignment.Part.LEAD),
            Exists(asked),
            OFFICE,
            "handler",
        )
    if key == "reopen_rate":
        again = Event.objects.filter(
            request=OuterRef("request"), kind="request.reopened", seq__gt=OuterRef("seq")
        )
        return Counted(Event.objects.filter(inside("at"), kind__in=CLOSING), Exists(again))
    if key == "rectified_rate":
        over = inside("finished_at") | Q(finished_at=None, due_at__gte=start, due_at__lt=past)
        rows = Rectification.objects.filter(over).exclude(appeal_upheld=True)
        return Counted(rows, Q(finished_at__lte=F("due_at")), OFFICE, "evaluation__handler")
    if key == "order_answered_rate":
        over = inside("answered_at") | Q(
            answered_at=None, settled_at=None, due_at__gte=start, due_at__lt=past
        )
        rows = Supervision.objects.filter(over, kind=Supervision.Kind.ORDER)
        return Counted(rows, Q(answered_at__lte=F("due_at")), OFFICE)
    if key == "wrong_screening_rate":
        rows = Screening.objects.filter(inside("confirmed_at"), state__in=WRONG | RIGHT)
        return Counted(rows, Q(state__in=WRONG), "marked_by__office", "marked_by")
    raise KeyError(key)


def rates(key: str, period: Period, axis: str = OFFICE, *, only: int | None = None) -> dict[Any, Rate]:
    """The indicator by department or person (row ids; None: nobody's). `only`: one of them. One grouped query."""
    cases = counted(key, period)
    column = cases.office if axis == OFFICE else cases.person
    rows = cases.rows if only is None else cases.rows.filter(**{column: only})
    grouped = (
        rows.order_by()
        .annotate(is_above=_one_if(cases.above))
        .values_list(column)
        .annotate(n=Count("pk"), k=Sum("is_above"))
    )
    return {whose: Rate(k, n) for whose, n, k in grouped}


def _one_if(condition: Any) -> Any:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def requests_behind(
    key: str, period: Period, user: User, *, office: int | None, person: int | None, above: bool | None
) -> list[ServiceRequest]:
    """The requests of a figure that this person may see: all counted, or those above (or not above) the line."""
    cases = counted(key, period)
    rows = cases.rows.order_by()
    if office is not None:
        rows = rows.filter(**{cases.office: office})
    if person is not None:
        rows = rows.filter(**{cases.person: person})
    if above is not None:
        rows = rows.annotate(is_above=_one_if(cases.above)).filter(is_above=int(above))
    found = ServiceRequest.objects.visible_to(user).filter(pk__in=rows.values(cases.request))
    return list(found.select_related("lead", "service").order_by("-created_at", "-pk")[:SHOWN])


# --- who reads what -----------------------------------------------------------------------------------------------


def readable(user: User) -> list[Office]:
    """The departments whose figures this person may read: the own one, or all that were not halls."""
    if user.role in DEPARTMENT:
        return [user.office] if user.office_id else []
    return list(Office.objects.exclude(kind=Office.Kind.HALL))


def reads_staff(user: User, office: Office) -> bool:
    """Whether this person may read the figures of the persons of a department."""
    if user.role in (Role.SUPERVISOR, Role.LEADER):
        return True
    return user.role == Role.HEAD and user.office_id == office.pk


# --- tables -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one department or person beside the rest of the hall. `stands`: better, worse, alike, few."""

    indicator: Indicator
    rate: Rate
    rest: Rate
    stands: str

    @property
    def interval(self) -> tuple[float, float]:
        return self.rate.interval()


def figure(indicator: Indicator, rate: Rate, hall: Rate) -> Figure:
    """Compare with the rest: the hall less one's own cases."""
    rest = Rate(hall.numerator - rate.numerator, hall.denominator - rate.denominator)
    gap = rules.difference(rate, rest)
    if not rate.enough or not rest.enough or gap is None:
        stands = "few"
    elif not gap.real:
        stands = "alike"
    else:
        stands = "better" if (gap.value > 0) == (indicator.better is rules.Better.HIGHER) else "worse"
    return Figure(indicator, rate, rest, stands)


@dataclass(frozen=True, slots=True)
class Line:
    """A department or person with a figure for every indicator, in their order."""

    key: Any
    name: str
    figures: list[Figure]


def table(period: Period, names: Mapping[Any, str], axis: str = OFFICE) -> tuple[list[Line], dict[str, Rate]]:
    """A line for each of `names` (row id to name), and the whole hall by indicator. One query an indicator."""
    by_key = {key: rates(key, period, axis) for key in INDICATORS}
    hall = {key: sum(found.values(), Rate(0, 0)) for key, found in by_key.items()}
    lines = [
        Line(
            whose,
            name,
            [figure(one, by_key[key].get(whose, Rate(0, 0)), hall[key]) for key, one in INDICATORS.items()],
        )
        for whose, name in names.items()
    ]
    return lines, hall


def ranking(lines: list[Line], key: str) -> rules.Ranking[Any]:
    """The departments of a table by one indicator."""
    index = list(INDICATORS).index(key)
    return rules.ranking(INDICATORS[key], {line.key: line.figures[index].rate for line in lines})


def pauses(period: Period, office: int | None = None) -> Rate:
    """Beside the on-time rate: of its cases those whose clocks stood still for a question to the citizen, or whose time
    was extended. A rate that rests on pauses shows here.
    """
    cases = _clock(ClockKind.RESOLVE, period)
    rows = cases.rows if office is None else cases.rows.filter(**{cases.office: office})
    asked = Event.objects.filter(
        request=OuterRef("request"), kind__in=("request.asked", "request.extension_granted")
    )
    found = rows.order_by().annotate(paused=_one_if(Exists(asked))).aggregate(n=Count("pk"), k=Sum("paused"))
    return Rate(found["k"] or 0, found["n"])


@dataclass(frozen=True, slots=True)
class Joint:
    """How others rated joint work with a department: the mean of five levels; None where fewer than three did."""

    n: int
    mean: float | None


def joint(period: Period, office: int) -> Joint:
    start, end = period.span
    found = JointRating.objects.filter(office=office, at__gte=start, at__lt=end).aggregate(
        n=Count("pk"), mean=Avg("level")
    )
    return Joint(found["n"], found["mean"] if found["n"] >= FEW_JOINT else None)


def frozen(
    key: str, period: Period, *, office: Office | None = None, user: User | None = None
) -> dict[str, Any]:
    """The figures of one indicator as they are now, to be kept in an entry of the ledger."""
    axis, whose = (OFFICE, office) if office is not None else (PERSON, user)
    everyone = rates(key, period, axis)
    own = everyone.get(whose.pk if whose else None, Rate(0, 0))
    hall = sum(everyone.values(), Rate(0, 0))
    return {
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "numerator": own.numerator,
        "denominator": own.denominator,
        "hall_numerator": hall.numerator,
        "hall_denominator": hall.denominator,
    }

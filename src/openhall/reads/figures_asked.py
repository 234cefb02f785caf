"""What the figures are asked for: a time, and one department, service or area of which; and the time before. Row C7."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from openhall.errors import N_
from openhall.models import Area, Office, Service, User
from openhall.reads.queues import hall_time
from openhall.rules.permissions import DEPARTMENT

KINDS = {
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
    "dates": N_("From – to"),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, both days included; a calendar period of a kind, or any dates."""

    kind: str
    since: date
    until: date

    @classmethod
    def around(cls, kind: str, day: date) -> Period:
        """The calendar period of this kind with the day in it.

        >>> Period.around("quarter", date(2026, 5, 20)).since, Period.around("quarter", date(2026, 5, 20)).until
        (datetime.date(2026, 4, 1), datetime.date(2026, 6, 30))
        """
        many = _MONTHS[kind]
        first = date(day.year, (day.month - 1) // many * many + 1, 1)
        last = _moved(first, many - 1)
        return cls(kind, first, last.replace(day=monthrange(last.year, last.month)[1]))

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def moved(self, by: int) -> Period:
        """The next (1) or the last (−1) of its kind; of any dates, as many days."""
        if self.kind in _MONTHS:
            return Period.around(self.kind, _moved(self.since, by * _MONTHS[self.kind]))
        return Period(
            self.kind, self.since + by * timedelta(self.days), self.until + by * timedelta(self.days)
        )

    def gone(self, today: date) -> Period:
        """What of it is over or is today; its first day where it lies ahead."""
        return Period(self.kind, self.since, max(self.since, min(self.until, today)))

    def before(self, today: date) -> Period:
        """The period before, only as many days of it as of this one are gone.

        >>> Period.around("month", date(2026, 3, 1)).before(date(2026, 3, 10)).until
        datetime.date(2026, 2, 10)
        """
        earlier = self.moved(-1)
        if self.until <= today:
            return earlier
        return Period(
            self.kind,
            earlier.since,
            min(earlier.until, earlier.since + timedelta(self.gone(today).days - 1)),
        )


def _moved(first: date, months: int) -> date:
    """The first day of another month."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months(since: date, until: date) -> list[int]:
    """The months from one day to another, as the facts have them.

    >>> months(date(2025, 12, 5), date(2026, 2, 1))
    [202512, 202601, 202602]
    """
    found, first = [], since.replace(day=1)
    while first <= until:
        found.append(first.year * 100 + first.month)
        first = _moved(first, 1)
    return found


def year_to(until: date) -> date:
    """The first day of the eleventh month before."""
    return _moved(until.replace(day=1), -11)


@dataclass(frozen=True, slots=True)
class Asked:
    """A time and what narrows the figures."""

    period: Period
    today: date
    office: Office | None = None
    service: Service | None = None
    area: Area | None = None

    @classmethod
    def of(cls, query: Mapping[str, str], user: User) -> Asked:
        """From an address; what is odd there is this quarter of all. Who works in a department is asked for it."""
        at, _calendar = hall_time()
        office = user.office if user.role in DEPARTMENT else _coded(Office, query, "department")
        service, area = _coded(Service, query, "service"), _coded(Area, query, "area")
        return cls(_period(query, at.date()), at.date(), office, service, area)

    @property
    def chosen(self) -> dict[str, str]:
        """What narrows, for an address; the list of requests has the same names."""
        found = {"department": self.office, "service": self.service, "area": self.area}
        return {key: one.code for key, one in found.items() if one is not None}

    def query(self, period: Period | None = None) -> dict[str, str]:
        """The address of these figures, or the same of another time."""
        period = period or self.period
        time = {"period": period.kind, "since": period.since.isoformat()}
        if period.kind not in _MONTHS:
            time["until"] = period.until.isoformat()
        return {**time, **self.chosen}


def _coded(model: type[Office] | type[Service] | type[Area], query: Mapping[str, str], key: str):  # type: ignore[no-untyped-def]
    code = query.get(key, "").replace("\0", "")[:50]
    return model.objects.filter(code=code).first() if code else None


def _period(query: Mapping[str, str], today: date) -> Period:
    since, until = (_day(query.get(key, "")) for key in ("since", "until"))
    kind = query.get("period", "")
    if kind == "dates" and (since or until):
        since, until = since or until or today, until or since or today
        return Period("dates", min(since, until), max(since, until))
    return Period.around(kind if kind in _MONTHS else "quarter", since or today)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None

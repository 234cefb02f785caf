"""The hall's working calendar: when it is open, and arithmetic in working minutes. Nothing is stored here.

Deadlines promised to citizens rest on it. Instants are aware datetimes; what is returned is in UTC. Time passed is
measured in UTC, so a day on which the clocks change is an hour longer or shorter than the wall clock says. An opening
or closing time is the first instant at which the wall clock shows that time or a later one: 02:30 on the night
the clocks jump from 02:00 to 03:00 is the jump itself, and of a time that comes twice the first counts. Seed 3.4.3,
5.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from statistics import mode
from typing import Any
from zoneinfo import ZoneInfo

from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.language import translator
from openhall.rules import public_holidays
from openhall.rules.hours import (
    MIDNIGHT,
    WEEKDAYS,
    Hours,
    length,
    read_calendar,
    write_hours,
)

Period = tuple[datetime, datetime]  # open from, open until (not included)

FARTHEST = 20 * 366  # days looked ahead or back before giving up
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_OFFICE_HOURS: dict[int, Hours] = {day: ((time(9), time(17)),) for day in range(5)}


@dataclass(frozen=True)
class Calendar:
    """A hall's hours. Which rule decides a day, first match first: `open` (special openings), `closed` (extra closed
    days, each with its name), make-up working day, public holiday, the hours of the weekday.

    `hours` and `open` hold opening periods in order, not overlapping; an end of 00:00 is midnight after that day. A
    make-up working day has the hours of the weekday it stands for, of Monday where that is not known, and its own
    where the hall is closed then anyway. `from_dict` checks all this; the constructor believes its caller.
    """

    zone: str = "UTC"
    country: str = ""
    subdivision: str = ""
    hours: Mapping[int, Hours] = field(default_factory=lambda: dict(_OFFICE_HOURS))
    closed: Mapping[date, str] = field(default_factory=dict)
    open: Mapping[date, Hours] = field(default_factory=dict)
    _days: dict[date, tuple[Period, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        days = (tuple(sorted(each.items())) for each in (self.hours, self.closed, self.open))
        return hash((self.zone, self.country, self.subdivision, *days))

    @classmethod
    def from_dict(cls, data: Any) -> Calendar:
        """From JSON as `to_dict` writes it; what is left out is as in DEFAULT. BadInput names every fault.

        >>> Calendar.from_dict({"zone": "Asia/Shanghai", "hours": {"0": [["09:00", "12:00"]]}}).minutes_per_day
        180
        """
        problems: list[Problem] = []
        calendar = cls(**read_calendar(data, problems))
        if problems:
            raise BadInput(N_("This calendar cannot be used."), problems=problems)
        return calendar

    def to_dict(self) -> dict[str, Any]:
        """For JSON: {"zone", "country", "subdivision", "hours": {"0": [["09:00", "17:00"]]}, "closed":
        {"2026-12-24": "Christmas Eve"}, "open": {"2026-02-14": [["09:00", "17:00"]]}}.
        """
        return {
            "zone": self.zone,
            "country": self.country,
            "subdivision": self.subdivision,
            "hours": {str(day): write_hours(hours) for day, hours in sorted(self.hours.items())},
            "closed": {day.isoformat(): name for day, name in sorted(self.closed.items())},
            "open": {day.isoformat(): write_hours(hours) for day, hours in sorted(self.open.items())},
        }

    # --- days -----------------------------------------------------------------------------------------------

    def hours_on(self, day: date) -> Hours:
        """The opening hours of a day on the wall clock; () when closed."""
        if day in self.open:
            return self.open[day]
        if day in self.closed:
            return ()
        usual = self.hours.get(day.weekday(), ())
        if self.country:
            year = public_holidays.year_of(self.country, self.subdivision, day.year)
            if day in year.makeup:
                return self.hours.get(year.makeup[day] or 0, ()) or usual
            if day in year.off:
                return ()
        return usual

    def why_closed(self, day: date, language: str) -> str | None:
        """Why the hall stays closed all day, in the reader's language: the name of the closed day or of the holiday,
        else that it is closed every such weekday. None when it opens.
        """
        if self.hours_on(day):
            return None
        translate = translator(language)
        if day in self.closed and day not in self.open:
            return self.closed[day] or translate(N_("Closed that day"))
        if self.country and day not in self.open:
            name = public_holidays.name_of(self.country, self.subdivision, day, language)
            if name:
                return name
        return translate(N_("Closed every {weekday}")).format(weekday=translate(WEEKDAYS[day.weekday()]))

    def working_day_after(self, day: date, n: int) -> date:
        """The n-th day after `day` on which the hall opens; for n = 0 `day` itself, or the next if it is closed.

        >>> DEFAULT.working_day_after(date(2026, 3, 6), 1)  # a Friday
        datetime.date(2026, 3, 9)
        """
        if n < 0:
            raise ValueError("n counts forward")
        left = n if n else 1
        for step in range(1 if n else 0, FARTHEST):
            each = day + step * _DAY
            left -= bool(self.hours_on(each))
            if not left:
                return each
        raise NotAllowed(_TOO_FAR)

    @cached_property
    def minutes_per_day(self) -> int:
        """The commonest length of an open weekday, in minutes: what "one working day" of a promise means."""
        return mode(length(hours) for _, hours in sorted(self.hours.items()) if hours)

    # --- instants -------------------------------------------------------------------------------------------

    def periods(self, day: date) -> tuple[Period, ...]:
        """The opening periods of a day as instants, in order."""
        found = self._days.get(day)
        if found is None:
            both = (
                (
                    _instant(self.zone, day, start),
                    _instant(self.zone, day + _DAY if end == MIDNIGHT else day, end),
                )
                for start, end in self.hours_on(day)
            )
            found = self._days[day] = tuple((start, end) for start, end in both if start < end)
        return found

    def is_open(self, at: datetime) -> bool:
        """Open at this instant; at closing time it is closed."""
        first = next(self._from(at), None)
        return first is not None and first[0] <= at

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself when the hall is open, else when it next opens. NotAllowed if it never does."""
        first = next(self._from(at), None)
        if first is None:
            raise NotAllowed(_TOO_FAR)
        return max(first[0], at.astimezone(UTC))

    def add_minutes(self, at: datetime, minutes: float) -> datetime:
        """The instant at which `minutes` working minutes have passed since `at`, to the microsecond; `at` for 0.

        Falls on closing time rather than on the next opening. Negative minutes go back, to an opening time rather
        than to the closing before. NotAllowed beyond twenty years, or if the hall never opens.

        >>> DEFAULT.add_minutes(datetime(2026, 3, 6, 16, tzinfo=UTC), 90)  # Friday, half an hour left for Monday
        datetime.datetime(2026, 3, 9, 9, 30, tzinfo=datetime.timezone.utc)
        """
        at = at.astimezone(UTC)
        left = _span(minutes)
        if left < timedelta(0):
            return self._back(at, -left)
        if not left:
            return at
        for start, end in self._from(at):
            begin = max(start, at)
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise NotAllowed(_TOO_FAR)

    def _back(self, at: datetime, left: timedelta) -> datetime:
        for start, end in self._until(at):
            stop = min(end, at)
            if stop - start >= left:
                return stop - left
            left -= stop - start
        raise NotAllowed(_TOO_FAR)

    def minutes_between(self, a: datetime, b: datetime) -> float:
        """Working minutes from `a` to `b`; negative when `b` is earlier."""
        if b < a:
            return -self.minutes_between(b, a)
        passed = timedelta(0)
        for start, end in self._from(a, (b - a).days + 4):
            if start >= b:
                break
            passed += min(end, b) - max(start, a)
        return passed / _MINUTE

    def _from(self, at: datetime, days: int = FARTHEST) -> Iterator[Period]:
        """Periods that end after `at`, in order."""
        day = self._date(at)
        for step in range(days):
            for period in self.periods(day + step * _DAY):
                if period[1] > at:
                    yield period

    def _until(self, at: datetime) -> Iterator[Period]:
        """Periods that start before `at`, the latest first. From the day after: where the clocks go back over
        midnight, that day has begun when the wall clock shows the day before once more.
        """
        day = self._date(at) + _DAY
        for step in range(FARTHEST):
            for period in reversed(self.periods(day - step * _DAY)):
                if period[0] < at:
                    yield period

    def _date(self, at: datetime) -> date:
        if at.tzinfo is None:
            raise ValueError("an instant has a time zone")
        return at.astimezone(_zone(self.zone)).date()


_TOO_FAR = N_(
    "The calendar does not open often enough for this within twenty years. Look at its opening hours."
)


def _span(minutes: float) -> timedelta:
    try:
        return timedelta(minutes=minutes)
    except OverflowError:
        raise NotAllowed(_TOO_FAR) from None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _instant(zone: str, day: date, at: time) -> datetime:
    """The first instant at which the wall clock in `zone` shows `day` and `at`, or later."""
    there = datetime.combine(day, at, _zone(zone))
    first = there.astimezone(UTC)
    if first.astimezone(there.tzinfo).replace(tzinfo=None) == there.replace(tzinfo=None):
        return first
    # The clocks jump over it: with fold 0 it is read as after the jump, with fold 1 as before it.
    early = there.replace(fold=1).astimezone(UTC)
    low, high = 0, int((first - early).total_seconds())
    while high - low > 1:  # jumps happen on a whole second
        middle = (low + high) // 2
        shown = (early + timedelta(seconds=middle)).astimezone(there.tzinfo)
        low, high = (
            (middle, high) if shown.replace(tzinfo=None) < there.replace(tzinfo=None) else (low, middle)
        )
    return early + timedelta(seconds=high)


DEFAULT = Calendar()

"""A deadline in words: when it is and how much working time is left, or by how much it was missed. Row C5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from openhall.rules.calendar import Calendar

SOON = 240  # working minutes left from which a deadline is near
LATE, NEAR, FAR = "late", "near", "far"


@dataclass(frozen=True, slots=True)
class Due:
    """`when`: “tomorrow 16:30”; `left`: “1 day 2 h”; `state`: late, near or far. `said`: all of it in a phrase."""

    at: datetime
    when: str
    left: str
    state: str

    @property
    def said(self) -> str:
        values = {"when": self.when, "left": self.left}
        if self.state == LATE:
            return gettext("was due %(when)s, late by %(left)s of working time") % values
        return gettext("due %(when)s, %(left)s of working time left") % values


def due(deadline: datetime, at: datetime, calendar: Calendar) -> Due:
    """How `deadline` stands at the instant `at`."""
    left = calendar.minutes_between(at, deadline)
    state = LATE if at > deadline else NEAR if left <= SOON else FAR
    return Due(deadline, when(deadline, at, calendar), lasting(abs(left), calendar), state)


def when(instant: datetime, at: datetime, calendar: Calendar) -> str:
    """An instant as seen from `at`, in the hall's own time: “today 16:30”, “tomorrow 9:00”, “12 March 2026 9:00”."""
    zone = ZoneInfo(calendar.zone)
    there, here = instant.astimezone(zone), at.astimezone(zone)
    time = date_format(there, "TIME_FORMAT")
    days = {
        here.date() - timedelta(days=1): gettext("yesterday %(time)s"),
        here.date(): gettext("today %(time)s"),
        here.date() + timedelta(days=1): gettext("tomorrow %(time)s"),
    }
    if (phrase := days.get(there.date())) is not None:
        return phrase % {"time": time}
    day = date_format(there, "MONTH_DAY_FORMAT" if there.year == here.year else "DATE_FORMAT")
    return gettext("%(weekday)s %(day)s, %(time)s") % {
        "weekday": date_format(there, "D"),
        "day": day,
        "time": time,
    }


def lasting(minutes: float, calendar: Calendar) -> str:
    """Working minutes in working days of this hall, hours and minutes; the two largest that are not nought."""
    whole = round(minutes)
    days, rest = divmod(whole, calendar.minutes_per_day)
    hours, left = divmod(rest, 60)
    parts = [
        ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if days else "",
        gettext("%(n)d h") % {"n": hours} if hours else "",
        gettext("%(n)d min") % {"n": left} if left and not days else "",
    ]
    return " ".join(part for part in parts if part) or gettext("%(n)d min") % {"n": 0}

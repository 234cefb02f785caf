"""A calendar as JSON says it: read with a Problem for each fault; and opening hours written again.

What the hours mean on a day, and all arithmetic with them, is in `calendar`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from openhall.errors import N_, Problem, Word
from openhall.rules import public_holidays

# Opening periods of a day, in order; an end of 00:00 is midnight after it.
Hours = tuple[tuple[time, time], ...]

MIDNIGHT = time(0)
_KNOWN = ("zone", "country", "subdivision", "hours", "closed", "open")
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_OPENING = N_("Opening hours, {day}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def minute(at: time, *, end: bool = False) -> int:
    """Minutes from the start of the day; an end at midnight is 1440."""
    return at.hour * 60 + at.minute or (1440 if end else 0)


def length(hours: Hours) -> int:
    """Minutes open on a day with these hours.

    >>> length(((time(9), time(12)), (time(13, 30), time(17, 30))))
    420
    """
    return sum(minute(end, end=True) - minute(start) for start, end in hours)


def read_calendar(data: Any, problems: list[Problem]) -> dict[str, Any]:
    """The arguments of a Calendar; faults are added to `problems`."""
    if not isinstance(data, Mapping):
        problems.append(Problem("", N_("A calendar is not just one value."), _CURE_KNOWN, {"known": _KNOWN}))
        return {}
    strange = sorted(str(name)[:40] for name in data if name not in _KNOWN)
    if strange:
        problems.append(
            Problem(
                "", N_("A calendar has no {strange}."), _CURE_KNOWN, {"strange": strange, "known": _KNOWN}
            )
        )
    read: dict[str, Any] = {}
    if "zone" in data:
        read["zone"] = _read_zone(data["zone"], problems)
    read["country"], read["subdivision"] = _read_country(
        data.get("country", ""), data.get("subdivision", ""), problems
    )
    if "hours" in data:
        read["hours"] = read_week(data["hours"], problems)
    read["closed"] = {
        day: str(name) for day, name in read_days(data.get("closed", {}), N_("Closed days"), problems).items()
    }
    special = read_days(data.get("open", {}), N_("Special openings"), problems)
    read["open"] = {
        day: read_hours(hours, N_("Special opening on {day}"), {"day": day.isoformat()}, problems)
        for day, hours in special.items()
    }
    for day in (day for day, hours in special.items() if not hours):
        problems.append(
            Problem(
                N_("Special opening on {day}"),
                N_("no opening hours are given."),
                N_("Give them, or take the day out."),
                {"day": day.isoformat()},
            )
        )
    for day in sorted(read["closed"].keys() & special.keys()):
        problems.append(
            Problem(
                N_("Closed days"),
                N_("{day} is also a special opening."),
                N_("Keep one of the two."),
                {"day": day.isoformat()},
            )
        )
    return read


_CURE_KNOWN = N_("It is made of {known}.")


def _read_zone(given: Any, problems: list[Problem]) -> str:
    try:
        ZoneInfo(given)
        return str(given)
    except (LookupError, ValueError, OSError, TypeError):
        problems.append(
            Problem(
                N_("Time zone"),
                N_("“{zone}” is not known."),
                N_("Write it as Asia/Shanghai or Europe/London."),
                {"zone": str(given)[:40]},
            )
        )
        return "UTC"


def _read_country(country: Any, part: Any, problems: list[Problem]) -> tuple[str, str]:
    if country and not (isinstance(country, str) and public_holidays.known(country)):
        problems.append(
            Problem(
                N_("Country"),
                N_("the holidays of “{country}” are not known."),
                N_("Write its two letters, as CN or GB, or leave it empty."),
                {"country": str(country)[:40]},
            )
        )
        return "", ""
    known = public_holidays.parts(country) if country else ()
    if part and part not in known:
        problems.append(
            Problem(
                N_("Part of the country"),
                N_("holidays of “{part}” are not known."),
                N_("Choose one of {known}, or leave it empty.") if known else N_("Leave it empty."),
                {"part": str(part)[:40], "known": known},
            )
        )
        part = ""
    return country or "", part or ""


def read_week(data: Any, problems: list[Problem]) -> dict[int, Hours]:
    """{"0": [["09:00", "17:00"]], …}, Monday first. Faults are added to `problems`."""
    if not isinstance(data, Mapping):
        problems.append(Problem(N_("Opening hours"), N_("they are not given by weekday."), _CURE_WEEK))
        return {}
    week: dict[int, Hours] = {}
    before = len(problems)
    for key, given in data.items():
        if str(key) not in {"0", "1", "2", "3", "4", "5", "6"}:
            problems.append(
                Problem(
                    N_("Opening hours"), N_("“{day}” is not a weekday."), _CURE_WEEK, {"day": str(key)[:40]}
                )
            )
            continue
        week[int(key)] = read_hours(given, _OPENING, {"day": Word(WEEKDAYS[int(key)])}, problems)
    if len(problems) == before and not any(week.values()):
        problems.append(
            Problem(
                N_("Opening hours"), N_("the hall is never open."), N_("Give the hours of one day at least.")
            )
        )
    return {day: hours for day, hours in sorted(week.items()) if hours}


_CURE_WEEK = N_("Use 0 for Monday to 6 for Sunday.")


def read_hours(given: Any, place: str, values: dict[str, Any], problems: list[Problem]) -> Hours:
    """[["09:00", "12:00"], ["13:30", "17:30"]] in order of time. Faults are added to `problems`."""

    def fault(message: str, cure: str, **more: Any) -> Hours:
        problems.append(Problem(place, message, cure, values | more))
        return ()

    cure = N_("Write each as a start and an end: 09:00 and 17:00.")
    if not isinstance(given, Sequence) or isinstance(given, str):
        return fault(N_("these are not opening hours."), cure)
    read: list[tuple[time, time]] = []
    for period in given:
        if not isinstance(period, Sequence) or isinstance(period, str) or len(period) != 2:
            return fault(N_("these are not opening hours."), cure)
        start, end = read_clock(period[0]), read_clock(period[1], end=True)
        if start is None or end is None:
            wrong = str(period[0] if start is None else period[1])[:40]
            return fault(
                N_("“{wrong}” is not a time of the day."), N_("Write 09:00 for nine o'clock."), wrong=wrong
            )
        if minute(end, end=True) <= minute(start):
            return fault(
                N_("{start} to {end} ends before it starts."),
                N_("Write the earlier time first; 24:00 is midnight."),
                start=period[0],
                end=period[1],
            )
        read.append((start, end))
    read.sort()
    for one, other in pairwise(read):
        if minute(other[0]) < minute(one[1], end=True):
            first, second = (f"{said[0]}–{said[1]}" for said in write_hours((one, other)))
            return fault(
                N_("{first} and {second} overlap."),
                N_("Let one end before the other starts."),
                first=first,
                second=second,
            )
    return tuple(read)


def read_clock(text: Any, *, end: bool = False) -> time | None:
    """A time written 09:00; an end may be 24:00. None where it is something else."""
    if end and text == "24:00":
        return MIDNIGHT
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    return time(int(found[1]), int(found[2])) if found else None


def read_days(data: Any, place: str, problems: list[Problem]) -> dict[date, Any]:
    """{"2026-02-14": anything}. Faults are added to `problems`."""
    if not isinstance(data, Mapping):
        problems.append(Problem(place, N_("they are not given by date."), _CURE_DATE))
        return {}
    days: dict[date, Any] = {}
    for key, given in data.items():
        try:
            days[date.fromisoformat(str(key))] = given
        except ValueError:
            problems.append(Problem(place, N_("“{day}” is not a date."), _CURE_DATE, {"day": str(key)[:40]}))
    return dict(sorted(days.items()))


_CURE_DATE = N_("Write it as 2026-12-24.")


def write_hours(hours: Hours) -> list[list[str]]:
    """As JSON has them.

    >>> write_hours(((time(9), time(0)),))
    [['09:00', '24:00']]
    """
    return [[f"{start:%H:%M}", "24:00" if end == MIDNIGHT else f"{end:%H:%M}"] for start, end in hours]

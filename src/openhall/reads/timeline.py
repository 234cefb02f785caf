"""What happened to a request, in the words of people, day by day; and what happened since somebody looked. Row D1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext

from openhall.labels import EVENTS
from openhall.language import say
from openhall.models import Channel, Event, Office, ServiceRequest, Supervision, User
from openhall.rules.clocks import CLOCK_NAMES
from openhall.rules.handling import JUSTIFIED_NAMES, UNRESOLVED_NAMES
from openhall.rules.screening import GROUND_NAMES
from openhall.rules.urgency import LEVEL_NAMES
from openhall.rules.workflow import OUTCOME_NAMES

# Codes in the data of events -> what they mean, marked.
CODES: dict[str, Mapping[Any, Any]] = {
    "outcome": OUTCOME_NAMES,
    "channel": dict(Channel.choices),
    "justified": JUSTIFIED_NAMES,
    "unresolved": UNRESOLVED_NAMES,
    "urgency": LEVEL_NAMES,
    "ground": GROUND_NAMES,
    "verdict": dict(Supervision.Verdict.choices),
    "clock": CLOCK_NAMES,
}
PEOPLE = ("handler",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, who (empty: the citizen or the hall itself), what. `edition`: of the request, after it."""

    at: datetime
    by: str
    text: str
    kind: str
    edition: int


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    entries: list[Entry]


def entries(case: ServiceRequest, *, after: int = 0) -> list[Entry]:
    """What happened since edition `after`, oldest first; departments and people by name, in three queries at most."""
    events = [one for one in case.events.select_related("by").order_by("pk") if _edition(one) > after]
    names = _names(events)
    return [
        Entry(one.at, str(one.by or ""), _sentence(one, names), one.kind, _edition(one)) for one in events
    ]


def days(lines: Sequence[Entry]) -> list[Day]:
    """The lines by day of the page's time zone, the latest day first and in it the latest line."""
    latest = sorted(lines, key=lambda line: line.at)[::-1]
    return [Day(day, list(those)) for day, those in groupby(latest, key=lambda line: localdate(line.at))]


def _edition(event: Event) -> int:
    edition = event.data.get("edition", 0)
    return edition if isinstance(edition, int) else 0


def _names(events: Iterable[Event]) -> dict[tuple[str, int], str]:
    """Names of the offices and people the events speak of by row id, where they do not bring them."""
    offices, people = set(), set()
    for event in events:
        if "{office}" in EVENTS.get(event.kind, ""):
            offices.add(event.data.get("office"))
        people |= {event.data.get(key) for key in PEOPLE}
    offices, people = ({pk for pk in pks if isinstance(pk, int)} for pks in (offices, people))
    named = {("office", one.pk): str(one) for one in Office.objects.filter(pk__in=offices)} if offices else {}
    if people:
        named |= {("handler", one.pk): str(one) for one in User.objects.filter(pk__in=people)}
    return named


class _Values(dict):  # type: ignore[type-arg]
    """A dash where an event lacks a value its sentence asks for."""

    def __missing__(self, key: str) -> str:
        return "–"


def _sentence(event: Event, names: Mapping[tuple[str, int], str]) -> str:
    lang = get_language() or "en"
    values = _Values()
    for name, value in event.data.items():
        if isinstance(value, int) and (name, value) in names:
            values[name] = names[name, value]
        elif name in CODES and isinstance(value, str | int):
            values[name] = gettext(str(CODES[name].get(value, value)))
        else:
            values[name] = say(value, lang) if isinstance(value, Mapping) else value
    return gettext(EVENTS.get(event.kind, event.kind)).format_map(values)

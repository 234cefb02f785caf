"""Waves: which are offered, how far each is, one with all it needs, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import get_language, gettext

from openhall.labels import EVENTS
from openhall.language import say
from openhall.models import Allocation, Event, Response, User, Wave


def listed_waves() -> QuerySet[Wave]:
    """Open waves offered to everyone, newest first, with their offices' links."""
    return (
        Wave.objects.filter(state=Wave.State.OPEN, listed=True)
        .select_related("version")
        .prefetch_related("allocations__office")
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """A wave in the list: answers that came back, those that count, and what was hoped for (None: no target)."""

    wave: Wave
    offices: int
    target: int | None
    returned: int
    valid: int


def progress() -> list[Progress]:
    """All waves, newest first, in two queries."""
    counts = {
        wave: (returned, valid)
        for wave, returned, valid in Response.objects.order_by()
        .values_list("wave")
        .annotate(returned=Count("*"), valid=Count("*", filter=Q(complete=True, void="")))
    }
    waves = Wave.objects.select_related("version__questionnaire").annotate(
        offices=Count("allocations"), target=Sum("allocations__target")
    )
    return [
        Progress(wave, wave.offices, wave.target or wave.planned, *counts.get(wave.pk, (0, 0))) for wave in waves
    ]


def issuable(wave: Wave, by: User, verb: str) -> list[Allocation]:
    """The offices of the wave for which this person may issue questionnaires, in their order."""
    return [one for one in wave.allocations.select_related("office", "wave") if by.may(verb, one)]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the wave's history in the reader's language; `by` is empty for the hall itself."""

    at: date
    by: str
    text: str


def history(wave: Wave, limit: int = 30) -> list[Entry]:
    """The latest things staff did to the wave, newest first."""
    return [
        Entry(event.at, (event.by.get_full_name() or event.by.username) if event.by else "", _sentence(event))
        for event in wave.events.select_related("by")[:limit]
    ]


class _Values(dict):  # type: ignore[type-arg]
    """Event data by name; a wording in the reader's language, a dash where an old event lacks a value."""

    def __missing__(self, key: str) -> str:
        return "–"


def _sentence(event: Event) -> str:
    lang = get_language() or "en"
    values = _Values(
        {name: say(value, lang) if isinstance(value, Mapping) else value for name, value in event.data.items()}
    )
    return gettext(EVENTS.get(event.kind, event.kind)).format_map(values)

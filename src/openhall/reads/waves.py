"""Waves: which are offered, how far each is, one with all it needs, and what was done to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language, gettext

from openhall.engines.columns import VALID
from openhall.labels import EVENTS, VOID_REASONS
from openhall.language import say
from openhall.models import Allocation, Event, User, Wave
from openhall.reads.counts import by_reason


def listed_waves() -> QuerySet[Wave]:
    """Open waves offered to everyone, newest first, with their offices' links."""
    return (
        Wave.objects.filter(state=Wave.State.OPEN, listed=True)
        .select_related("version")
        .prefetch_related("allocations__office")
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """A wave in the list: answers that came back, those that count, what was hoped for (None: no target)."""

    wave: Wave
    offices: int
    target: int | None
    returned: int
    valid: int


def progress() -> list[Progress]:
    """All waves, newest first. What came back is counted by `reads.counts`, at a cost that does not grow with it."""
    waves = Wave.objects.select_related("version__questionnaire").annotate(
        offices=Count("allocations"), target=Sum("allocations__target")
    )
    found = by_reason(waves)
    return [_progress(wave, found[wave.pk]) for wave in waves]


def _progress(wave: Wave, found: Counter[str]) -> Progress:
    return Progress(wave, wave.offices, wave.target or wave.planned, found.total(), found[VALID])


def wave_by_key(key: str) -> Wave:
    """One wave with its questionnaire's version. Http404 where there is none."""
    return get_object_or_404(Wave.objects.select_related("version__questionnaire"), key=key)


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
    """The latest things staff did to the wave, newest first; those done to one sheet stand with the sheet."""
    return entries(wave.events.exclude(kind__startswith="sheet.").select_related("by")[:limit])


def entries(events: Iterable[Event]) -> list[Entry]:
    """Events as lines for people."""
    return [
        Entry(event.at, (event.by.get_full_name() or event.by.username) if event.by else "", _sentence(event))
        for event in events
    ]


class _Values(dict):  # type: ignore[type-arg]
    """Event data by name; a wording in the reader's language, a dash where an old event lacks a value."""

    def __missing__(self, key: str) -> str:
        return "–"


def _sentence(event: Event) -> str:
    lang = get_language() or "en"
    values = _Values(
        {
            name: say(value, lang) if isinstance(value, Mapping) else value
            for name, value in event.data.items()
        }
    )
    if values.get("rule") in VOID_REASONS:  # of a survey; an urgency rule is a number
        values["rule"] = gettext(VOID_REASONS[values["rule"]])
    return gettext(EVENTS.get(event.kind, event.kind)).format_map(values)

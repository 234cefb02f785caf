"""The town: its halls and departments, its areas, and the hall's calendar. Seed 3.5.1, 5.2; row B6."""

from __future__ import annotations

import json
from functools import lru_cache

from django.db import models
from django.utils.translation import get_language

from openhall.errors import N_
from openhall.language import say
from openhall.rules.calendar import Calendar


class Jurisdiction(models.Model):
    """The local government that runs this hall (Open311's word). One row."""

    code = models.SlugField(unique=True)
    name = models.JSONField()  # wording: {"en": …, "zh": …}
    contact = models.JSONField(default=dict)  # wording: how to reach a person
    calendar = models.JSONField(default=dict)  # rules.calendar.Calendar; empty: its default
    objectives = models.JSONField(
        default=dict
    )  # rules.clocks: working minutes by urgency and clock; empty: defaults

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")


def hall_calendar() -> Calendar:
    """The working calendar of the hall; the default where none was set."""
    stored = Jurisdiction.objects.values_list("calendar", flat=True).first()
    return _read(json.dumps(stored or {}, sort_keys=True))


@lru_cache(maxsize=8)
def _read(stored: str) -> Calendar:
    return Calendar.from_dict(json.loads(stored))


class Area(models.Model):
    """A part of the town, for which departments may differ."""

    code = models.SlugField(unique=True)
    name = models.JSONField()  # wording
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")


class OfficeQuerySet(models.QuerySet):
    def current(self) -> OfficeQuerySet:
        return self.filter(ended_on=None)

    def departments(self) -> OfficeQuerySet:
        """Those that can be given requests."""
        return self.current().exclude(kind=Office.Kind.HALL)


class Office(models.Model):
    """A unit of the town hall: a hall where citizens are served, the service centre, or a department."""

    class Kind(models.TextChoices):
        HALL = "hall", N_("Service hall")
        CENTRE = "centre", N_("Management and service centre")
        DECISION = "decision", N_("Decision department")
        FUNCTIONAL = "functional", N_("Functional department")
        SUPPORT = "support", N_("Supporting institution")

    code = models.SlugField(unique=True)
    name = models.JSONField()  # wording
    position = models.PositiveSmallIntegerField(default=0)  # order in tables
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.HALL)
    contact = models.JSONField(default=dict)  # wording: how citizens reach it
    areas = models.ManyToManyField(Area, blank=True, related_name="offices")  # none: the whole town
    ended_on = models.DateField(null=True, blank=True)  # merged or split; its history stays under its name
    successors = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="predecessors")

    objects = OfficeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")

    def stands_for(self) -> frozenset[int]:
        """Itself and every office whose work it took over, over several reforms (row ids)."""
        found: set[int] = set()
        todo = [self.pk]
        while todo:
            found.update(todo)
            before = Office.successors.through.objects.filter(to_office__in=todo)
            todo = [pk for pk in before.values_list("from_office", flat=True) if pk not in found]
        return frozenset(found)

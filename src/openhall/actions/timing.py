"""The hall's calendar and the times it gives itself. Seed 3.4.3, 5.3; row C5.

A new calendar moves the deadlines that run: what was used stays used, a promise of whole working days stays one of as
many days. New times hold for what begins after them. What the clocks stood at before is in the event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min

from openhall.actions import permit
from openhall.errors import N_, NotAllowed
from openhall.models import Clock, Event, Jurisdiction, ServiceRequest, User, hall_calendar, record
from openhall.moment import now
from openhall.rules import clocks
from openhall.rules.calendar import Calendar

AT_ONCE = 2000  # clocks moved in the act itself; more of them are left to the worker
PIECE = 500


@transaction.atomic
def set_calendar(data: Mapping[str, Any], *, by: User | None) -> int:
    """The hall's calendar from now on; returns how many running clocks it concerns. BadInput names every fault.

    Beyond AT_ONCE of them the worker moves them, after the event.
    """
    permit(by, "catalogue.manage")
    new = Calendar.from_dict(data)
    town = _town()
    old = hall_calendar()
    town.calendar = new.to_dict()
    town.save(update_fields=["calendar"])
    at = now()
    count = 0 if old == new else Clock.objects.running().count()
    later = count > AT_ONCE
    if count and not later:
        _move(old, new, at)
    record("calendar.changed", town, by=by, before=old.to_dict(), clocks=count, later=later)
    return count


def move_clocks(event: Event) -> None:
    """What follows from calendar.changed where the clocks were too many for the act itself."""
    if event.data.get("later"):
        moved = _move(Calendar.from_dict(event.data["before"]), hall_calendar(), event.at)
        record("calendar.clocks_moved", _town(), clocks=moved)


@transaction.atomic
def set_objectives(table: Mapping[str, Any], *, by: User | None) -> None:
    """Working minutes by urgency and clock, for what begins from now on. BadInput names every missing or odd one."""
    permit(by, "catalogue.manage")
    read = clocks.check_objectives(table)
    town = _town()
    before = town.objectives
    town.objectives = {
        str(urgency): {str(kind): minutes for kind, minutes in row.items()} for urgency, row in read.items()
    }
    town.save(update_fields=["objectives"])
    record("objectives.changed", town, by=by, before=before, after=town.objectives)


def _town() -> Jurisdiction:
    town = Jurisdiction.objects.select_for_update().first()
    if town is None:
        raise NotAllowed(N_("This hall is not set up yet. Read its own file first: see the manual."))
    return town


def _move(old: Calendar, new: Calendar, at: datetime) -> int:
    """Every running clock onto the new calendar from `at` on; returns how many."""
    keys = list(Clock.objects.running().order_by("request", "pk").values_list("pk", flat=True))
    for start in range(0, len(keys), PIECE):
        rows = list(Clock.objects.running().select_for_update().filter(pk__in=keys[start : start + PIECE]))
        for row in rows:
            value = row.value
            since = value.running_since
            onto = new if since is not None and since < at else None
            allowed = _allowed(value.allowed, old, new)
            row.renew(clocks.recompute(value, at, old, allowed=allowed, onto=onto).clock, at)
        Clock.objects.bulk_update(
            rows, ["allowed", "used", "running_since", "due_at", "look_at", "level", "warned_at"]
        )
        _settle({row.request_id for row in rows})
    return len(keys)


def _allowed(minutes: int, old: Calendar, new: Calendar) -> int:
    """Whole working days stay as many working days; less, and odd times, stay as they are."""
    days, rest = divmod(minutes, old.minutes_per_day)
    return days * new.minutes_per_day if days and not rest else minutes


def _settle(requests: set[int]) -> None:
    """The requests' own deadlines, from their clocks."""
    running = Clock.objects.running().filter(request__in=requests)
    due = dict(running.order_by().values_list("request").annotate(Min("due_at")))
    rows = list(ServiceRequest.objects.filter(pk__in=requests).only("pk", "due_at"))
    for row in rows:
        row.due_at = due.get(row.pk)
    ServiceRequest.objects.bulk_update(rows, ["due_at"])

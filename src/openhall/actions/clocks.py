"""Look at clocks whose time has come: warn before the deadline, escalate after it, in opening hours only. Row C5.

The worker calls `sweep` again and again. A hall that was closed, or a worker that was down for days, leads to one step
a clock, not to a flood: what was missed meanwhile is made up for at once, with the level reached.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhall.models import Clock, Office, ServiceRequest, hall_calendar, record
from openhall.moment import now
from openhall.rules import clocks

AT_ONCE = 200  # clocks looked at in one round


def sweep(*, limit: int = AT_ONCE) -> int:
    """Look at every clock that is due for it; returns how many warned or escalated. Nothing happens out of hours."""
    at = now()
    if not hall_calendar().is_open(at):
        return 0
    waiting = Clock.objects.running().filter(look_at__lte=at).order_by("look_at", "pk")
    return sum(_look(pk, request, at) for pk, request in waiting.values_list("pk", "request")[:limit])


@transaction.atomic
def _look(pk: int, request: int, at: datetime) -> bool:
    """One clock, with its request locked first as every act does; another worker or an act may have been faster."""
    case = ServiceRequest.objects.select_for_update().get(pk=request)
    row = Clock.objects.running().select_for_update().filter(pk=pk, look_at__lte=at).first()
    if row is None:
        return False
    calendar, value = hall_calendar(), row.value
    level = clocks.escalations(value, at, calendar)
    raised, first = level > row.level, row.warned_at is None
    row.level, row.warned_at = max(level, row.level), row.warned_at or at
    row.look_at = clocks.next_look(value, calendar, warned=True, level=row.level)
    row.save(update_fields=["level", "warned_at", "look_at"])
    if not (raised or first):
        return False
    office = Office.objects.filter(pk=row.office_id or case.lead_id).first()
    record(
        "clock.escalated" if raised else "clock.warned",
        row,
        request=case,
        clock=row.kind,
        due=row.due_at.isoformat() if row.due_at else "",
        level=row.level,
        office=office.pk if office else None,
    )
    return True

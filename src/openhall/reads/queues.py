"""The work lists: what comes first, a page at a time, and how many there are, fast among millions. Row C2.

A list of open requests reads at most all of these. One that reaches into the closed ones looks through `WINDOW` of them
at once and says how far it looked. What is looked for: `queue_filter`; what may be seen: `visible_to`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min, Q

from openhall.models import ServiceRequest, User, hall_calendar
from openhall.moment import now
from openhall.reads.closings import in_time
from openhall.reads.keyset import Order, beyond, cursor, ordering, place
from openhall.reads.queue_filter import (
    Filter,
    closing_days,
    days,
    deadline,
    matching,
    of_open,
    times,
)
from openhall.rules import workflow
from openhall.rules.calendar import Calendar

PAGE = 50  # rows
WINDOW = 20_000  # requests looked through at once where closed ones are among them
SMALL_WINDOW = 5_000  # where each takes a look into another table, or far away
CAP = 1000  # a tab counts no further
MOST_ROWS = 100_000  # of a file
_LONG = ("text", "reply", "urgency_why", "secret", "once")  # never shown in a list


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with their `due` (the deadline that counts in this list), and the cursors of the pages around."""

    rows: list[ServiceRequest]
    previous: str = ""
    next: str = ""
    looked_to: datetime | None = None  # here the look ended before the page was full; the cursor goes on


def page(
    wanted: Filter, user: User, *, at: datetime, after: str = "", before: str = "", size: int = PAGE
) -> Page:
    """One page after or before a cursor; from the start where neither is given or readable."""
    order, backwards = wanted.order, bool(before)
    given = place(order, before or after)
    found, edge = matching(wanted, user, at=at), None
    if given:
        found = found.filter(beyond(order, given, backwards=backwards))
    if wanted.wide:
        near, far = _ends(wanted, at, backwards=backwards)
        found = found if given else found.filter(near)
        edge = _edge(wanted, given, near & far, backwards=backwards)
        found = found.filter(beyond(order, edge, backwards=not backwards, itself=True) if edge else far)
    keys = list(
        found.order_by(*ordering(order, backwards=backwards)).values_list(*_fields(order))[: size + 1]
    )
    more, keys = len(keys) > size, keys[:size]
    ahead = cursor(order, keys[-1]) if more else cursor(order, edge) if edge else ""
    behind = cursor(order, keys[0]) if given and keys else ""
    looked_to = edge[0] if edge and not more else None
    if backwards:
        return Page(_rows(wanted, keys[::-1]), ahead, behind, looked_to)
    return Page(_rows(wanted, keys), behind, ahead, looked_to)


def count(wanted: Filter, user: User, *, at: datetime) -> int:
    """How many match, counted to one more than `CAP`: among millions nobody needs the rest."""
    return matching(wanted, user, at=at).values("pk")[: CAP + 1].count()


def counts(lists: Sequence[Filter], user: User, *, at: datetime) -> list[int]:
    """`count` of each; all that are among the open requests in one look at these."""
    together = [wanted for wanted in lists if wanted.of_open_alone]
    found, conditions = of_open(together, user, at=at)
    numbers = found.aggregate(
        **{f"list_{place}": Count("pk", filter=one or None) for place, one in enumerate(conditions)}
    )
    known = dict(zip(map(id, together), numbers.values(), strict=True))
    return [
        min(known[id(wanted)], CAP + 1) if id(wanted) in known else count(wanted, user, at=at)
        for wanted in lists
    ]


def rows_of_file(wanted: Filter, user: User, *, at: datetime) -> Iterator[ServiceRequest]:
    """All that match and are not confidential, up to `MOST_ROWS`, in the order of the list, with their
    `in_time`: MET, MISSED or neither, of closed ones.
    """
    found = matching(wanted, user, at=at).filter(confidential=False).annotate(in_time=in_time()).defer(*_LONG)
    if wanted.wide:
        near, far = _ends(wanted, at, backwards=False)
        found = found.filter(near, far)
    return found.order_by(*ordering(wanted.order))[:MOST_ROWS].iterator(chunk_size=1000)


def by_department(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """Open requests by the one that leads, most late first: `department` (id or None), `open`, `late`, `paused`,
    `oldest`.
    """
    counted = (
        ServiceRequest.objects.visible_to(user)
        .open()
        .values(department=F("lead_id") + 0)
        .annotate(
            open=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=at)),
            paused=Count("pk", filter=Q(state=workflow.WAITING)),
            oldest=Min("created_at"),
        )
    )
    return sorted(counted, key=lambda one: (-one["late"], -one["open"]))


def hall_time() -> tuple[datetime, Calendar]:
    """Now in the hall's own time zone, and its calendar. One query."""
    calendar = hall_calendar()
    return now().astimezone(ZoneInfo(calendar.zone)), calendar


# --- pages --------------------------------------------------------------------------------------------------------


def _fields(order: Order) -> list[str]:
    return [key.field for key in order]


def _rows(wanted: Filter, keys: list[tuple[Any, ...]]) -> list[ServiceRequest]:
    """The requests of these keys, whose last is the row id. Found first and read then: finding needs the index only."""
    rows = ServiceRequest.objects.annotate(due=deadline(wanted)).defer(*_LONG)
    found = rows.in_bulk([key[-1] for key in keys])
    return [found[key[-1]] for key in keys if key[-1] in found]


def window_of(wanted: Filter) -> int:
    """How many requests are looked through at once."""
    outside = wanted.order[0].field == "changed" or wanted.kept or wanted.rating
    return SMALL_WINDOW if outside else WINDOW


def _ends(wanted: Filter, at: datetime, *, backwards: bool) -> tuple[Q, Q]:
    """Where reading begins and where it ends at the latest: the days asked for, if the order is that of coming in or of
    closing."""
    first = wanted.order[0]
    if first.field not in {"came", "ended"}:
        return Q(), Q()
    since, until = (days if first.field == "came" else closing_days)(wanted, at)
    early = Q(**{f"{first.field}__gte": since}) if since else Q()
    late = Q(**{f"{first.field}__lt": until}) if until else Q()
    if first.field == "ended":  # open ones have not ended
        early, late = early or Q(ended__isnull=False), late or Q(ended__isnull=False)
    return (late, early) if first.descending != backwards else (early, late)


def _edge(
    wanted: Filter, given: tuple[Any, ...] | None, between: Q, *, backwards: bool
) -> tuple[Any, ...] | None:
    """The row at which the look ends, whoever may see it; None where fewer than a window are left."""
    order = wanted.order
    rows = ServiceRequest.objects.annotate(**times(wanted)).filter(between)
    if given:
        rows = rows.filter(beyond(order, given, backwards=backwards))
    ends = rows.order_by(*ordering(order, backwards=backwards)).values_list(*_fields(order))
    window = window_of(wanted)
    return next(iter(ends[window - 1 : window]), None)

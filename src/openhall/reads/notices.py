"""How the mail stands: counts by state, and the notices a person must decide about."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from openhall.models import Notice
from openhall.models.message import UNKNOWN_AFTER
from openhall.moment import now

MOST = 100  # shown at once


def overview() -> dict[str, Any]:
    """`counts` by state, `unknown` and `failed`: what is to decide, oldest first; `more` when there are more."""
    long_ago = now() - UNKNOWN_AFTER
    lost = Q(state=Notice.State.SENDING, next_at__lt=long_ago) | Q(state=Notice.State.FAILED)
    rows = list(Notice.objects.filter(lost).select_related("request").order_by("pk")[: MOST + 1])
    for row in rows:
        row.masked = masked(row.to)
    counts = dict(Notice.objects.values_list("state").annotate(Count("pk")))
    waiting = Notice.objects.filter(state=Notice.State.CREATED).order_by("next_at").first()
    return {
        "counts": [(state.label, counts.get(state.value, 0)) for state in Notice.State],
        "to_decide": rows[:MOST],
        "more": len(rows) > MOST,
        "next": waiting,
    }


def masked(address: str) -> str:
    """An e-mail address of which only the first sign and the domain are shown.

    >>> masked("jane@example.org"), masked("")
    ('j…@example.org', '')
    """
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}…{at}{domain}" if at else ""

"""Waves: which are offered, and one with all it needs."""

from __future__ import annotations

from django.db.models import QuerySet

from openhall.models import Wave


def listed_waves() -> QuerySet[Wave]:
    """Open waves offered to everyone, newest first, with their offices' links."""
    return Wave.objects.filter(state=Wave.State.OPEN, listed=True).select_related("version").prefetch_related("allocations__office")

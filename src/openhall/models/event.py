"""What staff did: the append-only record. Answering a survey leaves no event, so that no time can be joined to it."""

from __future__ import annotations

from typing import Any

from django.db import models


class Event(models.Model):
    """One thing that happened to one subject."""

    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=40)  # noun.verb: wave.opened
    subject_type = models.CharField(max_length=24)
    subject_id = models.CharField(max_length=24)
    wave = models.ForeignKey("Wave", null=True, on_delete=models.SET_NULL, related_name="events")
    by = models.ForeignKey("User", null=True, on_delete=models.SET_NULL, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="event_subject")]


def record(kind: str, subject: models.Model, *, by: Any = None, wave: Any = None, **data: Any) -> Event:
    """Append an event; the last beat of every action. `data` holds facts, never answers or contact details."""
    name = type(subject).__name__
    wave = subject if name == "Wave" else wave
    return Event.objects.create(
        kind=kind, subject_type=name.lower(), subject_id=str(subject.pk), wave=wave, by=by, data=data
    )

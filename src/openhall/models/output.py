"""Reports that take a while to make, and how far they are."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

RULES = "rules"  # the format of an output that is no report: the validity rules applied to a large wave


class Output(models.Model):
    """One report in one language and format, made by the worker: of a wave, or of a source of answers by its key.

    `attempt` tells a worker that was cancelled from the one that makes it again: whoever makes it writes only while
    the row is running and the attempt its own.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    GOING = (State.WAITING, State.RUNNING)

    wave = models.ForeignKey("Wave", null=True, on_delete=models.CASCADE, related_name="outputs")
    source = models.CharField(max_length=40, blank=True, default="")  # key in sources.toml; empty for a wave
    language = models.CharField(max_length=12)
    format = models.CharField(
        max_length=8
    )  # docx, pdf, xlsx, html, json; page: the report page itself; RULES
    fingerprint = models.CharField(max_length=64)  # of the data it shows
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveIntegerField(default=0)  # how often it was begun
    step = models.CharField(max_length=80, blank=True)  # what is being done, a marked English template
    done = models.PositiveSmallIntegerField(default=0)  # steps
    steps = models.PositiveSmallIntegerField(default=1)
    part = models.PositiveBigIntegerField(default=0)  # of the step: rows counted, blocks written
    parts = models.PositiveBigIntegerField(default=0)  # of so many; 0 where nobody knows
    step_began = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)  # looked at
    file = models.CharField(max_length=200, blank=True)  # below the data directory
    error = models.TextField(blank=True)
    at = models.DateTimeField(auto_now=True)  # of the last sign of progress

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wave__isnull=False, source="") | (Q(wave__isnull=True) & ~Q(source="")),
                name="output_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["wave", "language", "format", "fingerprint"],
                condition=Q(wave__isnull=False),
                name="one_output_per_data",
            ),
            models.UniqueConstraint(
                fields=["source", "language", "format", "fingerprint"],
                condition=Q(wave__isnull=True),
                name="one_output_per_source",
            ),
        ]

    @property
    def going(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in self.GOING

"""Files that take a while to make, and how far they are."""

from __future__ import annotations

from django.db import models


class Output(models.Model):
    """One report file of one wave in one language, made by the worker."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    wave = models.ForeignKey("Wave", on_delete=models.CASCADE, related_name="outputs")
    language = models.CharField(max_length=12)
    format = models.CharField(max_length=8)  # docx, pdf, xlsx, html, json
    fingerprint = models.CharField(max_length=64)  # of the data it shows
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    step = models.CharField(max_length=80, blank=True)  # what is being done, a marked English template
    done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=1)
    file = models.CharField(max_length=200, blank=True)  # below the data directory
    error = models.TextField(blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "language", "format", "fingerprint"], name="one_output_per_data"
            )
        ]

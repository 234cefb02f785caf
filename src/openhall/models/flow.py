"""What the worker remembers: how far it has followed the log, what failed, and what was done when."""

from __future__ import annotations

from django.db import models

from openhall.moment import now


class Cursor(models.Model):
    """How far a reader of the log has come: all events up to `seq` are done, and `step` steps of the next one."""

    name = models.CharField(max_length=24, primary_key=True)
    seq = models.BigIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)


class Stuck(models.Model):
    """A step after an event that failed. Set aside after some tries, so that the rest goes on."""

    kind = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    step = models.CharField(max_length=80)  # module.function
    error = models.CharField(max_length=80)  # its class; the log of the worker has the rest
    tries = models.PositiveSmallIntegerField(default=0)
    aside = models.BooleanField(default=False)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["seq", "pk"]
        constraints = [models.UniqueConstraint(fields=["seq", "step"], name="one_row_per_stuck_step")]

    def count(self, error: BaseException | None) -> None:
        """One more try that failed. Saves nothing."""
        self.tries += 1
        self.error, self.at = type(error).__name__[:80], now()


class Due(models.Model):
    """When something that recurs is due next."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

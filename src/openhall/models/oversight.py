"""Supervision before, during and after; screening of malicious complaints with due process. Rows C6, C8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from openhall.errors import N_
from openhall.rules.permissions import Reach

if TYPE_CHECKING:
    from openhall.models.staff import User


class Supervision(models.Model):
    """A look of the supervisor at a request: readiness before, an order during, a sample after."""

    class Kind(models.TextChoices):
        READINESS = "readiness", N_("Readiness at dispatch")
        ORDER = "order", N_("Supervision order")
        SAMPLE = "sample", N_("Quality sample")

    class Verdict(models.TextChoices):
        GOOD = "good", N_("Good")
        FAIR = "fair", N_("Fair")
        POOR = "poor", N_("Poor")

    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="supervisions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    office = models.ForeignKey("Office", null=True, on_delete=models.PROTECT, related_name="supervisions")
    text = models.TextField(blank=True)
    by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")  # None: a rule
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # an order must be answered by then
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=6, choices=Verdict.choices, blank=True)
    marks = models.JSONField(default=dict)  # of a sample or of readiness: question -> yes/no
    settled_at = models.DateTimeField(null=True)  # judged; nothing more to do
    batch = models.CharField(
        max_length=24, blank=True
    )  # of a sample: when drawn, with its seed, so it can be redrawn

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["office", "settled_at", "due_at"], name="supervision_office"),
            models.Index(
                fields=["kind", "request", "due_at"], condition=Q(settled_at=None), name="supervision_open"
            ),
        ]

    def reach(self, user: User) -> Reach:
        return self.request.reach(user)


class Screening(models.Model):
    """A request marked as malicious, and what became of the marking: three different people decide."""

    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="screenings")
    state = models.CharField(max_length=12)  # rules.screening.State
    ground = models.CharField(max_length=16)  # rules.screening.Ground
    reason = models.TextField()
    marked_by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirm_reason = models.TextField(blank=True)
    appeal = models.TextField(blank=True)  # the citizen's own words
    appealed_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(null=True)
    judge_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=("marked", "confirmed", "appealed")),
                name="one_screening_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("marked_by")),
                name="a_second_person_confirms",
            ),
        ]

    def reach(self, user: User) -> Reach:
        return self.request.reach(user)


class SavedFilter(models.Model):
    """A list's filter somebody keeps; its address is the query, so it can be sent to a colleague."""

    user = models.ForeignKey("User", on_delete=models.CASCADE, related_name="filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=400)
    shared = models.BooleanField(default=False)  # offered to everyone of the same office

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_filter_per_name")]

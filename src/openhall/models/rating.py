"""The rating of one service and what a bad one opens. Seed 3.4.4, 5.1.5; row B5.

The rating itself is a Response of the survey engine, so that every statistic of the study works on it. Unlike a study's
answer it belongs to a request, and the person is told so before answering.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from openhall.errors import NotAllowed
from openhall.rules import ratings
from openhall.rules.permissions import Reach

if TYPE_CHECKING:
    from openhall.models.staff import User


class Evaluation(models.Model):
    """One invitation to rate one closed request, and the rating once given. One per closing."""

    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="evaluations")
    round = models.PositiveSmallIntegerField(default=1)  # of closing: reopened and closed again is another
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="evaluations")  # who is rated
    handler = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12)  # of the invitation: request.Channel
    token = models.CharField(max_length=64, unique=True, null=True)  # HMAC of the invitation's code
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    response = models.OneToOneField(
        "Response", null=True, on_delete=models.PROTECT, related_name="evaluation"
    )
    level = models.PositiveSmallIntegerField(null=True)  # 5 very satisfied … 1 very dissatisfied
    remark = models.TextField(blank=True)
    entered_by = models.ForeignKey(
        "User", null=True, on_delete=models.PROTECT, related_name="+"
    )  # who wrote down what the citizen said; None: the citizen
    given_at = models.DateTimeField(null=True)
    changed = models.PositiveSmallIntegerField(default=0)  # times

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "round"], name="one_evaluation_per_closing"),
            models.CheckConstraint(condition=Q(level=None) | Q(level__range=(1, 5)), name="five_levels"),
        ]
        indexes = [models.Index(fields=["office", "given_at"], name="evaluation_office")]

    def reach(self, user: User) -> Reach:
        return self.request.reach(user)

    def require_open(self, at: datetime) -> None:
        """NotAllowed where at this moment no rating is taken, nor a change of it."""
        ratings.require_open(
            given_at=self.given_at,
            expires_at=self.expires_at,
            superseded=self.request.is_open or self.request.reopened + 1 != self.round,
            at=at,
        )

    def is_open(self, at: datetime) -> bool:
        """Whether a rating, or a change of it, is taken at this moment."""
        try:
            self.require_open(at)
        except NotAllowed:
            return False
        return True


class Rectification(models.Model):
    """What follows a bad rating: call back, verify, put right or explain or appeal, visit again, publish."""

    evaluation = models.OneToOneField(Evaluation, on_delete=models.CASCADE, related_name="rectification")
    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="rectifications")
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="rectifications")
    state = models.CharField(max_length=16)  # rules.rectification.State
    verified = models.BooleanField(null=True)  # does the complaint hold?
    remedy = models.CharField(max_length=16, blank=True)  # fix, ledger, explain, appeal
    plan = models.TextField(blank=True)
    plan_due_on = models.DateField(null=True)  # on the ledger
    ground = models.ForeignKey("ListItem", null=True, on_delete=models.PROTECT, related_name="+")
    appeal_upheld = models.BooleanField(null=True)
    level_after = models.PositiveSmallIntegerField(null=True)  # at the second visit
    published_text = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["office", "state", "due_at"], name="rectification_office"),
            models.Index(fields=["due_at"], condition=Q(finished_at=None), name="rectification_open"),
        ]

    def reach(self, user: User) -> Reach:
        return self.request.reach(user)


class RectificationStep(models.Model):
    """One step of it: who did what and what was said."""

    rectification = models.ForeignKey(Rectification, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=16)  # rules.rectification
    text = models.TextField(blank=True)
    by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

"""The people who work here, what each may do, knows, has learnt and wishes. Seed 3.5.2; row B7."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models

from openhall.errors import N_
from openhall.rules.permissions import ROLE_NAMES, Reach, Role, may


class User(AbstractUser):
    """A member of staff. Citizens need no account."""

    role = models.CharField(max_length=24, choices=[(role.value, ROLE_NAMES[role]) for role in Role])
    office = models.ForeignKey(
        "Office", null=True, blank=True, on_delete=models.PROTECT, related_name="staff"
    )
    skills = models.JSONField(default=list, blank=True)
    absent_until = models.DateField(null=True, blank=True)
    wish = models.TextField(blank=True)  # career expectation, in the person's own words
    home_filter = models.CharField(max_length=400, blank=True)  # query of the list this person opens on

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def may(self, verb: str, of: Any = None) -> bool:
        """Whether this person may do `verb`; `of` is what it is done to: an office, a request, or a thing that has one.

        The thing says whose it is by `reach(user)`; an office, or what has an `office_id`, is that office's.
        """
        return self.is_active and may(self.role, verb, office=self.office_id, of=self._reach(of))

    def reach(self, user: User) -> Reach:
        """As somebody's staff: those of the own office only are within a head's reach."""
        return Reach(frozenset({self.office_id} - {None}))

    def stands_for(self) -> frozenset[int]:
        """The person's office and every one whose work it took over; what accuses one of them accuses it. Read once."""
        kept = vars(self).get("kept_stands_for")
        if kept is None or kept[0] != self.office_id:
            kept = self.office_id, self.office.stands_for() if self.office_id else frozenset()
            self.kept_stands_for = kept
        return kept[1]

    def _reach(self, of: Any) -> Reach | None:
        if of is None:
            return None
        if hasattr(of, "reach"):
            return of.reach(self)
        office = of.pk if type(of).__name__ == "Office" else getattr(of, "office_id", None)
        return None if office is None else Reach(frozenset({office}))


class Training(models.Model):
    """A course somebody took."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="trainings")
    title = models.CharField(max_length=160)
    skill = models.CharField(max_length=40, blank=True)
    on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1)

    class Meta:
        ordering = ["-on", "-pk"]


class Award(models.Model):
    """A reward or sanction in the ledger: for a person or an office, always with its ground. Rows B7, C7."""

    class Kind(models.TextChoices):
        REWARD = "reward", N_("Reward")
        SANCTION = "sanction", N_("Sanction")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    office = models.ForeignKey(
        "Office", null=True, blank=True, on_delete=models.PROTECT, related_name="awards"
    )
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="awards")
    indicator = models.CharField(max_length=32, blank=True)  # rules.assessment, with the figures it rested on
    facts = models.JSONField(default=dict)
    ground = models.TextField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_back = models.TextField(blank=True)  # the reason, where it was

    class Meta:
        ordering = ["-on", "-pk"]


class JointRating(models.Model):
    """After joint work one office rates how the other worked with it, 1 to 5. Row B7."""

    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="joint_ratings")
    by_office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="joint_ratings")
    level = models.PositiveSmallIntegerField()
    remark = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "by_office", "office"], name="one_joint_rating")
        ]

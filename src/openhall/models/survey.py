"""Questionnaires and their versions, waves of fieldwork, and what was issued to which office. Seed 4.1, appendix."""

from __future__ import annotations

import json
import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language

from openhall.language import say
from openhall.surveys import dict_format
from openhall.surveys.questionnaire import Questionnaire as Asked

TYPED = "23456789abcdefghjkmnpqrstuvwxyz"  # no signs that look alike: a poster's address is typed, too


def new_key() -> str:
    """A key for a web address that cannot be guessed: ten signs, some 8 · 10¹⁴ possibilities."""
    return "".join(secrets.choice(TYPED) for _ in range(10))


class Questionnaire(models.Model):
    """A questionnaire through all its versions."""

    key = models.SlugField(unique=True)

    def __str__(self) -> str:
        return self.key

    @property
    def newest(self) -> Version:
        return self.versions.latest("number")


class Version(models.Model):
    """One wording of a questionnaire. Frozen once a wave with it has opened: an edit then makes the next version."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    definition = models.TextField()  # surveys.dict_format as JSON
    frozen = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["questionnaire", "number"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="one_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.number}"

    @cached_property
    def asked(self) -> Asked:
        """The questionnaire itself, read from the stored definition."""
        return dict_format.from_dict(json.loads(self.definition))

    @property
    def title(self) -> str:
        return say(self.asked.title, get_language() or "en")


class Wave(models.Model):
    """One round of fieldwork with one version: opened, filled, closed.

    The ratings of services of one year are a wave, too; it is kept by `actions.evaluate` alone.
    """

    RATINGS = "ratings-"  # how the key of such a wave begins, before the year

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"

    key = models.CharField(max_length=16, unique=True, default=new_key)
    name = models.JSONField()  # wording
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="waves")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    planned = models.PositiveIntegerField(null=True, blank=True)  # sheets the plan asked for
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)  # last day of answering, if one is set
    min_seconds = models.PositiveSmallIntegerField(default=20)  # faster than this is flagged
    listed = models.BooleanField(default=False)  # offered to everyone on the front page
    next_serial = models.PositiveIntegerField(default=1)  # of printed forms

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")

    @property
    def of_ratings(self) -> bool:
        return self.key.startswith(self.RATINGS)


class Allocation(models.Model):
    """A wave at one office: its target, its link, its quota."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="allocations")
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="allocations")
    key = models.CharField(max_length=16, unique=True, default=new_key)  # in the office's link and QR code
    kiosk_key = models.CharField(max_length=16, unique=True, default=new_key)  # in its tablet's link
    target = models.PositiveIntegerField(null=True, blank=True)  # answers hoped for
    quota = models.PositiveIntegerField(null=True, blank=True)  # answers accepted at most
    filled = models.PositiveIntegerField(default=0)  # complete answers accepted

    class Meta:
        ordering = ["wave", "office__position"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "office"], name="one_allocation_per_office"),
            models.CheckConstraint(
                condition=Q(quota=None) | Q(filled__lte=F("quota")), name="quota_never_overrun"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wave} · {self.office}"


class Batch(models.Model):
    """Questionnaires issued to an office at one time: printed sheets with serial numbers, or invitation codes."""

    class Channel(models.TextChoices):
        PAPER = "paper"
        CODE = "code"

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="batches")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    count = models.PositiveIntegerField()
    first_serial = models.PositiveIntegerField(
        null=True
    )  # paper printed here; None for sheets issued elsewhere
    issued_on = models.DateField(auto_now_add=True)
    by = models.ForeignKey("User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]


class Invitation(models.Model):
    """A single-use code not yet used. The row is deleted when its code is used: nothing stays to join to an answer.

    Only a keyed hash is stored; the codes themselves are shown once, when they are made. Decision 0006.
    """

    code = models.CharField(max_length=64, primary_key=True)  # HMAC of the code
    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="invitations")

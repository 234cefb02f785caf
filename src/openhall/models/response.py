"""Returned questionnaires, their second entry, and what the validity rules found in them. Seed 4.1.

No address, browser, session, account or time of day is kept with an answer; the date is. Only the rating of a service
leads to somebody, through its `Evaluation`, and says so before it is given.
"""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from openhall.surveys import checking
from openhall.surveys.questionnaire import Answer


def random_id() -> int:
    """A row number that says nothing about order: 63 random bits."""
    return secrets.randbits(63)


class ResponseQuerySet(models.QuerySet):
    def complete(self) -> ResponseQuerySet:
        return self.filter(complete=True)

    def valid(self) -> ResponseQuerySet:
        """Complete and not excluded: what the statistics are made of."""
        return self.filter(complete=True, void="")


class Response(models.Model):
    """One returned questionnaire. `void` names the reason for exclusion, empty while it counts."""

    class Channel(models.TextChoices):
        LINK = "link"
        CODE = "code"
        KIOSK = "kiosk"
        PAPER = "paper"
        FILE = "file"
        STAFF = "staff"  # a rating that staff wrote down as the citizen said it

    id = models.BigAutoField(primary_key=True, default=random_id)  # SQLite's hidden row number, too
    wave = models.ForeignKey("Wave", on_delete=models.PROTECT, related_name="responses")
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("Version", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    language = models.CharField(max_length=12)
    answers = models.TextField()  # compact JSON array in question order: surveys.checking.encode
    submitted_on = models.DateField()
    seconds = models.PositiveIntegerField(null=True)  # from form shown to form sent, where known
    complete = models.BooleanField(default=True)
    void = models.CharField(max_length=24, blank=True, default="")
    serial = models.CharField(max_length=32, null=True)  # printed on a paper sheet
    once = models.CharField(
        max_length=36, null=True, unique=True
    )  # idempotency key of the device that sent it
    resume = models.CharField(
        max_length=64, null=True, unique=True
    )  # HMAC of the code that opens a saved answer

    objects = ResponseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["wave", "office", "channel", "complete", "void"], name="response_ledger")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "serial"], condition=~Q(serial=None), name="one_response_per_serial"
            )
        ]

    @property
    def given(self) -> tuple[Answer, ...]:
        """The answers in question order."""
        return checking.decode(self.version.asked, self.answers)


class SecondEntry(models.Model):
    """The same paper sheet keyed again, to find keying mistakes. Settled when a person has decided each difference."""

    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="second")
    answers = models.TextField()
    first = (
        models.TextField()
    )  # the first entry as it was: settling changes the response, not what is compared
    by = models.ForeignKey("User", null=True, on_delete=models.SET_NULL, related_name="+")
    settled = models.BooleanField(default=False)


class Flag(models.Model):
    """What one validity rule found in one response, and what a person or the rule decided about it."""

    class Verdict(models.TextChoices):
        OPEN = "open"  # a person must look
        VOID = "void"  # excluded
        KEPT = "kept"  # looked at and counted

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="flags")
    wave = models.ForeignKey(
        "Wave", on_delete=models.CASCADE, related_name="flags", db_index=False
    )  # the response's, so that the findings of a large wave are found without its answers
    rule = models.CharField(max_length=24)  # surveys.validity.Rule, or "other" with a reason
    detail = models.JSONField(default=dict)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.OPEN)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(
        "User", null=True, on_delete=models.SET_NULL, related_name="+"
    )  # None: the rule itself
    at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [  # counting and listing findings reads nothing but these
            models.Index(fields=["wave", "rule", "verdict", "reason", "response"], name="flag_of_rule"),
            models.Index(fields=["wave", "verdict", "response"], name="flag_of_verdict"),
        ]
        constraints = [models.UniqueConstraint(fields=["response", "rule"], name="one_flag_per_rule")]

"""Whom the town serves: citizens, companies, government bodies, each one record over all departments. Seed 3.4; row B1.

Merging two records sets a pointer and moves nothing, so it can be taken back and tells nobody.
"""

from __future__ import annotations

from django.db import models

from openhall.errors import N_


class Party(models.Model):
    """A citizen, a company or a government body."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", N_("Citizen")
        COMPANY = "company", N_("Company")
        GOVERNMENT = "government", N_("Government body")

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.CITIZEN)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True)  # name as compared: folded, without spaces
    registration = models.CharField(max_length=40, blank=True)  # of a company or body
    language = models.CharField(max_length=12, default="en")
    groups = models.JSONField(default=list)  # special situations: rules.demand.SPECIAL
    note = models.TextField(blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="party_not_merged_into_itself"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def root(self) -> Party:
        """The record that stands for this one: itself unless it was merged."""
        party = self
        while party.merged_into_id:
            party = party.merged_into
        return party

    def cluster(self) -> list[int]:
        """Row ids of all records that stand for the same party, this one's root first."""
        found = [self.root.pk]
        for pk in found:
            found += Party.objects.filter(merged_into=pk).values_list("pk", flat=True)
        return found


class ContactMethod(models.Model):
    """A way to reach a party."""

    class Kind(models.TextChoices):
        EMAIL = "email", N_("E-mail")
        PHONE = "phone", N_("Telephone")
        ADDRESS = "address", N_("Postal address")
        MESSAGING = "messaging", N_("Message app")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    value = models.CharField(max_length=254)
    value_key = models.CharField(
        max_length=254, db_index=True
    )  # as compared: digits of a phone, folded e-mail
    preferred = models.BooleanField(default=False)

    class Meta:
        ordering = ["-preferred", "pk"]


class SignInCode(models.Model):
    """A code sent to an e-mail address to show its requests, for ten minutes. Neither it nor the address is kept."""

    address = models.CharField(max_length=64, unique=True)  # HMAC of the e-mail as compared
    code = models.CharField(max_length=64)  # HMAC of address and code
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()


class RecurringDuty(models.Model):
    """Something a party must do again and again, such as a report every 90 days. Seed 1.2.1; row B9."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="duties")
    service = models.ForeignKey("Service", on_delete=models.PROTECT, related_name="duties")
    title = models.CharField(max_length=160)
    every_days = models.PositiveSmallIntegerField()
    due_on = models.DateField(db_index=True)
    remind_days = models.PositiveSmallIntegerField(default=14)  # before the due date
    reminded_for = models.DateField(null=True)  # the due date a reminder went out for
    answers = models.JSONField(default=dict)  # what was declared last time, to be confirmed
    secret = models.CharField(max_length=64, unique=True)  # HMAC of the code that opens the renewal
    ended = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)


class Renewal(models.Model):
    """One time the duty was done. The request is its record in the service desk, where one was needed."""

    duty = models.ForeignKey(RecurringDuty, on_delete=models.CASCADE, related_name="renewals")
    request = models.OneToOneField(
        "ServiceRequest", null=True, on_delete=models.PROTECT, related_name="renewal"
    )
    for_date = models.DateField()
    done_at = models.DateTimeField(auto_now_add=True)
    seconds = models.PositiveIntegerField(null=True)  # from form shown to form sent, where known
    online = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "for_date"], name="one_renewal_per_date")]

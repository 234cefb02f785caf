"""The people who work here and what each may do."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from openhall.rules.permissions import ROLE_NAMES, Role, may


class User(AbstractUser):
    """A member of staff. Citizens need no account."""

    role = models.CharField(max_length=24, choices=[(role.value, ROLE_NAMES[role]) for role in Role])
    office = models.ForeignKey(
        "Office", null=True, blank=True, on_delete=models.PROTECT, related_name="staff"
    )

    def may(self, verb: str, of: object = None) -> bool:
        """Whether this person may do `verb`; `of` is the office, or a thing that has one, it is done to."""
        office = of.pk if type(of).__name__ == "Office" else getattr(of, "office_id", None)
        return self.is_active and may(self.role, verb, office=self.office_id, of_office=office)

"""How often one address has done a thing today, without keeping the address.

The bucket is a keyed hash of purpose and address with a salt that is thrown away the next day. Design: rate limits
without personal data.
"""

from __future__ import annotations

import secrets

from django.db import models


def new_salt() -> str:
    return secrets.token_hex(16)


class Salt(models.Model):
    """The secret of one day; deleting the row makes its buckets meaningless."""

    day = models.DateField(primary_key=True)
    value = models.CharField(max_length=32, default=new_salt)


class Budget(models.Model):
    """A counter for one bucket in one window of time."""

    bucket = models.CharField(max_length=32, primary_key=True)
    day = models.DateField(db_index=True)
    spent = models.PositiveIntegerField(default=1)

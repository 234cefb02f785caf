"""Which answers the columnar extract does not have yet, and which extract of a wave is the right one. Decision 0017.

Every change of an answer marks it in the same transaction. The database's own triggers do it (migration 0005), so that
no action, import or repair by hand can forget it. What is not marked stands in the extract as it is in the database.
"""

from __future__ import annotations

import secrets

from django.db import models


def new_stamp() -> str:
    """What tells one state of an extract from every other: 64 random bits."""
    return secrets.token_hex(8)


def new_token() -> int:
    """31 random bits, never 0."""
    return secrets.randbelow(2**31 - 1) + 1


class Unextracted(models.Model):
    """An answer that came, changed or went since it was last written to the extract of its wave."""

    response = models.BigIntegerField(primary_key=True)  # no foreign key: the answer may be gone
    wave = models.BigIntegerField()
    token = (
        models.IntegerField()
    )  # from 0 up, random, another at every change; below 0: whoever extracts it now

    class Meta:
        indexes = [models.Index(fields=["wave", "response"], name="unextracted_of_wave")]


class Extract(models.Model):
    """The extract of a wave that, with the marks, says the same as the database.

    Two stamps, because an extract and a transaction cannot change in one moment: an extract with either of them is
    right. One with another stamp is not ours: of a restored backup, or of another data folder.
    """

    wave = models.OneToOneField("Wave", on_delete=models.CASCADE, primary_key=True, related_name="extract")
    name = models.CharField(max_length=60)  # of its folder
    stamp = models.CharField(max_length=32)
    coming = models.CharField(
        max_length=32, blank=True, default=""
    )  # written just now, or when it was killed

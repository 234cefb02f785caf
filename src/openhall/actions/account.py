"""A citizen shows that an e-mail address is theirs, to see the requests brought with it: a short code by mail. Row D1.

Nothing tells from outside whether an address is known: the same is done and said for every one. Reports of wrongdoing
are not listed, since others may read the same mailbox; they open with number and code.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from openhall.models import ContactMethod, Notice, SignInCode
from openhall.moment import now
from openhall.rules import parties

MINUTES = 10
TRIES = 5
DIGITS = 6


@transaction.atomic
def send_code(email: str, *, language: str = "en") -> None:
    """Make a code for this address, instead of an earlier one, and a notice that carries it if the address is known."""
    key, code = parties.contact_key(parties.EMAIL, email), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row, _ = SignInCode.objects.update_or_create(
        address=_hash(key),
        defaults={"code": _hash(key, code), "tries": 0, "expires_at": now() + timedelta(minutes=MINUTES)},
    )
    SignInCode.objects.filter(expires_at__lt=now()).exclude(pk=row.pk).delete()
    known = ContactMethod.objects.filter(kind=parties.EMAIL, value_key=key).first()
    if known:
        Notice.objects.create(
            kind="account.code",
            to=known.value,
            language=language,
            values={"code": code, "minutes": MINUTES},
            once=f"account.code:{secrets.token_hex(16)}",
            next_at=now(),
        )


def confirm(email: str, code: str) -> list[int] | None:
    """The row ids of the parties that have this address, where the code is right; else None.

    A code opens once, within MINUTES and at the first TRIES tries; each try is counted before it is looked at.
    """
    key = parties.contact_key(parties.EMAIL, email)
    live = SignInCode.objects.filter(address=_hash(key), expires_at__gte=now(), tries__lt=TRIES)
    tried = live.update(tries=F("tries") + 1)
    row = SignInCode.objects.filter(address=_hash(key)).first()
    right = constant_time_compare(row.code if row else "", _hash(key, "".join(code.split())))
    if not (tried and right and SignInCode.objects.filter(pk=row.pk, code=row.code).delete()[0]):
        return None
    found = ContactMethod.objects.filter(kind=parties.EMAIL, value_key=key).select_related("party")
    return sorted({pk for one in found for pk in one.party.cluster()})


def _hash(*parts: str) -> str:
    return salted_hmac("openhall.account", "\0".join(parts), algorithm="sha256").hexdigest()

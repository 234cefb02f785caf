"""How often one address may do one thing in an hour, counted without keeping the address.

The counter's name is a keyed hash of purpose, hour and address; its key is random, lives one day and is then
deleted with the counters, so that nobody can try addresses against them later. Design: rate limits without
personal data.
"""

from __future__ import annotations

import hmac
from datetime import date, datetime
from ipaddress import IPv6Address, ip_address

from django.db import connection
from django.db.models import F
from django.utils import timezone

from openhall.models import Budget, Salt

_COUNT = (
    f"INSERT INTO {Budget._meta.db_table} (bucket, day, spent) VALUES (%s, %s, 1) "  # noqa: S608
    f"ON CONFLICT (bucket) DO UPDATE SET spent = {Budget._meta.db_table}.spent + 1 RETURNING spent"
)
_salt: tuple[date, bytes] | None = None


def spend(purpose: str, address: str, *, limit: int) -> bool:
    """Count one `purpose` for this network address; False once it was done more than `limit` times this hour.

    One statement of its own, outside any other transaction: a refused form is counted too. An IPv6 address
    counts as its /64 network, which is what one household or phone is given.
    """
    bucket, day = _bucket(purpose, address)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [bucket, day.isoformat()])
        return cursor.fetchone()[0] <= limit


def give_back(purpose: str, address: str) -> None:
    """Take one `purpose` off the count again: it turned out to be none of those that are limited."""
    bucket, _day = _bucket(purpose, address)
    Budget.objects.filter(pk=bucket, spent__gt=0).update(spent=F("spent") - 1)


def _bucket(purpose: str, address: str) -> tuple[str, date]:
    """The counter's name, and the day it belongs to."""
    now = timezone.localtime()
    message = f"{purpose} {now:%H} {_network(address)}".encode()
    return hmac.digest(_salt_of(now), message, "sha256").hex()[:32], now.date()


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped else str(parsed)


def _salt_of(now: datetime) -> bytes:
    """The key of today; the first to ask on a new day makes it and deletes what earlier days left."""
    global _salt
    today = now.date()
    if _salt is None or _salt[0] != today:
        made, _ = Salt.objects.get_or_create(day=today)
        Budget.objects.filter(day__lt=today).delete()
        Salt.objects.filter(day__lt=today).delete()
        _salt = today, made.value.encode()
    return _salt[1]


def forget() -> None:
    """Forget the day's key in this process: for tests, whose rows go away."""
    global _salt
    _salt = None

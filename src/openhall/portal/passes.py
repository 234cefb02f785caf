"""Signed passes in cookies: what a citizen has shown the code for, for two hours, in this browser only.

A pass names rows and no person, is not readable to scripts and is never sent by another site's form.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

SECONDS = 2 * 60 * 60
REQUEST, ACCOUNT, RATING = KINDS = ("request", "account", "rating")


def give(response: HttpResponse, kind: str, **what: Any) -> None:
    """Put a pass into the answer."""
    value = signing.dumps({**what, "nonce": secrets.token_hex(8)}, salt=_salt(kind), compress=True)
    response.set_cookie(
        _name(kind), value, max_age=SECONDS, httponly=True, samesite="Lax", secure=settings.HTTPS, path="/"
    )


def shown(request: HttpRequest, kind: str) -> dict[str, Any]:
    """What the visitor's pass says; empty where there is none, or one that is old or was tampered with."""
    try:
        return signing.loads(request.COOKIES.get(_name(kind), ""), salt=_salt(kind), max_age=SECONDS)
    except signing.BadSignature:
        return {}


def take_back(response: HttpResponse, kind: str) -> None:
    response.delete_cookie(_name(kind), path="/", samesite="Lax")


def _name(kind: str) -> str:
    return f"__Host-openhall-{kind}" if settings.HTTPS else f"openhall-{kind}"


def _salt(kind: str) -> str:
    return f"openhall.pass.{kind}"

"""Keyed hashes of codes people hold, so that the database alone opens nothing. Decision 0006."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.utils.crypto import salted_hmac

from openhall.surveys.codes import normalise

_PURPOSE = "openhall.code"


def code_hash(code: str) -> str:
    """64 hexadecimal digits for a code however typed: HMAC-SHA256 with a key derived from SECRET_KEY."""
    return salted_hmac(_PURPOSE, normalise(code), algorithm="sha256").hexdigest()


def code_hashes(code: str) -> list[str]:
    """The hashes this code may be stored under: with the present key first, then with keys that were
    replaced.
    """
    text = normalise(code)
    return [
        salted_hmac(_PURPOSE, text, secret=secret, algorithm="sha256").hexdigest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def digest(text: str) -> str:
    """SHA-256 of a text, for an event: it shows that the text was not changed later and tells nothing of it."""
    return hashlib.sha256(text.encode()).hexdigest()

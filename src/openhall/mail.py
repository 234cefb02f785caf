"""A mail server's address as Django settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def mail_from_url(url: str) -> dict[str, Any]:
    """Django's e-mail settings for `smtp://user:password@host:587?tls=1`, `smtps://…` or `file:///folder`.

    Empty: mail is not set up. Raises ValueError naming the forms it knows.

    >>> mail_from_url("smtp://hall:p%40ss@mail.example:587?tls=1")["EMAIL_USE_TLS"]
    True
    >>> mail_from_url("")["MAIL_READY"]
    False
    """
    if not url:
        return {"MAIL_READY": False}
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "MAIL_READY": True,
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme in {"smtp", "smtps"}:
        options = dict(parse_qsl(parts.query))
        secure = parts.scheme == "smtps"
        return {
            "MAIL_READY": True,
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if secure else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": secure,
            "EMAIL_USE_TLS": not secure and options.get("tls") == "1",
            "EMAIL_TIMEOUT": 20,
        }
    raise ValueError(
        f"OPENHALL_EMAIL_URL begins with “{parts.scheme}”; use smtp://user:password@host:587?tls=1 or file:///folder"
    )

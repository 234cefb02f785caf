"""A database address as Django settings: SQLite made fit for concurrent writers, PostgreSQL by URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SQLITE_START = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA busy_timeout=10000; "
    "PRAGMA mmap_size=134217728; PRAGMA cache_size=-20000; PRAGMA foreign_keys=ON;"
)


def database_from_url(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for `sqlite:///file` or `postgresql://user:password@host:port/name`.

    SQLite: write-ahead log, immediate transactions (deferred ones fail under two writers), ten seconds of patience;
    `?synchronous=FULL` trades speed for surviving a power cut. Raises ValueError naming the forms it knows.

    >>> database_from_url("sqlite:////data/hall.sqlite3")["NAME"]
    '/data/hall.sqlite3'
    >>> database_from_url("postgresql://hall:p%40ss@db:5433/town?sslmode=require")["OPTIONS"]
    {'sslmode': 'require'}
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "sqlite":
        synchronous = options.pop("synchronous", "NORMAL").upper()
        if synchronous not in {"NORMAL", "FULL"}:
            raise ValueError(f"OPENHALL_DATABASE_URL: synchronous is {synchronous}; use NORMAL or FULL")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path)[1:] or ":memory:",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 10,
                "transaction_mode": "IMMEDIATE",
                "init_command": SQLITE_START.format(synchronous=synchronous),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path)[1:],
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise ValueError(
        f"OPENHALL_DATABASE_URL begins with “{parts.scheme}”; use sqlite:///path/to/file or postgresql://user:password@host/name"
    )

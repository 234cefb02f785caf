"""The floor: the least a server can do for the same visit. The same page from memory, one row into SQLite, no
framework.

Served by the same server with the same workers as OpenHall. Environment: FLOOR_PAGE and FLOOR_DATABASE, two
files.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import parse_qs

PAGE = Path(os.environ["FLOOR_PAGE"]).read_bytes()
_connections = threading.local()


def application(environ: dict, start_response: Callable[..., object]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "GET":
        start_response(
            "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(PAGE)))]
        )
        return [PAGE]
    form = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
    answers = "".join(values[0] for name, values in form.items() if name[0] in "qs")
    _connection().execute("INSERT INTO answer VALUES (?, ?)", (secrets.randbits(63), answers))
    start_response("302 Found", [("Location", "/thanks"), ("Content-Length", "0")])
    return []


def _connection() -> sqlite3.Connection:
    if not hasattr(_connections, "one"):
        _connections.one = sqlite3.connect(os.environ["FLOOR_DATABASE"], timeout=10, isolation_level=None)
        _connections.one.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY, answers TEXT NOT NULL);"
        )
    return _connections.one

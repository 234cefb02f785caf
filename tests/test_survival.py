"""The plug is pulled while citizens write: what was acknowledged is there, and no mail goes out twice.

Real processes: `openhall serve` with its web server and worker, killed with SIGKILL twice while requests come in, and
started again each time.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import psycopg
import pytest

from tests.test_serve import free_port

REQUESTS = 36
KILLED_AFTER = (8, 20)  # requests acknowledged in all
HALL = """
code = "lakeside"
name = { en = "Lakeside", zh = "湖滨镇" }
contact = { en = "Window 1" }
[[office]]
code = "roads"
kind = "functional"
name = { en = "Roads", zh = "道路科" }
"""
LOOK = """
import json
from openhall.models import Event, Notice, ServiceRequest
print(json.dumps({
    "numbers": list(ServiceRequest.objects.values_list("number", flat=True)),
    "received": Event.objects.filter(kind="request.received").count(),
    "notices": list(Notice.objects.values_list("state", flat=True)),
}))
"""


@pytest.fixture
def database(tmp_path):
    """The address of an empty database of this test's own, of the kind the suite runs on."""
    base = os.environ["OPENHALL_DATABASE_URL"]
    if not base.startswith("postgres"):
        yield f"sqlite:///{tmp_path}/hall.sqlite3"
        return
    name = f"survival_{secrets.token_hex(6)}"
    with psycopg.connect(base, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield urllib.parse.urlsplit(base)._replace(path=f"/{name}").geturl()
    with psycopg.connect(base, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Hall:
    """A hall in a folder of its own, whose processes can be killed."""

    def __init__(self, folder: Path, database: str) -> None:
        self.outbox, self.port = folder / "outbox", free_port()
        self.outbox.mkdir()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "OPENHALL_DATA_DIR": str(folder),
            "OPENHALL_DATABASE_URL": database,
            "OPENHALL_EMAIL_URL": f"file://{self.outbox}",
            "OPENHALL_ANSWERS_PER_HOUR": "100000",
            "PYTHONUNBUFFERED": "1",
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "openhall.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def running(self):
        """The hall at work; yields how to kill everything of it at once."""
        process = subprocess.Popen(
            [sys.executable, "-m", "openhall.cli", "serve", "--port", str(self.port), "--workers", "1"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

        def kill() -> None:
            os.killpg(process.pid, signal.SIGKILL)

        try:
            assert any("Stop with Ctrl-C" in line for line in process.stdout), "the hall did not start"
            yield kill
        finally:
            kill()
            process.wait()
            process.stdout.close()

    def form(self) -> tuple[dict[str, str], str]:
        """A fresh form's hidden fields and the cookie that belongs to it."""
        with urllib.request.urlopen(f"{self.address}/requests/new", timeout=20) as answer:
            page, cookie = answer.read().decode(), answer.headers["Set-Cookie"].split(";")[0]
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        return {name: unescape(value) for name, value in fields}, cookie

    def send(self, number: int, form: tuple[dict[str, str], str]) -> str | None:
        """Send it; the request's number where the hall said it has it, None where it said nothing."""
        fields, cookie = form
        typed = {
            "demand": "help",
            "text": f"The lamp number {number} in Mill Lane is out.",
            "who": "named",
            "kind": "citizen",
            "name": f"Mary Li {number}",
            "email": f"mary{number}@example.org",
            "step": "send",
        }
        posted = urllib.request.Request(
            f"{self.address}/requests/new",
            data=urllib.parse.urlencode({**fields, **typed}).encode(),
            headers={"Cookie": cookie, "Referer": self.address},
        )
        try:
            with urllib.request.urlopen(posted, timeout=20) as answer:
                page = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", page)
        assert found, "an answer without a number"
        return found[0].replace("-", "")


def write(hall: Hall, kill, forms: dict, acknowledged: dict[int, str], enough: int) -> None:
    """Send what is not acknowledged yet, four at a time, and kill the hall when enough are."""

    def one(number: int) -> None:
        if (told := hall.send(number, forms[number])) is not None:
            acknowledged[number] = told
        if len(acknowledged) >= enough:
            kill()

    with ThreadPoolExecutor(4) as citizens:
        list(citizens.map(one, [number for number in forms if number not in acknowledged]))


def settled(hall: Hall) -> dict:
    """What the database holds, once nothing waits for the worker any more."""
    end = time.monotonic() + 60
    while True:
        kept = json.loads(hall.command("django", "shell", "--no-imports", "-c", LOOK).stdout)
        idle = len(kept["notices"]) == REQUESTS and "created" not in kept["notices"]
        if idle or time.monotonic() > end:
            return kept


def sent(hall: Hall) -> list[str]:
    """Subject and recipient of every message that went out."""
    text = "\n".join(file.read_text("utf-8") for file in hall.outbox.iterdir())
    return re.findall(r"^To: (.+)$", text, re.MULTILINE)


@pytest.mark.django_db
def test_what_was_acknowledged_survives_and_no_mail_goes_out_twice(tmp_path, database):
    hall = Hall(tmp_path, database)
    (tmp_path / "hall.toml").write_text(HALL, "utf-8")
    assert hall.command("migrate").returncode == 0
    assert hall.command("django", "hall", str(tmp_path / "hall.toml")).returncode == 0
    acknowledged: dict[int, str] = {}
    with hall.running() as kill:
        forms = {number: hall.form() for number in range(REQUESTS)}
        time.sleep(3.5)  # a person takes three seconds at least
        write(hall, kill, forms, acknowledged, KILLED_AFTER[0])
    with hall.running() as kill:
        write(hall, kill, forms, acknowledged, KILLED_AFTER[1])
    with hall.running() as kill:
        write(hall, kill, forms, acknowledged, REQUESTS + 1)
        kept = settled(hall)
    assert len(acknowledged) == REQUESTS
    assert set(acknowledged.values()) == set(kept["numbers"])
    assert len(kept["numbers"]) == kept["received"] == REQUESTS, "a form sent again made a second request"
    assert hall.command("verify-log").returncode == 0
    letters = Counter(sent(hall))
    assert set(letters.values()) == {1}, "a message went out twice"
    unknown = kept["notices"].count(
        "sending"
    )  # handed over or not when the plug was pulled: a person decides
    assert REQUESTS - unknown <= len(letters) <= REQUESTS

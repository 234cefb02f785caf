"""`openhall serve` as a person starts it: a real process, a real port, a real stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing

import pytest

from openhall import serve
from openhall.errors import OpenHallError


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def hall(tmp_path):
    """How to run the command line with an empty hall of its own."""
    environment = {
        **os.environ,
        "OPENHALL_DATA_DIR": str(tmp_path),
        "OPENHALL_DATABASE_URL": f"sqlite:///{tmp_path}/hall.sqlite3",
        "PYTHONUNBUFFERED": "1",
    }

    def start(*arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "openhall.cli", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def test_the_hall_starts_answers_and_stops_with_all_its_processes(hall):
    port = free_port()
    migrated = hall("migrate")
    migrated.communicate()
    assert migrated.returncode == 0
    process = hall("serve", "--port", str(port), "--workers", "1")
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Stop with Ctrl-C" in line:
                break
        assert f"http://127.0.0.1:{port}/" in "".join(said)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            assert (answer.status, answer.read()) == (200, b"ok")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.stdout.close()
    with closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "somebody still listens"


def test_a_hall_without_tables_says_how_to_make_them(hall):
    process = hall("serve", "--port", str(free_port()))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Run “openhall migrate” first" in said


def test_a_taken_port_is_named_with_the_cure():
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OpenHallError, match=f"Port {port} cannot be used.*make run"):
            serve.main("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("127.0.0.1", 70_000, "ports go from 1 to 65535"),
        ("no-such-host.invalid", 8000, "is not known"),
    ],
)
def test_an_address_that_cannot_be_served_is_explained(host, port, said):
    with pytest.raises(OpenHallError, match=said):
        serve.main(host, port)

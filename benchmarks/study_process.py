"""One process from start to end: seconds, peak memory, what it printed.

Who imports this should be small: a new process starts out with the peak memory of the one that made it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Run:
    """`busy`: seconds of processor time, with the processes it waited for. `peak` in bytes, of the largest of them.
    `said` is empty where it failed.
    """

    seconds: float
    busy: float
    peak: int
    said: str
    failed: str = ""


def run(command: Sequence[str], *, limit: float, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command in a session of its own, end it after `limit` seconds."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        timer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        failed = ""
        if seconds >= limit:
            failed = f"> {limit:.0f} s"
        elif process.returncode:
            failed = (errors.read().strip().splitlines() or [f"status {process.returncode}"])[-1]
        busy = usage.ru_utime + usage.ru_stime
        return Run(seconds, busy, usage.ru_maxrss * 1024, "" if failed else out.read(), failed)


def must(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """The same for a step of the preparation; a failure ends everything."""
    found = run(command, limit=24 * 3600, environment=environment)
    if found.failed:
        raise SystemExit(f"{' '.join(command[1:4])} failed: {found.failed}")
    return found

"""The background worker: a process of its own that makes what takes long, follows the log and the clock, and keeps the
columnar extracts of answers and of requests up to date.

What it does after which event and at which hour stands in `openhall.flow`. Any number may run; `openhall serve`
starts one.
"""

from __future__ import annotations

import logging
import os
import threading

import django
from django.core.management import call_command
from django.db import close_old_connections, connections

log = logging.getLogger(__name__)

INTERVAL = 0.5  # seconds between two looks for work
ROUND = 1.0  # seconds between two looks at the log and the clock
EXTRACT = 20.0  # seconds between two looks for answers that are not in their extract
PATIENCE = 30.0  # seconds for a step that has begun, when told to stop


def main() -> None:
    """Work until told to stop (Ctrl-C, SIGTERM); what has begun is finished first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    django.setup()
    stop = threading.Event()
    threads = [
        threading.Thread(target=one, args=(stop,), name=one.__name__) for one in (follow, keep_extracts)
    ]
    for thread in threads:
        thread.start()
    try:
        call_command("db_worker", verbosity=0, interval=INTERVAL, startup_delay=False, reload=False)
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def follow(stop: threading.Event, *, every: float = ROUND) -> None:
    """Follow the log, then do what is due, until `stop` is set; with a database connection of this thread's own.

    Whatever fails is written down and tried again in the next round: a database that is away for a while, too.
    """
    from openhall import flow  # the tables of the worker need Django to be set up

    while not stop.is_set():
        try:
            close_old_connections()
            flow.catch_up()
            flow.tick()
            flow.send_out()
        except Exception:
            log.exception("Following the log failed")
        stop.wait(every)
    connections.close_all()


def keep_extracts(stop: threading.Event, *, every: float = EXTRACT) -> None:
    """Bring what changed into the extracts of waves and of requests until `stop` is set. In a thread of its own: a new
    extract of millions takes a while, and clocks do not wait. One that is not finished is begun again next time.
    """
    from openhall.actions import extract, extract_requests

    def watch(_done: int, _of: int) -> None:
        if stop.is_set():
            raise InterruptedError

    while not stop.is_set():
        many = 0
        for step in (extract.update_all, extract_requests.keep):
            try:
                close_old_connections()
                many = max(many, step(watch))
            except InterruptedError:
                break
            except Exception:
                log.exception("Bringing the extracts up to date failed")
        stop.wait(every if many < extract.CHUNK else 0)  # more may be waiting
    connections.close_all()


if __name__ == "__main__":
    main()

"""The background worker: a process of its own that makes what takes long, and follows the log and the clock.

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
PATIENCE = 30.0  # seconds for a step that has begun, when told to stop


def main() -> None:
    """Work until told to stop (Ctrl-C, SIGTERM); what has begun is finished first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    django.setup()
    stop = threading.Event()
    follower = threading.Thread(target=follow, args=(stop,), name="follow")
    follower.start()
    try:
        call_command("db_worker", verbosity=0, interval=INTERVAL, startup_delay=False, reload=False)
    finally:
        stop.set()
        follower.join(PATIENCE)


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


if __name__ == "__main__":
    main()

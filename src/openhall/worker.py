"""The background worker: a process of its own that makes what takes long, one thing after the other.

What it does after which event stands in `openhall.flow`. Any number may run; `openhall serve` starts one.
"""

from __future__ import annotations

import os

import django
from django.core.management import call_command

INTERVAL = 0.5  # seconds between two looks for work


def main() -> None:
    """Work until told to stop (Ctrl-C, SIGTERM); what has begun is finished first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    django.setup()
    call_command("db_worker", verbosity=0, interval=INTERVAL, startup_delay=False, reload=False)


if __name__ == "__main__":
    main()

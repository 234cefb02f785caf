"""Django's management commands, started from Python with the settings in place."""

from __future__ import annotations

import os
from typing import Any


def manage(command: str, *arguments: str, **options: Any) -> None:
    """Run one management command in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    import django
    from django.apps import apps
    from django.core.management import call_command

    if not apps.ready:
        django.setup()
    call_command(command, *arguments, **options)

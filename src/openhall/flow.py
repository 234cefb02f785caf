"""What follows from what: one table. After this event, the worker does that.

A face that has run an action calls `after` in the same transaction: the work is asked for if and only if the
event happened.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Model
from django_tasks import task

from openhall.actions import report

AFTER: dict[str, Callable[[str], None]] = {
    "report.requested": report.make,
}


def after(kind: str, subject: Model) -> None:
    """Put into the worker's queue what follows from this event about this subject, if anything does."""
    if kind in AFTER:
        carry_out.enqueue(kind, str(subject.pk))


@task()
def carry_out(kind: str, subject: str) -> None:
    """What follows from an event of this kind about this subject. Runs in the worker."""
    AFTER[kind](subject)

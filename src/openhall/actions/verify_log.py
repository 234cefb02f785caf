"""Checking the log: asked for by a person or the day, done by the worker, kept for the public page. Decision 0015."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from openhall.actions import permit
from openhall.models import User, Verification, record
from openhall.moment import now
from openhall.reads import log_check

log = logging.getLogger(__name__)

MOST_FAULTS = 200  # kept of one check
ABANDONED = timedelta(minutes=5)  # without a sign of progress: the worker was killed


@transaction.atomic
def request_verification(*, by: User | None) -> Verification:
    """Ask for a check of the whole log. One that waits or runs already is given back instead."""
    permit(by, "log.verify")
    running = Verification.objects.filter(
        state__in=(Verification.State.WAITING, Verification.State.RUNNING), at__gt=now() - ABANDONED
    ).first()
    if running is not None:
        return running
    verification = Verification.objects.create(by=by)
    record("log.verification_asked", verification, by=by)
    return verification


def abandoned(verification: Verification) -> bool:
    """Whether the worker was killed while it ran."""
    return verification.state == Verification.State.RUNNING and verification.at < now() - ABANDONED


def verify(pk: str) -> None:
    """Make a check that was asked for; the worker's part. How far it is can be read while it runs."""
    mine = Verification.objects.filter(pk=pk, state=Verification.State.WAITING)
    if not mine.update(state=Verification.State.RUNNING, at=now()):
        return  # asked for twice: somebody makes it already
    mine = Verification.objects.filter(pk=pk)
    try:
        found = log_check.check(progress=lambda done, of: mine.update(done=done, events=of, at=now()))
    except Exception as error:
        log.exception("The log could not be checked")
        mine.update(state=Verification.State.FAILED, at=now(), failure=type(error).__name__)
        return
    with transaction.atomic():
        mine.update(
            state=Verification.State.DONE,
            at=now(),
            done=found.events,
            events=found.events,
            last=found.last.seq,
            anchors=found.anchors,
            faults=[fault.plain() for fault in found.faults[:MOST_FAULTS]],
            erased=len(found.erased),
            months=dict(found.months),
        )
        record("log.verified", mine.get(), events=found.events, faults=len(found.faults))

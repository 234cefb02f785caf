"""Erasing the data of an event where the law asks for it. The chain holds: it covers only their hash. Decision 0015."""

from __future__ import annotations

from django.db import models, transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Event, User, record
from openhall.rules.chain import ERASED


@transaction.atomic
def erase_data(event: Event, *, reason: str, by: User | None) -> Event:
    """Empty the data of one event, and record that it was done, by whom and why. Everything else of it stays.

    BadInput without a reason, NotAllowed where nothing is left to erase. Returns the event that records it.
    """
    permit(by, "log.erase")
    event = Event.objects.select_for_update().get(pk=event.pk)
    if not reason.strip():
        raise BadInput(Problem(N_("Reason"), N_("it is missing."), N_("Name the law or the decision.")))
    if event.data == ERASED:
        raise NotAllowed(N_("This event has no data to erase."))
    models.QuerySet(Event).filter(pk=event.pk).update(data=ERASED)
    return record("event.erased", event, by=by, event=event.seq, reason=reason.strip()[:400])

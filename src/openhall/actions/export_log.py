"""Taking events out of the log as a file: allowed to few, and itself an event."""

from __future__ import annotations

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, NotAllowed
from openhall.models import Jurisdiction, User, record
from openhall.reads.log import Filter


@transaction.atomic
def take_log(wanted: Filter, *, by: User | None) -> int:
    """Permit and record that somebody takes the events of this filter; returns how many. NotAllowed for none."""
    permit(by, "log.view")
    count = wanted.events().count()
    if not count:
        raise NotAllowed(N_("There are no such events."))
    used = {
        name: str(getattr(wanted, name))
        for name in ("kind", "subject_type", "subject_id", "since", "until")
        if getattr(wanted, name)
    }
    record("log.exported", Jurisdiction.objects.get(), by=by, count=count, filter=used)
    return count

"""Recurring duties as the desk and the citizen see them: what is due, what is late, how renewing goes. Row B9."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.core import signing
from django.db.models import QuerySet

from openhall.hashing import code_hashes
from openhall.models import Event, RecurringDuty, Renewal
from openhall.reads.waves import Entry, entries
from openhall.surveys.codes import check_ok, normalise

SOON = 30  # days
ROWS = 100  # of a list
RECENT = 1000  # renewals that the figures look at
ENOUGH = 10  # renewals of a kind before a time is told


_SALT = "openhall.duty.shown"


@dataclass(frozen=True, slots=True)
class Speed:
    """How long renewing took, from form shown to form sent: the middle one of `n` that were timed."""

    n: int
    seconds: float | None  # None where there are too few to tell


@dataclass(frozen=True, slots=True)
class Figures:
    """The last renewals. `saved`: the share of the window's time that renewing online saves, where both are known."""

    renewals: int
    online: int
    at_home: Speed
    at_window: Speed

    @property
    def share(self) -> float | None:
        return self.online / self.renewals if self.renewals else None

    @property
    def saved(self) -> float | None:
        if not self.at_home.seconds or not self.at_window.seconds:
            return None
        return 1 - self.at_home.seconds / self.at_window.seconds


def by_code(code: str) -> RecurringDuty | None:
    """The duty this code opens, however it was typed; None for a wrong code and for a duty that has ended."""
    if not check_ok(normalise(code)):
        return None
    found = RecurringDuty.objects.filter(secret__in=code_hashes(code), ended=False)
    return found.select_related("party", "service").first()


def running(which: str, day: date) -> QuerySet[RecurringDuty]:
    """Duties that have not ended, the next to fall due first: `soon` (within a month), `late`, or all of them."""
    found = RecurringDuty.objects.filter(ended=False).select_related("party", "service")
    if which == "soon":
        found = found.filter(due_on__gte=day, due_on__lte=day + timedelta(days=SOON))
    elif which == "late":
        found = found.filter(due_on__lt=day)
    return found.order_by("due_on", "pk")


def counts(day: date) -> dict[str, int]:
    """How many there are of each list."""
    return {which: running(which, day).count() for which in ("late", "soon", "all")}


def figures() -> Figures:
    """How the last renewals went."""
    last = list(Renewal.objects.order_by("-pk").values_list("online", "seconds")[:RECENT])
    return Figures(
        renewals=len(last),
        online=sum(online for online, _ in last),
        at_home=_speed([seconds for online, seconds in last if online and seconds]),
        at_window=_speed([seconds for online, seconds in last if not online and seconds]),
    )


def shown_now(duty: RecurringDuty) -> str:
    """A signed word for the renewal form that says when it was shown."""
    return signing.dumps([duty.pk, duty.due_on.isoformat(), round(time.time())], salt=_SALT)


def seconds_since(shown: str, duty: RecurringDuty) -> int | None:
    """Seconds since the form with this word was shown; None where the word is not ours or of another form."""
    try:
        pk, due, at = signing.loads(shown, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return round(time.time()) - at if (pk, due) == (duty.pk, duty.due_on.isoformat()) else None


def history(duty: RecurringDuty) -> list[Entry]:
    """What happened to it, newest first."""
    events = Event.objects.filter(subject_type="recurringduty", subject_id=str(duty.pk))
    return entries(events.select_related("by").order_by("-pk"))


def _speed(seconds: Sequence[int]) -> Speed:
    return Speed(len(seconds), median(seconds) if len(seconds) >= ENOUGH else None)

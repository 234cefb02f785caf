"""Close a request: with an outcome, an answer in words and the handling form. Seed 5.3.2; row C9.

Closed is not resolved: the outcome is kept apart. The other ways to an end are acts of their own: refused, settled at
once, joined, withdrawn, screened.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from openhall.actions import keep, locked, permit
from openhall.actions.talking import count_articles, facts, only_lead, say
from openhall.errors import N_, NotAllowed
from openhall.models import Assignment, Clock, Message, ServiceRequest, User, record
from openhall.moment import now
from openhall.rules.clocks import CANCELLED, ClockKind
from openhall.rules.handling import Handled, check_closing

HANDLING = (ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT, ClockKind.RESOLVE)


@transaction.atomic
def close(
    request: ServiceRequest,
    *,
    outcome: str,
    reply: str,
    justified: str = "",
    beyond: bool | None = None,
    contacted_at: datetime | None = None,
    unresolved: str = "",
    files: Iterable[Any] = (),
    took: Iterable[int] = (),
    by: User | None,
    seen: int | None = None,
) -> ServiceRequest:
    """Close with `outcome` (of rules.handling.CLOSING) and the final answer; the rest is the handling form.

    NotAllowed while an assisting department has not reported its part; BadInput for an answer too short to be one.
    Who closes a request that nobody was assigned to counts as its handler. An unanswered supervision order ends
    without having been met.
    """
    permit(by, "request.handle", request)
    request = locked(request, seen)
    only_lead(request, by)
    at = now()
    request.move("close", outcome=outcome, now=at)
    _no_open_parts(request)
    handled = Handled(justified=justified, beyond=beyond, contacted_at=contacted_at, unresolved=unresolved)
    check_closing(outcome, reply, handled, at)
    request.reply, request.handler = reply.strip(), request.handler or by
    message = say(request, Message.Kind.CLOSING, reply, by, files=files)
    count_articles(took)
    Clock.objects.stop(request, *HANDLING, at=at)
    Clock.objects.stop(request, at=at, outcome=CANCELLED)
    keep(request, "reply", "handler")
    told = facts(message) | handled.facts()
    record("request.closed", request, by=by, office=request.lead_id, outcome=outcome, **told)
    return request


def _no_open_parts(request: ServiceRequest) -> None:
    parts = Assignment.objects.filter(
        request=request, part=Assignment.Part.ASSISTING, ended_at=None, done_at=None
    ).select_related("office")
    if waiting := [str(part.office) for part in parts]:
        raise NotAllowed(
            N_("{offices} must report the assisting part first. Ask in an internal note."), offices=waiting
        )

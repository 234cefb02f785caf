"""Whether a request is ours, on what ground and at which level of service; and the answer given at once. Every decision
cites an item of one of the three lists and is recorded for good. Seed 3.4.3, 5.2; row B4.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from openhall.actions import keep, locked, permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.hashing import digest
from openhall.language import say
from openhall.models import (
    Ask,
    Assignment,
    Clock,
    Decision,
    ListItem,
    Message,
    Office,
    ServiceRequest,
    User,
    record,
)
from openhall.moment import now
from openhall.rules import decision
from openhall.rules.clocks import ClockKind
from openhall.rules.workflow import Outcome, State

SHORTEST_REPLY = 20  # signs of a reply in words
AT_ONCE = (Outcome.RESOLVED, Outcome.EXPLAINED, Outcome.UNABLE)  # outcomes of an answer given at once
LONGEST_REFERRAL = 200


@transaction.atomic
def accept(
    request: ServiceRequest,
    *,
    ground: ListItem,
    level: str = decision.Level.STANDARD,
    eligible: str = decision.Eligible.YES,
    resources: str | Iterable[str] = (),
    reason: str = "",
    by: User,
    seen: int | None = None,
) -> ServiceRequest:
    """Take the request on: it is ours by an item of the power or the responsibility list. `resources`: codes of
    rules.decision.Resource. BadInput where the decision cannot be recorded (`rules.decision.check`).
    """
    permit(by, "request.decide", request)
    request = locked(request, seen)
    request.move("accept")
    codes = resources.replace(",", " ").split() if isinstance(resources, str) else resources
    decided = decision.Decision(
        scope=decision.Scope.IN,
        eligible=_one_of(decision.Eligible, eligible, N_("Conditions")),
        level=_one_of(decision.Level, level, N_("Level of service")),
        resources=frozenset(_one_of(decision.Resource, code, N_("Resources")) for code in codes),
        grounds=(_ground(ground),),
        reason=reason,
    )
    _record_decision(request, decided, ground, by=by, at=now())
    keep(request)
    record(
        "request.accepted",
        request,
        by=by,
        item=ground.code,
        level=decided.level,
        eligible=decided.eligible,
        resources=sorted(decided.resources),
    )
    return request


@transaction.atomic
def refuse(
    request: ServiceRequest,
    *,
    ground: ListItem,
    reply: str,
    refer_to: str = "",
    by: User,
    seen: int | None = None,
) -> ServiceRequest:
    """Close the request because an item of the negative list says that it is not ours (`refer_to`, or the item itself,
    says whose) or that it cannot be done; with a reply in words.
    """
    permit(by, "request.decide", request)
    request = locked(request, seen)
    at, reply = now(), _checked(reply)
    refer_to = (refer_to.strip() or say(ground.refer_to, request.language))[:LONGEST_REFERRAL]
    decided = decision.Decision(
        scope=decision.Scope.OUT if refer_to else decision.Scope.IN,
        eligible=decision.Eligible.UNKNOWN if refer_to else decision.Eligible.NO,
        grounds=(_ground(ground),),
        referral=refer_to,
        reason=reply,
    )
    outcome = Outcome.NOT_RESPONSIBLE if refer_to else Outcome.REFUSED
    returned = request.state == State.RETURNED
    request.move("refuse", outcome=outcome, now=at)
    _record_decision(request, decided, ground, by=by, at=at)
    if returned:
        _take_back(request, by=by, at=at, answer=reply)
    _answer(request, reply, by=by, at=at)
    keep(request, "reply", "lead", "handler")
    record("request.refused", request, by=by, item=ground.code, outcome=outcome, digest=digest(reply))
    return request


@transaction.atomic
def settle(
    request: ServiceRequest,
    *,
    ground: ListItem,
    outcome: str,
    reply: str,
    by: User,
    seen: int | None = None,
) -> ServiceRequest:
    """Answer at once, where the request came in: it is ours, and here is the answer."""
    permit(by, "request.settle", request)
    request = locked(request, seen)
    at, reply = now(), _checked(reply)
    if outcome not in AT_ONCE:
        raise BadInput(
            Problem(
                N_("Outcome"),
                N_("an answer at once resolves, explains, or says that it cannot be done."),
                N_("Choose one, or refuse the request or join it to another instead."),
            )
        )
    request.move("settle", outcome=outcome, now=at)
    decided = decision.Decision(
        scope=decision.Scope.IN,
        eligible=decision.Eligible.YES,
        level=decision.Level.FAST,
        grounds=(_ground(ground),),
        reason=reply,
    )
    _record_decision(request, decided, ground, by=by, at=at)
    request.handler = by
    _answer(request, reply, by=by, at=at)
    keep(request, "reply", "handler")
    record("request.settled", request, by=by, item=ground.code, outcome=outcome, digest=digest(reply))
    return request


def _one_of(kind: Any, code: str, place: str) -> Any:
    try:
        return kind(code)
    except ValueError:
        problem = Problem(
            place, N_("“{code}” is not known."), N_("Choose one of the list."), {"code": str(code)}
        )
        raise BadInput(problem) from None


def _ground(item: ListItem) -> decision.Ground:
    if not item.active:
        raise NotAllowed(N_("The list item {code} is no longer in force."), code=item.code)
    return decision.Ground(decision.Listed(item.kind), item.code)


def _record_decision(
    request: ServiceRequest, decided: decision.Decision, ground: ListItem, *, by: User, at: datetime
) -> None:
    """BadInput with every problem where the rules do not let it be recorded."""
    decision.settled(decided)
    Decision.objects.create(
        request=request,
        accepted=decided.accepted,
        scope=decided.scope,
        eligible=decided.eligible,
        level=decided.level or "",
        resources=",".join(sorted(decided.resources)),
        ground=ground,
        reason=decided.reason.strip(),
        refer_to=decided.referral,
        by=by,
        at=at,
    )


def _checked(reply: str) -> str:
    reply = reply.strip()
    if len(reply) < SHORTEST_REPLY:
        raise BadInput(
            Problem(
                N_("Reply"),
                N_("a request is never closed without an answer in words."),
                N_("Write at least {least} signs, in words the citizen knows."),
                {"least": SHORTEST_REPLY},
            )
        )
    return reply


def _take_back(request: ServiceRequest, *, by: User, at: datetime, answer: str) -> None:
    """The department was right to return it and has it no longer; neither have those that assisted."""
    asked = Ask.objects.filter(request=request, kind=Ask.Kind.RETURN, state=Ask.State.OPEN)
    asked.update(state=Ask.State.GRANTED, answer=answer, decided_by=by, decided_at=at)
    Assignment.objects.filter(request=request, ended_at=None).update(ended_at=at, ended_how="returned")
    request.lead = request.handler = None


def _answer(request: ServiceRequest, reply: str, *, by: User, at: datetime) -> None:
    """The final answer to the citizen; what was waited for is done, everything else is called off."""
    office: Office | None = by.office
    request.reply = reply
    Message.objects.create(
        request=request, kind=Message.Kind.CLOSING, text=reply, by=by, office=office, at=at
    )
    Clock.objects.stop(request, ClockKind.FIRST_CONTACT, ClockKind.RESOLVE, at=at)
    Clock.objects.stop(request, at=at, outcome="cancelled")
    Ask.objects.lapse(request, at=at)

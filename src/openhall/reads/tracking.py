"""Where a request is, in plain words: for the citizen who has its code, and step by step for everyone. Rows C9, D1.

Events say what happened, in codes; here they become sentences. Of people nothing is said, of departments their name.
What the citizen or the hall wrote is read by the citizen's own page only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.crypto import constant_time_compare

from openhall.errors import N_, Word
from openhall.hashing import code_hashes
from openhall.labels import PAUSES
from openhall.models import Ask, Attachment, Clock, Event, ListItem, Office, Screening, ServiceRequest
from openhall.reads.ratings import rating_of
from openhall.rules.clocks import ClockKind
from openhall.rules.suggestion import Reason
from openhall.rules.workflow import OUTCOME_NAMES, Outcome, State
from openhall.surveys.codes import check_ok, normalise

DEPARTMENT = {"en": "the department", "zh": "承办部门"}
CENTRE = {"en": "the service centre", "zh": "服务中心"}

# What happened, as everyone may read it; other kinds of events are nobody's business outside.
STEPS = {
    "request.received": N_("It came in."),
    "request.accepted": N_("We took it on: {item}."),
    "request.refused": N_("It is not for us to do: {item}."),
    "request.settled": N_("It was answered at once."),
    "request.dispatched": N_("It was sent to: {office}."),
    "request.signed": N_("Signed for by: {office}."),
    "request.returned": N_("Sent back by {office}; the service centre decides who has it."),
    "request.upheld": N_("The service centre decided: it stays with {office}."),
    "request.transferred": N_("It was passed on to: {office}."),
    "request.assisting": N_("Asked to help: {office}."),
    "request.extension_granted": N_("More time was given to: {office}."),
    "request.asked": N_("A question was asked by: {office}."),
    "request.answered": N_("The question was answered."),
    "request.resumed": N_("Work went on without an answer."),
    "request.replied": N_("A reply came from: {office}."),
    "request.part_done": N_("A part was finished by: {office}."),
    "request.closed": N_("It was closed: {outcome}."),
    "request.reopened": N_("The citizen opened it again."),
    "request.withdrawn": N_("The citizen took it back."),
    "request.merged": N_("It was joined to an earlier request about the same matter."),
    "request.unmerged": N_("It was parted from the other request again."),
    "screening.confirmed": N_("It was screened out by a second person."),
    "screening.appealed": N_("The citizen appealed against that."),
    "screening.judged": N_("The appeal was judged."),
    "rectification.opened": N_("A bad rating came in; it is being looked into."),
    "rectification.published": N_("What was put right after the bad rating was published."),
}
BEFORE_SENDING = (State.RECEIVED, State.ACCEPTED)

WHERE = {
    State.RECEIVED: N_("It has come in. The service centre reads it and decides who takes it on."),
    State.ACCEPTED: N_("We have taken it on. The service centre chooses the department."),
    State.DISPATCHED: N_("It has been sent to {office}, which must sign for it next."),
    State.RETURNED: N_("{office} says it is not theirs. The service centre decides who takes it on."),
    State.HANDLING: N_("{office} is working on it."),
    State.WAITING: N_("{office} has asked a question and waits for the answer."),
}
ENDED = {
    Outcome.RESOLVED: N_("It is closed. {office} says: what was asked for has been done."),
    Outcome.EXPLAINED: N_("It is closed. Nothing more could be done, and the reason was given."),
    Outcome.NOT_RESPONSIBLE: N_("It is closed. It is not ours; the answer says whose it is."),
    Outcome.DUPLICATE: N_(
        "It is closed here, because the same matter is being dealt with under another number."
    ),
    Outcome.WITHDRAWN: N_("It is closed. It was taken back."),
    Outcome.REFUSED: N_("It is closed. It was refused, and the ground was given."),
    Outcome.UNABLE: N_("It is closed. It is ours, but it cannot be done; the answer says why."),
    Outcome.SCREENED: N_("It is closed. Two people found that it is no matter to work on."),
}
NEXT = {
    ClockKind.SIGN_FOR: N_("The department signs for it"),
    ClockKind.FIRST_CONTACT: N_("You hear from a person"),
    ClockKind.RESOLVE: N_("You have our answer"),
    ClockKind.CALL_BACK: N_("We call you back about your rating"),
    ClockKind.RECTIFY: N_("What you rated badly is put right"),
}
PAUSED = PAUSES | {"question": N_("We wait for your answer.")}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, as a sentence with its values."""

    kind: str
    at: datetime
    said: Reason


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, and by when; `paused` says why the clock stands still."""

    what: str
    due: datetime | None
    paused: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """More time that was granted: to whom and why."""

    office: Office
    days: int | None
    reason: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A citizen's own page."""

    case: ServiceRequest
    where: Reason
    steps: list[Step]
    nexts: list[Next]
    messages: list[Any]
    question: Any = None  # the last one, while we wait for the answer
    files: list[Any] = field(default_factory=list)  # that came without a message
    decision: Any = None
    extensions: list[Extension] = field(default_factory=list)
    evaluation: Any = None
    screening: Screening | None = None
    follows: str = ""  # the number of the request it was joined to, where that is public


# --- finding --------------------------------------------------------------------------------------------------------


def by_code(number: str, code: str) -> ServiceRequest | None:
    """The request of this number if this is its secret code. The work is the same whether there is one or not."""
    hashes = code_hashes(code)
    found = ServiceRequest.objects.filter(number=normalise(number)).only("pk", "secret").first()
    stored = found.secret if found and found.secret else "-" * 64
    right = [constant_time_compare(stored, one) for one in hashes]
    return found if any(right) else None


def well_formed(number: str, code: str) -> bool:
    """Whether both have the right check character, so that a slip of the pen is no try."""
    return check_ok(normalise(number)) and check_ok(normalise(code))


def public(number: str) -> ServiceRequest | None:
    """The request of this number as everyone may see it; None for those that are not public, as if they were not."""
    if not check_ok(normalise(number)):
        return None
    return (
        ServiceRequest.objects.public()
        .filter(number=normalise(number))
        .select_related("service", "area", "lead")
        .defer("text", "subject", "reply", "place")
        .first()
    )


# --- telling --------------------------------------------------------------------------------------------------------


def where(case: ServiceRequest) -> Reason:
    """In which state it is, as a sentence."""
    state = State(case.state)
    template = ENDED[Outcome(case.outcome)] if state is State.CLOSED else WHERE[state]
    return Reason(template, {"office": case.lead.name if case.lead else CENTRE})


def steps(case: ServiceRequest) -> list[Step]:
    """What has happened that everyone may know, the earliest first. Three queries."""
    events = list(Event.objects.filter(request=case, kind__in=STEPS).order_by("pk"))
    offices = {office.pk: office.name for office in Office.objects.all()}
    items = {item.code: item.title for item in ListItem.objects.filter(code__in=_items(events))}
    return [Step(event.kind, event.at, _say(event, offices, items)) for event in events]


def _items(events: Iterable[Event]) -> set[str]:
    return {str(event.data.get("item", "")) for event in events} - {""}


def _say(event: Event, offices: Mapping[int, Any], items: Mapping[str, Any]) -> Reason:
    data = event.data
    outcome = OUTCOME_NAMES.get(data.get("outcome", ""), "")
    code = str(data.get("item", ""))
    return Reason(
        STEPS[event.kind],
        {
            "office": data.get("department") or offices.get(data.get("office")) or DEPARTMENT,
            "item": items.get(code) or code,
            "outcome": Word(outcome) if outcome else "",
        },
    )


def nexts(case: ServiceRequest, now: datetime) -> list[Next]:
    """What the hall has promised next, the soonest first; a promise whose clock stands still comes last."""
    rows = Clock.objects.running().filter(request=case, kind__in=[*NEXT])
    told = {
        row.kind: Next(
            what=NEXT[ClockKind(row.kind)],
            due=row.due_at,
            paused=PAUSED.get(row.pause_reason, "") if row.paused_at else "",
            late=row.due_at is not None and row.due_at < now,
        )
        for row in sorted(rows, key=lambda row: row.pk)
    }
    return sorted(told.values(), key=lambda one: (one.due is None, one.due and one.due.timestamp()))


def opened(case: ServiceRequest, now: datetime) -> Opened:
    """Everything the citizen may see of the own request."""
    case = ServiceRequest.objects.select_related("service", "area", "lead", "accused", "duplicate_of").get(
        pk=case.pk
    )
    messages = list(
        case.messages.public()
        .select_related("office")
        .prefetch_related(Prefetch("attachments", Attachment.objects.public()))
        .order_by("at", "pk")
    )
    asked = [message for message in messages if message.kind == message.Kind.QUESTION]
    other = case.duplicate_of
    return Opened(
        case=case,
        where=where(case),
        steps=steps(case),
        nexts=nexts(case, now),
        messages=messages,
        question=asked[-1] if asked and case.state == State.WAITING else None,
        files=list(case.attachments.public().filter(message=None)),
        decision=case.decisions.select_related("ground").last(),
        extensions=[
            Extension(ask.office, ask.days, ask.reason, ask.decided_at)
            for ask in case.asks.filter(kind=Ask.Kind.EXTENSION, state=Ask.State.GRANTED).select_related(
                "office"
            )
        ],
        evaluation=rating_of(case),
        screening=case.screenings.exclude(state__in=("marked", "rejected")).first(),
        follows=other.number if other and other.listed and not other.confidential else "",
    )

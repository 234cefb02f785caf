"""What a citizen does with a request opened by number and code: answer, add, withdraw, reopen, appeal. Rows C3, C8, C9.

There is no person to permit: whoever has the code is the one it was given to, and the request is passed in already
opened. No name is recorded, since the events of a request are kept for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256

from django.core.files import File
from django.db import transaction

from openhall.actions import keep, locked
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.hashing import digest
from openhall.models import (
    Ask,
    Assignment,
    Attachment,
    Clock,
    Message,
    Screening,
    ServiceRequest,
    record,
)
from openhall.moment import now
from openhall.rules import screening
from openhall.rules.clocks import CANCELLED
from openhall.rules.workflow import CLOSED, REOPEN_DAYS, Outcome

LONGEST_TEXT = 4000
TWICE = timedelta(minutes=10)  # the same words again within this are one form sent twice
SHORTEST_REASON = 10  # characters of why a request is opened again or a screening was wrong


@transaction.atomic
def answer(request: ServiceRequest, *, text: str, files: Iterable[File] = ()) -> ServiceRequest:
    """Answer the department's question: it goes on, and the clocks with it. NotAllowed where none is open."""
    request = locked(request)
    request.move("answer")
    message = _say(request, Message.Kind.ANSWER, text, files)
    Clock.objects.resume(request, at=now())
    keep(request)
    record("request.answered", request, **_facts(message))
    return request


@transaction.atomic
def add(request: ServiceRequest, *, text: str = "", files: Iterable[File] = ()) -> ServiceRequest:
    """Add words, files or both to an open request. It stays in its state; a closed one is opened again instead."""
    request = locked(request)
    request.move("note")
    text, files = text.replace("\r\n", "\n"), list(files)
    if _said_already(request, text, files):
        return request
    if not files or text.strip():
        message = _say(request, Message.Kind.CITIZEN, text, files)
        facts = _facts(message)
    else:
        taken = Attachment.objects.take_all(request, files)
        facts = {"files": [one.pk for one in taken]}
    keep(request)
    record("request.added", request, **facts)
    return request


@transaction.atomic
def withdraw(request: ServiceRequest, *, text: str = "") -> ServiceRequest:
    """Take the request back; why, only if the citizen wants to say. All clocks end, nobody is late."""
    request = locked(request)
    at = now()
    request.move("withdraw", outcome=Outcome.WITHDRAWN, now=at)
    message = _say(request, Message.Kind.CITIZEN, text) if text.strip() else None
    Clock.objects.stop(request, at=at, outcome=CANCELLED)
    Ask.objects.lapse(request, at=at)
    keep(request)
    record("request.withdrawn", request, **(_facts(message) if message else {}))
    return request


@transaction.atomic
def reopen(request: ServiceRequest, *, text: str, files: Iterable[File] = ()) -> ServiceRequest:
    """Open a closed request again, saying why; the text reaches the department that had it, which signs for it anew.

    Within REOPEN_DAYS of closing. One that was joined to another is followed there, one that was screened out is
    appealed. Where no department had it, or that department is gone, the service centre has it.
    """
    request = locked(request)
    _require_reopenable(request)
    at, earlier = now(), request.outcome
    Assignment.objects.reopen(request, at=at)
    message = _say(request, Message.Kind.REOPEN, text, files, least=SHORTEST_REASON)
    request.reopened += 1
    keep(request, "reopened", "lead", "handler")
    record("request.reopened", request, office=request.lead_id, outcome=earlier, **_facts(message))
    return request


def why_not_reopened(request: ServiceRequest) -> NotAllowed | None:
    """Why the citizen cannot open this request again now; None where they can."""
    if request.state != CLOSED:
        return NotAllowed(N_("This request is still open. Add what you want to say to it."))
    if request.outcome == Outcome.DUPLICATE:
        return NotAllowed(N_("This request was joined to another one. Follow that one."))
    if request.outcome == Outcome.SCREENED:
        return NotAllowed(N_("This request was screened out. You can appeal against that."))
    if request.closed_at is None or now() > request.closed_at + timedelta(days=REOPEN_DAYS):
        return NotAllowed(
            N_("It was closed more than {days} days ago. Make a new request and name this number."),
            days=REOPEN_DAYS,
        )
    return None


@transaction.atomic
def appeal(request: ServiceRequest, *, text: str) -> Screening:
    """Object to the screening of the request; a third person judges. NotAllowed where nothing was confirmed, where the
    time is over, or where there was an appeal already.
    """
    request = locked(request)
    found = Screening.objects.select_for_update().filter(request=request).order_by("-pk").first()
    state = screening.after(found.state if found else screening.State.NONE, screening.Step.APPEAL)
    if _too_late(found):
        raise NotAllowed(
            N_("An appeal must come within {days} days. Write to the hall instead."),
            days=screening.APPEAL_DAYS,
        )
    _check(text, least=SHORTEST_REASON)
    found.state, found.appeal, found.appealed_at = state, text.strip(), now()
    found.save(update_fields=["state", "appeal", "appealed_at"])
    keep(request)
    record("screening.appealed", found, request=request, digest=digest(found.appeal))
    return found


def may_appeal(found: Screening) -> bool:
    """Whether the citizen can object to this screening now."""
    return found.state == screening.State.CONFIRMED and not _too_late(found)


# --- parts ----------------------------------------------------------------------------------------------------------


def _too_late(found: Screening) -> bool:
    """Whether the time for an appeal is over."""
    return bool(found.confirmed_at) and now() > found.confirmed_at + timedelta(days=screening.APPEAL_DAYS)


def _require_reopenable(request: ServiceRequest) -> None:
    if why := why_not_reopened(request):
        raise why


def _say(
    request: ServiceRequest, kind: str, text: str, files: Iterable[File] = (), *, least: int = 1
) -> Message:
    text = text.replace("\r\n", "\n")
    _check(text, least=least)
    message = Message.objects.create(request=request, kind=kind, text=text.strip(), at=now())
    Attachment.objects.take_all(request, files, message=message)
    return message


def _said_already(request: ServiceRequest, text: str, files: Sequence[File]) -> bool:
    """Whether the last thing said is just this, words and files, by the citizen and a moment ago: a form sent twice."""
    last = request.messages.public().last()
    if last is None or last.kind != Message.Kind.CITIZEN or now() - last.at > TWICE:
        return False
    if not text.strip() or last.text != text.strip():
        return False
    kept = sorted(last.attachments.values_list("sha256", flat=True))
    return kept == sorted(sha256(data).hexdigest() for _, _, data in Attachment.objects.none().check(files))


def _check(text: str, *, least: int = 1) -> None:
    """BadInput for words that are missing, too few or too many."""
    place = N_("Text")
    if not text.strip():
        raise BadInput(Problem(place, N_("it is empty."), N_("Write what you want to say.")))
    if len(text.strip()) < least:
        raise BadInput(Problem(place, N_("it is too short."), N_("Say why, in a sentence.")))
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            Problem(
                place, N_("it has more than {most} characters."), N_("Shorten it."), {"most": LONGEST_TEXT}
            )
        )
    if "\0" in text:
        raise BadInput(Problem(place, N_("it has signs that cannot be kept."), N_("Type it anew.")))


def _facts(message: Message) -> dict[str, object]:
    """What an event says of a message: which one and what proves its words, never the words."""
    return {
        "message": message.pk,
        "files": [one.pk for one in message.attachments.all()],
        "digest": digest(message.text),
    }

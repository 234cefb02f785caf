"""Work on a request: reply, ask the citizen, go on without an answer, note, call, attach, report an assisting part.

What the citizen reads is said by the lead department alone; whoever may see a request may note. Closing is `close`.
Seed 5.3.2; rows C3, C5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from openhall.actions import keep, locked, permit
from openhall.actions.talking import contacted, count_articles, facts, only_lead, say, written
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.hashing import digest
from openhall.models import Assignment, Attachment, Clock, Message, Office, ServiceRequest, User, record
from openhall.moment import now
from openhall.reads.talk import listeners
from openhall.rules.clocks import ClockKind

Kind = Message.Kind


@transaction.atomic
def reply(
    request: ServiceRequest,
    *,
    text: str,
    files: Iterable[Any] = (),
    took: Iterable[int] = (),
    by: User | None,
    seen: int | None = None,
) -> Message:
    """Tell the citizen something while the request stays open. `took`: articles the text was taken from."""
    permit(by, "request.handle", request)
    request = locked(request, seen)
    only_lead(request, by)
    request.move("reply")
    message = say(request, Kind.REPLY, text, by, files=files)
    count_articles(took)
    contacted(request)
    keep(request)
    record("request.replied", request, by=by, office=request.lead_id, **facts(message))
    return message


@transaction.atomic
def ask(
    request: ServiceRequest,
    *,
    text: str,
    files: Iterable[Any] = (),
    by: User | None,
    seen: int | None = None,
) -> Message:
    """Ask the citizen; every clock stands still until the answer, or until the department goes on without."""
    permit(by, "request.handle", request)
    request = locked(request, seen)
    only_lead(request, by)
    request.move("ask")
    message = say(request, Kind.QUESTION, text, by, files=files)
    contacted(request)
    Clock.objects.pause(request, at=now(), reason="question")
    keep(request)
    record("request.asked", request, by=by, office=request.lead_id, **facts(message))
    return message


@transaction.atomic
def resume(
    request: ServiceRequest, *, reason: str, by: User | None, seen: int | None = None
) -> ServiceRequest:
    """Go on although the citizen has not answered; the clocks run again. The reason stays as an internal note."""
    permit(by, "request.handle", request)
    request = locked(request, seen)
    only_lead(request, by)
    request.move("resume")
    written(reason, N_("Reason"))
    message = say(request, Kind.NOTE, reason, by)
    Clock.objects.resume(request, at=now())
    keep(request)
    record("request.resumed", request, by=by, **facts(message))
    return request


@transaction.atomic
def note(
    request: ServiceRequest,
    *,
    text: str,
    to_office: Office | None = None,
    files: Iterable[Any] = (),
    by: User | None,
    seen: int | None = None,
) -> Message:
    """Say something inside the hall, to everyone who works on the request or to one department of these."""
    permit(by, "request.talk", request)
    request = locked(request, seen)
    request.move("note")
    if to_office is not None and to_office not in listeners(request):
        raise BadInput(
            Problem(
                N_("To"),
                N_("{office} does not see this request."),
                N_("Ask the centre to add it as an assisting department."),
                {"office": str(to_office)},
            )
        )
    message = say(request, Kind.NOTE, text, by, files=files, to_office=to_office)
    keep(request)
    if to_office is None:
        record("request.noted", request, by=by, **facts(message))
    else:
        to = {"office": to_office.pk, "department": to_office.name}
        record("request.noted_to", request, by=by, **facts(message), **to)
    return message


@transaction.atomic
def called(request: ServiceRequest, *, text: str, by: User | None, seen: int | None = None) -> Message:
    """Note what was said on the telephone or at the window: the citizen has heard from a person."""
    permit(by, "request.talk", request)
    permit(by, "request.contact", request)
    request = locked(request, seen)
    request.move("note")
    message = say(request, Kind.PHONE, text, by)
    contacted(request)
    keep(request)
    record("request.called", request, by=by, **facts(message))
    return message


@transaction.atomic
def attach(
    request: ServiceRequest,
    *,
    files: Iterable[Any],
    internal: bool = True,
    by: User | None,
    seen: int | None = None,
) -> list[Attachment]:
    """Add files without a message: for the hall only, or for the citizen too, which only the lead department may."""
    permit(by, "request.talk" if internal else "request.handle", request)
    request = locked(request, seen)
    if not internal:
        only_lead(request, by)
    request.move("note")
    given = list(files)
    if not given:
        raise BadInput(Problem(N_("Files"), N_("no file was chosen."), N_("Choose one.")))
    taken = Attachment.objects.take_all(request, given, internal=internal, by=by)
    keep(request)
    record("request.attached", request, by=by, files=[one.pk for one in taken], internal=internal)
    return taken


@transaction.atomic
def finish_part(request: ServiceRequest, *, report: str, by: User, seen: int | None = None) -> Assignment:
    """An assisting department reports what it did; the lead department can then close. Counts as signing, too."""
    permit(by, "request.handle", request)
    request = locked(request, seen)
    request.move("note")
    part = _part(request, by)
    written(report, N_("Report"))
    part.report, part.done_at = report.strip(), now()
    if part.signed_at is None:
        part.signed_at, part.signed_by = part.done_at, by
        Clock.objects.stop(request, ClockKind.SIGN_FOR, at=part.done_at, office=part.office)
    part.save(update_fields=["report", "done_at", "signed_at", "signed_by"])
    keep(request)
    record(
        "request.part_done",
        request,
        by=by,
        office=part.office_id,
        department=part.office.name,
        digest=digest(part.report),
    )
    return part


def _part(request: ServiceRequest, by: User) -> Assignment:
    """What this person's department still has to report. NotAllowed where there is nothing."""
    parts = Assignment.objects.select_for_update(of=("self",)).select_related("office")
    part = parts.filter(
        request=request, office=by.office_id, part=Assignment.Part.ASSISTING, ended_at=None
    ).first()
    if part is None:
        raise NotAllowed(N_("Your department has no assisting part in this request."))
    if part.done_at is not None:
        raise NotAllowed(N_("Your department has already reported its part."))
    return part

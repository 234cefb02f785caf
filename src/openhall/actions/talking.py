"""What handling and closing share: one thing said with its files, who may say it, and what its event tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from openhall.actions.sending import leads
from openhall.errors import N_, BadInput
from openhall.hashing import digest
from openhall.models import Article, Attachment, Clock, Message, Office, ServiceRequest, User
from openhall.moment import now
from openhall.rules.clocks import ClockKind
from openhall.rules.handling import text_problems


def only_lead(request: ServiceRequest, by: User | None) -> None:
    """NotPermitted unless `by` works at the department that leads; the hall itself may."""
    if by is not None:
        leads(request, by)


def say(
    request: ServiceRequest,
    kind: str,
    text: str,
    by: User | None,
    *,
    files: Iterable[Any] = (),
    to_office: Office | None = None,
) -> Message:
    """Keep a message of staff with its files; BadInput where either cannot be kept."""
    written(text, N_("Text"))
    message = Message.objects.create(
        request=request,
        kind=kind,
        text=text.strip(),
        by=by,
        office_id=by.office_id if by else None,
        to_office=to_office,
        at=now(),
    )
    Attachment.objects.take_all(request, files, message=message, internal=message.internal, by=by)
    return message


def facts(message: Message) -> dict[str, Any]:
    """What an event says of a message: which one and what proves its words, never the words."""
    files = list(message.attachments.values_list("pk", flat=True))
    return {"message": message.pk, "files": files, "digest": digest(message.text)}


def written(text: str, place: str) -> None:
    if problems := text_problems(text, place):
        raise BadInput(N_("This cannot be sent."), problems=problems)


def count_articles(took: Iterable[int]) -> None:
    """One use more for each article a reply was made of."""
    if pks := list(took):
        Article.objects.filter(pk__in=pks).update(used=F("used") + 1)


def contacted(request: ServiceRequest) -> None:
    """The citizen has heard from a person: that clock ends."""
    Clock.objects.stop(request, ClockKind.FIRST_CONTACT, at=now())

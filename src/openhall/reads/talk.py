"""What was said on a request, inside the hall and with the citizen, and who hears an internal note. Row C3."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from openhall.models import Attachment, Message, Office, ServiceRequest


@dataclass(frozen=True, slots=True)
class Said:
    """One message with its files. `side`: citizen, hall (the citizen reads it) or inside (nobody outside does)."""

    message: Message
    files: list[Attachment]

    @property
    def side(self) -> str:
        if self.message.internal:
            return "inside"
        return "hall" if self.message.by_id or self.message.office_id else "citizen"


@dataclass(frozen=True, slots=True)
class Talk:
    """All of it, oldest first, and the files that came without a message."""

    said: list[Said]
    files: list[Attachment]

    @property
    def answered(self) -> bool:
        """Whether the citizen has heard from the hall since the request came in or was opened again."""
        last: str = next((one.message.kind for one in reversed(self.said) if one.side != "inside"), "")
        return last in (Message.Kind.REPLY, Message.Kind.QUESTION)


def talk(case: ServiceRequest) -> Talk:
    """The conversation in two queries."""
    files: dict[int | None, list[Attachment]] = defaultdict(list)
    for one in case.attachments.select_related("by"):
        files[one.message_id].append(one)
    messages = case.messages.select_related("by", "office", "to_office")
    return Talk([Said(message, files[message.pk]) for message in messages], files[None])


def listeners(case: ServiceRequest, departments: Iterable[Office] | None = None) -> list[Office]:
    """The offices a note can be addressed to: those that have the request, where it came in, and the centre.

    `departments`: all that there are, where the caller has read them already.
    """
    has = {one.office_id for one in case.assignments.all() if one.ended_at is None} | {case.lead_id}
    known = Office.objects.departments() if departments is None else departments
    found = [one for one in known if one.pk in has or one.kind == Office.Kind.CENTRE]
    window = case.entered_at_office
    if window is not None and window not in found and window.ended_on is None:
        found.append(window)
    return [one for one in found if one.pk != case.accused_id]

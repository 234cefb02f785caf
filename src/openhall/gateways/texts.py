"""What a notice says: a subject and a text for each kind, in the reader's language. Plain text, few words, no names.

The secret code of a request is never sent; what a citizen wrote is never repeated.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext

from openhall.errors import N_
from openhall.language import say, short
from openhall.models import Jurisdiction, Notice
from openhall.surveys.codes import pretty

HERE = "http://localhost:8000"  # where no public address is set

_FOLLOW = N_("Follow it with this number and the secret code you were given: {link}")
_ANSWER = N_("Read the answer, and say what you think of it, with your number and secret code: {link}")
_DESK = N_("Open it at the desk: {link}")

# kind -> (subject, text, how it ends: which link)
TEXTS: dict[str, tuple[str, str, str]] = {
    "request.received": (
        N_("We have your request {number}"),
        N_(
            "Your request has reached us. Its number is {number}. We will write again when something changes."
        ),
        _FOLLOW,
    ),
    "request.news": (
        N_("News about your request {number}"),
        N_("There is news about your request {number}."),
        _FOLLOW,
    ),
    "request.accepted": (
        N_("Your request {number} is accepted"),
        N_("Your request {number} is a matter of ours, and we will see to it."),
        _FOLLOW,
    ),
    "request.refused": (
        N_("There is an answer to your request {number}"),
        N_("We cannot take up your request {number}. The answer says why, and who can."),
        _ANSWER,
    ),
    "request.settled": (
        N_("There is an answer to your request {number}"),
        N_("Your request {number} has been answered."),
        _ANSWER,
    ),
    "request.dispatched": (
        N_("Your request {number} is with {department}"),
        N_("{department} has your request {number} now. You should have an answer by {due}."),
        _FOLLOW,
    ),
    "request.transferred": (
        N_("Your request {number} is with {department}"),
        N_(
            "Your request {number} has been passed on: {department} has it now. You should have an answer by {due}."
        ),
        _FOLLOW,
    ),
    "request.asked": (
        N_("A question about your request {number}"),
        N_("{department} needs to know something before it can go on with your request {number}."),
        _FOLLOW,
    ),
    "request.replied": (
        N_("A message about your request {number}"),
        N_("{department} has written to you about your request {number}."),
        _FOLLOW,
    ),
    "request.extension_granted": (
        N_("Your request {number} takes longer"),
        N_("Your request {number} takes longer than we said. You should have an answer by {due}."),
        _FOLLOW,
    ),
    "request.closed": (
        N_("There is an answer to your request {number}"),
        N_("Your request {number} has been answered. If the matter is not settled, you can open it again."),
        _ANSWER,
    ),
    "request.reopened": (
        N_("Your request {number} is open again"),
        N_("Your request {number} is open again. What you wrote has reached the department."),
        _FOLLOW,
    ),
    "request.merged": (
        N_("Your request {number} is followed together with another"),
        N_(
            "Somebody has reported the same matter before. We follow your request {number} together with that one."
        ),
        _FOLLOW,
    ),
    "screening.confirmed": (
        N_("Your request {number} was screened out"),
        N_("Two people found that we should not follow your request {number}. You can read why, and appeal."),
        _FOLLOW,
    ),
    "screening.judged": (
        N_("Your appeal about request {number} is decided"),
        N_("A third person has decided about your appeal concerning request {number}."),
        _FOLLOW,
    ),
    "rectification.opened": (
        N_("You were not satisfied with request {number}"),
        N_("You rated our work on request {number} low. We will call you back and look at it again."),
        _FOLLOW,
    ),
    "rectification.explained": (
        N_("We have looked at request {number} again"),
        N_("We have looked at your request {number} again and written down what we found."),
        _FOLLOW,
    ),
    "rectification.published": (
        N_("We have looked at request {number} again"),
        N_("What we changed after your rating of request {number} is published."),
        _FOLLOW,
    ),
    "evaluation.invited": (
        N_("How did we do with your request {number}?"),
        N_("Your request {number} is closed. Tell us in a minute how satisfied you are."),
        N_("This link is for you alone: {link}"),
    ),
    "duty.reminder": (
        N_("Due on {due}: {title}"),
        N_("“{title}” is due on {due}. With the code you were given you can do it online in a minute."),
        N_("Do it here: {link}"),
    ),
    "account.code": (
        N_("{code} is your code"),
        N_(
            "Your code is {code}. It works for {minutes} minutes. If you did not ask for it, nothing needs to be done."
        ),
        "",
    ),
    "staff.sent": (
        N_("To sign for: request {number}"),
        N_("Request {number} was sent to your department and waits to be signed for."),
        _DESK,
    ),
    "staff.citizen": (
        N_("The citizen has written: request {number}"),
        N_("There is something new from the citizen in request {number}."),
        _DESK,
    ),
    "staff.request.noted_to": (
        N_("A note for your department: request {number}"),
        N_("Another department has written a note to yours in request {number}."),
        _DESK,
    ),
    "staff.supervision.ordered": (
        N_("A supervision order: request {number}"),
        N_("Your department must answer a supervision order in request {number}."),
        _DESK,
    ),
    "staff.warned": (
        N_("Soon due: request {number}"),
        N_("A deadline of request {number} is near: {due}."),
        _DESK,
    ),
    "staff.escalated": (
        N_("Overdue: request {number}"),
        N_("A deadline of request {number} is past: {due}."),
        _DESK,
    ),
    "test": (N_("Mail works"), N_("This message shows that mail from the hall arrives."), ""),
}


def render(notice: Notice) -> tuple[str, str]:
    """Subject and text of a notice in its language. KeyError for a kind without a text."""
    subject, text, end = TEXTS[notice.kind]
    with translation.override("zh-hans" if short(notice.language) == "zh" else "en"):
        values = _values(notice)
        parts = [gettext(text).format(**values), gettext(end).format(**values) if end else "", _signature()]
        body = "\n\n".join(part for part in parts if part) + "\n"
        return " ".join(gettext(subject).format(**values).split()), body


def _values(notice: Notice) -> dict[str, Any]:
    said = {name: _said(name, value) for name, value in notice.values.items()}
    # a request nobody has yet, or without a deadline: the sentence still stands
    said.setdefault("department", gettext("The hall"))
    said.setdefault("due", "–")
    return {**said, "link": (settings.PUBLIC_URL or HERE) + _path(notice)}


def _path(notice: Notice) -> str:
    if "path" in notice.values:
        return str(notice.values["path"])
    if notice.kind.startswith("staff.") and notice.request:
        return reverse("desk:request", args=[notice.request.number])
    return reverse("portal:renew") if notice.kind.startswith("duty.") else reverse("portal:track")


def _said(name: str, value: Any) -> Any:
    """A wording, a number of a request, a day or a moment as people read it."""
    if isinstance(value, dict):
        return say(value, short(translation.get_language() or "en"))
    if name == "number":
        return pretty(value)
    if name == "due":
        return _day(value)
    return value


def _day(value: str) -> str:
    if not value:
        return "–"
    if "T" not in value:
        return formats.date_format(date.fromisoformat(value), "DATE_FORMAT")
    local = datetime.fromisoformat(value).astimezone(ZoneInfo(settings.TIME_ZONE))
    return formats.date_format(local, "DATETIME_FORMAT")


def _signature() -> str:
    town = Jurisdiction.objects.first()
    if town is None:
        return ""
    contact = say(town.contact, short(translation.get_language() or "en")) if town.contact else ""
    return "\n".join(line for line in (str(town), contact) if line)

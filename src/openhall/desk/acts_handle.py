"""Acts of the request page: reply, ask, go on, note, call, attach, report an assisting part, close. Rows C3, C9.

Signing, returning and asking for more time stand with the centre's acts; keeping an answer as an article is a page.
"""

from __future__ import annotations

from openhall.actions import close, handle
from openhall.desk import acts_handle_forms as forms
from openhall.desk.acts import Act
from openhall.errors import N_
from openhall.models import ServiceRequest, User


def _leads(case: ServiceRequest, by: User) -> bool:
    return case.lead_id is not None and case.lead_id == by.office_id


def _open_part(case: ServiceRequest, by: User) -> bool:
    """Whether this person's department assists and has not reported yet."""
    return case.is_open and any(one.office_id == by.office_id for one in forms.open_parts(case))


ACTS: tuple[Act, ...] = (
    Act(
        "part",
        "request.handle",
        N_("Report our part"),
        handle.finish_part,
        N_("The lead department can read your report."),
        form=forms.PartForm,
        when=_open_part,
        tone="internal",
    ),
    Act(
        "reply",
        "request.handle",
        N_("Reply to the citizen"),
        handle.reply,
        N_("Your reply is on its way to the citizen."),
        step="reply",
        form=forms.ReplyForm,
        when=_leads,
        group="talk",
        hint=N_("The request stays open."),
        tone="public",
    ),
    Act(
        "ask",
        "request.handle",
        N_("Ask the citizen"),
        handle.ask,
        N_("Your question is on its way. The clocks stand still."),
        step="ask",
        form=forms.AskForm,
        when=_leads,
        group="talk",
        tone="public",
    ),
    Act(
        "resume",
        "request.handle",
        N_("Go on without the answer"),
        handle.resume,
        N_("The clocks run again."),
        step="resume",
        form=forms.ResumeForm,
        when=_leads,
        tone="internal",
    ),
    Act(
        "note",
        "request.talk",
        N_("Write an internal note"),
        handle.note,
        N_("Your note stands in the conversation. Only the hall reads it."),
        step="note",
        form=forms.NoteForm,
        group="talk",
        tone="internal",
    ),
    Act(
        "call",
        "request.contact",
        N_("Note a conversation"),
        handle.called,
        N_("The conversation is noted."),
        step="note",
        form=forms.CallForm,
        group="talk",
        tone="internal",
    ),
    Act(
        "attach",
        "request.talk",
        N_("Add files"),
        handle.attach,
        N_("The files are with the request."),
        step="note",
        form=forms.AttachForm,
        group="talk",
    ),
    Act(
        "close",
        "request.handle",
        N_("Close the request"),
        close.close,
        N_("The request is closed and the citizen has the answer."),
        step="close",
        form=forms.CloseForm,
        when=_leads,
        tone="public",
    ),
)

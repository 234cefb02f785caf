"""Acts of the request page: classify, join, decide, dispatch, arbitrate, transfer, list; and what a department does
with what it is sent: sign, assign, return, ask for more time. Rows B2 to B4, C2.
"""

from __future__ import annotations

from functools import partial

from openhall.actions import classify, decide, dispatch
from openhall.actions.sending import SENT
from openhall.desk import acts_centre_forms as centre
from openhall.desk import acts_dispatch_forms as sending
from openhall.desk.acts import Act
from openhall.desk.acts_centre_lists import Lists
from openhall.errors import N_
from openhall.models import Ask, Assignment, ServiceRequest, User
from openhall.rules.permissions import Role
from openhall.rules.workflow import LONGEST_EXTENSIONS, LONGEST_RETURNS, Outcome, State

# --- when an act applies, beyond its step and its right ------------------------------------------------------------


def _to_sign(case: ServiceRequest, by: User) -> bool:
    if not case.is_open:
        return False
    sent = Lists.of(case).sending_of(by.office_id)
    if sent is None:
        return False
    if sent.part == Assignment.Part.LEAD:
        return case.state == State.DISPATCHED
    return sent.signed_at is None


def _sent_to(case: ServiceRequest, by: User) -> bool:
    return case.is_open and by.role == Role.HEAD and Lists.of(case).sending_of(by.office_id) is not None


def _leads(case: ServiceRequest, by: User) -> bool:
    return case.lead_id is not None and case.lead_id == by.office_id


def _may_return(case: ServiceRequest, by: User) -> bool:
    asks = Lists.of(case).asks if _leads(case, by) else ()
    times = sum(ask.kind == Ask.Kind.RETURN and ask.office_id == by.office_id for ask in asks)
    return _leads(case, by) and times < LONGEST_RETURNS


def _may_ask_for_time(case: ServiceRequest, by: User) -> bool:
    return (
        case.state in SENT
        and _leads(case, by)
        and case.extensions < LONGEST_EXTENSIONS
        and Lists.of(case).open_ask(Ask.Kind.EXTENSION) is None
    )


def _time_is_asked(case: ServiceRequest, by: User) -> bool:
    return case.is_open and Lists.of(case).open_ask(Ask.Kind.EXTENSION) is not None


def _centre_or_lead(case: ServiceRequest, by: User) -> bool:
    return case.state in SENT and (by.role != Role.HEAD or _leads(case, by))


def _joined(case: ServiceRequest, by: User) -> bool:
    return case.outcome == Outcome.DUPLICATE


def _listed(case: ServiceRequest, by: User) -> bool:
    return case.listed and not case.confidential


def _not_listed(case: ServiceRequest, by: User) -> bool:
    return not case.listed and not case.confidential


ACTS: tuple[Act, ...] = (
    Act(
        "sign",
        "request.sign",
        N_("Sign for it"),
        dispatch.sign,
        N_("Your department has signed for the request."),
        when=_to_sign,
        group="handle",
        hint=N_("You have received it and take it on."),
    ),
    Act(
        "extension",
        "request.arbitrate",
        N_("Decide on more time"),
        dispatch.decide_extension,
        N_("Your decision on more time is recorded."),
        form=sending.DecideExtensionForm,
        when=_time_is_asked,
        group="centre",
    ),
    Act(
        "uphold",
        "request.arbitrate",
        N_("Send it back to the department"),
        dispatch.uphold,
        N_("The request is back with the department."),
        step="uphold",
        form=sending.UpholdForm,
        group="centre",
        hint=N_("You stay with your choice. If the department is right, dispatch it to another one instead."),
    ),
    Act(
        "classify",
        "request.classify",
        N_("Classify"),
        classify.classify,
        N_("The request is classified."),
        step="classify",
        form=centre.ClassifyForm,
        group="centre",
        asks_much=True,
    ),
    Act(
        "accept",
        "request.decide",
        N_("Accept"),
        decide.accept,
        N_("The request is accepted. Now dispatch it."),
        step="accept",
        form=centre.AcceptForm,
        group="centre",
        hint=N_("It is ours, on the ground of a list item."),
    ),
    Act(
        "dispatch",
        "request.dispatch",
        N_("Dispatch"),
        dispatch.dispatch,
        N_("The request is on its way to the department."),
        step="dispatch",
        form=sending.DispatchForm,
        group="centre",
        asks_much=True,
    ),
    Act(
        "settle",
        "request.settle",
        N_("Answer at once"),
        decide.settle,
        N_("The request is answered and closed."),
        step="settle",
        form=centre.SettleForm,
        group="centre",
        hint=N_("You can answer it here and now, without a department."),
    ),
    Act(
        "refuse",
        "request.decide",
        N_("Refuse"),
        decide.refuse,
        N_("The request is refused and the citizen is told."),
        step="refuse",
        form=centre.RefuseForm,
        group="centre",
        hint=N_("It is on the negative list. The citizen learns why, and whose it is."),
        danger=True,
    ),
    Act(
        "merge",
        "request.merge",
        N_("Join to another request"),
        classify.merge,
        N_("The request is joined to the other one. You can part them again."),
        step="merge",
        form=centre.MergeForm,
        group="centre",
        asks_much=True,
        hint=N_(
            "It repeats another request. It is closed as a duplicate and follows the other; nobody is written to."
        ),
    ),
    Act(
        "unmerge",
        "request.merge",
        N_("Part it from the other request"),
        classify.unmerge,
        N_("The request stands for itself again."),
        form=centre.ReasonForm,
        when=_joined,
        group="centre",
        hint=N_("It was no duplicate: it is open again and its clocks go on."),
    ),
    Act(
        "transfer",
        "request.transfer",
        N_("Transfer"),
        dispatch.transfer,
        N_("The request is on its way to the other department."),
        step="transfer",
        form=sending.TransferForm,
        when=_centre_or_lead,
        group="centre",
        hint=N_("Another department leads from now on and must sign for it."),
    ),
    Act(
        "assist",
        "request.transfer",
        N_("Ask another department to assist"),
        dispatch.add_assisting,
        N_("The department is asked to assist."),
        form=sending.AssistForm,
        when=_centre_or_lead,
        group="centre",
    ),
    Act(
        "assign",
        "request.assign",
        N_("Give it to a person"),
        dispatch.assign,
        N_("The request has a person who handles it."),
        form=sending.AssignForm,
        when=_sent_to,
        group="handle",
    ),
    Act(
        "extend",
        "request.handle",
        N_("Ask for more time"),
        dispatch.ask_extension,
        N_("The centre is asked for more time."),
        form=sending.AskExtensionForm,
        when=_may_ask_for_time,
        group="handle",
    ),
    Act(
        "return",
        "request.handle",
        N_("Return to the centre"),
        dispatch.give_back,
        N_("The request is back with the centre, which decides."),
        step="return",
        form=sending.ReturnForm,
        when=_may_return,
        group="handle",
        danger=True,
    ),
    Act(
        "list",
        "request.publish",
        N_("Show in the public register"),
        partial(classify.publish, listed=True),
        N_("The public register shows the request, facts only."),
        when=_not_listed,
        group="centre",
        hint=N_("Facts only: no name, no words of the citizen."),
    ),
    Act(
        "unlist",
        "request.publish",
        N_("Take out of the public register"),
        partial(classify.publish, listed=False),
        N_("The public register no longer shows the request."),
        form=centre.UnlistForm,
        when=_listed,
        group="centre",
    ),
)

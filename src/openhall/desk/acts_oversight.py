"""Acts of the request page: supervision orders, screening of malicious complaints, the rating of joint work."""

from __future__ import annotations

from functools import partial
from typing import Any

from openhall.actions import screening, staff, supervise
from openhall.desk import acts_oversight_forms as forms
from openhall.desk.acts import Act
from openhall.errors import N_, NotAllowed
from openhall.models import Screening, ServiceRequest, Supervision, User
from openhall.reads import oversight
from openhall.rules import screening as rules
from openhall.rules.screening import Step


def _order(case: ServiceRequest, by: User | None = None) -> Supervision | None:
    return oversight.order_of(case, by.office_id if by else None)


def _to_answer(case: ServiceRequest, by: User) -> bool:
    found = _order(case, by) if by.office_id else None
    return found is not None and not found.answered_at


def _to_settle(case: ServiceRequest, by: User) -> bool:
    return oversight.answered_order(case) is not None


def answer(case: ServiceRequest, *, text: str, by: User, seen: int | None = None) -> Supervision:
    """Answer the order that waits for this person's department."""
    found = _order(case, by)
    if found is None:
        raise NotAllowed(N_("No order waits for your department."))
    return supervise.answer(found, text=text, by=by, seen=seen)


def settle(
    case: ServiceRequest, *, accepted: bool, by: User, text: str = "", seen: int | None = None
) -> Supervision:
    """Judge the answer to the order, the oldest first."""
    found = oversight.answered_order(case)
    if found is None:
        raise NotAllowed(N_("There is no answer to judge."))
    return supervise.settle(found, accepted=accepted, text=text, by=by, seen=seen)


def _mark(case: ServiceRequest) -> Screening | None:
    return oversight.mark_of(case)


def _leads_on(step: Step, case: ServiceRequest, by: User) -> bool:
    """Whether this step comes next and this person is none of those who decided before."""
    found = _mark(case)
    if step not in rules.choices(found.state if found else rules.State.NONE):
        return False
    try:
        rules.independent(
            step,
            by.pk,
            marker=found.marked_by_id if found else None,
            confirmer=found.confirmed_by_id if found else None,
            accused=by.office_id is not None and by.office_id == case.accused_id,
        )
    except NotAllowed:
        return False
    return True


def judge(case: ServiceRequest, *, overturned: bool, **given: Any) -> Screening:
    """Uphold the screening, or overturn it."""
    return screening.judge(case, overturned=overturned, **given)


def _joint(case: ServiceRequest, by: User) -> bool:
    return not case.is_open and bool(staff.joint_partners(case, by))


ACTS: tuple[Act, ...] = (
    Act(
        "answer-order",
        "supervision.answer",
        N_("Answer the order"),
        answer,
        N_("The answer is with the supervisor."),
        form=forms.AnswerForm,
        when=_to_answer,
        group="oversight",
        tone="internal",
    ),
    Act(
        "settle-order",
        "supervision.order",
        N_("Accept the answer"),
        partial(settle, accepted=True),
        N_("The order is settled."),
        form=forms.AcceptForm,
        when=_to_settle,
        group="oversight",
    ),
    Act(
        "send-order-back",
        "supervision.order",
        N_("Send the answer back"),
        partial(settle, accepted=False),
        N_("The department must answer again."),
        form=forms.MissingForm,
        when=_to_settle,
        group="oversight",
        tone="internal",
    ),
    Act(
        "order",
        "supervision.order",
        N_("Give a supervision order"),
        supervise.order,
        N_("The order is with the department."),
        step="note",
        form=forms.OrderForm,
        when=lambda case, by: case.lead_id is not None,
        group="oversight",
        hint=N_("The department must answer in writing within the time set."),
        tone="internal",
    ),
    Act(
        "mark",
        "screening.mark",
        N_("Mark as malicious"),
        screening.mark,
        N_("It is marked. A screening officer decides; until then the work goes on."),
        step="note",
        form=forms.MarkForm,
        when=partial(_leads_on, Step.MARK),
        group="oversight",
        hint=N_(
            "It changes nothing for the citizen until a second person confirms it. Wrong marks are counted."
        ),
    ),
    Act(
        "confirm-mark",
        "screening.confirm",
        N_("Confirm the mark"),
        screening.confirm,
        N_("The request is screened out. The citizen is told why and may appeal."),
        step="screen",
        form=forms.ReasonForm,
        when=partial(_leads_on, Step.CONFIRM),
        group="oversight",
        hint=N_("The request is closed. The citizen reads your reason and may appeal to a third person."),
        danger=True,
        tone="public",
    ),
    Act(
        "reject-mark",
        "screening.confirm",
        N_("Reject the mark"),
        screening.reject,
        N_("The mark is rejected; the work goes on."),
        form=forms.ReasonForm,
        when=partial(_leads_on, Step.REJECT),
        group="oversight",
        tone="internal",
    ),
    Act(
        "overturn-screening",
        "screening.judge",
        N_("Overturn the screening"),
        partial(judge, overturned=True),
        N_("The request is open again."),
        form=forms.ReasonForm,
        when=partial(_leads_on, Step.OVERTURN),
        group="oversight",
        hint=N_("The request is opened again where it was; the department signs for it anew."),
        tone="public",
    ),
    Act(
        "uphold-screening",
        "screening.judge",
        N_("Uphold the screening"),
        partial(judge, overturned=False),
        N_("The screening is upheld. The citizen is told."),
        form=forms.ReasonForm,
        when=partial(_leads_on, Step.UPHOLD),
        group="oversight",
        tone="public",
    ),
    Act(
        "rate-joint",
        "request.handle",
        N_("Rate the joint work"),
        staff.rate_joint,
        N_("The rating is kept. Only figures of three or more are ever shown."),
        form=forms.JointForm,
        when=_joint,
        group="rating",
        hint=N_("How the other department worked with yours on this request."),
        tone="internal",
    ),
)

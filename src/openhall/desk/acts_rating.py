"""Acts of the request page: a rating entered for the citizen, and the steps of a rectification. Row B5."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from openhall.actions import evaluate, rectify
from openhall.desk import acts_rating_forms as forms
from openhall.desk.acts import Act, ActForm
from openhall.errors import N_, NotAllowed, NotPermitted
from openhall.language import short
from openhall.models import Evaluation, Rectification, ServiceRequest, User
from openhall.moment import now
from openhall.reads import ratings
from openhall.rules.rectification import STEP_NAMES, VERBS, Step, choices


def _kept(case: ServiceRequest, name: str, read: Callable[[], Any]) -> Any:
    """Read once for a request that was read once."""
    if name not in vars(case):
        setattr(case, name, read())
    return getattr(case, name)


def _rating(case: ServiceRequest) -> Evaluation | None:
    return _kept(case, "kept_rating", lambda: ratings.rating_of(case))


def rectification_of(case: ServiceRequest) -> Rectification | None:
    """The rectification of this request that is not finished."""

    def read() -> Rectification | None:
        rows = Rectification.objects.filter(request=case, finished_at=None)
        found = rows.select_related("evaluation", "office").order_by("-pk").first()
        if found:
            found.request = case
        return found

    return _kept(case, "kept_rectification", read)


def _enters(case: ServiceRequest, by: User) -> bool:
    """Whether this person may write down a rating of this request now."""
    found = _rating(case) if not case.is_open else None
    if found is None or not found.is_open(now()) or (found.given_at and found.entered_by_id is None):
        return False
    try:
        evaluate.require_stranger(found, by)
    except NotPermitted:
        return False
    return True


def enter(
    case: ServiceRequest, *, by: User, seen: int | None = None, remark: str = "", **answers: str
) -> Evaluation:
    """Write down what the citizen says."""
    found = ratings.rating_of(case)
    if found is None:
        raise NotAllowed(N_("No rating of this request is taken now."))
    given = {key: [code] for key, code in answers.items() if code}
    return evaluate.rate(found, answers=given, remark=remark, language=short(case.language), by=by)


def _offered(step: Step, case: ServiceRequest, by: User) -> bool:
    found = rectification_of(case)
    return found is not None and step in choices(found.state) and rectify.may_take(found, step, by)


def take(
    step: Step, case: ServiceRequest, *, by: User, seen: int | None = None, **given: Any
) -> Rectification:
    """Carry out one step of the rectification that is open."""
    found = rectification_of(case)
    if found is None:
        raise NotAllowed(N_("No rectification of this request is open."))
    return rectify.take(found, step, by=by, seen=seen, **given)


# step: its form, its hint, what is said afterwards
_STEPS: dict[Step, tuple[type[ActForm], str, str]] = {
    Step.CALL_BACK: (
        forms.CallForm,
        N_("Call the person who gave the bad rating. Whoever handled the request does not."),
        N_("The call is recorded. Now verify what was said."),
    ),
    Step.NOT_REACHED: (
        ActForm,
        N_("Nobody answered. After three calls on different occasions you can go on without the citizen."),
        N_("The call is recorded."),
    ),
    Step.GO_ON: (ActForm, N_("Three calls went unanswered."), N_("It goes on without the citizen.")),
    Step.VERIFY_TRUE: (
        forms.FoundForm,
        N_("The complaint holds, at least in part. The department then puts it right."),
        N_("The finding is recorded. The department is next."),
    ),
    Step.VERIFY_NOT_TRUE: (
        forms.FoundForm,
        N_("What the rating says is not what happened. The department then explains or appeals."),
        N_("The finding is recorded. The department is next."),
    ),
    Step.FIX: (forms.FixForm, "", N_("It is recorded. The citizen is visited again.")),
    Step.PUT_ON_LEDGER: (
        forms.LedgerForm,
        N_("It cannot be put right at once: a plan and a day."),
        N_("It is on the ledger."),
    ),
    Step.EXPLAIN: (
        forms.ExplainForm,
        N_("The law allows no more. The citizen reads the explanation."),
        N_("The explanation is with the citizen."),
    ),
    Step.APPEAL: (
        forms.AppealForm,
        N_("A supervisor who had no part in it judges. There is one appeal."),
        N_("The appeal is with the supervisor."),
    ),
    Step.UPHOLD: (
        forms.JudgeForm,
        N_("The rating is mistaken and no longer counts."),
        N_("The appeal is upheld."),
    ),
    Step.REFUSE: (forms.JudgeForm, N_("The rating stands."), N_("The appeal is refused.")),
    Step.VISIT_AGAIN: (
        forms.VisitForm,
        N_("Ask the citizen again, now that it is put right or explained."),
        N_("The second visit is recorded."),
    ),
    Step.TAKE_UP_AGAIN: (
        ActForm,
        N_("The new rating is bad, too. The department puts it right, with a new deadline."),
        N_("It is taken up again."),
    ),
    Step.PUBLISH: (
        forms.PublishForm,
        N_("It ends the rectification."),
        N_("The result is published."),
    ),
}


def key_of(step: Step) -> str:
    """In the address of the act."""
    return f"rectify-{step.replace('_', '-')}"


ACTS: tuple[Act, ...] = (
    Act(
        "rate",
        "evaluation.enter",
        N_("Write down a rating"),
        enter,
        N_("The rating is recorded as written down by you."),
        form=forms.RatingForm,
        when=_enters,
        group="rating",
        hint=N_("Only what the person served says, in their words. It is recorded that you wrote it down."),
    ),
    *(
        Act(
            key_of(step),
            VERBS[step],
            STEP_NAMES[step],
            partial(take, step),
            done,
            form=form,
            when=partial(_offered, step),
            group="rating",
            hint=hint,
        )
        for step, (form, hint, done) in _STEPS.items()
    ),
)
STEP_ACTS = {act.key: act for act in ACTS[1:]}

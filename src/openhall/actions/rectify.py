"""What follows a bad rating: opened by the rating itself, then step by step as `rules.rectification` allows. Row B5.

Who handled the request, and everyone of the department that is rated, neither calls back nor verifies, visits, judges
or publishes; only that department puts right, plans, explains or appeals. Every step makes a new edition of the
request, so that of two who act at once the second is told. Words stand in the steps; events tell their digest. Seed
3.4.4, 5.1.5.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from openhall.actions import keep, locked, permit
from openhall.actions.talking import say
from openhall.errors import N_, BadInput, NotAllowed, NotPermitted, Problem
from openhall.hashing import digest
from openhall.models import (
    Clock,
    Evaluation,
    Flag,
    ListItem,
    Message,
    Rectification,
    RectificationStep,
    ServiceRequest,
    User,
    record,
)
from openhall.moment import now
from openhall.rules import rectification as rules
from openhall.rules.clocks import CANCELLED, ClockKind
from openhall.rules.handling import personal
from openhall.rules.rectification import State, Step

REMEDIES = {
    Step.FIX: "fix",
    Step.PUT_ON_LEDGER: "ledger",
    Step.EXPLAIN: "explain",
    Step.APPEAL: "appeal",
}
MISTAKEN = N_("The department’s appeal was upheld: the rating was found to be mistaken.")
ENDS_CALL = {Step.CALL_BACK, Step.GO_ON, Step.LAPSE}
ENDS_CLOCK = {Step.PUT_ON_LEDGER, Step.EXPLAIN, Step.UPHOLD, Step.VISIT_AGAIN, Step.LAPSE}


@transaction.atomic
def follow(evaluation: Evaluation) -> Rectification | None:
    """After a rating was given or changed: a bad one opens a rectification, one raised before any call ends it."""
    evaluation = Evaluation.objects.select_related("request", "office").get(pk=evaluation.pk)
    request = locked(evaluation.request)
    found = Rectification.objects.select_for_update().filter(evaluation=evaluation).first()
    bad = evaluation.level is not None and rules.is_bad(evaluation.level)
    if bad and (found is None or found.state == State.LAPSED):
        return _open(evaluation, request, found)
    if not bad and found is not None and found.state == State.OPENED:
        return _carry_out(found, request, Step.LAPSE, rules.Given(today=timezone.localdate(now())))
    return found


@transaction.atomic
def take(
    rectification: Rectification,
    step: Step | str,
    *,
    text: str = "",
    deadline: date | None = None,
    ground: ListItem | None = None,
    level: int | None = None,
    by: User | None,
    seen: int | None = None,
) -> Rectification:
    """Carry out one step. `seen` is the edition of the request the person had before them.

    NotPermitted for the wrong role or department, NotAllowed where the step does not lead on or the person would act in
    a matter of their own, BadInput for what is missing.
    """
    step = Step(step)
    if step is Step.LAPSE:
        raise NotPermitted(N_("Only the person who gave the rating can raise it."))
    request = rectification.request
    permit(by, rules.VERBS[step], request)
    request = locked(request, seen)
    found = (
        Rectification.objects.select_for_update(of=("self",))
        .select_related("evaluation", "office")
        .get(pk=rectification.pk)
    )
    if by is not None:
        _require_side(found, request, step, by)
    given = rules.Given(
        text=text,
        deadline=deadline,
        law=str(ground) if ground else "",
        level=level if level is not None else found.level_after,
        tries=found.steps.filter(step=Step.NOT_REACHED).count(),
        today=timezone.localdate(now()),
    )
    if step is Step.PUBLISH:
        _require_impersonal(request, text)
    return _carry_out(found, request, step, given, level=level, ground=ground, by=by)


def may_take(rectification: Rectification, step: Step, by: User) -> bool:
    """Whether the step is this person's to take, whatever their role: for what a page offers."""
    try:
        _require_side(rectification, rectification.request, step, by)
    except (NotAllowed, NotPermitted):
        return False
    return True


def _open(evaluation: Evaluation, request: ServiceRequest, found: Rectification | None) -> Rectification:
    at = now()
    Clock.objects.begin(request, ClockKind.CALL_BACK, at=at)
    clock = Clock.objects.begin(request, ClockKind.RECTIFY, at=at, office=evaluation.office)
    row = found or Rectification(evaluation=evaluation, request=request, opened_at=at)
    row.edition += 1 if found else 0
    row.office, row.state, row.due_at, row.finished_at = evaluation.office, State.OPENED, clock.due_at, None
    row.save()
    keep(request)
    record("rectification.opened", row, office=row.office_id, level=evaluation.level)
    return row


def _carry_out(
    row: Rectification,
    request: ServiceRequest,
    step: Step,
    given: rules.Given,
    *,
    level: int | None = None,
    ground: ListItem | None = None,
    by: User | None = None,
) -> Rectification:
    row.state = rules.take(row.state, step, given)
    at, text = now(), given.text.strip()
    RectificationStep.objects.create(rectification=row, step=step, text=text, by=by, at=at)
    _put_down(row, step, given, level=level, ground=ground)
    _clocks(row, request, step, at)
    facts: dict[str, Any] = {"office": row.office_id}
    if step is Step.EXPLAIN:
        facts["message"] = say(request, Message.Kind.REPLY, text, by).pk
    if step is Step.UPHOLD:
        _discount(row, by)
    row.edition += 1
    row.finished_at = at if row.state in rules.DONE else None
    row.save()
    keep(request)
    if level is not None:
        facts["level"] = level
    if ground is not None:
        facts["item"] = ground.code
    if given.deadline is not None and step is Step.PUT_ON_LEDGER:
        facts["deadline"] = given.deadline.isoformat()
    if text:
        facts["digest"] = digest(text)
    _record(row, step, by, facts)
    return row


def _record(row: Rectification, step: Step, by: User | None, facts: dict[str, Any]) -> None:
    record(
        {
            Step.NOT_REACHED: "rectification.not_reached",
            Step.CALL_BACK: "rectification.called_back",
            Step.GO_ON: "rectification.gone_on",
            Step.VERIFY_TRUE: "rectification.verified",
            Step.VERIFY_NOT_TRUE: "rectification.refuted",
            Step.FIX: "rectification.fixing",
            Step.PUT_ON_LEDGER: "rectification.planned",
            Step.EXPLAIN: "rectification.explained",
            Step.APPEAL: "rectification.appealed",
            Step.UPHOLD: "rectification.upheld",
            Step.REFUSE: "rectification.appeal_refused",
            Step.VISIT_AGAIN: "rectification.visited",
            Step.TAKE_UP_AGAIN: "rectification.taken_up",
            Step.PUBLISH: "rectification.published",
            Step.LAPSE: "rectification.lapsed",
        }[step],
        row,
        by=by,
        **facts,
    )


def _put_down(
    row: Rectification, step: Step, given: rules.Given, *, level: int | None, ground: ListItem | None
) -> None:
    """What the row itself says, for the ledger."""
    row.remedy = REMEDIES.get(step, row.remedy)
    if step in (Step.VERIFY_TRUE, Step.VERIFY_NOT_TRUE):
        row.verified = step is Step.VERIFY_TRUE
    elif step is Step.PUT_ON_LEDGER and given.deadline:
        row.plan, row.plan_due_on = given.text.strip(), given.deadline
        row.due_at = _end_of(given.deadline)
    elif step is Step.EXPLAIN:
        row.ground = ground
    elif step in rules.JUDGING:
        row.appeal_upheld = step is Step.UPHOLD
    elif step is Step.VISIT_AGAIN:
        row.level_after = level
    elif step is Step.PUBLISH:
        row.published_text = given.text.strip()


def _clocks(row: Rectification, request: ServiceRequest, step: Step, at: datetime) -> None:
    if step in ENDS_CALL:
        outcome = CANCELLED if step is Step.LAPSE else ""
        Clock.objects.stop(request, ClockKind.CALL_BACK, at=at, outcome=outcome)
    if step in ENDS_CLOCK:
        outcome = CANCELLED if step in (Step.LAPSE, Step.UPHOLD) else ""
        Clock.objects.stop(request, ClockKind.RECTIFY, at=at, outcome=outcome, office=row.office)
    if step is Step.TAKE_UP_AGAIN:
        row.due_at = Clock.objects.begin(request, ClockKind.RECTIFY, at=at, office=row.office).due_at
        row.plan_due_on = None


def _end_of(day: date) -> datetime:
    """The last moment of a day of the hall."""
    return timezone.make_aware(datetime.combine(day, time.max))


def _discount(row: Rectification, by: User | None) -> None:
    """A rating found to be mistaken counts no more: void like any sheet that a person excluded."""
    response = row.evaluation.response
    if response is None:
        return
    response.void = "other"
    response.save(update_fields=["void"])
    verdict = {
        "wave_id": response.wave_id,
        "verdict": Flag.Verdict.VOID,
        "reason": gettext(MISTAKEN),
        "by": by,
    }
    Flag.objects.update_or_create(response=response, rule="other", defaults=verdict)


def _require_side(row: Rectification, request: ServiceRequest, step: Step, by: User) -> None:
    """Who puts right is of the department that was rated; everyone else of neither it nor the matter."""
    own = by.office_id is not None and by.office_id in {row.office_id, request.lead_id}
    if rules.VERBS[step] == "rectification.fix":
        if not own:
            raise NotPermitted(N_("Only the department that was rated can do this."))
        return
    steps = list(row.steps.order_by("pk").values_list("step", "by"))
    rules.independent(
        step,
        by.pk,
        handlers=_handlers(row, request),
        verifier=_last(steps, Step.VERIFY_TRUE, Step.VERIFY_NOT_TRUE),
        appellant=_last(steps, Step.APPEAL),
    )
    if own:
        raise NotAllowed(N_("Your department is the one that was rated, so this is for somebody else."))


def _handlers(row: Rectification, request: ServiceRequest) -> set[int]:
    persons = set(request.assignments.values_list("handler", flat=True))
    return (persons | {row.evaluation.handler_id, request.handler_id}) - {None}


def _last(steps: list[tuple[str, int | None]], *wanted: Step) -> int | None:
    return next((person for step, person in reversed(steps) if step in wanted), None)


def _require_impersonal(request: ServiceRequest, text: str) -> None:
    """BadInput where what everyone will read seems to name somebody."""
    parties = [party for party in (request.party, request.reported_by) if party]
    known = [party.name for party in parties]
    known += [str(contact.value) for party in parties for contact in party.contacts.all()]
    if found := personal(text, known):
        raise BadInput(
            Problem(
                N_("Result"),
                N_("it may point to a person: {found}."),
                N_("Leave out names, addresses and numbers."),
                {"found": list(found)},
            )
        )

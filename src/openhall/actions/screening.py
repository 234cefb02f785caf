"""Screen malicious complaints with due process: mark, confirm or reject by a second person, judge by a third. Row C8.

The citizen's appeal stands in `follow`. A mark changes nothing for the citizen: the work goes on until it is confirmed.
"""

from __future__ import annotations

from django.db import transaction

from openhall.actions import keep, locked, permit
from openhall.errors import N_, BadInput, Problem
from openhall.hashing import digest
from openhall.models import Ask, Assignment, Clock, Message, Screening, ServiceRequest, User, record
from openhall.moment import now
from openhall.rules import screening as rules
from openhall.rules.clocks import CANCELLED
from openhall.rules.screening import State, Step
from openhall.rules.workflow import CLOSED, Outcome

SHORTEST_REASON = 20  # characters of why somebody decides as they do; the citizen may read them


@transaction.atomic
def mark(
    request: ServiceRequest,
    *,
    ground: str,
    reason: str,
    earlier: str = "",
    found_false: bool = False,
    by: User,
    seen: int | None = None,
) -> Screening:
    """Mark an open request as malicious, with what shows it. `earlier`: the number of an answered request of the same
    person, where the ground is that nothing is new. BadInput for what is missing.
    """
    permit(by, "screening.mark", request)
    request = locked(request, seen)
    request.move("note")
    last = request.screenings.order_by("-pk").first()
    state = rules.after(last.state if last else State.NONE, Step.MARK)
    rules.independent(Step.MARK, by.pk, accused=_accused(request, by))
    problems = rules.mark_problems(
        ground,
        reason,
        earlier_answered=_answered(request, earlier),
        asked=request.messages.filter(kind=Message.Kind.QUESTION).exists(),
        found_false=found_false,
    )
    if problems:
        raise BadInput(N_("This request cannot be marked like this."), problems=problems)
    row = Screening.objects.create(
        request=request, state=state, ground=ground, reason=reason.strip(), marked_by=by, marked_at=now()
    )
    keep(request)
    record("screening.marked", row, request=request, by=by, ground=ground, digest=digest(row.reason))
    return row


@transaction.atomic
def confirm(request: ServiceRequest, *, reason: str, by: User, seen: int | None = None) -> Screening:
    """Confirm the mark: the request is closed as screened out, and the citizen is told why and how to appeal."""
    permit(by, rules.VERBS[Step.CONFIRM], request)
    request, row = _decided(request, Step.CONFIRM, reason, by=by, seen=seen)
    at = now()
    request.move("screen", outcome=Outcome.SCREENED, now=at)
    request.reply = row.confirm_reason
    Clock.objects.stop(request, at=at, outcome=CANCELLED)
    Ask.objects.lapse(request, at=at)
    keep(request, "reply")
    record(
        "screening.confirmed",
        row,
        request=request,
        by=by,
        ground=row.ground,
        digest=digest(row.confirm_reason),
    )
    return row


@transaction.atomic
def reject(request: ServiceRequest, *, reason: str, by: User, seen: int | None = None) -> Screening:
    """Reject the mark: the work went on meanwhile, and the request cannot be marked again."""
    permit(by, rules.VERBS[Step.REJECT], request)
    request, row = _decided(request, Step.REJECT, reason, by=by, seen=seen)
    keep(request)
    record("screening.rejected", row, request=request, by=by, digest=digest(row.confirm_reason))
    return row


@transaction.atomic
def judge(
    request: ServiceRequest, *, overturned: bool, reason: str, by: User, seen: int | None = None
) -> Screening:
    """Judge the citizen's appeal, as a third person: overturned, the request is opened again where it was."""
    step = Step.OVERTURN if overturned else Step.UPHOLD
    permit(by, rules.VERBS[step], request)
    request = locked(request, seen)
    row = _last(request)
    state = rules.after(row.state, step)
    rules.independent(
        step, by.pk, marker=row.marked_by_id, confirmer=row.confirmed_by_id, accused=_accused(request, by)
    )
    row.state, row.judge_reason, row.judged_by, row.judged_at = state, _words(reason), by, now()
    row.save()
    if overturned and request.state == CLOSED:
        request.reply = ""
        Assignment.objects.reopen(request, at=now())
    keep(request, "lead", "handler", "reply")
    record(
        "screening.judged",
        row,
        request=request,
        by=by,
        overturned=overturned,
        digest=digest(row.judge_reason),
    )
    return row


# --- parts ----------------------------------------------------------------------------------------------------------


def _decided(
    request: ServiceRequest, step: Step, reason: str, *, by: User, seen: int | None
) -> tuple[ServiceRequest, Screening]:
    """The request locked, and the mark with the second person's decision written into it."""
    request = locked(request, seen)
    row = _last(request)
    state = rules.after(row.state, step)
    rules.independent(step, by.pk, marker=row.marked_by_id, accused=_accused(request, by))
    row.state, row.confirm_reason, row.confirmed_by, row.confirmed_at = state, _words(reason), by, now()
    row.save()
    return request, row


def _last(request: ServiceRequest) -> Screening:
    row = Screening.objects.select_for_update().filter(request=request).order_by("-pk").first()
    return row or Screening(request=request, state=State.NONE)


def _words(reason: str) -> str:
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(
            Problem(
                N_("Reason"),
                N_("at least {least} characters are needed; the citizen will read them."),
                N_("Say in a sentence why you decide so."),
                {"least": SHORTEST_REASON},
            )
        )
    return reason.strip()


def _accused(request: ServiceRequest, by: User) -> bool:
    return by.office_id is not None and by.office_id == request.accused_id


def _answered(request: ServiceRequest, number: str) -> bool:
    """Whether the number is that of an earlier request of the same person that was answered."""
    if not number or request.party is None:
        return False
    mine = ServiceRequest.objects.filter(party__in=request.party.cluster(), is_open=False).exclude(reply="")
    return mine.exclude(pk=request.pk).filter(number=number).exists()

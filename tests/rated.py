"""A request that was closed, asked about and rated, for tests of what follows."""

from __future__ import annotations

from typing import Any

from openhall import flow
from openhall.actions import close, evaluate, rectify
from openhall.models import Evaluation, Rectification, User
from openhall.rules.rectification import Step
from tests import cases
from tests.town import Desk


def asked(desk: Desk, **given: Any) -> Evaluation:
    """Resolved by Harry of Roads; Li Ming is asked for a rating."""
    case = cases.signed(desk, **given)
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    flow.catch_up()
    return case.evaluations.get()


def rated(desk: Desk, level: int = 1, **given: Any) -> Evaluation:
    """Li Ming rated it."""
    evaluation = evaluate.rate(asked(desk, **given), answers=answers(level), remark="Still dark.")
    flow.catch_up()
    return evaluation


def answers(level: int, **more: int) -> dict[str, list[str]]:
    return {"overall": [str(level)]} | {key: [str(code)] for key, code in more.items()}


def opened(desk: Desk, **given: Any) -> Rectification:
    """A rectification after the worst rating."""
    return rated(desk, 1, **given).rectification


GIVEN: dict[Step, str] = {
    Step.CALL_BACK: "The lamp was out again the same night.",
    Step.VERIFY_TRUE: "Went there after dark: it is out.",
    Step.FIX: "The cable is replaced.",
    Step.VISIT_AGAIN: "It is lit; the citizen is content.",
    Step.PUBLISH: "The cable of the lamp was replaced and it is lit again.",
}


def walked(desk: Desk, *steps: Step, row: Rectification | None = None) -> Rectification:
    """Through these steps, each by somebody who may."""
    row = row or opened(desk)
    for step in steps:
        level = {"level": 4} if step is Step.VISIT_AGAIN else {}
        row = rectify.take(row, step, text=GIVEN.get(step, "Said so."), by=actor(desk, step), **level)
    return row


def actor(desk: Desk, step: Step) -> User:
    if step in (Step.FIX, Step.PUT_ON_LEDGER, Step.EXPLAIN, Step.APPEAL):
        return desk.head
    if step in (Step.UPHOLD, Step.REFUSE, Step.PUBLISH):
        return desk.supervisor
    return desk.dispatcher

"""Closing: an outcome and an answer in words, no open parts, the handling form in the record, the clocks at rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import cases

from openhall.actions import close, follow, handle
from openhall.errors import BadInput, NotAllowed, NotPermitted, Stale
from openhall.models import Clock, Event
from openhall.moment import now
from openhall.rules.clocks import ClockKind

REPLY = cases.REPLY


@pytest.fixture
def case(desk):
    return cases.signed(desk)


def closing(case):
    return Event.objects.get(request=case, kind="request.closed")


def test_closing_keeps_outcome_answer_and_form_and_stops_every_clock(desk, case):
    contacted = now() - timedelta(hours=1)
    close.close(
        case,
        outcome="explained",
        reply=REPLY,
        justified="partly",
        beyond=False,
        contacted_at=contacted,
        unresolved="law",
        by=desk.handler,
    )
    case.refresh_from_db()
    assert (case.state, case.outcome, case.reply, case.is_open) == ("closed", "explained", REPLY, False)
    assert case.due_at is None and not Clock.objects.running().filter(request=case).exists()
    assert {clock.outcome for clock in case.clocks.all()} == {"met"}
    data = closing(case).data
    assert (data["outcome"], data["justified"], data["beyond"], data["unresolved"]) == (
        "explained",
        "partly",
        False,
        "law",
    )
    assert data["contacted_at"] == contacted.isoformat(timespec="minutes") and REPLY not in str(data)
    assert case.messages.latest("pk").kind == "closing"


def test_who_closes_what_nobody_was_given_is_its_handler(desk, case):
    assert close.close(case, outcome="resolved", reply=REPLY, by=desk.handler).handler == desk.handler


def test_a_supervision_order_that_was_not_answered_is_not_met_by_closing(desk, case):
    Clock.objects.begin(case, ClockKind.ANSWER_ORDER, at=now(), office=desk.roads)
    close.close(case, outcome="resolved", reply=REPLY, by=desk.handler)
    assert case.clocks.get(kind=ClockKind.ANSWER_ORDER).outcome == "cancelled"


def test_it_can_be_closed_while_a_question_is_open(desk, case):
    handle.ask(case, text="Which lamp is it?", by=desk.handler)
    assert close.close(case, outcome="resolved", reply=REPLY, by=desk.handler).state == "closed"


@pytest.mark.parametrize("reply", ["", "Done.", "x" * 9000])
def test_an_answer_in_words_is_required(desk, case, reply):
    with pytest.raises(BadInput, match="Final answer"):
        close.close(case, outcome="resolved", reply=reply, by=desk.handler)
    case.refresh_from_db()
    assert case.state == "handling"


def test_a_short_chinese_answer_says_enough(desk, case):
    assert close.close(case, outcome="resolved", reply="路灯已经更换，现在亮了。", by=desk.handler)


@pytest.mark.parametrize("outcome", ["duplicate", "withdrawn", "refused", "screened", "", "fixed"])
def test_a_department_closes_in_four_ways_only(desk, case, outcome):
    with pytest.raises(BadInput, match="Outcome"):
        close.close(case, outcome=outcome, reply=REPLY, by=desk.handler)


@pytest.mark.parametrize(
    "form",
    [{"justified": "maybe"}, {"unresolved": "tired"}, {"unresolved": "law"}, {"contacted_at": "later"}],
)
def test_a_handling_form_that_cannot_be_is_refused(desk, case, form):
    if "contacted_at" in form:
        form = {"contacted_at": now() + timedelta(hours=1)}
    with pytest.raises(BadInput):
        close.close(case, outcome="resolved", reply=REPLY, by=desk.handler, **form)


def test_assisting_parts_come_first_and_those_who_are_missing_are_named(desk):
    case = cases.signed(desk, assisting=[desk.water])
    with pytest.raises(NotAllowed, match="Water must report"):
        close.close(case, outcome="resolved", reply=REPLY, by=desk.handler)
    handle.finish_part(case, report="The pit was pumped dry.", by=desk.water_handler)
    assert close.close(case, outcome="resolved", reply=REPLY, by=desk.handler).state == "closed"


def test_only_the_lead_department_closes_and_only_once(desk):
    case = cases.signed(desk, assisting=[desk.water])
    for person in (desk.water_handler, desk.dispatcher, desk.leader):
        with pytest.raises(NotPermitted):
            close.close(case, outcome="resolved", reply=REPLY, by=person)
    handle.finish_part(case, report="The pit was pumped dry.", by=desk.water_handler)
    with pytest.raises(Stale):
        close.close(case, outcome="resolved", reply=REPLY, by=desk.handler, seen=1)
    close.close(case, outcome="resolved", reply=REPLY, by=desk.handler)
    with pytest.raises(NotAllowed, match="Closed"):
        close.close(case, outcome="resolved", reply=REPLY, by=desk.handler)


def test_a_request_nobody_has_signed_for_is_not_closed(desk):
    with pytest.raises(NotAllowed):
        close.close(cases.sent(desk), outcome="resolved", reply=REPLY, by=desk.handler)


def test_opened_again_it_can_be_closed_again(desk, case):
    from openhall.actions import dispatch

    close.close(case, outcome="resolved", reply=REPLY, by=desk.handler)
    follow.reopen(case, text="It is dark again since last night.")
    dispatch.sign(case, by=desk.handler)
    closed = close.close(case, outcome="unable", reply=REPLY, unresolved="means", by=desk.handler)
    assert closed.outcome == "unable" and case.messages.filter(kind="closing").count() == 2

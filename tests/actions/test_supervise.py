"""Supervision: orders that must be answered, also by rule, and samples that can be drawn again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import cases
from tests.town import person

from openhall import flow
from openhall.actions import close, supervise
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Clock, Event, ServiceRequest, Supervision, record
from openhall.moment import now
from openhall.rules.quality import QUESTIONS

ORDER = "Say by when the lamp will be lit."
ALL_YES = dict.fromkeys(QUESTIONS, True)


def ordered(desk):
    return supervise.order(cases.signed(desk), text=ORDER, by=desk.supervisor)


def closed(desk, count=1):
    return [
        close.close(cases.signed(desk), outcome="resolved", reply=cases.REPLY, by=desk.handler)
        for _n in range(count)
    ]


def today():
    return now().date()


def escalate(case: ServiceRequest, level: int, kind: str = "resolve") -> Event:
    clock = Clock.objects.get(request=case, kind=kind, stopped_at=None)
    return record("clock.escalated", clock, request=case, clock=kind, level=level, due="")


def test_an_order_starts_the_clock_of_its_answer(desk):
    row = ordered(desk)
    clock = Clock.objects.get(request=row.request, kind="answer_order")
    assert (row.office, clock.office, row.due_at) == (desk.roads, desk.roads, clock.due_at)
    with pytest.raises(NotAllowed, match="already"):
        supervise.order(row.request, text=ORDER, by=desk.supervisor)


def test_the_department_answers_and_the_supervisor_settles(desk):
    row = supervise.answer(ordered(desk), text="Tomorrow before dark.", by=desk.head)
    assert not Clock.objects.filter(kind="answer_order", stopped_at=None).exists()
    row = supervise.settle(row, accepted=True, by=desk.supervisor)
    assert row.settled_at
    with pytest.raises(NotAllowed):
        supervise.settle(row, accepted=True, by=desk.supervisor)


def test_an_answer_sent_back_must_come_again(desk):
    row = supervise.answer(ordered(desk), text="Some day soon.", by=desk.handler)
    row = supervise.settle(row, accepted=False, text="Name the day, please.", by=desk.supervisor)
    assert row.answered_at is None and "Name the day" in row.text
    assert Clock.objects.filter(kind="answer_order", stopped_at=None).exists()


def test_only_the_department_ordered_answers(desk):
    row = ordered(desk)
    with pytest.raises(NotPermitted):
        supervise.answer(row, text="Tomorrow before dark.", by=desk.water_head)
    with pytest.raises(NotPermitted):
        supervise.answer(row, text="Tomorrow before dark.", by=desk.supervisor)
    with pytest.raises(BadInput):
        supervise.answer(row, text="Soon", by=desk.head)
    with pytest.raises(NotAllowed, match="No department"):
        supervise.order(cases.received(desk), text=ORDER, by=desk.supervisor)


def test_at_level_two_an_order_goes_out_by_itself_once_for_a_clock(desk):
    case = cases.signed(desk)
    first = escalate(case, 2)
    escalate(case, 3)
    flow.catch_up()
    row = case.supervisions.get(kind="order")
    assert (row.by, row.office, row.text) == (None, desk.roads, "")
    assert Clock.objects.filter(request=case, kind="answer_order", stopped_at=None).exists()
    supervise.settle(
        supervise.answer(row, text="It is done tomorrow.", by=desk.head), accepted=True, by=desk.supervisor
    )
    assert supervise.order_by_rule(first) is None
    assert case.supervisions.filter(kind="order").count() == 1


def test_no_order_by_rule_for_less_another_clock_or_what_is_closed(desk):
    case = cases.signed(desk)
    assert supervise.order_by_rule(escalate(case, 1)) is None
    assert supervise.order_by_rule(escalate(case, 2, "first_contact")) is None
    event = escalate(case, 2)
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    assert supervise.order_by_rule(event) is None
    assert not Supervision.objects.filter(kind="order").exists()


def test_a_sample_can_be_drawn_again_and_is_written_down(desk):
    closed(desk, 6)
    drawn = supervise.sample(first=today(), last=today(), count=3, seed=7, by=desk.supervisor)
    again = supervise.sample(first=today(), last=today(), count=3, seed=7, by=desk.supervisor)
    assert len({row.request_id for row in drawn} | {row.request_id for row in again}) == 6
    event = Event.objects.filter(kind="supervision.sampled").last()
    assert (event.data["seed"], event.data["drawn"], event.data["of"]) == (7, 3, 6)
    with pytest.raises(NotAllowed, match="left to draw"):
        supervise.sample(first=today(), last=today(), count=3, seed=7, by=desk.supervisor)


def test_the_same_seed_draws_the_same(desk):
    rows = closed(desk, 8)
    first = supervise.sample(first=today(), last=today(), count=4, seed=11, by=desk.supervisor)
    Supervision.objects.filter(kind="sample").delete()
    again = supervise.sample(first=today(), last=today(), count=4, seed=11, by=person("sal", "supervisor"))
    assert [row.request_id for row in first] == [row.request_id for row in again]
    assert len(rows) == 8


def test_what_this_person_handled_is_not_drawn(desk):
    mine, other = closed(desk, 2)
    ServiceRequest.objects.filter(pk=mine.pk).update(handler=desk.supervisor)
    drawn = supervise.sample(first=today(), last=today(), count=5, seed=1, by=desk.supervisor)
    assert [row.request_id for row in drawn] == [other.pk]


def test_a_sample_needs_a_period_and_a_number_that_can_be(desk):
    with pytest.raises(BadInput):
        supervise.sample(first=today(), last=today() - timedelta(days=1), count=1, seed=1, by=desk.supervisor)
    with pytest.raises(BadInput):
        supervise.sample(first=today(), last=today(), count=0, seed=1, by=desk.supervisor)
    with pytest.raises(NotPermitted):
        supervise.sample(first=today(), last=today(), count=1, seed=1, by=desk.leader)


def test_the_verdict_follows_from_the_marks_once(desk):
    closed(desk)
    (row,) = supervise.sample(first=today(), last=today(), count=1, seed=1, by=desk.supervisor)
    with pytest.raises(BadInput):
        supervise.check(row, marks={"clear": True}, by=desk.supervisor)
    assert supervise.check(row, marks=ALL_YES, by=desk.supervisor).verdict == "good"
    with pytest.raises(NotAllowed):
        supervise.check(row, marks=ALL_YES, by=desk.supervisor)

"""What follows a bad rating."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests import cases, rated
from tests.rated import answers, opened, walked

from openhall import flow
from openhall.actions import decide, evaluate, rectify
from openhall.errors import BadInput, NotAllowed, NotPermitted, Stale
from openhall.models import Assignment, Clock, Event, Message, Rectification
from openhall.moment import at, now
from openhall.rules.rectification import State, Step


@pytest.mark.parametrize(("level", "count"), [(1, 1), (2, 1), (3, 0), (5, 0)])
def test_the_two_lowest_levels_open_one(desk, level, count):
    rated.rated(desk, level)
    assert Rectification.objects.count() == count


def test_it_has_two_clocks_and_is_due_in_fifteen_working_days(desk):
    row = opened(desk)
    clocks = {clock.kind: clock for clock in Clock.objects.running().filter(request=row.request)}
    assert set(clocks) == {"call_back", "rectify"}
    day = 8 * 60
    assert clocks["call_back"].allowed <= 2 * day and clocks["rectify"].due_at == row.due_at
    assert clocks["rectify"].office == desk.roads


def test_a_rating_raised_before_the_call_ends_it(desk):
    row = opened(desk)
    evaluate.rate(row.evaluation, answers=answers(4))
    flow.catch_up()
    row.refresh_from_db()
    assert row.state == State.LAPSED and row.finished_at
    assert not Clock.objects.running().filter(request=row.request).exists()


def test_a_rating_lowered_again_opens_it_again(desk):
    row = opened(desk)
    for level in (4, 2):
        evaluate.rate(row.evaluation, answers=answers(level))
        flow.catch_up()
    row.refresh_from_db()
    assert row.state == State.OPENED and row.finished_at is None


def test_a_rating_raised_after_the_call_leaves_it_open(desk):
    row = walked(desk, Step.CALL_BACK)
    evaluate.rate(row.evaluation, answers=answers(4))
    flow.catch_up()
    row.refresh_from_db()
    assert row.state == State.CALLED_BACK


def test_the_whole_way_from_the_call_to_the_public(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE, Step.FIX, Step.VISIT_AGAIN, Step.PUBLISH)
    assert row.state == State.PUBLISHED and row.finished_at and row.verified and row.remedy == "fix"
    assert row.level_after == 4 and row.evaluation.level == 1  # the first rating stays
    kinds = list(Event.objects.filter(kind__startswith="rectification").values_list("kind", flat=True))
    assert [kind.split(".")[1] for kind in reversed(kinds)] == [
        "opened", "called_back", "verified", "fixing", "visited", "published"
    ]  # fmt: skip
    assert not Clock.objects.running().filter(request=row.request).exists()


def test_on_the_ledger_it_is_due_on_the_day_of_the_plan(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE)
    day = timezone.localdate() + timedelta(days=60)
    row = rectify.take(row, Step.PUT_ON_LEDGER, text="New cable in March", deadline=day, by=desk.handler)
    assert timezone.localdate(row.due_at) == day == row.plan_due_on and row.plan == "New cable in March"
    assert not Clock.objects.running().filter(request=row.request).exists()


def test_the_ledger_needs_a_day_and_an_explanation_its_ground(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE)
    with pytest.raises(BadInput):
        rectify.take(row, Step.PUT_ON_LEDGER, text="Some day", by=desk.head)
    with pytest.raises(BadInput):
        rectify.take(row, Step.EXPLAIN, text="The law allows no more.", by=desk.head)
    assert not Message.objects.filter(kind="reply").exists()


def test_an_explanation_reaches_the_citizen(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_NOT_TRUE)
    text = "Lamps off the public road are not ours to light."
    row = rectify.take(row, Step.EXPLAIN, text=text, ground=desk.responsibility, by=desk.head)
    assert row.ground == desk.responsibility
    assert row.request.messages.public().filter(kind="reply", text=text).exists()


def test_a_mistaken_rating_no_longer_counts(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_NOT_TRUE, Step.APPEAL, Step.UPHOLD)
    row.evaluation.response.refresh_from_db()
    assert row.appeal_upheld is True and row.evaluation.response.void == "other"


def test_nobody_judges_the_appeal_of_a_rating_they_verified(desk):
    row = walked(desk, Step.CALL_BACK)
    row = rectify.take(row, Step.VERIFY_NOT_TRUE, text="Asked the neighbours", by=desk.supervisor)
    row = walked(desk, Step.APPEAL, row=row)
    with pytest.raises(NotAllowed):
        rectify.take(row, Step.UPHOLD, text="It is lit", by=desk.supervisor)


def test_the_department_neither_calls_back_nor_judges(desk):
    row = opened(desk)
    for who in (desk.handler, desk.head, desk.water_head):
        with pytest.raises(NotPermitted):
            rectify.take(row, Step.CALL_BACK, text="All is well", by=who)


def test_a_dispatcher_does_not_call_back_about_the_own_answer(desk):
    case = cases.received(desk)
    decide.refuse(case, ground=desk.ambulance, reply="Please dial 120, the ambulance.", by=desk.dispatcher)
    flow.catch_up()
    evaluate.rate(case.evaluations.get(), answers=answers(1))
    flow.catch_up()
    row = Rectification.objects.get()
    with pytest.raises(NotAllowed):
        rectify.take(row, Step.CALL_BACK, text="All is well", by=desk.dispatcher)
    row = rectify.take(row, Step.CALL_BACK, text="Did not know where to turn", by=desk.supervisor)
    row = rectify.take(row, Step.VERIFY_TRUE, text="The answer names no one", by=desk.supervisor)
    row = rectify.take(row, Step.FIX, text="Rang with the right number", by=desk.dispatcher)
    assert row.state == State.FIXING


def test_an_assisting_department_puts_nothing_right_in_place_of_the_one_rated(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE)
    Assignment.objects.create(request=row.request, office=desk.water, part="assisting", sent_at=now())
    with pytest.raises(NotPermitted):
        rectify.take(row, Step.FIX, text="Done by us", by=desk.water_head)


def test_of_two_at_once_the_second_is_told(desk):
    row = opened(desk)
    row.request.refresh_from_db()
    seen = row.request.edition
    rectify.take(row, Step.NOT_REACHED, by=desk.dispatcher, seen=seen)
    with pytest.raises(Stale):
        rectify.take(row, Step.CALL_BACK, text="Spoke to them", by=desk.supervisor, seen=seen)


def test_after_three_calls_it_goes_on_without_the_citizen(desk):
    row = walked(desk, Step.NOT_REACHED, Step.NOT_REACHED)
    with pytest.raises(NotAllowed):
        rectify.take(row, Step.GO_ON, by=desk.dispatcher)
    row = walked(desk, Step.NOT_REACHED, Step.GO_ON, row=row)
    assert row.state == State.CALLED_BACK


def test_a_second_bad_rating_takes_it_up_again_with_a_new_deadline(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE, Step.FIX)
    with at(now() + timedelta(days=3)):
        row = rectify.take(row, Step.VISIT_AGAIN, text="Out again", level=2, by=desk.dispatcher)
        before = row.due_at
        row = rectify.take(row, Step.TAKE_UP_AGAIN, by=desk.dispatcher)
    assert row.state == State.TAKEN_UP and row.due_at > before


def test_what_is_published_names_nobody(desk):
    row = walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE, Step.FIX, Step.VISIT_AGAIN)
    for text in ("We put it right for Li Ming.", "Ask on 0123 456789.", "li@example.org was told."):
        with pytest.raises(BadInput):
            rectify.take(row, Step.PUBLISH, text=text, by=desk.supervisor)


def test_nobody_lets_it_lapse_by_hand(desk):
    with pytest.raises(NotPermitted):
        rectify.take(opened(desk), Step.LAPSE, by=desk.supervisor)


def test_words_are_in_no_event(desk):
    walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE, Step.FIX)
    told = str([event.data for event in Event.objects.all()])
    assert "lamp" not in told and "cable" not in told and "digest" in told

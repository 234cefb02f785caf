"""The recorded decision: what it must cite, what the citizen is told, what is refused to the person who decides."""

from __future__ import annotations

import pytest
from tests.cases import REPLY, accepted, received, report, returned, sent

from openhall.actions import decide
from openhall.errors import BadInput, NotAllowed, NotPermitted, Stale
from openhall.models import Ask, Decision, Event, Message, ServiceRequest
from openhall.rules.clocks import ClockKind

WHOSE = "This is a medical emergency. Please dial 120 at once; the ambulance comes to you."


def last(kind: str) -> Event:
    return Event.objects.filter(kind=kind).order_by("pk").last()


def test_what_is_ours_is_taken_on_with_its_ground(desk):
    case = decide.accept(
        received(desk),
        ground=desk.responsibility,
        level="personal",
        resources=["crew", "interpreter"],
        by=desk.dispatcher,
    )
    decision = Decision.objects.get()
    assert case.state == "accepted" and decision.accepted and decision.ground == desk.responsibility
    assert (decision.scope, decision.eligible, decision.level) == ("in", "yes", "personal")
    assert decision.resources == "crew,interpreter" and decision.by == desk.dispatcher
    assert last("request.accepted").data["item"] == "R-1"


def test_resources_may_be_given_as_words(desk):
    decide.accept(received(desk), ground=desk.power, resources="money, crew", by=desk.dispatcher)
    assert Decision.objects.get().resources == "crew,money"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"level": "royal"}, "royal"),
        ({"eligible": "perhaps"}, "perhaps"),
        ({"resources": ["magic"]}, "magic"),
        ({"eligible": "unknown"}, "what still has to be shown"),
        ({"eligible": "no"}, "negative list"),
    ],
)
def test_a_decision_that_says_too_little_is_not_recorded(desk, wrong, says):
    with pytest.raises(BadInput, match=says):
        decide.accept(received(desk), ground=desk.power, by=desk.dispatcher, **wrong)
    assert not Decision.objects.exists() and ServiceRequest.objects.get().edition == 1


def test_what_we_take_on_cannot_rest_on_the_negative_list(desk):
    with pytest.raises(BadInput, match="power or the responsibility list"):
        decide.accept(received(desk), ground=desk.ambulance, by=desk.dispatcher)


def test_an_item_out_of_force_is_no_ground(desk):
    desk.power.active = False
    desk.power.save()
    with pytest.raises(NotAllowed, match="P-1"):
        decide.accept(received(desk), ground=desk.power, by=desk.dispatcher)


def test_what_is_not_ours_is_refused_and_the_citizen_learns_whose_it_is(desk):
    case = decide.refuse(received(desk), ground=desk.ambulance, reply=WHOSE, by=desk.dispatcher)
    decision = Decision.objects.get()
    assert (case.state, case.outcome, case.reply) == ("closed", "not_responsible", WHOSE)
    assert not decision.accepted and decision.scope == "out" and decision.refer_to == "Ambulance, 120"
    message = Message.objects.get()
    assert message.kind == "closing" and message.text == WHOSE and message.office == desk.centre
    assert WHOSE not in str(last("request.refused").data)
    assert {clock.kind: clock.outcome for clock in case.clocks.all()} == {
        ClockKind.FIRST_CONTACT: "met",
        ClockKind.RESOLVE: "met",
    }


def test_ours_but_not_to_be_had_is_refused_without_sending_anybody_elsewhere(desk):
    desk.court.refer_to = {}
    desk.court.save()
    case = decide.refuse(received(desk), ground=desk.court, reply=WHOSE, by=desk.dispatcher)
    assert case.outcome == "refused" and Decision.objects.get().eligible == "no"


def test_the_dispatcher_may_name_another_body(desk):
    decide.refuse(
        received(desk), ground=desk.ambulance, reply=WHOSE, refer_to="Red Cross", by=desk.dispatcher
    )
    assert Decision.objects.get().refer_to == "Red Cross"


def test_a_refusal_cites_the_negative_list_and_answers_in_words(desk):
    with pytest.raises(BadInput, match="negative list"):
        decide.refuse(received(desk), ground=desk.power, reply=WHOSE, by=desk.dispatcher)
    with pytest.raises(BadInput, match="Reply"):
        decide.refuse(received(desk), ground=desk.ambulance, reply="Not ours.", by=desk.dispatcher)
    assert not Message.objects.exists() and not Decision.objects.exists()


def test_what_a_department_returned_may_be_refused_and_leaves_it(desk):
    case = decide.refuse(returned(desk), ground=desk.ambulance, reply=WHOSE, by=desk.dispatcher)
    assert case.lead is None and not case.assignments.filter(ended_at=None).exists()
    ask = Ask.objects.get()
    assert ask.state == "granted" and ask.decided_by == desk.dispatcher
    assert not case.clocks.filter(stopped_at=None).exists()


def test_an_answer_at_once_closes_it_where_it_came_in(desk):
    case = received(desk)
    case.entered_at_office = desk.clerk.office
    case.save()
    case = decide.settle(case, ground=desk.power, outcome="explained", reply=REPLY, by=desk.clerk)
    assert (case.state, case.outcome, case.reply, case.handler) == ("closed", "explained", REPLY, desk.clerk)
    assert Decision.objects.get().level == "fast" and Message.objects.get().office == desk.clerk.office


def test_what_was_accepted_may_still_be_answered_at_once(desk):
    case = decide.settle(
        accepted(desk), ground=desk.power, outcome="resolved", reply=REPLY, by=desk.dispatcher
    )
    assert case.outcome == "resolved" and Decision.objects.count() == 2


@pytest.mark.parametrize(
    "outcome", ["refused", "not_responsible", "duplicate", "withdrawn", "screened", "", "x"]
)
def test_an_answer_at_once_is_no_way_around_the_lists(desk, outcome):
    with pytest.raises(BadInput, match="Outcome"):
        decide.settle(received(desk), ground=desk.power, outcome=outcome, reply=REPLY, by=desk.dispatcher)


def test_a_department_that_has_it_is_not_bypassed(desk):
    case = sent(desk)
    for act in (
        lambda: decide.accept(case, ground=desk.power, by=desk.dispatcher),
        lambda: decide.refuse(case, ground=desk.ambulance, reply=WHOSE, by=desk.dispatcher),
        lambda: decide.settle(case, ground=desk.power, outcome="resolved", reply=REPLY, by=desk.dispatcher),
    ):
        with pytest.raises(NotAllowed, match="Dispatched"):
            act()


def test_only_the_centre_decides(desk):
    case = received(desk)
    for person in (desk.clerk, desk.handler, desk.head, desk.supervisor, desk.leader, desk.administrator):
        with pytest.raises(NotPermitted):
            decide.accept(case, ground=desk.power, by=person)
        with pytest.raises(NotPermitted):
            decide.refuse(case, ground=desk.ambulance, reply=WHOSE, by=person)
        with pytest.raises(NotPermitted):
            decide.settle(case, ground=desk.power, outcome="resolved", reply=REPLY, by=person)


def test_nobody_of_the_accused_department_decides_a_report(desk):
    case = report(desk, accused=desk.centre)
    with pytest.raises(NotPermitted):
        decide.accept(case, ground=desk.power, by=desk.dispatcher)


def test_who_read_an_older_edition_decides_nothing(desk):
    case = received(desk)
    decide.accept(case, ground=desk.power, by=desk.dispatcher, seen=1)
    with pytest.raises(Stale):
        decide.refuse(case, ground=desk.ambulance, reply=WHOSE, by=desk.dispatcher, seen=1)

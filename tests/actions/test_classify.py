"""Classifying, joining and listing a request: what the rules suggest, what needs a reason, what can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.cases import LI, received, report, sent, signed

from openhall import moment
from openhall.actions import classify, offices
from openhall.actions.arbitrate import ask_extension, decide_extension
from openhall.errors import BadInput, NotAllowed, NotPermitted, Stale
from openhall.models import Ask, Clock, Event, SearchDocument, ServiceRequest
from openhall.reads import suggestions
from openhall.rules.clocks import ClockKind

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def as_it_is(case: ServiceRequest, **changed):
    return {
        "demand": case.demand,
        "service": case.service,
        "area": case.area,
        "urgency": case.urgency,
        "groups": case.groups,
        **changed,
    }


def last(kind: str) -> Event:
    return Event.objects.filter(kind=kind).order_by("pk").last()


def test_the_dispatcher_says_what_it_is(desk):
    case = received(desk, service=None, area=None, demand="enquiry")
    case = classify.classify(
        case,
        demand="complaint",
        service=desk.pipe,
        area=desk.harbour,
        urgency=None,
        groups=["elderly", "deaf", "deaf"],
        by=desk.dispatcher,
    )
    case.refresh_from_db()
    assert (case.demand, case.service, case.area, case.groups) == (
        "complaint",
        desk.pipe,
        desk.harbour,
        ["deaf", "elderly"],
    )
    event = last("request.classified")
    assert event.data["before"]["demand"] == "enquiry" and event.data["edition"] == case.edition == 2


def test_left_to_the_rules_the_urgency_says_which_rule_gave_it_in_both_languages(desk):
    case = received(desk, text="There is a gas smell in the stairs of the school.")
    case = classify.classify(case, **as_it_is(case, urgency=None), by=desk.dispatcher)
    assert case.urgency == 1 and case.urgency_why["reason"] == ""
    assert "gas smell" in case.urgency_why["said"]["en"] and set(case.urgency_why["said"]) == {"en", "zh"}


def test_another_urgency_needs_a_reason_and_keeps_both(desk):
    case = received(desk)
    with pytest.raises(BadInput) as caught:
        classify.classify(case, **as_it_is(case, urgency=1), by=desk.dispatcher)
    assert "Reason for the urgency" in str(caught.value)
    assert ServiceRequest.objects.get().urgency == 3 and not last("request.classified")
    case = classify.classify(
        case, **as_it_is(case, urgency=1), reason="The cable hangs low.", by=desk.dispatcher
    )
    assert case.urgency == 1
    assert case.urgency_why["suggested"] == 3 and case.urgency_why["reason"] == "The cable hangs low."
    assert "cable" not in str(last("request.classified").data)


def test_an_urgency_staff_gave_stays_without_a_new_reason(desk):
    case = received(desk)
    case = classify.classify(
        case, **as_it_is(case, urgency=1), reason="The cable hangs low.", by=desk.dispatcher
    )
    case = classify.classify(case, **as_it_is(case, area=desk.harbour), by=desk.dispatcher)
    assert case.urgency == 1 and case.urgency_why["reason"] == "The cable hangs low."
    case = classify.classify(case, **as_it_is(case, urgency=None), by=desk.dispatcher)
    assert case.urgency == 3 and case.urgency_why["reason"] == ""


def test_a_new_urgency_moves_the_deadlines_and_the_event_says_from_where(desk):
    with moment.at(MONDAY):
        case = received(desk)
        old = Clock.objects.get(kind=ClockKind.RESOLVE).due_at
        case = classify.classify(case, **as_it_is(case, urgency=1), reason="Dark.", by=desk.dispatcher)
    new = Clock.objects.get(kind=ClockKind.RESOLVE).due_at
    assert old - new == timedelta(days=6)  # five working days became one, and a weekend lies between
    data = last("request.classified").data
    assert data["old_due"]["resolve"] == old.isoformat() and data["new_due"]["resolve"] == new.isoformat()
    assert case.due_at == min(Clock.objects.values_list("due_at", flat=True))


def test_what_was_granted_in_an_extension_stays_granted(desk):
    with moment.at(MONDAY):
        case = ask_extension(signed(desk), days=3, reason="Parts.", by=desk.handler)
        case = decide_extension(case, granted=True, answer="The part comes on Friday.", by=desk.dispatcher)
        classify.classify(case, **as_it_is(case, urgency=1), reason="Dark.", by=desk.dispatcher)
    assert Clock.objects.get(kind=ClockKind.RESOLVE).allowed == (1 + 3) * 480


def test_a_report_of_wrongdoing_closes_whoever_calls_it_so(desk):
    case = received(desk)
    assert SearchDocument.objects.filter(kind="request").exists()
    case = classify.classify(case, **as_it_is(case, demand="report"), accused=desk.roads, by=desk.dispatcher)
    assert case.confidential and not case.listed and case.accused == desk.roads
    assert not SearchDocument.objects.filter(kind="request").exists()
    assert not desk.handler.may("request.view", case) and not desk.clerk.may("request.view", case)


def test_only_a_dispatcher_opens_a_report_to_others(desk):
    case = report(desk, party=LI)
    case.entered_by, case.entered_at_office = desk.clerk, desk.clerk.office
    case.save()
    with pytest.raises(NotAllowed):
        classify.classify(case, **as_it_is(case, demand="complaint"), by=desk.clerk)
    case = classify.classify(case, **as_it_is(case, demand="complaint"), by=desk.dispatcher)
    assert not case.confidential and not case.listed and case.accused is None
    assert SearchDocument.objects.filter(kind="request", object_id=case.pk).exists()


def test_a_department_that_has_the_request_cannot_be_accused_unnoticed(desk):
    case = sent(desk)
    with pytest.raises(BadInput, match="Roads has this request now"):
        classify.classify(case, **as_it_is(case, demand="report"), accused=desk.roads, by=desk.dispatcher)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"demand": "wish"}, "Class"),
        ({"demand": ""}, "Class"),
        ({"urgency": 6}, "Urgency"),
        ({"groups": ["martian"]}, "Special situation"),
    ],
)
def test_what_cannot_be_is_named(desk, wrong, place):
    case = received(desk)
    with pytest.raises(BadInput) as caught:
        classify.classify(case, **as_it_is(case, **wrong), by=desk.dispatcher)
    assert str(caught.value.problems[0]).startswith(place)


def test_only_a_report_names_a_department_and_only_the_catalogue_a_service(desk):
    case = received(desk)
    desk.pipe.active = False
    desk.pipe.save()
    with pytest.raises(BadInput) as caught:
        classify.classify(case, **as_it_is(case, service=desk.pipe), accused=desk.roads, by=desk.dispatcher)
    assert len(caught.value.problems) == 2


def test_who_may_classify(desk):
    case = received(desk)
    for person in (desk.handler, desk.head, desk.supervisor, desk.auditor, desk.leader, desk.administrator):
        with pytest.raises(NotPermitted):
            classify.classify(case, **as_it_is(case), by=person)
    with pytest.raises(NotPermitted):  # a clerk only what came in at the own window
        classify.classify(case, **as_it_is(case), by=desk.clerk)
    case.entered_at_office = desk.clerk.office
    case.save()
    classify.classify(case, **as_it_is(case), by=desk.clerk)


def test_who_read_an_older_edition_is_told(desk):
    case = received(desk)
    classify.classify(case, **as_it_is(case), by=desk.dispatcher, seen=1)
    with pytest.raises(Stale):
        classify.classify(case, **as_it_is(case), by=desk.dispatcher, seen=1)
    assert Event.objects.filter(kind="request.classified").count() == 1


# --- joining ------------------------------------------------------------------------------------------------------


def test_a_duplicate_is_closed_as_such_and_its_clocks_are_called_off(desk):
    first, second = received(desk), received(desk)
    second = classify.merge(second, into=first, by=desk.dispatcher)
    assert (second.state, second.outcome, second.duplicate_of, second.due_at) == (
        "closed",
        "duplicate",
        first,
        None,
    )
    assert set(second.clocks.values_list("outcome", flat=True)) == {"cancelled"}
    first.refresh_from_db()
    assert first.edition == 1  # joining moves nothing of the other
    assert last("request.merged").data["number"] == first.number


def test_parting_opens_it_again_and_its_clocks_go_on(desk):
    with moment.at(MONDAY):
        first, second = received(desk), received(desk)
    with moment.at(MONDAY + timedelta(hours=2)):
        classify.merge(second, into=first, by=desk.dispatcher)
    with moment.at(MONDAY + timedelta(days=1, hours=2)):
        second = classify.unmerge(second, reason="Another lamp.", by=desk.dispatcher)
    assert second.is_open and second.state == "received" and second.outcome == ""
    assert second.duplicate_of is None and second.closed_at is None and second.due_at
    resolve = second.clocks.get(kind=ClockKind.RESOLVE)
    assert resolve.used == 120 and resolve.outcome == ""
    assert resolve.due_at == first.clocks.get(kind=ClockKind.RESOLVE).due_at + timedelta(days=1)


def test_one_that_was_with_a_department_goes_back_there(desk):
    first, second = received(desk), signed(desk)
    classify.merge(second, into=first, by=desk.dispatcher)
    second = classify.unmerge(second, reason="Another lamp.", by=desk.dispatcher)
    assert second.state == "dispatched"
    assert second.clocks.filter(kind=ClockKind.SIGN_FOR, stopped_at=None, office=desk.roads).count() == 1


def test_one_that_was_signed_for_is_signed_for_anew(desk):
    first, second = received(desk), signed(desk)
    classify.merge(second, into=first, by=desk.dispatcher)
    second = classify.unmerge(second, reason="Another lamp.", by=desk.dispatcher)
    sending = second.assignments.get(ended_at=None)
    assert sending.signed_at is None and sending.signed_by is None


def test_one_whose_department_has_ended_meanwhile_is_with_the_centre(desk):
    first, second = received(desk), signed(desk, assisting=[desk.water])
    classify.merge(second, into=first, by=desk.dispatcher)
    offices.merge([desk.roads, desk.water], into=desk.licensing, by=desk.administrator)
    second.refresh_from_db()
    second = classify.unmerge(second, reason="Another lamp.", by=desk.dispatcher)
    assert (second.state, second.lead, second.handler) == ("received", None, None)
    assert not second.assignments.filter(ended_at=None).exists()
    assert not second.clocks.filter(kind=ClockKind.SIGN_FOR, stopped_at=None).exists() and second.due_at


def test_joining_to_a_joined_one_leads_to_the_one_that_stands_for_all(desk):
    first, second, third = received(desk), received(desk), received(desk)
    classify.merge(second, into=first, by=desk.dispatcher)
    assert classify.merge(third, into=second, by=desk.dispatcher).duplicate_of == first


def test_there_is_no_joining_in_circles(desk):
    first, second = received(desk), received(desk)
    classify.merge(second, into=first, by=desk.dispatcher)
    for into in (first, second):
        with pytest.raises(NotAllowed, match="cannot be joined to itself"):
            classify.merge(first, into=into, by=desk.dispatcher)


def test_a_report_is_only_joined_to_a_report_about_the_same_department(desk):
    case, secret, other = received(desk), report(desk), report(desk, accused=desk.water)
    for mine, into in ((case, secret), (secret, case), (secret, other)):
        with pytest.raises(NotAllowed):
            classify.merge(mine, into=into, by=desk.dispatcher)
    assert classify.merge(secret, into=report(desk), by=desk.dispatcher).outcome == "duplicate"


def test_nobody_joins_to_what_they_may_not_see(desk):
    desk.dispatcher.office = desk.roads
    desk.dispatcher.save()
    with pytest.raises(NotPermitted):
        classify.merge(received(desk), into=report(desk), by=desk.dispatcher)


def test_joining_calls_off_what_a_department_asked(desk):
    case = ask_extension(signed(desk), days=2, reason="Parts.", by=desk.handler)
    classify.merge(case, into=received(desk), by=desk.dispatcher)
    assert Ask.objects.get().state == "refused" and Ask.objects.get().decided_by is None


def test_parting_needs_a_joined_one_and_a_reason(desk):
    first, second = received(desk), received(desk)
    with pytest.raises(NotAllowed):
        classify.unmerge(first, reason="Another lamp.", by=desk.dispatcher)
    classify.merge(second, into=first, by=desk.dispatcher)
    with pytest.raises(BadInput):
        classify.unmerge(second, reason=" ", by=desk.dispatcher)


def test_only_the_centre_joins_and_parts(desk):
    first, second = received(desk), received(desk)
    for person in (desk.clerk, desk.handler, desk.supervisor):
        with pytest.raises(NotPermitted):
            classify.merge(second, into=first, by=person)
        with pytest.raises(NotPermitted):
            classify.unmerge(second, reason="Another.", by=person)


# --- the register -------------------------------------------------------------------------------------------------


def test_a_request_leaves_the_register_and_comes_back(desk):
    case = classify.publish(received(desk), listed=False, reason="Names a neighbour.", by=desk.supervisor)
    assert not case.listed
    assert classify.publish(case, listed=True, by=desk.dispatcher).listed
    assert [event.data["listed"] for event in Event.objects.filter(kind="request.listed").order_by("pk")] == [
        False,
        True,
    ]


def test_a_report_is_never_listed_and_nothing_is_listed_twice(desk):
    with pytest.raises(NotAllowed):
        classify.publish(report(desk), listed=True, by=desk.dispatcher)
    with pytest.raises(NotAllowed):
        classify.publish(received(desk), listed=True, by=desk.dispatcher)
    with pytest.raises(NotPermitted):
        classify.publish(received(desk), listed=False, by=desk.handler)


# --- suggestions --------------------------------------------------------------------------------------------------


def test_the_service_is_suggested_from_its_key_words(desk):
    case = received(desk, service=None, text="水管爆裂，水流了一地", language="zh", demand="help")
    found = suggestions.service(case)
    assert found.value == desk.pipe and "水管爆裂" in found.say()
    assert suggestions.service(received(desk, service=None, text="A street light and a burst pipe.")) is None


def test_the_area_is_suggested_from_the_place(desk):
    case = received(desk, area=None, place="Harbour, gate 3", text="Near the Old Town the light is out.")
    assert suggestions.area(case).value == desk.harbour


def test_asked_for_the_third_time_at_the_same_place_it_is_more_urgent(desk):
    for _ in range(3):
        received(desk, party=None)
    case = received(desk, party=None)
    found = suggestions.urgency_of(case)
    assert found.value == 2 and "again" in found.say()
    elsewhere = received(desk, party=None, place="Town hall")
    assert suggestions.urgency_of(elsewhere).value == 3


def test_likely_repeats_say_what_they_have_in_common(desk):
    first, second, other = (
        received(desk),
        received(desk),
        received(
            desk,
            party=None,
            service=desk.permit,
            area=desk.harbour,
            place="",
            text="I want a permit for a stall.",
        ),
    )
    found = suggestions.repeated(second, desk.dispatcher)
    assert [one.request for one in found] == [first]
    said = [str(reason) for reason in found[0].why]
    assert "The same person." in said and "The same place." in said and any("street" in one for one in said)
    assert suggestions.repeated(other, desk.dispatcher) == []


def test_a_report_never_shows_as_a_likely_repeat_of_an_open_request(desk):
    secret = report(desk, party=LI, accused=None)
    case = received(desk, text=secret.text, demand="complaint")
    assert suggestions.repeated(case, desk.dispatcher) == []

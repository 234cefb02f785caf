"""Sending, signing, returning, arbitrating, transferring, extending: who, when, how often, and what the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.cases import accepted, received, report, returned, sent, signed
from tests.town import build_desk, build_town, person

from openhall import moment
from openhall.actions import decide, dispatch
from openhall.errors import BadInput, NotAllowed, NotPermitted, Stale
from openhall.models import Ask, Assignment, Clock, Event, ServiceRequest, Supervision
from openhall.reads import suggestions
from openhall.rules.clocks import ClockKind
from openhall.rules.suggestion import Reason

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WHY = "The lamp belongs to the pumping station."


def last(kind: str) -> Event:
    return Event.objects.filter(kind=kind).order_by("pk").last()


def open_sendings(case: ServiceRequest) -> dict[str, str]:
    rows = Assignment.objects.filter(request=case, ended_at=None).select_related("office")
    return {row.office.code: row.part for row in rows}


def signing(case: ServiceRequest) -> set[int]:
    """The offices whose clock to sign runs."""
    return set(case.clocks.filter(kind=ClockKind.SIGN_FOR, stopped_at=None).values_list("office", flat=True))


# --- sending ------------------------------------------------------------------------------------------------------


def test_a_request_goes_to_a_lead_and_to_those_that_assist(desk):
    case = dispatch.dispatch(
        accepted(desk),
        lead=desk.roads,
        assisting=[desk.water, desk.roads, desk.water],
        handler=desk.handler,
        instruction="Bring a ladder.",
        why=[Reason("It serves {area}.", {"area": desk.old_town.name}), "They know the place."],
        by=desk.dispatcher,
    )
    assert case.state == "dispatched" and case.lead == desk.roads and case.handler == desk.handler
    assert open_sendings(case) == {"roads": "lead", "water": "assisting"}
    assert signing(case) == {desk.roads.pk, desk.water.pk}
    lead = case.assignments.get(part="lead")
    assert lead.instruction == "Bring a ladder." and lead.handler == desk.handler
    assert lead.why[0]["en"] == "It serves Old Town." and lead.why[1] == "They know the place."
    assert "ladder" not in str(last("request.dispatched").data)


def test_the_readiness_is_looked_at_and_kept(desk):
    dispatch.dispatch(
        accepted(desk, place="", party=None, text="Light out"), lead=desk.roads, by=desk.dispatcher
    )
    look = Supervision.objects.get()
    assert look.kind == "readiness" and look.by is None and look.settled_at and look.office == desk.roads
    assert look.marks == {"text": False, "class": True, "service": True, "place": False, "ground": True}
    assert look.verdict == "poor" and last("request.dispatched").data["missing"] == ["text", "place"]


def test_what_nobody_decided_cannot_be_sent(desk):
    with pytest.raises(NotAllowed, match="Received"):
        dispatch.dispatch(received(desk), lead=desk.roads, by=desk.dispatcher)


def test_a_hall_and_a_department_that_ended_get_nothing(desk):
    case = accepted(desk)
    desk.roads.ended_on = date(2026, 1, 1)
    desk.roads.save()
    with pytest.raises(NotAllowed, match="Roads has ended"):
        dispatch.dispatch(case, lead=desk.roads, by=desk.dispatcher)
    desk.roads.successors.add(desk.water)
    with pytest.raises(NotAllowed, match="its work is done by Water"):
        dispatch.dispatch(case, lead=desk.water, assisting=[desk.roads], by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="service hall"):
        dispatch.dispatch(case, lead=desk.town.north, by=desk.dispatcher)
    assert not Assignment.objects.exists()


def test_a_report_never_reaches_the_department_it_accuses_nor_its_heirs(desk):
    case = accepted(desk, report(desk))
    desk.roads.successors.add(desk.licensing)
    for lead, assisting in ((desk.roads, []), (desk.water, [desk.roads]), (desk.licensing, [])):
        with pytest.raises(NotAllowed, match="accuses"):
            dispatch.dispatch(case, lead=lead, assisting=assisting, by=desk.dispatcher)
    case = dispatch.dispatch(case, lead=desk.water, by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="accuses"):
        dispatch.transfer(case, office=desk.roads, reason=WHY, by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="accuses"):
        dispatch.add_assisting(case, office=desk.roads, instruction="Help", by=desk.dispatcher)
    case = dispatch.sign(case, by=desk.water_handler)
    with pytest.raises(NotAllowed, match="accuses"):
        dispatch.give_back(case, reason=WHY, suggests=desk.roads, by=desk.water_handler)


def test_a_person_is_of_the_lead_department_and_there(desk):
    case = accepted(desk)
    for handler, says in ((desk.water_handler, "does not handle"), (desk.dispatcher, "does not handle")):
        with pytest.raises(NotAllowed, match=says):
            dispatch.dispatch(case, lead=desk.roads, handler=handler, by=desk.dispatcher)
    desk.handler.absent_until = date(2100, 1, 1)
    with pytest.raises(NotAllowed, match="away until 2100-01-01"):
        dispatch.dispatch(case, lead=desk.roads, handler=desk.handler, by=desk.dispatcher)


def test_only_the_centre_sends(desk):
    case = accepted(desk)
    for somebody in (desk.clerk, desk.handler, desk.head, desk.supervisor, desk.leader, desk.administrator):
        with pytest.raises(NotPermitted):
            dispatch.dispatch(case, lead=desk.roads, by=somebody)


# --- signing and assigning ----------------------------------------------------------------------------------------


def test_the_leads_signature_begins_the_work(desk):
    case = sent(desk, assisting=[desk.water])
    case = dispatch.sign(case, by=desk.handler)
    assert case.state == "handling" and signing(case) == {desk.water.pk}
    assert case.assignments.get(office=desk.roads).signed_by == desk.handler
    assert case.clocks.get(kind=ClockKind.SIGN_FOR, office=desk.roads).outcome == "met"


def test_an_assisting_department_signs_for_its_part(desk):
    case = dispatch.sign(sent(desk, assisting=[desk.water]), by=desk.water_head)
    assert case.state == "dispatched" and signing(case) == {desk.roads.pk}
    with pytest.raises(NotAllowed, match="signed for this request already"):
        dispatch.sign(case, by=desk.water_handler)


def test_nobody_signs_for_another_department_or_twice(desk):
    case = sent(desk)
    for somebody in (desk.water_handler, desk.dispatcher, desk.supervisor, desk.clerk):
        with pytest.raises(NotPermitted):
            dispatch.sign(case, by=somebody)
    case = dispatch.sign(case, by=desk.handler)
    with pytest.raises(NotAllowed, match="Being handled"):
        dispatch.sign(case, by=desk.head)


def test_the_head_gives_it_to_one_of_the_own_people(desk):
    case = signed(desk, assisting=[desk.water])
    case = dispatch.assign(case, handler=desk.handler, by=desk.head)
    assert case.handler == desk.handler
    case = dispatch.assign(case, handler=desk.water_handler, by=desk.water_head)
    assert case.handler == desk.handler  # the lead's person stays the request's
    assert case.assignments.get(office=desk.water).handler == desk.water_handler
    with pytest.raises(NotAllowed, match="has this request already"):
        dispatch.assign(case, handler=desk.handler, by=desk.head)
    with pytest.raises(NotAllowed, match="does not handle"):
        dispatch.assign(case, handler=desk.water_handler, by=desk.head)
    with pytest.raises(NotPermitted):
        dispatch.assign(case, handler=desk.handler, by=desk.handler)


# --- return and arbitration ---------------------------------------------------------------------------------------


def test_a_return_goes_to_the_centre_and_the_citizens_clocks_stand_still(desk):
    case = returned(desk)
    ask = Ask.objects.get()
    assert case.state == "returned" and case.returns == 1 and case.due_at is None
    assert ask.kind == "return" and ask.suggests == desk.water and ask.office == desk.roads
    assert set(case.clocks.filter(stopped_at=None).values_list("pause_reason", flat=True)) == {"return"}
    assert case.lead == desk.roads  # until the centre has spoken
    assert WHY not in str(last("request.returned").data)


def test_upheld_it_is_back_and_must_be_signed_for_again(desk):
    with moment.at(MONDAY):
        case = returned(desk, assisting=[desk.water])
    with moment.at(MONDAY + timedelta(days=1)):
        case = dispatch.uphold(case, answer="The lamp stands on the road.", by=desk.dispatcher)
    ask = Ask.objects.get()
    assert case.state == "dispatched" and case.lead == desk.roads
    assert ask.state == "refused" and ask.answer == "The lamp stands on the road."
    assert signing(case) == {desk.roads.pk, desk.water.pk}
    assert case.assignments.filter(office=desk.roads).count() == 2
    assert (
        case.assignments.get(office=desk.roads, ended_at=None).instruction == "The lamp stands on the road."
    )
    resolve = case.clocks.get(kind=ClockKind.RESOLVE)
    assert resolve.paused_at is None and resolve.due_at == MONDAY + timedelta(days=8)  # one day stood still
    data = last("request.upheld").data
    assert data["times"] == 1 and not data["final"] and data["old_due"]["resolve"] == ""
    assert dispatch.sign(case, by=desk.handler).state == "handling"


def test_granted_it_goes_to_another_department(desk):
    case = returned(desk, assisting=[desk.licensing])
    case = dispatch.dispatch(case, lead=desk.water, instruction="You were right.", by=desk.dispatcher)
    assert case.lead == desk.water and open_sendings(case) == {"water": "lead"}
    assert signing(case) == {desk.water.pk}
    assert dict(case.assignments.exclude(ended_at=None).values_list("office__code", "ended_how")) == {
        "roads": "returned",
        "licensing": "released",
    }
    ask = Ask.objects.get()
    assert ask.state == "granted" and ask.answer == "You were right." and ask.decided_by == desk.dispatcher
    assert not case.clocks.filter(stopped_at=None).exclude(paused_at=None).exists()
    assert not desk.handler.may("request.view", case) and desk.water_handler.may("request.view", case)


def test_an_assisting_department_named_again_stays_and_keeps_its_signature(desk):
    case = dispatch.sign(sent(desk, assisting=[desk.licensing]), by=person("lily", "handler", desk.licensing))
    case = dispatch.give_back(case, reason=WHY, by=desk.head)
    case = dispatch.dispatch(case, lead=desk.water, assisting=[desk.licensing], by=desk.dispatcher)
    assert case.assignments.get(office=desk.licensing).signed_at and signing(case) == {desk.water.pk}


def test_sending_it_back_to_who_returned_it_is_no_dispatch(desk):
    with pytest.raises(NotAllowed, match="has returned this request"):
        dispatch.dispatch(returned(desk), lead=desk.roads, by=desk.dispatcher)


def test_after_two_returns_the_centres_word_is_final(desk):
    case = returned(desk)
    case = dispatch.uphold(case, answer="It is yours.", by=desk.dispatcher)
    case = dispatch.give_back(case, reason=WHY, by=desk.handler)
    case = dispatch.uphold(case, answer="It is yours.", by=desk.dispatcher)
    assert last("request.upheld").data["final"] and case.returns == 2
    with pytest.raises(NotAllowed, match="word is final"):
        dispatch.give_back(case, reason=WHY, by=desk.handler)
    case = dispatch.transfer(case, office=desk.water, reason="A new matter.", by=desk.dispatcher)
    assert dispatch.give_back(case, reason="Not water.", by=desk.water_handler).returns == 3


def test_only_the_lead_returns_and_with_a_reason(desk):
    case = signed(desk, assisting=[desk.water])
    with pytest.raises(NotPermitted, match="leads"):
        dispatch.give_back(case, reason=WHY, by=desk.water_handler)
    with pytest.raises(BadInput, match="Reason"):
        dispatch.give_back(case, reason="  ", by=desk.handler)
    with pytest.raises(BadInput, match="own department"):
        dispatch.give_back(case, reason=WHY, suggests=desk.roads, by=desk.handler)
    for somebody in (desk.dispatcher, desk.supervisor, desk.clerk):
        with pytest.raises(NotPermitted):
            dispatch.give_back(case, reason=WHY, by=somebody)


def test_only_the_centre_arbitrates_and_answers_in_words(desk):
    case = returned(desk)
    for somebody in (desk.handler, desk.head, desk.clerk, desk.leader):
        with pytest.raises(NotPermitted):
            dispatch.uphold(case, answer="It is yours.", by=somebody)
    with pytest.raises(BadInput, match="Answer"):
        dispatch.uphold(case, answer="", by=desk.dispatcher)


def test_nothing_is_upheld_for_a_department_that_ended_meanwhile(desk):
    case = returned(desk)
    desk.roads.ended_on = date(2026, 1, 1)
    desk.roads.save()
    with pytest.raises(NotAllowed, match="Roads has ended"):
        dispatch.uphold(case, answer="It is yours.", by=desk.dispatcher)


# --- transfer and assistance --------------------------------------------------------------------------------------


def test_a_transfer_leaves_a_trace_of_the_deadlines(desk):
    with moment.at(MONDAY):
        case = dispatch.assign(signed(desk, assisting=[desk.licensing]), handler=desk.handler, by=desk.head)
    with moment.at(MONDAY + timedelta(hours=3)):
        case = dispatch.transfer(case, office=desk.water, reason=WHY, by=desk.dispatcher)
    assert case.state == "dispatched" and case.lead == desk.water and case.handler is None
    assert open_sendings(case) == {"water": "lead", "licensing": "assisting"}
    assert case.assignments.get(office=desk.roads).ended_how == "transferred"
    data = last("request.transferred").data
    assert (
        data["old_due"] == data["new_due"] and data["old_due"]["resolve"]
    )  # the citizen waits no longer for it
    assert data["before"] == desk.roads.pk and data["office"] == desk.water.pk


def test_a_transfer_takes_the_objectives_of_today(desk):
    case = signed(desk)
    town = desk.town.north._meta.apps.get_model("openhall", "Jurisdiction")
    town.objects.update(objectives={"3": {"resolve": 480, "first_contact": 60, "sign_for": 60}})
    dispatch.transfer(case, office=desk.water, reason=WHY, by=desk.dispatcher)
    data = last("request.transferred").data
    assert data["new_due"]["resolve"] < data["old_due"]["resolve"]


def test_what_waits_for_the_citizen_runs_again_when_it_is_transferred(desk):
    case = signed(desk)
    Clock.objects.pause(case, at=moment.now(), reason="question")
    ServiceRequest.objects.update(state="waiting")
    case = dispatch.transfer(case, office=desk.water, reason=WHY, by=desk.dispatcher)
    assert not case.clocks.filter(stopped_at=None).exclude(paused_at=None).exists() and case.due_at
    assert last("request.transferred").data["old_due"]["resolve"] == ""


def test_a_department_that_assisted_may_become_the_lead(desk):
    case = dispatch.transfer(
        sent(desk, assisting=[desk.water]), office=desk.water, reason=WHY, by=desk.dispatcher
    )
    assert open_sendings(case) == {"water": "lead"} and signing(case) == {desk.water.pk}


def test_the_head_of_the_lead_passes_it_on(desk):
    case = dispatch.transfer(signed(desk), office=desk.water, reason=WHY, by=desk.head)
    assert case.lead == desk.water
    with pytest.raises(NotAllowed, match="had this request before"):
        dispatch.transfer(case, office=desk.roads, reason="No, yours.", by=desk.water_head)
    assert dispatch.transfer(case, office=desk.roads, reason="Yours.", by=desk.dispatcher).lead == desk.roads


def test_the_head_does_not_get_around_the_centres_word(desk):
    case = dispatch.uphold(returned(desk), answer="It is yours.", by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="stays with your department"):
        dispatch.transfer(case, office=desk.water, reason=WHY, by=desk.head)


def test_who_else_transfers(desk):
    case = signed(desk, assisting=[desk.water])
    with pytest.raises(NotPermitted, match="leads"):
        dispatch.transfer(case, office=desk.licensing, reason=WHY, by=desk.water_head)
    with pytest.raises(NotPermitted):
        dispatch.transfer(case, office=desk.licensing, reason=WHY, by=desk.handler)
    with pytest.raises(NotAllowed, match="already"):
        dispatch.transfer(case, office=desk.roads, reason=WHY, by=desk.dispatcher)
    with pytest.raises(BadInput, match="Reason"):
        dispatch.transfer(case, office=desk.water, reason="", by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="Accepted"):
        dispatch.transfer(accepted(desk), office=desk.water, reason=WHY, by=desk.dispatcher)


def test_one_more_department_helps(desk):
    case = dispatch.add_assisting(
        signed(desk), office=desk.water, instruction="Shut the valve.", by=desk.head
    )
    assert open_sendings(case) == {"roads": "lead", "water": "assisting"} and signing(case) == {desk.water.pk}
    assert case.state == "handling" and desk.water_handler.may("request.view", case)
    with pytest.raises(NotAllowed, match="already"):
        dispatch.add_assisting(case, office=desk.water, instruction="Again.", by=desk.dispatcher)
    with pytest.raises(NotPermitted, match="leads"):
        dispatch.add_assisting(case, office=desk.licensing, instruction="Help.", by=desk.water_head)
    with pytest.raises(BadInput, match="Instruction"):
        dispatch.add_assisting(case, office=desk.licensing, instruction="", by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="No department"):
        dispatch.add_assisting(accepted(desk), office=desk.water, instruction="Help.", by=desk.dispatcher)


def test_while_the_citizen_is_asked_a_new_helpers_clock_stands_still_too(desk):
    case = signed(desk)
    Clock.objects.pause(case, at=moment.now(), reason="question")
    ServiceRequest.objects.update(state="waiting")
    case = dispatch.add_assisting(case, office=desk.water, instruction="Look.", by=desk.dispatcher)
    assert not case.clocks.filter(stopped_at=None, paused_at=None).exists() and case.due_at is None


# --- extension ----------------------------------------------------------------------------------------------------


def test_an_extension_moves_the_deadline_on_the_halls_calendar(desk):
    with moment.at(MONDAY):
        case = dispatch.ask_extension(signed(desk), days=3, reason="The part comes late.", by=desk.handler)
        old = case.clocks.get(kind=ClockKind.RESOLVE).due_at
        case = dispatch.decide_extension(
            case, granted=True, answer="The part comes late.", by=desk.dispatcher
        )
    assert old == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    assert case.clocks.get(kind=ClockKind.RESOLVE).due_at == datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
    assert case.extensions == 1 and Ask.objects.get().state == "granted"
    data = last("request.extension_granted").data
    assert data["days"] == 3 and data["old_due"]["resolve"] == old.isoformat()
    assert data["new_due"]["resolve"] == "2026-03-12T09:30:00+00:00"


def test_what_was_late_is_in_time_again_and_warned_of_anew(desk):
    with moment.at(MONDAY):
        case = dispatch.ask_extension(signed(desk), days=5, reason="Parts.", by=desk.handler)
    Clock.objects.filter(kind=ClockKind.RESOLVE).update(level=1, warned_at=MONDAY)
    with moment.at(MONDAY + timedelta(days=7, hours=2)):
        dispatch.decide_extension(case, granted=True, answer="Granted late.", by=desk.dispatcher)
    clock = case.clocks.get(kind=ClockKind.RESOLVE)
    assert clock.level == 0 and clock.warned_at is None


def test_a_refused_extension_moves_nothing(desk):
    case = dispatch.ask_extension(signed(desk), days=3, reason="Parts.", by=desk.handler)
    old = Clock.objects.dues(case)
    case = dispatch.decide_extension(case, granted=False, answer="A lamp is in store.", by=desk.dispatcher)
    assert Clock.objects.dues(case) == old and case.extensions == 0
    assert Ask.objects.get().state == "refused" and last("request.extension_refused")


def test_extensions_are_limited_in_number_and_length(desk):
    case = signed(desk)
    for days in (0, 61, -1):
        with pytest.raises(BadInput, match="1 to 60"):
            dispatch.ask_extension(case, days=days, reason="Parts.", by=desk.handler)
    for _ in range(2):
        case = dispatch.ask_extension(case, days=1, reason="Parts.", by=desk.handler)
        with pytest.raises(NotAllowed, match="not decided yet"):
            dispatch.ask_extension(case, days=1, reason="Parts.", by=desk.handler)
        case = dispatch.decide_extension(case, granted=True, answer="Granted.", by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="more is not possible"):
        dispatch.ask_extension(case, days=1, reason="Parts.", by=desk.handler)


def test_who_asks_and_who_decides(desk):
    case = signed(desk, assisting=[desk.water])
    with pytest.raises(NotPermitted, match="leads"):
        dispatch.ask_extension(case, days=1, reason="Parts.", by=desk.water_handler)
    with pytest.raises(NotAllowed, match="No extension"):
        dispatch.decide_extension(case, granted=True, answer="Granted.", by=desk.dispatcher)
    case = dispatch.ask_extension(case, days=1, reason="Parts.", by=desk.handler)
    with pytest.raises(NotPermitted):
        dispatch.decide_extension(case, granted=True, answer="Granted.", by=desk.head)
    with pytest.raises(BadInput, match="Answer"):
        dispatch.decide_extension(case, granted=True, answer="", by=desk.dispatcher)


def test_what_one_department_asked_does_not_follow_to_the_next(desk):
    case = dispatch.ask_extension(signed(desk), days=1, reason="Parts.", by=desk.handler)
    dispatch.transfer(case, office=desk.water, reason=WHY, by=desk.dispatcher)
    assert Ask.objects.get().state == "refused" and Ask.objects.get().decided_by is None


# --- two at once --------------------------------------------------------------------------------------------------


def test_an_act_on_an_older_edition_is_refused_and_changes_nothing(desk):
    case = accepted(desk)
    dispatch.dispatch(case, lead=desk.roads, by=desk.dispatcher, seen=2)
    for act in (
        lambda: dispatch.dispatch(case, lead=desk.water, by=desk.dispatcher, seen=2),
        lambda: dispatch.transfer(case, office=desk.water, reason=WHY, by=desk.dispatcher, seen=2),
        lambda: dispatch.sign(case, by=desk.handler, seen=2),
        lambda: dispatch.give_back(case, reason=WHY, by=desk.handler, seen=2),
        lambda: dispatch.ask_extension(case, days=1, reason=WHY, by=desk.handler, seen=2),
    ):
        with pytest.raises(Stale):
            act()
    assert ServiceRequest.objects.get().edition == 3 and Assignment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_dispatchers_at_once_one_wins_and_the_other_is_told():
    desk = build_desk(build_town())
    case = accepted(desk)
    people = {desk.roads: desk.dispatcher, desk.water: person("doug", "dispatcher", desk.centre)}
    ready, results = Barrier(2), []

    def send(lead, by):
        try:
            ready.wait(10)
            dispatch.dispatch(case, lead=lead, by=by, seen=2)
            results.append(lead)
        except Stale:
            results.append("stale")
        finally:
            connection.close()

    threads = [Thread(target=send, args=pair) for pair in people.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case.refresh_from_db()
    assert sorted(map(str, results)) == sorted([str(case.lead), "stale"])
    assert case.edition == 3 and Assignment.objects.filter(ended_at=None).count() == 1
    assert Event.objects.filter(kind="request.dispatched").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_return_and_a_transfer_at_once_one_wins():
    desk = build_desk(build_town())
    case = signed(desk)
    ready, results = Barrier(2), []

    def do(act, **given):
        try:
            ready.wait(10)
            act(case, seen=case.edition, **given)
            results.append(act.__name__)
        except Stale:
            results.append("stale")
        finally:
            connection.close()

    threads = [
        Thread(target=do, args=(dispatch.give_back,), kwargs={"reason": WHY, "by": desk.handler}),
        Thread(
            target=do,
            args=(dispatch.transfer,),
            kwargs={"office": desk.water, "reason": WHY, "by": desk.dispatcher},
        ),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("stale") == 1
    assert Assignment.objects.filter(part="lead", ended_at=None).count() == 1


# --- suggestions --------------------------------------------------------------------------------------------------


def said(suggested) -> list[str]:
    return [str(reason) for reason in suggested.reasons]


def test_the_catalogue_names_the_lead_and_who_assists(desk):
    proposal = suggestions.departments(received(desk, service=desk.pipe))
    assert proposal.lead[0].office == desk.water.pk
    assert "Burst pipe" in said(proposal.lead[0])[0]
    assert [one.office for one in proposal.assisting] == [desk.roads.pk]


def test_how_like_cases_went_speaks_for_a_department(desk):
    for _ in range(3):
        signed(desk)
    ServiceRequest.objects.update(state="closed", is_open=False, outcome="resolved")
    proposal = suggestions.departments(received(desk))
    assert "3 of 3 like cases were settled here." in said(proposal.lead[0])


def test_what_came_back_speaks_against(desk):
    dispatch.dispatch(returned(desk), lead=desk.water, by=desk.dispatcher)
    proposal = suggestions.departments(received(desk))
    roads = next(one for one in proposal.lead if one.office == desk.roads.pk)
    assert "1 of 1 like requests sent here came back." in said(roads)


def test_the_accused_and_the_ended_are_left_out_and_the_page_can_say_why(desk):
    proposal = suggestions.departments(report(desk))
    assert desk.roads.pk not in [one.office for one in proposal.lead]
    assert [str(one.reason) for one in proposal.left_out] == [
        "The report accuses this department, so it may not see it."
    ]
    desk.roads.ended_on = date(2026, 1, 1)
    desk.roads.save()
    desk.roads.successors.add(desk.water)
    proposal = suggestions.departments(received(desk))
    assert proposal.lead[0].office == desk.water.pk
    assert "It took over the work of Roads." in said(proposal.lead[0])


def test_a_department_of_another_area_is_left_out(desk):
    desk.roads.areas.add(desk.harbour)
    proposal = suggestions.departments(received(desk))
    assert not proposal.lead and "Old Town" in str(proposal.left_out[0].reason)


def test_people_are_ranked_by_skill_and_load_and_who_is_away_is_not_suggested(desk):
    desk.light.skills = ["electricity"]
    desk.light.save()
    sparky = person("sparky", "handler", desk.roads)
    sparky.skills = ["electricity"]
    sparky.save()
    dispatch.assign(signed(desk), handler=desk.head, by=desk.head)
    ranked = suggestions.people(received(desk, party=None, place="Town hall"), desk.roads.pk)
    assert [one.person for one in ranked] == [sparky.pk, desk.handler.pk, desk.head.pk]
    assert "Trained for electricity." in said(ranked[0])
    sparky.absent_until = date(2100, 1, 1)
    sparky.save()
    assert sparky.pk not in [one.person for one in suggestions.people(received(desk), desk.roads.pk)]


def test_a_proposal_takes_few_queries(desk, django_assert_max_num_queries):
    for _ in range(5):
        signed(desk)
    case = ServiceRequest.objects.select_related("service", "area", "party").get(pk=received(desk).pk)
    with django_assert_max_num_queries(20):
        suggestions.departments(case)


def test_one_decision_leads_to_one_event(desk):
    returned(desk)
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "request.received",
        "request.accepted",
        "request.dispatched",
        "request.signed",
        "request.returned",
    ]
    editions = [event.data["edition"] for event in Event.objects.order_by("pk")]
    assert editions == [1, 2, 3, 4, 5] and decide.SHORTEST_REPLY == 20


def test_what_the_old_department_asked_is_over_when_another_leads(desk):
    case = dispatch.ask_extension(signed(desk), days=3, reason="Parts.", by=desk.handler)
    case = dispatch.give_back(case, reason="It is Water's.", by=desk.handler)
    case = dispatch.dispatch(case, lead=desk.water, by=desk.dispatcher)
    asks = Ask.objects.filter(request=case)
    assert asks.get(kind="extension").state == "refused" and asks.get(kind="return").state == "granted"
    case = dispatch.sign(case, by=desk.water_handler)
    dispatch.ask_extension(case, days=3, reason="A pump.", by=desk.water_handler)

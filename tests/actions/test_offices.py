"""Departments merged and split: what is open goes on, what is closed stays, a report never reaches the accused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.town import person

from openhall import moment
from openhall.actions import classify, decide, dispatch, handle, offices, supervise
from openhall.actions.close import close
from openhall.actions.follow import reopen
from openhall.actions.intake import Intake, receive
from openhall.actions.offices import Particulars, Share
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Assignment, Clock, Competence, Event, Office, ServiceRequest

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORKS = Particulars(code="works", name={"en": "Public Works", "zh": "公共工程科"})
ANSWER = "The lamp is repaired and burns again."


@pytest.fixture(autouse=True)
def monday():
    with moment.at(MONDAY):
        yield


def sent(desk, lead, *, service=None, assisting=(), demand="complaint", accused=None, **more):
    service = service or desk.light
    form = Intake(subject="Lamp", text="The street lamp is dark.", demand=demand, service=service, **more)
    request = receive(form).request
    changes = {"accused": accused} if accused else {}
    request = classify.classify(
        request, demand=demand, service=service, area=None, urgency=None, by=desk.dispatcher, **changes
    )
    request = decide.accept(request, ground=desk.power, by=desk.dispatcher)
    return dispatch.dispatch(request, lead=lead, assisting=assisting, by=desk.dispatcher)


def fresh(request) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=request.pk)


def now_with(request) -> list[tuple[str, str]]:
    rows = Assignment.objects.filter(request=request, ended_at=None).order_by("-part")
    return [(row.office.code, row.part) for row in rows]


def test_a_department_merged_mid_case_lets_its_handler_go_on(desk):
    request = dispatch.sign(sent(desk, desk.roads), by=desk.handler)
    request = dispatch.assign(request, handler=desk.handler, by=desk.head)
    works, moved = offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    request = fresh(request)
    assert (request.lead, request.handler, request.state) == (works, desk.handler, "handling")
    assert now_with(request) == [("works", "lead")] and len(moved.requests) == 1
    handler = type(desk.handler).objects.get(pk=desk.handler.pk)
    handle.reply(request, text="We come tomorrow with a ladder.", by=handler)
    close(request, outcome="resolved", reply=ANSWER, by=handler)
    assert fresh(request).state == "closed"


def test_what_was_signed_stays_signed_and_what_was_not_is_signed_for_anew(desk):
    signed = dispatch.sign(sent(desk, desk.roads), by=desk.handler)
    unsigned = sent(desk, desk.roads)
    with moment.at(MONDAY + timedelta(hours=2)):
        works, _ = offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    clocks = Clock.objects.running().filter(kind="sign_for")
    assert not clocks.filter(request=signed).exists()
    clock = clocks.get(request=unsigned)
    assert (clock.office, clock.started_at) == (works, MONDAY + timedelta(hours=2))
    assert signed.assignments.get(ended_at=None).signed_by == desk.handler


def test_the_resolve_clock_runs_on_through_a_merger(desk):
    request = sent(desk, desk.roads)
    before = Clock.objects.running().get(request=request, kind="resolve").due_at
    offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    assert Clock.objects.running().get(request=request, kind="resolve").due_at == before


def test_lead_and_assisting_that_become_one_have_one_sending(desk):
    request = sent(desk, desk.water, service=desk.pipe, assisting=[desk.roads])
    offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    assert now_with(request) == [("works", "lead")]
    old = Assignment.objects.filter(request=request).exclude(ended_at=None)
    assert {row.ended_how for row in old} == {"reformed"} and old.count() == 2


def test_one_department_can_join_another_that_assists_already(desk):
    request = sent(desk, desk.water, service=desk.pipe, assisting=[desk.roads])
    heir, _ = offices.merge([desk.water], into=desk.roads, by=desk.administrator)
    assert heir == desk.roads and now_with(request) == [("roads", "lead")]
    assert Clock.objects.running().filter(request=request, kind="sign_for").count() == 1
    assert fresh(request).lead == desk.roads


def test_the_old_names_keep_their_closed_requests_and_say_who_follows(desk):
    request = dispatch.sign(sent(desk, desk.roads), by=desk.handler)
    close(request, outcome="resolved", reply=ANSWER, by=desk.handler)
    works, moved = offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    desk.roads.refresh_from_db()
    assert fresh(request).lead == desk.roads and not moved.requests
    assert desk.roads.ended_on is not None and list(desk.roads.successors.all()) == [works]
    with moment.at(MONDAY + timedelta(days=1)):
        again = reopen(fresh(request), text="It is dark again since last night.")
    assert (again.state, again.lead) == ("received", None)


def test_people_competences_and_items_go_along(desk):
    works, moved = offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    assert {one.username for one in works.staff.all()} == {"harry", "rita", "wendy", "walt"}
    rows = Competence.objects.filter(office=works).order_by("service__code")
    assert [(row.service.code, row.part) for row in rows] == [
        ("burst-pipe", "lead"),
        ("street-light", "lead"),
    ]
    desk.power.refresh_from_db()
    assert desk.power.office == works and (moved.staff, moved.items) == (4, 2)
    assert not Competence.objects.filter(office__in=[desk.roads, desk.water]).exists()


def test_every_request_that_moved_says_so_once(desk):
    requests = [sent(desk, desk.roads), sent(desk, desk.water, service=desk.pipe)]
    offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    for request in requests:
        event = Event.objects.get(request=request, kind="request.reformed")
        assert event.data["department"] == WORKS.name and event.data["edition"] == fresh(request).edition
    assert Event.objects.filter(kind="office.merged").count() == 2


def test_a_report_about_one_of_them_goes_back_to_the_centre(desk):
    request = sent(desk, desk.water, demand="report", accused=desk.roads)
    _, moved = offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    request = fresh(request)
    assert request.state == "returned" and now_with(request) == [] and moved.to_centre == 1
    assert request.handler is None and request.lead == desk.water
    assert not Clock.objects.running().filter(request=request, paused_at=None).exists()
    wendy = type(desk.handler).objects.get(pk=desk.water_handler.pk)
    assert request not in ServiceRequest.objects.visible_to(wendy)
    with pytest.raises(NotAllowed):
        dispatch.dispatch(request, lead=Office.objects.get(code="works"), by=desk.dispatcher)
    assert dispatch.dispatch(request, lead=desk.licensing, by=desk.dispatcher).lead == desk.licensing


def test_a_split_goes_by_services_and_people(desk):
    lamp, pipe = sent(desk, desk.roads), sent(desk, desk.water, service=desk.pipe, assisting=[desk.roads])
    shares = [
        Share(Particulars(code="streets", name={"en": "Streets"})),
        Share(
            Particulars(code="digging", name={"en": "Digging"}),
            frozenset({desk.pipe.pk}),
            frozenset({desk.handler.pk}),
        ),
    ]
    heirs, moved = offices.split(desk.roads, shares, by=desk.administrator)
    assert now_with(lamp) == [("streets", "lead")] and fresh(lamp).lead == heirs[0]
    assert now_with(pipe) == [("water", "lead"), ("digging", "assisting")]
    assert [one.username for one in heirs[1].staff.all()] == ["harry"] and len(moved.requests) == 2
    assert Competence.objects.get(service=desk.pipe, part="assisting").office == heirs[1]


def test_a_waiting_request_stays_waiting_and_its_clocks_stand_still(desk):
    request = dispatch.sign(sent(desk, desk.roads, assisting=[desk.water]), by=desk.handler)
    handle.ask(request, text="Which of the two lamps is it?", by=desk.handler)
    offices.merge([desk.water], into=desk.licensing, by=desk.administrator)
    request = fresh(request)
    assert request.state == "waiting"
    assert not Clock.objects.running().filter(request=request, paused_at=None).exists()
    assert now_with(request) == [("roads", "lead"), ("licensing", "assisting")]


def test_halls_and_the_centre_are_neither_merged_nor_split(desk):
    for office in (desk.town.north, desk.centre):
        with pytest.raises(NotAllowed, match="no department"):
            offices.merge([office, desk.roads], into=WORKS, by=desk.administrator)
    assert not Office.objects.filter(code="works").exists()


def test_a_department_that_ended_is_not_reformed_again(desk):
    offices.merge([desk.roads], into=desk.water, by=desk.administrator)
    with pytest.raises(NotAllowed, match="has ended"):
        offices.merge([desk.roads, desk.licensing], into=WORKS, by=desk.administrator)
    with pytest.raises(NotAllowed, match="has ended"):
        offices.change(desk.roads, Particulars(name={"en": "Roads again"}), by=desk.administrator)


def test_a_new_department_needs_a_name_and_a_free_code(desk):
    with pytest.raises(BadInput) as caught:
        offices.create(Particulars(code="roads", name={"en": " "}), by=desk.administrator)
    assert [problem.place for problem in caught.value.problems] == ["Name", "Code"]


def test_only_an_administrator_reforms(desk):
    for user in (desk.dispatcher, desk.leader, desk.head, person("henry", "head", desk.water)):
        with pytest.raises(NotPermitted):
            offices.merge([desk.roads, desk.water], into=WORKS, by=user)
        with pytest.raises(NotPermitted):
            offices.split(desk.roads, [], by=user)


def test_nobody_of_who_took_over_the_accused_department_sees_a_report(desk):
    """Even where that department had the report already: it goes back to the centre."""
    led = sent(desk, desk.water, demand="report", accused=desk.roads)
    helped = sent(desk, desk.licensing, demand="report", accused=desk.roads, assisting=[desk.water])
    _, moved = offices.merge([desk.roads], into=desk.water, by=desk.administrator)
    assert moved.to_centre == 2
    led, helped = fresh(led), fresh(helped)
    assert led.state == "returned" and now_with(led) == []
    assert helped.state == "dispatched" and now_with(helped) == [("licensing", "lead")]
    assert not Clock.objects.running().filter(request=led, paused_at=None).exists()
    for one in (desk.handler, desk.head, desk.water_handler):
        one = type(one).objects.get(pk=one.pk)
        for case in (led, helped):
            assert case not in ServiceRequest.objects.visible_to(one) and not one.may("request.view", case)
    for case in (led, helped):
        event = Event.objects.filter(request=case).latest("pk")
        assert (event.kind, event.data["edition"]) == ("request.sent_back", case.edition)
    assert dispatch.dispatch(led, lead=desk.licensing, by=desk.dispatcher).lead == desk.licensing


def test_an_heir_of_the_accused_department_sees_no_report_whatever_the_role(desk):
    case = sent(desk, desk.licensing, demand="report", accused=desk.roads)
    offices.merge([desk.roads], into=desk.water, by=desk.administrator)
    desk.leader.office = desk.water
    desk.leader.save()
    leader = type(desk.leader).objects.get(pk=desk.leader.pk)
    assert case not in ServiceRequest.objects.visible_to(leader)
    assert not leader.may("request.view", fresh(case))


def test_an_order_of_supervision_is_answered_by_the_heir(desk):
    request = dispatch.sign(sent(desk, desk.roads), by=desk.handler)
    supervise.order(request, text="Say why nothing has happened.", by=desk.supervisor)
    works, _ = offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    order = request.supervisions.get(kind="order")
    assert order.office == works
    assert Clock.objects.running().get(request=request, kind="answer_order").office == works
    walt = type(desk.head).objects.get(pk=desk.water_head.pk)
    supervise.answer(order, text="The ladder was broken, it is mended now.", by=walt)
    assert not Clock.objects.running().filter(request=request, kind="answer_order").exists()


def test_a_closed_request_with_something_left_to_do_is_sent_to_the_heir_but_keeps_its_lead(desk):
    request = dispatch.sign(sent(desk, desk.roads), by=desk.handler)
    supervise.order(request, text="Say why it took so long.", by=desk.supervisor)
    close(fresh(request), outcome="resolved", reply=ANSWER, by=desk.handler)
    offices.merge([desk.roads, desk.water], into=WORKS, by=desk.administrator)
    assert fresh(request).lead == desk.roads and now_with(request) == [("works", "lead")]
    assert request.supervisions.get(kind="order").office.code == "works"

"""Asking for a rating and taking it."""

from datetime import timedelta

import pytest
from tests import cases, rated
from tests.rated import answers

from openhall import flow
from openhall.actions import close, decide, evaluate, follow, screen
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.hashing import code_hash
from openhall.models import Evaluation, Event, Notice, Response, Wave
from openhall.moment import at, now


def test_a_closed_request_is_asked_about_once(desk):
    case = cases.signed(desk)
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    flow.catch_up()
    assert evaluate.invite(case) is None
    evaluation = case.evaluations.get()
    assert (evaluation.office, evaluation.handler, evaluation.round) == (desk.roads, desk.handler, 1)
    assert evaluation.expires_at - evaluation.invited_at == timedelta(days=30)


def test_the_mail_has_a_link_and_the_table_only_its_hash(desk):
    evaluation = rated.asked(desk)
    notice = Notice.objects.get(kind="evaluation.invited")
    code = notice.values["path"].rsplit("/", 1)[-1]
    assert evaluation.channel == "email" and evaluation.token == code_hash(code) != code
    assert notice.to == "li@example.org"


def test_who_rang_up_is_rung_up_and_gets_no_mail(desk):
    assert rated.asked(desk, channel="phone").channel == "phone"
    assert not Notice.objects.filter(kind="evaluation.invited").exists()


def test_nobody_without_a_name_is_rung_up(desk):
    assert rated.asked(desk, channel="phone", party=None).channel == "web"


def test_who_took_a_request_back_is_not_asked(desk):
    follow.withdraw(cases.signed(desk))
    flow.catch_up()
    assert not Evaluation.objects.exists()


def test_a_refusal_can_be_rated_and_the_centre_is_the_one_rated(desk):
    case = cases.received(desk)
    decide.refuse(case, ground=desk.ambulance, reply="Please dial 120, the ambulance.", by=desk.dispatcher)
    flow.catch_up()
    evaluation = case.evaluations.get()
    assert (evaluation.office, evaluation.handler) == (desk.centre, desk.dispatcher)


def test_a_rating_is_a_response_of_the_standing_wave_of_its_year(desk):
    evaluation = evaluate.rate(rated.asked(desk), answers=answers(4, speed=5), remark="Thank you")
    response, wave = evaluation.response, evaluation.response.wave
    asked = response.version.asked
    assert wave.key == f"ratings-{now().year}" and wave.state == "open" and not wave.listed
    assert response.version.frozen
    given = dict(zip([question.key for question in asked], response.given, strict=True))
    assert given["overall"] == 4 and given["speed"] == 5 and given["courtesy"] is None
    assert (given["demand"], given["way"]) == (2, 1)  # filled from the request
    assert (response.office, response.channel) == (desk.roads, "link")
    assert (evaluation.level, evaluation.remark, evaluation.entered_by) == (4, "Thank you", None)


def test_nobody_else_gets_into_the_wave_of_ratings(desk):
    from openhall.actions import respond

    evaluation = evaluate.rate(rated.asked(desk), answers=answers(4))
    allocation = evaluation.response.wave.allocations.get()
    form = respond.Form(given=answers(5), channel="link", language="en", once="x" * 20)
    with pytest.raises(respond.Refused):
        respond.submit(allocation, form=form)


def test_without_the_overall_level_nothing_is_kept(desk):
    evaluation = rated.asked(desk)
    with pytest.raises(BadInput):
        evaluate.rate(evaluation, answers={"speed": ["5"]})
    with pytest.raises(BadInput):
        evaluate.rate(evaluation, answers=answers(6))
    assert not Response.objects.filter(wave__key__startswith="ratings-").exists()


def test_what_a_visitor_claims_of_the_request_is_not_believed(desk):
    evaluation = evaluate.rate(rated.asked(desk), answers=answers(4, demand=6))
    asked = evaluation.response.version.asked
    assert evaluation.response.given[asked.position["demand"]] == 2


def test_a_changed_rating_is_the_same_response(desk):
    evaluation = evaluate.rate(rated.asked(desk), answers=answers(4))
    with at(now() + timedelta(days=6)):
        again = evaluate.rate(evaluation, answers=answers(3))
    assert again.response_id == evaluation.response_id and again.level == 3 and again.changed == 1
    assert again.response.wave.allocations.get().filled == 1
    assert Event.objects.get(kind="evaluation.changed").data["before"] == 4


def test_after_a_week_a_rating_stays(desk):
    evaluation = evaluate.rate(rated.asked(desk), answers=answers(4))
    with at(now() + timedelta(days=8)), pytest.raises(NotAllowed):
        evaluate.rate(evaluation, answers=answers(5))


def test_after_a_month_no_rating_is_taken(desk):
    evaluation = rated.asked(desk)
    with at(now() + timedelta(days=31)), pytest.raises(NotAllowed):
        evaluate.rate(evaluation, answers=answers(5))


def test_a_request_that_is_open_again_is_rated_after_the_next_closing(desk):
    evaluation = rated.asked(desk)
    follow.reopen(evaluation.request, text="The lamp is out again since Friday.")
    with pytest.raises(NotAllowed):
        evaluate.rate(evaluation, answers=answers(5))


@pytest.mark.parametrize("who", ["clerk", "dispatcher"])
def test_staff_write_down_what_the_citizen_says_and_it_is_on_record(desk, who):
    by = getattr(desk, who)
    evaluation = evaluate.rate(rated.asked(desk, channel="phone"), answers=answers(4), by=by)
    assert evaluation.entered_by == by and evaluation.response.channel == "staff"
    event = Event.objects.get(kind="evaluation.given")
    assert event.by == by and event.data["entered"] is True


@pytest.mark.parametrize("who", ["handler", "head", "water_handler", "supervisor", "leader", "administrator"])
def test_neither_the_department_nor_who_has_no_right_enters_a_rating(desk, who):
    with pytest.raises(NotPermitted):
        evaluate.rate(rated.asked(desk), answers=answers(5), by=getattr(desk, who))


def test_a_dispatcher_who_handled_it_or_works_at_the_department_rated_enters_none(desk):
    case = cases.received(desk)
    decide.refuse(case, ground=desk.ambulance, reply="Please dial 120, the ambulance.", by=desk.dispatcher)
    evaluation = evaluate.invite(case)
    with pytest.raises(NotPermitted):
        evaluate.rate(evaluation, answers=answers(5), by=desk.dispatcher)


def test_a_clerk_moved_to_the_department_rated_enters_none(desk):
    evaluation = rated.asked(desk)
    desk.clerk.office = desk.roads
    desk.clerk.save()
    with pytest.raises(NotPermitted):
        evaluate.rate(evaluation, answers=answers(5), by=desk.clerk)


def test_staff_cannot_change_what_the_citizen_gave(desk):
    evaluation = evaluate.rate(rated.asked(desk), answers=answers(1))
    with pytest.raises(NotAllowed):
        evaluate.rate(evaluation, answers=answers(5), by=desk.dispatcher)


def test_the_citizen_can_change_what_staff_wrote_down(desk):
    evaluation = evaluate.rate(rated.asked(desk), answers=answers(5), by=desk.clerk)
    evaluation = evaluate.rate(evaluation, answers=answers(1))
    assert (evaluation.level, evaluation.entered_by, evaluation.response.channel) == (1, None, "link")


def test_the_remark_is_in_no_event(desk):
    evaluate.rate(rated.asked(desk), answers=answers(1), remark="Harry shouted at me")
    assert not [event for event in Event.objects.all() if "Harry shouted" in str(event.data)]


def test_the_class_of_a_confidential_request_is_not_in_the_data(desk):
    case = cases.report(desk, accused=desk.water)
    case = cases.signed(desk, case)
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    flow.catch_up()
    evaluation = evaluate.rate(case.evaluations.get(), answers=answers(4))
    assert evaluation.response.given[evaluation.response.version.asked.position["demand"]] == 8


def test_five_answers_alike_void_and_flag_nothing(desk):
    alike = answers(5, speed=5, clarity=5, courtesy=5, fairness=5)
    evaluation = evaluate.rate(rated.asked(desk), answers=alike)
    found = screen.apply_rules(Wave.objects.get(pk=evaluation.response.wave_id), by=None)
    assert (found.new, found.void) == (0, 0)

"""Ratings at the desk: figures, whom to ask, the ledger, and the acts of the request page."""

from __future__ import annotations

import pytest
from tests import rated
from tests.town import sign_in

from openhall.actions import rectify
from openhall.models import Evaluation, Rectification
from openhall.rules.rectification import State, Step


def post(client, row: Rectification, key: str, **given):
    row.request.refresh_from_db()
    seen = given.pop("seen", row.request.edition)
    return client.post(f"/desk/ratings/rectifications/{row.pk}/do/{key}", {"seen": seen, **given})


@pytest.mark.parametrize("who", ["leader", "supervisor", "dispatcher", "head", "auditor"])
def test_the_pages_open_for_who_may_read_them(client, desk, who):
    row = rated.opened(desk)
    sign_in(client, getattr(desk, who))
    for place in ("", ".csv", "/rectifications/", "/rectifications.csv", f"/rectifications/{row.pk}/"):
        answer = client.get(f"/desk/ratings{place or '/'}")
        assert answer.status_code == 200, place
    assert "Roads" in client.get("/desk/ratings/").content.decode()


def test_they_are_closed_to_others(client, desk):
    row = rated.opened(desk)
    assert client.get("/desk/ratings/").status_code == 302
    sign_in(client, desk.clerk)
    assert client.get("/desk/ratings/").status_code == 403
    assert client.get("/desk/ratings/calls").status_code == 200
    sign_in(client, desk.water_head)
    assert client.get(f"/desk/ratings/rectifications/{row.pk}/").status_code == 404
    assert post(client, row, "rectify-fix", text="Done by us").status_code == 404


def test_the_whole_way_by_the_pages(client, desk):
    row = rated.opened(desk)
    ways = [
        (desk.dispatcher, "rectify-call-back", {"text": "It is dark again."}),
        (desk.dispatcher, "rectify-verify-true", {"text": "Went there; it is dark."}),
        (desk.head, "rectify-put-on-ledger", {"text": "New cable", "deadline": "2999-01-01"}),
        (desk.head, "rectify-fix", {"text": "New cable laid."}),
        (desk.dispatcher, "rectify-visit-again", {"text": "It is lit.", "level": "5"}),
        (desk.supervisor, "rectify-publish", {"text": "The cable was replaced."}),
    ]
    for by, key, given in ways:
        sign_in(client, by)
        page = client.get(f"/desk/ratings/rectifications/{row.pk}/").content.decode()
        assert f"act-{key}" in page, key
        answer = post(client, row, key, **given)
        assert answer.status_code == (422 if "deadline" in given else 302), key
    row.refresh_from_db()
    assert (row.state, row.level_after, row.published_text) == (State.PUBLISHED, 5, "The cable was replaced.")


def test_what_cannot_be_taken_comes_back_with_what_was_typed(client, desk):
    row = rated.walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE)
    sign_in(client, desk.head)
    answer = post(client, row, "rectify-put-on-ledger", text="Some day soon", deadline="2001-01-01")
    assert answer.status_code == 422 and "Some day soon" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == State.VERIFIED


def test_of_two_at_once_the_second_sees_what_happened(client, desk):
    row = rated.opened(desk)
    row.request.refresh_from_db()
    seen = row.request.edition
    rectify.take(row, Step.NOT_REACHED, by=desk.supervisor)
    sign_in(client, desk.dispatcher)
    answer = post(client, row, "rectify-call-back", text="Spoke to them", seen=seen)
    assert answer.status_code == 409 and "Spoke to them" in answer.content.decode()


def test_the_department_is_not_offered_the_call(client, desk):
    row = rated.opened(desk)
    sign_in(client, desk.head)
    page = client.get(f"/desk/ratings/rectifications/{row.pk}/").content.decode()
    assert "rectify-call-back" not in page and "not yours" in page


def test_a_clerk_writes_down_a_rating_on_the_request_page(client, desk):
    evaluation = rated.asked(desk, channel="phone")
    sign_in(client, desk.dispatcher)
    number = evaluation.request.number
    assert "act-rate" in client.get(f"/desk/requests/{number}/").content.decode()
    answer = client.post(f"/desk/requests/{number}/do/rate", {"overall": "4", "speed": "5", "remark": "Fine"})
    assert answer.status_code == 302
    evaluation.refresh_from_db()
    assert (evaluation.level, evaluation.entered_by) == (4, desk.dispatcher)


def test_the_department_can_write_down_none(client, desk):
    evaluation = rated.asked(desk, channel="phone")
    sign_in(client, desk.handler)
    client.post(f"/desk/requests/{evaluation.request.number}/do/rate", {"overall": "5"})
    assert Evaluation.objects.get().level is None


def test_a_formula_in_a_plan_stays_text_in_the_file(client, desk):
    row = rated.walked(desk, Step.CALL_BACK, Step.VERIFY_TRUE)
    Rectification.objects.filter(pk=row.pk).update(plan="=1+1")
    sign_in(client, desk.supervisor)
    text = client.get("/desk/ratings/rectifications.csv").content.decode()
    assert ",=1+1" not in text and "=1+1" in text

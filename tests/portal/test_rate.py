"""The citizen rates: by number and code, or by the link of the invitation."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests import cases, rated
from tests.rated import answers

from openhall import flow
from openhall.actions import close, dispatch, evaluate, follow
from openhall.actions.intake import Intake, receive
from openhall.models import Evaluation, Notice
from openhall.moment import at, now

ASKED = {"overall": "2", "speed": "1", "reason": "2", "remark": "Three weeks in the dark."}


@pytest.fixture
def opened(client, desk) -> Evaluation:
    """The client with number and code of a request that is closed and asked about."""
    got = receive(Intake(text=cases.TEXT, service=desk.light, place="School gate", party=cases.LI))
    case = dispatch.sign(cases.sent(desk, got.request), by=desk.handler)
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    flow.catch_up()
    client.post("/track", {"number": got.request.number, "code": got.code})
    return case.evaluations.get()


def link() -> str:
    return Notice.objects.get(kind="evaluation.invited").values["path"]


def test_the_own_page_leads_to_the_rating_and_the_rating_to_thanks(client, opened):
    assert 'href="/rate"' in client.get("/track/request").content.decode()
    page = client.get("/rate").content.decode()
    assert "Not anonymous" in page and 'name="overall"' in page and 'name="demand"' not in page
    done = client.post("/rate", ASKED, follow=True)
    assert "Thank you" in done.content.decode() and "call you back" in done.content.decode()
    opened.refresh_from_db()
    assert (opened.level, opened.remark, opened.entered_by) == (2, ASKED["remark"], None)


def test_without_the_overall_level_what_was_typed_stays(client, opened):
    answer = client.post("/rate", {"speed": "1", "remark": "Three weeks"})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'href="#q-overall-5"' in page and "Three weeks" in page
    assert re.search(r'id="q-speed-1"[^>]*checked', page)
    opened.refresh_from_db()
    assert opened.level is None


def test_a_remark_too_long_is_told_at_its_field(client, opened):
    answer = client.post("/rate", {**ASKED, "remark": "x" * 1001})
    assert answer.status_code == 422 and 'href="#remark"' in answer.content.decode()


def test_it_can_be_changed_and_the_form_has_what_was_given(client, opened):
    client.post("/rate", ASKED)
    assert re.search(r'id="q-overall-2"[^>]*checked', client.get("/rate?change=1").content.decode())
    client.post("/rate", {**ASKED, "overall": "4"})
    opened.refresh_from_db()
    assert (opened.level, opened.changed) == (4, 1)


def test_after_a_week_it_is_shown_and_stays(client, opened):
    client.post("/rate", ASKED)
    with at(now() + timedelta(hours=1)):
        assert "change=1" in client.get("/rate").content.decode()
    Evaluation.objects.update(given_at=now() - timedelta(days=8))
    page = client.get("/rate?change=1").content.decode()
    assert "no longer be changed" in page and "<textarea" not in page
    assert client.post("/rate", {**ASKED, "overall": "5"}).status_code == 422


def test_without_a_pass_one_is_asked_for_number_and_code(client, desk):
    rated.asked(desk)
    assert client.get("/rate")["Location"] == "/track"
    assert client.get("/rate/invited").status_code == 404
    assert client.post("/rate/invited", ASKED).status_code == 404


def test_the_link_opens_the_rating_and_nothing_else(client, desk):
    evaluation = rated.asked(desk)
    answer = client.get(link())
    assert answer.status_code == 302 and answer["Location"] == "/rate/invited"
    assert client.get("/track/request")["Location"] == "/track"
    client.post("/rate/invited", ASKED)
    evaluation.refresh_from_db()
    assert evaluation.level == 2


def test_a_link_somebody_made_up_opens_nothing(client, desk):
    rated.asked(desk)
    assert client.get("/rate/0000000000000000").status_code == 404
    assert client.get(link()[:-1] + "*").status_code == 404


def test_a_link_that_is_too_old_says_so(client, desk):
    rated.asked(desk)
    Evaluation.objects.update(expires_at=now() - timedelta(days=1))
    answer = client.get(link(), follow=True)
    assert answer.status_code == 404 and "No rating is taken here now" in answer.content.decode()


def test_a_reopened_request_is_not_rated_until_it_is_closed_again(client, opened):
    follow.reopen(opened.request, text="It is out again since Friday.")
    assert 'href="/rate"' not in client.get("/track/request").content.decode()
    assert client.get("/rate").status_code == 404


def test_who_reads_what_staff_wrote_down_is_told_so(client, opened, desk):
    evaluate.rate(opened, answers=answers(5), by=desk.dispatcher)
    assert "by our staff" in client.get("/rate").content.decode()


def test_a_published_result_stands_on_the_public_page(client, desk):
    row = rated.walked(desk, *rated.GIVEN)
    page = client.get(f"/requests/{row.request.number}").content.decode()
    assert "The cable of the lamp was replaced" in page and "Still dark" not in page


def test_a_rating_never_lands_on_another_request_opened_since(client, opened):
    page = client.get("/rate").content.decode()
    number = re.search(r'name="number" value="([^"]+)"', page)[1]
    assert number == opened.request.number
    told = client.post("/rate", {**ASKED, "number": "7K2M0119AB"})
    assert told.status_code == 422 and ASKED["remark"] in told.content.decode()
    opened.refresh_from_db()
    assert opened.level is None

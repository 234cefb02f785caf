"""The form behind a link: what is shown, what is stored, and each way it is refused."""

from __future__ import annotations

import re
from dataclasses import replace as changed
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.town import ANSWERS, ASKED, version_of

from openhall.actions import budget
from openhall.models import Allocation, Budget, Event, Response, Wave
from openhall.reads import doors
from openhall.surveys.questionnaire import Kind, Question

WORDS = Question(key="words", kind=Kind.TEXT, text={"en": "What else?"}, required=False)


@pytest.fixture(autouse=True)
def fresh():
    doors.forget()
    budget.forget()


@pytest.fixture
def link(town) -> str:
    return f"/s/{town.at_north.key}/"


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a form as a browser would send them back."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def fill(client: Client, link: str, **changes) -> dict[str, object]:
    """The fields of a fresh form, filled in."""
    return {**hidden(client.get(link).content.decode()), **ANSWERS, **changes}


def test_the_form_says_who_asks_how_long_and_what_is_kept(client, link):
    html = client.get(link).content.decode()
    for words in [
        "North Office",
        "How was the hall?",
        "Riverside",
        "About 1 minute",
        "5 questions",
        "Voluntary",
        "Anonymous",
        "Window 1",
    ]:
        assert words in html
    assert html.count("<fieldset") == html.count("<legend") == 5
    assert 'type="radio"' in html and "<h1" in html


def test_the_form_speaks_chinese(client, link):
    html = client.get(link, {"lang": "zh"}).content.decode()
    assert 'lang="zh-hans"' in html and "大厅干净吗？" in html and "Is the hall clean?" not in html


def test_options_stand_in_the_order_of_the_questionnaire(client, link):
    values = re.findall(r'name="s1" value="(\d)"', client.get(link).content.decode())
    assert values == ["5", "4", "3", "2", "1"]


def test_every_visit_gets_tokens_of_its_own(client, link):
    one, two = (hidden(client.get(link).content.decode()) for _ in range(2))
    assert one["_once"] != two["_once"] and len(one["_once"]) >= 16
    assert "\ue000" not in client.get(link).content.decode()


def test_a_complete_form_is_stored_and_thanked(client, link, town):
    answer = client.post(link, fill(client, link))
    assert (answer.status_code, answer.url) == (302, "/thanks")
    assert "Thank you" in client.get("/thanks").content.decode()
    stored = Response.objects.get()
    assert stored.answers == "[2,4,3,5,4]"
    assert (stored.wave, stored.office, stored.version) == (town.wave, town.north, town.version)
    assert (stored.channel, stored.language, stored.complete, stored.void) == ("link", "en", True, "")
    assert stored.submitted_on == timezone.localdate() and 0 <= stored.seconds < 60
    assert Allocation.objects.get(key=town.at_north.key).filled == 1


def test_nothing_else_is_kept_of_a_visitor(client, link):
    client.post(
        link,
        fill(client, link),
        HTTP_USER_AGENT="Browser 7",
        HTTP_REFERER="http://testserver/x",
        REMOTE_ADDR="192.0.2.9",
    )
    row = Response.objects.values().get()
    kept = "id wave_id office_id version_id channel language answers submitted_on seconds "
    kept += "complete void serial once resume"
    assert set(row) == set(kept.split())
    assert not any(hasattr(value, "hour") for value in row.values())
    assert "192.0.2.9" not in str(list(Budget.objects.values()))
    assert Event.objects.count() == 0


def test_only_the_cookie_against_forgery_is_set(client, link):
    client.post(link, fill(client, link))
    assert set(client.cookies) == {settings.CSRF_COOKIE_NAME}


def test_ten_times_the_same_form_is_one_answer(client, link, town):
    form = fill(client, link)
    assert {client.post(link, form).url for _ in range(10)} == {"/thanks"}
    assert Response.objects.count() == 1
    assert Allocation.objects.get(key=town.at_north.key).filled == 1


def test_the_same_form_is_thanked_again_after_the_wave_closed(client, link, town):
    form = fill(client, link)
    client.post(link, form)
    Wave.objects.update(state=Wave.State.CLOSED)
    assert client.post(link, form).status_code == 302
    assert Response.objects.count() == 1


def test_a_missing_answer_brings_the_form_back_with_what_was_given(client, link):
    form = fill(client, link)
    del form["s2"]
    answer = client.post(link, form)
    html = answer.content.decode()
    assert answer.status_code == 422 and Response.objects.count() == 0
    assert "<title>Error: How was the hall?" in html
    assert '<a href="#q-s2-5">Question 3: choose an answer.</a>' in html
    assert re.search(r'value="4" id="q-s1-4" checked', html)
    assert 'id="q-s2-error"' in html and 'aria-describedby="q-s2-error"' in html
    assert hidden(html)["_once"] == form["_once"]


@pytest.mark.parametrize("wrong", ["9", "", "<b>", ["1", "2"], "5; DROP TABLE"])
def test_what_is_no_answer_is_refused_and_said(client, link, wrong):
    answer = client.post(link, fill(client, link, s1=wrong))
    assert answer.status_code == 422 and "Question 2:" in answer.content.decode()
    assert "<b>" not in answer.content.decode().replace("&lt;b&gt;", "")
    assert Response.objects.count() == 0


def test_a_mended_form_is_stored_once(client, link):
    form = fill(client, link, s2="")
    again = {**form, **hidden(client.post(link, form).content.decode()), "s2": "1"}
    assert client.post(link, again).status_code == 302
    assert Response.objects.get().answers == "[2,4,1,5,4]"


def test_a_form_without_a_key_of_its_own_is_still_an_answer(client, link):
    client.post(link, ANSWERS)
    assert len(Response.objects.get().once) >= 16


def test_a_forged_form_is_refused(link):
    strict = Client(enforce_csrf_checks=True)
    form = fill(strict, link)
    assert strict.post(link, form).status_code == 302
    assert strict.post(link, {**form, "csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert Client(enforce_csrf_checks=True).post(link, form).status_code == 403


def test_an_unknown_address_is_not_found(client, town):
    assert client.get("/s/nowhere/").status_code == 404
    assert client.post("/s/nowhere/", ANSWERS).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": Wave.State.DRAFT}, "not open yet"),
        ({"state": Wave.State.CLOSED}, "has ended"),
        ({"closes_on": timezone.localdate() - timedelta(days=1)}, "has ended"),
    ],
)
def test_a_closed_door_is_said_before_and_decided_when_sending(client, link, change, words):
    form = fill(client, link)
    Wave.objects.update(**change)
    late = client.post(link, form)  # the door is still remembered as open: the database decides
    assert late.status_code == 409 and words in late.content.decode()
    doors.forget()
    assert words in client.get(link).content.decode()
    assert Response.objects.count() == 0 and not Allocation.objects.filter(filled__gt=0).exists()


def test_the_last_day_is_still_a_day_of_answering(client, link):
    Wave.objects.update(closes_on=timezone.localdate())
    assert client.post(link, fill(client, link)).status_code == 302


def test_a_full_quota_closes_one_office_and_no_other(client, link, town):
    Allocation.objects.filter(key=town.at_north.key).update(quota=1)
    assert client.post(link, fill(client, link)).status_code == 302
    full = client.post(link, {**ANSWERS})
    assert full.status_code == 409 and "Enough answers" in full.content.decode()
    assert "What you have just filled in was not stored." in full.content.decode()
    doors.forget()
    before = client.get(link).content.decode()
    assert "Enough answers" in before and "filled in" not in before
    south = f"/s/{town.at_south.key}/"
    assert client.post(south, fill(client, south)).status_code == 302
    assert Response.objects.count() == 2


def test_a_trap_nobody_sees_catches_machines_and_lets_people_try_again(client, link):
    caught = client.post(link, fill(client, link, _note="cheap watches"))
    assert caught.status_code == 422 and Response.objects.count() == 0
    assert "cheap watches" not in caught.content.decode()
    assert client.post(link, {**ANSWERS, **hidden(caught.content.decode())}).status_code == 302


def test_one_address_sends_only_so_much_an_hour(client, link, settings):
    settings.ANSWERS_PER_HOUR = 2
    sent = [client.post(link, {**ANSWERS}, REMOTE_ADDR="192.0.2.1").status_code for _ in range(3)]
    assert sent == [302, 302, 429]
    assert client.post(link, {**ANSWERS}, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_a_proxys_word_counts_only_where_one_is_declared(client, link, settings):
    settings.ANSWERS_PER_HOUR = 1
    addresses = ["198.51.100.1", "198.51.100.2"]
    sent = [client.post(link, {**ANSWERS}, HTTP_X_FORWARDED_FOR=address).status_code for address in addresses]
    assert sent == [302, 429]
    settings.BEHIND_PROXY = True
    sent = [
        client.post(link, {**ANSWERS}, HTTP_X_FORWARDED_FOR=f"10.0.0.1, {address}").status_code
        for address in addresses
    ]
    assert sent == [302, 302]


def test_sending_a_form_takes_few_queries(client, link, django_assert_max_num_queries):
    form = fill(client, link)
    client.post(link, fill(client, link))
    with django_assert_max_num_queries(5):  # budget, savepoint, place, row, release
        client.post(link, form)


def test_a_remembered_form_takes_no_query(client, link, django_assert_num_queries):
    client.get(link)
    with django_assert_num_queries(0):
        assert client.get(link).status_code == 200


def test_a_changed_name_is_shown_at_the_next_look(client, link, town):
    client.get(link)
    town.north.name = {"en": "Harbour Office"}
    town.north.save()
    doors.forget()
    assert "Harbour Office" in client.get(link).content.decode()


def test_seconds_are_what_the_form_says_and_nonsense_is_no_time(client, link):
    started = int(timezone.now().timestamp()) - 200
    client.post(link, fill(client, link, _started=str(started)))
    assert 200 <= Response.objects.get().seconds < 260
    for nonsense in ["", "soon", "-5", "9" * 30, str(started + 10_000), "1"]:
        client.post(link, fill(client, link, _started=nonsense))
    assert Response.objects.filter(seconds=None).count() == 6


@pytest.mark.parametrize("field", ["_started", "_code", "_once", "q1", "_note"])
def test_what_is_sent_back_to_the_page_never_becomes_markup(client, link, field):
    bait = '"><svg onload=alert(1)>'
    html = client.post(link, fill(client, link, **{"q1": "9", field: bait})).content.decode()
    assert "There is a problem" in html and "<svg" not in html


def test_empty_lines_of_a_text_survive_a_mistake_elsewhere(client, town):
    asked = changed(ASKED, key="words", sections=(changed(ASKED.sections[0], questions=(WORDS, *ASKED)),))
    Wave.objects.update(version=version_of(asked, frozen=True))
    link = f"/s/{town.at_north.key}/"
    answer = client.post(link, fill(client, link, words="First.\r\n\r\n\r\nSecond.", s1=""))
    assert answer.status_code == 422 and ">\nFirst.\r\n\r\n\r\nSecond.</textarea>" in answer.content.decode()


def test_a_form_is_never_stored_on_the_way(client, link):
    for answer in (client.get(link), client.post(link, fill(client, link, q1=""))):
        assert answer["Cache-Control"] == "no-store" and "Cookie" in answer["Vary"]


@pytest.mark.parametrize("key", ["%00", "a%00b", "x" * 300, "%F0%9F%8F%9B", "'--", "%C3%28"])
def test_an_address_that_cannot_be_one_is_not_found(client, town, key):
    assert client.get(f"/s/{key}/").status_code == client.get(f"/k/{key}/").status_code == 404


@pytest.mark.parametrize("body", [{f"x{n}": "" for n in range(2001)}, {"q1": "x" * 1_000_001}])
def test_a_flood_of_fields_is_a_bad_request(client, link, body):
    form = {**fill(client, link), **body}
    answer = client.post(link, urlencode(form), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400 and not Response.objects.exists()

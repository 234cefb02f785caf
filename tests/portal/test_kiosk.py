"""The tablet without scripts, and the door its queue sends to."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from tests.portal.test_answer import hidden
from tests.town import ANSWERS

from openhall.actions import budget
from openhall.models import Allocation, Budget, Response, Wave
from openhall.reads import doors


@pytest.fixture(autouse=True)
def fresh():
    doors.forget()
    budget.forget()


@pytest.fixture
def tablet(town) -> str:
    return f"/k/{town.at_north.kiosk_key}/"


@pytest.fixture
def entry(town) -> dict[str, object]:
    answers = {key: [value] for key, value in ANSWERS.items()}
    return {
        "kiosk": town.at_north.kiosk_key,
        "once": "a" * 32,
        "language": "zh",
        "seconds": 70,
        "answers": answers,
    }


def send(client, entry, **headers):
    body = entry if isinstance(entry, str) else json.dumps(entry)
    return client.post("/api/responses", body, content_type="application/json", headers=headers)


def test_the_tablet_has_no_menu_and_no_way_out(client, tablet):
    html = client.get(tablet).content.decode()
    assert "/desk/" not in html and "/privacy" not in html and 'href="/"' not in html
    assert "Save and finish later" not in html and 'lang="zh"' in html
    assert client.get("/k/nowhere/").status_code == 404


def test_an_answer_on_the_tablet_is_thanked_and_the_form_comes_back_by_itself(client, tablet):
    sent = client.post(tablet, {**hidden(client.get(tablet).content.decode()), **ANSWERS})
    assert (sent.status_code, sent.url) == (302, f"{tablet}thanks")
    assert client.get(sent.url).headers["Refresh"] == f"10; url={tablet}?lang=en"
    assert Response.objects.get().channel == "kiosk"


def test_a_mistake_on_the_tablet_stays_on_the_tablet(client, tablet):
    bad = client.post(tablet, {**hidden(client.get(tablet).content.decode()), **ANSWERS, "s1": ""})
    assert bad.status_code == 422 and f'action="{tablet}"' in bad.content.decode()
    assert "/desk/" not in bad.content.decode()


def test_a_tablet_has_no_budget(client, tablet, settings):
    settings.ANSWERS_PER_HOUR = 0
    assert client.post(tablet, ANSWERS).status_code == 302
    assert Budget.objects.count() == 0


def test_a_closed_tablet_says_so_without_a_way_out(client, tablet):
    Wave.objects.update(state=Wave.State.CLOSED)
    html = client.get(tablet).content.decode()
    assert "This survey has ended" in html and "/desk/" not in html and "front page" not in html


def test_the_service_worker_is_served_above_the_tablets(client, town):
    worker = client.get("/k/worker.js")
    assert (
        worker.headers["Content-Type"].startswith("text/javascript") and b"addEventListener" in worker.content
    )


def test_a_queued_answer_is_stored_once_however_often_it_is_sent(client, entry, town):
    assert [send(client, entry).status_code for _ in range(10)] == [201] + [200] * 9
    row = Response.objects.get()
    assert (row.channel, row.language, row.seconds, row.answers) == ("kiosk", "zh", 70, "[2,4,3,5,4]")
    assert Allocation.objects.get(key=town.at_north.key).filled == 1


def test_problems_of_a_queued_answer_are_said_by_question(client, entry):
    entry["answers"]["s1"] = ["9"]
    del entry["answers"]["s4"]
    answer = send(client, entry)
    assert answer.status_code == 422
    assert [problem["question"] for problem in answer.json()["problems"]] == ["s1", "s4"]
    assert Response.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"kiosk": 7},
        {"kiosk": None},
        {"once": "short"},
        {"once": None},
        {"once": "x" * 37},
        {"answers": None},
        {"answers": {"s1": "5"}},
        {"answers": {"s1": [5]}},
        {"answers": {f"q{n}": [] for n in range(1001)}},
    ],
)
def test_what_is_no_answer_from_a_tablet_is_malformed(client, entry, change):
    answer = send(client, {**entry, **change})
    assert answer.status_code == 400 and answer.json()["error"] == "malformed"


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
)
def test_what_is_no_json_is_malformed(client, town, body):
    assert send(client, body).status_code == 400


def test_brackets_without_end_are_malformed(client, town):
    assert send(client, "[" * 200_000).status_code == 400


@pytest.mark.parametrize("kiosk", ["nowhere", "", "a\0b", "\ud800", "x" * 5000])
def test_an_unknown_tablet_is_not_found(client, entry, kiosk):
    assert send(client, {**entry, "kiosk": kiosk}).status_code == 404


@pytest.mark.parametrize("language", [[], {}, 3, None, "xx", "\ud800"])
def test_a_language_that_is_none_counts_as_english(client, entry, language):
    assert send(client, {**entry, "language": language}).status_code == 201
    assert Response.objects.get().language == "en"


def test_a_tablet_whose_wave_closed_is_told_so(client, entry):
    Wave.objects.update(state=Wave.State.CLOSED)
    answer = send(client, entry)
    assert (answer.status_code, answer.json()["error"]) == (409, "closed")


@pytest.mark.parametrize("seconds", [-1, 10**9, 1.5, "60", None, True])
def test_an_impossible_time_is_no_time(client, entry, seconds):
    assert send(client, {**entry, "seconds": seconds}).status_code == 201
    assert Response.objects.get().seconds is None


def test_the_queue_needs_the_token_of_the_tablets_page(entry, tablet):
    strict = Client(enforce_csrf_checks=True)
    token = hidden(strict.get(tablet).content.decode())["csrfmiddlewaretoken"]
    assert send(strict, entry).status_code == 403
    assert send(strict, entry, **{"X-CSRFToken": token}).status_code == 201


def test_only_posting_is_possible(client, town):
    assert client.get("/api/responses").status_code == 405

"""The public register: only what may be shown, honest shares, the same columns for machines, and it stays fast."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from openhall import moment
from openhall.actions.intake import Intake, PartyGiven, receive
from openhall.models import Service, ServiceRequest
from openhall.reads import register
from openhall.surveys.codes import new_code

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def bring(number: int = 0, **more) -> ServiceRequest:
    with moment.at(START + timedelta(hours=number)):
        return receive(Intake(text="Zhou throws stones.", party=PartyGiven(name="Mary Li"), **more)).request


def ended(case: ServiceRequest, outcome: str) -> ServiceRequest:
    ServiceRequest.objects.filter(pk=case.pk).update(
        state="closed", is_open=False, outcome=outcome, closed_at=moment.now() - timedelta(days=1)
    )
    return case


def numbers(client, query: str = "") -> list[str]:
    return [row["number"] for row in client.get(f"/register.json{query}").json()["requests"]]


def test_facts_are_shown_and_neither_names_nor_words(client, desk):
    case = bring(service=desk.light, area=desk.old_town, demand="complaint", place="Zhou's door")
    for address in ("/register/", "/register.csv", "/register.json"):
        html = client.get(address).content.decode()
        assert case.number in html.replace("-", "") and "Street light" in html and "Old Town" in html
        assert "Zhou" not in html and "Mary" not in html


def test_confidential_and_unlisted_requests_are_never_there(client, desk):
    bring(demand="report"), bring(listed=False)
    shown = bring()
    assert numbers(client) == [shown.number]
    ServiceRequest.objects.update(listed=True)  # even if somebody listed a report by mistake
    assert len(numbers(client)) == 2


@pytest.mark.parametrize(
    "query",
    [
        "service=street-light",
        "demand=help",
        "office=roads",
        "area=old-town",
        "state=dispatched",
        "month=2026-03",
    ],
)
def test_each_filter_finds_its_own(client, desk, query):
    mine = bring(service=desk.light, area=desk.old_town, demand="help")
    ServiceRequest.objects.filter(pk=mine.pk).update(lead=desk.roads, state="dispatched")
    with moment.at(datetime(2026, 5, 1, tzinfo=UTC)):
        receive(Intake(text="Another.", service=desk.pipe, area=desk.harbour, demand="praise"))
    assert numbers(client, f"?{query}") == [mine.number]
    assert client.get(f"/register/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["service=nowhere", "office=nowhere", "area=nowhere"])
def test_an_unknown_code_finds_nothing_and_nonsense_is_left_out(client, desk, query):
    bring()
    assert numbers(client, f"?{query}") == []
    assert len(numbers(client, "?demand=gossip&state=lost&month=2026-13&after=x-y")) == 1
    assert (
        client.get("/register/?after=99999999999999999-999999999999999999&month=2099-12").status_code == 200
    )


def test_states_and_outcomes_can_be_asked_for(client, desk):
    open_one, done = bring(), ended(bring(1), "explained")
    assert numbers(client, "?state=open") == [open_one.number]
    assert numbers(client, "?state=closed") == numbers(client, "?state=explained") == [done.number]
    assert numbers(client, "?state=resolved") == []


def test_pages_follow_each_other_without_gap_or_repeat(client, desk, monkeypatch):
    monkeypatch.setattr(register, "FEED_PAGE", 3)
    at_once = [bring(0).number for _ in range(4)]  # at the same instant, too
    later = [bring(number).number for number in range(1, 5)]
    seen, address = [], "/register.json"
    while address:
        answer = client.get(address)
        body = answer.json()
        assert bool(body["next"]) == ("Link" in answer)
        seen += [row["number"] for row in body["requests"]]
        address = body["next"]
    assert seen == [*reversed(later), *reversed(at_once)]


def test_the_list_has_the_earlier_ones_behind_a_link(client, desk, monkeypatch):
    rows = [bring(number) for number in range(3)]
    monkeypatch.setattr(register.page, "__kwdefaults__", {"after": "", "most": 2})
    first = client.get("/register/?state=open")
    html = first.content.decode()
    assert rows[2].number in html.replace("-", "") and rows[0].number not in html.replace("-", "")
    following = client.get(first.context["next"])
    assert [row.pk for row in following.context["rows"]] == [rows[0].pk]
    assert "state=open" in first.context["next"] and following.context["beginning"] == "/register/?state=open"


def test_machines_get_days_and_not_times(client, desk):
    bring(service=desk.light)
    row = client.get("/register.json").json()["requests"][0]
    assert row["received"] == "2026-03-02" and row["service_code"] == "street-light" and row["closed"] == ""


def test_a_name_that_looks_like_a_formula_is_text_in_the_spreadsheet(client, desk):
    Service.objects.filter(pk=desk.light.pk).update(name={"en": '=HYPERLINK("x")'})
    bring(service=desk.light)
    rows = list(csv.reader(io.StringIO(client.get("/register.csv").content.decode("utf-8-sig"))))
    assert rows[1][rows[0].index("service")] == '\'=HYPERLINK("x")'
    assert json.loads(client.get("/register.json").content)["requests"][0]["service"] == '=HYPERLINK("x")'


def test_how_requests_ended_is_told_apart_and_small_figures_are_not(client, desk):
    for count, outcome in ((12, "resolved"), (10, "explained"), (2, "refused")):
        for number in range(count):
            ended(bring(number), outcome)
    shares = client.get("/register/").context["shares"]
    assert shares.total == 24
    assert [(row.outcome, row.count) for row in shares.rows] == [
        ("resolved", 12),
        ("explained", None),
        ("refused", None),
    ]
    assert "50.0 %" in client.get("/register/").content.decode()


def test_fewer_than_ten_endings_are_not_told(client, desk):
    for number in range(9):
        ended(bring(number), "resolved")
    assert client.get("/register/").context["shares"].total is None


def test_two_hidden_figures_hide_each_other():
    assert [row.count for row in register.told({"resolved": 50, "refused": 3, "unable": 4}).rows] == [
        50,
        None,
        None,
    ]
    assert [row.count for row in register.told({"resolved": 50, "refused": 10}).rows] == [50, 10]


def test_the_list_takes_few_queries_however_long_it_is(client, desk, django_assert_max_num_queries):
    for number in range(20):
        bring(number, service=desk.light, area=desk.old_town)
    with django_assert_max_num_queries(12):
        client.get("/register/?service=street-light&area=old-town")


def test_the_address_of_the_next_page_tells_no_moment(client, desk, monkeypatch):
    monkeypatch.setattr(register, "FEED_PAGE", 1), monkeypatch.setattr(register, "PAGE", 1)
    late, early = bring(2), bring(1)
    answer = client.get("/register.json")
    assert answer.json()["next"].endswith(f"after={late.number}")
    assert numbers(client, f"?after={late.number}") == [early.number]
    assert not re.search(r"\d{11}", answer["Link"])


def test_a_place_that_is_not_public_says_nothing(client, desk):
    case, secret = bring(1), bring(2, demand="report")
    bring(0)
    unknown = client.get(f"/register.json?after={new_code()}").json()
    assert client.get(f"/register.json?after={secret.number}").json() == unknown
    assert case.number in str(unknown)

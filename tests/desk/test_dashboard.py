"""The page of figures: who sees it, that every number leads to the requests it counts, files, both languages."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from tests import cases, rated
from tests.town import person, sign_in

from openhall import moment
from openhall.actions import close, extract_requests
from openhall.reads import facts_live, figures

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    facts_live.forget()


@pytest.fixture
def busy(desk):
    """Some requests in every state; the extract is behind."""
    with moment.at(datetime(2026, 4, 20, 10, tzinfo=UTC)):
        cases.sent(desk)  # late by now
    with moment.at(NOW):
        close.close(cases.signed(desk), outcome="resolved", reply=cases.REPLY, by=desk.handler)
        extract_requests.update()
        rated.rated(desk, 5)
        rated.rated(desk, 2, channel="phone", area=desk.harbour)
        cases.received(desk, service=None, area=None, demand="")
        cases.report(desk)
    return desk


def text(answer) -> str:
    return answer.content.decode()


def get(client, user, address="/desk/figures/"):
    with moment.at(NOW):
        return sign_in(client, user).get(address)


def lines(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


# --- who ----------------------------------------------------------------------------------------------------------


def test_leaders_analysts_auditors_supervisors_and_heads_see_it(desk, client):
    for user in (desk.leader, desk.town.analyst, desk.auditor, desk.supervisor, desk.head):
        answer = get(client, user)
        assert answer.status_code == 200 and 'href="/desk/figures/"' in text(answer), user.role
    for user in (desk.clerk, desk.dispatcher, desk.handler, desk.screener, desk.administrator):
        assert get(client, user).status_code == 403, user.role
        assert get(client, user, "/desk/figures/whole.csv").status_code == 403
        assert 'href="/desk/figures/"' not in text(get(client, user, "/desk/me/"))


def test_a_head_sees_the_own_department_whatever_is_asked_for(busy, client):
    page = text(get(client, busy.head, "/desk/figures/?department=water"))
    assert "What Roads was asked" in page and 'id="department"' not in page and 'id="lead"' not in page
    rows = lines(get(client, busy.head, "/desk/figures/lead.csv?department=water"))
    assert [row[0] for row in rows[2:]] == ["Roads"]
    assert get(client, person("noone", "head")).status_code == 403


# --- numbers lead to lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["leader", "auditor", "head", "analyst"])
def test_every_number_leads_to_a_list_of_as_many_requests(busy, client, who):
    user = busy.town.analyst if who == "analyst" else getattr(busy, who)
    page = text(get(client, user, "/desk/figures/?period=month"))
    links = re.findall(r'href="(/desk/requests/\?[^"]+)">([\d,]+)<', page)
    assert len(links) >= 10 and "1" in [number for address, number in links if "overdue" in address]
    for address, number in links:
        listed = text(get(client, user, unescape(address)))
        found = len(set(re.findall(r'href="/desk/requests/([0-9A-Z]{8,12})/"', listed)))
        assert found == int(number), address


def test_the_filters_stay_in_the_links(busy, client):
    page = text(get(client, busy.leader, "/desk/figures/?period=year&service=street-light&area=harbour"))
    links = [unescape(link) for link in re.findall(r'href="(/desk/requests/\?[^"]+)"', page)]
    assert links and all("service=street-light" in link and "area=harbour" in link for link in links)
    assert '<option value="harbour" selected>' in page


def test_what_is_odd_in_the_address_is_left_out(busy, client):
    answer = get(client, busy.leader, "/desk/figures/?period=aeon&since=%00&department=%00x&area=nowhere")
    assert answer.status_code == 200 and "Quarter 2 of 2026" in text(answer)


# --- what stands there --------------------------------------------------------------------------------------------


def test_the_figures_stand_there_with_their_cases(busy, client):
    page = " ".join(re.sub(r"<[^>]+>", " ", text(get(client, busy.leader))).split())
    assert "Closed in time 100.0 % † 3 of 3; 95 % interval 43.8 % to 100.0 %" in page
    assert "Satisfied (3 to 5) 50.0 % † 1 of 2" in page
    assert "This time is not over" in page
    assert "Resolved 3 Resolved 100.0 %" in page


def test_no_link_leads_beyond_the_first_year_there_is(busy, client):
    assert "The time before" not in text(
        get(client, busy.leader, "/desk/figures/?period=year&since=2000-01-01")
    )
    assert "The time before" in text(get(client, busy.leader, "/desk/figures/?period=year&since=2001-01-01"))


def test_a_new_hall_is_told_what_comes_next(desk, client):
    page = text(get(client, desk.leader))
    assert (
        "There is no request yet." in page and "<table" not in page and "<svg" not in page.split("<main")[1]
    )


def test_a_time_in_which_nothing_came_shows_noughts(busy, client):
    page = text(get(client, busy.leader, "/desk/figures/?period=year&since=2020-01-01"))
    assert "There is no request yet." not in page and "By month" in page


def test_while_it_is_counted_for_the_first_time_the_page_says_so(busy, client, monkeypatch):
    monkeypatch.setattr(facts_live, "MOST_FRESH", 1)
    facts_live.forget()
    answer = get(client, busy.leader)
    assert answer.status_code == 202 and "counted for the first time" in text(answer)
    assert client.get("/desk/figures/", headers={"HX-Target": "waiting"}).status_code == 204
    monkeypatch.undo()
    facts_live.forget()
    assert client.get("/desk/figures/", headers={"HX-Target": "waiting"})["HX-Refresh"] == "true"


def test_groups_beyond_twenty_fold_away(busy, client, monkeypatch):
    monkeypatch.setattr("openhall.desk.dashboard.SHOWN", 1)
    page = text(get(client, busy.leader))
    assert "all=service#service" in unescape(page)
    whole = text(get(client, busy.leader, "/desk/figures/?all=service"))
    assert "No service" in whole and "No service" not in page


def test_no_person_is_named(busy, client):
    page = text(get(client, busy.leader)).split("<main")[1]
    for name in ("Harry", "Rita", "Dina", "Li Ming"):
        assert name not in page


def test_everything_is_said_in_the_pages_language(busy, client):
    page = text(get(client, busy.leader, "/desk/figures/?lang=zh"))
    assert "道路科" in page and "路灯" in page and "Roads" not in page.split("<main")[1]


def test_the_charts_are_images_with_a_description_and_a_table(busy, client):
    page = text(get(client, busy.leader))
    assert page.count('class="chart"') == 2
    assert "By month from 2025-06 to 2026-05" in page
    assert 'style="' not in page


# --- files --------------------------------------------------------------------------------------------------------


def test_each_table_is_a_file(busy, client):
    for table in ("whole", "months", *figures.AXES):
        answer = get(client, busy.leader, f"/desk/figures/{table}.csv?period=month")
        assert answer.status_code == 200 and f"figures-{table}.csv" in answer["Content-Disposition"]
        rows = lines(answer)
        assert rows[0] == ["From", "2026-05-01", "to", "2026-05-31"]
        assert all(len(row) == len(rows[1]) for row in rows[1:])
    assert get(client, busy.leader, "/desk/figures/people.csv").status_code == 404


def test_the_file_of_groups_has_the_counts_behind_every_share(busy, client):
    rows = lines(get(client, busy.leader, "/desk/figures/channel.csv?period=month"))
    web = dict(zip(rows[1], next(row for row in rows if row[0] == "Website"), strict=True))
    assert (web["Received"], web["Rated"], web["Closed in time, %"]) == ("4", "1", "100.0")


def test_a_name_that_looks_like_a_formula_is_text(busy, client):
    busy.light.name = {"en": "=1+1", "zh": "=1+1"}
    busy.light.save()
    rows = lines(get(client, busy.leader, "/desk/figures/service.csv?period=month"))
    assert "'=1+1" in [row[0] for row in rows]


def test_files_too_wait_for_the_first_counting(busy, client, monkeypatch):
    monkeypatch.setattr(facts_live, "MOST_FRESH", 1)
    facts_live.forget()
    answer = get(client, busy.leader, "/desk/figures/whole.csv?period=month")
    assert answer.status_code == 302 and answer["Location"].startswith("/desk/figures/?period=month")

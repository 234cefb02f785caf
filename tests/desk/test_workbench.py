"""The workbench of a wave: who may use it, what it answers, how it is filtered, taken along and refused."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from random import Random
from urllib.parse import urlencode

import pytest
from tests.town import sign_in

from openhall.desk import bench as page
from openhall.models import Event, Response, Wave
from openhall.surveys.checking import encode

START = date(2024, 3, 4)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    page._kept.clear()


@pytest.fixture
def filled(town) -> Wave:
    """Sixty answers; men are served worse, the South less often and on paper."""
    chance = Random(3)
    for number in range(60):
        gender = 1 + number % 2
        points = [min(5, max(1, chance.randint(1, 4) + gender - 1)) for _ in range(4)]
        Response.objects.create(
            wave=town.wave,
            office=town.south if number % 3 == 0 else town.north,
            version=town.version,
            channel="paper" if number % 3 == 0 else "link",
            language="en",
            answers=encode((gender, *points)),
            submitted_on=START + timedelta(days=number % 10),
        )
    return town.wave


def view(client, wave: Wave, live: str = "", lang: str = "en", **asked):
    headers = {"HX-Request": "true", "HX-Target": live} if live else {}
    query = urlencode({"lang": lang, **{name.replace("_", "."): v for name, v in asked.items()}}, doseq=True)
    return client.get(f"/desk/waves/{wave.key}/workbench/?{query}", headers=headers)


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("analyst", 200), ("leader", 200), ("clerk", 403)]
)
def test_it_is_for_those_who_may_read_the_report(client, town, filled, role, status):
    sign_in(client, getattr(town, role))
    assert view(client, filled).status_code == status
    for kind in ("csv", "json"):
        address = f"/desk/waves/{filled.key}/workbench/figures.{kind}?rows=q1"
        assert client.get(address).status_code == status


def test_strangers_are_led_to_sign_in_and_back_to_the_same_view(client, filled):
    answer = view(client, filled, rows="q1")
    assert answer.status_code == 302 and "rows" in answer.headers["Location"]


def test_a_wave_nobody_knows_is_not_found(client, town):
    sign_in(client, town.analyst)
    assert client.get("/desk/waves/nosuch/workbench/").status_code == 404
    assert client.get(f"/desk/waves/{town.wave.key}/workbench/figures.exe?rows=q1").status_code == 404


def test_without_answers_it_says_what_will_be_here(client, town):
    sign_in(client, town.leader)
    said = text(view(client, town.wave, rows="q1"))
    assert "There are no valid answers yet" in said and "Procedure" not in said


def test_with_nothing_chosen_it_offers_questions_to_begin_with(client, town, filled):
    sign_in(client, town.leader)
    answer = view(client, filled)
    assert "Choose a variable" in text(answer)
    assert f"/desk/waves/{filled.key}/workbench/?rows=q1&amp;columns=s4" in answer.content.decode()
    assert "South Office" in text(answer) and "Tablet in the hall" not in text(answer)  # only what occurs


def test_two_questions_are_answered_in_words_a_chart_and_tables(client, town, filled):
    sign_in(client, town.leader)
    answer = view(client, filled, rows="q1", columns="s4")
    body, said = answer.content.decode(), text(answer)
    assert answer.status_code == 200
    assert "The means differ" in said and "95% CI" in said
    assert body.count('class="chart"') == 1 and "style=" not in body and "<script>" not in body
    assert "All 60 answers" in said
    assert body.index("report-plain") < body.index("report-apa") < body.index("<table")


def test_the_page_speaks_the_language_of_the_reader(client, town, filled):
    sign_in(client, town.leader)
    assert "您对大厅满意吗" in text(view(client, filled, lang="zh", rows="q1", columns="s4"))
    assert "Are you satisfied with the hall" in text(view(client, filled, rows="q1", columns="s4"))


@pytest.mark.parametrize(
    ("where", "n"),
    [
        ({"where": ["q1:2"]}, 30),
        ({"where": ["channel:paper"]}, 20),
        ({"where": ["channel:paper", "q1:1"]}, 10),
        ({"where": ["channel:paper", "channel:link"]}, 60),
        ({"day_from": "2024-03-04", "day_to": "2024-03-05"}, 12),
        ({"day_from": "2024-03-13"}, 6),
        ({"where": ["language:en"]}, 60),
    ],
)
def test_a_condition_changes_who_is_counted_and_stands_as_a_chip(client, town, filled, where, n):
    sign_in(client, town.analyst)
    answer = view(client, filled, rows="q1", columns="s4", **where)
    assert f"{n} of 60 answers" in text(answer)
    assert answer.content.decode().count("app-chip") >= 1


def test_an_office_is_a_condition_too(client, town, filled):
    sign_in(client, town.analyst)
    answer = view(client, filled, rows="s4", where=f"office:{town.south.pk}")
    assert "20 of 60 answers" in text(answer) and "Office: South Office" in text(answer)


def test_a_chip_leads_to_the_same_view_without_its_condition(client, town, filled):
    sign_in(client, town.analyst)
    body = view(client, filled, rows="q1", where=["q1:1", "channel:link"]).content.decode()
    links = re.findall(r'class="app-chip" href="([^"]+)"', body)
    assert links == [
        f"/desk/waves/{filled.key}/workbench/?rows=q1&amp;where={rest}" for rest in ("channel:link", "q1:1")
    ]


def test_nobody_left_shows_the_way_back(client, town, filled):
    sign_in(client, town.analyst)
    answer = view(client, filled, rows="q1", day_from="2030-01-01")
    assert answer.status_code == 200
    assert "No answer fits all of this" in text(answer) and "0 of 60 answers" in text(answer)
    assert f'href="/desk/waves/{filled.key}/workbench/?rows=q1"' in answer.content.decode()


def test_one_group_alone_cannot_be_compared_and_the_page_says_so(client, town, filled):
    sign_in(client, town.analyst)
    answer = view(client, filled, rows="q1", columns="s4", where="q1:1")
    assert answer.status_code == 200 and "fewer than two groups" in text(answer)


def test_the_same_variable_twice_is_shown_by_itself(client, town, filled):
    sign_in(client, town.analyst)
    assert "chosen twice" in text(view(client, filled, rows="q1", columns="q1"))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"rows": "q9"}, "there is no variable q9"),
        ({"rows": "q1", "how": "magic"}, "there is no procedure magic. Known are: frequencies"),
        ({"rows": "q1", "where": "q1:7"}, "there is no answer 7. Known are: 1, 2"),
        ({"rows": "q1", "where": "nobody:1"}, "there is no variable nobody to filter by"),
        (
            {"rows": "q1", "day_from": "yesterday"},
            "day from: “yesterday” is not a date. For example: 2024-03-31",
        ),
        ({"rows": "<script>"}, "&lt;script&gt;"),
    ],
)
def test_a_name_nobody_knows_is_refused_with_what_is_known(client, town, filled, asked, says):
    sign_in(client, town.analyst)
    answer = view(client, filled, **asked)
    assert answer.status_code == 400
    assert says in re.sub(r"\s+", " ", answer.content.decode())
    live = view(client, filled, live="bench-found", **asked)
    assert live.status_code == 200 and says in re.sub(r"\s+", " ", live.content.decode())
    file = client.get(f"/desk/waves/{filled.key}/workbench/figures.csv?{urlencode(asked).replace('_', '.')}")
    assert file.status_code == 400


def test_htmx_gets_the_part_that_changes_and_the_address_of_the_view(client, town, filled):
    sign_in(client, town.analyst)
    answer = view(client, filled, live="bench-found", rows="q1", columns="s4", day_from="", day_to="")
    body = answer.content.decode()
    assert "<html" not in body and body.lstrip().startswith("<div") and 'id="bench-found"' in body
    assert answer.headers["HX-Push-Url"] == f"/desk/waves/{filled.key}/workbench/?rows=q1&columns=s4"
    whole = view(client, filled, live="bench", rows="q1").content.decode()
    assert "<html" not in whole and 'id="bench"' in whole and 'id="bench-found"' in whole


def test_the_heading_takes_the_focus_where_the_link_that_was_followed_is_gone(client, town, filled):
    sign_in(client, town.analyst)
    focused = [
        "autofocus" in view(client, filled, live=part, rows="q1", columns="s1").content.decode()
        for part in ("", "bench-found", "bench")
    ]
    assert focused == [False, False, True]


def test_going_back_gets_the_whole_page(client, town, filled):
    sign_in(client, town.analyst)
    answer = client.get(
        f"/desk/waves/{filled.key}/workbench/?rows=q1",
        headers={"HX-Request": "true", "HX-History-Restore-Request": "true"},
    )
    assert "<html" in answer.content.decode()


def test_a_procedure_chosen_for_other_variables_is_forgotten(client, town, filled):
    sign_in(client, town.analyst)
    kept = view(client, filled, rows="q1", columns="s4", how="crosstab", of="q1~s4").content.decode()
    assert '<option value="crosstab" selected>' in kept
    fresh = view(client, filled, rows="q1", columns="s4", how="crosstab", of="q1~s3").content.decode()
    assert '<option value="oneway" selected>' in fresh


def test_the_figures_are_taken_along_as_json_and_that_is_written_down(client, town, filled):
    sign_in(client, town.analyst)
    before = Event.objects.count()
    view(client, filled, rows="q1", columns="s4")
    assert Event.objects.count() == before  # reading is no event
    answer = client.get(
        f"/desk/waves/{filled.key}/workbench/figures.json?rows=q1&columns=s4&where=channel:paper"
    )
    figures = json.loads(answer.content)
    assert figures["format"] == "openhall.workbench/1" and figures["cases"] == 20
    assert figures["rows"] == "q1" and figures["where"][0]["values"] == ["paper"]
    assert sum(group["n"] for group in figures["groups"]) == 20
    event = Event.objects.get(kind="figures.exported")
    assert event.by == town.analyst and event.data["question"] == "rows=q1&columns=s4&where=channel:paper"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_tables_are_taken_along_as_csv(client, town, filled):
    sign_in(client, town.analyst)
    answer = client.get(f"/desk/waves/{filled.key}/workbench/figures.csv?rows=q1&columns=s4&how=crosstab")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][1] == "60"
    total = next(row for row in rows if row and row[0] == "Total")
    assert total[-1] == "60"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_a_file_of_nothing_is_refused_and_not_written_down(client, town, filled):
    sign_in(client, town.analyst)
    for query in ("", "?rows=q1&day.from=2030-01-01"):
        assert client.get(f"/desk/waves/{filled.key}/workbench/figures.csv{query}").status_code == 400
    assert not Event.objects.filter(kind="figures.exported").exists()


def test_a_new_answer_is_in_the_next_view(client, town, filled):
    sign_in(client, town.analyst)
    assert "All 60 answers" in text(view(client, filled, rows="q1"))
    Response.objects.create(
        wave=filled,
        office=town.north,
        version=town.version,
        channel="link",
        language="en",
        answers=encode((1, 3, 3, 3, 3)),
        submitted_on=START,
    )
    assert "All 61 answers" in text(view(client, filled, rows="q1"))


def test_an_office_with_another_name_is_called_so_in_the_next_view(client, town, filled):
    sign_in(client, town.analyst)
    view(client, filled, rows="office")
    town.north.name = {"en": "Hall of the Hills"}
    town.north.save()
    found = text(view(client, filled, live="bench-found", rows="office"))
    assert "Hall of the Hills" in found


def test_the_second_view_asks_the_database_little(client, town, filled, django_assert_max_num_queries):
    sign_in(client, town.analyst)
    view(client, filled, rows="q1", columns="s4", where="channel:link")
    with django_assert_max_num_queries(25):
        view(client, filled, rows="q1", columns="s4", where="channel:link")


def test_the_page_is_a_plain_form_without_scripts(client, town, filled):
    sign_in(client, town.analyst)
    body = view(client, filled, rows="q1", columns="s4", how="kruskal", where="q1:2").content.decode()
    assert f'method="get" action="/desk/waves/{filled.key}/workbench/"' in body
    assert 'name="where" value="q1:2" id="where-q1-2" checked' in body
    assert '<option value="q1" selected>' in body and "<button" in body


def test_the_wave_and_its_report_lead_to_it(client, town, filled):
    sign_in(client, town.leader)
    address = f'href="/desk/waves/{filled.key}/workbench/"'
    assert address in client.get(f"/desk/waves/{filled.key}/").content.decode()

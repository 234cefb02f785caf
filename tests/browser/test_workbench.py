"""The workbench with scripts: it answers while one chooses, its address follows, and going back goes back."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from tests.browser.crawl import AXE, RULES

from openhall.models import Response
from openhall.surveys.checking import encode

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def address(town, live_server) -> str:
    chance = Random(3)
    for number in range(60):
        Response.objects.create(
            wave=town.wave,
            office=(town.north, town.south)[number % 2],
            version=town.version,
            channel=("link", "paper")[number % 2],
            language="en",
            answers=encode((chance.choice((1, 2)), *(chance.randint(1, 5) for _ in range(4)))),
            submitted_on=date(2024, 3, 4),
        )
    return f"{live_server.url}/desk/waves/{town.wave.key}/workbench/"


def test_the_answer_follows_what_is_chosen_and_going_back_goes_back(town, visit, address):
    page = visit(town.analyst)
    page.goto(address)
    page.select_option("#bench-rows", "q1")
    page.wait_for_selector("h2:text('What is your gender?')")
    page.select_option("#bench-columns", "s4")
    page.wait_for_selector("#bench-found :text('All 60 answers')")
    page.wait_for_url("**/?rows=q1&columns=s4")
    assert page.input_value("#bench-how") == "oneway"
    page.focus("#bench-how")
    page.select_option("#bench-how", "crosstab")
    page.wait_for_selector("caption:text('Counts, and per cents of each row')")
    page.wait_for_url("**how=crosstab")
    page.wait_for_selector("#bench-how:focus")  # the keyboard stays where it was
    page.click("summary:text('Channel')")
    page.check("[value='channel:paper']")
    page.wait_for_selector("text=30 of 60 answers")
    assert page.inner_text(".app-chip").startswith("Channel: Paper")
    page.click(".app-chip")
    page.wait_for_selector("text=All 60 answers")
    assert not page.is_checked("[value='channel:paper']")
    page.go_back()
    page.wait_for_selector("text=30 of 60 answers")
    assert page.is_checked("[value='channel:paper']")
    page.go_back()
    page.wait_for_selector("text=All 60 answers")
    assert page.input_value("#bench-how") == "crosstab" and page.input_value("#bench-columns") == "s4"


def test_it_works_by_keyboard_and_without_scripts(town, visit, address):
    page = visit(town.analyst, scripts=False)
    page.goto(address)
    page.focus("#bench-rows")
    page.keyboard.type("What is your g")
    page.keyboard.press("Tab")
    page.keyboard.type("Service")
    page.focus("text=Show")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=All 60 answers")
    assert "rows=q1" in page.url and "columns=SE" in page.url
    page.select_option("#bench-how", "kruskal")
    page.focus("text=Show")
    page.keyboard.press("Enter")
    page.wait_for_selector(".report-apa:text('H(')")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(
    "query", ["", "rows=q1&columns=s4&where=channel:paper", "rows=SE&columns=s4", "rows=nobody"]
)
def test_no_view_has_a_fault_axe_finds_or_scrolls_sideways(town, visit, address, query, width):
    page = visit(town.analyst, bypass_csp=True, viewport={"width": width, "height": 800})
    page.goto(f"{address}?{query}")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    assert [one["id"] for one in found["violations"]] == []

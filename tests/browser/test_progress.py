"""A report in the making, in a browser: how far it is, cancelling with and without scripts, and data from elsewhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.browser.crawl import Crawl
from tests.desk.test_report import answer

from openhall.actions import report as making
from openhall.actions import screen_large
from openhall.models import Output

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(town, settings, tmp_path) -> str:
    """The address of a file that is being made."""
    settings.DATA_DIR = tmp_path
    for given in ((1, 5, 4, 3, 2), (2, 1, 2, 3, 4), (1, 3, 3, 2, 5)):
        answer(town, given)
    output = making.request_file(town.wave, language="en", format="json", by=town.leader)
    return reverse("desk:output", args=[town.wave.key, output.pk])


def counted(part: int, done: int = 1) -> None:
    """The worker has come so far, after nine seconds."""
    Output.objects.update(
        state="running",
        step=making.STEPS[done],
        done=done,
        part=part,
        parts=100,
        step_began=timezone.now() - timedelta(seconds=9),
        at=timezone.now(),
    )


def test_the_page_follows_the_worker_and_speaks_only_of_what_changes(visit, live_server, town, waiting):
    page = visit(town.leader)
    counted(43)
    page.goto(live_server.url + waiting)
    page.get_by_text("43 %, about 12 seconds left").wait_for()
    page.evaluate(
        "() => { window.said = 0; new MutationObserver(() => window.said++)"
        ".observe(document.getElementById('output-step'), {childList: true, characterData: true, subtree: true}); }"
    )
    button = page.get_by_role("button", name="Cancel")
    button.focus()
    counted(40)
    page.get_by_text("40 %, about 14 seconds left").wait_for()
    assert page.evaluate("window.said") == 0
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    counted(10, done=2)
    page.get_by_text("Step 3 of 3: Drawing the charts").wait_for()
    assert page.evaluate("window.said") > 0
    Output.objects.update(state="waiting")
    making.make(str(Output.objects.get().pk))
    page.get_by_role("link", name="Download JSON").wait_for()
    assert page.get_by_role("status").inner_text() == "The file is ready."


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_cancelled_by_a_button_beside_the_bar(visit, live_server, town, waiting, scripts):
    page = visit(town.leader, scripts=scripts)
    counted(43)
    page.goto(live_server.url + waiting)
    page.click("text=Cancel")
    page.get_by_text("The making of this file was cancelled.").wait_for()
    assert Output.objects.get().state == "cancelled"
    page.click("text=Make it again")
    page.get_by_text("Waiting for the worker").wait_for()
    assert Output.objects.get().state == "waiting"


def test_a_report_that_is_finished_takes_the_place_of_its_progress(
    visit, live_server, town, waiting, monkeypatch
):
    monkeypatch.setattr("openhall.reads.subjects.AT_ONCE", 1)
    page = visit(town.leader)
    page.goto(live_server.url + reverse("desk:report", args=[town.wave.key]))
    page.get_by_text("Waiting for the worker").wait_for()
    making.make(str(Output.objects.get(format="page").pk))
    page.get_by_role("heading", name="4.6").wait_for()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_data_from_elsewhere_meet_no_barrier(visit, live_server, town, waiting, tmp_path: Path, language):
    """The list with a source of each state; a source waiting, counted, cancelled, and one that cannot be opened."""
    (tmp_path / "city.csv").write_text("q1,s1,s2,s3,s4\n" + "1,5,4,3,2\n2,3,3,1,1\n" * 3, "utf-8")
    entry = (
        "[[source]]\nkey = '{key}'\nname = {{ en = 'City', zh = '全市' }}\ndata = '{data}'\nstudy = 'hall'\n"
    )
    places = {"made": "city.csv", "waiting": "city.csv", "stopped": "city.csv", "gone": "gone.csv"}
    named = "".join(entry.format(key=key, data=data) for key, data in places.items())
    (tmp_path / "sources.toml").write_text(named + "[[source]]\nkey = 'half'\n", "utf-8")
    page = visit(town.leader, language=language, bypass_csp=True)
    addresses = {key: reverse("desk:source", args=[key]) for key in places}
    page.goto(live_server.url + addresses["made"])
    making.make(str(Output.objects.get(source="made").pk))
    page.goto(live_server.url + addresses["stopped"])
    making.cancel(Output.objects.get(source="stopped"), by=None)
    crawl = Crawl(page, live_server.url, [], axe_at="phone" if language == "zh" else "wide")
    for address in (*addresses.values(), reverse("desk:sources")):
        crawl.opened(address)
        crawl.check(address)
    assert crawl.faults == []


@pytest.fixture
def large(town, monkeypatch, settings, tmp_path) -> str:
    """The address at which a large wave is screened."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("openhall.reads.screening_large.AT_ONCE", 1)
    monkeypatch.setattr("openhall.desk.workbench.MOST_READ", 1)
    for given in ((1, 5, 4, 3, 2), (2, 1, 2, 3, 4), (1, None, 3, 2, 5)):
        answer(town, given)
    return reverse("desk:screening", args=[town.wave.key])


def test_the_sheets_of_a_large_wave_are_screened_before_ones_eyes(visit, live_server, town, large):
    page = visit(town.analyst)
    page.goto(live_server.url + large)
    page.click("text=Apply the rules now")
    page.get_by_text("Waiting for the worker").wait_for()
    counted(43, done=0)
    page.get_by_text("43 %, about 12 seconds left").wait_for()
    Output.objects.update(state="waiting")
    screen_large.apply_large(str(Output.objects.get().pk))
    page.get_by_text("1 new findings").wait_for()
    page.get_by_role("button", name="Apply the rules now").wait_for()


def test_without_scripts_the_work_on_the_sheets_is_cancelled(visit, live_server, town, large):
    page = visit(town.analyst, scripts=False)
    page.goto(live_server.url + large)
    page.click("text=Apply the rules now")
    page.click("text=Cancel")
    page.get_by_text("Cancelled. What was done until then stands.").wait_for()
    page.get_by_role("button", name="Apply the rules now").wait_for()


def test_the_workbench_opens_by_itself_when_it_is_ready(visit, live_server, town, large, monkeypatch):
    page = visit(town.leader)
    page.goto(live_server.url + reverse("desk:workbench", args=[town.wave.key]))
    page.get_by_text("still has to read 3 answers.").wait_for()
    monkeypatch.setattr("openhall.desk.workbench.MOST_READ", 10)
    page.get_by_text("Show").first.wait_for()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_worker_does_meets_no_barrier(visit, live_server, town, large, language):
    """The sheets of a large wave, and its workbench, in every state of the worker."""
    page = visit(town.analyst, language=language, bypass_csp=True)
    crawl = Crawl(page, live_server.url, [], axe_at="phone" if language == "zh" else "wide")
    output = screen_large.request_rules(town.wave, by=town.analyst, language="en")
    for state in ("waiting", "running", "failed", "cancelled"):
        counted(43, done=0)
        Output.objects.update(state=state, error="Disk full." if state == "failed" else "")
        crawl.opened(large)
        crawl.check(f"screening {state}")
    Output.objects.update(state="waiting")
    screen_large.apply_large(str(output.pk))
    for address in (large, reverse("desk:workbench", args=[town.wave.key])):
        crawl.opened(address)
        crawl.check(address)
    assert crawl.faults == []

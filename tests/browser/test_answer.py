"""The citizen's form in a browser: what is left on a phone that others use too."""

from __future__ import annotations

import pytest
from tests.town import build_town

from openhall.models import Response

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser, live_server):
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{live_server.url}/s/{build_town().at_north.key}/")
    yield page
    context.close()


def fill(page) -> None:
    for question in page.query_selector_all("[data-question]"):
        question.query_selector_all("input")[1].check()


def go_back(page) -> None:
    page.go_back()
    page.wait_for_load_state()
    page.wait_for_function("!sessionStorage.getItem('openhall-stored')")


def test_sent_answers_are_not_on_the_form_when_somebody_goes_back(page):
    fill(page)
    page.click(".app-answer__send")
    page.wait_for_url("**/thanks")
    go_back(page)
    assert page.locator("input:checked").count() == 0
    assert Response.objects.filter(complete=True).count() == 1


def test_saved_answers_are_not_on_the_form_when_somebody_goes_back(page):
    fill(page)
    page.click("[name=_save]")
    page.wait_for_selector("#code")
    go_back(page)
    assert page.locator("input:checked").count() == 0


def test_answers_that_were_not_sent_are_still_there_when_somebody_comes_back(page):
    fill(page)
    page.click("text=Privacy")
    page.wait_for_url("**/privacy")
    page.go_back()
    page.wait_for_selector("#answer")
    assert page.locator("input:checked").count() == 5


def test_mistakes_leave_what_was_given(page):
    page.check("#q-q1-2")
    page.click(".app-answer__send")
    page.wait_for_selector("#error-summary")
    assert page.locator("input:checked").count() == 1

"""Keying with the keyboard: one key an answer, and a sheet is stored without the mouse."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.town import PASSWORD

from openhall.models import Response

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(browser, live_server, town):
    """The keying page, the clerk signed in, an own office chosen and the first question in focus."""
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{live_server.url}/desk/sign-in")
    page.fill("[name=username]", "carl")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/desk/**")
    page.goto(live_server.url + reverse("desk:keying", args=[town.wave.key]))
    page.select_option("#office", str(town.north.pk))
    page.fill("#serial", "A1")
    page.keyboard.press("Enter")
    yield page
    page.context.close()


def focus(page):
    return page.evaluate("document.activeElement.id")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_a_sheet_is_keyed_with_one_key_an_answer(desk):
    assert focus(desk) == "a-q1"
    press(desk, "2", "4", "Space", "5", "3", "Enter")
    desk.wait_for_selector(".app-keying__stored")
    assert Response.objects.get().given == (2, 4, None, 5, 3)
    assert focus(desk) == "serial" and desk.input_value("#office")


def test_plus_makes_a_double_mark_and_backspace_goes_back(desk):
    press(desk, "2", "4", "+", "2")
    assert desk.input_value("#a-s1") == "2|4" and focus(desk) == "a-s2"
    press(desk, "Backspace")
    assert desk.input_value("#a-s1") == "" and focus(desk) == "a-s1"


def test_a_key_that_is_no_answer_is_refused_beside_the_question(desk):
    press(desk, "7")
    assert focus(desk) == "a-q1" and desk.input_value("#a-q1") == ""
    assert desk.inner_text("#said-a-q1") == "This key is no answer here."


def test_enter_does_not_save_a_sheet_with_questions_overlooked(desk):
    press(desk, "2", "4", "Enter")
    assert focus(desk) == "a-s2" and "Not keyed yet" in desk.inner_text("#keying-left")
    assert not Response.objects.exists()

"""The desk's pages with scripts: the list by keyboard, and likely records that appear while a clerk types."""

from __future__ import annotations

import pytest
from tests import cases

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_list_is_worked_through_by_keyboard(desk, visit, live_server):
    sent = [cases.sent(desk, subject=f"Lamp {number}") for number in range(3)]
    page = visit(desk.handler)
    page.goto(f"{live_server.url}/desk/requests/")
    page.wait_for_selector("#list-keys:not([hidden])")
    links = page.locator(".app-list__number a")
    assert links.count() == len(sent)

    def at() -> int:
        return page.evaluate(
            "[...document.querySelectorAll('.app-list__number a')].indexOf(document.activeElement)"
        )

    page.keyboard.press("j")
    assert at() == 0
    page.keyboard.press("j")
    assert at() == 1
    page.keyboard.press("k")
    assert at() == 0
    page.keyboard.press("x")
    assert page.locator("[name=pick]").nth(0).is_checked()
    assert "1" in page.inner_text("#list-ticked")
    page.keyboard.press("?")
    assert page.is_visible("dialog")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "filter-q"
    page.keyboard.press("j")
    assert page.input_value("#filter-q") == "j"
    wanted = links.nth(0).get_attribute("href")
    links.nth(0).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")


def test_keys_can_be_switched_off(desk, visit, live_server):
    cases.sent(desk)
    page = visit(desk.handler)
    page.goto(f"{live_server.url}/desk/requests/")
    page.click("[data-keys=open]")
    page.click("[data-keys=toggle]")
    page.click("[data-keys=close]")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_likely_records_appear_while_a_clerk_types(desk, visit, live_server):
    cases.received(desk)
    page = visit(desk.clerk)
    page.goto(f"{live_server.url}/desk/requests/new")
    page.locator("[name=party_name]").press_sequentially("Li Ming")
    page.wait_for_selector("#likely-party :text('Li Ming')")
    assert page.input_value("[name=party_name]") == "Li Ming"
    page.locator("[name=text]").press_sequentially("The street light at the school gate is out.")
    page.wait_for_selector("#intake-help :text('Street light')")

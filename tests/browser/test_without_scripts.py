"""The service desk without scripts: what a citizen, a clerk and a department do works by forms and links alone."""

from __future__ import annotations

import pytest
from tests import cases

from openhall.actions import dispatch, handle
from openhall.models import ServiceRequest
from openhall.portal import requests

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTION = "Which of the lamps is it, the one at the gate or the one at the corner?"


@pytest.fixture
def plain(visit):
    def opened(user=None):
        return visit(user, scripts=False)

    return opened


def test_a_citizen_brings_a_request_and_answers_a_question(desk, plain, live_server, monkeypatch):
    monkeypatch.setattr(requests, "QUICKEST", 0)  # a test writes faster than people
    page = plain()
    page.goto(f"{live_server.url}/requests/new")
    page.check("[name=demand][value=help]")
    page.select_option("[name=service]", desk.light.code)
    page.fill("[name=text]", cases.TEXT)
    page.select_option("[name=area]", desk.old_town.code)
    page.fill("[name=place]", "School gate")
    page.check("[name=who][value=anonymous]")
    page.click(".app-answer__send")
    page.click("[name=step][value=send]")
    page.wait_for_selector(".app-receipt__codes")
    number, code = page.locator(".app-receipt__codes .app-resume-code").all_inner_texts()
    case = dispatch.sign(cases.sent(desk, ServiceRequest.objects.get()), by=desk.handler)
    handle.ask(case, text=QUESTION, by=desk.handler)
    page.goto(f"{live_server.url}/track")
    page.fill("[name=number]", number)
    page.fill("[name=code]", code)
    page.click("main form button")
    assert QUESTION in page.inner_text("main")
    page.locator("form[action$='/answer'] textarea").fill("The one at the gate.")
    page.locator("form[action$='/answer'] button").click()
    assert "The one at the gate." in page.inner_text("main")
    case.refresh_from_db()
    assert case.state == "handling"


def test_a_clerk_looks_up_and_takes_a_request(desk, plain, live_server):
    cases.received(desk)
    page = plain(desk.clerk)
    page.goto(f"{live_server.url}/desk/requests/new")
    page.fill("[name=party_name]", "Li Ming")
    page.fill("[name=text]", "The street light at the harbour is out, too.")
    page.fill("[name=place]", "Harbour")
    page.locator(".app-actions [name=look]").click()
    assert "Li Ming" in page.inner_text("#likely-party")
    assert page.input_value("[name=text]").startswith("The street light")
    page.locator("[name=take][value=service]").click()
    page.locator(".app-actions [name=send]").click()
    assert page.locator(".app-takehome__codes").count() == 1
    assert ServiceRequest.objects.count() == 2


def test_a_handler_replies(desk, plain, live_server):
    case = cases.signed(desk)
    page = plain(desk.handler)
    page.goto(f"{live_server.url}/desk/requests/{case.number}/?act=reply")
    form = page.locator("#act-reply form")
    form.locator("[name=text]").fill("A fitter comes tomorrow at nine.")
    form.locator("button.govuk-button").first.click()
    assert "A fitter comes tomorrow at nine." in page.inner_text("main")
    assert case.messages.filter(kind="reply").count() == 1


def test_a_department_signs_for_many_at_once(desk, plain, live_server):
    sent = [cases.sent(desk, subject=f"Lamp {number}") for number in range(3)]
    page = plain(desk.handler)
    page.goto(f"{live_server.url}/desk/requests/")
    for case in sent[:2]:
        page.check(f"#pick-{case.number}")
    page.click("[name=sign]")
    assert page.locator("h1").inner_text() == "What was done"
    assert ServiceRequest.objects.filter(state="handling").count() == 2

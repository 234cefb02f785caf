"""The tablet with scripts: answers wait in the browser while the hall cannot be reached, and arrive once."""

from __future__ import annotations

import pytest
from tests.town import build_town

from openhall.models import Allocation, Response
from openhall.reads import doors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

THANKS = "#kiosk-thanks:not([hidden])"


class Tablet:
    """A tablet in the hall, and what a visitor does with it."""

    def __init__(self, browser, address: str) -> None:
        self.context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB")
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.goto(address)

    def answer(self) -> None:
        for question in self.page.query_selector_all("[data-question]"):
            question.query_selector_all("input")[1].check()
        self.page.click(".app-answer__send")
        self.page.wait_for_selector(THANKS)
        self.page.click("#kiosk-next")
        self.page.wait_for_selector("#kiosk-form:not([hidden])")

    def lose_connection(self) -> None:
        self.context.route("**/api/responses", lambda route: route.abort())

    def lose_confirmations(self) -> None:
        """The answer arrives, the confirmation does not."""

        def half(route) -> None:
            route.fetch()
            route.abort()

        self.context.route("**/api/responses", half)

    def find_connection(self) -> None:
        self.context.unroute("**/api/responses")
        self.page.reload()
        self.page.wait_for_selector("#kiosk-waiting[data-waiting='0'][data-refused='0']", state="attached")

    def waiting(self) -> str:
        self.page.wait_for_selector("#kiosk-waiting:not([hidden])")
        return self.page.inner_text("#kiosk-waiting")


@pytest.fixture
def tablet(browser, live_server):
    doors.forget()
    at_north = build_town().at_north
    tablet = Tablet(browser, f"{live_server.url}/k/{at_north.kiosk_key}/")
    yield tablet
    tablet.context.close()


def test_answers_given_without_a_connection_survive_a_reload_and_arrive_once(tablet):
    tablet.answer()
    tablet.lose_connection()
    tablet.answer()
    tablet.answer()
    assert "2" in tablet.waiting()
    tablet.page.reload()
    assert "2" in tablet.waiting()
    assert Response.objects.count() == 1
    tablet.find_connection()
    assert Response.objects.filter(channel="kiosk", complete=True).count() == 3
    assert sum(Allocation.objects.values_list("filled", flat=True)) == 3


def test_an_answer_whose_confirmation_was_lost_is_sent_again_and_counted_once(tablet):
    tablet.lose_confirmations()
    tablet.answer()
    assert "1" in tablet.waiting() and Response.objects.count() == 1
    tablet.find_connection()
    assert Response.objects.count() == sum(Allocation.objects.values_list("filled", flat=True)) == 1


def test_a_double_tap_is_one_answer(tablet):
    for question in tablet.page.query_selector_all("[data-question]"):
        question.query_selector_all("input")[1].check()
    tablet.page.evaluate(
        "for (let tap = 0; tap < 3; tap++) document.querySelector('.app-answer__send').click()"
    )
    tablet.page.wait_for_selector(THANKS)
    tablet.page.click("#kiosk-next")
    tablet.answer()
    assert Response.objects.count() == 2


def test_the_page_of_a_network_that_wants_a_sign_in_is_no_confirmation(tablet):
    tablet.context.route(
        "**/api/responses", lambda route: route.fulfill(status=200, body="<h1>Accept the terms</h1>")
    )
    tablet.answer()
    assert "1" in tablet.waiting() and not Response.objects.exists()
    tablet.find_connection()
    assert Response.objects.count() == 1


def test_a_forgotten_question_is_named_without_asking_the_hall(tablet):
    tablet.lose_connection()
    tablet.page.check("#q-q1-1")
    tablet.page.click(".app-answer__send")
    links = tablet.page.query_selector_all("#kiosk-errors a")
    assert links[0].inner_text().startswith("Question 2")
    assert tablet.page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert tablet.page.is_checked("#q-q1-1")


def test_the_next_visitor_finds_an_empty_form_in_the_halls_language(tablet):
    tablet.page.click("text=中文")
    tablet.page.wait_for_selector("text=大厅干净吗？")
    for question in tablet.page.query_selector_all("[data-question]"):
        question.query_selector_all("input")[0].check()
    tablet.page.click(".app-answer__send")
    tablet.page.wait_for_selector(THANKS)
    tablet.page.click("#kiosk-next")
    tablet.page.wait_for_selector("text=Is the hall clean?")
    assert tablet.page.query_selector("input:checked") is None
    assert Response.objects.get().language == "zh"


def test_a_form_left_alone_is_cleared_after_a_warning(browser, live_server):
    doors.forget()
    address = f"{live_server.url}/k/{build_town().at_north.kiosk_key}/"
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.clock.install()
    page.goto(address)
    page.check("#q-q1-1")
    page.clock.run_for(91_000)
    assert page.is_visible("#kiosk-asleep")
    page.click("#kiosk-awake")
    assert page.is_hidden("#kiosk-asleep") and page.is_checked("#q-q1-1")
    page.clock.run_for(91_000)
    page.clock.run_for(31_000)
    assert page.is_hidden("#kiosk-asleep") and not page.is_checked("#q-q1-1")
    context.close()

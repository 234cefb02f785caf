"""The figures of requests in a browser: without scripts, from a number to the requests it counts, on a phone."""

from __future__ import annotations

import pytest
from tests.browser.crawl import Crawl

from openhall.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_leader_narrows_the_figures_and_opens_the_requests_behind_one(demo, visit, live_server):
    page = visit(User.objects.get(username="leader"), scripts=False)
    page.goto(f"{live_server.url}/desk/")
    page.click(".app-menu a[href='/desk/figures/']")
    page.click(".app-tabs a >> text=Year")
    page.select_option("[name=department]", "roads")
    page.click(".app-filter button")
    assert page.locator("[name=department]").input_value() == "roads"
    received = page.locator(".app-dash__value a").first
    number = int(received.inner_text().split()[0].replace(",", ""))
    assert number > 10
    received.click()
    assert "department=roads" in page.url and "state=any" in page.url
    rows = page.locator(".app-list__row").count()
    assert rows == min(number, 50)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("username", ["head", "auditor"])
def test_the_figures_meet_no_barrier(demo, visit, live_server, username, language):
    page = visit(User.objects.get(username=username), language=language, bypass_csp=True)
    for size in ("wide", "phone"):
        starts = ["/desk/figures/", "/desk/figures/?period=dates&since=2019-01-01&until=2019-01-02"]
        person = Crawl(page, live_server.url, starts, ("/none",), axe_at=size)
        person.visit()
        assert person.faults == []
    page.locator(".app-charts svg").first.wait_for()
    assert page.locator(".app-charts svg[role=img]").count() == 2

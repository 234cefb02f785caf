"""A double click is one click: nothing is planned, printed or made twice by it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.town import PASSWORD

from openhall.models import Batch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_double_click_prints_once(browser, live_server, town):
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{live_server.url}/desk/sign-in")
    page.fill("[name=username]", "carl")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/desk/")
    page.goto(live_server.url + reverse("desk:wave_paper", args=[town.wave.key]))
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.fill("[name=print-copies]", "3")
    page.dblclick("section:has(#print-heading) button")
    page.get_by_text("Serial numbers 0001 to 0003").wait_for()
    assert len(posts) == 1 and Batch.objects.count() == 1
    page.context.close()

"""Every page, as each role sees it, in both languages: axe finds nothing and nothing scrolls sideways."""

from __future__ import annotations

import pytest

from django.urls import URLResolver, get_resolver

from openhall.demo import PASSWORD, load
from tests.browser.crawl import Crawl

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def names() -> set[str]:
    """The names of all addresses."""
    faces = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    return {f"{face.namespace}:{pattern.name}" for face in faces for pattern in face.url_patterns}


@pytest.fixture
def crawl(browser, live_server):
    """Opens the demo town for a person in a language."""
    load()

    def opened(language: str, username: str = "") -> Crawl:
        context = browser.new_context(bypass_csp=True, locale="zh-CN" if language == "zh" else "en-GB")
        page = context.new_page()
        page.set_default_timeout(20_000)
        if username:
            page.goto(f"{live_server.url}/desk/sign-in")
            page.fill("[name=username]", username)
            page.fill("[name=password]", PASSWORD)
            page.click("main button")
            page.wait_for_url("**/desk/**")
        return Crawl(page, live_server.url, axe_at="phone" if language == "zh" else "wide")

    return opened


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_citizen_meets_no_barrier(crawl, language):
    visitor = crawl(language)
    visitor.visit("/")
    assert visitor.faults == []
    assert {"portal:home", "portal:answer", "portal:code", "portal:privacy"} <= visitor.seen


@pytest.mark.parametrize(("username", "language"), [("analyst", "en"), ("analyst", "zh"), ("clerk", "en"), ("leader", "zh")])
def test_staff_meet_no_barrier(crawl, username, language):
    person = crawl(language, username)
    person.visit("/desk/")
    assert person.faults == []
    assert "desk:wave" in person.seen


def test_the_crawl_reaches_every_page(crawl):
    """A page no link leads to is a page nobody finds; what is only posted to is not a page."""
    visitor, officer = crawl("en"), crawl("en", "analyst")
    visitor.check = officer.check = lambda name: None
    visitor.visit("/")
    officer.visit("/desk/", most=200)
    print(sorted(set(names()) - visitor.seen - officer.seen))
    assert 0

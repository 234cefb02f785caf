"""Every page, as each role sees it, in both languages: axe finds nothing and nothing scrolls sideways."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLResolver, get_resolver, reverse
from tests.browser.crawl import Crawl

from openhall.actions import import_sheets, issue, key_sheet, questionnaires, report, waves
from openhall.demo import PASSWORD, load
from openhall.models import Office, User, Wave

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# Posted to, read by machines, or reached only through a form.
NO_PAGES = {
    "api:responses",
    "desk:audit_correct",
    "desk:audit_file",
    "desk:audit_findings",
    "desk:audit_letter",
    "desk:import_drop",
    "desk:keying_serial",
    "desk:output_file",
    "desk:questionnaire_draft",
    "desk:questionnaire_export",
    "desk:report_make",
    "desk:response_decide",
    "desk:screening_apply",
    "desk:screening_decide",
    "desk:screening_restore",
    "desk:sign_out",
    "desk:wave_ledger",
    "desk:wave_qr",
    "portal:health",
    "portal:kiosk_thanks",
    "portal:kiosk_worker",
    "portal:thanks",
}


def names() -> set[str]:
    """The names of all addresses."""
    faces = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    return {f"{face.namespace}:{pattern.name}" for face in faces for pattern in face.url_patterns}


def furnish() -> list[str]:
    """What the demo town does not have: a draft, a wave not yet open, a file waiting, a sheet keyed twice.

    Returns the addresses that only a form leads to.
    """
    analyst = User.objects.get(username="analyst")
    study, autumn = Wave.objects.get(key="demo-2018"), Wave.objects.get(key="demo-autumn")
    office = Office.objects.first()
    draft = questionnaires.new_draft(study.version, by=analyst)
    planned = waves.plan_wave(
        plan=waves.Plan(name={"en": "Next", "zh": "下次"}, version=draft, shares=(waves.Share(office),)),
        by=analyst,
    )
    token = import_sheets.keep(
        autumn, SimpleUploadedFile("late.csv", b"serial,office\n1,nowhere\n"), by=analyst
    )
    marks = {question.key: "3" if question.options[2:] else "1" for question in autumn.version.asked}
    issue.print_sheets(autumn.allocations.first(), copies=2, by=analyst)
    key_sheet.key_sheet(autumn, serial="1", marks=marks, by=analyst)
    key_sheet.key_again(autumn, serial="1", marks=marks | {"s1": "5"}, by=analyst)
    output = report.request_file(study, language="en", format="pdf", by=analyst)
    return [
        reverse("desk:wave_open", args=[planned.key]),
        reverse("desk:import_check", args=[autumn.key, token]),
        reverse("desk:output", args=[study.key, output.pk]),
    ]


@pytest.fixture
def crawl(browser, live_server):
    """Opens the demo town for a person in a language."""
    load()
    hidden = furnish()

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
        starts = ["/desk/", *(hidden if username == "analyst" else [])] if username else ["/"]
        return Crawl(page, live_server.url, starts, axe_at="phone" if language == "zh" else "wide")

    return opened


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_citizen_meets_no_barrier(crawl, language):
    visitor = crawl(language)
    visitor.visit()
    assert visitor.faults == []
    assert {"portal:home", "portal:answer", "portal:code", "portal:privacy"} <= visitor.seen


@pytest.mark.parametrize(
    ("username", "language"), [("analyst", "en"), ("analyst", "zh"), ("clerk", "en"), ("leader", "zh")]
)
def test_staff_meet_no_barrier(crawl, username, language):
    person = crawl(language, username)
    person.visit()
    assert person.faults == []
    assert "desk:wave" in person.seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_of_an_audit_meet_no_barrier(crawl, language):
    """All but the first come from a form."""
    officer = crawl(language, "analyst")
    page = officer.page
    page.goto(f"{officer.base}/desk/audit/")
    page.fill(
        "[name=text]", "Table 1\nGender\tYes\tNo\nMen\t3 (30.0%)\t7 (71.0%)\nWomen\t6 (60.0%)\t4 (40.0%)"
    )
    for name, button in (
        ("desk:audit_correct", "[value=read]"),
        ("desk:audit_findings", "#judge"),
        ("desk:audit_letter", "#show-letter"),
    ):
        page.click(button)
        page.wait_for_load_state()
        officer.check(name)
    assert officer.faults == []
    assert page.locator(".app-letter").count() == 1


def test_the_crawl_reaches_every_page(crawl):
    """A page no link leads to is a page nobody finds; what is only posted to is not a page."""
    visitor, officer = crawl("en"), crawl("en", "analyst")
    visitor.check = officer.check = lambda name: None
    visitor.visit()
    officer.visit()
    assert names() - visitor.seen - officer.seen == NO_PAGES

"""Every page, as each role sees it, in both languages: axe finds nothing and nothing scrolls sideways."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from tests.browser.crawl import Crawl, walk
from tests.browser.furnish import conditions

from openhall.models import ServiceRequest, User
from openhall.surveys.codes import pretty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Only posted to; who comes by a link is led to the page the form stands on.
FORMS = {
    *(
        "desk:article_retire",
        "desk:award_take_back",
        "desk:duty_code",
        "desk:duty_end",
        "desk:hall_draft_begin",
    ),
    *("desk:hall_draft_do", "desk:hall_item_retire", "desk:hall_person_act", "desk:hall_service_retire"),
    *("desk:import_drop", "desk:list_do", "desk:list_drop", "desk:list_keep", "desk:log_check"),
    *("desk:log_try_again", "desk:me_act", "desk:notice_settle", "desk:notice_test", "desk:party_unmerge"),
    *("desk:person_act", "desk:questionnaire_draft", "desk:rectification_act", "desk:report_make"),
    *("desk:request_act", "desk:response_decide", "desk:sample", "desk:screening_apply"),
    *("desk:screening_decide", "desk:screening_restore", "desk:sign_out", "desk:staff_survey"),
    "desk:screening_cancel",
    *("desk:output_cancel", "desk:source_make", "desk:source_output_cancel"),
    *("portal:account_open", "portal:follow_act", "portal:leave"),
}
# Files to keep, and what machines and scripts read.
FILES = {
    *(
        "api:responses",
        "desk:assessment_csv",
        "desk:audit_file",
        "desk:hall_services_csv",
        "desk:intake_help",
    ),
    *("desk:intake_likely", "desk:keying_serial", "desk:log_file", "desk:output_file"),
    *("desk:questionnaire_export", "desk:ratings_csv", "desk:rectifications_csv", "desk:requests_csv"),
    *("desk:screening_progress", "desk:source_output_file"),
    *("desk:segment_csv", "desk:segments_csv", "desk:wave_ledger", "desk:wave_qr"),
    *("desk:figures_csv", "desk:workbench_file"),
    *("portal:follow_file", "portal:health", "portal:kiosk_worker"),
}
# Pages that only a form or a code leads to; tests of their own look at them.
BEHIND_FORMS = {
    *("desk:audit_correct", "desk:audit_findings", "desk:audit_letter"),
    *("desk:source", "desk:source_output", "desk:sources"),  # only where the operator named data elsewhere
    *("portal:followed", "portal:kiosk_thanks", "portal:rate", "portal:rate_invited", "portal:rate_link"),
    "portal:thanks",
}


@dataclass(frozen=True)
class Role:
    """Whose pages a crawl looks at. What two roles see alike one of them looks at.

    `within`: where; the first page and the list of requests in any case. `requests`: one request of each condition
    that begins like this, as far as the person sees one; `less`: not of these.
    """

    username: str
    within: tuple[str, ...]
    requests: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


ROLES = (
    Role("clerk", ("/desk/requests/new", "/desk/customers/"), ("received", "waiting")),
    Role("clerk", ("/desk/duties/", "/desk/waves/")),
    Role("dispatcher", ("/desk/ratings/calls",), ("received", "accepted", "dispatched", "returned")),
    Role("dispatcher", ("/desk/customers/",), ("handling", "closed"), ("closed rect", "closed screening")),
    Role("head", ("/desk/people/", "/desk/assessment"), ("dispatched", "handling", "waiting")),
    Role("handler", ("/desk/me/", "/desk/knowledge/"), ("handling", "closed")),
    Role("supervisor", ("/desk/oversight/",), ("closed screening", "closed sampled")),
    Role("supervisor", ("/desk/ratings/",), ("closed rect",)),
    Role("screener", ("/desk/oversight/screening",), ("dispatched",)),
    Role("leader", ("/desk/assessment", "/desk/figures/", "/desk/people/"), ("handling confidential",)),
    Role("administrator", ("/desk/hall/", "/desk/mail/")),
    Role("analyst", ("/desk/waves/", "/desk/sheets/")),
    Role("analyst", ("/desk/questionnaires/", "/desk/audit/"), ("closed order",)),
    Role("auditor", ("/desk/log/",), ("handling confidential",)),
)


def names() -> set[str]:
    """The names of all addresses."""
    faces = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    return {f"{face.namespace}:{pattern.name}" for face in faces for pattern in face.url_patterns}


def axe_at(language: str) -> str:
    """Each page is looked at by axe at both sizes, one in each language."""
    return "phone" if language == "zh" else "wide"


def starts(role: Role, told: dict) -> list[str]:
    """Where the person begins: the own first page, the list, requests, and what only a form leads to."""
    user = User.objects.get(username=role.username)
    begin = ["/desk/"]
    if user.may("request.view"):
        found = conditions(ServiceRequest.objects.visible_to(user).order_by("pk"))
        begin += ["/desk/requests/"] + [
            reverse("desk:request", args=[number])
            for what, number in found.items()
            if what.startswith(role.requests) and not what.startswith(role.less or ("-",))
        ]
    hidden = told["hidden"].get(role.username, [])
    return begin + [address for address in hidden if address.startswith(role.within)]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ROLES, ids=lambda role: f"{role.username}{role.within[0]}")
def test_staff_meet_no_barrier(demo, visit, live_server, role, language):
    page = visit(User.objects.get(username=role.username), language=language, bypass_csp=True)
    begin = starts(role, demo)
    person = Crawl(page, live_server.url, begin, role.within, axe_at=axe_at(language))
    person.visit()
    assert person.faults == []
    assert len(person.seen) > 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_citizen_meets_no_barrier(demo, visit, live_server, language):
    page = visit(language=language, bypass_csp=True)
    visitor = Crawl(page, live_server.url, ["/", "/requests/new?kind=report"], axe_at=axe_at(language))
    visitor.visit()
    assert visitor.faults == []
    assert {"portal:home", "portal:answer", "portal:code", "portal:privacy"} <= visitor.seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_follows_a_request_meets_no_barrier(demo, visit, live_server, language):
    """The own page in each condition, and the rating where it can be given."""
    page = visit(language=language, bypass_csp=True)
    citizen = Crawl(page, live_server.url, [], axe_at=axe_at(language))
    rated = 0
    for what, (number, code) in demo["codes"].items():
        page.goto(f"{live_server.url}/track")
        page.fill("[name=number]", pretty(number))
        page.fill("[name=code]", pretty(code))
        page.click("main form button")
        page.wait_for_url("**/track/request")
        citizen.check(f"portal:followed {what}")
        if not rated and page.locator("a[href='/rate']").count():
            citizen.starts, citizen.within = ["/rate"], ("/rate",)
            citizen.visit()
            rated += 1
    assert citizen.faults == []
    assert rated


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_behind_a_citizens_forms_meet_no_barrier(demo, visit, live_server, language):
    """A rating by invitation; mistakes; what was written once more before it is sent; renewing; a code by e-mail."""
    page = visit(language=language, bypass_csp=True)
    invited = f"/rate/{demo['rating']}"
    citizen = Crawl(page, live_server.url, [invited], ("/rate",), axe_at=axe_at(language))
    citizen.visit()
    page.goto(f"{live_server.url}/requests/new")
    page.click(".app-answer__send")
    citizen.check("portal:new_request with mistakes")
    page.check("[name=demand][value=help]")
    page.fill(
        "[name=text]", "The street light at the school gate has been out since Monday; I smell gas, too."
    )
    page.check("[name=who][value=anonymous]")
    page.click(".app-answer__send")
    page.wait_for_selector("[name=step][value=send]")
    citizen.check("portal:new_request looked at")
    for code, name in (("nothing", "refused"), (demo["duty"], "shown")):
        page.goto(f"{live_server.url}/renew")
        page.fill("[name=code]", code)
        page.click("main form button")
        citizen.check(f"portal:renew {name}")
    page.click("[name=step][value=same]")
    page.wait_for_selector(".app-done")
    citizen.check("portal:renew receipt")
    page.goto(f"{live_server.url}/account")
    page.fill("[name=email]", "citizen00@mail.example")
    page.click("main form button")
    citizen.check("portal:account code")
    assert citizen.faults == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_of_an_audit_meet_no_barrier(demo, visit, live_server, language):
    """All but the first come from a form."""
    page = visit(User.objects.get(username="analyst"), language=language, bypass_csp=True)
    officer = Crawl(page, live_server.url, [], axe_at=axe_at(language))
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


def begin_of(user: User, told: dict) -> list[str]:
    """Where a walk begins: the first page, requests of every condition the person sees, and what is hidden."""
    return starts(Role(user.username, ("/",), ("",)), told)


EVERYBODY = ("administrator", "analyst", "clerk", "leader", "dispatcher", "handler", "head")
EVERYBODY += ("screener", "supervisor", "auditor")


@pytest.mark.parametrize("username", EVERYBODY)
def test_no_link_leads_nowhere(demo, username):
    """What a page offers a person, that person may open."""
    client = Client(raise_request_exception=False)
    user = User.objects.get(username=username)
    client.force_login(user)
    seen, faults = walk(client, begin_of(user, demo))
    assert faults == []
    assert "desk:home" in seen


def test_links_reach_every_page(demo):
    """A page no link leads to is a page nobody finds; what is only posted to is not a page."""
    seen, _faults = walk(Client(raise_request_exception=False), ["/"])
    for username in ("administrator", "analyst", "clerk", "leader", "dispatcher", "supervisor"):
        client = Client(raise_request_exception=False)
        user = User.objects.get(username=username)
        client.force_login(user)
        seen |= walk(client, begin_of(user, demo))[0]
    assert names() - seen == FORMS | FILES | BEHIND_FORMS

"""Every number of closed requests on the page of figures leads to a list of as many: opened again, joined, rated."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from tests import cases, rated
from tests.town import sign_in

from openhall import flow, moment
from openhall.actions import classify, close, evaluate, extract_requests, follow
from openhall.models import ServiceRequest
from openhall.reads import facts_live
from openhall.rules.permissions import GRANTS
from openhall.rules.rectification import Step

APRIL = datetime(2026, 4, 7, 10, tzinfo=UTC)
MAY = datetime(2026, 5, 13, 10, tzinfo=UTC)
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
MONTH = "/desk/figures/?period=month"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    facts_live.forget()


def closed(case: ServiceRequest, desk) -> ServiceRequest:
    return close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)


@pytest.fixture
def settled(desk):
    """In April: one closed in time and one rated, both opened again. In May one of them is closed again and rated
    anew, the other stays open; one is closed late; one is joined to another; a rating is found to be mistaken; one
    is confidential; one has no class and no area. Half of it is in the extract."""
    with moment.at(APRIL):
        first, second = rated.rated(desk, 5).request, rated.rated(desk, 4, channel="phone").request
        slow, kept = cases.signed(desk), rated.rated(desk, 2, area=desk.harbour)
    with moment.at(APRIL + timedelta(days=2)):
        for one in (first, second):
            follow.reopen(one, text="The lamp is out again since Friday.")
    extract_requests.update()
    with moment.at(MAY):
        closed(dispatched(desk, first), desk)
        flow.catch_up()
        evaluate.rate(first.evaluations.get(round=2), answers=rated.answers(2), remark="It took long.")
        closed(slow, desk)
        classify.merge(cases.received(desk), into=cases.accepted(desk), by=desk.dispatcher)
        rated.walked(
            desk,
            *(Step.CALL_BACK, Step.VERIFY_NOT_TRUE, Step.APPEAL, Step.UPHOLD),
            row=rated.opened(desk, service=desk.light),
        )
        rated.rated(desk, 5, demand="enquiry", area=None)
        secret = {"text": "A foreman of Water takes money.", "demand": "report", "party": None}
        closed(cases.signed(desk, **secret, accused=desk.water), desk)
        assert kept.level == 2
    return desk


def dispatched(desk, case: ServiceRequest) -> ServiceRequest:
    from openhall.actions import dispatch

    case.refresh_from_db()
    return dispatch.sign(case, by=desk.handler)


def get(client, user, address: str) -> str:
    with moment.at(NOW):
        answer = sign_in(client, user).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def links(page: str) -> list[tuple[str, int]]:
    found = re.findall(r'<a class="govuk-link" href="(/desk/requests/\?[^"]+)"[^>]*>([\d,]+)<', page)
    return [(unescape(address), int(number.replace(",", ""))) for address, number in found]


def listed(page: str) -> int:
    return len(set(re.findall(r'href="/desk/requests/([0-9A-Z]{8,12})/"', page)))


@pytest.mark.parametrize(
    ("who", "time"),
    [
        ("leader", "period=year"),
        ("leader", "period=dates&since=2026-04-08&until=2026-05-13"),
        ("head", "period=month"),
        ("analyst", "period=month"),
    ],
)
def test_every_number_of_closed_ones_leads_to_as_many(settled, client, who, time):
    user = settled.town.analyst if who == "analyst" else getattr(settled, who)
    found = links(get(client, user, f"/desk/figures/?{time}"))
    assert len(found) > 20
    for address, number in found:
        assert listed(get(client, user, address)) == number, address


def test_all_that_is_counted_of_closed_ones_is_linked(settled, client):
    found = [address for address, _number in links(get(client, settled.leader, MONTH))]
    for part in (
        "closed_since=2026-05-01&closed_until=2026-05-31",
        "kept=yes",
        "rating=given",
        "rating=high",
        "outcome=duplicate",
    ):
        assert any(part in address for address in found), part
    assert any("closed_until=2026-05-20" in address for address in found)  # of a month that is not over
    assert (
        len([address for address in found if "department=roads" in address and "closed_since" in address])
        == 3
    )


def test_the_numbers_are_those_of_the_last_closing(settled, client):
    """Closed in May: again, late, joined, mistaken, rated, confidential. Of April’s two were opened again."""

    def count(query: str) -> int:
        return listed(get(client, settled.leader, f"/desk/requests/?{query}"))

    may, april = (
        "closed_since=2026-05-01&closed_until=2026-05-31",
        "closed_since=2026-04-01&closed_until=2026-04-30",
    )
    assert (count(may), count(april)) == (6, 1)
    assert (count(f"{may}&kept=no"), count(f"{may}&kept=yes")) == (2, 3)
    assert (count(f"{may}&rating=given"), count(f"{may}&rating=high"), count(f"{may}&rating=low")) == (
        2,
        1,
        1,
    )
    assert count("rating=high") == 1 and count("rating=low") == 2


def test_who_reads_figures_may_see_the_lists_they_lead_to():
    assert GRANTS["figures.view"] <= GRANTS["request.view"]


def test_figures_and_ratings_say_that_they_count_differently_and_lead_to_each_other(settled, client):
    """Who may read only one of the two is not sent to the other."""
    page = get(client, settled.leader, f"{MONTH}&department=roads")
    link = re.search(r'href="(/desk/ratings/\?[^"]+)"', page)
    assert link and "by the day the request was last closed" in page
    page = get(client, settled.leader, unescape(link[1]))
    back = re.search(r'href="(/desk/figures/\?[^"]+)"', page)
    assert back and "by the day they were given" in page
    assert unescape(back[1]) == (
        "/desk/figures/?period=dates&since=2026-05-01&until=2026-05-31&department=roads"
    )
    assert "/desk/ratings/" not in get(client, settled.town.analyst, MONTH)
    assert "/desk/figures/" not in get(client, settled.dispatcher, "/desk/ratings/")

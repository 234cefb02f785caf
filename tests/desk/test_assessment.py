"""Assessment by the pages: figures with their counts, who reads whose, the requests behind them, the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import cases, rated
from tests.town import sign_in

from openhall.actions import close, follow, handle, screening
from openhall.models import Award, JointRating, ServiceRequest
from openhall.reads import assessment
from openhall.reads.assessment import PERSON, Period
from openhall.rules.assessment import INDICATORS, Rate

GROUND = "Every street light was lit within a day this spring."


def text(answer) -> str:
    return answer.content.decode()


def closed(desk, outcome="resolved"):
    return close.close(cases.signed(desk), outcome=outcome, reply=cases.REPLY, by=desk.handler)


def of(key, desk):
    return assessment.rates(key, Period.of({})).get(desk.roads.pk, Rate(0, 0))


def test_each_indicator_counts_what_it_says(desk):
    closed(desk)
    closed(desk, "explained")
    closed(desk, "not_responsible")
    assert of("resolution_rate", desk) == Rate(1, 2)
    assert of("on_time_rate", desk) == Rate(3, 3)
    assert of("response_rate", desk) == Rate(3, 3)
    cases.returned(desk)
    assert of("return_rate", desk) == Rate(1, 4)


def test_a_request_opened_again_counts_against_its_closing(desk):
    case = closed(desk)
    closed(desk)
    follow.reopen(case, text="The lamp is out again.")
    assert of("reopen_rate", desk) == Rate(1, 2)
    assert of("resolution_rate", desk) == Rate(1, 1)


def test_ratings_screenings_and_rectifications_are_counted(desk):
    rated.rated(desk, 1)
    rated.rated(desk, 4)
    assert of("satisfaction_rate", desk) == Rate(1, 2)
    case = cases.signed(desk)
    screening.mark(case, ground="abusive", reason="Nothing but insults in it.", by=desk.handler)
    assert of("wrong_screening_rate", desk) == Rate(0, 0)
    screening.reject(case, reason="There is a lamp in it.", by=desk.screener)
    assert of("wrong_screening_rate", desk) == Rate(1, 1)
    assert of("rectified_rate", desk) == Rate(0, 0)


def test_every_indicator_is_counted_for_persons_too_in_one_query(desk, django_assert_num_queries):
    closed(desk)
    for key in INDICATORS:
        with django_assert_num_queries(1):
            assessment.rates(key, Period.of({}), PERSON)
    assert assessment.rates("on_time_rate", Period.of({}), PERSON)[desk.handler.pk] == Rate(1, 1)


def test_what_is_outside_the_time_is_not_counted(desk):
    case = closed(desk)
    ServiceRequest.objects.filter(pk=case.pk).update(closed_at=case.closed_at - timedelta(days=200))
    assert of("resolution_rate", desk) == Rate(0, 0)


def test_under_ten_cases_nothing_is_compared(desk):
    figure = assessment.figure(INDICATORS["on_time_rate"], Rate(9, 9), Rate(10, 100))
    assert figure.stands == "few" and figure.rest == Rate(1, 91)
    assert assessment.figure(INDICATORS["on_time_rate"], Rate(50, 50), Rate(60, 100)).stands == "better"
    assert assessment.figure(INDICATORS["reopen_rate"], Rate(50, 50), Rate(60, 100)).stands == "worse"
    assert assessment.figure(INDICATORS["reopen_rate"], Rate(5, 20), Rate(10, 40)).stands == "alike"


def test_pauses_stand_beside_the_on_time_rate(desk):
    case = cases.signed(desk)
    handle.ask(case, text="Which lamp is it?", by=desk.handler)
    follow.answer(case, text="The one at the gate.")
    case.refresh_from_db()
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    closed(desk)
    assert assessment.pauses(Period.of({}), desk.roads.pk) == Rate(1, 2)


def test_joint_ratings_are_told_from_three_on(desk):
    for count in range(1, 4):
        case = cases.signed(desk)
        JointRating.objects.create(request=case, by_office=desk.water, office=desk.roads, level=4)
        found = assessment.joint(Period.of({}), desk.roads.pk)
        assert (found.n, found.mean) == (count, 4 if count == 3 else None)


@pytest.mark.parametrize("who", ["supervisor", "leader"])
def test_all_departments_and_their_people_for_supervisor_and_leader(client, desk, who):
    case = closed(desk)
    sign_in(client, getattr(desk, who))
    page = text(client.get("/desk/assessment/"))
    assert "Roads" in page and "Water" in page and "1/1" in page
    assert "Harry" in text(client.get("/desk/assessment/departments/roads/"))
    query = f"indicator=on_time_rate&person={desk.handler.pk}"
    assert case.number[:4] in text(client.get(f"/desk/assessment/cases?{query}"))
    assert client.get("/desk/assessment/?by=reopen_rate&since=x&until=2099-01-01").status_code == 200


def test_a_department_reads_its_own_only(client, desk):
    case = closed(desk)
    sign_in(client, desk.handler)
    assert client.get("/desk/assessment/")["Location"] == "/desk/assessment/departments/roads/"
    page = text(client.get("/desk/assessment/departments/roads/"))
    assert "1/1" in page and f"person={desk.handler.pk}" not in page
    assert client.get("/desk/assessment/departments/water/").status_code == 404
    assert "Water" not in text(client.get("/desk/assessment.csv"))
    cases_of = "/desk/assessment/cases?indicator=on_time_rate"
    assert client.get(cases_of).status_code == 403
    assert client.get(f"{cases_of}&department=water").status_code == 404
    assert client.get(f"{cases_of}&person={desk.handler.pk}").status_code == 404
    assert case.number[:4] in text(client.get(f"{cases_of}&department=roads&part=above"))
    assert case.number[:4] not in text(client.get(f"{cases_of}&department=roads&part=not"))
    sign_in(client, desk.head)
    assert f"person={desk.handler.pk}" in text(client.get("/desk/assessment/departments/roads/"))


def test_the_analyst_reads_no_persons(client, desk):
    closed(desk)
    sign_in(client, desk.town.analyst)
    assert client.get("/desk/assessment/").status_code == 200
    assert f"person={desk.handler.pk}" not in text(client.get("/desk/assessment/departments/roads/"))
    answer = client.get(f"/desk/assessment/cases?indicator=on_time_rate&person={desk.handler.pk}")
    assert answer.status_code == 404


def test_the_ledger_by_the_pages(client, desk):
    sign_in(client, desk.leader)
    day = Period.of({})
    given = {"kind": "reward", "office": desk.roads.pk, "user": "", "indicator": "on_time_rate"}
    given |= {"since": day.since, "until": day.until, "ground": GROUND}
    assert client.post("/desk/assessment/ledger/new", given | {"ground": "Good."}).status_code == 422
    assert client.post("/desk/assessment/ledger/new", given).status_code == 302
    row = Award.objects.get()
    assert GROUND in text(client.get("/desk/assessment/ledger/"))
    for who in (desk.handler, desk.head):
        sign_in(client, who)
        assert GROUND in text(client.get("/desk/me/")) and GROUND in text(
            client.get("/desk/assessment/ledger/")
        )
        assert client.get("/desk/assessment/ledger/new").status_code == 403
    sign_in(client, desk.water_head)
    assert GROUND not in text(client.get("/desk/assessment/ledger/"))
    sign_in(client, desk.leader)
    back = f"/desk/assessment/ledger/{row.pk}/take-back"
    assert client.post(back, {"reason": "No."}).status_code == 422
    assert client.post(back, {"reason": "The figures were of another department."}).status_code == 302
    assert "The figures were of another" in text(client.get("/desk/assessment/ledger/"))

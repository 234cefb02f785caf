"""Departments merged in the middle of a case: the work goes on under the new roof, what was done keeps its name."""

from __future__ import annotations

from tests import cases
from tests.journey import Citizen, case_of, colleagues, the_worker_works, words


def test_a_case_goes_on_when_its_department_becomes_part_of_another(desk):
    ruth, early = Citizen(), Citizen()
    dina, rita, harry, walt, ada = colleagues(
        desk.dispatcher, desk.head, desk.handler, desk.water_head, desk.administrator
    )
    for citizen in (early, ruth):
        citizen.bring(cases.TEXT, demand="help", service="street-light", place="School gate")
        dina.do(case_of(citizen), "accept", ground=desk.power.pk, level="standard", eligible="yes")
        dina.do(case_of(citizen), "dispatch", lead=desk.roads.pk)
        rita.do(case_of(citizen), "sign")
    closed, case = case_of(early), case_of(ruth)
    harry.do(closed, "close", outcome="resolved", reply=cases.REPLY)
    harry.do(case, "reply", text="We measure the light next week.")
    assert not walt.sees(case)

    # The administrator sees what will move before it does.
    offices = {"offices": [desk.roads.pk, desk.water.pk], "into": desk.water.pk}
    address = "/desk/hall/departments/merge"
    looked = words(ada.browser.post(address, {**offices, "what": "look"}))
    assert "What would move" in looked and "Roads" in looked
    answer = ada.browser.post(address, {**offices, "what": "do"}, follow=True)
    desk.roads.refresh_from_db()
    assert desk.roads.ended_on is not None, answer.content.decode()
    the_worker_works()

    # What is open is Water's now, with its history; what was closed stays under the name of Roads.
    case, closed = case_of(ruth), case_of(early)
    assert (case.lead, closed.lead) == (desk.water, desk.roads)
    page = walt.page(case)
    assert "We measure the light next week." in page and "Roads" in page
    told = ruth.follow()
    assert "Water" in told and "We measure the light next week." in told
    assert "Roads" in early.follow()
    if "sign" in walt.offered(case):
        walt.do(case, "sign")
    walt.do(case, "close", outcome="resolved", reply="The lamps are dimmed at night from today on.")
    assert "The lamps are dimmed at night" in ruth.follow()

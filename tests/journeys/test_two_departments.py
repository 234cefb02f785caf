"""A burst pipe: Water leads, Roads assists; the answer goes out when both have done their part."""

from __future__ import annotations

from tests.journey import Citizen, case_of, colleagues, the_worker_works


def test_two_departments_work_on_one_request_and_the_citizen_reads_one_answer(desk):
    tom = Citizen()
    tom.bring("Water comes up through the pavement.", demand="help", service="burst-pipe", place="Mill Lane")
    case = case_of(tom)
    dina, walt, wendy, rita, harry = colleagues(
        desk.dispatcher, desk.water_head, desk.water_handler, desk.head, desk.handler
    )
    dina.do(case, "accept", ground=desk.power.pk, level="fast", eligible="yes")
    dina.do(case, "dispatch", lead=desk.water.pk, assisting=[desk.roads.pk], instruction="Together, please.")

    # Both sign; only the lead is offered to speak to the citizen.
    walt.do(case, "sign")
    rita.do(case, "sign")
    assert {"reply", "close", "ask"} <= wendy.offered(case)
    assert {"reply", "close", "ask"}.isdisjoint(harry.offered(case)) and "part" in harry.offered(case)

    # They talk inside; Tom reads nothing of it.
    wendy.do(case, "note", text="Fence off the corner before three.", to_office=desk.roads.pk)
    assert "Fence off the corner before three." in harry.page(case)
    assert "Fence off" not in tom.follow()

    # The lead cannot close while a part is missing, and is told whose.
    answer = "The main is repaired and the pavement is laid again."
    refused = wendy.try_to(case, "close", outcome="resolved", reply=answer)
    assert (
        not refused.redirect_chain
        and "Roads must report the assisting part first" in refused.content.decode()
    )
    harry.do(case, "part", report="Pavement relaid and sanded.")
    assert "Pavement relaid and sanded." in wendy.page(case)
    wendy.do(case, "close", outcome="resolved", reply=answer)
    the_worker_works()
    told = tom.follow()
    assert answer in told and "sanded" not in told

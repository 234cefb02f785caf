"""The wrong department: it returns the request with a reason; the centre agrees, or stays with its choice."""

from __future__ import annotations

from tests.journey import Citizen, case_of, colleagues

from openhall.models import Clock


def _sent_to_roads(desk, citizen, dina):
    citizen.bring(
        "A wet street, every morning.", demand="complaint", service="street-light", place="Mill Lane"
    )
    case = case_of(citizen)
    dina.do(case, "accept", ground=desk.power.pk, level="standard", eligible="yes")
    dina.do(case, "dispatch", lead=desk.roads.pk)
    return case


def test_the_department_was_right_and_another_one_gets_it(desk):
    ann = Citizen()
    dina, rita, harry, wendy = colleagues(desk.dispatcher, desk.head, desk.handler, desk.water_handler)
    case = _sent_to_roads(desk, ann, dina)
    rita.do(case, "return", reason="It is a leaking main, not the street.", suggests=desk.water.pk)

    # The centre has it and is told who sent it back, why, and whom it names; the citizen's clocks stand still.
    page = dina.page(case)
    assert "It is a leaking main, not the street." in page
    proposal = dina.look(f"/desk/requests/{case.number}/?act=dispatch")
    assert "Roads returned the request and names this department." in proposal
    assert not Clock.objects.running().filter(request=case, paused_at=None).exists()
    assert "It is a leaking main" not in ann.follow()

    dina.do(case, "dispatch", lead=desk.water.pk, instruction="Roads is right.")
    assert not harry.sees(case) and wendy.sees(case)
    wendy.do(case, "sign")
    assert "Water" in ann.follow()


def test_the_centre_stays_with_its_choice_and_after_two_returns_its_word_is_final(desk):
    ann = Citizen()
    dina, rita = colleagues(desk.dispatcher, desk.head)
    case = _sent_to_roads(desk, ann, dina)
    for reason in ("It is not our street.", "We have no crew for it."):
        rita.do(case, "return", reason=reason)
        assert reason in dina.page(case)
        dina.do(case, "uphold", answer="It is on your list of powers: P-1.")
        assert "It is on your list of powers: P-1." in rita.page(case)
    assert "return" not in rita.offered(case)
    assert not rita.try_to(case, "return", reason="Once more.").redirect_chain
    rita.do(case, "sign")
    case.refresh_from_db()
    assert (case.state, case.lead) == ("handling", desk.roads)

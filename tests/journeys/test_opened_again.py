"""Opened again: what the citizen says reaches the department that closed it, whose clock starts anew."""

from __future__ import annotations

from tests import cases
from tests.journey import Citizen, case_of, colleagues, the_worker_works

from openhall.models import Clock


def test_a_closed_request_is_opened_again_and_closed_with_another_answer(desk):
    ivan = Citizen()
    ivan.bring(cases.TEXT, demand="help", service="street-light", place="School gate")
    case = case_of(ivan)
    dina, rita, harry = colleagues(desk.dispatcher, desk.head, desk.handler)
    dina.do(case, "accept", ground=desk.power.pk, level="standard", eligible="yes")
    dina.do(case, "dispatch", lead=desk.roads.pk)
    rita.do(case, "sign")
    harry.do(case, "close", outcome="resolved", reply=cases.REPLY)
    the_worker_works()
    assert not Clock.objects.running().filter(request=case).exists()
    assert "It is not settled: open it again" in ivan.follow()

    again = ivan.act("reopen", text="It was lit for one night only.")
    assert "Your request is open again." in again
    assert "It was lit for one night only." in harry.page(case)
    assert Clock.objects.running().filter(request=case, kind="resolve").exists()
    assert "close" not in harry.offered(case)  # not before the department has signed for it anew
    rita.do(case, "sign")
    harry.do(case, "close", outcome="resolved", reply="The cable was broken, too; both are replaced now.")
    the_worker_works()

    told = ivan.follow()
    assert cases.REPLY in told and "both are replaced now" in told
    assert "Thank you" in ivan.rate(4)
    case.refresh_from_db()
    assert (case.reopened, case.evaluations.get(round=2).level) == (1, 4)

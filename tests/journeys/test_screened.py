"""Screened out as malicious, appealed and put right: three people decide, one after the other, and wrong ones count."""

from __future__ import annotations

from tests.journey import Citizen, case_of, colleagues, the_worker_works

from openhall.rules.screening import tally

TEXT = "You lazy lot should hear the pumps at night yourselves!"


def test_a_screened_request_is_appealed_and_opened_again(desk):
    ina = Citizen()
    ina.bring(TEXT, demand="complaint", service="burst-pipe", place="River Street")
    case = case_of(ina)
    dina, walt, wendy, sam, sue = colleagues(
        desk.dispatcher, desk.water_head, desk.water_handler, desk.screener, desk.supervisor
    )
    dina.do(case, "accept", ground=desk.power.pk, level="standard", eligible="yes")
    dina.do(case, "dispatch", lead=desk.water.pk)
    walt.do(case, "sign")

    # The mark alone changes nothing: the work can go on, the citizen reads nothing of it.
    wendy.do(case, "mark", ground="abusive", reason="It insults the staff: “you lazy lot”.")
    assert "reply" in wendy.offered(case) and "lazy lot”" not in ina.follow()
    assert "confirm-mark" not in wendy.offered(case) and "confirm-mark" not in dina.offered(case)
    assert "It insults the staff" in sam.page(case)
    sam.do(case, "confirm-mark", reason="Nothing but abuse; there is no place and no time in it.")
    the_worker_works()

    # The citizen is told why and how to object, and a third person looks at it.
    told = ina.follow()
    assert "Nothing but abuse; there is no place and no time in it." in told
    assert "Appeal against screening it out" in told
    ina.act("appeal", text="I was angry, but the pumps are real: every night at River Street 14.")
    assert "overturn-screening" not in sam.offered(case)
    assert "every night at River Street 14" in sue.page(case)
    sue.do(case, "overturn-screening", reason="Rude words about a real matter are no reason to screen it.")

    # It is open again at the department, which cannot mark it a second time; the wrong screening is counted.
    case.refresh_from_db()
    assert (case.state, case.outcome, case.lead) == ("dispatched", "", desk.water)
    assert "Rude words about a real matter are no reason to screen it." in ina.follow()
    walt.do(case, "sign")
    assert "mark" not in wendy.offered(case)
    assert tally(case.screenings.values_list("state", flat=True)).wrong == 1
    wendy.do(
        case, "close", outcome="resolved", reply="The pumps are enclosed now; we measured them at night."
    )
    assert "The pumps are enclosed now" in ina.follow()

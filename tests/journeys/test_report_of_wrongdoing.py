"""An anonymous report of wrongdoing: nobody of the department it is about ever sees it, and the writer can be asked."""

from __future__ import annotations

from tests.journey import Citizen, case_of, colleagues

from openhall.models import Party

TEXT = "A foreman of Roads takes money from shops to leave their pavement alone."


def test_an_anonymous_report_stays_hidden_from_the_department_it_accuses(desk):
    somebody = Citizen()
    somebody.bring(TEXT, demand="report", accused="roads", who="anonymous")
    case = case_of(somebody)
    assert "This report is confidential" in somebody.follow()
    assert case.anonymous and not Party.objects.exists()

    # Not in the register, not for windows and screening, and above all not for Roads.
    dina, harry, rita, carl, sam, sue, wendy, walt = colleagues(
        *(desk.dispatcher, desk.handler, desk.head, desk.clerk, desk.screener, desk.supervisor),
        *(desk.water_handler, desk.water_head),
    )
    assert somebody.browser.get(f"/requests/{case.number}").status_code == 404
    assert not any(one.sees(case) for one in (harry, rita, carl, sam, wendy))
    assert dina.sees(case) and sue.sees(case)
    for one in (harry, rita, carl):
        assert "A foreman of Roads" not in one.look("/desk/requests/?state=any&q=foreman")
        assert one.browser.post(f"/desk/requests/{case.number}/do/note", {"text": "x"}).status_code == 404

    # The centre cannot send it to Roads even by mistake; Water looks into it.
    dina.do(case, "accept", ground=desk.responsibility.pk, level="standard", eligible="yes")
    refused = dina.try_to(case, "dispatch", lead=desk.roads.pk, because="By mistake")
    assert not refused.redirect_chain
    dina.do(case, "dispatch", lead=desk.water.pk, because="Has nothing to do with Roads")
    walt.do(case, "sign")

    # A question goes to somebody whose name and address nobody knows, and an answer comes back.
    wendy.do(case, "ask", text="On which days was it?")
    assert "On which days was it?" in somebody.follow()
    somebody.act("answer", text="On the last two market days.")
    assert "On the last two market days." in wendy.page(case)
    wendy.do(case, "close", outcome="resolved", reply="We watched two market days. The foreman was removed.")
    assert "The foreman was removed." in somebody.follow()
    assert not any(one.sees(case) for one in (harry, rita, carl, sam))
    assert somebody.browser.get(f"/requests/{case.number}").status_code == 404

"""A bad rating: called back, verified, put right, visited again, published; never by those whom it is about."""

from __future__ import annotations

from tests import cases
from tests.journey import Citizen, case_of, colleagues, the_worker_works


def test_a_bad_rating_is_put_right_and_becomes_a_better_one(desk):
    mary = Citizen()
    mary.bring(
        cases.TEXT, demand="help", service="street-light", place="School gate", who="named", name="Mary"
    )
    case = case_of(mary)
    dina, rita, harry, sue, lea = colleagues(
        desk.dispatcher, desk.head, desk.handler, desk.supervisor, desk.leader
    )
    dina.do(case, "accept", ground=desk.power.pk, level="standard", eligible="yes")
    dina.do(case, "dispatch", lead=desk.roads.pk)
    rita.do(case, "sign")
    harry.do(case, "close", outcome="resolved", reply=cases.REPLY)
    the_worker_works()
    assert "call you back" in mary.rate(1, "It was dark again the same night.", reason=1)
    the_worker_works()

    # It stands on the ledger. Those who are rated read it, but neither call back nor judge.
    row = case.rectifications.get()
    assert "Roads" in lea.look("/desk/ratings/rectifications/")
    page = harry.browser.get(f"/desk/ratings/rectifications/{row.pk}/").content.decode()
    assert "rectify-call-back" not in page
    dina.step(row, "rectify-call-back", text="Mary says that it went out again at ten.")
    dina.step(row, "rectify-verify-true", text="Went there after dark: it is out.")
    rita.step(row, "rectify-fix", text="The cable under the street is replaced.")
    dina.step(row, "rectify-visit-again", text="Lit for three nights; Mary is content.", level=5)
    sue.step(row, "rectify-publish", text="The cable was replaced; repairs are now checked after dark.")

    # Mary and everybody read what became of it; the first rating and the better one stand beside each other.
    row.refresh_from_db()
    assert (row.state, row.evaluation.level, row.level_after) == ("published", 1, 5)
    assert "What was put right after the bad rating was published." in mary.follow()
    public = mary.browser.get(f"/requests/{case.number}").content.decode()
    assert "repairs are now checked after dark" in public and "Went there after dark" not in public
    ledger = lea.look("/desk/ratings/rectifications/?state=published")
    assert "Published" in ledger and "Roads" in ledger

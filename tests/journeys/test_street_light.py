"""A street light is out: from the citizen's form to the answer, the ordinary way through one department."""

from __future__ import annotations

from tests.journey import Citizen, case_of, colleagues, the_worker_works


def test_a_street_light_is_reported_repaired_and_rated(desk):
    mary = Citizen()
    receipt = mary.bring(
        "The lamp at the school gate has been out since Monday.",
        demand="help",
        service="street-light",
        area="old-town",
        place="School gate",
        who="named",
        kind="citizen",
        name="Mary Hill",
        email="mary@example.org",
    )
    assert mary.number in receipt and mary.code in receipt and "What happens next" in receipt
    case = case_of(mary)

    # The dispatcher finds it first in the list, sees why it is suggested for Roads, and sends it there.
    dina, rita, harry, walt = colleagues(desk.dispatcher, desk.head, desk.handler, desk.water_head)
    assert "The lamp at the school gate" in dina.look("/desk/requests/")
    dina.do(case, "classify", demand="help", service=desk.light.pk, area=desk.old_town.pk)
    dina.do(case, "accept", ground=desk.power.pk, level="standard", eligible="yes")
    dina.do(case, "dispatch", lead=desk.roads.pk, instruction="Please look at the cable, too.")
    the_worker_works()

    # Mary is told who has it, what comes next and by when; Water is told nothing.
    told = mary.follow()
    assert "Roads" in told and "We take it on, on this ground" in told and "Upkeep of public works" in told
    assert any("Roads" in letter for letter in mary.mail("mary@example.org"))
    assert not walt.sees(case)

    # The head signs and gives it to Harry, who reads the instruction and whom to reach.
    assert "sign" in rita.offered(case)
    rita.do(case, "sign")
    rita.do(case, "assign", handler=desk.handler.pk)
    page = harry.page(case)
    assert "Please look at the cable, too." in page and "Mary Hill" in page and "mary@example.org" in page
    assert "The lamp at the school gate" in harry.look("/desk/")
    harry.do(case, "reply", text="A fitter comes tomorrow morning.")
    assert "A fitter comes tomorrow morning." in mary.follow()

    # Closing needs an answer in words; then Mary reads it and is asked how it was.
    assert not harry.try_to(case, "close", outcome="resolved", reply="Done").redirect_chain
    harry.do(case, "close", outcome="resolved", reply="The lamp and its cable were replaced this morning.")
    the_worker_works()
    told = mary.follow()
    assert "The lamp and its cable were replaced this morning." in told and "Resolved" in told
    assert any("/rate/" in letter for letter in mary.mail("mary@example.org"))
    assert "Thank you" in mary.rate(5, "Quick!")
    assert not case.rectifications.exists()

    # Everybody may see that it was done, and nobody who it was.
    public = mary.browser.get(f"/requests/{case.number}").content.decode()
    assert "Resolved" in public and "Mary" not in public and "school gate" not in public

"""A request that is not ours: refused on an item of the negative list, early, with whose it is."""

from __future__ import annotations

from tests.journey import Citizen, case_of, colleagues, the_worker_works


def test_what_is_on_the_negative_list_is_refused_and_the_citizen_learns_whose_it_is(desk):
    paul = Citizen()
    paul.bring(
        "The court has not answered my claim against the builder. Please press it.",
        who="named",
        kind="citizen",
        name="Paul Reed",
        email="paul@example.org",
    )
    case = case_of(paul)
    dina, harry = colleagues(desk.dispatcher, desk.handler)

    # Without words the page fills in those of the list and asks to read them.
    drafted = dina.try_to(case, "refuse", ground=desk.court.pk)
    assert not drafted.redirect_chain and "Matter before a court" in drafted.content.decode()
    # A power is no ground to refuse on.
    assert not dina.try_to(
        case, "refuse", ground=desk.power.pk, reply="This is not ours to do."
    ).redirect_chain

    dina.do(case, "refuse", ground=desk.court.pk, reply="We may not interfere with what is before a court.")
    the_worker_works()
    told = paul.follow()
    assert (
        "We do not take it on, on this ground" in told and "N-2" in told and "Matter before a court" in told
    )
    assert "We may not interfere with what is before a court." in told and "The court" in told
    assert any("The answer says why, and who can." in letter for letter in paul.mail("paul@example.org"))
    assert not harry.sees(case)

    # The decision and its ground stay in the record of the request, and in the public figures it is no success.
    case.refresh_from_db()
    assert (case.outcome, case.decisions.get().ground) == ("not_responsible", desk.court)
    public = paul.browser.get(f"/requests/{case.number}").content.decode()
    assert "Not ours" in public and "builder" not in public

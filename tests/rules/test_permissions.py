"""Who may do what, and how far it reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.rules.permissions import GRANTS, OWN, Reach, Role, may

VERB = st.sampled_from(sorted(GRANTS))
ROLE = st.sampled_from(list(Role))
OFFICE = st.integers(1, 4)
REACH = st.builds(
    Reach,
    offices=st.frozensets(OFFICE, max_size=3),
    accused=st.none() | OFFICE,
    confidential=st.booleans(),
    own=st.booleans(),
)
ROADS, WATER = 1, 2


def test_a_handler_works_on_the_own_departments_requests_only():
    assert may("handler", "request.handle", office=ROADS, of=Reach(frozenset({ROADS})))
    assert may("handler", "request.view", office=ROADS, of=Reach(frozenset({ROADS, WATER})))
    assert not may("handler", "request.view", office=ROADS, of=Reach(frozenset({WATER})))


def test_a_clerk_sees_every_open_matter_but_contact_details_of_the_own_hall_only():
    elsewhere = Reach(frozenset({WATER}))
    assert may("clerk", "request.view", office=3, of=elsewhere)
    assert not may("clerk", "request.contact", office=3, of=elsewhere)
    assert may("clerk", "request.contact", office=3, of=Reach(frozenset({3, WATER})))


def test_a_confidential_report_is_for_few_and_for_the_one_who_wrote_it_down():
    secret = Reach(frozenset({ROADS}), confidential=True)
    assert may("supervisor", "request.view", of=secret)
    assert not may("analyst", "request.view", of=secret)
    assert not may("clerk", "request.view", office=3, of=secret)
    assert may("clerk", "request.view", office=3, of=Reach(confidential=True, own=True))


@given(ROLE, VERB, OFFICE, REACH)
def test_nobody_of_the_accused_office_may_do_anything_to_the_report(role, verb, office, reach):
    if reach.accused == office:
        assert not may(role, verb, office=office, of=reach)


@given(ROLE, VERB, OFFICE, REACH)
def test_a_thing_never_gives_a_right_the_role_does_not_hold(role, verb, office, reach):
    assert may(role, verb, office=office, of=reach) <= may(role, verb)


@given(ROLE, VERB, OFFICE, REACH)
def test_belonging_to_the_persons_office_never_takes_a_right_away(role, verb, office, reach):
    closer = Reach(reach.offices | {office}, reach.accused, reach.confidential, reach.own)
    assert may(role, verb, office=office, of=reach) <= may(role, verb, office=office, of=closer)


def test_the_administrator_runs_the_hall_and_reads_no_request():
    assert not any(may("administrator", verb) for verb in GRANTS if verb.startswith("request."))


def test_a_right_of_the_own_office_is_one_the_role_holds():
    for role, verbs in OWN.items():
        assert verbs <= set(GRANTS)
        assert any(may(role, verb) for verb in verbs)


def test_a_misspelt_right_never_passes():
    with pytest.raises(KeyError):
        may("leader", "report.raed")

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhall.rules.dispatch import Candidate, Proposal, Worker, suggest, suggest_persons

ROADS = Candidate(office=1, name="Roads", leads=True, load=4.0, like_here=8, like_all=10)
PARKS = Candidate(office=2, name="Parks", load=6.0, like_here=2, like_all=10)
POLICE = Candidate(office=3, name="Police", assists=True, load=5.5)


def reasons(proposal: Proposal, office: int) -> list[str]:
    found = next(one for one in (*proposal.lead, *proposal.assisting) if one.office == office)
    return [str(reason) for reason in found.reasons]


def left_out(proposal: Proposal) -> dict[int, str]:
    return {one.office: str(one.reason) for one in proposal.left_out}


def test_the_department_of_the_catalogue_leads_with_its_reasons():
    proposal = suggest([PARKS, ROADS, POLICE], service={"en": "Street lighting", "zh": "路灯"})
    assert [one.office for one in proposal.lead] == [1, 2]
    assert [one.office for one in proposal.assisting] == [3]
    assert reasons(proposal, 1) == [
        "The catalogue names this department for “Street lighting”.",
        "8 of 10 like cases were settled here.",
        "Open requests a person: 4, the least of 3 departments.",
    ]
    assert reasons(proposal, 2)[-1] == "Open requests a person: 6; the least of 3 departments is 4."
    assert reasons(proposal, 3)[0] == "The catalogue says this department assists with “Street lighting”."


def test_an_assisting_department_with_little_to_do_is_ranked_too():
    proposal = suggest([ROADS, replace(POLICE, load=3.0)], service="x")
    assert reasons(proposal, 3)[-1] == "Open requests a person: 3, the least of 2 departments."
    assert reasons(proposal, 1)[-1] == "Open requests a person: 4; the least of 2 departments is 3."


def test_departments_with_nothing_to_say_for_them_are_not_mentioned():
    old = Candidate(office=9, name="Old", ended=True, successors=(1,))
    proposal = suggest(
        [old, ROADS, Candidate(office=4, name="Tax", areas=frozenset({"n"}))], service="x", area="s"
    )
    assert [one.office for one in proposal.lead] == [1] and proposal.left_out == ()


def test_without_evidence_nobody_is_suggested():
    assert suggest([Candidate(office=1, name="Roads", load=0.0)], service="Music") == Proposal()


def test_like_cases_alone_are_enough_and_a_few_count_less_than_many():
    few = Candidate(office=1, name="Few", like_here=1, like_all=1)
    many = Candidate(office=2, name="Many", like_here=20, like_all=20)
    assert [one.office for one in suggest([few, many], service="x").lead] == [2, 1]


def test_the_accused_department_is_never_suggested():
    proposal = suggest([replace(ROADS, accused=True), PARKS], service="Street lighting")
    assert [one.office for one in proposal.lead] == [2]
    assert left_out(proposal) == {1: "The report accuses this department, so it may not see it."}


def test_who_took_over_the_accused_department_is_not_suggested_either():
    old = replace(ROADS, accused=True, ended=True, successors=(2,))
    proposal = suggest([old, PARKS], service="Street lighting")
    assert proposal.lead == ()
    assert left_out(proposal)[2] == "It took over the work of the department the report accuses."


def test_a_department_that_ended_hands_its_work_to_its_successor():
    old = replace(ROADS, ended=True, successors=(7,))
    streets = Candidate(office=7, name="Streets", like_here=1, like_all=10)
    proposal = suggest([old, streets], service="Street lighting")
    assert [one.office for one in proposal.lead] == [7]
    assert reasons(proposal, 7) == [
        "The catalogue names this department for “Street lighting”.",
        "It took over the work of Roads.",
        "9 of 10 like cases were settled here.",
    ]
    assert left_out(proposal) == {1: "It has ended; its work is done by Streets."}


def test_a_split_hands_on_what_the_catalogue_says_but_not_the_like_cases():
    old = replace(ROADS, ended=True, successors=(7, 8))
    north, south = Candidate(office=7, name="North"), Candidate(office=8, name="South")
    proposal = suggest([old, north, south], service="x")
    assert [one.office for one in proposal.lead] == [7, 8]
    assert not any("like cases" in line for line in reasons(proposal, 7))


def test_several_reforms_are_followed_and_a_circle_ends():
    first = replace(ROADS, ended=True, successors=(5,))
    second = Candidate(office=5, name="Works", ended=True, successors=(6, 1))
    today = Candidate(office=6, name="City")
    proposal = suggest([first, second, today], service="x")
    assert [one.office for one in proposal.lead] == [6]


def test_an_end_without_a_known_successor_is_said():
    proposal = suggest([replace(ROADS, ended=True, successors=(99,))], service="x")
    assert proposal.lead == ()
    assert left_out(proposal) == {1: "It has ended and the record names nobody who took over its work."}


def test_the_area_decides_between_two_of_the_same_trade():
    north = Candidate(office=1, name="North", leads=True, areas=frozenset({"n"}))
    south = Candidate(office=2, name="South", leads=True, areas=frozenset({"s"}))
    proposal = suggest([north, south], service="x", area="s", area_name="Southside")
    assert [one.office for one in proposal.lead] == [2]
    assert "It serves Southside." in reasons(proposal, 2)
    assert left_out(proposal) == {1: "It does not serve Southside."}
    assert len(suggest([north, south], service="x").lead) == 2


def test_what_came_back_before_counts_against_a_department():
    fine, refused = replace(PARKS, office=4, returned=0), replace(PARKS, office=5, returned=6, sent=8)
    proposal = suggest([refused, fine], service="x")
    assert [one.office for one in proposal.lead] == [4, 5]
    assert "6 of 8 like requests sent here came back." in reasons(proposal, 5)


def test_skills_are_named():
    trained = Candidate(office=1, name="Roads", skills=({"en": "Welding", "zh": "焊接"}, "Climbing"))
    assert reasons(suggest([trained], service="x"), 1) == ["People here are trained for Welding, Climbing."]


def test_the_lead_does_not_assist_itself():
    both = replace(ROADS, assists=True)
    assert suggest([both], service="x").assisting == ()


offices = st.integers(1, 6)
candidates = st.lists(
    st.builds(
        Candidate,
        office=offices,
        name=st.sampled_from(["A", "B"]),
        leads=st.booleans(),
        assists=st.booleans(),
        areas=st.none() | st.frozensets(st.sampled_from("ns")),
        load=st.none() | st.floats(0, 50) | st.integers(0, 3).map(float),
        like_here=st.integers(0, 10),
        like_all=st.integers(0, 10),
        skills=st.sampled_from([(), ("Welding",)]),
        returned=st.integers(0, 4),
        sent=st.integers(4, 9),
        accused=st.booleans(),
        ended=st.booleans(),
        successors=st.lists(offices, max_size=3).map(tuple),
    ),
    max_size=6,
    unique_by=lambda candidate: candidate.office,
)


@settings(max_examples=300)
@given(candidates, st.sampled_from(["", "n", "s"]), st.randoms())
def test_nobody_accused_gone_or_of_another_area_is_ever_suggested(town, area, random):
    proposal = suggest(town, service="x", area=area, area_name=area)
    given_by = {one.office: one for one in town}
    barred = {one.office for one in town if one.accused}
    reached = set(barred)
    while (
        todo := {
            heir
            for office in reached
            if office in given_by and given_by[office].ended
            for heir in given_by[office].successors
        }
        - reached
    ):
        reached |= todo
    for one in (*proposal.lead, *proposal.assisting):
        candidate = given_by[one.office]
        assert not candidate.ended and one.office not in reached
        assert not area or candidate.areas is None or area in candidate.areas
        assert 0 <= one.score <= 1 and one.reasons and all(map(str, one.reasons))
    assert [one.score for one in proposal.lead] == sorted((one.score for one in proposal.lead), reverse=True)
    shuffled = list(town)
    random.shuffle(shuffled)
    assert suggest(shuffled, service="x", area=area, area_name=area).lead == proposal.lead


def test_the_trained_person_with_time_comes_first():
    workers = [
        Worker(person=1, name="Ann", skills=frozenset({"weld"}), load=2),
        Worker(person=2, name="Bob", load=0),
        Worker(person=3, name="Cy", skills=frozenset({"weld"}), load=9, knows=2),
        Worker(person=4, name="Di", skills=frozenset({"weld"}), absent=True),
        Worker(person=5, name="Ed", skills=frozenset({"weld"}), accused=True),
    ]
    ranked = suggest_persons(workers, needs={"weld": "Welding"})
    assert [person.name for person in ranked] == ["Cy", "Ann", "Bob"]
    assert [str(reason) for reason in ranked[0].reasons] == [
        "Trained for Welding.",
        "Handled earlier requests like it: 2.",
        "Open requests: 9; the least of 3 people is 0.",
    ]
    assert [str(reason) for reason in ranked[2].reasons] == [
        "Not trained for Welding.",
        "Open requests: 0, the least of 3 people.",
    ]


@pytest.mark.parametrize("workers", [[], [Worker(person=1, name="Ann", absent=True)]])
def test_where_nobody_is_there_nobody_is_suggested(workers):
    assert suggest_persons(workers, needs={}) == ()

"""Keying paper: what is kept, what is refused, and the second entry."""

import pytest
from tests.town import ANSWERS, ASKED

from openhall.actions.key_sheet import key_again, key_sheet, read_marks, settle
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Allocation, Batch, Event, Response, SecondEntry, Wave
from openhall.reads.keying import agreement, differences, find_place


def key(town, serial="A1", *, by=None, office="north", **marks):
    office = {"north": town.north, "south": town.south}.get(office)
    return key_sheet(
        town.wave, serial=serial, office=office, marks={**ANSWERS, **marks}, by=by or town.analyst
    )


def print_for(allocation, first, count):
    return Batch.objects.create(
        allocation=allocation, channel=Batch.Channel.PAPER, count=count, first_serial=first
    )


def test_a_sheet_is_stored_as_it_was_marked(town):
    response = key(town, s1="", s2="2|4", s3="5")
    assert response.given == (2, None, (2, 4), 5, 4)
    assert (response.channel, response.serial, response.office) == ("paper", "A1", town.north)


def test_a_dash_is_a_blank_and_a_plus_joins_two_marks():
    assert read_marks(ASKED, {**ANSWERS, "s1": "-", "s2": "4+2", "s3": " － "}) == (2, None, (2, 4), None, 4)


def test_a_serial_number_printed_here_says_the_office(town):
    print_for(town.at_south, 11, 10)
    response = key(town, "14", office=None)
    assert (response.office, response.serial) == (town.south, "0014")


def test_the_first_number_after_a_printed_run_is_not_known(town):
    print_for(town.at_south, 11, 10)
    assert find_place(town.wave, "20").office == town.south
    assert find_place(town.wave, "21").office is None
    assert find_place(town.wave, "10").office is None


@pytest.mark.parametrize("serial", ["A\x001", "A\x1b1", "A\u202e1"])
def test_a_serial_number_that_cannot_be_seen_is_refused(town, serial):
    assert find_place(town.wave, serial).stored is None
    with pytest.raises(BadInput, match="characters that cannot be printed"):
        key(town, serial)
    assert not Response.objects.exists()


def test_a_language_the_questionnaire_does_not_have_is_its_first(town):
    response = key_sheet(
        town.wave, serial="A1", office=town.north, language="x" * 99, marks=ANSWERS, by=town.analyst
    )
    assert response.language == "en"


def test_a_printed_number_cannot_be_keyed_for_another_office(town):
    print_for(town.at_south, 1, 10)
    with pytest.raises(BadInput, match="printed for South Office"):
        key(town, "0003", office="north")


def test_a_number_from_elsewhere_needs_an_office(town):
    with pytest.raises(BadInput, match="does not say it"):
        key(town, "X-7", office=None)
    assert not Response.objects.exists()


def test_a_serial_number_is_taken_once_in_a_wave(town):
    first = key(town, "A1")
    with pytest.raises(BadInput) as refused:
        key(town, " A1 ")
    assert refused.value.problems[0].values["response"] == str(first.pk)
    assert Response.objects.count() == 1


def test_a_missing_number_and_every_wrong_answer_are_named_at_once(town):
    with pytest.raises(BadInput) as refused:
        key(town, "  ", s1="7", s4="x")
    places = [str(problem).split(":")[0] for problem in refused.value.problems]
    assert places == ["Serial number", "Question 2", "Question 5"]


def test_a_clerk_keys_for_the_own_office_only(town):
    assert key(town, "A1", by=town.clerk).office == town.north
    with pytest.raises(NotPermitted):
        key(town, "A2", by=town.clerk, office="south")
    print_for(town.at_south, 1, 5)
    with pytest.raises(NotPermitted):
        key(town, "3", by=town.clerk, office=None)


def test_a_leader_keys_nothing(town):
    with pytest.raises(NotPermitted):
        key(town, by=town.leader)


def test_paper_comes_in_after_closing_but_not_before_opening(town):
    Wave.objects.update(state=Wave.State.CLOSED)
    key(town)
    Wave.objects.update(state=Wave.State.DRAFT)
    with pytest.raises(NotAllowed):
        key(town, "A2")


def test_paper_fills_a_quota_and_is_never_refused_for_it(town):
    Allocation.objects.filter(pk=town.at_north.pk).update(quota=1)
    key(town, "A1")
    key(town, "A2")
    town.at_north.refresh_from_db()
    assert (town.at_north.filled, Response.objects.count()) == (1, 2)


def test_the_record_holds_no_answers(town):
    key(town)
    event = Event.objects.get(kind="sheet.keyed")
    assert event.data == {"serial": "A1", "office": "north"} and event.wave == town.wave


def test_a_second_entry_that_agrees_is_settled_at_once(town):
    key(town)
    assert key_again(town.wave, serial="a1".upper(), marks=ANSWERS, by=town.clerk).settled


def test_a_second_entry_leaves_the_first_until_somebody_decides(town):
    response = key(town)
    second = key_again(town.wave, serial="A1", marks={**ANSWERS, "s1": "5", "s3": ""}, by=town.clerk)
    assert not second.settled
    assert [(d.number, d.first, d.second) for d in differences(second)] == [(2, 4, 5), (4, 5, None)]
    response.refresh_from_db()
    assert response.given == (2, 4, 3, 5, 4)
    data = Event.objects.get(kind="sheet.keyed_again").data
    assert data == {"serial": "A1", "differences": 2, "same_person": False}


def test_the_record_says_when_one_person_keyed_both(town):
    key(town)
    key_again(town.wave, serial="A1", marks=ANSWERS, by=town.analyst)
    assert Event.objects.get(kind="sheet.keyed_again").data["same_person"] is True


@pytest.mark.parametrize("serial", ["", "none"])
def test_only_a_stored_sheet_is_keyed_again(town, serial):
    with pytest.raises(BadInput):
        key_again(town.wave, serial=serial, marks=ANSWERS, by=town.analyst)


def test_a_sheet_is_keyed_twice_not_three_times(town):
    key(town)
    key_again(town.wave, serial="A1", marks=ANSWERS, by=town.clerk)
    with pytest.raises(BadInput, match="twice already"):
        key_again(town.wave, serial="A1", marks=ANSWERS, by=town.clerk)
    assert SecondEntry.objects.count() == 1


def test_a_clerk_keys_no_sheet_of_another_office_again(town):
    key(town, office="south")
    with pytest.raises(NotPermitted):
        key_again(town.wave, serial="A1", marks=ANSWERS, by=town.clerk)


def test_settling_takes_the_entry_chosen_for_each_question(town):
    response = key(town)
    key_again(
        town.wave, serial="A1", marks={"q1": "1", "s1": "5", "s2": "2|3", "s3": "5", "s4": "4"}, by=town.clerk
    )
    choices = {"q1": "first", "s1": "second", "s2": "other"}
    settle(response, choices=choices, others={"s2": "1|3"}, by=town.analyst)
    response.refresh_from_db()
    assert response.given == (2, 5, (1, 3), 5, 4)
    event = Event.objects.get(kind="sheet.settled")
    assert event.data == {"serial": "A1", "first": 1, "second": 1, "other": 1}
    with pytest.raises(NotAllowed):
        settle(response, choices=choices, others={}, by=town.analyst)


def test_a_difference_left_open_or_wrongly_decided_settles_nothing(town):
    response = key(town)
    key_again(town.wave, serial="A1", marks={**ANSWERS, "s1": "5", "s2": "2"}, by=town.clerk)
    with pytest.raises(BadInput) as refused:
        settle(response, choices={"s1": "other"}, others={"s1": "9"}, by=town.analyst)
    assert [problem.values["key"] for problem in refused.value.problems] == ["s1", "s2"]
    assert not SecondEntry.objects.get().settled


def test_a_clerk_does_not_settle(town):
    response = key(town)
    key_again(town.wave, serial="A1", marks={**ANSWERS, "s1": "5"}, by=town.clerk)
    with pytest.raises(NotPermitted):
        settle(response, choices={"s1": "first"}, others={}, by=town.clerk)


def test_agreement_is_of_the_entries_as_keyed_even_after_settling(town):
    for number, first in enumerate(["1", "2", "1", "2"]):
        key(town, f"A{number}", s1=first)
        key_again(
            town.wave,
            serial=f"A{number}",
            marks={**ANSWERS, "s1": "1" if number == 3 else first},
            by=town.clerk,
        )
    settle(Response.objects.get(serial="A3"), choices={"s1": "second"}, others={}, by=town.analyst)
    measured = agreement(town.wave)
    by_question = {question.key: kappa for _, question, kappa in measured.questions}
    assert by_question["s1"].agreement == 0.75
    assert by_question["s1"].kappa == pytest.approx(0.5)
    assert measured.overall.agreement == 19 / 20 and measured.sheets == 4

"""What goes out: codes that are kept as hashes only, serial numbers that never meet."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from tests.town import build_town

from openhall.actions.issue import make_codes, print_sheets, record_elsewhere, serial
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.hashing import code_hash
from openhall.models import Batch, Event, Invitation, Wave
from openhall.surveys.codes import check_ok


def test_codes_are_sound_different_and_kept_only_as_hashes(town):
    codes = make_codes(town.at_north, count=50, by=town.analyst)
    assert len(set(codes)) == 50 and all(check_ok(code) for code in codes)
    kept = set(Invitation.objects.values_list("code", flat=True))
    assert kept == {code_hash(code) for code in codes}
    stored = [
        str(value)
        for table in (Invitation, Batch, Event)
        for row in table.objects.values()
        for value in row.values()
    ]
    assert not any(code in value for code in codes for value in stored)


def test_the_order_of_codes_says_nothing_about_the_order_of_rows(town):
    codes = make_codes(town.at_north, count=50, by=town.analyst)
    rows = list(Invitation.objects.order_by().values_list("code", flat=True))
    assert [code_hash(code) for code in codes] != rows
    assert codes == sorted(codes)


def test_the_event_of_codes_tells_the_number_only(town):
    make_codes(town.at_north, count=3, by=town.analyst)
    event = Event.objects.get(kind="codes.made")
    assert event.data == {"count": 3, "office": town.north.name}
    batch = Batch.objects.get()
    assert (batch.channel, batch.count, batch.first_serial) == ("code", 3, None)


@pytest.mark.parametrize("count", [0, 5001])
def test_too_few_or_too_many_codes_are_refused(town, count):
    with pytest.raises(BadInput, match="between 1 and 5000"):
        make_codes(town.at_north, count=count, by=town.analyst)


def test_clerks_make_no_codes_even_for_their_office(town):
    with pytest.raises(NotPermitted):
        make_codes(town.at_north, count=1, by=town.clerk)


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_nothing_is_issued_while_the_wave_is_not_open(town, state):
    Wave.objects.filter(pk=town.wave.pk).update(state=state)
    for issue in (
        lambda: make_codes(town.at_north, count=1, by=town.analyst),
        lambda: print_sheets(town.at_north, copies=1, by=town.analyst),
    ):
        with pytest.raises(NotAllowed):
            issue()
    assert not Batch.objects.exists() and not Invitation.objects.exists()


def test_serial_numbers_run_through_the_whole_wave(town):
    first = print_sheets(town.at_north, copies=110, by=town.analyst)
    second = print_sheets(town.at_south, copies=5, by=town.analyst)
    assert (first.first_serial, second.first_serial) == (1, 111)
    event = Event.objects.filter(kind="sheets.printed").first()
    assert (event.data["first"], event.data["last"]) == ("0111", "0115")
    assert serial(second.first_serial) == "0111"


def test_a_clerk_prints_for_the_own_office_only(town):
    assert print_sheets(town.at_north, copies=2, by=town.clerk).count == 2
    with pytest.raises(NotPermitted):
        print_sheets(town.at_south, copies=2, by=town.clerk)
    with pytest.raises(NotPermitted):
        print_sheets(town.at_north, copies=2, by=town.leader)


def test_more_than_500_copies_are_refused_and_use_no_numbers(town):
    with pytest.raises(BadInput):
        print_sheets(town.at_north, copies=501, by=town.analyst)
    town.wave.refresh_from_db()
    assert town.wave.next_serial == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_printing_at_once_get_runs_that_do_not_meet():
    town = build_town()
    runs, start = [], threading.Barrier(4)

    def printing():
        try:
            start.wait()
            batch = print_sheets(town.at_north, copies=25, by=town.analyst)
            runs.append(range(batch.first_serial, batch.first_serial + batch.count))
        finally:
            connection.close()

    people = [threading.Thread(target=printing) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(number for run in runs for number in run) == list(range(1, 101))


def test_sheets_issued_elsewhere_are_recorded_and_put_right(town):
    record_elsewhere(town.at_north, count=110, by=town.analyst)
    print_sheets(town.at_north, copies=5, by=town.analyst)
    assert record_elsewhere(town.at_north, count=120, by=town.clerk) == 110
    assert sorted(Batch.objects.values_list("count", "first_serial")) == [(5, 1), (120, None)]
    record_elsewhere(town.at_north, count=0, by=town.analyst)
    assert list(Batch.objects.values_list("count", flat=True)) == [5]
    assert [event.data["before"] for event in Event.objects.filter(kind="sheets.recorded")] == [120, 110, 0]


def test_sheets_issued_elsewhere_may_be_recorded_after_closing_but_not_before_opening(town):
    Wave.objects.filter(pk=town.wave.pk).update(state="closed")
    record_elsewhere(town.at_north, count=9, by=town.analyst)
    Wave.objects.filter(pk=town.wave.pk).update(state="draft")
    with pytest.raises(NotAllowed):
        record_elsewhere(town.at_north, count=9, by=town.analyst)
    Wave.objects.filter(pk=town.wave.pk).update(state="open")
    with pytest.raises(BadInput):
        record_elsewhere(town.at_north, count=-1, by=town.analyst)
    with pytest.raises(NotPermitted):
        record_elsewhere(town.at_south, count=9, by=town.clerk)

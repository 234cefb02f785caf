"""Every single change of a log is found, and the right place is named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.rules.chain import GENESIS, Anchor, data_hash, link
from openhall.rules.chain_check import Checked, Head, Row, check
from openhall.rules.chain_faults import COPY, FILE, SAID, TABLE, fault_of

KINDS = ["wave.opened", "sheet.keyed", "report.requested"]
FACTS = ["at", "kind", "subject_type", "subject_id", "by"]


def event(seq: int, prev: str, kind: str = "wave.opened", by: int | None = 7, **data: object) -> Row:
    at = f"2026-{1 + seq % 9:02}-02T09:30:{seq % 60:02}.000000Z"
    parts = (seq, at, kind, "wave", str(seq % 5), by)
    kept = data_hash(data)
    return Row(*parts, json.dumps(data, sort_keys=True), kept, prev, link(*parts, kept, prev))


_made: list[Row] = []


def chain(length: int) -> list[Row]:
    for seq in range(len(_made) + 1, length + 1):
        prev = _made[-1].hash if _made else GENESIS
        _made.append(event(seq, prev, KINDS[seq % 3], None if seq % 4 == 0 else seq % 7, n=seq))
    return _made[:length]


def anew(row: Row, **parts: object) -> Row:
    """The row with other parts and a hash that fits them, as somebody would write it who knows how."""
    row = row._replace(**parts)
    if "data" in parts:
        row = row._replace(data_hash=data_hash(json.loads(row.data)))
    return row._replace(hash=link(*row[:6], row.data_hash, row.prev))


def onward(rows: list[Row], start: int) -> list[Row]:
    """The rows with everything behind `start` (an index) linked anew."""
    rows = list(rows)
    for index in range(start, len(rows)):
        rows[index] = anew(rows[index], prev=rows[index - 1].hash if index else GENESIS)
    return rows


def head_of(rows: list[Row]) -> Head:
    return Head(rows[-1].seq, rows[-1].hash)


def checked(rows: list[Row], head: Head | None = None, **anchors: list[Anchor]) -> Checked:
    where = {"table": TABLE, "file": FILE, "copy": COPY}
    return check(
        sorted(rows, key=lambda row: row.seq),
        head=head or head_of(rows),
        anchors={where[name]: kept for name, kept in anchors.items()},
    )


def said(found: Checked) -> list[str]:
    return [fault.say() for fault in found.faults]


def anchor(row: Row, day: int = 1) -> Anchor:
    return Anchor(f"2026-03-{day:02}T01:00:00Z", row.seq, row.hash)


def names(found: Checked, seq: int) -> bool:
    return any(fault.first <= seq <= fault.last for fault in found.faults)


lengths = st.integers(2, 40)


@given(st.integers(0, 60))
def test_a_sound_log_has_no_fault(length):
    rows = chain(length)
    found = check(rows, head=head_of(rows) if rows else Head(0, GENESIS))
    assert (found.intact, found.events) == (True, length)
    assert sum(found.months.values()) == length


@given(lengths, st.data())
def test_one_changed_fact_is_found_and_only_its_event_is_named(length, data):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 1))
    part = data.draw(st.sampled_from(FACTS))
    now = {"by": 99, "at": "2025-01-01T00:00:00.000000Z"}.get(part, "other")
    changed = [*rows[:place], rows[place]._replace(**{part: now}), *rows[place + 1 :]]
    assert said(checked(changed, head_of(rows))) == [
        f"Event {place + 1} was changed: its time, kind, subject or person."
    ]


@given(lengths, st.data())
def test_changed_data_and_changed_hashes_are_told_apart(length, data):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 1))
    part, what = data.draw(
        st.sampled_from(
            [
                ("data", "its data"),
                ("data_hash", "the hash of its data"),
                ("prev", f"the hash it keeps of event {place}"),
                ("hash", "its own hash"),
            ]
        )
    )
    now = '{"n": 0}' if part == "data" else "f" * 64
    changed = [*rows[:place], rows[place]._replace(**{part: now}), *rows[place + 1 :]]
    assert said(checked(changed, head_of(rows))) == [f"Event {place + 1} was changed: {what}."]


@given(lengths, st.data())
def test_an_event_written_anew_with_a_fitting_hash_is_found_by_the_event_behind_it(length, data):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 1))
    changed = [*rows[:place], anew(rows[place], kind="other"), *rows[place + 1 :]]
    (fault,) = checked(changed, head_of(rows)).faults
    assert fault.first == fault.last == place + 1
    assert fault.what == ("head" if place == length - 1 else "written_anew")


@given(lengths, st.data())
def test_a_deleted_event_is_named(length, data):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 2))
    assert said(checked(rows[:place] + rows[place + 1 :])) == [f"Event {place + 1} is missing."]


@given(lengths, st.data())
def test_deleted_events_are_named_though_the_rest_was_numbered_anew(length, data):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 2))
    closed = rows[:place] + [row._replace(seq=row.seq - 1) for row in rows[place + 1 :]]
    found = checked(closed, head_of(rows))
    assert names(found, place + 1) and names(found, length)
    (moved,) = [fault for fault in found.faults if fault.what.startswith("moved")]
    assert (moved.first, moved.last, moved.values["written"]) == (place + 1, length - 1, place + 2)


@given(lengths, st.data())
def test_two_events_that_changed_places_are_named(length, data):
    rows = chain(length)
    one, other = sorted(data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True)))
    expected = [f"Events {one + 1} and {other + 1} have changed places."]
    by_number = list(rows)
    by_number[one], by_number[other] = (
        rows[one]._replace(seq=other + 1),
        rows[other]._replace(seq=one + 1),
    )
    assert said(checked(by_number, head_of(rows))) == expected
    by_content = list(rows)
    for here, there in ((one, other), (other, one)):
        kept = {"seq": rows[here].seq, "prev": rows[here].prev, "hash": rows[here].hash}
        by_content[here] = rows[there]._replace(**kept)
    assert said(checked(by_content, head_of(rows))) == expected


@given(lengths, st.data())
def test_a_cut_tail_is_found_by_the_logs_own_end(length, data):
    rows = chain(length)
    left = data.draw(st.integers(0, length - 1))
    (fault,) = checked(rows[:left], head_of(rows)).faults
    assert (fault.what, fault.first, fault.last) == ("cut", left + 1, length)


@given(lengths, st.data())
def test_a_cut_tail_is_found_by_a_checkpoint_when_the_end_was_set_back_too(length, data):
    rows = chain(length)
    left = data.draw(st.integers(1, length - 1))
    assert checked(rows[:left]).intact  # nothing in the chain itself can tell
    (fault,) = checked(rows[:left], copy=[anchor(rows[-1])]).faults
    assert (fault.what, fault.first, fault.last) == ("cut", left + 1, length)
    assert "the copy given knows event" in fault.say()


@given(lengths, st.data())
def test_a_stretch_written_anew_up_to_the_end_is_found_between_two_checkpoints(length, data):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 1))
    forged = onward([*rows[:place], rows[place]._replace(kind="other"), *rows[place + 1 :]], place)
    assert checked(forged).intact
    kept = [anchor(rows[place - 1], 1)] if place else []
    (fault,) = checked(forged, copy=[*kept, anchor(rows[-1], 2)]).faults
    assert (fault.what, fault.first, fault.last) == ("rewritten", place + 1, length)


@given(lengths, st.data())
def test_an_event_put_in_is_found(length, data):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 1))
    double = [*rows, anew(rows[place], kind="other")]
    assert names(checked(double, head_of(rows)), place + 1)
    put_in = event(place + 1, rows[place].prev, forged=1)
    later = [row._replace(seq=row.seq + 1) for row in rows[place:]]
    found = checked([*rows[:place], put_in, *later], head_of(rows))
    assert names(found, place + 2) and names(found, length + 1)


@given(lengths, st.data(), st.integers(-3, 60))
def test_an_event_given_another_number_is_found(length, data, number):
    rows = chain(length)
    place = data.draw(st.integers(0, length - 1))
    if number == place + 1:
        number = length + 5
    found = checked([*rows[:place], rows[place]._replace(seq=number), *rows[place + 1 :]], head_of(rows))
    assert names(found, place + 1) and names(found, number)


def test_events_written_behind_the_end_the_log_knows_are_named():
    rows = chain(6)
    assert said(checked(rows, head_of(rows[:4]))) == [
        "Events 5 to 6 stand behind the end the log knows: they were put in, or its end was set back."
    ]


def test_an_end_that_was_changed_is_named():
    rows = chain(6)
    (fault,) = checked(rows, Head(6, "f" * 64)).faults
    assert (fault.what, fault.first) == ("head", 6)


def test_a_changed_checkpoint_is_told_from_a_changed_log():
    rows = chain(9)
    true, later = anchor(rows[4], 1), anchor(rows[8], 2)
    false = Anchor(true.at, true.seq, "f" * 64)
    (fault,) = checked(rows, table=[false, later], file=[true, later]).faults
    assert (fault.what, fault.first) == ("anchor", 5) and "the database" in fault.say()
    (fault,) = checked(rows, table=[later], file=[true, later]).faults
    assert (fault.what, fault.first) == ("anchor_missing", 5) and "the database" in fault.say()
    assert checked(rows, table=[true, later], file=[true]).intact  # the file is written a moment later
    assert checked(rows, table=[true, later], copy=[later]).intact  # a copy need not hold all


def test_erased_data_are_no_fault_where_an_event_names_them():
    rows = chain(4)
    rows.append(event(5, rows[-1].hash, "event.erased", event=2, reason="law"))
    rows[1] = rows[1]._replace(data="{}")
    found = checked(rows)
    assert found.intact and found.erased == (2,)
    rows[2] = rows[2]._replace(data="{}")
    assert said(checked(rows)) == ["Event 3 was changed: its data."]
    rows = chain(4)
    rows.append(event(5, rows[-1].hash, "event.erased", event=2))
    rows[1] = rows[1]._replace(data='{"n": 3}')
    assert said(checked(rows)) == ["Event 2 was changed: its data."]


def test_many_changed_events_are_one_sentence_and_memory_stays_small():
    rows = [row._replace(by=77) if 100 < row.seq <= 12_000 else row for row in chain(12_100)]
    first, last = said(checked(rows))
    assert first.startswith("Events 101 to ") and last.endswith(
        "more events do not fit; only the first are named."
    )


@pytest.mark.parametrize("what", SAID)
def test_a_fault_can_be_kept_and_said_again(what):
    rows = chain(9)
    some = checked(
        rows[:5], Head(7, "e" * 64), copy=[anchor(rows[2]), Anchor("2026-03-02T01:00:00Z", 4, "f" * 64)]
    )
    for fault in some.faults:
        assert fault_of(json.loads(json.dumps(fault.plain()))).say() == fault.say()
    assert SAID[what].count("{") == SAID[what].count("}")

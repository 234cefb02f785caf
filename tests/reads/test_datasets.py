"""The answers as the statistics take them, and the fingerprint that says when they have changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.desk.test_report import answer

from openhall.actions import screen
from openhall.actions.export import take_data
from openhall.actions.report import request_file
from openhall.models import Batch
from openhall.reads.datasets import dataset, decode_all, fingerprint
from openhall.surveys.checking import encode

marks = st.none() | st.integers(0, 9) | st.text() | st.lists(st.integers(0, 9), min_size=1).map(tuple)


@given(st.lists(st.lists(marks, min_size=1).map(tuple)))
def test_many_answers_read_at_once_are_as_they_were_written(rows):
    assert decode_all(encode(row) for row in rows) == rows


def test_only_valid_answers_to_the_waves_version_count(town):
    counted = answer(town, (1, 2, 3, 4, 5), office=1)
    answer(town, (1, 2, 3, None, 5), void="blank")
    answer(town, (1, None, None, None, None), complete=False)
    found = dataset(town.wave)
    assert (
        list(found.answers) == [counted.given] and list(found.offices) == [town.south.pk] and len(found) == 1
    )


def test_the_fingerprint_changes_with_what_is_counted(town):
    seen = {fingerprint(town.wave)}
    kept = answer(town, (1, 2, 3, 4, 5))
    seen.add(fingerprint(town.wave))
    screen.decide(kept, rule="other", exclude=True, reason="Filled in by staff", by=town.analyst)
    seen.add(fingerprint(town.wave))
    Batch.objects.create(allocation=town.at_north, channel="paper", count=10)
    seen.add(fingerprint(town.wave))
    town.wave.planned = 50
    seen.add(fingerprint(town.wave))
    assert len(seen) == 5


def test_looking_and_taking_leave_the_fingerprint(town):
    answer(town, (1, 2, 3, 4, 5))
    before = fingerprint(town.wave)
    request_file(town.wave, language="en", format="pdf", by=town.leader)
    take_data(town.wave, file="csv", rows="valid", by=town.analyst)
    assert fingerprint(town.wave) == before

"""What is hashed of an event, and how a checkpoint is read."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.rules.chain import (
    GENESIS,
    anchor_of,
    anchors_of,
    canonical,
    data_hash,
    line,
    link,
    plain,
    stamp,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_data_hash_the_same_after_any_way_through_json(data):
    kept = plain(data)
    assert plain(kept) == kept
    upside_down = json.loads(json.dumps(dict(reversed(kept.items())), ensure_ascii=False))
    assert data_hash(upside_down) == data_hash(kept)
    assert json.dumps(kept) == canonical(kept)  # what SQLite stores is the canonical text itself


def test_numbers_are_hashed_as_postgresql_gives_them_back():
    assert canonical(plain({"a": 1e16, "b": -0.0, "c": 2.50})) == '{"a": 10000000000000000, "b": 0, "c": 2.5}'


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError):
        plain({"a": float("nan")})


def test_a_line_break_in_a_part_is_refused():
    with pytest.raises(ValueError):
        link(1, "t", "wave.opened\nwave", "3", "", 7, "d", GENESIS)


def test_anybody_can_compute_a_hash_with_sha256sum():
    parts = (2, "2026-03-02T09:30:00.000000Z", "wave.opened", "wave", "3", None, data_hash({}), GENESIS)
    said = subprocess.run(["sha256sum"], input=line(*parts).encode(), capture_output=True, check=True)
    assert said.stdout.split()[0].decode() == link(*parts)


def test_a_moment_is_hashed_the_same_in_every_zone():
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert stamp(at) == stamp(at.astimezone(timezone(timedelta(hours=8)))) == "2026-03-02T09:30:00.000000Z"


def test_a_checkpoint_reads_back_from_its_line():
    one = anchor_of(f"2026-03-02T01:00:00Z 12 {'a' * 64}")
    assert anchor_of(str(one)) == one
    assert anchor_of(f"12 {'a' * 64}").seq == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        f"twelve {'a' * 64}",
        f"12 {'a' * 63}",
        f"12 {'g' * 64}",
        f"0 {'a' * 64}",
        f"yesterday 12 {'a' * 64}",
        f"{'9' * 5000} {'a' * 64}",
        f"²  {'a' * 64}",
        f"2026-03-02T01:00:00Z 12 {'a' * 64} and more",
    ],
)
def test_what_is_no_checkpoint_is_refused_with_a_reason(text):
    with pytest.raises(BadInput, match="is not a checkpoint"):
        anchor_of(text)


def test_each_bad_line_of_a_file_of_checkpoints_is_named():
    good = f"2026-03-02T01:00:00Z 12 {'a' * 64}"
    assert len(anchors_of(["# kept by the newspaper", "", good], "ours.txt")) == 1
    with pytest.raises(BadInput) as caught:
        anchors_of([good, "nonsense", good, "more of it"], "ours.txt")
    assert [line.split(":")[0] for line in caught.value.lines()] == ["ours.txt, line 2", "ours.txt, line 4"]

"""A store counts what columns in memory count, whatever was put, changed and taken away before."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines import drawn
from tests.engines.stored_sheets import Q1, SPECS, q1_of, sheets
from tests.engines.test_agreement import agree, cases

from openhall.engines import store as store_module
from openhall.engines import store_files
from openhall.engines.columns import Spec, Type, choice
from openhall.engines.hashes import row_hashes
from openhall.engines.store import Store, StoreChanged, StoreDamaged
from openhall.engines.store_writing import append, create, put
from openhall.errors import BadInput, OpenHallError
from openhall.stats import blocks
from openhall.stats.axes import Answered, Coded, Day

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "store", SPECS)
    return tmp_path / "store"


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_files, "SEGMENT", 8)


def numbered(rows, ids):
    return {**rows, "id": np.array(ids, np.int64)}


def part(rows, places):
    return {key: column[places] for key, column in rows.items()}


@st.composite
def lives(draw):
    """A case, and what happens to its rows: batches of (rows put, as which sheet, rows taken away)."""
    case = draw(cases(4))
    n = len(case[1])
    some = st.lists(st.integers(0, n - 1), max_size=n, unique=True) if n else st.just([])
    ids = draw(st.lists(st.integers(0, 2**63 - 1), min_size=n, max_size=n, unique=True))
    return case, ids, draw(st.lists(st.tuples(some, st.integers(0, max(n - 1, 0)), some), max_size=4))


@settings(max_examples=30, suppress_health_check=SLOW, deadline=None)
@given(life=lives())
def test_a_store_counts_what_memory_counts_whatever_happened_to_its_rows(
    tmp_path_factory, short_segments, life
):
    (questionnaire, rows, asks, where, weight), ids, batches = life
    folder = tmp_path_factory.mktemp("life") / "store"
    specs = (Spec("id", Type.ID, "<i8"), *drawn.specs(questionnaire), Spec("weight", Type.NUMBER, "<i8"))
    create(folder, specs)
    block = numbered(drawn.block(questionnaire, rows), ids)
    append(folder, [block])
    there = dict(zip(ids, rows, strict=True))
    for changed, shift, taken in batches:
        other = [(place + shift) % max(len(rows), 1) for place in changed]
        put(folder, numbered(part(block, other), [ids[place] for place in changed]), [ids[p] for p in taken])
        there |= {ids[place]: rows[new] for place, new in zip(changed, other, strict=True)}
        for place in taken:
            there.pop(ids[place], None)
    store = Store.open(folder)
    store.verify()
    assert store.rows == len(there)
    agree(store, questionnaire, list(there.values()), asks, where, weight)
    left = numbered(drawn.block(questionnaire, list(there.values())), list(there))
    assert store.checksum() == (len(there), int(row_hashes(left, specs).sum(dtype=np.uint64)))
    found = store.rows_of(np.array(ids, np.int64))
    assert sorted(found["id"].tolist()) == sorted(there)


def test_rows_are_told_apart_by_id_and_found_again(folder: Path, short_segments: None) -> None:
    put(folder, sheets(range(100, 120), q1=2))
    store = put(folder, sheets([105], q1=3))
    assert q1_of(store) == [0, 0, 19, 1]
    found = store.rows_of(np.array([105, 99, 119]))
    assert dict(zip(found["id"].tolist(), found["q1"].tolist(), strict=True)) == {105: 3, 119: 2}


def test_within_a_segment_nothing_tells_in_which_order_rows_came(folder: Path) -> None:
    put(folder, sheets([7, 3]))
    store = put(folder, sheets([5]))
    [segment] = store.segments
    assert store.column(segment, "id").tolist() == [3, 5, 7]


def test_the_same_again_changes_nothing(folder: Path, short_segments: None) -> None:
    rows = sheets(range(30), q1=2)
    first = put(folder, rows, gone=[4], facts={"upto": 9})
    text = (folder / "manifest.json").read_bytes()
    again = put(folder, part(rows, [place for place in range(30) if place != 4]), gone=[4], facts={"upto": 9})
    assert again.version == first.version == 2
    assert (folder / "manifest.json").read_bytes() == text


def test_a_new_reason_writes_one_new_column_of_a_full_segment(folder: Path, short_segments: None) -> None:
    before = put(folder, sheets(range(8), q1=2))
    after = put(folder, sheets([3], q1=2, void=2))
    [old], [new] = before.segments, after.segments
    assert new.name == old.name and new.valid == 7
    assert {key for key in new.files if new.files[key] != old.files[key]} == {"void"}
    assert q1_of(after) == [0, 0, 7, 0]
    assert q1_of(put(folder, sheets([3], q1=2))) == [0, 0, 8, 0]


def test_a_row_that_went_may_come_back(folder: Path, short_segments: None) -> None:
    put(folder, sheets(range(8), q1=2))
    assert put(folder, gone=[3]).rows == 7
    store = put(folder, sheets([3], q1=1))
    assert store.rows == 8 and q1_of(store) == [0, 1, 7, 0]


def test_a_row_that_is_gone_is_in_nothing_that_is_read(folder: Path, short_segments: None) -> None:
    put(folder, sheets(range(8), q1=2))
    store = put(folder, sheets([20, 21], q1=2, void=2), gone=[3])
    [cells] = store.count([()], where=(Answered(Q1),))
    assert cells.n == store.rows == 9
    assert sorted(store.rows_of(np.array([3, 4, 20]))["id"].tolist()) == [4, 20]
    assert sorted(number for block in store.live() for number in block["id"].tolist()) == [
        *range(3),
        *range(4, 8),
        20,
        21,
    ]
    left = store.rows_of(np.arange(30))
    every, valid = row_hashes(left, store.specs), left["void"] == 1
    assert store.checksum() == (9, int(every.sum(dtype=np.uint64)))
    assert store.checksum(store.valid()) == (7, int(every[valid].sum(dtype=np.uint64)))


def test_of_rows_with_the_same_id_the_last_counts(folder: Path) -> None:
    assert q1_of(put(folder, sheets([1, 1, 2], q1=[1, 3, 2]))) == [0, 0, 1, 1]


def test_codes_may_only_become_more(folder: Path) -> None:
    store = put(folder, sheets([1]), codes={"office": ("east", "west", "north")})
    assert store.codes["office"] == ("east", "west", "north")
    with pytest.raises(ValueError, match="office"):
        put(folder, sheets([2]), codes={"office": ("west", "east", "north")})


def test_the_whole_and_the_valid_rows_are_told_by_every_segment(folder: Path, short_segments: None) -> None:
    append(folder, [sheets(range(20), void=2), sheets(range(20, 30))], facts={"made": "now"})
    store = put(folder, gone=[0, 1])
    assert [one.rows for one in store.segments] == [8, 8, 8, 6]
    assert sum(one.valid for one in store.segments) == 10
    assert store.rows == 28 and store.facts == {"made": "now"}
    assert sum(len(block["id"]) for block in store.live()) == 28


def test_pieces_of_a_segment_are_read_where_memory_asks_for_it(folder: Path) -> None:
    append(folder, [sheets(range(200_000), q1=3)])
    seen: list[tuple[int, int]] = []
    store = Store.open(folder, memory=1)
    [cells] = store.count([Q1], watch=lambda done, of: seen.append((done, of)))
    assert cells.counts.tolist() == [200_000]
    assert seen == [(blocks.ROWS, 200_000), (200_000, 200_000)]


@pytest.mark.parametrize(
    ("memory", "pieces"), [(4 * 3 * blocks.ROWS, 1), (4 * 2 * blocks.ROWS, 1), (4 * blocks.ROWS, 2)]
)
def test_a_piece_is_as_large_as_memory_allows(folder: Path, memory: int, pieces: int) -> None:
    append(folder, [sheets(range(200_000), q1=3)])
    seen: list[int] = []
    store = Store.open(folder, memory=memory)
    store.count([Q1], watch=lambda done, _of: seen.append(done))
    assert len(seen) == pieces
    seen.clear()
    store.count([(Day("day"),)], watch=lambda done, _of: seen.append(done))
    assert len(seen) == 2  # four bytes a row


def test_a_store_brought_up_to_date_while_it_is_opened_is_opened_as_it_became(
    folder: Path, short_segments: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, sheets(range(8), q1=2))
    read, text = store_module.read_manifest, (folder / "manifest.json").read_bytes()
    put(folder, sheets(range(8), q1=3))
    put(folder, sheets(range(8, 12), q1=3))
    late = [json.loads(text)]
    monkeypatch.setattr(
        store_module, "read_manifest", lambda at: store_module._manifest(late.pop()) if late else read(at)
    )
    put(folder, gone=[99])
    assert q1_of(Store.open(folder)) == [0, 0, 0, 12]


def test_only_the_columns_asked_for_are_read(folder: Path) -> None:
    store = put(folder, sheets([1, 2], q1=2))
    [segment] = store.segments
    path = store.path(segment, "office")
    path.write_bytes(b"\0" * path.stat().st_size)
    assert q1_of(Store.open(folder)) == [0, 0, 2, 0]


def test_damage_is_named_with_its_place_and_cure(folder: Path) -> None:
    store = put(folder, sheets([1, 2], q1=2))
    path = store.path(store.segments[0], "q1")
    right = path.read_bytes()
    path.write_bytes(b"\1\1")
    with pytest.raises(StoreDamaged, match=r"q1.*not as it was written.*Rebuild"):
        Store.open(folder).verify()
    path.write_bytes(right + b"\1")
    with pytest.raises(StoreDamaged, match="wrong size"):
        Store.open(folder)
    path.unlink()
    with pytest.raises(StoreDamaged, match="missing"):
        Store.open(folder)
    with pytest.raises(StoreDamaged, match="missing"):
        store.count([Q1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ('{"format": "another"}', "not of a store"),
        ('{"format": "openhall.store", "number": 99}', "newer OpenHall"),
        ('{"format": "openhall.store", "number": 1}', "cannot be read"),
    ],
)
def test_a_manifest_of_something_else_is_refused(folder: Path, text: str, said: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(StoreDamaged, match=said):
        Store.open(folder)


def _with(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    said = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(said)
    (folder / "manifest.json").write_text(json.dumps(said))
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["segments"][0].update(name="../store/" + said["segments"][0]["name"]),
        lambda said: said["segments"][0].update(name="/etc"),
        lambda said: said["segments"][0].update(name=5),
        lambda said: said["segments"][0].update(gone=9),
        lambda said: said["segments"][0].update(gone=1),
        lambda said: said["segments"][0].update(valid=9),
        lambda said: said["segments"][0].update(rows=None),
        lambda said: said["segments"][0]["files"].update(q1=[2]),
        lambda said: said["segments"][0]["files"].update(q1=["/../q1", 1]),
        lambda said: said["segments"].append(said["segments"][0]),
        lambda said: said["columns"][-1].update(dtype="<f8"),
        lambda said: said["columns"][-1].update(codes=[[1], [2]]),
        lambda said: said["columns"].append(said["columns"][-1]),
        lambda said: said.update(version="2"),
        lambda said: said.update(facts=None),
    ],
)
def test_a_manifest_nobody_here_wrote_is_refused(folder: Path, change: Callable[[Any], object]) -> None:
    put(folder, sheets([1, 2]))
    with pytest.raises(StoreDamaged, match=r"manifest\.json cannot be used: it cannot be read"):
        Store.open(_with(folder, change))
    with pytest.raises(StoreDamaged, match="cannot be read"):
        put(folder, sheets([3]))


def test_a_manifest_nested_too_deeply_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text("[" * 100_000)
    with pytest.raises(StoreDamaged, match="cannot be read"):
        Store.open(folder)


@pytest.mark.parametrize("numbers", [{"valid": 1}, {"gone": 1, "valid": 2}])
def test_numbers_of_rows_that_are_not_so_are_found_by_a_check(folder: Path, numbers: dict[str, int]) -> None:
    put(folder, sheets([1, 2, 3]))
    put(folder, gone=[7])
    put(folder, sheets([4]), gone=[4, 1])
    put(folder, sheets([5]))
    Store.open(folder).verify()
    store = Store.open(_with(folder, lambda said: said["segments"][0].update(numbers)))
    with pytest.raises(StoreDamaged, match=r"manifest\.json.*not as it was written"):
        store.verify()


def test_a_store_that_takes_the_place_of_another_is_not_read_as_it(folder: Path, tmp_path: Path) -> None:
    old = put(folder, sheets(range(5), q1=2))
    create(tmp_path / "other", SPECS)
    put(tmp_path / "other", sheets(range(5), q1=3))

    def replaced(_done: int, _of: int) -> None:
        folder.rename(tmp_path / "old")
        (tmp_path / "other").rename(folder)

    with pytest.raises(StoreChanged, match="meanwhile"):
        old.count([Q1], watch=replaced)
    with pytest.raises(StoreChanged, match="meanwhile"):
        q1_of(old)
    assert q1_of(Store.open(folder)) == [0, 0, 0, 5]


def test_a_reader_that_may_not_write_keeps_writers_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, opened = put(folder, sheets([1], q1=2)), os.open

    def read_only(path: Any, flags: int, *more: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError
        return opened(path, flags, *more)

    reading = old.reading()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        reading.__enter__()
    put(folder, sheets([2]))
    put(folder, sheets([3]))
    assert q1_of(old) == [0, 0, 1, 0]
    reading.__exit__(None, None, None)


def test_a_folder_without_a_manifest_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged, match=r"manifest\.json"):
        Store.open(tmp_path)


def test_the_manifest_is_json_that_says_what_is_where(folder: Path) -> None:
    put(folder, sheets([1]))
    said = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (said["format"], said["number"], said["version"]) == ("openhall.store", 1, 2)
    assert [one["rows"] for one in said["segments"]] == [1]


def test_a_column_that_is_not_there_is_named(folder: Path) -> None:
    store = put(folder, sheets([1]))
    with pytest.raises(OpenHallError, match="q9"):
        store.count([(Coded("q9", (1,)),)])


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="office"):
        create(tmp_path / "store", (*SPECS, choice("office", (1, 2))))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OpenHallError, match="not empty"):
        create(tmp_path, SPECS)
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]


def test_a_reader_keeps_its_version_until_it_is_done(folder: Path, short_segments: None) -> None:
    old = put(folder, sheets([1, 2], q1=2))
    with old.reading():
        put(folder, sheets([3], q1=3))
        put(folder, sheets([4], q1=3))
        assert q1_of(old) == [0, 0, 2, 0]
    put(folder, sheets([5], q1=3))
    with pytest.raises(StoreChanged, match="meanwhile"):
        q1_of(old)
    assert q1_of(Store.open(folder)) == [0, 0, 2, 3]

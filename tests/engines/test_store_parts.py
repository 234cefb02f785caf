"""Several processes count what one counts, and none of them outlives the count."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from tests.engines.stored_sheets import Q1, SPECS, sheets

from openhall.engines import store_files, store_parts, store_writing
from openhall.engines.store import Store
from openhall.stats.axes import Coded
from openhall.stats.cells import unwatched


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(store_files, "SEGMENT", 8)
    store_writing.create(tmp_path / "store", SPECS)
    rows = sheets(range(100), q1=[number % 4 for number in range(100)])
    store_writing.append(tmp_path / "store", [rows])
    return store_writing.put(tmp_path / "store", gone=range(0, 100, 9))


@pytest.fixture(params=["spawn", "fork"])
def parted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the data, two processes count them."""
    for name in ("FROM", "FROM_COPIES"):
        monkeypatch.setattr(store_parts, name, 0)
    monkeypatch.setattr(store_parts, "_cores", lambda: 2)
    monkeypatch.setattr(store_parts, "_method", lambda: request.param)


@pytest.mark.usefixtures("parted")
def test_two_processes_count_what_one_counts(store: Store) -> None:
    asks, where = [Q1, (), (Coded("office", ("east", "west")), *Q1)], store.valid()
    alone = store.count_segments(
        asks, store.segments, ["q1", "office", "void"], where=where, weight="", watch=unwatched
    )
    seen: list[tuple[int, int]] = []
    together = store.count(asks, where=where, watch=lambda done, of: seen.append((done, of)))
    for one, other in zip(alone, together, strict=True):
        assert one.values.tolist() == other.values.tolist()
        assert one.counts.tolist() == other.counts.tolist()
    assert seen[-1] == (100, 100)
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("parted")
def test_a_count_that_is_stopped_ends_its_processes(store: Store) -> None:
    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.count([Q1], watch=stop)
    assert multiprocessing.active_children() == []


def test_a_small_store_is_counted_by_one_process(store: Store) -> None:
    assert not store_parts.worth(store, 22)


def test_many_columns_are_worth_several_processes_sooner(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_parts, "FROM", 10 * store.rows)
    monkeypatch.setattr(store_parts, "FROM_COPIES", store.rows)
    monkeypatch.setattr(store_parts, "_method", lambda: "spawn")
    monkeypatch.setattr(store_parts, "_cores", lambda: 2)
    monkeypatch.setattr(multiprocessing.current_process(), "_name", "MainProcess")
    assert store_parts.worth(store, 22)
    assert not store_parts.worth(store, 2)


def test_copies_of_a_process_without_other_threads_are_worth_it_sooner(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_parts, "FROM_COPIES", 10 * store.rows)
    monkeypatch.setattr(store_parts, "_cores", lambda: 2)
    monkeypatch.setattr(multiprocessing.current_process(), "_name", "MainProcess")
    for method in ("fork", "spawn"):
        monkeypatch.setattr(store_parts, "_method", lambda method=method: method)
        assert store_parts.worth(store, 22) is (method == "fork")
    assert not store_parts.worth(store, 2)

"""A store is what it was or what it becomes, never anything between, wherever a writer is stopped."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.engines.stored_sheets import SPECS, q1_of, sheets

from openhall.engines import store_changes, store_files, store_writing
from openhall.engines.store import Store
from openhall.engines.store_writing import StoreBusy, append, create, put, writing
from openhall.errors import BadInput, NotAllowed

pytestmark = pytest.mark.usefixtures("short_segments")


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_files, "SEGMENT", 8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "store", SPECS)
    put(tmp_path / "store", sheets(range(12), q1=1))
    return tmp_path / "store"


class _Stopped(BaseException):
    """As if the machine had stopped."""


def _stopping(monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
    """Stop at the n-th operation on files, before it is done or right after."""
    seen = 0

    def stop(real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*given: Any, **named: Any) -> Any:
            nonlocal seen
            seen += 1
            here = seen == at
            if here and not after:
                raise _Stopped
            found = real(*given, **named)
            if here:
                raise _Stopped
            return found

        return operation

    for name in ("fsync", "replace", "mkdir"):
        monkeypatch.setattr(os, name, stop(getattr(os, name)))
    write = stop(store_files.write_column)
    for module in (store_files, store_changes):
        monkeypatch.setattr(module, "write_column", write)


def names(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


def work(folder: Path) -> Store:
    """Rows that change, go and come."""
    return put(folder, sheets(range(3, 15), q1=2), gone=[1, 11], facts={"upto": 1})


@pytest.mark.parametrize("after", [False, True])
def test_a_stop_at_any_operation_leaves_the_old_or_the_new_and_the_next_writer_clears_up(
    folder: Path, tmp_path: Path, after: bool
) -> None:
    whole = tmp_path / "whole"
    create(whole, SPECS)
    put(whole, sheets(range(12), q1=1))
    right = work(whole)
    put(whole, facts={"upto": 2})
    before, at, done = q1_of(Store.open(folder)), 0, False
    while not done:
        at += 1
        with pytest.MonkeyPatch.context() as patched:
            _stopping(patched, at, after=after)
            try:
                work(folder)
                done = True
            except _Stopped:
                pass
        store = Store.open(folder)
        store.verify()
        assert q1_of(store) in (before, q1_of(right))
        if store.version == right.version and not done:
            break
    assert at > 10
    assert work(folder).checksum() == right.checksum()
    put(folder, facts={"upto": 2})
    put(folder, facts={"upto": 2})
    put(whole, facts={"upto": 2})
    assert names(folder) == names(whole)


KILLED = """
import sys
from pathlib import Path
from tests.engines.stored_sheets import sheets
from openhall.engines import store_files, store_writing
store_files.SEGMENT = 8
for start in range(0, 4000, 5):
    store_writing.put(Path(sys.argv[1]), sheets(range(start, start + 7), q1=2), gone=[start - 3])
    print(start, flush=True)
"""


def test_a_killed_writer_leaves_a_store_that_goes_on(folder: Path) -> None:
    chance = random.Random(5)
    for _ in range(2):
        command = [sys.executable, "-c", KILLED, str(folder)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert writer.stdout is not None
        for _ in range(chance.randint(1, 12)):
            writer.stdout.readline()
        writer.kill()
        writer.communicate()
        store = Store.open(folder)
        store.verify()
        ids = np.concatenate([block["id"] for block in store.live()])
        assert len(set(ids.tolist())) == len(ids) == store.rows
    for start in range(0, 100, 5):
        store = put(folder, sheets(range(start, start + 7), q1=2), gone=[start - 3])
    assert store.rows_of(np.arange(0, 100))["id"].tolist()
    store.verify()


def test_two_writers_do_not_work_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_files, "PATIENCE", 0)
    with writing(folder), pytest.raises(StoreBusy, match="Somebody else"):
        put(folder, sheets([99]))
    assert put(folder, sheets([99])).rows == 13


def test_a_bulk_that_is_stopped_leaves_nothing_behind(folder: Path) -> None:
    before = names(folder)

    def blocks():
        yield sheets(range(100, 150))
        raise BadInput("no more")

    with pytest.raises(BadInput):
        append(folder, blocks())
    assert names(folder) == before and Store.open(folder).version == 2


def test_a_bulk_that_is_stopped_first_lets_the_writing_beside_it_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write, remove = names(folder), store_files.write_column, shutil.rmtree
    started, waited_for, seen = threading.Event(), threading.Event(), list[str]()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, **named: Any) -> None:
            waited_for.set()
            super().shutdown(wait, **named)

    def slowly(*given: Any) -> int:
        started.set()
        waited_for.wait()
        seen.append("written")
        return write(*given)

    def removing(path: Path, **named: Any) -> None:
        if started.is_set():
            seen.append("removed")
        remove(path, **named)

    def blocks():
        yield sheets(range(100, 110))
        started.wait()
        raise BadInput("no more")

    monkeypatch.setattr(store_writing, "ThreadPoolExecutor", Pool)
    monkeypatch.setattr(store_files, "write_column", slowly)
    monkeypatch.setattr(shutil, "rmtree", removing)
    with pytest.raises(BadInput):
        append(folder, blocks())
    assert seen[: len(SPECS)] == ["written"] * len(SPECS) and set(seen[len(SPECS) :]) == {"removed"}
    assert names(folder) == before


@pytest.mark.parametrize("at", [2, len(SPECS) + 1, 2 * len(SPECS) + 1])
def test_a_bulk_that_cannot_be_written_says_so_and_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before, write, seen = names(folder), store_files.write_column, 0

    def full(*given: Any) -> int:
        nonlocal seen
        seen += 1
        if seen == at:
            raise OSError(28, "No space left on device")
        return write(*given)

    monkeypatch.setattr(store_files, "write_column", full)
    with pytest.raises(OSError, match="No space left"):
        append(folder, [sheets(range(start, start + 6)) for start in range(100, 140, 6)])
    assert names(folder) == before and Store.open(folder).version == 2


def test_a_bulk_tells_how_far_it_is(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    append(folder, [sheets(range(100, 120))], lambda done, of: seen.append((done, of)), of=20)
    assert seen == [(8, 20), (16, 20), (20, 20)]


def test_what_no_store_writes_is_left_where_it_is(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "1-precious.7").write_text("mine")
    (folder / "99999999-0001").symlink_to(tmp_path / "mine")
    (folder / "notes").mkdir()
    segment = folder / Store.open(folder).segments[0].name
    (segment / "notes.txt").write_text("mine")
    put(folder, sheets([50]))
    put(folder, sheets([51]))
    assert (folder / "notes").is_dir() and (segment / "notes.txt").exists()
    assert (tmp_path / "mine" / "1-precious.7").exists()


def test_of_two_that_make_a_store_in_one_folder_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, folder = store_files._lock, tmp_path / "new"

    def another_is_first(handle: int, at: Path) -> None:
        monkeypatch.setattr(store_files, "_lock", wait)
        create(folder, SPECS)
        append(folder, [sheets([1, 2])])
        wait(handle, at)

    monkeypatch.setattr(store_files, "_lock", another_is_first)
    with pytest.raises(NotAllowed, match="not empty"):
        create(folder, SPECS)
    assert Store.open(folder).rows == 2

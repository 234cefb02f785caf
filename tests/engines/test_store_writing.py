"""A store is what it was or what it becomes, never anything between, wherever a writer is stopped."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.engines.stored_sheets import SPECS, q1_of, sheets

from openhall.engines import store_writing
from openhall.engines.store import Store
from openhall.engines.store_writing import StoreBusy, append, create, put, writing
from openhall.errors import BadInput

pytestmark = pytest.mark.usefixtures("short_segments")


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_writing, "SEGMENT", 8)


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
    monkeypatch.setattr(store_writing, "_write", stop(store_writing._write))


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
from openhall.engines import store_writing
store_writing.SEGMENT = 8
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
    monkeypatch.setattr(store_writing, "PATIENCE", 0)
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


def test_a_bulk_tells_how_far_it_is(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    append(folder, [sheets(range(100, 120))], lambda done, of: seen.append((done, of)), of=20)
    assert seen == [(8, 20), (16, 20), (20, 20)]

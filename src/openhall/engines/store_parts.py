"""A large store counted by several processes, each with its own segments. Tables are added up, so the result is
the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openhall.stats.axes import Ask, Where
from openhall.stats.cells import Cells, Watch, added, unwatched

if TYPE_CHECKING:
    from openhall.engines.store import Store

FROM = 600_000_000  # rows times columns; below, starting processes costs more than it saves
FROM_COPIES = 100_000_000  # where they are copies of this one, which start at once
TOGETHER = 4  # segments a process counts at a time, at most
MOST = 8  # processes
PATIENCE = 0.2  # seconds between two looks at the watch


@dataclass(frozen=True)
class _Work:
    """What every process has to know."""

    store: Store
    asks: tuple[Ask, ...]
    keys: tuple[str, ...]
    where: Where
    weight: str


def worth(store: Store, columns: int) -> bool:
    """Whether several processes count so many columns faster, and this one may start them."""
    if store.rows * columns < FROM_COPIES or _cores() < 2:
        return False
    import multiprocessing

    here = multiprocessing.current_process()
    if here.daemon or here.name != "MainProcess":
        return False
    return store.rows * columns >= FROM or _method() == "fork"


def _method() -> str:
    """How processes are started: as copies of this one, where no other thread could hold a lock meanwhile."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def count(
    store: Store, asks: Sequence[Ask], keys: Sequence[str], *, where: Where, weight: str, watch: Watch
) -> tuple[Cells, ...]:
    """As `Store.count`. When the watch raises, the processes are ended."""
    import multiprocessing  # here: it takes a while to load

    work = _Work(store, tuple(asks), tuple(keys), where, weight)
    parts = list(_parts(len(store.segments), min(_cores(), MOST)))
    rows, done = sum(one.rows for one in store.segments), 0
    found: list[tuple[Cells, ...]] = []
    context = multiprocessing.get_context(_method())
    with context.Pool(min(_cores(), len(parts), MOST), _begin, (work,)) as pool:  # ended at the end of this
        counting = pool.imap_unordered(_count, parts)
        while len(found) < len(parts):
            try:
                counted, tables = counting.next(timeout=PATIENCE)
            except multiprocessing.TimeoutError:
                watch(done, rows)
                continue
            found.append(tables)
            done += counted
            watch(done, rows)
    return tuple(added(tables) for tables in zip(*found, strict=True))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _parts(segments: int, processes: int) -> Iterator[tuple[int, int]]:
    """From and to which segment; so many parts that none of the processes waits long for the others."""
    together = max(1, min(TOGETHER, segments // (4 * processes)))
    for start in range(0, segments, together):
        yield start, min(start + together, segments)


_work: _Work | None = None  # of this process


def _begin(work: _Work) -> None:
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that started us
    _work = work


def _count(part: tuple[int, int]) -> tuple[int, tuple[Cells, ...]]:
    assert _work is not None
    store, segments = _work.store, _work.store.segments[slice(*part)]
    tables = store.count_segments(
        _work.asks, segments, _work.keys, where=_work.where, weight=_work.weight, watch=unwatched
    )
    return sum(one.rows for one in segments), tables


__all__ = ["FROM", "count", "worth"]

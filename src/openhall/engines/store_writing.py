"""The columnar store on disk, written: made, filled in bulk, brought up to date. Reading: `store`.

A commit writes new files beside the old ones, makes sure of them, and then puts a new manifest in the place
of the old one, in one step. A crash before that step has changed nothing; what it left lying about is cleared
away by the next writer, as are the files that the last commit replaced.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.engines.columns import Spec
from openhall.engines.store import LOCK, READING, Manifest, Segment, Store, read_manifest
from openhall.engines.store_changes import Change
from openhall.engines.store_files import (
    NEW,
    Columns,
    StoreBusy,
    commit,
    cut,
    extended,
    folder_done,
    segment_folder,
    write_segment,
    writing,
)
from openhall.errors import N_, BadInput, NotAllowed
from openhall.stats.axes import Code
from openhall.stats.blocks import Block
from openhall.stats.cells import Watch, unwatched


def create(folder: Path | str, specs: Sequence[Spec], facts: Mapping[str, Any] | None = None) -> None:
    """An empty store. NotAllowed where the folder has one or anything else in it, BadInput where two columns
    have the same name."""
    folder, keys = Path(folder), [spec.key for spec in specs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        message = N_("Two columns are called {columns}. Give the question another key.")
        raise BadInput(message, columns=twice)
    folder.mkdir(parents=True, exist_ok=True)
    _require_empty(folder)
    with writing(folder):
        _require_empty(folder)  # nobody else has made a store there meanwhile
        commit(folder, Manifest(1, tuple(specs), (), dict(facts or {})), durable=True)


def _require_empty(folder: Path) -> None:
    if any(name not in (LOCK, READING, NEW) for name in os.listdir(folder)):
        message = N_("The folder {folder} is not empty. Name another one, or empty it first.")
        raise NotAllowed(message, folder=folder)


def remove(folder: Path | str) -> None:
    """A store that is not wanted any more, and its folder."""
    shutil.rmtree(folder, ignore_errors=True)


def append(
    folder: Path | str,
    blocks: Iterable[Block],
    watch: Watch = unwatched,
    *,
    codes: Mapping[str, Sequence[Code]] | None = None,
    facts: Mapping[str, Any] | None = None,
    of: int = 0,
    durable: bool = True,
) -> Store:
    """Add rows in bulk: new segments, one commit at the end. The ids must be new ones.

    `watch` hears of (rows written, `of`). `codes` and `facts` as in `put`; both are taken when the blocks are
    at their end, so they may be filled while the blocks are made. `durable=False` spares the waiting for the
    disk, for a store that is thrown away afterwards.
    """
    folder = Path(folder)
    with writing(folder), ThreadPoolExecutor(1) as beside:
        old, new, done = read_manifest(folder), list[Segment](), 0
        try:
            for segment in _written(folder, old, cut(blocks, old.specs), beside, durable):
                new.append(segment)
                done += segment.rows
                watch(done, max(of, done))
            specs = extended(old.specs, codes or {})
        except BaseException:
            beside.shutdown()
            for number in range(1, len(new) + 2):
                shutil.rmtree(segment_folder(folder, old, number), ignore_errors=True)
            raise
        folder_done(folder, durable)
        manifest = Manifest(old.version + 1, specs, (*old.segments, *new), {**old.facts, **(facts or {})})
        commit(folder, manifest, durable)
        return Store(folder, manifest)


def _written(
    folder: Path, old: Manifest, parts: Iterable[Columns], beside: ThreadPoolExecutor, durable: bool
) -> Iterator[Segment]:
    """The segments; each is written while the rows of the next one are made."""
    before: Future[Segment] | None = None
    for number, columns in enumerate(parts, 1):
        if before is not None:
            yield before.result()
        before = beside.submit(write_segment, folder, old, number, columns, durable)
    if before is not None:
        yield before.result()


def put(
    folder: Path | str,
    rows: Block | None = None,
    gone: NDArray[np.int64] | Sequence[int] = (),
    codes: Mapping[str, Sequence[Code]] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Store:
    """Bring the store up to date: `rows` are added, or replace those with their ids; `gone` ids are no longer
    there. Doing the same again changes nothing.

    An id in both is gone. `codes`: lists of codes that have become longer at their end. `facts`: what becomes
    different in the store's facts, in the same step. StoreBusy where somebody else writes for longer than ten
    seconds.
    """
    folder = Path(folder)
    with writing(folder):
        old = read_manifest(folder)
        specs = extended(old.specs, codes or {})
        new_facts = {**old.facts, **(facts or {})}
        change = Change(Store(folder, replace(old, specs=specs)))
        change.take(np.asarray(gone, np.int64), rows or {})
        segments = change.segments()
        manifest = Manifest(old.version + 1, change.store.specs, segments, new_facts)
        if replace(manifest, version=old.version) == old:
            return Store(folder, old)
        folder_done(folder, durable=True)
        commit(folder, manifest, durable=True)
        return Store(folder, manifest)


__all__ = ["StoreBusy", "append", "create", "put", "remove", "writing"]

"""The columnar store on disk, written: made, filled in bulk, brought up to date. Reading: `store`.

A commit writes new files beside the old ones, makes sure of them, and then puts a new manifest in the place
of the old one, in one step. A crash before that step has changed nothing; what it left lying about is cleared
away by the next writer, as are the files that the last commit replaced.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.engines.columns import VALID, Spec, Type
from openhall.engines.store import (
    GONE,
    LOCK,
    MANIFEST,
    READING,
    SEGMENT,
    Manifest,
    Segment,
    Store,
    damaged,
    file_of,
    joined,
    places_of,
    read_manifest,
)
from openhall.errors import N_, BadInput, NotAllowed
from openhall.stats.axes import Code
from openhall.stats.blocks import Block
from openhall.stats.cells import Watch, Whole, unwatched

Columns = dict[str, NDArray[Any]]
NEW = "manifest.json.new"
PATIENCE = 10.0  # seconds to wait for another writer


class StoreBusy(NotAllowed):
    """Somebody else is writing to the store."""


def create(folder: Path | str, specs: Sequence[Spec], facts: Mapping[str, Any] | None = None) -> None:
    """An empty store. NotAllowed where the folder has one or anything else in it, BadInput where two columns
    have the same name."""
    folder, keys = Path(folder), [spec.key for spec in specs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        message = N_("Two columns are called {columns}. Give the question another key.")
        raise BadInput(message, columns=twice)
    folder.mkdir(parents=True, exist_ok=True)
    if any(name not in (LOCK, READING, NEW) for name in os.listdir(folder)):
        message = N_("The folder {folder} is not empty. Name another one, or empty it first.")
        raise NotAllowed(message, folder=folder)
    with writing(folder):
        _commit(folder, Manifest(1, tuple(specs), (), dict(facts or {})), durable=True)


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
    with writing(folder):
        old, new, done = read_manifest(folder), list[Segment](), 0
        try:
            for number, columns in enumerate(_cut(blocks, old.specs), 1):
                new.append(_write_segment(folder, old, number, columns, durable))
                done += new[-1].rows
                watch(done, max(of, done))
            specs = _extended(old.specs, codes or {})
        except BaseException:
            for number in range(1, len(new) + 2):
                shutil.rmtree(_folder(folder, old, number), ignore_errors=True)
            raise
        folder_done(folder, durable)
        manifest = Manifest(old.version + 1, specs, (*old.segments, *new), {**old.facts, **(facts or {})})
        _commit(folder, manifest, durable)
        return Store(folder, manifest)


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
        specs = _extended(old.specs, codes or {})
        new_facts = {**old.facts, **(facts or {})}
        change = _Change(Store(folder, replace(old, specs=specs)))
        change.take(np.asarray(gone, np.int64), rows or {})
        segments = change.segments()
        manifest = Manifest(old.version + 1, change.store.specs, segments, new_facts)
        if replace(manifest, version=old.version) == old:
            return Store(folder, old)
        folder_done(folder, durable=True)
        _commit(folder, manifest, durable=True)
        return Store(folder, manifest)


class _Change:
    """What one `put` does: the marks set in `void`, segment by segment, and the rows that are added."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.marks: dict[int, NDArray[Any]] = {}  # segment -> its column `void` as it becomes
        self.added: Columns = {}

    def take(self, gone: Whole, rows: Block) -> None:
        """Work out what changes."""
        rows = _last_of_each(rows, self.store.specs)
        if len(gone) and len(rows["id"]):
            kept = ~np.isin(rows["id"], gone)
            rows = {key: column[kept] for key, column in rows.items()}
        fresh = np.ones(len(rows["id"]), dtype=bool)
        for number, segment in enumerate(self.store.segments):
            ids = self.store.column(segment, "id")
            self._set(number, self._live(number, places_of(ids, np.unique(gone))), None)
            places = self._live(number, places_of(ids, rows["id"]))
            if len(places):
                self._compare(number, places, rows, fresh)
        self.added = {key: column[fresh] for key, column in rows.items()}

    def _compare(self, number: int, places: Whole, rows: Block, fresh: NDArray[np.bool_]) -> None:
        """Rows that are there: nothing to do where they are the same, a new mark where only `void` differs."""
        segment, store = self.store.segments[number], self.store
        mine = np.searchsorted(rows["id"], store.column(segment, "id")[places])
        same = np.ones(len(places), dtype=bool)
        for spec in store.specs:
            if spec.key != "void":
                same &= store.column(segment, spec.key)[places] == rows[spec.key][mine]
        fresh[mine[same]] = False
        if "void" in store.codes:
            self._set(number, places[same], rows["void"][mine[same]])
        self._set(number, places[~same], None)

    def _live(self, number: int, places: Whole) -> Whole:
        if not len(places) or GONE not in self.store.codes.get("void", ()):
            return places
        return np.asarray(places[self._void(number)[places] != self.store.gone])

    def _void(self, number: int) -> NDArray[Any]:
        found = self.marks.get(number)
        return self.store.column(self.store.segments[number], "void") if found is None else found

    def _set(self, number: int, places: Whole, marks: NDArray[Any] | None) -> None:
        """Set `void` of these rows; None: they are gone."""
        if not len(places):
            return
        if marks is None:
            self.store = _with_gone(self.store)
            marks = np.full(len(places), self.store.gone)
        if (self._void(number)[places] != marks).any():
            changed = self._void(number).copy()
            changed[places] = marks
            self.marks[number] = changed

    def segments(self) -> tuple[Segment, ...]:
        """Write what changes; the segments as they become."""
        store, segments = self.store, list(self.store.segments)
        tail = self._tail()
        for number, marks in sorted(self.marks.items()):
            if number != tail:
                segments[number] = _marked(store, segments[number], marks)
        if not len(self.added["id"]):
            return tuple(segments)
        whole = self.added
        if tail is not None:
            whole = _merged(self._kept(tail), self.added)
            del segments[tail]
        cut = _cut([whole], store.specs)
        fresh = [_write_segment(store.folder, store.manifest, n, columns) for n, columns in enumerate(cut, 1)]
        return (*segments, *fresh)

    def _tail(self) -> int | None:
        """The last segment, where new rows go in among the others."""
        last = len(self.store.segments) - 1
        full = last < 0 or self.store.segments[last].rows >= SEGMENT
        return None if full or not len(self.added["id"]) else last

    def _kept(self, number: int) -> Columns:
        """The rows of a segment that are not gone."""
        segment = self.store.segments[number]
        columns = {spec.key: self.store.checked(segment, spec.key) for spec in self.store.specs}
        if number in self.marks:
            columns["void"] = self.marks[number]
        if GONE not in self.store.codes.get("void", ()):
            return columns
        there = columns["void"] != self.store.gone
        return columns if there.all() else {key: column[there] for key, column in columns.items()}


def _with_gone(store: Store) -> Store:
    """The store with "gone" among the codes of `void`."""
    void = store.spec.get("void")
    if void is None or "id" not in store.spec:
        raise damaged(store.folder, N_("it has no columns id and void, so its rows cannot change."))
    if GONE in void.codes:
        return store
    specs = _extended(store.specs, {"void": (*void.codes, GONE)})
    return Store(store.folder, replace(store.manifest, specs=specs))


def _marked(store: Store, segment: Segment, marks: NDArray[Any]) -> Segment:
    """The segment with a new file of `void`."""
    version = store.version + 1
    path = file_of(store.folder / segment.name, store.specs, "void", version)
    crc = _write(path, marks, durable=True)
    folder_done(path.parent, durable=True)
    valid, gone = _numbers({"void": marks}, store.specs)
    return replace(segment, valid=valid, gone=gone, files={**segment.files, "void": (version, crc)})


def _last_of_each(rows: Block, specs: Sequence[Spec]) -> Columns:
    """The rows in order of their ids; of several with the same id the last."""
    whole = joined([rows], specs) if len(rows.get("id", ())) else joined([], specs)
    if "id" not in whole:
        raise damaged(Path("."), N_("it has no column id, so its rows cannot change."))
    order = np.argsort(whole["id"], kind="stable")
    ids = whole["id"][order]
    last = np.append(ids[1:] != ids[:-1], True)[: len(ids)]
    return {key: column[order[last]] for key, column in whole.items()}


def _merged(one: Columns, other: Columns) -> Columns:
    """Two sets of rows in order of id as one."""
    places = np.searchsorted(one["id"], other["id"])
    return {key: np.insert(column, places, other[key]) for key, column in one.items()}


def _cut(blocks: Iterable[Block], specs: Sequence[Spec]) -> Iterator[Columns]:
    """Blocks of any length as segments of `SEGMENT` rows; the last may be shorter."""
    waiting: list[Block] = []
    rows = 0
    for block in blocks:
        waiting.append(block)
        rows += len(next(iter(block.values()), ()))
        while rows >= SEGMENT:
            whole = joined(waiting, specs)
            yield {key: column[:SEGMENT] for key, column in whole.items()}
            waiting, rows = [{key: column[SEGMENT:] for key, column in whole.items()}], rows - SEGMENT
    if rows:
        yield joined(waiting, specs)


def _write_segment(
    folder: Path, old: Manifest, number: int, columns: Columns, durable: bool = True
) -> Segment:
    """Write a new folder with these columns, in order of id."""
    version = old.version + 1
    inside = _folder(folder, old, number)
    shutil.rmtree(inside, ignore_errors=True)  # left over from a crash: no manifest names it
    inside.mkdir()
    ids = columns.get("id")
    if ids is not None and (ids[1:] <= ids[:-1]).any():
        order = np.argsort(ids, kind="stable")
        columns = {key: column[order] for key, column in columns.items()}
    files = {
        spec.key: (
            version,
            _write(file_of(inside, old.specs, spec.key, version), columns[spec.key], durable),
        )
        for spec in old.specs
    }
    folder_done(inside, durable)
    valid, gone = _numbers(columns, old.specs)
    return Segment(inside.name, len(next(iter(columns.values()))), valid, gone, files)


def _folder(folder: Path, old: Manifest, number: int) -> Path:
    return folder / f"{old.version + 1:08}-{number:04}"


def _numbers(columns: Mapping[str, NDArray[Any]], specs: Sequence[Spec]) -> tuple[int, int]:
    """Rows that count, and rows that are gone."""
    codes = next((spec.codes for spec in specs if spec.key == "void"), None)
    if codes is None:
        return len(next(iter(columns.values()))), 0
    many = np.bincount(columns["void"], minlength=len(codes) + 1)

    def of(code: str) -> int:
        return int(many[codes.index(code) + 1]) if code in codes else 0

    return of(VALID), of(GONE)


def _write(path: Path, column: NDArray[Any], durable: bool) -> int:
    """Write one file; its CRC-32."""
    data = np.ascontiguousarray(column).data
    with path.open("wb", buffering=0) as file:
        left = memoryview(data).cast("B")
        while len(left):
            left = left[file.write(left) :]
        if durable:
            os.fsync(file.fileno())
    return zlib.crc32(data)


def folder_done(folder: Path, durable: bool) -> None:
    """Make sure that the names in a folder are on the disk."""
    if durable:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _commit(folder: Path, manifest: Manifest, durable: bool) -> None:
    """Put the new manifest in the place of the old one."""
    new = folder / NEW
    with new.open("w", encoding="utf-8") as file:
        file.write(manifest.text())
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(new, folder / MANIFEST)
    folder_done(folder, durable)


def _extended(specs: Sequence[Spec], codes: Mapping[str, Sequence[Code]]) -> tuple[Spec, ...]:
    """The columns with longer lists of codes. ValueError where a list is not the old one and more."""
    found = []
    for spec in specs:
        longer = tuple(codes.get(spec.key, spec.codes))
        if longer[: len(spec.codes)] != spec.codes or (longer and spec.type is not Type.CHOICE):
            raise ValueError(f"the codes of {spec.key} may only become more")
        if len(longer) >= np.iinfo(spec.dtype).max:
            message = N_("Column {column} has more than {most} different codes. Rebuild the store.")
            raise BadInput(message, column=spec.key, most=int(np.iinfo(spec.dtype).max) - 1)
        found.append(replace(spec, codes=longer))
    return tuple(found)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Be the only writer of this store. StoreBusy where another one does not end within ten seconds."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _lock(handle, folder)
        if (folder / MANIFEST).exists():
            _clear(folder, read_manifest(folder))
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                message = N_("Somebody else is writing to the store {folder}. Try again when that is done.")
                raise StoreBusy(message, folder=folder) from None
            time.sleep(0.05)


def _clear(folder: Path, manifest: Manifest) -> None:
    """Remove what the manifest does not name, unless somebody is reading an older version just now."""
    handle = os.open(folder / READING, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (folder / NEW).unlink(missing_ok=True)
        named = {one.name: one for one in manifest.segments}
        for inside in [one for one in folder.iterdir() if one.is_dir()]:
            segment = named.get(inside.name)
            if segment is None:
                shutil.rmtree(inside, ignore_errors=True)
                continue
            kept = {
                file_of(inside, manifest.specs, key, version) for key, (version, _) in segment.files.items()
            }
            for path in set(inside.iterdir()) - kept:
                path.unlink(missing_ok=True)
    except BlockingIOError:
        pass  # the next writer will
    finally:
        os.close(handle)

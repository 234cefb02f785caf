"""What bringing a store up to date changes in its files: rows that are gone or different get a mark, new ones go
into the last segment or another one. Begun and ended by `store_writing.put`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.engines.columns import Spec
from openhall.engines.store import GONE, Segment, Store, damaged, file_of, joined, numbers_of, places_of
from openhall.engines.store_files import (
    Columns,
    cut,
    extended,
    folder_done,
    is_full,
    write_column,
    write_segment,
)
from openhall.errors import N_
from openhall.stats.blocks import Block
from openhall.stats.cells import Whole


class Change:
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
        parts = enumerate(cut([whole], store.specs), 1)
        fresh = [write_segment(store.folder, store.manifest, number, columns) for number, columns in parts]
        return (*segments, *fresh)

    def _tail(self) -> int | None:
        """The last segment, where new rows go in among the others."""
        last = len(self.store.segments) - 1
        full = last < 0 or is_full(self.store.segments[last])
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
    specs = extended(store.specs, {"void": (*void.codes, GONE)})
    return Store(store.folder, replace(store.manifest, specs=specs))


def _marked(store: Store, segment: Segment, marks: NDArray[Any]) -> Segment:
    """The segment with a new file of `void`."""
    version = store.version + 1
    path = file_of(store.folder / segment.name, store.specs, "void", version)
    crc = write_column(path, marks, durable=True)
    folder_done(path.parent, durable=True)
    valid, gone = numbers_of(marks, store.specs)
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

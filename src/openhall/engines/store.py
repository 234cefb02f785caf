"""The columnar store on disk, read: a folder of segments, each with one raw file a column, and `manifest.json`,
which says what is in it. Writing: `store_writing`; nothing here changes a file.

    answers/manifest.json            format, version, columns, segments with the checksum of every file, facts
    answers/00000003-0001/q1.3       column q1 of one segment, written by version 3: little-endian numbers

Columns mean what `stats.rows` says. Within a segment rows are in order of `id`, where there is one, so that
nothing tells in which order they came. A row that is gone has the code "gone" in its column `void`.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.engines.asked import columns_asked
from openhall.engines.columns import CHANNELS, VALID, Spec, Type, choice, codes_of, counting
from openhall.engines.hashes import row_hashes
from openhall.errors import N_, OpenHallError
from openhall.stats import blocks
from openhall.stats.axes import Ask, Coded, Condition, In, Where
from openhall.stats.blocks import Block, Codes
from openhall.stats.cells import Cells, Watch, Whole, unwatched

FORMAT = "openhall.store"
NUMBER = 1  # of the format; a store with a higher one was written by a newer OpenHall
SEGMENT = 1 << 20  # rows at most
GONE = "gone"  # the code of `void` for a row that is no longer there
MEMORY = 1 << 30  # bytes
MANIFEST, LOCK, READING = "manifest.json", "lock", "reading"
ABOUT = ("id", "office", "channel", "language", "day", "void")  # columns about a sheet, none of them needed
FOLDER = re.compile(r"\d{8,}-\d{4,}")  # the name of a segment
FILE = re.compile(r"\d+-.+\.\d+")  # and of a column's file in it
DTYPES = {
    Type.CHOICE: ("|u1", "<u2"),
    Type.MARK: ("|u1",),
    Type.NUMBER: ("<i8",),
    Type.DAY: ("<i4",),
    Type.ID: ("<i8",),
}


class StoreDamaged(OpenHallError):
    """The folder is no store, or not a whole one, or one of a newer OpenHall."""


class StoreChanged(OpenHallError):
    """The store was brought up to date since it was opened; opening it again gives the new one."""


@dataclass(frozen=True)
class Segment:
    """Up to `SEGMENT` rows. `files`: of each column the version that wrote its file, and the file's CRC-32.
    `valid` rows count; `gone` rows are no longer there."""

    name: str
    rows: int
    valid: int
    gone: int
    files: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` says."""

    version: int
    specs: tuple[Spec, ...]
    segments: tuple[Segment, ...]
    facts: Mapping[str, Any]

    def text(self) -> str:
        columns = [
            {
                "key": spec.key,
                "type": spec.type.value,
                "dtype": spec.dtype,
                "codes": list(spec.codes),
                "decimals": spec.decimals,
            }
            for spec in self.specs
        ]
        segments = [
            {
                "name": one.name,
                "rows": one.rows,
                "valid": one.valid,
                "gone": one.gone,
                "files": {key: list(file) for key, file in one.files.items()},
            }
            for one in self.segments
        ]
        said = {
            "format": FORMAT,
            "number": NUMBER,
            "version": self.version,
            "columns": columns,
            "segments": segments,
            "facts": dict(self.facts),
        }
        return json.dumps(said, ensure_ascii=False, indent=None, separators=(",", ":")) + "\n"


class Store:
    """An opened store at one version: an `Engine`. `memory`: bytes of columns held at a time, at most.

    Nothing of it stays open between calls; a store that is brought up to date meanwhile is still read at the
    version it was opened at, or StoreChanged is raised.
    """

    def __init__(self, folder: Path, manifest: Manifest, memory: int = MEMORY) -> None:
        self.folder, self.manifest, self.memory = folder, manifest, memory
        self.version, self.specs, self.facts = manifest.version, manifest.specs, manifest.facts
        self.segments = manifest.segments
        self.place = _place(self.folder)

    @classmethod
    def open(cls, folder: Path | str, *, memory: int = MEMORY) -> Store:
        """The store in this folder, by its manifest and the sizes of its files. StoreDamaged where they do
        not fit."""
        folder = Path(folder)
        for _ in range(20):
            manifest = read_manifest(folder)
            wrong = next(_wrong_sizes(folder, manifest), None)
            if wrong is None:
                return cls(folder, manifest, memory)
            if read_manifest(folder).version == manifest.version:  # else it was brought up to date just now
                break
        raise wrong or damaged(folder, N_("its files keep changing."))

    @cached_property
    def codes(self) -> Codes:
        """What the places of each choice mean."""
        return codes_of(self.specs)

    @cached_property
    def rows(self) -> int:
        """Rows that are not gone."""
        return sum(one.rows - one.gone for one in self.segments)

    @cached_property
    def spec(self) -> Mapping[str, Spec]:
        return {spec.key: spec for spec in self.specs}

    def valid(self) -> Where:
        """The rows that count: those whose `void` gives no reason why not."""
        return counting([str(code) for code in self.codes["void"]]) if "void" in self.codes else ()

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """As `Engine.count`: reads only the columns asked for. Rows that are gone are no rows."""
        from openhall.engines import store_parts

        where = self._there(where)
        keys = self._present(columns_asked(asks, where, weight))
        with self.reading():
            if store_parts.worth(self, len(keys)):
                return store_parts.count(self, asks, keys, where=where, weight=weight, watch=watch)
            return self.count_segments(asks, self.segments, keys, where=where, weight=weight, watch=watch)

    def count_segments(
        self,
        asks: Sequence[Ask],
        segments: Sequence[Segment],
        keys: Sequence[str],
        *,
        where: Where,
        weight: str,
        watch: Watch,
    ) -> tuple[Cells, ...]:
        """The tables of some of the segments, one after the other in this process."""
        found = self._blocks(segments, keys or [self.specs[0].key])
        rows = sum(one.rows for one in segments)
        return blocks.count(asks, found, self.codes, where=where, weight=weight, watch=watch, of=rows)

    def rows_of(self, ids: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """The rows with these ids that are not gone, all columns, in any order."""
        wanted = np.unique(np.asarray(ids, np.int64))
        with self.reading():
            found = [self._rows_in(segment, wanted) for segment in self.segments]
        return joined(found, self.specs)

    def _rows_in(self, segment: Segment, wanted: NDArray[np.int64]) -> Block:
        places = places_of(self.column(segment, "id"), wanted)
        if segment.gone:
            places = places[self.column(segment, "void")[places] != self.gone]
        return (
            {spec.key: self.column(segment, spec.key)[places] for spec in self.specs} if len(places) else {}
        )

    def live(self, watch: Watch = unwatched) -> Iterator[dict[str, NDArray[Any]]]:
        """All rows that are not gone, in blocks of all columns."""
        done = 0
        with self.reading():
            for block in self._blocks(self.segments, [spec.key for spec in self.specs]):
                done += len(next(iter(block.values())))
                yield self._kept(block, self._there(()))
                watch(done, sum(one.rows for one in self.segments))

    def checksum(self, where: Where = (), watch: Watch = unwatched) -> tuple[int, int]:
        """Rows where every condition holds, and the sum of their hashes modulo 2⁶⁴: two stores with the same
        rows, in whatever order, have the same."""
        count, total, done, rows = 0, np.uint64(0), 0, sum(one.rows for one in self.segments)
        with self.reading():
            for block in self._blocks(self.segments, [spec.key for spec in self.specs]):
                kept = self._kept(block, self._there(where))
                hashes = row_hashes(kept, self.specs)
                count += len(hashes)
                total = np.add(total, hashes.sum(dtype=np.uint64), dtype=np.uint64)
                done += len(next(iter(block.values())))
                watch(done, rows)
        return count, int(total)

    def verify(self, watch: Watch = unwatched) -> None:
        """Read every file and compare its checksum. StoreDamaged names the first that is not as written."""
        done, rows = 0, sum(one.rows for one in self.segments)
        with self.reading():
            for segment in self.segments:
                for spec in self.specs:
                    self.checked(segment, spec.key)
                void = self.column(segment, "void" if "void" in self.spec else self.specs[0].key)
                if numbers_of(void, self.specs) != (segment.valid, segment.gone):
                    raise damaged(self.folder / MANIFEST, N_("it is not as it was written."))
                done += segment.rows
                watch(done, rows)

    def checked(self, segment: Segment, key: str) -> NDArray[Any]:
        """A column of a segment whose checksum is right; StoreDamaged otherwise."""
        column = self.column(segment, key)
        if zlib.crc32(column.data) != segment.files[key][1]:
            raise damaged(self.path(segment, key), N_("it is not as it was written."))
        return column

    def column(self, segment: Segment, key: str) -> NDArray[Any]:
        """A column of a segment, mapped from its file: read only, only as far as it is touched."""
        spec = self.spec[key]
        try:
            with self.path(segment, key).open("rb") as file:
                pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            raise self._missing(segment, key) from None
        found = np.frombuffer(pages, spec.dtype)
        if len(found) != segment.rows:
            raise self._missing(segment, key)
        return found

    def path(self, segment: Segment, key: str) -> Path:
        """The file of a column."""
        return file_of(self.folder / segment.name, self.specs, key, segment.files[key][0])

    @property
    def gone(self) -> int:
        """The place of "gone" in `void`."""
        return self.codes["void"].index(GONE) + 1

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep writers from clearing away the files this version needs. StoreChanged where another store has taken
        the folder's place meanwhile."""
        with _locked(self.folder / READING, fcntl.LOCK_SH):
            yield
            if _place(self.folder) != self.place:
                raise self._changed()

    def _blocks(self, segments: Sequence[Segment], keys: Sequence[str]) -> Iterator[Block]:
        """These columns, segment by segment; a piece of a segment at a time where memory asks for it."""
        width = sum(np.dtype(self.spec[key].dtype).itemsize for key in keys)
        step = max(self.memory // 4 // width // blocks.ROWS, 1) * blocks.ROWS
        for segment in segments:
            for start in range(0, segment.rows, step):  # mapped anew for each piece, so that pages are let go
                yield {key: self.column(segment, key)[start : start + step] for key in keys}

    def _kept(self, block: Block, where: Where) -> dict[str, NDArray[Any]]:
        return dict(blocks.Rows(block, self.codes).kept(where, "").block)

    def _there(self, where: Where) -> Where:
        """The conditions, and that the row is not gone where some are."""
        if not any(one.gone for one in self.segments) or any(map(_not_gone, where)):
            return where
        reasons = self.codes["void"]
        return (*where, In(Coded("void", reasons), tuple(code for code in reasons if code != GONE)))

    def _present(self, keys: Sequence[str]) -> list[str]:
        absent = [key for key in keys if key not in self.spec]
        if absent:
            raise OpenHallError(
                N_("The store {folder} has no column {columns}. Check that it was made for this study."),
                folder=self.folder,
                columns=absent,
            )
        return list(keys)

    def _missing(self, segment: Segment, key: str) -> OpenHallError:
        if _place(self.folder) != self.place or read_manifest(self.folder).version != self.version:
            return self._changed()
        return damaged(self.path(segment, key), N_("it is missing or has the wrong size."))

    def _changed(self) -> StoreChanged:
        message = N_("The store {folder} was brought up to date meanwhile. Try again.")
        return StoreChanged(message, folder=self.folder)


def _place(folder: Path) -> tuple[int, int] | None:
    """What tells this folder from another one that takes its name; None where there is none."""
    try:
        about = os.stat(folder)
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _not_gone(condition: Condition) -> bool:
    return isinstance(condition, In) and condition.column.key == "void" and GONE not in condition.codes


def damaged(path: Path, message: str, **values: Any) -> StoreDamaged:
    """What is wrong with a file or folder of a store, and that a rebuild cures it."""
    template = N_("{path} cannot be used: {message} Rebuild the store from its source.")
    return StoreDamaged(template, path=path, message=OpenHallError(message, **values).say())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a store; StoreDamaged where the folder has none that can be read."""
    path = folder / MANIFEST
    try:
        said = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise damaged(folder, N_("it is no store; there is no file {name}."), name=MANIFEST) from None
    except (OSError, ValueError, RecursionError):
        raise damaged(path, N_("it cannot be read.")) from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise damaged(path, N_("it is not of a store of OpenHall."))
    if not isinstance(said.get("number"), int) or said["number"] > NUMBER:
        raise damaged(path, N_("it was written by a newer OpenHall; update this one."))
    try:
        manifest = _manifest(said)
        sound = _sound(manifest)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        sound = False
    if not sound:
        raise damaged(path, N_("it cannot be read."))
    return manifest


def _manifest(said: Mapping[str, Any]) -> Manifest:
    specs = tuple(
        Spec(one["key"], Type(one["type"]), one["dtype"], tuple(one["codes"]), one["decimals"])
        for one in said["columns"]
    )
    segments = tuple(
        Segment(
            one["name"],
            one["rows"],
            one["valid"],
            one["gone"],
            {spec.key: (one["files"][spec.key][0], one["files"][spec.key][1]) for spec in specs},
        )
        for one in said["segments"]
    )
    return Manifest(said["version"], specs, segments, said["facts"])


def _sound(manifest: Manifest) -> bool:
    """Whether the numbers and names are such as `store_writing` writes: none leads out of the folder."""
    specs, segments = manifest.specs, manifest.segments
    names = [one.name for one in segments]
    gone = any(spec.key == "void" and GONE in spec.codes for spec in specs)
    return (
        manifest.version > 0
        and isinstance(manifest.facts, dict)
        and len({spec.key for spec in specs}) == len(specs)
        and all(
            "/" not in spec.key
            and spec.dtype in DTYPES[spec.type]
            and len(set(spec.codes)) == len(spec.codes)
            for spec in specs
        )
        and len(set(names)) == len(names)
        and all(FOLDER.fullmatch(name) for name in names)
        and all(0 <= one.gone <= one.gone + one.valid <= one.rows for one in segments)
        and all(version > 0 for one in segments for version, _ in one.files.values())
        and (gone or not any(one.gone for one in segments))
    )


def numbers_of(void: NDArray[Any], specs: Sequence[Spec]) -> tuple[int, int]:
    """Rows that count, and rows that are gone, by their column `void`; all count where there is none."""
    codes = next((spec.codes for spec in specs if spec.key == "void"), None)
    if codes is None:
        return len(void), 0
    many = np.bincount(void, minlength=len(codes) + 1)

    def of(code: str) -> int:
        return int(many[codes.index(code) + 1]) if code in codes else 0

    return of(VALID), of(GONE)


def file_of(folder: Path, specs: Sequence[Spec], key: str, version: int) -> Path:
    """The file of a column written by a version; numbered, as some disks take q1 and Q1 for the same."""
    place = next(place for place, spec in enumerate(specs, 1) if spec.key == key)
    return folder / f"{place}-{key}.{version}"


def _wrong_sizes(folder: Path, manifest: Manifest) -> Iterator[StoreDamaged]:
    for segment in manifest.segments:
        for place, spec in enumerate(manifest.specs, 1):
            path = folder / segment.name / f"{place}-{spec.key}.{segment.files[spec.key][0]}"
            try:
                size = os.stat(path).st_size
            except OSError:
                yield damaged(path, N_("it is missing."))
                continue
            if size != segment.rows * np.dtype(spec.dtype).itemsize:
                yield damaged(path, N_("it has the wrong size."))


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    """A lock of this file while inside; none where the folder cannot be written to, as nobody writes then."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)
    except OSError:
        yield
        return
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def places_of(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> Whole:
    """Where these ids stand in a sorted column; those that do not are left out.

    >>> places_of(np.array([3, 5, 9]), np.array([5, 6, 9])).tolist()
    [1, 2]
    """
    places = np.searchsorted(ids, wanted)
    there = places < len(ids)
    there[there] = ids[places[there]] == wanted[there]
    return np.asarray(places[there], np.int64)


def joined(parts: Sequence[Block], specs: Sequence[Spec]) -> dict[str, NDArray[Any]]:
    """Blocks one below the other; blocks without columns are left out."""
    full = [part for part in parts if part]
    return {
        spec.key: np.concatenate([np.zeros(0, spec.dtype), *(part[spec.key] for part in full)]).astype(
            spec.dtype, copy=False
        )
        for spec in specs
    }


def about_specs(
    *, offices: Sequence[str] = (), languages: Sequence[str] = (), reasons: Sequence[str] = (VALID,)
) -> tuple[Spec, ...]:
    """The columns about a sheet; wide enough for offices that are still to come."""
    return (
        Spec("id", Type.ID, "<i8"),
        Spec("office", Type.CHOICE, "<u2", tuple(offices)),
        choice("channel", CHANNELS),
        choice("language", languages),
        Spec("day", Type.DAY, "<i4"),
        choice("void", reasons),
    )


__all__ = [
    "GONE",
    "MEMORY",
    "SEGMENT",
    "VALID",
    "Manifest",
    "Segment",
    "Store",
    "StoreChanged",
    "StoreDamaged",
    "about_specs",
    "row_hashes",
]

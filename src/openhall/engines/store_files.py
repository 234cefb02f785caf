"""How the files of a store are written: the folders of segments, the manifest that names them, by one writer at a
time. What is written: `store_writing`."""

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

from openhall.engines.columns import Spec, Type
from openhall.engines.store import (
    FILE,
    FOLDER,
    LOCK,
    MANIFEST,
    READING,
    SEGMENT,
    Manifest,
    Segment,
    file_of,
    joined,
    numbers_of,
    read_manifest,
)
from openhall.errors import N_, BadInput, NotAllowed
from openhall.stats.axes import Code
from openhall.stats.blocks import Block

Columns = dict[str, NDArray[Any]]
NEW = "manifest.json.new"
PATIENCE = 10.0  # seconds to wait for another writer


class StoreBusy(NotAllowed):
    """Somebody else is writing to the store."""


def cut(blocks: Iterable[Block], specs: Sequence[Spec]) -> Iterator[Columns]:
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


def is_full(segment: Segment) -> bool:
    """Whether new rows go into another segment."""
    return segment.rows >= SEGMENT


def write_segment(
    folder: Path, old: Manifest, number: int, columns: Columns, durable: bool = True
) -> Segment:
    """Write a new folder with these columns, in order of id."""
    version = old.version + 1
    inside = segment_folder(folder, old, number)
    shutil.rmtree(inside, ignore_errors=True)  # left over from a crash: no manifest names it
    inside.mkdir()
    ids = columns.get("id")
    if ids is not None and (ids[1:] <= ids[:-1]).any():
        order = np.argsort(ids, kind="stable")
        columns = {key: column[order] for key, column in columns.items()}
    files = {
        spec.key: (
            version,
            write_column(file_of(inside, old.specs, spec.key, version), columns[spec.key], durable),
        )
        for spec in old.specs
    }
    folder_done(inside, durable)
    first = next(iter(columns.values()))
    valid, gone = numbers_of(columns.get("void", first), old.specs)
    return Segment(inside.name, len(first), valid, gone, files)


def segment_folder(folder: Path, old: Manifest, number: int) -> Path:
    return folder / f"{old.version + 1:08}-{number:04}"


def write_column(path: Path, column: NDArray[Any], durable: bool) -> int:
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


def commit(folder: Path, manifest: Manifest, durable: bool) -> None:
    """Put the new manifest in the place of the old one."""
    new = folder / NEW
    with new.open("w", encoding="utf-8") as file:
        file.write(manifest.text())
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(new, folder / MANIFEST)
    folder_done(folder, durable)


def extended(specs: Sequence[Spec], codes: Mapping[str, Sequence[Code]]) -> tuple[Spec, ...]:
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
    """Remove what the manifest does not name, unless somebody is reading an older version just now. What no store
    writes, somebody else put there: it stays."""
    handle = os.open(folder / READING, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (folder / NEW).unlink(missing_ok=True)
        named = {one.name: one for one in manifest.segments}
        folders = [one for one in folder.iterdir() if FOLDER.fullmatch(one.name) and not one.is_symlink()]
        for inside in folders:
            segment = named.get(inside.name)
            if segment is None:
                shutil.rmtree(inside, ignore_errors=True)
                continue
            kept = {
                file_of(inside, manifest.specs, key, version) for key, (version, _) in segment.files.items()
            }
            for path in set(inside.iterdir()) - kept:
                if FILE.fullmatch(path.name):
                    path.unlink(missing_ok=True)
    except BlockingIOError:
        pass  # the next writer will
    finally:
        os.close(handle)

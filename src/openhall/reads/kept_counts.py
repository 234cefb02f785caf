"""Tables that were counted before: the last ones in memory, those of large segments on disk for a week.

A file is one row of whole numbers: a checksum of the rest, how many combinations each table has, then all values, then
all counts. What cannot be kept is counted again: a full disk fails no page.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from django.conf import settings

from openhall.stats.axes import Ask
from openhall.stats.cells import Cells, width

IN_MEMORY = 64 << 20  # bytes a process keeps
ENTRY = 1 << 10  # bytes an answer takes beside its numbers
FORGET_AFTER = 7 * 86_400  # seconds a file stays that nobody used
TIDY = 3600  # seconds between two looks for such files

_lock = threading.Lock()
_memory: OrderedDict[str, tuple[Cells, ...]] = OrderedDict()
_size = 0  # bytes of them
_tidied = 0.0


def remembered(key: str) -> tuple[Cells, ...] | None:
    """What this process counted lately."""
    with _lock:
        if key in _memory:
            _memory.move_to_end(key)
        return _memory.get(key)


def remember(key: str, tables: tuple[Cells, ...]) -> None:
    """Keep these tables as long as there is room."""
    global _size
    with _lock:
        _size += _bytes(tables) - _bytes(_memory.pop(key, None))
        _memory[key] = tables
        while len(_memory) > 1 and _size > IN_MEMORY:
            _size -= _bytes(_memory.popitem(last=False)[1])


def forget() -> None:
    """Forget what is in memory."""
    global _size
    with _lock:
        _memory.clear()
        _size = 0


def _bytes(tables: tuple[Cells, ...] | None) -> int:
    if tables is None:
        return 0
    return ENTRY + sum(one.values.nbytes + one.counts.nbytes for one in tables)


def from_disk(mark: str, asks: Sequence[Ask]) -> tuple[Cells, ...] | None:
    """The tables of these asks kept under this mark, if they were."""
    path = _folder() / f"{mark}.npy"
    try:
        kept = np.load(path, allow_pickle=False).ravel()
        os.utime(path)
    except (OSError, ValueError, EOFError):
        return None
    numbers = kept[1:]
    if kept[:1].tolist() != [zlib.crc32(numbers.data)]:
        return None
    widths = [width(ask) for ask in asks]
    lengths = numbers[: len(asks)].tolist()
    if len(numbers) != len(asks) + sum(m * (w + 1) for m, w in zip(lengths, widths, strict=True)):
        return None
    values, counts = [], []
    at = len(asks)
    for m, w in zip(lengths, widths, strict=True):
        values.append(numbers[at : at + m * w].reshape(m, w))
        at += m * w
    for m in lengths:
        counts.append(numbers[at : at + m])
        at += m
    return tuple(map(Cells, values, counts))


def to_disk(mark: str, tables: Sequence[Cells]) -> None:
    """Keep the tables: written beside and renamed."""
    lengths = np.array([len(one.counts) for one in tables], np.int64)
    parts = [lengths, *(one.values.ravel() for one in tables), *(one.counts for one in tables)]
    numbers = np.concatenate(parts)
    with suppress(OSError):
        _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=_folder(), suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.save(file, np.concatenate([[zlib.crc32(numbers.data)], numbers]), allow_pickle=False)
            Path(beside).replace(_folder() / f"{mark}.npy")
        finally:
            Path(beside).unlink(missing_ok=True)
        _tidy()


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "cache" / "counts"


def _tidy() -> None:
    """Now and then throw away what nobody used for a week."""
    global _tidied
    now = time.time()
    if now - _tidied < TIDY:
        return
    _tidied = now
    for file in _folder().iterdir():
        with suppress(OSError):  # another process may be tidying up too
            if file.stat().st_mtime < now - FORGET_AFTER:
                file.unlink()

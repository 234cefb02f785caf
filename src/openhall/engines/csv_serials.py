"""Whether a serial stands twice in a file of any size. Serials that count up cost no memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openhall.errors import N_, Problem
from openhall.surveys.grids import SHOWN

MOST = 40_000_000  # serials compared, 8 bytes each; of more only those that count up
_TENS = 10 ** np.arange(1, 19, dtype=np.int64)


class Serials:
    """The serials of a file, piece by piece: ranges of numbers that count up, else a hash of each text."""

    def __init__(self) -> None:
        self.ranges: list[tuple[int, int]] = []  # first and last
        self.hashes: list[NDArray[np.int64]] = []
        self.held = 0

    def add(self, column: pa.ChunkedArray) -> None:
        """The serials of the next rows; pa.ArrowInvalid, and nothing added, where one is blank."""
        numbers = _numbers(column)
        if numbers is None and pc.any(pc.equal(pc.utf8_trim_whitespace(column), "")).as_py():
            raise pa.ArrowInvalid("a serial is blank")
        if numbers is not None and len(numbers) and (np.diff(numbers) == 1).all():
            first, last = int(numbers[0]), int(numbers[-1])
            if self.ranges and self.ranges[-1][1] + 1 == first:
                first = self.ranges.pop()[0]
            self.ranges.append((first, last))
        elif self.held < MOST:
            texts = column.to_pylist()
            self.hashes.append(np.fromiter((hash(text.strip()) for text in texts), np.int64, len(texts)))
            self.held += len(texts)

    def twice(self) -> bool:
        """Whether one stands twice."""
        ranges = sorted(self.ranges)
        if any(last >= first for (_, last), (first, _) in pairwise(ranges)):
            return True
        if not self.hashes:
            return False
        spread = [_hashes_of(first, last) for first, last in ranges if self.held + last - first < MOST]
        every = np.concatenate([*self.hashes, *spread])
        every.sort()
        return bool((every[1:] == every[:-1]).any())

    def problems(self, texts: Iterable[tuple[int, list[str]]]) -> tuple[list[Problem], int]:
        """Where: the first problems, and how many there are."""
        first: dict[str, int] = {}
        found: list[Problem] = []
        count = 0
        for row, serial in _rows(texts):
            if serial and first.setdefault(serial, row) != row:
                count += 1
                if len(found) < SHOWN:
                    values = {"row": row, "serial": serial, "first": first[serial]}
                    message = N_("the serial {serial} stands in row {first} already.")
                    found.append(
                        Problem(N_("Row {row}"), message, N_("Give every sheet its own serial."), values)
                    )
        return found, count


def _rows(texts: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, str]]:
    for first, serials in texts:
        yield from enumerate(serials, first)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.int64] | None:
    """The serials as whole numbers, where all are written as such without anything in front."""
    try:
        numbers = np.asarray(pc.cast(column, pa.int64()).to_numpy(), np.int64)
    except pa.ArrowInvalid:
        return None
    lengths = pc.binary_length(column).to_numpy()
    return numbers if (np.searchsorted(_TENS, numbers, "right") + 1 == lengths).all() else None


def _hashes_of(first: int, last: int) -> NDArray[np.int64]:
    return np.fromiter((hash(str(number)) for number in range(first, last + 1)), np.int64, last - first + 1)

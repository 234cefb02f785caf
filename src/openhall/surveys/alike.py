"""Which of any number of sheets have the same answers, at sixteen bytes a sheet: first their hashes are compared, then
the answers of those whose hashes are the same. What the rule says of them: `validity`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.surveys.questionnaire import Answer
from openhall.surveys.validity import NAMED, twin_values

Ids = NDArray[np.int64]
Order = tuple[str, int]  # serial number, id: sheets are named in this order


class Alike:
    """The sheets that may have a twin, among those with at least `least` answers given."""

    def __init__(self, least: int) -> None:
        self.least = least
        self._pieces: list[tuple[Ids, Ids]] = []
        self._ids = self._starts = np.zeros(0, np.int64)

    def add(self, ids: Sequence[int], answers: Sequence[tuple[Answer, ...]]) -> None:
        """Some more sheets."""
        there = [
            (pk, hash(given))
            for pk, given in zip(ids, answers, strict=True)
            if len(given) - given.count(None) >= self.least
        ]
        piece = np.array(there, np.int64).reshape(-1, 2)
        self._pieces.append((piece[:, 0].copy(), piece[:, 1].copy()))

    def close(self) -> None:
        """There are no more."""
        ids = np.concatenate([ids for ids, _ in self._pieces] or [np.zeros(0, np.int64)])
        hashes = np.concatenate([hashes for _, hashes in self._pieces] or [np.zeros(0, np.int64)])
        self._pieces.clear()
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        same = hashes[1:] == hashes[:-1]
        twin = np.zeros(len(hashes), bool)
        twin[1:] |= same
        twin[:-1] |= same
        self._ids, hashes = ids[order][twin], hashes[twin]
        self._starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]][: len(hashes)])

    def __len__(self) -> int:
        """How many sheets may have a twin."""
        return len(self._ids)

    def groups(self, size: int) -> Iterator[Ids]:
        """The ids of those that may be alike, whole groups together: about `size` at a time, more where a single group
        has more."""
        if not len(self):
            return
        ends = np.r_[self._starts[1:], len(self._ids)]
        start = 0
        for end, following in zip(ends.tolist(), [*ends[1:].tolist(), None], strict=True):
            if following is None or following - start > size:
                yield self._ids[start:end]
                start = end


@dataclass(slots=True)
class _Crowd:
    """Sheets with the same answers: how many, of these how many count, and the first of them."""

    number: int = 0
    valid: int = 0
    first: list[tuple[Order, str]] = field(default_factory=list)


class Crowds:
    """Whole groups of sheets, told piece by piece: which of them are alike."""

    def __init__(self) -> None:
        self._known: dict[tuple[Answer, ...], _Crowd] = {}

    def add(self, answers: tuple[Answer, ...], order: Order, name: str, *, valid: bool) -> None:
        """One sheet; its place in the order is its own."""
        crowd = self._known.setdefault(answers, _Crowd())
        crowd.number += 1
        crowd.valid += valid
        if len(crowd.first) <= NAMED or order < crowd.first[-1][0]:
            crowd.first = list(merge(crowd.first, [(order, name)]))[: NAMED + 1]

    def values(self, answers: tuple[Answer, ...], order: Order) -> dict[str, Any] | None:
        """What the rule says of this sheet, one of those that were added; None where no other is like it."""
        crowd = self._known[answers]
        return twin_values(order, crowd.first, crowd.number) if crowd.number > 1 else None

    def valid(self) -> list[int]:
        """How many sheets that count there are of each that is there more than once."""
        return [crowd.valid for crowd in self._known.values() if crowd.valid > 1]

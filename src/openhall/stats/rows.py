"""A block of rows while it is counted. Which columns it has:

- a choice: places 1, 2, … in its list of codes, 0 for no answer, the dtype's largest number for several marks
- a multiple choice: `key` 1 or 0 for any mark, and a column `key.code` of 1 or 0 for each option
- a number: int64, times 10 to its decimals; a date: int32 days since 1970; each type's least number for none
- a text: 1 or 0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.stats.axes import Between, Code, Coded, Condition, In, Score, Where
from openhall.stats.cells import Whole

Column = NDArray[Any]
Block = Mapping[str, Column]
Codes = Mapping[str, tuple[Code, ...]]  # of each choice, in the order of its places

KEPT = 1024  # look-up tables at most


class Rows:
    """A block while it is counted: each axis's numbers are worked out once."""

    def __init__(self, block: Block, codes: Codes, weights: Whole | None = None) -> None:
        self.block, self.codes, self.weights = block, codes, weights
        self.fields: dict[object, Column] = {}

    @cached_property
    def rows(self) -> int:
        return len(next(iter(self.block.values()), ()))

    def kept(self, where: Where, weight: str) -> Rows:
        """The rows that count, with their weights."""
        mask, weights = self._mask(where, weight)
        if mask is None:
            return Rows(self.block, self.codes, weights)
        return self._few(mask, weights)

    def counted(self, where: Where, weight: str) -> list[tuple[Rows, int]]:
        """The rows that count; where few do not, all of them and with −1 those few, which costs less than to
        copy the others."""
        mask, weights = self._mask(where, weight)
        if mask is None:
            return [(Rows(self.block, self.codes, weights), 1)]
        if weights is None and 4 * np.count_nonzero(mask) > 3 * len(mask):
            return [(self, 1), (self._few(~mask, None), -1)]
        return [(self._few(mask, weights), 1)]

    def _mask(self, where: Where, weight: str) -> tuple[NDArray[np.bool_] | None, Whole | None]:
        """Which rows count, None for all of them; and the weights."""
        masks = [self._holds(condition) for condition in where]
        weights = None
        if weight:
            weights = self.block[weight].astype(np.int64)
            masks.append(weights > 0)
        mask = np.logical_and.reduce(masks) if masks else None
        return (None if mask is None or mask.all() else np.asarray(mask)), weights

    def _few(self, mask: NDArray[np.bool_], weights: Whole | None) -> Rows:
        chosen = np.flatnonzero(mask)
        few = {key: column[chosen] for key, column in self.block.items()}
        return Rows(few, self.codes, None if weights is None else weights[chosen])

    def _holds(self, condition: Condition) -> NDArray[np.bool_]:
        if isinstance(condition, In):
            wanted = [
                place for place, code in enumerate(condition.column.codes, 1) if code in condition.codes
            ]
            chosen = np.zeros(len(condition.column.codes) + 1, dtype=bool)
            chosen[wanted] = True
            return np.asarray(chosen[self.places(condition.column)])
        if isinstance(condition, Between):
            values = self.block[condition.column.key]
            mask = values != np.iinfo(values.dtype).min
            if condition.low is not None:
                mask &= values >= condition.low
            if condition.high is not None:
                mask &= values <= condition.high
            return np.asarray(mask)
        return np.asarray(np.logical_and.reduce([self.places(column) > 0 for column in condition.columns]))

    def places(self, axis: Coded) -> Column:
        """0 for no answer, i + 1 for the i-th code of the axis; as narrow as the column."""
        if (found := self.fields.get(axis)) is None:
            column, own = self.block[axis.key], self.codes[axis.key]
            if own != axis.codes:
                found = _places(axis.codes, own, column.dtype.str)[column]
            elif len(column) and int(column.max()) > len(own):
                found = column * (column <= len(own))  # several marks are no answer
            else:
                found = column
            self.fields[axis] = found
        return found

    def pattern(self, parts: tuple[Coded, ...]) -> Column:
        """Several choices as one key: the last one changes fastest."""
        if (found := self.fields.get(parts)) is None:
            found = packed([self.places(part) for part in parts], [len(part.codes) + 1 for part in parts])
            self.fields[parts] = found
        return found

    def pairs(self, score: Score) -> tuple[Whole, Whole]:
        """Items answered and their points, of each row."""
        answered, points = np.zeros(self.rows, np.int64), np.zeros(self.rows, np.int64)
        for part in score.parts:
            place = self.places(Coded(part.key, part.codes))
            counted = np.array([0, *(given is not None for given in part.points)], np.int64)
            worth = np.array([0, *(given or 0 for given in part.points)], np.int64)
            answered += counted[place]
            points += worth[place]
        return answered, points


@lru_cache(KEPT)
def _places(wanted: tuple[Code, ...], own: tuple[Code, ...], dtype: str) -> Column:
    """From the places of a column to those of an axis; what the axis does not have, and several marks, are 0."""
    narrow = np.dtype(dtype) if len(wanted) <= np.iinfo(dtype).max else np.dtype(np.uint32)
    table = np.zeros(int(np.iinfo(dtype).max) + 1, narrow)
    place = {code: number for number, code in enumerate(wanted, 1)}
    table[1 : len(own) + 1] = [place.get(code, 0) for code in own]
    return table


def packed(columns: Sequence[Column], sizes: Sequence[int]) -> Column:
    """One key from several, in the narrowest type that holds it."""
    if len(columns) == 1:
        return columns[0]
    cells = prod(sizes)
    narrow = np.uint16 if cells <= 1 << 16 else np.uint32 if cells <= 1 << 32 else np.int64
    key: Any = columns[0].astype(narrow)
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        key *= narrow(size)
        key += column.astype(narrow, copy=False)
    return np.asarray(key)

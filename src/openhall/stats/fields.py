"""What an axis is in a block: one small number a row, worked out once, and what the numbers stand for."""

from __future__ import annotations

from functools import lru_cache
from math import prod

import numpy as np

from openhall.errors import N_, BadInput
from openhall.stats.axes import Alike, Axis, Code, Coded, Day, Given, Marked, Number, Score, Total
from openhall.stats.cells import Whole
from openhall.stats.rows import KEPT, Column, Rows

DENSE = 1 << 18  # a table with more cells is counted by sorting
PATTERNS = 1 << 16  # combinations of items that are looked up instead of added up
WIDE = 1 << 62  # keys beyond this do not fit into one number


class Field:
    """An axis as one small number a row: `size` of them, and `rows[id]`, the numbers the axis stands for,
    ascending. `size` None: too many to list, so the rows are sorted."""

    def __init__(self, axis: Axis) -> None:
        self.axis = axis
        self.rows: Whole = np.zeros((0, axis.width), np.int64)
        self.look: Column | None = None
        self.looks: tuple[Column, ...] = ()
        if isinstance(axis, Score | Total):
            _require_room(axis)
        if isinstance(axis, Coded):
            self.rows = np.arange(len(axis.codes) + 1, dtype=np.int64)[:, None]
        elif isinstance(axis, Given | Marked | Alike):
            self.rows = np.arange(2, dtype=np.int64)[:, None]
        elif isinstance(axis, Score) and prod(len(part.codes) + 1 for part in axis.parts) <= PATTERNS:
            self.rows, self.look = _score_table(axis)
        elif isinstance(axis, Total):
            self.rows, self.looks = _total_table(axis)

    @property
    def size(self) -> int | None:
        return len(self.rows) or None

    def ids(self, rows: Rows) -> Column:
        """The number of each row; only where `size` is known."""
        if (found := rows.fields.get((self.axis, "id"))) is None:
            found = self._ids(rows)
            rows.fields[(self.axis, "id")] = found
        return found

    def _ids(self, rows: Rows) -> Column:
        axis = self.axis
        if isinstance(axis, Coded):
            return rows.places(axis)
        if isinstance(axis, Score):
            assert self.look is not None
            return np.asarray(self.look[rows.pattern(coded(axis))])
        if isinstance(axis, Total):
            found = np.zeros(rows.rows, np.uint32)
            for score, look in zip(axis.scores, self.looks, strict=True):
                found += look[field_of(score).ids(rows)]
            return found
        if isinstance(axis, Marked):
            return rows.block[f"{axis.key}.{axis.code}"]
        if isinstance(axis, Given):
            column = rows.block[axis.key]
            none = np.iinfo(column.dtype).min
            return np.asarray(column != none, dtype=np.uint8)
        assert isinstance(axis, Alike)
        return _alike(axis, rows)

    def numbers(self, rows: Rows) -> Whole:
        """The axis's own numbers of each row, (rows, width)."""
        axis = self.axis
        if self.size:
            return np.asarray(self.rows[self.ids(rows)])
        if isinstance(axis, Score):
            return np.column_stack(rows.pairs(axis))
        if isinstance(axis, Total):
            return _total(axis, rows)
        assert isinstance(axis, Number | Day)
        column = rows.block[axis.key]
        there = column != np.iinfo(column.dtype).min
        return np.column_stack([there.astype(np.int64), np.where(there, column, 0).astype(np.int64)])


def _require_room(axis: Score | Total) -> None:
    """BadInput where the sum and how many there are of it do not fit into one number: not every engine could
    count it."""
    many = len(axis.parts if isinstance(axis, Score) else axis.scores)
    if axis.most << many.bit_length() >= WIDE:
        raise BadInput(
            N_("The scores of the answers have too many digits to be added up exactly. Use rounder ones.")
        )


def coded(score: Score) -> tuple[Coded, ...]:
    """The columns a score is made of."""
    return tuple(Coded(part.key, part.codes) for part in score.parts)


@lru_cache(KEPT)
def _score_table(score: Score) -> tuple[Whole, Column]:
    """The pairs (answered, points) that can occur, ascending, and which one each pattern of places gives."""
    choices = [[(0, 0), *((0, 0) if p is None else (1, p) for p in part.points)] for part in score.parts]
    pairs = np.array([(0, 0)], np.int64)
    for choice in choices:
        pairs = (pairs[:, None, :] + np.array(choice, np.int64)[None, :, :]).reshape(-1, 2)
    rows, look = np.unique(pairs, axis=0, return_inverse=True)
    return rows, look.ravel().astype(np.uint8 if len(rows) <= 256 else np.uint16)


def _alike(axis: Alike, rows: Rows) -> Column:
    """The codes are compared: where the lists differ, by their places in one list of all codes."""
    order = tuple(dict.fromkeys(code for column in axis.columns for code in column.codes))
    places = [
        rows.places(Coded(column.key, order))
        if len(column.codes) == len(order)
        else _among(order, column.codes)[rows.places(column)]
        for column in axis.columns
    ]
    wide = max(place.dtype for place in places)
    one = wide.type(1)
    places = [place.astype(wide, copy=False) for place in places]
    high, low = places[0].copy(), places[0] - one  # no answer, 0, becomes the largest number
    for place in places[1:]:
        np.maximum(high, place, out=high)
        np.minimum(low, place - one, out=low)
    same = np.asarray((high == low + one) & (high > 0))  # few; only of these the answers are counted
    found = np.flatnonzero(same)
    answered = np.zeros(len(found), np.int64)
    for place in places:
        answered += place[found] > 0
    same[found[answered < axis.least]] = False
    return same.astype(np.uint8)


@lru_cache(KEPT)
def _among(order: tuple[Code, ...], codes: tuple[Code, ...]) -> Column:
    """From the places of some codes to those in a longer list."""
    return np.array(
        [0, *(order.index(code) + 1 for code in codes)], np.uint8 if len(order) < 255 else np.uint16
    )


def _total(axis: Total, rows: Rows) -> Whole:
    """Scores with an answer, and the sum of their means times the common multiple."""
    found = np.zeros((rows.rows, 2), np.int64)
    for score in axis.scores:
        answered, points = rows.pairs(score)
        found[:, 0] += answered > 0
        found[:, 1] += points * (axis.common // np.maximum(answered, 1))
    return found


@lru_cache(KEPT)
def _total_table(total: Total) -> tuple[Whole, tuple[Column, ...]]:
    """The pairs (scores, sum of means), numbered, and what each score's own number adds to that number.

    A number is scores · 2^bits + sum, so that adding the scores' parts adds both. Nothing where the scores
    themselves have no table, or the sums are too many.
    """
    fields = [field_of(score) for score in total.scores]
    nothing = np.zeros((0, 2), np.int64), ()
    if not all(field.size for field in fields):
        return nothing
    means = [field.rows[:, 1] * (total.common // np.maximum(field.rows[:, 0], 1)) for field in fields]
    bits = int(sum(mean.max() for mean in means)).bit_length()
    cells = (len(fields) + 1) << bits
    if cells > DENSE:
        return nothing
    looks = tuple(
        (((field.rows[:, 0] > 0).astype(np.int64) << bits) + mean).astype(np.uint32)
        for field, mean in zip(fields, means, strict=True)
    )
    numbers = np.arange(cells, dtype=np.int64)
    return np.column_stack([numbers >> bits, numbers & ((1 << bits) - 1)]), looks


@lru_cache(KEPT)
def field_of(axis: Axis) -> Field:
    """The field of an axis, made once."""
    return Field(axis)

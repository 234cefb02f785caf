"""The counting kernel: blocks of narrow columns in, exact integer tables out, one pass.

What costs time is touching every row once for each table, so several small columns are packed into one key
and counted together; the tables asked for are margins of a few such counts. Which columns a block has:

- a choice: places 1, 2, … in its list of codes, 0 for no answer, the dtype's largest number for several marks
- a multiple choice: `key` 1 or 0 for any mark, and a column `key.code` of 1 or 0 for each option
- a number: int64, times 10 to its decimals; a date: int32 days since 1970; each type's least number for none
- a text: 1 or 0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.stats.axes import (
    Alike,
    Ask,
    Axis,
    Between,
    Code,
    Coded,
    Condition,
    Day,
    Given,
    In,
    Marked,
    Number,
    Score,
    Total,
    Where,
)
from openhall.stats.cells import Cells, Watch, Whole, added, gathered, unwatched, width

Column = NDArray[Any]
Block = Mapping[str, Column]
Codes = Mapping[str, tuple[Code, ...]]  # of each choice, in the order of its places

ROWS = 1 << 17  # rows at a time: the columns of a block stay in the processor's cache
PACK = 1 << 16  # cells of a packed table at most
DENSE = 1 << 18  # a table with more cells is counted by sorting
PATTERNS = 1 << 16  # combinations of items that are looked up instead of added up
WIDE = 1 << 62  # keys beyond this do not fit into one number


def count(
    asks: Sequence[Ask],
    blocks: Iterable[Block],
    codes: Codes,
    *,
    where: Where = (),
    weight: str = "",
    watch: Watch = unwatched,
    of: int = 0,
) -> tuple[Cells, ...]:
    """The table of each ask over all blocks. `codes` says what the places of each choice mean; `of` is the
    number of rows for `watch`. A block longer than `ROWS` is cut up.

    >>> block = {"sex": np.array([1, 2, 2], np.uint8), "q": np.array([1, 1, 0], np.uint8)}
    >>> lists = {"sex": (1, 2), "q": (5, 4)}
    >>> [found] = count([(Coded("sex", (1, 2)), Coded("q", (5, 4)))], [block], lists)
    >>> found.values.tolist(), found.counts.tolist()
    ([[1, 1], [2, 0], [2, 1]], [1, 1, 1])
    """
    plan = Plan(tuple(asks))
    done = 0
    for whole in blocks:
        rows = len(next(iter(whole.values()), ()))
        for start in range(0, rows, ROWS):
            part = {key: column[start : start + ROWS] for key, column in whole.items()}
            for few, sign in Rows(part, codes).counted(where, weight):
                plan.add(few, sign)
            done += min(ROWS, rows - start)
        watch(done, max(of, done))
    return plan.answers()


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


@cache
def _places(wanted: tuple[Code, ...], own: tuple[Code, ...], dtype: str) -> Column:
    """From the places of a column to those of an axis; what the axis does not have, and several marks, are 0."""
    table = np.zeros(int(np.iinfo(np.dtype(dtype)).max) + 1, np.dtype(dtype))
    for place, code in enumerate(own, 1):
        if code in wanted:
            table[place] = wanted.index(code) + 1
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


class Field:
    """An axis as one small number a row: `size` of them, and `rows[id]`, the numbers the axis stands for,
    ascending. `size` None: too many to list, so the rows are sorted."""

    def __init__(self, axis: Axis) -> None:
        self.axis = axis
        self.rows: Whole = np.zeros((0, axis.width), np.int64)
        self.look: Column | None = None
        self.looks: tuple[Column, ...] = ()
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


def coded(score: Score) -> tuple[Coded, ...]:
    """The columns a score is made of."""
    return tuple(Coded(part.key, part.codes) for part in score.parts)


@cache
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


@cache
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


@cache
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


@cache
def field_of(axis: Axis) -> Field:
    """The field of an axis, made once."""
    return Field(axis)


@dataclass
class _Dense:
    """A table with a cell for every combination of its axes, counted block by block."""

    axes: tuple[Axis, ...]
    counts: Whole = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = [field_of(axis).size or 0 for axis in self.axes]
        self.counts = np.zeros(prod(self.sizes), np.int64)

    def add(self, rows: Rows, sign: int) -> None:
        if not self.axes:
            self.counts += sign * (rows.rows if rows.weights is None else rows.weights.sum())
            return
        key = self._key(rows)
        if rows.weights is None:
            found = np.bincount(key, minlength=len(self.counts))
        else:
            found = _weighted(key, rows.weights, len(self.counts))
        if sign > 0:
            self.counts += found
        else:
            self.counts -= found

    def _key(self, rows: Rows) -> Column:
        """The cell of each row. The key of all axes but the last is kept for other tables that begin alike."""
        columns = [field_of(axis).ids(rows) for axis in self.axes]
        heads = self.axes[:-1]
        if len(heads) < 2:
            return packed(columns, self.sizes)
        if (first := rows.fields.get(heads)) is None:
            first = packed(columns[:-1], self.sizes[:-1])
            rows.fields[heads] = first
        return packed([first, columns[-1]], [prod(self.sizes[:-1]), self.sizes[-1]])

    def margin(self, ask: Ask) -> Cells:
        """The table of some of the axes."""
        places = [self.axes.index(axis) for axis in ask]
        rest = tuple(place for place in range(len(self.axes)) if place not in places)
        table = self.counts.reshape(self.sizes or (1,) * bool(not self.axes))
        if not ask:
            total = self.counts.sum(keepdims=True)
            return gathered(np.zeros((1, 0), np.int64), total)
        kept = table.sum(axis=rest) if rest else table
        order = sorted(places)
        kept = kept.transpose([order.index(place) for place in places])
        found = np.nonzero(kept)
        values = [field_of(axis).rows[ids] for axis, ids in zip(ask, found, strict=True)]
        return Cells(np.concatenate(values, axis=1), kept[found])


def _weighted(key: Column, weights: Whole, size: int) -> Whole:
    """Sums of weights, exact: floats are exact below 2⁵³, and larger sums are split."""
    if int(weights.max(initial=0)) * len(weights) < 1 << 53:
        return np.bincount(key, weights=weights.astype(np.float64), minlength=size).astype(np.int64)
    found = np.zeros(size, np.int64)
    np.add.at(found, key, weights)
    return found


class _Sorted:
    """A table with too many possible cells: the different rows of each block, merged as they grow."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.found = ask, [Cells(np.zeros((0, width(ask)), np.int64), np.zeros(0, np.int64))]

    def add(self, rows: Rows, sign: int) -> None:
        numbers = np.concatenate([field_of(axis).numbers(rows) for axis in self.ask], axis=1)
        counts = np.ones(rows.rows, np.int64) if rows.weights is None else rows.weights
        self.found.append(_distinct(numbers, sign * counts))
        if sum(len(one.counts) for one in self.found[1:]) > len(self.found[0].counts) + 16 * ROWS:
            self.found = [added(self.found)]

    def margin(self, _ask: Ask) -> Cells:
        return added(self.found)


def _distinct(numbers: Whole, counts: Whole) -> Cells:
    """As `gathered`, by one key where the columns fit into it, which is several times faster."""
    if not len(numbers):
        return Cells(numbers, counts)
    low = numbers.min(axis=0)
    sizes = [int(size) for size in numbers.max(axis=0) - low + 1]
    if prod(sizes) >= WIDE:
        return gathered(numbers, counts)
    keys = packed([(column - base) for column, base in zip(numbers.T, low, strict=True)], sizes)
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    sums = np.add.reduceat(counts[order], starts)
    kept = sums != 0
    return Cells(numbers[order[starts]][kept], sums[kept])


class Plan:
    """Which few tables are counted so that every ask is a margin of one of them.

    In an ask of two axes the first ones (backgrounds) that share a second one (an answer) are packed.
    """

    def __init__(self, asks: tuple[Ask, ...]) -> None:
        self.asks = asks
        self.tables: dict[Ask, _Dense | _Sorted] = {}
        self.answer: dict[Ask, Ask] = {}
        for ask in sorted(set(asks), key=len, reverse=True):
            if len(ask) > 2 or not _fits(ask):
                self._own(ask)
        self._pairs([ask for ask in dict.fromkeys(asks) if len(ask) == 2 and ask not in self.answer])
        for ask in dict.fromkeys(asks):
            if ask not in self.answer:
                self._single(ask)

    def _own(self, ask: Ask) -> None:
        dense = _fits(ask) and len(set(ask)) == len(ask)
        self.tables[ask] = _Dense(ask) if dense else _Sorted(ask)
        self.answer[ask] = ask

    def _pairs(self, asks: Sequence[Ask]) -> None:
        heads: dict[Axis, list[Axis]] = {}
        for head, tail in asks:
            if head == tail:
                self._own((head, tail))
            else:
                heads.setdefault(tail, []).append(head)
        for tail, many in heads.items():
            alike = [other for other, firsts in heads.items() if set(firsts) == set(many)]
            limit = PACK // max(field_of(other).size or 1 for other in alike)
            for pack in _packs(many, limit):
                table = (*pack, tail)
                self.tables.setdefault(table, _Dense(table))
                for head in pack:
                    self.answer[(head, tail)] = table

    def _single(self, ask: Ask) -> None:
        for axes, table in self.tables.items():
            if isinstance(table, _Dense) and set(ask) <= set(axes):
                self.answer[ask] = axes
                return
        self._own(ask)

    def add(self, rows: Rows, sign: int = 1) -> None:
        if rows.rows:
            for table in self.tables.values():
                table.add(rows, sign)

    def answers(self) -> tuple[Cells, ...]:
        """The table of each ask, in order."""
        return tuple(self.tables[self.answer[ask]].margin(ask) for ask in self.asks)


def _fits(ask: Ask) -> bool:
    sizes = [field_of(axis).size for axis in ask]
    return None not in sizes and prod(size or 1 for size in sizes) <= DENSE


def _packs(axes: Sequence[Axis], limit: int) -> list[tuple[Axis, ...]]:
    """Axes in as few groups as their sizes allow, largest first; an axis alone may be over the limit."""
    packs: list[list[Axis]] = []
    for axis in sorted(dict.fromkeys(axes), key=lambda one: -(field_of(one).size or 0)):
        for pack in packs:
            if prod(field_of(one).size or 0 for one in (*pack, axis)) <= limit:
                pack.append(axis)
                break
        else:
            packs.append([axis])
    return [tuple(pack) for pack in packs]


__all__ = ["Block", "Codes", "Field", "Plan", "Rows", "count", "field_of", "packed"]

"""Tables that grow block by block, and which few of them are counted so that every table asked for is a margin
of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from openhall.stats.axes import Ask, Axis
from openhall.stats.cells import Cells, Whole, added, gathered, width
from openhall.stats.fields import DENSE, WIDE, field_of
from openhall.stats.rows import Column, Rows, packed

PACK = 1 << 16  # cells of a packed table at most
LOOSE = 1 << 21  # rows of a sorted table that wait to be merged


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
        if sum(len(one.counts) for one in self.found[1:]) > len(self.found[0].counts) + LOOSE:
            self.found = [added(self.found)]

    def margin(self, _ask: Ask) -> Cells:
        return added(self.found)


def _distinct(numbers: Whole, counts: Whole) -> Cells:
    """As `gathered`, by one key where the columns fit into it, which is several times faster."""
    if not len(numbers):
        return Cells(numbers, counts)
    low = numbers.min(axis=0)
    sizes = [int(top) - int(base) + 1 for top, base in zip(numbers.max(axis=0), low, strict=True)]
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

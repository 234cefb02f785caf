"""The tables a study's figures are computed from, taken from an engine once and remembered.

Everything printed about closed questions follows from these few small tables, so it costs the same to
compute whether three hundred people answered or a hundred million.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

import numpy as np

from openhall.errors import N_, BadInput
from openhall.stats.axes import Alike, Ask, Axis, Coded, Day, Given, Marked, Number, Part, Score, Total, Where
from openhall.stats.cells import Cells, Engine, Watch, unwatched
from openhall.stats.counting import Counts, Patterns, Spread
from openhall.stats.study import Dimension, Factor, Item


@dataclass(frozen=True, slots=True)
class Scale:
    """What the points of a score mean: score = `base` + `unit` × points. Points are whole and start at 0, so
    sums are exact however large the scores are."""

    base: Fraction = Fraction(0)
    unit: Fraction = Fraction(1)

    @classmethod
    def of(cls, scores: Iterable[float]) -> Scale:
        """The scale on which all these scores are whole points.

        >>> Scale.of([1, 2.5, 5])
        Scale(base=Fraction(1, 1), unit=Fraction(1, 2))
        """
        exact = sorted({Fraction(str(score)) for score in scores})
        if not exact:
            return cls()
        steps = [score - exact[0] for score in exact[1:]]
        unit = Fraction(0)
        for step in steps:
            unit = _common(unit, step)
        return cls(exact[0], unit or Fraction(1))

    def points(self, score: float | None) -> int | None:
        """The points of a score; None of none."""
        return None if score is None else int((Fraction(str(score)) - self.base) / self.unit)


def _common(a: Fraction, b: Fraction) -> Fraction:
    """The largest fraction both are whole multiples of."""
    while b:
        a, b = b, a % b
    return a


def _lowest(numerator: int, denominator: int) -> tuple[int, int]:
    divisor = gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a study's factors and items are: `choices` by key; `parts` the items with points."""

    choices: Mapping[str, Coded]
    parts: Mapping[str, Part] = field(default_factory=dict)
    scale: Scale = Scale()

    def score(self, items: Sequence[Item]) -> Score:
        return Score(tuple(self.parts[item.key] for item in items))

    def item(self, item: Item) -> Coded:
        part = self.parts[item.key]
        return Coded(part.key, part.codes)


class Counted:
    """The tables of one data set, filtered and weighted; each is counted once. `prepare` counts many in one
    pass over the data."""

    def __init__(self, engine: Engine, columns: Columns, *, where: Where = (), weight: str = "") -> None:
        self.engine, self.columns, self.where, self.weight = engine, columns, where, weight
        self.known: dict[Ask, Cells] = {}

    def prepare(self, asks: Iterable[Ask], watch: Watch = unwatched) -> None:
        """Count what is not known yet, in one pass. BadInput where the data have codes the study does not
        know."""
        wanted = [ask for ask in dict.fromkeys(asks) if ask not in self.known]
        if wanted:
            found = self.engine.count(wanted, where=self.where, weight=self.weight, watch=watch)
            for ask, cells in zip(wanted, found, strict=True):
                _check(ask, cells)
                self.known[ask] = cells

    def cells(self, *ask: Axis) -> Cells:
        """The table of one ask."""
        self.prepare([ask])
        return self.known[ask]

    @property
    def n(self) -> int:
        """Rows that count."""
        return self.cells().n

    def tally(self, factor: Factor) -> tuple[Counts, int]:
        """Cases at each level, in the factor's order, and how many have no answer."""
        axis = self.columns.choices[factor.key]
        table = dense(self.cells(axis), len(axis.codes) + 1)
        return table[_order(axis, factor.codes)], int(table[0])

    def cross(self, rows: Factor, item: Item, scores: Sequence[int]) -> tuple[Counts, int]:
        """Cases at each level of `rows` and each of the item's `scores`, whole ones: those the study's levels
        have, nearest to the item's own; and how many miss one or both."""
        axis, part = self.columns.choices[rows.key], self.columns.parts[item.key]
        answer = self.columns.item(item)
        table = dense(self.cells(axis, answer), len(axis.codes) + 1, len(answer.codes) + 1)
        picked = np.zeros((len(rows.codes), len(scores)), np.int64)
        by_level = table[_order(axis, rows.codes)]
        for place, points in enumerate(part.points, 1):
            if points is not None:
                score = self.columns.scale.base + self.columns.scale.unit * points
                picked[:, list(scores).index(round(score))] += by_level[:, place]
        return picked, int(table.sum() - picked.sum())

    def spread(self, measured: Item | Dimension | Sequence[Dimension], by: Factor | None = None) -> Spread:
        """How often each value of an item, a dimension's score or the mean of several dimensions' scores
        occurs, in each level of `by`, or in all cases together."""
        if by is None:
            values, counts, missing = self._measured(measured, ())
            return spread_of_cells((0,), values, counts, missing, self.columns.scale)
        axis = self.columns.choices[by.key]
        values, counts, missing = self._measured(measured, (axis,))
        order = [place - 1 for place in _order(axis, by.codes)]
        return spread_of_cells(by.codes, values, counts[order], missing, self.columns.scale)

    def axis_of(self, measured: Item | Dimension | Sequence[Dimension]) -> Axis:
        """The axis `spread` counts."""
        if isinstance(measured, Item):
            return self.columns.item(measured)
        if isinstance(measured, Dimension):
            return self.columns.score(measured.items)
        return Total(tuple(self.columns.score(dimension.items) for dimension in measured))

    def _measured(
        self, measured: Item | Dimension | Sequence[Dimension], by: tuple[Coded, ...]
    ) -> tuple[list[Fraction], Counts, int]:
        """The different values in points, how often each occurs (levels of `by` × values), and the cases
        left out."""
        axis = self.axis_of(measured)
        cells = self.cells(*by, axis)
        worth = self._worth(measured, axis, cells.values[:, len(by) :])
        level = cells.values[:, 0] if by else np.ones(len(cells.counts), np.int64)
        used = np.array([ratio is not None for ratio in worth], dtype=bool) & (level > 0)
        ratios = [ratio for ratio, some in zip(worth, used, strict=True) if some and ratio is not None]
        # by the nearest float first: comparing and hashing fractions takes longer than all the rest of this
        values = sorted((Fraction(*ratio) for ratio in set(ratios)), key=lambda value: (float(value), value))
        place = {value.as_integer_ratio(): index for index, value in enumerate(values)}
        counts = np.zeros((len(by[0].codes) if by else 1, len(values)), np.int64)
        where = [place[ratio] for ratio in ratios]
        np.add.at(counts, (level[used] - 1, np.array(where, np.int64)), cells.counts[used])
        return values, counts, int(cells.counts[~used].sum())

    def _worth(
        self, measured: Item | Dimension | Sequence[Dimension], axis: Axis, rows: Counts
    ) -> list[tuple[int, int] | None]:
        """The points each row of numbers stands for, exactly: numerator and denominator in lowest terms."""
        if isinstance(measured, Item):
            points = (None, *self.columns.parts[measured.key].points)
            return [None if (p := points[place]) is None else (p, 1) for (place,) in rows.tolist()]
        common = axis.common if isinstance(axis, Total) else 1
        return [_lowest(total, many * common) if many else None for many, total in rows.tolist()]

    def patterns(self, items: Sequence[Item]) -> Patterns:
        """The different complete rows of scores of these items, and how often each occurs."""
        axes = [self.columns.item(item) for item in items]
        cells = self.cells(*axes)
        scale, columns = self.columns.scale, []
        for item, places in zip(items, cells.values.T, strict=True):
            points = np.array(
                [np.nan, *(np.nan if p is None else p for p in self.columns.parts[item.key].points)]
            )
            columns.append(points[places])
        points_of = np.column_stack(columns) if columns else np.zeros((len(cells.counts), 0))
        return patterns_of_points(points_of, cells.counts, scale)

    def pairs(self, first: Dimension, second: Dimension) -> Patterns:
        """The different pairs of two dimensions' scores, and how often each occurs."""
        axes = self.columns.score(first.items), self.columns.score(second.items)
        turned = axes[::-1] in self.known
        cells = self.cells(*axes[:: -1 if turned else 1])
        with np.errstate(invalid="ignore"):
            points = cells.values[:, [1, 3]] / cells.values[:, [0, 2]]
        return patterns_of_points(points[:, :: -1 if turned else 1], cells.counts, self.columns.scale)

    def numbers(self, key: str, decimals: int) -> Spread:
        """How often each number of a measured column occurs."""
        cells = self.cells(Number(key, decimals))
        there = cells.values[:, 0] == 1
        values = [Fraction(int(value), 10**decimals) for value in cells.values[there, 1]]
        missing = int(cells.counts[~there].sum())
        return spread_of_cells((0,), values, cells.counts[there][None, :], missing, Scale())

    def days(self, key: str) -> tuple[Counts, Counts]:
        """The different dates, as days since 1 January 1970, ascending, and how often each occurs."""
        cells = self.cells(Day(key))
        there = cells.values[:, 0] == 1
        return cells.values[there, 1], cells.counts[there]

    def yes(self, axis: Given | Marked | Alike) -> int:
        """Cases of which it is true."""
        cells = self.cells(axis)
        return int(cells.counts[cells.values[:, 0] == 1].sum())

    def given(self, key: str) -> int:
        """Cases with an answer of any kind."""
        return self.yes(Given(key))

    def marks(self, key: str, codes: Sequence[int]) -> list[int]:
        """Cases that marked each option of a multiple choice."""
        self.prepare([(Marked(key, code),) for code in codes])
        return [self.yes(Marked(key, code)) for code in codes]


def _check(ask: Ask, cells: Cells) -> None:
    place = 0
    for axis in ask:
        if isinstance(axis, Coded) and (cells.values[:, place] < 0).any():
            wrong = int(cells.counts[cells.values[:, place] < 0].sum())
            raise BadInput(
                N_("In column {column} {rows} rows have a code that is not one of {known}."),
                column=axis.key,
                rows=wrong,
                known=", ".join(map(str, axis.codes)),
            )
        place += axis.width


def _order(axis: Coded, codes: Sequence[int]) -> list[int]:
    return [axis.codes.index(code) + 1 for code in codes]


def dense(cells: Cells, *shape: int) -> Counts:
    """The table with a cell for every combination of places."""
    table = np.zeros(shape, np.int64)
    table[tuple(cells.values.T)] = cells.counts
    return table


def spread_of_cells(
    levels: Sequence[int], values: Sequence[Fraction], counts: Counts, missing: int, scale: Scale
) -> Spread:
    """A spread of exact values in points; values nobody has are left out."""
    used = np.flatnonzero(counts.sum(axis=0)) if len(values) else np.zeros(0, np.int64)
    exact = [scale.unit * values[place] for place in used.tolist()]
    first = exact[0] if exact else Fraction(0)
    return Spread(
        tuple(levels),
        np.array([float(scale.base + value) for value in exact]),
        np.asarray(counts[:, used], dtype=np.int64),
        missing,
        np.array([float(value - first) for value in exact]),
    )


def patterns_of_points(points: np.ndarray, counts: Counts, scale: Scale) -> Patterns:
    """Patterns of complete rows of points (nan where a case has none), as scores."""
    whole = ~np.isnan(points).any(axis=1)
    rows = points[whole] * float(scale.unit)
    order = np.lexsort(rows.T[::-1]) if rows.shape[1] else np.arange(len(rows))
    return Patterns(
        rows[order] + float(scale.base), counts[whole][order], int(counts[~whole].sum()), rows[order]
    )

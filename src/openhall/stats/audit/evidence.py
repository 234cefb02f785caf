"""What the tables of a report say together: how many people answered, the totals most tables share,
repaired grids, and the one other N that would explain the chi-squares. Worked out once, used by every rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, isfinite

from openhall.stats.audit import grids
from openhall.stats.audit.grids import Grid
from openhall.stats.audit.mending import Effort, Foreign, Known, Mended, Wanted, mend, signature
from openhall.stats.audit.printed import SLACK, Printed
from openhall.stats.audit.published import Counts, Kind, Published, Sample, Test

ENOUGH_TABLES = 3  # that agree on every total of a variable
RATIOS = (2.0, 3.0, 4.0, 5.0, 10.0)  # multiples of N a single chi-square may be explained by


@dataclass(frozen=True, slots=True)
class Consensus:
    """The totals of a variable's answers that two tables or more agree on, and their keys."""

    totals: tuple[float, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherN:
    """The N under which chi-squares follow that do not follow from their tables' own."""

    n: int
    claimed: int
    tables: tuple[str, ...]
    of: int


@dataclass(frozen=True)
class Evidence:
    """`published` and what follows from it, each worked out when first asked for."""

    published: Published

    @cached_property
    def chi2_tests(self) -> Mapping[str, Test]:
        """The chi-square test of each table."""
        return {one.table: one for one in self.published.tests if one.kind is Kind.CHI2 and one.table}

    @cached_property
    def n(self) -> float | None:
        """How many people answered: as claimed, else the total three tables or more agree on answer by
        answer.
        """
        if self.published.n:
            return self.published.n.value
        agreed = (sum(one.totals) for one in self.consensus.values() if len(one.tables) >= ENOUGH_TABLES)
        return max(agreed, default=None)

    @cached_property
    def likely_n(self) -> float | None:
        """`n`, or where that is unknown the largest total of a table."""
        totals = [grids.total_of(grids.grid_of(table)) for table in self.published.counts]
        return self.n if self.n else max(totals, default=None)

    @cached_property
    def consensus(self) -> Mapping[tuple[str, int], Consensus]:
        """By variable and number of its answers."""
        votes: dict[tuple[str, int], dict[str, tuple[float, ...]]] = {}
        for table in self.published.counts:
            grid = grids.grid_of(table)
            if table.weighted or not grids.is_full(grid):
                continue
            for variable, sums in self.margins(table, grid):
                votes.setdefault((variable, len(sums)), {})[table.key] = sums
        return {key: found for key, cast in votes.items() if (found := _majority(cast))}

    @cached_property
    def _names(self) -> Mapping[tuple[str, int], tuple[str, ...]]:
        """The names of a variable's answers in the first table that has them, by variable and their number."""
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        for table in self.published.counts:
            for variable, names in ((table.row_variable, table.rows), (table.column_variable, table.columns)):
                found.setdefault((variable, len(names)), tuple(map(_plain, names)))
        return found

    def order(self, variable: str, names: tuple[str, ...]) -> tuple[int, ...] | None:
        """The places of the answers in the order of the first table; None where some are other answers.

        Where no name is the same (another language, other words) the order is taken to be.
        """
        own, first = tuple(map(_plain, names)), self._names[variable, len(names)]
        if own == first or len(set(own)) < len(own) or not set(own) & set(first):
            return tuple(range(len(own)))
        return tuple(own.index(name) for name in first) if set(own) == set(first) else None

    def margins(self, table: Counts, grid: Grid) -> Iterable[tuple[str, tuple[float, ...]]]:
        """The sums of a table's rows and columns in the order of the first table with the same answers."""
        for variable, sums in margins(table, grid):
            order = self.order(variable, table.rows if variable == table.row_variable else table.columns)
            if order is not None:
                yield variable, tuple(sums[k] for k in order)

    def is_complete(self, agreed: Consensus) -> bool:
        """Do the agreed totals hold everybody? With fewer people, other tables may leave out other answers."""
        return self.n is not None and abs(sum(agreed.totals) - self.n) <= SLACK

    def known(self, table: Counts) -> Known:
        """The totals this table should have: its own printed ones, else those the other tables agree on."""
        return Known(
            self._wanted(table.row_variable, table.row_totals, table.rows),
            self._wanted(table.column_variable, table.column_totals, table.columns),
            lambda grid: self.follows(table, grid),
        )

    def _wanted(self, variable: str, own: tuple[Printed | None, ...], names: tuple[str, ...]) -> Wanted:
        size = len(names)
        agreed = self.consensus.get((variable, size)) if variable else None
        if agreed and self.is_complete(agreed) and (order := self.order(variable, names)) is not None:
            return [agreed.totals[order.index(k)] for k in range(size)]
        cells = [grids.at(own, place) for place in range(size)]
        return [cell.value if cell and cell.is_whole else None for cell in cells]

    @cached_property
    def mended(self) -> Mapping[str, Mended]:
        """Each table after the repairs that are the only ones possible."""
        donors, effort = _donors(self.published.counts), Effort()
        return {
            table.key: mend(table, self.known(table), donors, effort)
            for table in self.published.counts
            if not table.weighted
        }

    def follows(self, table: Counts, grid: Grid) -> bool | None:
        """Does the printed chi-square follow from `grid`, with its own N or the one that explains others?"""
        test = self.chi2_tests.get(table.key)
        if test is None:
            return None
        return self.fits_chi2(test, grid, other=self._first_other_n)

    def fits_chi2(self, test: Test, grid: Grid, *, other: int | None) -> bool:
        found = grids.tested(grid)
        factors = [1.0, *([other / found.n] if other and found.n else [])]
        return any(test.statistic.fits(factor * found.pearson) for factor in factors)

    @cached_property
    def _first_other_n(self) -> int | None:
        """From tables that need no repair, before any is made."""
        sound = {
            table.key: grids.grid_of(table)
            for table in self.published.counts
            if all(grids.all_fit(table, share, grids.grid_of(table)) for share in grids.shares(table))
        }
        found = self._explaining({key: grid for key, grid in sound.items() if grids.is_full(grid)})
        return found.n if found else None

    @cached_property
    def other_n(self) -> OtherN | None:
        """After the repairs: the N that explains the most chi-squares that do not follow from their own."""
        return self._explaining({key: found.grid for key, found in self.mended.items()})

    def _explaining(self, by_table: Mapping[str, Grid]) -> OtherN | None:
        ranges: dict[str, tuple[int, int]] = {}
        totals: Counter[float] = Counter()
        for key, grid in by_table.items():
            test, found = self.chi2_tests.get(key), grids.tested(grid)
            if test is None or not isfinite(found.pearson) or found.pearson <= 0:
                continue
            totals[found.n] += 1
            if not statistic_follows(test, found) and isfinite(test.statistic.low):
                low, high = (
                    found.n * end / found.pearson for end in (test.statistic.low, test.statistic.high)
                )
                ranges[key] = (ceil(low - SLACK), floor(high + SLACK))
        if not totals:
            return None
        claimed = int(max(totals, key=lambda n: (totals[n], n)))
        n = _most_named(ranges.values(), claimed)
        if n is None:
            return None
        explained = tuple(key for key, (low, high) in ranges.items() if low <= n <= high)
        return OtherN(n, claimed, explained, sum(totals.values()))

    @cached_property
    def sample_sizes(self) -> Mapping[tuple[str, int], tuple[float, bool]]:
        """The size the text gives for a group (variable, number in the table), and whether its name is the
        same.
        """
        return {
            (sample.variable, place): (size.value, sure)
            for sample in self.published.samples
            if (table := self.table_of(sample.variable)) and not sample.parts_only
            for number, (place, sure) in matched(sample, table).items()
            if (size := grids.at(sample.sizes, number)) is not None
        }

    def table_of(self, variable: str) -> Counts | None:
        """The first table whose rows are the groups of a variable."""
        return next(
            (table for table in self.published.counts if variable and table.row_variable == variable), None
        )


def matched(sample: Sample, table: Counts) -> dict[int, tuple[int, bool]]:
    """For each group of a text its row in the table, and whether the names leave no doubt.

    Without names, or with as many equal ones, the order decides; else the words of the names.
    """
    size = max(len(sample.sizes), len(sample.percents))
    if not sample.labels:
        return {number: (number, True) for number in range(size)} if size == len(table.rows) else {}
    ranked = sorted(
        (
            (_likeness(label, row), number, place)
            for number, label in enumerate(sample.labels)
            for place, row in enumerate(table.rows)
        ),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    found: dict[int, tuple[int, bool]] = {}
    taken: set[int] = set()
    for likeness, number, place in ranked:
        if likeness > 0.2 and number not in found and place not in taken:
            found[number] = place, likeness == 1.0
            taken.add(place)
    return found


def _plain(name: str) -> str:
    """A name without signs and spaces, for comparing."""
    return "".join(re.findall(r"[^\W_]+", name.casefold())) or name


def _likeness(one: str, other: str) -> float:
    """Shared words over all words; 1 for the same words."""
    first, second = _words(one), _words(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def _words(label: str) -> set[str]:
    words = re.findall(r"[^\W_]+", label.casefold())
    return {word.removesuffix("s") for word in words if word not in ("or", "and", "of", "the")}


def statistic_follows(test: Test, found: grids.Tested) -> bool:
    """Is the printed statistic one of the chi-squares usual for a table?"""
    return any(
        isfinite(value) and test.statistic.fits(value)
        for value in (found.pearson, found.corrected, found.ratio, found.linear)
    )


def margins(table: Counts, grid: Grid) -> Iterable[tuple[str, tuple[float, ...]]]:
    """The sums of a table's rows and columns, each with the variable it belongs to."""
    if table.row_variable:
        yield table.row_variable, tuple(grids.row_sums(grid))
    if table.column_variable and not table.several_answers:
        yield table.column_variable, tuple(grids.column_sums(grid))


def _majority(cast: Mapping[str, tuple[float, ...]]) -> Consensus | None:
    ranked = Counter(cast.values()).most_common(2)
    if not ranked or ranked[0][1] < 2 or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    totals = ranked[0][0]
    return Consensus(totals, tuple(key for key, sums in cast.items() if sums == totals))


def _donors(tables: Iterable[Counts]) -> dict[tuple[str, ...], list[Foreign]]:
    """Printed percentages that fit their own counts, by their digits."""
    found: dict[tuple[str, ...], list[Foreign]] = {}
    for table in tables:
        for share in grids.shares(table):
            digits = signature(table, share)
            if digits and grids.all_fit(table, share, grids.grid_of(table)):
                found.setdefault(digits, []).append(Foreign(table.key, share.place.row or share.place.column))
    return found


def _most_named(ranges: Iterable[tuple[int, int]], claimed: int) -> int | None:
    """The N most ranges hold; a single range counts only for a simple multiple or part of the claimed N."""
    spans = [span for span in ranges if span[0] <= span[1] and span[1] > 0]
    simple = [claimed / ratio for ratio in RATIOS] + [claimed * ratio for ratio in RATIOS]
    candidates = {int(n) for n in simple if n == int(n)} | {end for span in spans for end in span}
    held = {n: sum(low <= n <= high for low, high in spans) for n in candidates if n != claimed}
    best = max(held, key=lambda n: (held[n], n in simple, -abs(n - claimed)), default=None)
    if best is None or held[best] == 0 or (held[best] == 1 and best not in simple):
        return None
    return best

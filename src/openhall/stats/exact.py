"""Fisher's exact test of a table of any size, by the network algorithm, within a budget of work; beyond it
the p comes from random tables (SPSS CROSSTABS /METHOD=EXACT, which is an extra module there).

A table is a path: one step a column, a node is what is left of the row totals. Paths whose rest can only be
rarer, or only more common, than the observed table are settled without being walked.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, log2, nan

import numpy as np
from numpy.typing import NDArray

from openhall.stats.counting import Counts
from openhall.stats.loading import special
from openhall.stats.montecarlo import both_random
from openhall.stats.results import Interval, MonteCarlo

BUDGET = 200_000  # steps between nodes, and partial paths, that may be kept at once
SLACK = 1e-7  # relative: as probable as the observed table (what R allows)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exact:
    """Fisher's p, of all tables with the same totals that are no more probable than the observed one.

    `method` is "exact", or "monte_carlo" where enumeration would be too long: then with the 99 % `interval`,
    the number of random `tables` and the `seed`. `p_one_sided` is for 2 × 2 tables only: the tail on the
    side of the observed table.
    """

    p: float
    p_one_sided: float = nan
    interval: Interval | None = None
    tables: int | None = None
    seed: int | None = None
    method: str = "exact"

    @classmethod
    def of_random(cls, found: MonteCarlo) -> Exact:
        """The result from random tables already dealt."""
        return cls(found.p, nan, found.interval, found.tables, found.seed, "monte_carlo")


def fisher_exact(counts: Counts, *, seed: int = 20180601, budget: int = BUDGET) -> Exact:
    """Fisher's exact test of `counts` (rows × columns); nan with fewer than two rows or columns with cases.

    Freeman & Halton (1951), Biometrika 38, 141–149; network algorithm of Mehta & Patel (1983), Journal of
    the American Statistical Association 78, 427–434.

    >>> found = fisher_exact(np.array([[3, 1], [1, 3]]))
    >>> round(found.p, 4), round(found.p_one_sided, 4), found.method
    (0.4857, 0.2429, 'exact')
    """
    table = _occupied(np.asarray(counts, dtype=np.int64))
    if min(table.shape) < 2:
        return Exact(nan)
    if table.shape == (2, 2):
        return _two_by_two(table)
    p = network(table, budget)
    return Exact.of_random(_random(table, seed)) if p is None else Exact(p)


def rarity(table: Counts) -> float:
    """Σ ln(count!), the larger the less probable the table is among those with its totals."""
    return float(special.gammaln(np.sort(table, axis=None) + 1.0).sum())


def _random(table: Counts, seed: int) -> MonteCarlo:
    return both_random(table.sum(axis=1), table.sum(axis=0), np.inf, rarity(table), seed)[1]


def _occupied(table: Counts) -> Counts:
    return table[np.ix_(table.sum(axis=1) > 0, table.sum(axis=0) > 0)]


def _two_by_two(table: Counts) -> Exact:
    (a, _), row, column, n = table[0], int(table[0].sum()), int(table[:, 0].sum()), int(table.sum())
    x = np.arange(max(0, row + column - n), min(row, column) + 1)
    cells = np.stack([x, row - x, column - x, n - row - column + x])
    chance = np.exp(
        _constant(table.sum(axis=1), table.sum(axis=0)) - special.gammaln(cells + 1.0).sum(axis=0)
    )
    chance /= chance.sum()
    observed = chance[x == a][0]
    p = min(1.0, float(np.sort(chance[chance <= observed * (1 + SLACK)]).sum()))
    tails = float(chance[x <= a].sum()), float(chance[x >= a].sum())
    return Exact(p, min(1.0, *tails))


def _constant(rows: Counts, columns: Counts) -> float:
    logs = special.gammaln(rows + 1.0).sum() + special.gammaln(columns + 1.0).sum()
    return float(logs - special.gammaln(rows.sum() + 1.0))


@dataclass(frozen=True)
class _Stage:
    """The steps of one column: from node `start` to node `end` of the next stage, adding `step` to the log
    of the path; `times` equal steps. `first[i]` is where the steps of node i begin."""

    start: Counts
    end: Counts
    step: Floats
    times: Floats
    first: Counts
    rest: Floats  # of each node of the next stage: log of the sum over all its ways to the end


def network(table: Counts, budget: int = BUDGET) -> float | None:
    """Fisher's p of a table without empty lines, or None when it would cost more than `budget`."""
    if table.shape[0] > table.shape[1]:
        table = table.T
    rows, columns = np.sort(table.sum(axis=1)), np.sort(table.sum(axis=0))[::-1]
    if len(rows) * log2(int(rows.sum()) + 1) > 62 or float(np.prod(rows[:-1] + 1.0)) > 50.0 * budget:
        return None
    if _least_steps(rows, columns) > budget:
        return None
    stages = _stages(rows, columns, budget)
    return None if stages is None else _walk(stages, _constant(rows, columns), rarity(table), budget)


def _least_steps(rows: Counts, columns: Counts) -> float:
    """A number the steps of the first two columns cannot be fewer than, counted without walking them.

    All ways to fill both columns, by adding row after row; nodes alike but for the order of the rows are one,
    and there are at most len(rows)! such orders. 0 where that would itself take long.
    """
    first, second = int(columns[0]), int(columns[1])
    if (first + 1) * (second + 1) * int(np.minimum(rows[:-1], first).sum()) > 100 * BUDGET:
        return 0.0
    ways = np.zeros((first + 1, second + 1))
    ways[0, 0] = 1.0
    for row in map(int, rows[:-1]):  # the largest takes what is left
        below, ways = ways.cumsum(axis=1), np.zeros_like(ways)
        for taken in range(min(row, first) + 1):
            rest = row - taken + 1  # the second column takes fewer than this
            ways[taken:] += below[: first + 1 - taken]
            if rest <= second:
                ways[taken:, rest:] -= below[: first + 1 - taken, : second + 1 - rest]
    left = (first - np.arange(first + 1))[:, None] + (second - np.arange(second + 1))[None, :]
    both, alone = ways[left <= rows[-1]].sum(), ways[left[:, 0] - second <= rows[-1], 0].sum()
    return max(float(alone), float(both) / factorial(len(rows)))


def _stages(rows: Counts, columns: Counts, budget: int) -> list[_Stage] | None:
    nodes, stages, used = rows[None, :], [], 0
    for i, column in enumerate(columns):
        found = _steps(nodes, int(column), budget - used)
        if found is None:
            return None
        stage, nodes = _merged(*found, rest=columns[i + 1 :], base=int(rows.sum()) + 1)
        used += len(stage.start)
        stages.append(stage)
    return stages


def _steps(nodes: Counts, column: int, budget: int) -> tuple[Counts, Counts, Floats] | None:
    """Every way to take `column` cases from the rows of each node: node, what is left, log 1 / Π count!."""
    start, left = np.arange(len(nodes)), nodes
    wanted, step = np.full(len(nodes), column), np.zeros(len(nodes))
    for i in range(nodes.shape[1]):
        later = left[:, i + 1 :].sum(axis=1)
        low, high = np.maximum(wanted - later, 0), np.minimum(left[:, i], wanted)
        ways = high - low + 1
        if ways.sum() > budget:
            return None
        again = np.repeat(np.arange(len(ways)), ways)
        taken = np.arange(len(again)) - np.repeat(ways.cumsum() - ways, ways) + low[again]
        start, left, wanted = start[again], left[again].copy(), wanted[again] - taken
        left[:, i] -= taken
        step = step[again] - special.gammaln(taken + 1.0)
    return start, left, step


def _merged(start: Counts, left: Counts, step: Floats, *, rest: Counts, base: int) -> tuple[_Stage, Counts]:
    """Nodes that differ only in the order of the rows are one, and so are equal steps between them."""
    left = np.sort(left, axis=1)
    key = left @ (base ** np.arange(left.shape[1], dtype=np.int64))
    _, kept, end = np.unique(key, return_index=True, return_inverse=True)
    nodes = left[kept]
    order = np.lexsort((step.round(9), end, start))
    start, end, step = start[order], end[order], step[order]
    new = np.ones(len(start), dtype=bool)
    new[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1]) | (np.diff(step) > 1e-9)
    begin = np.flatnonzero(new)
    times = np.diff(np.append(begin, len(start))).astype(np.float64)
    start, end, step = start[begin], end[begin], step[begin]
    first = np.append(np.searchsorted(start, np.arange(int(start[-1]) + 1)), len(start))
    ways = special.gammaln(int(rest.sum()) + 1.0) - special.gammaln(nodes + 1.0).sum(axis=1)
    return _Stage(start, end, step, times, first, ways - special.gammaln(rest + 1.0).sum()), nodes


def _walk(stages: list[_Stage], constant: float, rare: float, budget: int) -> float | None:
    """Sum of the probabilities of all paths at most as long as the observed one."""
    longest, shortest = _bounds(stages)
    limit = constant - rare + SLACK
    node, past, times, p = np.zeros(1, dtype=np.int64), np.array([constant]), np.ones(1), 0.0
    for stage, most, least in zip(stages, longest, shortest, strict=True):
        ways = stage.first[node + 1] - stage.first[node]
        if ways.sum() > 10 * budget:
            return None
        again = np.repeat(np.arange(len(ways)), ways)
        step = np.arange(len(again)) - np.repeat(ways.cumsum() - ways, ways) + stage.first[node][again]
        end, so_far = stage.end[step], past[again] + stage.step[step]
        number = times[again] * stage.times[step]
        settled = so_far + most[end] <= limit
        p += float((number[settled] * np.exp(so_far[settled] + stage.rest[end[settled]])).sum())
        open_ = ~settled & (so_far + least[end] <= limit)
        node, past, times = _together(end[open_], so_far[open_], number[open_])
        if len(node) > budget:
            return None
    return min(1.0, p)


def _bounds(stages: list[_Stage]) -> tuple[list[Floats], list[Floats]]:
    """For each stage, the longest and the shortest way from each of its end nodes to the end."""
    longest, shortest = [np.zeros(1)], [np.zeros(1)]
    for stage in reversed(stages[1:]):
        begin = stage.first[:-1]
        longest.append(np.maximum.reduceat(stage.step + longest[-1][stage.end], begin))
        shortest.append(np.minimum.reduceat(stage.step + shortest[-1][stage.end], begin))
    return longest[::-1], shortest[::-1]


def _together(node: Counts, past: Floats, times: Floats) -> tuple[Counts, Floats, Floats]:
    """Paths to the same node with the same past, as one."""
    order = np.lexsort((past, node))
    node, past, times = node[order], past[order], times[order]
    new = np.ones(len(node), dtype=bool)
    new[1:] = (node[1:] != node[:-1]) | (np.diff(past) > 1e-9)
    begin = np.flatnonzero(new)
    if not len(begin):
        return node, past, times
    return node[begin], past[begin], np.add.reduceat(times, begin)

"""The search for the smallest repair of a table that does not fit: one cell, two cells exchanged, a blank
filled.

A repair counts only when it is the only one that satisfies all that is known together: the percentages, the
printed totals, the same totals in the other tables, the chi-square. Where several would do, none is
proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil, floor, inf, isfinite

from openhall.stats.audit.findings import Why
from openhall.stats.audit.grids import (
    At,
    Grid,
    Share,
    all_fit,
    bases_without,
    column_sums,
    fits,
    grid_of,
    is_full,
    percents_of,
    row_sums,
    shares,
)
from openhall.stats.audit.printed import SLACK, Fit
from openhall.stats.audit.published import Base, Counts, Place

MOST = 400  # values tried for one cell
MOST_CELLS = 200  # of a row, column or table that is searched
MOST_LOOKS = 1_500_000  # at cells, in all tables of a report: a second or two
Wanted = list[float | None]
Confirms = Callable[
    [Grid], bool | None
]  # does the printed chi-square follow? None: nothing printed to compare


@dataclass(frozen=True, slots=True)
class Mend:
    """New values of one or two cells: (place, old, new). `checks` names what it satisfies."""

    why: Why
    cells: tuple[tuple[At, float | None, float], ...]
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreign:
    """The percentages of a share are those of another one: (table, its row or column)."""

    table: str
    label: str


@dataclass
class Effort:
    """How many more cells may be looked at, so that a report that fits nowhere is answered in seconds."""

    left: int = MOST_LOOKS

    def spend(self, cells: int) -> bool:
        """Take so many looks; False where they are used up."""
        self.left -= cells
        return self.left >= 0


@dataclass
class Mended:
    """What the search made of a table: the grid after the repairs, and why each was needed.

    `of_share`: repairs for percentages that do not follow; `of_totals`: for totals that do not agree.
    `options` is the number of repairs that would do where there were several, 0 where there is none. Where the
    search was given up it is in `given_up` instead (None: the totals).
    """

    grid: Grid
    of_share: dict[Share, Mend] = field(default_factory=dict)
    foreign: dict[Share, Foreign] = field(default_factory=dict)
    of_totals: Mend | None = None
    options: dict[Share | None, int] = field(default_factory=dict)
    given_up: set[Share | None] = field(default_factory=set)

    @property
    def mends(self) -> tuple[Mend, ...]:
        return (*self.of_share.values(), *((self.of_totals,) if self.of_totals else ()))


@dataclass(frozen=True, slots=True)
class Known:
    """What a table should agree with: totals of its rows and columns, and the chi-square printed for it."""

    rows: Wanted
    columns: Wanted
    confirms: Confirms

    def gap(self, grid: Grid) -> float:
        """How far the sums of a grid are from the known totals."""
        return _gap(row_sums(grid), self.rows) + _gap(column_sums(grid), self.columns)


def _gap(sums: Sequence[float], wanted: Wanted) -> float:
    return sum(abs(found - want) for found, want in zip(sums, wanted, strict=True) if want is not None)


def mend(
    table: Counts, known: Known, donors: Mapping[tuple[str, ...], Sequence[Foreign]], effort: Effort
) -> Mended:
    """Repair `table` as far as what is known allows. `donors`: whose percentages are printed with these
    digits; `effort` is shared by all tables of a report.
    """
    found = Mended(grid_of(table))
    if not table.percents:
        _fill_from_totals(table, known, found)
    for share in shares(table):
        if all_fit(table, share, found.grid) and all(found.grid[i][j] is not None for i, j in share.cells):
            continue
        if foreign := _foreign(table, share, found.grid, donors):
            found.foreign[share] = foreign
        else:
            _mend_share(table, share, known, found, effort)
    if known.gap(found.grid) > SLACK and is_full(found.grid):
        _mend_totals(table, known, found, effort)
    return found


def _fill_from_totals(table: Counts, known: Known, found: Mended) -> None:
    """The one blank cell of a row or column whose total is known."""
    for i, row in enumerate(found.grid):
        for j, value in enumerate(row):
            column = [line[j] for line in found.grid]
            if value is not None:
                continue
            left = {
                wanted - sum(other or 0.0 for other in line)
                for wanted, line in ((known.rows[i], row), (known.columns[j], column))
                if wanted is not None and line.count(None) == 1
            }
            if len(left) == 1 and min(left) >= 0:
                one = Mend(Why.FILL, (((i, j), None, left.pop()),))
                place = Share(Place(table.key, table.rows[i], table.columns[j]), ((i, j),), None)
                found.of_share[place] = _checked(one, known, found.grid, "")
                found.grid = applied(found.grid, one)


def _foreign(
    table: Counts, share: Share, grid: Grid, donors: Mapping[tuple[str, ...], Sequence[Foreign]]
) -> Foreign | None:
    """Another row with the same printed percentages, when this one's own counts fit none of its larger
    ones.
    """
    digits = signature(table, share)
    if digits is None or all_fit(table, share, grid):
        return None
    own = Foreign(table.key, share.place.row or share.place.column)
    return next((donor for donor in donors.get(digits, ()) if donor != own), None)


def signature(table: Counts, share: Share) -> tuple[str, ...] | None:
    """The printed percentages of a share, where they are particular enough to recognise."""
    cells = percents_of(table, share)
    if None in cells or len({cell.value for cell in cells if cell and cell.value > 0}) < 3:
        return None
    return tuple(f"{cell.value:.10g}" for cell in cells if cell)


def _mend_share(table: Counts, share: Share, known: Known, found: Mended, effort: Effort) -> None:
    if len(share.cells) > MOST_CELLS:
        found.given_up.add(share)
        return
    options = _tried(_changes(table, share, found.grid), table, share, found.grid, effort)
    options = options or _tried(_swaps_of_misfits(table, share, found.grid), table, share, found.grid, effort)
    if not effort.spend(len(options) * _size(table)):
        found.given_up.add(share)
        return
    best = _least(options, lambda one: known.gap(applied(found.grid, one)))
    if len(best) == 1:
        found.of_share[share] = _checked(best[0], known, found.grid, "percentages")
        found.grid = applied(found.grid, best[0])
    else:
        found.options[share] = len(best)


def _tried(changes: Iterator[Mend], table: Counts, share: Share, grid: Grid, effort: Effort) -> list[Mend]:
    """The changes after which all percentages of the share follow, as far as the effort reaches."""
    options = []
    for one in changes:
        if not effort.spend(len(share.cells)):
            break
        if _mends(table, share, grid, one):
            options.append(one)
    return options


def _size(table: Counts) -> int:
    return len(table.rows) * len(table.columns)


def _mends(table: Counts, share: Share, grid: Grid, one: Mend) -> bool:
    """Do all percentages of the share follow once the repair is made? Tried in place, since many are tried."""
    for (i, j), _, new in one.cells:
        grid[i][j] = new
    fitting = all_fit(table, share, grid)
    for (i, j), old, _ in one.cells:
        grid[i][j] = old
    return fitting


def _least(options: Sequence[Mend], cost: Callable[[Mend], float]) -> list[Mend]:
    costs = [cost(option) for option in options]
    return [option for option, paid in zip(options, costs, strict=True) if paid <= min(costs) + SLACK]


def _changes(table: Counts, share: Share, grid: Grid) -> Iterator[Mend]:
    """Every new value of one cell (the blank one, where there is one) that the other percentages allow."""
    blank = [at for at in share.cells if grid[at[0]][at[1]] is None]
    if len(blank) > 1:
        return
    others = bases_without(table, share, grid)
    for place in blank or share.cells:
        old = grid[place[0]][place[1]]
        rest = sum(grid[i][j] or 0.0 for i, j in share.cells if (i, j) != place)
        low, high = others[place]
        if not (isfinite(high) and low <= high + SLACK):
            continue
        least, most = _from_own_percent(table, place, rest)
        first = max(0, ceil(max(low - rest, least) - SLACK))
        last = floor(min(high - rest, most) + SLACK)
        for new in range(first, min(last, first + MOST) + 1):
            if new != old:
                yield Mend(Why.FILL if old is None else Why.CHANGE, ((place, old, float(new)),))


def _from_own_percent(table: Counts, place: At, rest: float) -> tuple[float, float]:
    """The counts a cell's own percentage allows beside the rest of its share: c = p · rest / (100 − p)."""
    percent = table.percents[place[0]][place[1]]
    if percent is None:
        return 0.0, inf
    low, high = (
        end * rest / (100 - end) if end < 100 else inf for end in (max(percent.low, 0.0), percent.high)
    )
    return (0.0 if rest == 0 else low), (inf if rest == 0 else high)


def _swaps_of_misfits(table: Counts, share: Share, grid: Grid) -> Iterator[Mend]:
    """Exchanges that touch every percentage that does not follow; the base stays as it is, so all others hold."""
    wrong = {
        place
        for place, fit in zip(share.cells, fits(table, share, grid), strict=True)
        if fit not in (None, Fit.ROUNDED)
    }
    if len(wrong) == 2:
        yield from _swaps_in(Share(share.place, tuple(wrong), None), grid)
    elif len(wrong) == 1:
        for other in share.cells:
            yield from _swaps_in(Share(share.place, (*wrong, other), None), grid)


def _swaps_in(share: Share, grid: Grid) -> Iterator[Mend]:
    for one, two in combinations(share.cells, 2):
        first, second = grid[one[0]][one[1]], grid[two[0]][two[1]]
        if first is not None and second is not None and first != second:
            belongs = (first == 0) != (second == 0)
            yield Mend(Why.BELONGS if belongs else Why.SWAP, ((one, first, second), (two, second, first)))


def _mend_totals(table: Counts, known: Known, found: Mended, effort: Effort) -> None:
    """One exchange or, without percentages, one cell that brings every sum to its known total."""
    options = []
    for one in _moves(table, known, found):
        if not effort.spend(_size(table)):
            found.given_up.add(None)
            return
        if known.gap(applied(found.grid, one)) <= SLACK:
            options.append(one)
    confirmed = [one for one in options if known.confirms(applied(found.grid, one))]
    best = confirmed or options
    if len(best) == 1:
        moves_along = table.percents and not _in_foreign(best[0], found)
        found.of_totals = _checked(best[0], known, found.grid, "percentages" if moves_along else "")
        found.grid = applied(found.grid, best[0])
    else:
        found.options[None] = len(best)


def _in_foreign(one: Mend, found: Mended) -> bool:
    return any(place in share.cells for share in found.foreign for place, _, _ in one.cells)


def _moves(table: Counts, known: Known, found: Mended) -> Iterator[Mend]:
    """Exchanges inside a row or column (percentages move along), and single cells where none are printed."""
    rows, columns = range(len(table.rows)), range(len(table.columns))
    sums_of = {Base.ROW: (column_sums, known.columns), Base.COLUMN: (row_sums, known.rows)}
    for axis, lines in ((Base.ROW, rows), (Base.COLUMN, columns)):
        if table.percents and table.base not in (axis, Base.TOTAL):
            continue
        sums, wanted = sums_of[axis][0](found.grid), sums_of[axis][1]
        off = [k for k, want in enumerate(wanted) if want is not None and abs(sums[k] - want) > SLACK]
        if not 1 <= len(off) <= 2:  # an exchange changes two sums
            continue
        across = off if len(off) == 2 else [*off, *(k for k, want in enumerate(wanted) if want is None)]
        for line in lines:
            cells = tuple((line, other) if axis is Base.ROW else (other, line) for other in across)
            yield from _swaps_in(Share(Place(table.key), cells, None), found.grid)
    if not table.percents:
        in_rows = row_sums(found.grid)
        for i, whole in enumerate(known.rows):
            for j in columns if whole is not None and whole != in_rows[i] else ():
                old = found.grid[i][j] or 0.0
                if whole is not None and (new := old + whole - in_rows[i]) >= 0:
                    yield Mend(Why.CHANGE, (((i, j), old, new),))


def applied(grid: Grid, one: Mend) -> Grid:
    """The grid with a repair made."""
    new = [list(row) for row in grid]
    for (i, j), _, value in one.cells:
        new[i][j] = value
    return new


def _checked(one: Mend, known: Known, grid: Grid, first: str) -> Mend:
    """The repair with the names of all it satisfies."""
    after = applied(grid, one)
    checks = [first] if first else []
    for name, sums, wanted, axis in (
        ("rows", row_sums(after), known.rows, 0),
        ("columns", column_sums(after), known.columns, 1),
    ):
        touched = {place[axis] for place, _, _ in one.cells}
        if any(wanted[k] is not None for k in touched) and not any(
            abs(sums[k] - (wanted[k] or 0.0)) > SLACK for k in touched if wanted[k] is not None
        ):
            checks.append(name)
    if known.confirms(after):
        checks.append("chi2")
    return Mend(one.why, one.cells, tuple(checks))

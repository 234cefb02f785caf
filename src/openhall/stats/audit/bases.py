"""What the percentages of a table are of, where the report does not say: told from the figures themselves."""

from __future__ import annotations

from dataclasses import replace

from openhall.stats.audit import grids
from openhall.stats.audit.printed import SLACK, Fit
from openhall.stats.audit.published import Base, Counts

ENOUGH = 4  # percentages to tell their base from
SEVERAL = 105.0  # per cent: lines that reach more hold answers one person may give several of


def likely_base(table: Counts) -> Base:
    """The base most percentages follow from; the row where none is better or too few are printed.

    >>> from openhall.stats.audit.printed import printed
    >>> def line(*cells): return tuple(map(printed, cells))
    >>> likely_base(Counts(key="1", rows=("a", "b"), columns=("x", "y"), counts=(line(30, 20), line(10, 20)),
    ...                    percents=(line("75", "50"), line("25", "50")))).value
    'column'
    """
    percents = sum(cell is not None for row in table.percents for cell in row)
    if percents < ENOUGH:
        return Base.ROW
    misfits = {base: _misfits(replace(table, base=base)) for base in Base}
    best = min(Base, key=misfits.__getitem__)
    return best if 2 * misfits[best] <= percents else Base.ROW


def _misfits(table: Counts) -> int:
    grid = grids.grid_of(table)
    return sum(fit is Fit.NOT for share in grids.shares(table) for fit in grids.fits(table, share, grid))


def of_several_answers(table: Counts) -> bool:
    """Does every row go beyond 100 %, with counts and percentages of one smaller base?"""
    grid = grids.grid_of(table)
    if table.base is not Base.ROW or not table.percents or not grids.is_full(grid):
        return False
    for share in grids.shares(table):
        percents = [one.value for one in grids.percents_of(table, share) if one]
        low, high = grids.base_between(table, share, grid)
        if len(percents) < len(share.cells) or sum(percents) <= SEVERAL or low > high + SLACK:
            return False
    return True

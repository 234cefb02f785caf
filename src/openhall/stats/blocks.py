"""The counting kernel: blocks of narrow columns in, exact integer tables out, one pass.

What costs time is touching every row once for each table, so several small columns are packed into one key
and counted together; the tables asked for are margins of a few such counts. `rows` says what a block
is, `fields` what an axis is in it, `tables` what is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from openhall.errors import N_, BadInput
from openhall.stats.axes import Ask, Where
from openhall.stats.cells import Cells, Watch, unwatched
from openhall.stats.fields import WIDE, Field, field_of
from openhall.stats.rows import Block, Codes, Rows, packed
from openhall.stats.tables import Plan

ROWS = 1 << 17  # rows at a time: the columns of a block stay in the processor's cache


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

    >>> from openhall.stats.axes import Coded
    >>> block = {"sex": np.array([1, 2, 2], np.uint8), "q": np.array([1, 1, 0], np.uint8)}
    >>> lists = {"sex": (1, 2), "q": (5, 4)}
    >>> [found] = count([(Coded("sex", (1, 2)), Coded("q", (5, 4)))], [block], lists)
    >>> found.values.tolist(), found.counts.tolist()
    ([[1, 1], [2, 0], [2, 1]], [1, 1, 1])
    """
    plan = Plan(tuple(asks))
    done, heavy = 0, 0.0
    for whole in blocks:
        rows = len(next(iter(whole.values()), ()))
        for start in range(0, rows, ROWS):
            part = {key: column[start : start + ROWS] for key, column in whole.items()}
            for few, sign in Rows(part, codes).counted(where, weight):
                plan.add(few, sign)
                heavy += 0 if few.weights is None else float(few.weights.sum(dtype=np.float64))
            if heavy >= WIDE:
                raise BadInput(N_("The weights add up to more than can be counted. Use smaller ones."))
            done += min(ROWS, rows - start)
        watch(done, max(of, done))
    return plan.answers()


__all__ = ["Block", "Codes", "Field", "Plan", "Rows", "count", "field_of", "packed"]

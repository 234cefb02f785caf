"""Small sheets for stores: an office, a reason and one question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from openhall.engines.columns import choice
from openhall.engines.store import Store, about_specs
from openhall.stats.axes import Coded

SPECS = (*about_specs(offices=("east", "west"), reasons=("", "blank")), choice("q1", (1, 2, 3)))
Q1 = (Coded("q1", (1, 2, 3)),)


def sheets(ids: Sequence[int], q1: Any = 1, void: int = 1) -> dict[str, Any]:
    """Rows with these ids."""
    ones = np.ones(len(ids), np.uint8)
    return {
        "id": np.array(ids, np.int64),
        "office": ones.astype(np.uint16),
        "channel": ones,
        "language": 0 * ones,
        "day": np.full(len(ids), 17_000, np.int32),
        "void": ones * np.uint8(void),
        "q1": ones * np.array(q1, np.uint8),
    }


def q1_of(store: Store) -> list[int]:
    """How many valid rows have no answer to q1, 1, 2 and 3."""
    [cells] = store.count([Q1], where=store.valid())
    table = [0, 0, 0, 0]
    for [place], count in zip(cells.values.tolist(), cells.counts.tolist(), strict=True):
        table[place] = count
    return table

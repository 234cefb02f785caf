"""OpenHall: exactly the job, counted by its own engine from its columnar store (`openhall.engines.store`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.study_job import (
    BACKGROUNDS,
    DIMENSIONS,
    OVERALL,
    SCORES,
    STEPS,
    UNIT,
    Figures,
    figures,
    pairs,
    say,
)

from openhall.engines.columns import columns_of
from openhall.engines.store import Store
from openhall.stats.axes import Axis, Coded, Score
from openhall.stats.cells import Cells
from openhall.stats.counted import Counted
from openhall.surveys.toml_format import read_study


def main(path: Path) -> Figures:
    store = Store.open(path / "store")
    columns = columns_of(read_study(path / "study.toml"))
    counted = Counted(store, columns, where=store.valid())
    items = {score: tuple(columns.choices[item] for item in SCORES[score]) for score in SCORES}
    by: dict[str, Axis] = {
        score: Score(tuple(columns.parts[item] for item in names)) for score, names in DIMENSIONS.items()
    }
    by[OVERALL] = columns.choices[OVERALL]
    asks = {(score, key): (columns.choices[key], by[score]) for score, key in pairs()}
    counted.prepare([*items.values(), *asks.values()])
    base, unit = float(columns.scale.base), float(columns.scale.unit)
    return figures(
        {score: patterns(counted.cells(*axes), axes) for score, axes in items.items()},
        {pair: spread(counted.cells(*ask), ask, base, unit) for pair, ask in asks.items()},
    )


def codes(axis: Coded) -> Any:
    """The code of each place."""
    return np.array([0, *axis.codes])


def patterns(cells: Cells, axes: tuple[Coded, ...]) -> Any:
    table = np.zeros((STEPS + 1,) * len(axes), np.int64)
    places = zip(axes, cells.values.T, strict=True)
    table[tuple(codes(axis)[column] for axis, column in places)] = cells.counts
    return table


def spread(cells: Cells, ask: tuple[Axis, ...], base: float, unit: float) -> Any:
    background, score = ask
    assert isinstance(background, Coded)
    if isinstance(score, Coded):
        sixtieths = UNIT * codes(score)[cells.values[:, 1]]
    else:
        answered, points = cells.values[:, 1], cells.values[:, 2]
        mean = np.where(answered > 0, base + unit * points / np.maximum(answered, 1), 0)
        sixtieths = np.rint(UNIT * mean).astype(np.int64)
    table = np.zeros((BACKGROUNDS[background.key] + 1, STEPS * UNIT + 1), np.int64)
    np.add.at(table, (codes(background)[cells.values[:, 0]], sixtieths), cells.counts)
    return table


if __name__ == "__main__":
    say(main)

"""polars: a query for each table, over the Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from benchmarks.study_job import BACKGROUNDS, COLUMNS, SCORES, STEPS, UNIT, Figures, figures, pairs, say


def main(path: Path) -> Figures:
    data = pl.read_parquet(path / "answers.parquet").with_columns(
        **{f"score {score}": sixtieths(list(items)) for score, items in SCORES.items()}
    )
    frequencies = {key: data.group_by(key).len() for key in COLUMNS}
    assert len(frequencies) == len(COLUMNS)
    patterns = {score: patterns_of(data, list(items)) for score, items in SCORES.items()}
    return figures(patterns, {pair: spread(data, *pair) for pair in pairs()})


def sixtieths(items: list[str]) -> pl.Expr:
    total = pl.sum_horizontal(pl.col(item).cast(pl.UInt16) for item in items)
    answered = pl.sum_horizontal((pl.col(item) > 0).cast(pl.UInt16) for item in items)
    return (total * UNIT // pl.max_horizontal(answered, 1)).cast(pl.UInt16)


def patterns_of(data: pl.DataFrame, items: list[str]) -> Any:
    found = data.group_by(items).len()
    table = np.zeros((STEPS + 1,) * len(items), np.int64)
    table[tuple(found[item].to_numpy() for item in items)] = found["len"].to_numpy()
    return table


def spread(data: pl.DataFrame, score: str, background: str) -> Any:
    name = f"score {score}"
    found = data.group_by(background, name).len()
    table = np.zeros((BACKGROUNDS[background] + 1, STEPS * UNIT + 1), np.int64)
    table[found[background].to_numpy(), found[name].to_numpy()] = found["len"].to_numpy()
    return table


if __name__ == "__main__":
    say(main)

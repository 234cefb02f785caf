"""polars: packed keys, one streaming scan of the Parquet file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from benchmarks.study_job import DIMENSIONS, GROUPS, SCORES, STEPS, Figures, say
from benchmarks.study_packed import CELLS, HISTOGRAMS, SIZES, figures_of, flat, summed


def main(path: Path) -> Figures:
    data = pl.scan_parquet(path / "answers.parquet")
    means = {score: summed(score) for score in SCORES}
    groups = [packed(keys, SIZES[number]) for number, keys in enumerate(GROUPS)]
    keys = [packed(items, (STEPS + 1,) * len(items)) for items in DIMENSIONS.values()]
    keys += [groups[group] * len(means[score]) + number(score) for score, group in HISTOGRAMS]
    sizes = [(STEPS + 1) ** len(items) for items in DIMENSIONS.values()]
    sizes += [CELLS[group] * len(means[score]) for score, group in HISTOGRAMS]
    queries = [data.select(key=key).group_by("key").len() for key in keys]
    tables = pl.collect_all(queries, engine="streaming")
    counts = [
        flat(table["key"].to_numpy(), table["len"].to_numpy(), size)
        for table, size in zip(tables, sizes, strict=True)
    ]
    patterns = dict(zip(DIMENSIONS, counts, strict=False))
    return figures_of(patterns, dict(zip(HISTOGRAMS, counts[len(patterns) :], strict=True)), means)


def packed(columns: tuple[str, ...], sizes: tuple[int, ...]) -> pl.Expr:
    key = pl.col(columns[0]).cast(pl.UInt32)
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        key = key * size + pl.col(column)
    return key


def number(score: str) -> pl.Expr:
    """Items answered and their sum as one number, as `summed` lists them."""
    items = SCORES[score]
    total = pl.sum_horizontal(items)
    answered = pl.sum_horizontal((pl.col(item) > 0).cast(pl.UInt8) for item in items)
    return answered.cast(pl.UInt32) * (STEPS * len(items) + 1) + total


if __name__ == "__main__":
    say(main)

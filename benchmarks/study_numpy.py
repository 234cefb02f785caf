"""NumPy: packed keys, bincount, a block at a time, on memory-mapped columns of one byte. One thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.study_job import COLUMNS, DIMENSIONS, GROUPS, OVERALL, SCORES, STEPS, Figures, say
from benchmarks.study_packed import CELLS, HISTOGRAMS, SIZES, figures_of, looked_up

BLOCK = 2**17


def main(path: Path) -> Figures:
    columns = {key: np.memmap(path / "raw" / f"{key}.u8", np.uint8, "r") for key in COLUMNS}
    tables = {score: looked_up(score) for score in SCORES}
    patterns = {key: np.zeros((STEPS + 1) ** len(DIMENSIONS[key]), np.int64) for key in DIMENSIONS}
    histograms = {
        (score, group): np.zeros(CELLS[group] * len(tables[score][1]), np.int64)
        for score, group in HISTOGRAMS
    }
    for start in range(0, len(columns["q1"]), BLOCK):
        block = {key: column[start : start + BLOCK] for key, column in columns.items()}
        count(block, tables, patterns, histograms)
    return figures_of(patterns, histograms, {score: means for score, (_, means) in tables.items()})


def count(block: dict[str, Any], tables: dict[str, Any], patterns: dict, histograms: dict) -> None:
    """Add the counts of one block."""
    groups = [
        packed([block[key] for key in keys], SIZES[n]).astype(np.int64) for n, keys in enumerate(GROUPS)
    ]
    for score, items in SCORES.items():
        key = packed([block[item] for item in items], (STEPS + 1,) * len(items))
        if score != OVERALL:
            patterns[score] += np.bincount(key, minlength=len(patterns[score]))
        numbers, means = tables[score]
        place = numbers[key]
        for group, cells in enumerate(groups):
            into = histograms[score, group]
            into += np.bincount(cells * len(means) + place, minlength=len(into))


def packed(columns: list[Any], sizes: tuple[int, ...]) -> Any:
    key = columns[0].astype(np.uint16)
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        key *= np.uint16(size)
        key += column
    return key


if __name__ == "__main__":
    say(main)

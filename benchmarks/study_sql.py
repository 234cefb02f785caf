"""The job as SQL, for every contestant that understands it: small statements that return keys and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from benchmarks.study_job import (
    BACKGROUNDS,
    DIMENSIONS,
    GROUPS,
    SCORES,
    STEPS,
    UNIT,
    Figures,
    figures,
    pairs,
)
from benchmarks.study_packed import CELLS, HISTOGRAMS, SIZES, figures_of, flat, summed

Ask = Callable[[str], Iterable[Any]]  # rows of a statement, each a tuple


def packed(columns: tuple[str, ...], sizes: tuple[int, ...], integer: str) -> str:
    key = f"cast({columns[0]} as {integer})"
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        key = f"({key} * {size} + {column})"
    return key


def answered(items: tuple[str, ...], integer: str) -> str:
    return " + ".join(f"cast({item} > 0 as {integer})" for item in items)


def total(items: tuple[str, ...], integer: str) -> str:
    return " + ".join(f"cast({item} as {integer})" for item in items)


def keys(integer: str = "integer") -> tuple[list[str], list[int], dict[str, Any]]:
    """The 14 packed keys, how many values each can have, and the sixtieths of each score number."""
    means = {score: summed(score) for score in SCORES}
    found = [packed(items, (STEPS + 1,) * len(items), integer) for items in DIMENSIONS.values()]
    groups = [packed(names, SIZES[number], integer) for number, names in enumerate(GROUPS)]
    for score, group in HISTOGRAMS:
        items = SCORES[score]
        number = f"({answered(items, integer)}) * {STEPS * len(items) + 1} + {total(items, integer)}"
        found.append(f"{groups[group]} * {len(means[score])} + {number}")
    sizes = [(STEPS + 1) ** len(items) for items in DIMENSIONS.values()]
    sizes += [CELLS[group] * len(means[score]) for score, group in HISTOGRAMS]
    return found, sizes, means


def unpacked(counts: list[Any], means: dict[str, Any]) -> Figures:
    """Figures from the counts of the 14 keys."""
    patterns = dict(zip(DIMENSIONS, counts, strict=False))
    return figures_of(patterns, dict(zip(HISTOGRAMS, counts[len(patterns) :], strict=True)), means)


def by_keys(ask: Ask, table: str, integer: str = "integer") -> Figures:
    """A statement for each packed key."""
    found, sizes, means = keys(integer)
    counts = []
    for key, size in zip(found, sizes, strict=True):
        rows = np.array(list(ask(f"select {key} as k, count(*) as n from {table} group by 1")), np.int64)
        counts.append(flat(rows[:, 0], rows[:, 1], size))
    return unpacked(counts, means)


def by_tables(ask: Ask, table: str) -> Figures:
    """A statement for each table of the report, as one would write them: 22 + 5 + 30."""
    for key in (*BACKGROUNDS, *(item for items in SCORES.values() for item in items)):
        list(ask(f"select {key}, count(*) from {table} group by 1"))
    patterns, spreads = {}, {}
    for score, items in SCORES.items():
        names = ", ".join(items)
        rows = np.array(list(ask(f"select {names}, count(*) from {table} group by {names}")), np.int64)
        patterns[score] = np.zeros((STEPS + 1,) * len(items), np.int64)
        patterns[score][tuple(rows[:, :-1].T)] = rows[:, -1]
    for score, background in pairs():
        items = SCORES[score]
        sixtieths = f"{UNIT} * ({total(items, 'integer')}) // greatest({answered(items, 'integer')}, 1)"
        rows = np.array(list(ask(f"select {background}, {sixtieths}, count(*) from {table} group by 1, 2")))
        spreads[score, background] = np.zeros((BACKGROUNDS[background] + 1, STEPS * UNIT + 1), np.int64)
        spreads[score, background][tuple(rows[:, :2].T)] = rows[:, 2]
    return figures(patterns, spreads)

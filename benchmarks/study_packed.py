"""Packed keys: a few histograms of which all tables of the job are margins. What the contestants that pack share.

Two keys hold the backgrounds (450 and 90 cells), one key each dimension's items (base 6). A score is a small number
that stands for a mean; every pair of a background key and a score is counted once: 4 + 10 histograms instead of 62
groupings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from benchmarks.study_job import (
    BACKGROUNDS,
    DIMENSIONS,
    GROUPS,
    OVERALL,
    SCORES,
    STEPS,
    UNIT,
    Figures,
    figures,
    places,
)

SIZES = tuple(tuple(BACKGROUNDS[key] + 1 for key in group) for group in GROUPS)
CELLS = tuple(int(np.prod(sizes)) for sizes in SIZES)
HISTOGRAMS = tuple((score, group) for score in SCORES for group in range(len(GROUPS)))


def looked_up(score: str) -> tuple[Any, Any]:
    """The number of each pattern's score, one byte, and the score in sixtieths of each number."""
    means, numbers = np.unique(places(len(SCORES[score])), return_inverse=True)
    return numbers.ravel().astype(np.uint8), means


def summed(score: str) -> Any:
    """The score in sixtieths of each number `answered * (5k + 1) + sum` of k items, for engines that only add."""
    k = len(SCORES[score])
    answered, total = np.indices((k + 1, STEPS * k + 1))
    return np.where(answered > 0, UNIT * total // np.maximum(answered, 1), 0).clip(max=UNIT * STEPS).ravel()


def figures_of(
    patterns: Mapping[str, Any], histograms: Mapping[tuple[str, int], Any], means: Mapping[str, Any]
) -> Figures:
    """The job's figures from flat counts: of each dimension's patterns, of each background key × score number.

    `means`: the score in sixtieths of each number.
    """
    spreads, full = {}, {}
    for key in DIMENSIONS:
        full[key] = patterns[key].reshape((STEPS + 1,) * len(DIMENSIONS[key]))
    for (score, group), counts in histograms.items():
        table = counts.reshape(*SIZES[group], len(means[score]))
        for axis, background in enumerate(GROUPS[group]):
            margin = table.sum(axis=tuple(other for other in range(len(SIZES[group])) if other != axis))
            spread = np.zeros((STEPS * UNIT + 1, len(margin)), np.int64)
            np.add.at(spread, means[score], margin.T)
            spreads[score, background] = spread.T
    full[OVERALL] = spreads[OVERALL, "q1"].sum(axis=0)[::UNIT]
    return figures(full, spreads)


def flat(keys: Any, counts: Any, size: int) -> Any:
    """Counts at their keys, 0 elsewhere."""
    found = np.zeros(size, np.int64)
    found[np.asarray(keys, np.int64)] = counts
    return found

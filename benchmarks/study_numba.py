"""Numba: one compiled loop over memory-mapped columns of one byte, packed keys, a thread a core; compiled code is kept
between runs, so the measured one does not compile.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np
from benchmarks.study_job import COLUMNS, DIMENSIONS, SCORES, STEPS, Figures, say
from benchmarks.study_packed import CELLS, HISTOGRAMS, figures_of, looked_up

BLOCK = 2**14


def main(path: Path) -> Figures:
    columns = tuple(np.memmap(path / "raw" / f"{key}.u8", np.uint8, "r").view(np.ndarray) for key in COLUMNS)
    tables = {score: looked_up(score) for score in SCORES}
    numbers, means = zip(*tables.values(), strict=True)
    sizes = [len(one) for one in means]
    workers, rows = os.cpu_count() or 1, len(columns[0])

    def part(worker: int) -> list[Any]:
        counts = [np.zeros((STEPS + 1) ** len(items), np.int64) for items in DIMENSIONS.values()]
        counts += [np.zeros(CELLS[group] * len(tables[score][1]), np.int64) for score, group in HISTOGRAMS]
        low, high = rows * worker // workers, rows * (worker + 1) // workers
        kernel(columns, numbers, np.array(sizes), tuple(counts), low, high)
        return counts

    with ThreadPoolExecutor(workers) as pool:
        total = [sum(parts) for parts in zip(*pool.map(part, range(workers)), strict=True)]
    patterns = dict(zip(DIMENSIONS, total, strict=False))
    return figures_of(
        patterns,
        dict(zip(HISTOGRAMS, total[len(patterns) :], strict=True)),
        dict(zip(SCORES, means, strict=True)),
    )


@numba.njit(nogil=True, cache=True, boundscheck=False)
def kernel(c: Any, numbers: Any, sizes: Any, counts: Any, low: int, high: int) -> None:
    a, b = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    for start in range(low, high, BLOCK):
        n = min(BLOCK, high - start)
        for i in range(n):
            r = start + i
            a[i] = ((c[0][r] * 6 + c[1][r]) * 5 + c[2][r]) * 5 + c[3][r]
            b[i] = c[4][r] * 9 + c[5][r]
        for i in range(n):
            r = start + i
            key = (((c[6][r] * 6 + c[7][r]) * 6 + c[8][r]) * 6 + c[9][r]) * 6 + c[10][r]
            counts[0][key] += 1
            counts[4][a[i] * sizes[0] + numbers[0][key]] += 1
            counts[5][b[i] * sizes[0] + numbers[0][key]] += 1
        for i in range(n):
            r = start + i
            key = (c[11][r] * 6 + c[12][r]) * 6 + c[13][r]
            counts[1][key] += 1
            counts[6][a[i] * sizes[1] + numbers[1][key]] += 1
            counts[7][b[i] * sizes[1] + numbers[1][key]] += 1
        for i in range(n):
            r = start + i
            key = ((c[14][r] * 6 + c[15][r]) * 6 + c[16][r]) * 6 + c[17][r]
            counts[2][key] += 1
            counts[8][a[i] * sizes[2] + numbers[2][key]] += 1
            counts[9][b[i] * sizes[2] + numbers[2][key]] += 1
        for i in range(n):
            r = start + i
            key = (c[18][r] * 6 + c[19][r]) * 6 + c[20][r]
            counts[3][key] += 1
            counts[10][a[i] * sizes[3] + numbers[3][key]] += 1
            counts[11][b[i] * sizes[3] + numbers[3][key]] += 1
        for i in range(n):
            r = start + i
            counts[12][a[i] * sizes[4] + c[21][r]] += 1
            counts[13][b[i] * sizes[4] + c[21][r]] += 1


if __name__ == "__main__":
    say(main)

"""The floor: how long this machine needs to touch every byte of the columns once, computing nothing else.

python -m benchmarks.study_floor FOLDER      # seconds as JSON, a thread a core, best of three
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.study_job import COLUMNS

PART = 2**22  # bytes a thread adds up at a time


def best(work: Callable[[], Any], times: int = 3) -> float:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def touched(columns: list[Any], pool: ThreadPoolExecutor) -> int:
    """The sum of all bytes' words: eight bytes an addition, so that reading is all that costs."""
    parts = [column[start : start + PART] for column in columns for start in range(0, len(column), PART)]
    return sum(pool.map(_sum, parts))


def _sum(part: Any) -> int:
    whole = len(part) // 8 * 8
    return int(part[:whole].view(np.uint64).sum()) + int(part[whole:].sum())


def main(path: Path) -> dict[str, float]:
    files = [path / "raw" / f"{key}.u8" for key in COLUMNS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def mapped() -> list[Any]:
            return [np.memmap(file, np.uint8, "r").view(np.ndarray) for file in files]

        found = {"memory-mapped, first touch": best(lambda: touched(mapped(), pool))}
        found["memory-mapped, touched before"] = best(partial(touched, mapped(), pool), 4)
        if sum(file.stat().st_size for file in files) > memory() / 4:
            return found
        found["read with fromfile"] = best(lambda: touched(read(files), pool))
        found["in memory"] = best(partial(touched, read(files), pool))
    return found | parquet(path / "answers.parquet")


def memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def read(files: list[Path]) -> list[Any]:
    return [np.fromfile(file, np.uint8) for file in files]


def parquet(file: Path) -> dict[str, float]:
    """The Parquet file into columns, without looking at them."""
    import pyarrow.parquet

    found = {"Parquet into pyarrow": best(lambda: pyarrow.parquet.read_table(file), 2)}
    if find_spec("polars"):
        import polars

        found["Parquet into polars"] = best(lambda: polars.read_parquet(file), 2)
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))

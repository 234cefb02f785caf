"""A folder's answers as OpenHall's store in the same folder: from the CSV file, beyond ten million rows from the raw
columns, with the same columns.

python -m benchmarks.study_store FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.study_job import COLUMNS

from openhall.engines.columns import VALID, choice, specs_of
from openhall.engines.csv_store import store_of_csv
from openhall.engines.store_writing import append, create
from openhall.surveys.toml_format import read_study

BLOCK = 2**20


def write(path: Path) -> None:
    asked = read_study(path / "study.toml")
    if (path / "answers.csv").exists():
        store_of_csv(path / "answers.csv", asked, path / "store", durable=False)
        return
    specs = {spec.key: spec for spec in specs_of(asked)}
    create(path / "store", [*specs.values(), choice("void", [VALID])])
    append(path / "store", blocks(path, specs), durable=False)


def blocks(path: Path, specs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    columns = {key: np.memmap(path / "raw" / f"{key}.u8", np.uint8, "r") for key in COLUMNS}
    place = {key: np.zeros(256, np.uint8) for key in COLUMNS}
    for key, spec in specs.items():
        place[key][list(spec.codes)] = range(1, len(spec.codes) + 1)
    for start in range(0, len(columns["q1"]), BLOCK):
        block = {key: place[key][column[start : start + BLOCK]] for key, column in columns.items()}
        yield block | {"void": np.ones(len(block["q1"]), np.uint8)}


if __name__ == "__main__":
    write(Path(sys.argv[1]))

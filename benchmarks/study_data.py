"""The answers `make bench` counts: those of `openhall demo`, the same at every run, a block at a time.

    python -m benchmarks.study_data FOLDER ROWS

writes raw/<column>.u8 (one byte a row, 0 = missing, about one answer in 240), answers.parquet (the same bytes), up to
ten million rows answers.csv (missing: empty), and study.toml.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.study_contestants import LARGEST_CSV
from benchmarks.study_job import COLUMNS

TOGETHER = 50  # chunks of answers written at once, a million rows


def blocks(rows: int) -> Iterator[dict[str, Any]]:
    """Columns of uint8."""
    from openhall.demo_size.drawn_answers import chunks
    from openhall.surveys.toml_format import builtin

    asked = builtin()
    assert [question.key for question in asked.questions] == list(COLUMNS)
    made = chunks(asked, rows, offices=4)
    while some := list(islice(made, TOGETHER)):
        codes = np.concatenate([chunk.codes for chunk in some], axis=1)
        codes[0, ~codes.any(axis=0)] = 1  # a sheet without any answer is none: readers leave it out
        yield dict(zip(COLUMNS, codes, strict=True))


def write(folder: Path, rows: int) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    (folder / "raw").mkdir(parents=True, exist_ok=True)
    schema = pa.schema([(key, pa.uint8()) for key in COLUMNS])
    with ExitStack() as open_files:
        raw = {key: open_files.enter_context((folder / "raw" / f"{key}.u8").open("wb")) for key in COLUMNS}
        parquet = open_files.enter_context(pa.parquet.ParquetWriter(folder / "answers.parquet", schema))
        text = None
        if rows <= LARGEST_CSV:
            text = open_files.enter_context(pa.csv.CSVWriter(folder / "answers.csv", schema))
        for block in blocks(rows):
            for key, column in block.items():
                raw[key].write(memoryview(column))
            parquet.write_table(pa.table(block, schema=schema))
            if text:
                text.write_table(
                    pa.table({k: pa.array(v, mask=v == 0) for k, v in block.items()}, schema=schema)
                )
    (folder / "study.toml").write_text(study(), "utf-8")


def study() -> str:
    """The study's questionnaire with every question optional, so that no sheet is void, and without its offices."""
    from openhall.surveys.toml_format import builtin, write_toml

    asked = builtin()
    sections = tuple(
        replace(section, questions=tuple(replace(question, required=False) for question in section.questions))
        for section in asked.sections
    )
    return write_toml(replace(asked, sections=sections, fieldwork=None))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))

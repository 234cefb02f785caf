"""DuckDB: one statement with GROUPING SETS of the packed keys, over the Parquet file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
from benchmarks import study_sql
from benchmarks.study_job import Figures, say
from benchmarks.study_packed import flat


def main(path: Path) -> Figures:
    keys, sizes, means = study_sql.keys()
    names = [f"k{number}" for number in range(len(keys))]
    columns = ", ".join(f"{key} as {name}" for key, name in zip(keys, names, strict=True))
    asked = f"""
        select grouping_id({", ".join(names)}) as which, coalesce({", ".join(names)}) as k, count(*) as n
        from (select {columns} from '{path / "answers.parquet"}')
        group by grouping sets ({", ".join(f"({name})" for name in names)})"""
    with duckdb.connect() as database:
        found = database.execute(asked).fetchnumpy()
    counts = []
    for number, size in enumerate(sizes):
        mine = np.asarray(found["which"]) == (1 << len(names)) - 1 - (1 << (len(names) - 1 - number))
        counts.append(flat(found["k"][mine], found["n"][mine], size))
    return study_sql.unpacked(counts, means)


if __name__ == "__main__":
    say(main)

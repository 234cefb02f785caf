"""DuckDB: a query for each of 14 packed keys, over a view of the Parquet file."""

from __future__ import annotations

from pathlib import Path

import duckdb
from benchmarks import study_sql
from benchmarks.study_job import Figures, say


def main(path: Path) -> Figures:
    with duckdb.connect() as database:
        database.execute(f"create view answers as select * from '{path / 'answers.parquet'}'")
        return study_sql.by_keys(lambda asked: database.execute(asked).fetchall(), "answers")


if __name__ == "__main__":
    say(main)

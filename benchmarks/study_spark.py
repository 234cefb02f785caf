"""Spark on this machine alone, through ibis: a query for each of 14 packed keys, over the Parquet file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import ibis
from benchmarks import study_sql
from benchmarks.study_job import Figures, say
from pyspark.sql import SparkSession


def main(path: Path) -> Figures:
    cores = os.cpu_count() or 1
    session = (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", cores)
        .getOrCreate()
    )
    database = ibis.pyspark.connect(session)
    database.read_parquet(str(path / "answers.parquet"), table_name="answers")

    def ask(statement: str) -> list[tuple[Any, ...]]:
        found = database.sql(statement, dialect="spark").to_pyarrow()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    return study_sql.by_keys(ask, "answers", "int")


if __name__ == "__main__":
    say(main)

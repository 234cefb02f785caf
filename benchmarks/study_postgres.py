"""PostgreSQL: 14 small statements of packed keys on a table of smallints; only the counts leave the server.

The server's address is in the environment (OPENHALL_BENCH_POSTGRES). `load` fills a table of its own for each folder
beforehand and is not measured.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg
from benchmarks import study_sql
from benchmarks.study_job import COLUMNS, Figures, say


def main(path: Path) -> Figures:
    with psycopg.connect(os.environ["OPENHALL_BENCH_POSTGRES"]) as database:
        return study_sql.by_keys(lambda asked: database.execute(asked).fetchall(), table_of(path))


def table_of(path: Path) -> str:
    return f"answers_{path.name}"


def load(path: Path) -> None:
    table, columns = table_of(path), ", ".join(f"{key} smallint" for key in COLUMNS)
    filled = ", ".join(f"coalesce({key}, 0::smallint) as {key}" for key in COLUMNS)
    with psycopg.connect(os.environ["OPENHALL_BENCH_POSTGRES"], autocommit=True) as database:
        database.execute(f"drop table if exists {table}")
        with database.transaction():
            database.execute(f"create temporary table arriving ({columns}) on commit drop")
            with (
                (path / "answers.csv").open("rb") as file,
                database.cursor().copy("copy arriving from stdin csv header") as copy,
            ):
                while part := file.read(2**20):
                    copy.write(part)
            database.execute(f"create table {table} as select {filled} from arriving")
        database.execute(f"vacuum analyze {table}")


if __name__ == "__main__":
    if sys.argv[2:] == ["load"]:
        load(Path(sys.argv[1]))
    else:
        say(main)

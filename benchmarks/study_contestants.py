"""Who takes part in `make bench`, up to which size, and what each needs to be here."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

ALL = 10**8
LARGEST_CSV = 10**7  # beyond, nobody reads text


@dataclass(frozen=True)
class Contestant:
    """`largest` number of rows as it stands, `longest` with --long. `modules` and `programs` must be found."""

    key: str
    name: str
    largest: int
    longest: int
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    def missing(self) -> str:
        """What is not here, or nothing."""
        lacking = [name for name in self.modules if not there(name)]
        return ", ".join([*lacking, *(name for name in self.programs if not shutil.which(name))])

    def command(self, folder: Path, out: Path) -> list[str]:
        """What is run, from start to figures as JSON."""
        if self.key == "analyse":
            from benchmarks.study_analyse import command

            return command(folder, out)
        return [sys.executable, "-m", f"benchmarks.study_{self.key}", str(folder)]


@cache
def there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


ANALYSE, STUDY, NUMPY = (
    "analyse",
    "openhall",
    "numpy",
)  # the two of OpenHall, and whose figures are the measure
CONTESTANTS = (
    Contestant(ANALYSE, "openhall analyse, all of chapter 4", ALL, ALL, ("openhall.engines.store",)),
    Contestant(STUDY, "OpenHall, the job alone", ALL, ALL, ("openhall.engines.store",)),
    Contestant(NUMPY, "NumPy, packed keys, raw columns", ALL, ALL),
    Contestant("numba", "Numba, one compiled loop, raw columns", ALL, ALL, ("numba",)),
    Contestant("polars_packed", "polars, packed keys, streaming scan", ALL, ALL, ("polars",)),
    Contestant("polars", "polars, a query per table", 10**7, 10**7, ("polars",)),
    Contestant("duckdb_packed", "DuckDB, packed keys", ALL, ALL, ("duckdb",)),
    Contestant("duckdb_sets", "DuckDB, GROUPING SETS of packed keys", 10**7, 10**7, ("duckdb",)),
    Contestant("duckdb", "DuckDB, a query per table", 10**7, 10**7, ("duckdb",)),
    Contestant("r", "R, tables first", 10**6, 10**7, programs=("Rscript",)),
    Contestant("postgres", "PostgreSQL push-down, packed keys", 10**6, 10**7, ("psycopg",)),
    Contestant("pandas", "pandas, one table after another", 10**6, 10**7, ("pandas",)),
    Contestant("pingouin", "pandas + pingouin", 10**6, 10**7, ("pandas", "pingouin")),
    Contestant("pspp", "PSPP", 10**5, 10**6, programs=("pspp",)),
)
SPARK = Contestant("spark", "Spark through ibis", 10**6, 10**7, ("ibis", "pyspark"), ("java",))
BY_KEY = {one.key: one for one in (*CONTESTANTS, SPARK)}
LIBRARIES = (
    "openhall",
    "numpy",
    "scipy",
    "pandas",
    "pingouin",
    "polars",
    "duckdb",
    "numba",
    "pyarrow",
    "psycopg",
)


def versions() -> list[str]:
    """Name and version of each library that is here."""
    return [f"{name} {metadata.version(name)}" for name in LIBRARIES if there(name)]

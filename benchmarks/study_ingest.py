"""From CSV to columns: polars and pyarrow reading the file as narrow integers, beside OpenHall making a store of it.

python -m benchmarks.study_ingest openhall|polars|pyarrow FOLDER     # prints the number of rows
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path

from benchmarks.study_job import COLUMNS

INTO_STORE = "openhall extract, CSV → store"
READERS = {"openhall": INTO_STORE, "polars": "polars, CSV → memory", "pyarrow": "pyarrow, CSV → memory"}


def missing(reader: str) -> bool:
    return find_spec("openhall.cli_extract" if reader == "openhall" else reader) is None


def command(reader: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.study_ingest", reader, str(folder)]


def polars(folder: Path) -> int:
    import polars as pl

    return pl.read_csv(folder / "answers.csv", schema=dict.fromkeys(COLUMNS, pl.UInt8)).height


def pyarrow(folder: Path) -> int:
    import pyarrow as pa
    import pyarrow.csv

    types = pa.csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.uint8()))
    return pa.csv.read_csv(folder / "answers.csv", convert_options=types).num_rows


def openhall(folder: Path) -> int:
    """`openhall extract`, the store on disk for good."""
    from openhall.cli_extract import main
    from openhall.engines.store import Store

    with tempfile.TemporaryDirectory(dir=folder) as inside, redirect_stdout(None):
        out, study = Path(inside) / "store", folder / "study.toml"
        given = [str(folder / "answers.csv"), "--study", str(study), "--out", str(out), "--quiet"]
        if main(given):
            raise SystemExit("openhall extract failed")
        return Store.open(out).rows


if __name__ == "__main__":
    print({"openhall": openhall, "polars": polars, "pyarrow": pyarrow}[sys.argv[1]](Path(sys.argv[2])))

"""Data files as columns of text: .csv, .tsv, .xlsx, .sav and .parquet all become one `Grid`. What the columns
mean is not decided here (`sheets`).
"""

from __future__ import annotations

import csv
import io
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.surveys.files import LIMIT, MOST_CELLS, UNPACKED_LIMIT, check_workbook, decode_text, read_bytes

MOST_ROWS = 1_000_000
MOST_COLUMNS = 2000
LONGEST_CELL = 32_767  # characters; what a spreadsheet allows
SHOWN = 50  # problems named one by one; of the others only the number is told


@dataclass(frozen=True, slots=True)
class Grid:
    """`columns[j][i]` is the text of row i under `header[j]`; `rows[i]` the row's number in the file (header:
    1).
    """

    header: Sequence[str]
    columns: Sequence[Sequence[str]]
    rows: Sequence[int]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of .sav: column -> code -> label
    notes: tuple[Problem, ...] = ()


def read_grid(source: Path | bytes, *, name: str, limit: int = LIMIT) -> Grid:
    """The table of a data file; the ending of `name` decides the format. BadInput with row and column."""
    ending = Path(name).suffix.lower()
    if ending not in _READERS:
        cure = N_("Send a file ending in {endings}.")
        values = {"file": name, "ending": ending or name, "endings": list(_READERS)}
        raise BadInput(
            Problem(N_("File {file}"), N_("“{ending}” is no known kind of data file."), cure, values)
        )
    return _READERS[ending](read_bytes(source, name=name, limit=limit), name)


def _csv(data: bytes, name: str) -> Grid:
    text = decode_text(data, name=name)
    delimiter, text = delimiter_of(text, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return grid_of(list(_counted(reader, name)), name)
    except csv.Error as error:
        cure = N_("Check the quotation marks there.")
        values = {"file": name, "line": reader.line_num, "error": str(error)}
        raise BadInput(
            Problem(N_("File {file}"), N_("line {line} is not CSV ({error})."), cure, values)
        ) from None


def _counted(rows: Iterable[list[str]], name: str) -> Iterator[list[str]]:
    """The rows as they come, stopping before there are too many to hold."""
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if number > MOST_ROWS + 1 or cells > MOST_CELLS:
            raise _too_many(number - 1, len(row), name)
        yield row


def delimiter_of(text: str, name: str) -> tuple[str, str]:
    """The character between cells, judged by the first line, and the text without a `sep=;` line."""
    first, _, rest = text.partition("\n")
    first = first.strip("\r")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], rest
    if name.lower().endswith(".tsv"):
        return "\t", text
    return max(",;\t", key=first.count), text


def _xlsx(data: bytes, name: str) -> Grid:
    from openhall.surveys.workbooks import read_rows  # only when needed: so does its reader of XML

    package = check_workbook(data, name=name)
    rows, notes = read_rows(
        data, name=name, package=package, prefer=("sheets", "data"), most=(MOST_ROWS, MOST_COLUMNS)
    )
    width = len(next(filter(None, rows), []))  # the header's; a row's last empty cells are not stored
    return grid_of(
        [[cell_text(cell) for cell in row] + [""] * (width - len(row)) for row in rows], name, notes
    )


def _sav(data: bytes, name: str) -> Grid:
    import pyreadstat  # only when needed: it takes a while to load

    with tempfile.TemporaryDirectory(prefix="openhall-") as folder:
        path = Path(folder) / "data.sav"
        path.write_bytes(data)
        try:
            found, meta = pyreadstat.read_sav(path, output_format="dict", row_limit=MOST_ROWS + 1)
        except Exception:  # pyreadstat raises half a dozen unrelated kinds, its C library's own among them
            raise _damaged(name, "SPSS (.sav)") from None
    header = list(found)
    columns = [[cell_text(cell) for cell in found[column]] for column in header]
    labels = {
        column: {cell_text(code): str(label) for code, label in labels.items()}
        for column, labels in meta.variable_value_labels.items()
    }
    count = len(columns[0]) if columns else 0
    _check_extent(count, len(header), name)
    return Grid(header, columns, range(2, count + 2), labels)


def _parquet(data: bytes, name: str) -> Grid:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pa.BufferReader(data)
        meta, schema = pq.read_metadata(source), pq.read_schema(pa.BufferReader(data))
        size = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
        _check_extent(meta.num_rows, meta.num_columns, name)
        if size > UNPACKED_LIMIT:
            raise _damaged(name, "Parquet")
        words = [column.name for column in schema if pa.types.is_string(column.type)]
        table = pq.ParquetFile(pa.BufferReader(data), read_dictionary=words).read()
        columns = [_arrow_texts(column) for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError):
        raise _damaged(name, "Parquet") from None
    return Grid(table.column_names, columns, range(2, table.num_rows + 2))


def _arrow_texts(column: Any) -> list[str]:
    texts: list[str] = []
    for chunk in column.chunks:
        if hasattr(chunk, "dictionary"):  # the words once, not once a row: a long one repeated is a bomb
            words = [cell_text(word) for word in chunk.dictionary.to_pylist()]
            texts += ["" if place is None else words[place] for place in chunk.indices.to_pylist()]
        else:
            texts += [cell_text(cell) for cell in chunk.to_pylist()]
    return texts


_READERS: dict[str, Callable[[bytes, str], Grid]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".txt": _csv,
    ".xlsx": _xlsx,
    ".sav": _sav,
    ".zsav": _sav,
    ".parquet": _parquet,
}


def cell_text(cell: Any) -> str:
    """What a typed cell says as text: 3.0 is "3", nothing and not-a-number are "", a list [1, 3] is "1|3".

    >>> [cell_text(cell) for cell in (3.0, 2.5, None, float("nan"), True, date(2018, 6, 30), [1, 3])]
    ['3', '2.5', '', '', '1', '2018-06-30', '1|3']
    """
    if isinstance(cell, str):
        return cell
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float):
        whole = math.isfinite(cell) and cell.is_integer() and abs(cell) < 1e15
        return str(int(cell)) if whole else repr(float(cell))
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, date):
        return cell.isoformat()
    return "|".join(map(cell_text, cell)) if isinstance(cell, list) else str(cell)


def grid_of(rows: Sequence[Sequence[str]], name: str, notes: tuple[Problem, ...] = ()) -> Grid:
    """Rows as columns, checked to be of one length; rows without any text are left out."""
    full = [(number, row) for number, row in enumerate(rows, 1) if any(map(str.strip, row))]
    if not full:
        raise BadInput(Problem(N_("File {file}"), N_("the file has no rows."), "", {"file": name}))
    header, body = full[0][1], full[1:]
    width = max((place for place, title in enumerate(header, 1) if title.strip()), default=0)
    _check_extent(len(body), width, name)
    refuse(list(_ragged(body, width)), name)
    rows_ = [list(row[:width]) + [""] * (width - len(row)) for _, row in body]
    columns = list(zip(*rows_, strict=True)) if rows_ else [()] * width
    return Grid(header[:width], columns, [number for number, _ in body], {}, notes)


def _ragged(body: Sequence[tuple[int, Sequence[str]]], width: int) -> Iterator[Problem]:
    for number, row in body:
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            values = {"row": number, "cells": len(row), "width": width}
            message = N_("the row has {cells} cells, the header {width}.")
            yield Problem(N_("Row {row}"), message, N_("Check for a missing or extra separator."), values)
        for place, cell in enumerate(row, 1):
            if len(cell) > LONGEST_CELL:
                values = {"row": number, "column": place, "most": LONGEST_CELL}
                yield Problem(
                    N_("Row {row}, column {column}"),
                    N_("the cell is longer than {most} characters."),
                    "",
                    values,
                )


def _check_extent(rows: int, columns: int, name: str) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise _too_many(rows, columns, name)


def _too_many(rows: int, columns: int, name: str) -> BadInput:
    values = {
        "file": name,
        "rows": rows,
        "columns": columns,
        "most_rows": MOST_ROWS,
        "most_cells": MOST_CELLS,
    }
    message = N_(
        "{rows} rows and {columns} columns are too many; {most_rows} rows or {most_cells} cells fit."
    )
    return BadInput(Problem(N_("File {file}"), message, N_("Send it in parts."), values))


def refuse(problems: Sequence[Problem], name: str, count: int | None = None) -> None:
    """BadInput with the first problems and the number of all, if there are any."""
    if problems:
        raise BadInput(
            N_("{file} cannot be used, nothing of it has been kept. Problems: {count}."),
            problems=problems[:SHOWN],
            file=name,
            count=count or len(problems),
        )


def _damaged(name: str, kind: str) -> BadInput:
    cure = N_("Save it again from the program it comes from.")
    values = {"file": name, "kind": kind}
    return BadInput(
        Problem(N_("File {file}"), N_("this is not a {kind} file, or a damaged one."), cure, values)
    )

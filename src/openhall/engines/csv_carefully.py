"""The careful way to the sheets in a piece of a CSV file: row by row, by `surveys.sheets` itself, which names
every problem with its row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from openhall.engines.columns import encode
from openhall.engines.csv_header import DAY, OFFICE, Found, Header, day_of, seconds_of
from openhall.engines.csv_pieces import CsvFile, Piece
from openhall.engines.store_files import Columns
from openhall.errors import N_, BadInput, Problem
from openhall.surveys import sheets
from openhall.surveys.grids import Grid, grid_of

AT_ONCE = 100_000  # rows
Rows = Sequence[Sequence[str]]


def parts(piece: Piece, file: CsvFile) -> Iterator[tuple[Rows, int]]:
    """Some rows at a time, and the number of the first one. BadInput names the line where a piece is no text or
    no CSV."""
    try:
        text = piece.data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = piece.row + piece.data.count(b"\n", 0, error.start)
        message = N_("line {line} is not readable as {encoding}.")
        cure = N_("Save the file as UTF-8 and send it again.")
        values = {"line": line, "encoding": "UTF-8", "file": file.name}
        raise BadInput(Problem(N_("File {file}"), message, cure, values)) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=file.delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        message, cure = N_("line {line} is not CSV ({error})."), N_("Check the quotation marks there.")
        values = {"file": file.name, "line": piece.row + reader.line_num - 1, "error": str(error)}
        raise BadInput(Problem(N_("File {file}"), message, cure, values)) from None
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        if any(any(map(str.strip, row)) for row in part):
            yield part, piece.row + start


def sheets_of(rows: Rows, first: int, header: Header) -> Found:
    """What the rows mean; `first` is the number of the first one. BadInput with the problems and their
    number."""
    grid = _grid(rows, first, header)
    read = sheets.Reading(grid, header.questionnaire, header.name).sheets(())
    columns: Columns = header.nothing(len(read)) | encode(header.questionnaire, read.answers)
    if read.offices:
        columns[OFFICE.key] = np.array([header.office(name or None) for name in read.offices], OFFICE.dtype)
    if read.dates:
        columns[DAY.key] = np.array([day_of(day or None) for day in read.dates], DAY.dtype)
    seconds = np.array([seconds_of(one) for one in read.seconds]) if read.seconds else None
    serials = pa.chunked_array([pa.array(list(read.serials), pa.string())])
    return Found(columns, seconds, None if header.places["serial"] is None else serials)


def _grid(rows: Rows, first: int, header: Header) -> Grid:
    """The rows below the header, with their numbers in the file."""
    above = first - 2  # the numbers begin with 2, below the header
    try:
        grid = grid_of([header.titles, *rows], header.name)
    except BadInput as error:
        problems = [_moved(one, above) for one in error.problems]
        raise BadInput(error.template, problems=problems, **error.values) from None
    return replace(grid, rows=[row + above for row in grid.rows])


def _moved(problem: Problem, above: int) -> Problem:
    values = problem.values
    return replace(problem, values={**values, "row": values["row"] + above}) if "row" in values else problem

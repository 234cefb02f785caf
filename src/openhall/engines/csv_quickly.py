"""The usual way to the sheets in a piece of a CSV file: whole columns at a time. Anything unusual is left to
`csv_carefully`, which names every problem with its row and column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from openhall.engines.csv_cells import Texts, Unusual
from openhall.engines.csv_header import DAY, OFFICE, Found, Header, day_of, missing, seconds_of
from openhall.engines.csv_pieces import CsvFile, Piece
from openhall.engines.store_files import Columns
from openhall.surveys import sheets

CHUNK = 1 << 20  # bytes taken apart at a time; few enough for the processor's cache
ABOUT = {"office": sheets.NAME, "date": sheets.DATE, "seconds": sheets.SECONDS}


class Quickly:
    """How the pieces of one file are read."""

    def __init__(self, file: CsvFile, header: Header) -> None:
        self.file, self.header = file, header
        self.titles = [str(place) for place in range(len(file.header))]
        wanted = [place for answers in header.answers for place in answers.places]
        wanted += [place for key, place in header.places.items() if place is not None and key != "channel"]
        self.beyond = self.titles[len(header.titles) :]  # columns without a title, where nothing may stand
        self.wanted = [*(str(place) for place in dict.fromkeys(wanted)), *self.beyond]
        self.texts = {key: Texts(kind, {}) for key, kind in ABOUT.items()}

    def table(self, piece: Piece) -> pa.Table:
        """The columns needed as texts, each called by its place. pa.ArrowInvalid where the rows are not of one
        length or no UTF-8. Several pieces may be taken at once."""
        parsing = pyarrow.csv.ParseOptions(
            delimiter=self.file.delimiter, newlines_in_values=b'"' in piece.data, double_quote=True
        )
        texts = pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(self.wanted, pa.string()),
            include_columns=self.wanted,
            null_values=[],
            strings_can_be_null=False,
            check_utf8=not piece.data.isascii(),
        )
        header = pyarrow.csv.ReadOptions(column_names=self.titles, use_threads=False, block_size=CHUNK)
        return pyarrow.csv.read_csv(pa.py_buffer(piece.data), header, parsing, texts)

    def sheets(self, table: pa.Table) -> Found:
        """What the rows mean. Unusual where a cell is not to be understood."""
        columns = self.header.nothing(table.num_rows)
        if (texts := self._about(table, "office")) is not None:
            columns[OFFICE.key] = self.texts["office"].numbers(texts, self.header.office, OFFICE.dtype)
        if (texts := self._about(table, "date")) is not None:
            columns[DAY.key] = self.texts["date"].numbers(texts, day_of, DAY.dtype)
        for answers in self.header.answers:
            columns |= answers.read(table)
        for title in self.beyond:
            if any(map(str.strip, pc.unique(table.column(title)).to_pylist())):
                raise Unusual
        found = Found(columns, self._seconds(table), self._about(table, "serial"))
        blank = self._blank(table, columns)
        return _without(found, blank) if blank.any() else found

    def _about(self, table: pa.Table, about: str) -> pa.ChunkedArray | None:
        place = self.header.places[about]
        return None if place is None else table.column(str(place))

    def _seconds(self, table: pa.Table) -> NDArray[np.float64] | None:
        texts = self._about(table, "seconds")
        if texts is None:
            return None
        return np.asarray(self.texts["seconds"].numbers(texts, seconds_of, "<f8"), np.float64)

    def _blank(self, table: pa.Table, columns: Columns) -> NDArray[np.bool_]:
        """Rows without any text at all, which are no sheets."""
        blank = np.ones(table.num_rows, dtype=bool)
        for question in self.header.questionnaire.questions:
            blank &= missing(question, columns)
            if not blank.any():
                return blank
        rows = np.flatnonzero(blank)
        cells = zip(*(column.to_pylist() for column in table.take(pa.array(rows)).columns), strict=True)
        blank[rows] = [not any(map(str.strip, row)) for row in cells]
        if blank.any() and table.num_columns < len(self.titles):
            raise Unusual  # there may be text in the columns that are not read
        return blank


def _without(found: Found, blank: NDArray[np.bool_]) -> Found:
    there = ~blank
    return Found(
        {key: column[there] for key, column in found.columns.items()},
        None if found.seconds is None else found.seconds[there],
        None if found.serials is None else found.serials.filter(pa.array(there)),
    )

"""Returned sheets in a CSV file of any size as blocks of columns, with the meaning `surveys.sheets` gives to
every cell: piece by piece, quickly where everything is as usual, carefully where not. Seed 4.1."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from openhall.engines import csv_carefully
from openhall.engines.columns import Spec
from openhall.engines.csv_cells import Unusual
from openhall.engines.csv_header import REASONS, Found, Header, void_of
from openhall.engines.csv_pieces import CsvFile, Piece
from openhall.engines.csv_quickly import Quickly
from openhall.engines.csv_serials import Serials
from openhall.errors import N_, BadInput, Problem
from openhall.stats.blocks import Block
from openhall.stats.cells import Watch, unwatched
from openhall.surveys.grids import SHOWN, refuse
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.validity import Limits, Rule

AHEAD = 2  # pieces taken apart while one is understood


@dataclass
class Reading:
    """A file being read. `blocks()` gives the columns; what was found on the way stands in the other
    attributes when they are at their end."""

    file: CsvFile
    questionnaire: Questionnaire
    watch: Watch = unwatched
    reasons: Counter[str] = field(default_factory=Counter)  # rule -> sheets that break it
    too_fast: int = 0  # valid sheets
    problems: list[Problem] = field(default_factory=list)
    count: int = 0  # of the problems

    def __post_init__(self) -> None:
        self.header = Header(self.file.header, self.questionnaire, self.file.name)
        self.quickly = Quickly(self.file, self.header)
        self.serials = Serials()

    @property
    def specs(self) -> tuple[Spec, ...]:
        """The columns of the blocks."""
        return self.header.specs

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What was left out or left blank."""
        return self.header.notes

    @property
    def offices(self) -> list[str]:
        """The codes of the column `office`, as far as the file was read."""
        return self.header.offices

    def blocks(self) -> Iterator[Block]:
        """Every sheet of the file. BadInput at the end with the first 50 problems and their number; after the
        first one nothing more is given."""
        rows = 0
        for piece, table in self._ahead():
            for block in self._read(piece, table):
                rows += len(block["void"])
                if not self.problems:
                    self._tell(block)
                    yield block
            self.watch(piece.read, self.file.size)
        if not rows and not self.problems:
            self._wrong([Problem("", N_("there are no sheets below the header."), "")], 1)
        if not self.problems and self.serials.twice():
            self._wrong(*self.serials.problems(self._serial_texts()))
        refuse(self.problems, self.file.name, self.count)

    def _ahead(self) -> Iterator[tuple[Piece, Future[pa.Table]]]:
        """The pieces, and their tables of texts; the next ones are made while one is used."""
        waiting: deque[tuple[Piece, Future[pa.Table]]] = deque()
        with ThreadPoolExecutor(AHEAD) as beside:
            for piece in self.file.pieces():
                waiting.append((piece, beside.submit(self.quickly.table, piece)))
                if len(waiting) > AHEAD:
                    yield waiting.popleft()
            yield from waiting

    def _read(self, piece: Piece, table: Future[pa.Table]) -> Iterable[Block]:
        try:
            return [self._block(self.quickly.sheets(table.result()))]
        except (Unusual, pa.ArrowException):
            return self._carefully(piece)

    def _carefully(self, piece: Piece) -> Iterator[Block]:
        for rows, first in csv_carefully.parts(piece, self.file):
            try:
                found = csv_carefully.sheets_of(rows, first, self.header)
            except BadInput as error:
                self._wrong(error.problems, int(error.values.get("count", len(error.problems))))
            else:
                yield self._block(found)

    def _block(self, found: Found) -> Block:
        """The columns with the verdict. pa.ArrowInvalid where a serial is blank."""
        if found.serials is not None:
            self.serials.add(found.serials)
        void, twice = void_of(self.questionnaire, found.columns)
        self.reasons[Rule.BLANK.value] += twice  # sheets with both count for both
        if found.seconds is not None:
            self.too_fast += int(((found.seconds < Limits().minimum_seconds) & (void == 1)).sum())
        return {**found.columns, "void": void}

    def _tell(self, block: Block) -> None:
        void = np.bincount(block["void"], minlength=len(REASONS) + 1)
        for place, rule in enumerate(REASONS[1:], 2):
            self.reasons[rule] += int(void[place])

    def _wrong(self, problems: Sequence[Problem], count: int) -> None:
        self.problems = [*self.problems, *problems][:SHOWN]
        self.count += count

    def _serial_texts(self) -> Iterator[tuple[int, list[str]]]:
        """The number of the first row of each piece, and its serials; to name the ones that stand twice."""
        place = self.header.places["serial"]
        assert place is not None
        for piece in self.file.pieces():
            text = io.StringIO(piece.data.decode("utf-8", "replace"), newline="")
            rows = csv.reader(text, delimiter=self.file.delimiter)
            yield piece.row, [row[place].strip() if len(row) > place else "" for row in rows]

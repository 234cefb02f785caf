"""Returned sheets in a CSV file of any size as blocks of columns, with the meaning `surveys.sheets` gives to
every cell. Seed 4.1.

A cell of one character, which nearly all are, is looked up by its byte; other texts are understood once each.
A piece of the file with anything unusual in it is read again by `surveys.sheets` itself, which names every
problem with its row and column.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from openhall.engines.columns import (
    CHOICES,
    VALID,
    Spec,
    Type,
    choice,
    encode,
    encoded,
    none_of,
    several_of,
    specs_of,
)
from openhall.engines.csv_pieces import CsvFile, Piece
from openhall.engines.csv_serials import Serials
from openhall.engines.store_writing import Columns
from openhall.errors import N_, BadInput, Problem
from openhall.stats.blocks import Block
from openhall.stats.cells import Watch, unwatched
from openhall.surveys import sheets
from openhall.surveys.checking import fold
from openhall.surveys.grids import SHOWN, Grid, grid_of, refuse
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire
from openhall.surveys.validity import Limits, Rule

REASONS = (VALID, Rule.BLANK.value, Rule.DOUBLE_MARK.value)
ABOUT = (Spec("office", Type.CHOICE, "<u2"), Spec("day", Type.DAY, "<i4"), choice("void", REASONS))
AT_ONCE = 100_000  # rows read by `surveys.sheets` at a time


class _Unusual(Exception):
    """This piece is for `surveys.sheets`."""


@dataclass
class Reading:
    """A file being read. `blocks()` gives the columns; what was found on the way stands in the other
    attributes when they are at their end."""

    file: CsvFile
    questionnaire: Questionnaire
    watch: Watch = unwatched
    offices: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)  # rule -> sheets that break it
    too_fast: int = 0  # valid sheets
    problems: list[Problem] = field(default_factory=list)
    count: int = 0  # of the problems

    def __post_init__(self) -> None:
        self.header = _trimmed(self.file.header)
        told = sheets.Reading(
            Grid(self.header, [()] * len(self.header), ()), self.questionnaire, self.file.name
        )
        self.readers: list[_Reader] = []
        for question in self.questionnaire.questions:
            told._question(question)
            self.readers.append(self._reader(told, question))
        self.places = {about: told._find(names) for about, names in sheets.ABOUT.items()}
        refuse([problem for _, problem in told.problems], self.file.name, told.count)
        told._note_unknown()
        self.notes = tuple(told.notes)
        self.serials = Serials()
        self._office: dict[str, int] = {}
        self._texts = {
            about: _Texts(_about_question(about), {})
            for about, place in self.places.items()
            if place is not None and about in ("office", "date", "seconds")
        }

    @property
    def specs(self) -> tuple[Spec, ...]:
        """The columns of the blocks."""
        return (*ABOUT, *specs_of(self.questionnaire))

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

    def _tell(self, block: Block) -> None:
        void = np.bincount(block["void"], minlength=len(REASONS) + 1)
        for place, rule in enumerate(REASONS[1:], 2):
            self.reasons[rule] += int(void[place])

    def _wrong(self, problems: Sequence[Problem], count: int) -> None:
        self.problems = [*self.problems, *problems][:SHOWN]
        self.count += count

    # ---- the usual way

    def _ahead(self) -> Iterator[tuple[Piece, pa.Table | None]]:
        """The pieces as tables of texts; the next one is made while one is used."""
        pieces = self.file.pieces()

        def one() -> tuple[Piece, pa.Table | None] | None:
            piece = next(pieces, None)
            return None if piece is None else (piece, self._table(piece))

        with ThreadPoolExecutor(1) as beside:
            ahead = beside.submit(one)
            while (found := ahead.result()) is not None:
                ahead = beside.submit(one)
                yield found

    def _read(self, piece: Piece, table: pa.Table | None) -> list[Block]:
        try:
            return [self._quickly(table)]
        except (_Unusual, pa.ArrowException):
            return list(self._carefully(piece))

    def _quickly(self, table: pa.Table | None) -> Block:
        if table is None:
            raise _Unusual
        rows = table.num_rows
        found: Columns = {"office": self._offices(table, rows), "day": self._days(table, rows)}
        blank = np.ones(rows, dtype=bool)  # rows without any text at all are no sheets
        for about in ("serial", "office"):
            if (place := self.places[about]) is not None:
                blank &= _lengths(table.column(str(place))) == 0
        for reader in self.readers:
            found |= reader.read(table, rows)
        for question in self.questionnaire.questions:
            blank &= _missing(question, found)
        seconds, there = self._seconds(table), ~blank
        serials = None if (place := self.places["serial"]) is None else table.column(str(place))
        if blank.any():
            if table.num_columns < len(self.header):  # there may be text in the columns that are not read
                raise _Unusual
            found = {key: column[there] for key, column in found.items()}
            seconds = None if seconds is None else seconds[there]
            serials = None if serials is None else serials.filter(pa.array(there))
            rows = int(there.sum())
        if serials is not None:
            self.serials.add(serials)
        found["void"], twice = void_of(self.questionnaire, found, rows)
        self._count_fast(seconds, found["void"])
        self.reasons[Rule.BLANK.value] += twice  # sheets with both count for both
        return found

    def _table(self, piece: Piece) -> pa.Table | None:
        """The columns needed as texts; None where the rows are not of one length or no UTF-8."""
        wanted = [place for reader in self.readers for place in reader.places]
        wanted += [place for about, place in self.places.items() if place is not None and about != "channel"]
        names = [str(place) for place in range(len(self.file.header))]
        parsing = pyarrow.csv.ParseOptions(
            delimiter=self.file.delimiter, newlines_in_values=b'"' in piece.data, double_quote=True
        )
        texts = pyarrow.csv.ConvertOptions(
            column_types={str(place): pa.string() for place in wanted},
            include_columns=[str(place) for place in dict.fromkeys(wanted)],
            null_values=[],
            strings_can_be_null=False,
        )
        header = pyarrow.csv.ReadOptions(column_names=names)
        try:
            return pyarrow.csv.read_csv(pa.py_buffer(piece.data), header, parsing, texts)
        except pa.ArrowException:
            return None

    def _reader(self, told: Any, question: Question) -> _Reader:
        specs = _specs_by_question(self.questionnaire)[question.key]
        alone = [other.name for other in self.questionnaire].count(question.name) == 1
        place = told._find((question.key, question.name if alone else ""))
        if place is not None:
            return _Reader(question, specs, (place,), False)
        boxes = [told._find((f"{question.key}_{option.value}",)) for option in question.options]
        if question.kind is Kind.MULTIPLE and None not in boxes:
            return _Reader(question, specs, tuple(one for one in boxes if one is not None), True)
        return _Reader(question, specs, (), False)

    def _offices(self, table: pa.Table, rows: int) -> NDArray[Any]:
        texts = self._texts.get("office")
        if texts is None:
            return np.zeros(rows, "<u2")
        return texts.numbers(table.column(str(self.places["office"])), self._office_place, "<u2")

    def _office_place(self, answer: Answer) -> int:
        """0 for none; a new office takes the next place."""
        if answer is None:
            return 0
        name = str(answer)
        if name not in self._office:
            self.offices.append(name)
            self._office[name] = len(self.offices)
        return self._office[name]

    def _days(self, table: pa.Table, rows: int) -> NDArray[Any]:
        texts = self._texts.get("date")
        if texts is None:
            return np.full(rows, none_of(ABOUT[1]), "<i4")
        one = Question(key="day", kind=Kind.DATE, text={})
        return texts.numbers(table.column(str(self.places["date"])), _number(one, ABOUT[1]), "<i4")

    def _seconds(self, table: pa.Table) -> NDArray[np.float64] | None:
        texts = self._texts.get("seconds")
        if texts is None:
            return None
        found = texts.numbers(table.column(str(self.places["seconds"])), _seconds, "<f8")
        return np.asarray(found, np.float64)

    def _count_fast(self, seconds: NDArray[np.float64] | None, void: NDArray[Any]) -> None:
        if seconds is not None:
            self.too_fast += int(((seconds < Limits().minimum_seconds) & (void == 1)).sum())

    # ---- the careful way

    def _carefully(self, piece: Piece) -> Iterator[Block]:
        try:
            text = piece.data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = piece.row + piece.data.count(b"\n", 0, error.start)
            message = N_("line {line} is not readable as {encoding}.")
            cure = N_("Save the file as UTF-8 and send it again.")
            values = {"line": line, "encoding": "UTF-8", "file": self.file.name}
            raise BadInput(Problem(N_("File {file}"), message, cure, values)) from None
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.file.delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error as error:
            message, cure = N_("line {line} is not CSV ({error})."), N_("Check the quotation marks there.")
            values = {
                "file": self.file.name,
                "line": piece.row + reader.line_num - 1,
                "error": str(error),
            }
            raise BadInput(Problem(N_("File {file}"), message, cure, values)) from None
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            if any(any(map(str.strip, row)) for row in part):
                yield from self._carefully_rows(part, piece.row + start)

    def _carefully_rows(self, rows: Sequence[Sequence[str]], first: int) -> Iterator[Block]:
        name = self.file.name
        try:
            grid = grid_of([self.header, *rows], name)
        except BadInput as error:
            moved = [
                replace(one, values={**one.values, "row": one.values["row"] + first - 2})
                for one in error.problems
            ]
            self._wrong(moved, int(error.values.get("count", len(moved))))
            return
        grid = replace(grid, rows=[row + first - 2 for row in grid.rows])
        try:
            read = sheets.Reading(grid, self.questionnaire, name).sheets(())
        except BadInput as error:
            self._wrong(error.problems, int(error.values.get("count", len(error.problems))))
            return
        yield self._block(read)

    def _block(self, read: sheets.Sheets) -> Block:
        count = len(read)
        found: Columns = dict(encode(self.questionnaire, read.answers))
        offices = [self._office_place(office or None) for office in read.offices] or [0] * count
        number = _number(Question(key="day", kind=Kind.DATE, text={}), ABOUT[1])
        found["office"] = np.array(offices, "<u2")
        found["day"] = np.array(
            [number(day or None) for day in read.dates] or [none_of(ABOUT[1])] * count, "<i4"
        )
        found["void"], twice = void_of(self.questionnaire, found, count)
        self.reasons[Rule.BLANK.value] += twice
        if read.seconds:
            seconds = np.array([np.inf if one is None else one for one in read.seconds])
            self._count_fast(seconds, found["void"])
        if self.places["serial"] is not None:
            self.serials.add(pa.chunked_array([pa.array(list(read.serials), pa.string())]))
        return found

    def _serial_texts(self) -> Iterator[tuple[int, list[str]]]:
        """The number of the first row of each piece, and its serials; to name the ones that stand twice."""
        place = self.places["serial"]
        assert place is not None
        for piece in self.file.pieces():
            rows = csv.reader(
                io.StringIO(piece.data.decode("utf-8", "replace"), newline=""), delimiter=self.file.delimiter
            )
            yield piece.row, [row[place].strip() if len(row) > place else "" for row in rows]


@dataclass
class _Reader:
    """How the columns of one question are made: from one column of texts, or from a box an option."""

    question: Question
    specs: Sequence[Spec]
    places: tuple[int, ...]
    boxes: bool

    def __post_init__(self) -> None:
        self.texts = _Texts(self.question, sheets.known_marks(self.question))
        self.quick = _bytes_table(self.question, self.specs[0]) if self.question.kind in CHOICES else None

    def read(self, table: pa.Table, rows: int) -> Columns:
        if not self.places:
            return {spec.key: np.full(rows, none_of(spec), spec.dtype) for spec in self.specs}
        if self.boxes:
            return self._boxes(table)
        column = table.column(str(self.places[0]))
        first, *rest = self.specs
        if self.quick is not None:
            return {first.key: self._choice(column, first)}
        if self.question.kind is Kind.MULTIPLE:
            found = {first.key: self.texts.numbers(column, bool, first.dtype)}
            for spec, option in zip(rest, self.question.options, strict=True):
                found[spec.key] = self.texts.numbers(column, _has(option.value), spec.dtype)
            return found
        return {first.key: self.texts.numbers(column, _number(self.question, first), first.dtype)}

    def _choice(self, column: pa.ChunkedArray, spec: Spec) -> NDArray[Any]:
        """Cells of one byte by a table; the others by their text."""
        assert self.quick is not None
        parts = []
        for texts in column.chunks:
            lengths, starts, data = _buffers(texts)
            one = lengths == 1
            if one.all():
                found = (
                    self.quick[data[starts[0] : starts[-1] + 1]] if len(texts) else np.zeros(0, spec.dtype)
                )
                odd = np.flatnonzero(found == 0)
            else:
                found = (
                    self.quick[data.take(starts, mode="clip")]
                    if len(data)
                    else np.zeros(len(texts), spec.dtype)
                )
                found[~one] = 0
                odd = np.flatnonzero((found == 0) & (lengths > 0))
            if len(odd):
                rest = pa.chunked_array([texts.take(pa.array(odd))])
                found[odd] = self.texts.numbers(rest, _place(self.question, spec), spec.dtype)
            parts.append(found)
        return np.concatenate(parts) if parts else np.zeros(0, spec.dtype)

    def _boxes(self, table: pa.Table) -> Columns:
        first, *rest = self.specs
        found: Columns = {}
        for spec, place in zip(rest, self.places, strict=True):
            found[spec.key] = _Yes().numbers(table.column(str(place)), bool, spec.dtype)
        found[first.key] = np.asarray(
            np.logical_or.reduce([found[spec.key] > 0 for spec in rest]), first.dtype
        )
        return found


class _Texts:
    """What the different texts of a column mean, each worked out once."""

    def __init__(self, question: Question, known: Mapping[str, int]) -> None:
        self.marks = sheets.Marks(question, known)

    def numbers(self, column: pa.ChunkedArray, number: Callable[[Answer], float], dtype: str) -> NDArray[Any]:
        """A number for each cell."""
        coded = pc.dictionary_encode(column).combine_chunks()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.chunk(0) if coded.num_chunks else pa.array([], pa.string()).dictionary_encode()
        means = [number(self.meaning(text)) for text in coded.dictionary.to_pylist()]
        return (
            np.array(means, dtype)[coded.indices.to_numpy(zero_copy_only=False)]
            if means
            else np.zeros(0, dtype)
        )

    def meaning(self, text: str) -> Answer:
        answer = self.marks[text]
        if text in self.marks.wrong:
            raise _Unusual
        if len(self.marks) > 1 << 16:
            self.marks.clear()  # a column of texts that are all different
        return answer


class _Yes(_Texts):
    """Boxes: 1 where the option was chosen."""

    def __init__(self) -> None:
        pass

    def meaning(self, text: str) -> Answer:
        if fold(text) not in sheets.YES:
            raise _Unusual
        return int(sheets.YES[fold(text)])


def void_of(questionnaire: Questionnaire, block: Block, rows: int) -> tuple[NDArray[Any], int]:
    """The column `void` by the usual rules, with the codes `REASONS`; a sheet with a blank and a double mark
    is void for the double mark, and how many of these there are is told as well."""
    blank, double = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
    for question in questionnaire.questions:
        if question.required:
            blank |= _missing(question, block)
        if question.kind in CHOICES:
            column = block[question.key]
            double |= column == np.iinfo(column.dtype).max
    void = np.ones(rows, ABOUT[2].dtype)
    void[blank], void[double] = 2, 3
    return void, int((blank & double).sum())


def _missing(question: Question, block: Block) -> NDArray[np.bool_]:
    column = block[question.key]
    numeric = question.kind in (Kind.NUMBER, Kind.DATE)
    return np.asarray(column == (np.iinfo(column.dtype).min if numeric else 0))


def _specs_by_question(questionnaire: Questionnaire) -> dict[str, list[Spec]]:
    found: dict[str, list[Spec]] = {question.key: [] for question in questionnaire.questions}
    for spec in specs_of(questionnaire):
        key, _, _ = spec.key.partition(".")
        found[key].append(spec)
    return found


def _trimmed(header: Sequence[str]) -> list[str]:
    """The header without blank titles at its end."""
    width = max((place for place, title in enumerate(header, 1) if title.strip()), default=0)
    return list(header[:width])


def _about_question(about: str) -> Question:
    return {"seconds": sheets.SECONDS, "date": sheets.DATE}.get(about, sheets.NAME)


def _bytes_table(question: Question, spec: Spec) -> NDArray[Any]:
    """The place of every code of one character, by its byte; 0 for what needs a closer look."""
    table = np.zeros(256, spec.dtype)
    for place, code in enumerate(spec.codes, 1):
        if len(str(code)) == 1:
            table[ord(str(code))] = place
    return table


def _place(question: Question, spec: Spec) -> Callable[[Answer], int]:
    places: dict[Answer, int] = {code: place for place, code in enumerate(spec.codes, 1)}
    several = several_of(spec)
    return lambda answer: several if isinstance(answer, tuple) else places.get(answer, 0)


def _number(question: Question, spec: Spec) -> Callable[[Answer], int]:
    return lambda answer: int(encoded(question, [answer])[spec.key][0])


def _has(code: int) -> Callable[[Answer], bool]:
    return lambda answer: isinstance(answer, tuple) and code in answer


def _seconds(answer: Answer) -> float:
    return float(answer) if isinstance(answer, int | float) else np.inf


def _buffers(texts: pa.StringArray) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Lengths and starts of the texts, and their bytes."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.diff(bounds), bounds[:-1], np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)


def _lengths(column: pa.ChunkedArray) -> NDArray[np.int32]:
    parts = [_buffers(chunk)[0] for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.zeros(0, np.int32)


def reading(path: Path, questionnaire: Questionnaire, *, name: str = "", watch: Watch = unwatched) -> Reading:
    """A file opened for reading, its header checked. BadInput where columns are missing."""
    return Reading(CsvFile(path, name), questionnaire, watch)

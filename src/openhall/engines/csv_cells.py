"""Columns of texts as numbers, with the meaning `surveys.sheets` gives to every cell.

A cell of one character, which nearly all are, is looked up by its byte; other texts are understood once each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openhall.engines.columns import CHOICES, Spec, encoded, none_of, several_of
from openhall.engines.store_files import Columns
from openhall.surveys import sheets
from openhall.surveys.checking import fold
from openhall.surveys.questionnaire import Answer, Kind, Question


class Unusual(Exception):
    """These rows are for `csv_carefully`."""


class Texts:
    """What the different texts of a column mean, each worked out once."""

    def __init__(self, question: Question, known: Mapping[str, int]) -> None:
        self.marks = sheets.Marks(question, known)

    def numbers(self, column: pa.ChunkedArray, number: Callable[[Answer], float], dtype: str) -> NDArray[Any]:
        """A number for each cell. Unusual where one is not to be understood."""
        coded = pc.dictionary_encode(column).combine_chunks()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.chunk(0) if coded.num_chunks else pa.array([], pa.string()).dictionary_encode()
        means = [number(self.meaning(text)) for text in coded.dictionary.to_pylist()]
        if not means:
            return np.zeros(0, dtype)
        return np.asarray(np.array(means, dtype)[coded.indices.to_numpy(zero_copy_only=False)])

    def meaning(self, text: str) -> Answer:
        answer = self.marks[text]
        if text in self.marks.wrong:
            raise Unusual
        if len(self.marks) > 1 << 16:
            self.marks.clear()  # a column of texts that are all different
        return answer


class _Yes(Texts):
    """Boxes: 1 where the option was chosen."""

    def __init__(self) -> None:
        pass

    def meaning(self, text: str) -> Answer:
        if fold(text) not in sheets.YES:
            raise Unusual
        return int(sheets.YES[fold(text)])


@dataclass
class Answers:
    """How the columns of one question are made: from one column of texts, or from a box an option; without
    places nobody answered."""

    question: Question
    specs: Sequence[Spec]
    places: tuple[int, ...]
    boxes: bool

    def __post_init__(self) -> None:
        self.texts = Texts(self.question, sheets.known_marks(self.question))
        self.quick = _bytes_table(self.specs[0]) if self.question.kind in CHOICES else None

    def read(self, table: pa.Table) -> Columns:
        """The columns of these rows; each column of the table is called by its place. Unusual where a cell is
        not to be understood."""
        if not self.places:
            return {spec.key: np.full(table.num_rows, none_of(spec), spec.dtype) for spec in self.specs}
        if self.boxes:
            return self._boxes(table)
        column = table.column(str(self.places[0]))
        first, *rest = self.specs
        if self.quick is not None:
            return {first.key: self._choice(column, first, self.quick)}
        if self.question.kind is Kind.MULTIPLE:
            found = {first.key: self.texts.numbers(column, bool, first.dtype)}
            for spec, option in zip(rest, self.question.options, strict=True):
                found[spec.key] = self.texts.numbers(column, _has(option.value), spec.dtype)
            return found
        return {first.key: self.texts.numbers(column, _number(self.question, first), first.dtype)}

    def _choice(self, column: pa.ChunkedArray, spec: Spec, quick: NDArray[Any]) -> NDArray[Any]:
        """Cells of one byte by a table; the others by their text."""
        found, start = np.zeros(len(column), spec.dtype), 0
        for texts in column.chunks:
            part = found[start : start + len(texts)]
            start += len(texts)
            bounds, data = _buffers(texts)
            lengths = np.diff(bounds)
            one = lengths == 1
            short = data[bounds[0] : bounds[-1]]
            if np.count_nonzero(one) < len(short):  # there are longer texts as well
                short = data[bounds[:-1][one]]
            part[one] = quick.take(short)
            odd = np.flatnonzero((part == 0) & (lengths > 0))
            if len(odd):
                rest = pa.chunked_array([texts.take(pa.array(odd))])
                part[odd] = self.texts.numbers(rest, _place(spec), spec.dtype)
        return found

    def _boxes(self, table: pa.Table) -> Columns:
        first, *rest = self.specs
        found: Columns = {}
        for spec, place in zip(rest, self.places, strict=True):
            found[spec.key] = _Yes().numbers(table.column(str(place)), bool, spec.dtype)
        marked = np.logical_or.reduce([found[spec.key] > 0 for spec in rest])
        found[first.key] = np.asarray(marked, first.dtype)
        return found


def _buffers(texts: pa.StringArray) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Where each text begins and the last one ends, and their bytes."""
    if not len(texts):
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bounds, np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)


def _bytes_table(spec: Spec) -> NDArray[Any]:
    """The place of every code of one character, by its byte; 0 for what needs a closer look."""
    table = np.zeros(256, spec.dtype)
    for place, code in enumerate(spec.codes, 1):
        if len(str(code)) == 1:
            table[ord(str(code))] = place
    return table


def _place(spec: Spec) -> Callable[[Answer], int]:
    places: dict[Answer, int] = {code: place for place, code in enumerate(spec.codes, 1)}
    several = several_of(spec)
    return lambda answer: several if isinstance(answer, tuple) else places.get(answer, 0)


def _number(question: Question, spec: Spec) -> Callable[[Answer], int]:
    return lambda answer: int(encoded(question, [answer])[spec.key][0])


def _has(code: int) -> Callable[[Answer], bool]:
    return lambda answer: isinstance(answer, tuple) and code in answer

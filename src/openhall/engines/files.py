"""Parquet files of any size, counted where they are. A CSV file becomes a store first: `csv_store`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from openhall.engines.arrow_columns import (
    filled,
    is_text,
    looked_up,
    marked,
    named,
    no_whole,
    plain,
    scaled,
    table_of,
    text_of,
    unusable,
    weights,
)
from openhall.engines.asked import columns_asked
from openhall.engines.columns import VALID, Spec, Type, codes_of, none_of, required, several_of, specs_of
from openhall.engines.opening import parquet_files
from openhall.engines.store import MEMORY
from openhall.errors import N_, BadInput, Problem
from openhall.stats import blocks
from openhall.stats.axes import Ask, Coded, In, Where
from openhall.stats.blocks import Block
from openhall.stats.cells import Cells, Watch, unwatched
from openhall.surveys.checking import fold, read_mark
from openhall.surveys.grids import cell_text
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import YES, known_marks

BATCH = 1 << 17  # rows
NOTHING = -(1 << 63)  # no code
MOST = 65_000  # offices


@dataclass
class Parquet:
    """An `Engine` over a Parquet file or a folder of them: a column a question, named by its key or its name,
    with the options' codes; 0 or null is no answer. A multiple choice has a column `key_code` an option."""

    path: Path
    questionnaire: Questionnaire
    memory: int = MEMORY

    def __post_init__(self) -> None:
        self.path = Path(self.path)
        self.specs = specs_of(self.questionnaire)
        self.codes = codes_of(self.specs)
        self.spec = {spec.key: spec for spec in self.specs}
        if not self.files:
            raise BadInput(N_("There is no file ending in .parquet in {folder}."), folder=self.path)
        self._check()
        self.codes = {**self.codes, **codes_of(self._about)}
        self.spec |= {spec.key: spec for spec in self._about}

    @cached_property
    def files(self) -> tuple[Path, ...]:
        if self.path.is_file():
            return (self.path,)
        return tuple(sorted(parquet_files(self.path)))

    @cached_property
    def rows(self) -> int:
        return sum(_opened(file).metadata.num_rows for file in self.files)

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """As `Engine.count`. BadInput names file, column and code where a code is not one of its question."""
        keys = columns_asked(asks, where, weight)
        found = self._blocks(keys)
        return blocks.count(asks, found, self.codes, where=where, weight=weight, watch=watch, of=self.rows)

    def valid(self) -> Where:
        """The sheets that count: those whose column `void` names no reason, where there is one."""
        if "void" in self.about:
            return (In(self.about["void"], (VALID,)),)
        return required(self.questionnaire)

    @cached_property
    def about(self) -> Mapping[str, Coded]:
        """The columns `office` and `void`, where every file has them, and their codes."""
        return {spec.key: Coded(spec.key, spec.codes) for spec in self._about}

    @cached_property
    def _about(self) -> list[Spec]:
        asked, found = {spec.key for spec in self.specs}, []
        for key, first in (("office", []), ("void", [VALID])):
            if key not in asked and all(key in _opened(file).schema_arrow.names for file in self.files):
                texts = sorted({text for file in self.files for text in _texts_in(file, key)} - {VALID})
                if len(texts) < MOST:  # more are no offices
                    found.append(Spec(key, Type.CHOICE, "<u2", (*first, *texts)))
        return found

    def _check(self) -> None:
        problems = []
        for file in self.files:
            names = _opened(file).schema_arrow.names
            for column in self._missing(set(names)):
                message, cure = N_("the column {column} is missing."), N_("Add it to the file.")
                problems.append(
                    Problem(N_("File {file}"), message, cure, {"column": column, "file": file.name})
                )
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise BadInput(
                    N_("Two columns are called {columns}. Give the question another key."), columns=twice
                )
        if problems:
            raise BadInput(
                N_("{file} cannot be used. Problems: {count}."),
                problems=problems[:50],
                file=self.path.name,
                count=len(problems),
            )

    def _missing(self, there: set[str]) -> Iterator[str]:
        """What a file with these columns lacks: required questions, options of a multiple choice that has others,
        `void` where another file has it."""
        for question in self.questionnaire.questions:
            needed = [spec for spec in self.specs if spec.key.partition(".")[0] == question.key]
            found = [spec for spec in needed if there.intersection(self._names(spec.key))]
            if question.required and not found:
                yield question.key
            elif found:
                yield from (self._names(spec.key)[0] for spec in needed[1:] if spec not in found)
        if (
            "void" not in self.spec
            and "void" not in there
            and any("void" in _opened(file).schema_arrow.names for file in self.files)
        ):
            yield "void"

    @cached_property
    def _question_names(self) -> Mapping[str, str]:
        names = [question.name for question in self.questionnaire.questions]
        return {q.key: q.name for q in self.questionnaire.questions if q.name and names.count(q.name) == 1}

    def _names(self, key: str) -> list[str]:
        """What the column may be called in a file."""
        head, dot, option = key.partition(".")
        if dot:
            return [f"{head}_{option}", key]
        return [key, *([self._question_names[key]] if key in self._question_names else [])]

    def _blocks(self, keys: Sequence[str]) -> Iterator[Block]:
        for path in self.files:
            file = _opened(path)
            there = set(file.schema_arrow.names)
            found = {key: self._sources(key, there) for key in keys}
            sources = sorted({name for names in found.values() for name in names})
            if not sources:
                yield from self._empty(keys, file.metadata.num_rows)
                continue
            rows = max(min(BATCH, self.memory // 16 // (8 * len(sources))), 1024)
            for batch in file.iter_batches(batch_size=rows, columns=sources):
                yield {key: self._column(path, key, names, batch) for key, names in found.items()} or {
                    "": np.zeros(batch.num_rows, np.uint8)
                }

    def _empty(self, keys: Sequence[str], rows: int) -> Iterator[Block]:
        """Rows of a file that has none of these columns."""
        for start in range(0, rows, BATCH):
            some = min(BATCH, rows - start)
            empty = {key: np.full(some, none_of(self._spec(key)), self._spec(key).dtype) for key in keys}
            yield empty or {"": np.zeros(some, np.uint8)}

    def _spec(self, key: str) -> Spec:
        return self.spec.get(key) or Spec(key, Type.NUMBER, "<i8")  # a weight

    def _sources(self, key: str, there: set[str]) -> list[str]:
        name = next((name for name in self._names(key) if name in there), None)
        if name is not None:
            return [name]
        spec = self.spec.get(key)
        if spec is None:
            raise BadInput(N_("{file} has no column {column}."), file=self.path.name, column=key)
        if spec.type is Type.MARK:  # whether any option is marked
            options = [one.key for one in self.specs if one.key.startswith(f"{key}.")]
            return [name for option in options for name in self._names(option) if name in there]
        return []

    def _column(self, path: Path, key: str, names: Sequence[str], batch: pa.RecordBatch) -> NDArray[Any]:
        spec = self._spec(key)
        if not names:
            return np.full(batch.num_rows, none_of(spec), spec.dtype)
        columns = [plain(batch.column(batch.schema.names.index(name))) for name in names]
        if key not in self.spec:
            return weights(path, key, columns[0])
        if key in self.about:
            return named(columns[0], spec)
        if spec.type is Type.CHOICE:
            return self._places(path, spec, names[0], columns[0])
        try:
            if spec.type is Type.MARK:
                return self._marks(path, spec, names, columns)
            if spec.type is Type.DAY:
                return filled(columns[0].cast(pa.date32()).cast(pa.int32()), none_of(spec), spec.dtype)
            return scaled(columns[0], spec)
        except (pa.ArrowException, OverflowError):
            raise unusable(path, names[0], columns[0]) from None

    def _marks(
        self, path: Path, spec: Spec, names: Sequence[str], columns: Sequence[pa.Array]
    ) -> NDArray[Any]:
        """1 where one of the columns has something; an option's words are those of a sheet."""
        found = []
        for name, column in zip(names, columns, strict=True):
            option = "." in spec.key or name not in self._names(spec.key)
            if option and is_text(column.type):
                coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
                words = [YES.get(fold(cell_text(word))) for word in coded.dictionary.to_pylist()]
                if None in words:
                    raise self._unknown(path, name, str(coded.dictionary[words.index(None)]), spec)
                found.append(np.array([*words, False])[filled(coded.indices, len(words), "<i8")])
            else:
                found.append(marked(column))
        return np.asarray(np.logical_or.reduce(found), np.uint8)

    def _places(self, path: Path, spec: Spec, name: str, column: pa.Array) -> NDArray[Any]:
        """Codes, or words as on a sheet, as places."""
        if is_text(column.type):
            return self._words(path, spec, name, column)
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        try:
            if column.type == pa.uint8() and 0 not in spec.codes:
                codes = filled(column, 0, "|u1")
                found, none = table_of(spec)[codes], codes == 0
            else:
                codes = filled(column.cast(pa.int64()), NOTHING, "<i8")
                found, none = looked_up(codes, spec), (codes == NOTHING) | (codes == 0)
        except pa.ArrowException:
            raise self._unknown(path, name, next(no_whole(column)), spec) from None
        wrong = np.flatnonzero((found == 0) & ~none)
        if len(wrong):
            raise self._unknown(path, name, str(column[int(wrong[0])].as_py()), spec)
        return np.asarray(found)

    def _words(self, path: Path, spec: Spec, name: str, column: pa.Array) -> NDArray[Any]:
        question = self.questionnaire[spec.key]
        coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
        places = []
        for word in coded.dictionary.to_pylist():
            try:
                answer = read_mark(question, cell_text(word), known_marks(question))
            except ValueError:
                raise self._unknown(path, name, str(word), spec) from None
            several = isinstance(answer, tuple)
            places.append(
                several_of(spec) if several else spec.codes.index(answer) + 1 if answer is not None else 0
            )
        at = filled(coded.indices, len(places), "<i8")
        return np.asarray(np.array([*places, 0], spec.dtype)[at])

    def _unknown(self, path: Path, name: str, given: str, spec: Spec) -> BadInput:
        message = N_("“{given}” is not one of the answers ({known}).")
        values = {
            "file": path.name,
            "column": name,
            "given": given[:60],
            "known": list(spec.codes or (0, 1))[:15],
        }
        return BadInput(Problem(N_("File {file}, column {column}"), message, "", values))


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        cure = N_("Save it again from the program it comes from.")
        message = N_("this is not a {kind} file, or a damaged one.")
        values = {"file": path.name, "kind": "Parquet"}
        raise BadInput(Problem(N_("File {file}"), message, cure, values)) from None


def _texts_in(path: Path, key: str) -> set[str]:
    """The different texts of a column."""
    found: set[str] = set()
    for batch in _opened(path).iter_batches(batch_size=BATCH, columns=[key]):
        column = batch.column(batch.schema.names.index(key))
        try:
            found |= {text_of(value) for value in pc.unique(plain(column)).to_pylist()}
        except pa.ArrowException:
            raise unusable(path, key, column) from None
    return found


__all__ = ["Parquet"]

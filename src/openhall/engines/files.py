"""Data files of any size: a CSV becomes a store once, Parquet files are counted where they are."""

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

from openhall.engines import store_writing
from openhall.engines.asked import columns_asked
from openhall.engines.columns import VALID, Spec, Type, codes_of, none_of, required, several_of, specs_of
from openhall.engines.csv_reading import reading
from openhall.engines.store import MEMORY, Store
from openhall.errors import N_, BadInput, Problem
from openhall.stats import blocks
from openhall.stats.axes import Ask, Coded, In, Where
from openhall.stats.blocks import Block
from openhall.stats.cells import Cells, Watch, unwatched
from openhall.surveys.checking import read_mark
from openhall.surveys.grids import cell_text
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import known_marks

BATCH = 1 << 17  # rows
NOTHING = -(1 << 63)  # no code


def store_of_csv(
    path: Path | str,
    questionnaire: Questionnaire,
    folder: Path | str,
    watch: Watch = unwatched,
    *,
    name: str = "",
    durable: bool = True,
) -> Store:
    """A store of all sheets of a CSV file, void ones marked by the usual rules; in its facts `reasons` and
    `flags` as in `report.ledger`, `notes` what was left out, `source` the name of the file.

    `watch` hears of bytes. BadInput with the first 50 problems and their number, and nothing is left behind.
    """
    path, folder = Path(path), Path(folder)
    read = reading(path, questionnaire, name=name, watch=watch)
    store_writing.create(
        folder, read.specs, {"source": name or path.name, "questionnaire": questionnaire.key}
    )
    facts: dict[str, Any] = {}
    codes: dict[str, list[str]] = {"office": read.offices}
    try:
        return store_writing.append(folder, _told(read, facts), codes=codes, facts=facts, durable=durable)
    except BaseException:
        store_writing.remove(folder)
        raise


def _told(read: Any, facts: dict[str, Any]) -> Iterator[Block]:
    """The blocks, and at their end the facts found on the way."""
    yield from read.blocks()
    facts["reasons"] = {rule: count for rule, count in sorted(read.reasons.items()) if count}
    facts["flags"] = {"too_fast": read.too_fast} if read.too_fast else {}
    facts["notes"] = [note.say() for note in read.notes]


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
        return tuple(sorted(one for one in self.path.rglob("*.parquet") if one.is_file()))

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
                found.append(Spec(key, Type.CHOICE, "<u2", (*first, *texts)))
        return found

    def _check(self) -> None:
        problems = []
        for file in self.files:
            there = set(_opened(file).schema_arrow.names)
            for question in self.questionnaire.questions:
                needed = [spec for spec in self.specs if spec.key.partition(".")[0] == question.key]
                if question.required and not any(set(self._names(spec.key)) & there for spec in needed):
                    message, cure = N_("the column {column} is missing."), N_("Add it to the file.")
                    values = {"column": question.key, "file": file.name}
                    problems.append(Problem(N_("File {file}"), message, cure, values))
        if problems:
            raise BadInput(
                N_("{file} cannot be used. Problems: {count}."),
                problems=problems[:50],
                file=self.path.name,
                count=len(problems),
            )

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
            return [name for option in options for name in self._names(option)[:1] if name in there]
        return []

    def _column(self, path: Path, key: str, names: Sequence[str], batch: pa.RecordBatch) -> NDArray[Any]:
        spec = self._spec(key)
        if not names:
            return np.full(batch.num_rows, none_of(spec), spec.dtype)
        columns = [batch.column(batch.schema.names.index(name)) for name in names]
        if spec.key in self.about:
            return _named(columns[0], spec)
        if spec.type is Type.CHOICE:
            return self._places(path, spec, names[0], columns[0])
        if spec.type is Type.MARK:
            return np.asarray(np.logical_or.reduce([_marked(column) for column in columns]), np.uint8)
        if spec.type is Type.DAY:
            return _filled(columns[0].cast(pa.date32()).cast(pa.int32()), none_of(spec), spec.dtype)
        if spec.decimals:
            floats = columns[0].cast(pa.float64()).to_numpy(zero_copy_only=False)
            with np.errstate(invalid="ignore"):
                scaled = np.rint(floats * 10**spec.decimals)
            whole = np.where(np.isnan(scaled), 0, scaled).astype(spec.dtype)
            return np.where(np.isnan(scaled), np.array(none_of(spec), spec.dtype), whole)
        return _filled(columns[0].cast(pa.int64()), none_of(spec), spec.dtype)

    def _places(self, path: Path, spec: Spec, name: str, column: pa.Array) -> NDArray[Any]:
        """Codes, or words as on a sheet, as places."""
        if _is_text(column.type):
            return self._words(path, spec, name, column)
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        try:
            if column.type == pa.uint8() and 0 not in spec.codes:
                codes = _filled(column, 0, "|u1")
                found, none = _table(spec)[codes], codes == 0
            else:
                codes = _filled(column.cast(pa.int64()), NOTHING, "<i8")
                found, none = _looked_up(codes, spec), (codes == NOTHING) | (codes == 0)
        except pa.ArrowException:
            raise self._unknown(path, name, next(_no_whole(column)), spec) from None
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
        at = _filled(coded.indices, len(places), "<i8")
        return np.asarray(np.array([*places, 0], spec.dtype)[at])

    def _unknown(self, path: Path, name: str, given: str, spec: Spec) -> BadInput:
        message = N_("“{given}” is not one of the answers ({known}).")
        values = {"file": path.name, "column": name, "given": given[:60], "known": list(spec.codes)[:15]}
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
        found |= {_text(value) for value in pc.unique(batch.column(0)).to_pylist()}
    return found


def _text(value: Any) -> str:
    """An office or a reason as text; nothing and false are none."""
    return "" if value is None or value is False else "other" if value is True else str(value)


def _named(column: pa.Array, spec: Spec) -> NDArray[Any]:
    """The places of an office or a reason."""
    coded = pc.dictionary_encode(column, null_encoding="encode")
    places = [
        spec.codes.index(text) + 1 if (text := _text(value)) in spec.codes else 0
        for value in coded.dictionary.to_pylist()
    ]
    at = coded.indices.to_numpy(zero_copy_only=False)
    return np.asarray(np.array(places or [0], spec.dtype)[at])


def _is_text(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary))


def _no_whole(column: pa.Array) -> Iterator[str]:
    """The values of a column that are no whole numbers."""
    for value in column.to_pylist():
        if value is not None and (not isinstance(value, int | float) or value != int(value)):
            yield str(value)
    yield str(column.type)


def _filled(column: pa.Array, none: int, dtype: str) -> NDArray[Any]:
    whole = column.fill_null(none) if column.null_count else column
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype)


def _marked(column: pa.Array) -> NDArray[np.bool_]:
    """Whether something stands in a cell: any text, or a number that is not 0."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False) != "", dtype=bool)
    if pa.types.is_list(column.type):
        return np.array([bool(cell) for cell in column.to_pylist()], dtype=bool)
    return np.asarray(_filled(column.cast(pa.int64()), 0, "<i8") != 0)


def _table(spec: Spec) -> NDArray[Any]:
    table = np.zeros(256, spec.dtype)
    for place, code in enumerate(spec.codes, 1):
        if isinstance(code, int) and 0 < code < 256:
            table[code] = place
    return table


def _looked_up(codes: NDArray[Any], spec: Spec) -> NDArray[Any]:
    known = np.array([code for code in spec.codes if isinstance(code, int)], np.int64)
    order = np.argsort(known)
    at = np.clip(np.searchsorted(known[order], codes), 0, len(known) - 1)
    return np.where(known[order][at] == codes, order[at] + 1, 0).astype(spec.dtype)


__all__ = ["Parquet", "store_of_csv"]

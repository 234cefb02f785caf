"""Counting where the rows are: which few statements answer a set of asks, and how their rows become tables.

A statement gives whole numbers, the keys, and how many rows have each combination of them; an axis is one key.
How an engine says a key is its own matter (`Words`): SQL in `postgres`, ibis expressions in `cluster`. Nothing
here knows a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np

from openhall.engines.asked import columns_asked
from openhall.engines.columns import VALID, Spec, Type, required
from openhall.errors import N_, BadInput, Problem
from openhall.stats.axes import (
    Ask,
    Axis,
    Between,
    Code,
    Coded,
    Condition,
    Day,
    Given,
    In,
    Marked,
    Number,
    Score,
    Total,
    Where,
)
from openhall.stats.blocks import Plan
from openhall.stats.cells import Cells, Watch, Whole, gathered
from openhall.surveys.questionnaire import Kind, Questionnaire

NONE = -(2**63) + 1  # the key of a number or a day that is not there
BEAT = 0.2  # seconds between two looks at whether the count is still wanted
T = TypeVar("T")


class Words(Protocol):
    """What an engine can say about a row. What it says is a whole number and never NULL, but for `whole`."""

    def look(self, key: str, numbers: Mapping[Code, int], none: int, other: int) -> Any:
        """The number of the code in a column; `none` where there is no answer, `other` of any other code."""

    def plus(self, terms: Sequence[Any]) -> Any:
        """The sum of one or more keys."""

    def mean(self, score: Any, bits: int, factors: Mapping[int, int], one: int) -> Any:
        """Of a score's key: `one` + its points × the factor for so many items answered; 0 of none."""

    def whole(self, axis: Number | Day) -> Any:
        """The number or the day as a whole number, NULL where there is none."""

    def known(self, whole: Any) -> Any:
        """A whole number, `NONE` for NULL."""

    def given(self, key: str, options: Sequence[str]) -> Any:
        """1 where the column has an answer, or one of these columns of marks a mark; else 0."""

    def marked(self, column: str) -> Any:
        """1 where a column of marks has one, else 0."""

    def alike(self, columns: Sequence[tuple[str, Mapping[Code, int]]], least: int) -> Any:
        """1 where at least `least` columns have a number and all have the same, else 0."""

    def one_of(self, key: str, codes: Sequence[Code]) -> Any:
        """A condition: the code is one of these."""

    def between(self, whole: Any, low: int | None, high: int | None) -> Any:
        """A condition: the number is there and in these limits."""


@dataclass(frozen=True)
class Statement:
    """The keys of one table and the conditions on its rows, in the engine's words."""

    axes: Ask
    keys: tuple[Any, ...]
    where: tuple[Any, ...]


def mark(key: str, code: Code) -> str:
    """The column of one option of a multiple choice, in a table of answers.

    >>> mark("q7", 3)
    'q7_3'
    """
    return f"{key}_{code}"


class Counting:
    """The asks of one call: which statements they need, and their tables from the rows of those."""

    def __init__(self, asks: Sequence[Ask], specs: Sequence[Spec]) -> None:
        self.asks, self.plan = tuple(asks), Plan(tuple(asks))
        self.codes = {spec.key: spec.codes for spec in specs}
        self.marks = marks_of(specs)

    def statements(self, words: Words, where: Where) -> list[Statement]:
        """One a table that is counted; the tables asked for are their margins."""
        holds = tuple(held for condition in where for held in _conditions(words, condition))
        return [
            Statement(axes, tuple(self._key(words, axis) for axis in axes), holds)
            for axes in self.plan.tables
        ]

    def answers(self, found: Mapping[Ask, Cells]) -> tuple[Cells, ...]:
        """The table of each ask."""
        return tuple(_margin(found[self.plan.answer[ask]], self.plan.answer[ask], ask) for ask in self.asks)

    def _key(self, words: Words, axis: Axis) -> Any:
        if isinstance(axis, Coded):
            places = dict.fromkeys(self.codes.get(axis.key, ()), 0) | _places(axis)
            return words.look(axis.key, places, 0, -1)
        if isinstance(axis, Score):
            return _score(words, axis)
        if isinstance(axis, Total):
            return _total(words, axis)
        if isinstance(axis, Number | Day):
            return words.known(words.whole(axis))
        if isinstance(axis, Given):
            return words.given(axis.key, self.marks.get(axis.key, ()))
        if isinstance(axis, Marked):
            return words.marked(mark(axis.key, axis.code))
        order = dict.fromkeys(code for column in axis.columns for code in column.codes)
        number = {code: place for place, code in enumerate(order, 1)}
        columns = [(column.key, {code: number[code] for code in column.codes}) for column in axis.columns]
        return words.alike(columns, axis.least)


def _conditions(words: Words, condition: Condition) -> list[Any]:
    """What has to hold, all of it, for a condition to hold."""
    if isinstance(condition, In):
        wanted = [code for code in condition.column.codes if code in condition.codes]
        return [words.one_of(condition.column.key, wanted)]
    if isinstance(condition, Between):
        return [words.between(words.whole(condition.column), condition.low, condition.high)]
    return [words.one_of(column.key, column.codes) for column in condition.columns]


def _places(column: Coded) -> dict[Code, int]:
    return {code: place for place, code in enumerate(column.codes, 1)}


def _score(words: Words, score: Score) -> Any:
    """Items answered · 2^bits + the sum of their points."""
    bits = score.most.bit_length()
    terms = []
    for part in score.parts:
        given = zip(part.codes, part.points, strict=True)
        terms.append(words.look(part.key, {c: (1 << bits) + p for c, p in given if p is not None}, 0, 0))
    return words.plus(terms)


def _total(words: Words, total: Total) -> Any:
    """Scores answered · 2^bits + the sum of their means times `common`."""
    one = 1 << total.most.bit_length()
    terms = []
    for score in total.scores:
        factors = {many: total.common // many for many in range(1, len(score.parts) + 1)}
        terms.append(words.mean(_score(words, score), score.most.bit_length(), factors, one))
    return words.plus(terms)


def table_of(axes: Ask, rows: Whole) -> Cells:
    """The table of a statement: `rows` (m, keys + 1), the count last, in any order."""
    keys, counts = rows[:, :-1], rows[:, -1]
    values = [_read(axis, key) for axis, key in zip(axes, keys.T, strict=True)]
    return gathered(np.concatenate(values, axis=1) if values else keys, counts)


def _read(axis: Axis, key: Whole) -> Whole:
    """An axis's numbers, (m, width), of its keys."""
    if isinstance(axis, Score | Total):
        bits = axis.most.bit_length()
        return np.column_stack([key >> bits, key & ((1 << bits) - 1)])
    if isinstance(axis, Number | Day):
        there = key != NONE
        return np.column_stack([there.astype(np.int64), np.where(there, key, 0)])
    return key[:, None]


def _margin(table: Cells, axes: Ask, ask: Ask) -> Cells:
    """The table of some of the axes."""
    if ask == axes:
        return table
    starts = np.cumsum([0, *(axis.width for axis in axes)])
    columns = [int(starts[axes.index(axis)]) + number for axis in ask for number in range(axis.width)]
    return table.of(*columns)


def run(
    statements: Sequence[Statement],
    rows: int,
    one: Callable[[Statement], Whole],
    cancel: Callable[[], None],
    watch: Watch,
) -> dict[Ask, Cells]:
    """The table of each statement, one after the other, each in a thread, so that `watch` can end it: it is
    asked several times a second, and progress is by statements."""
    found: dict[Ask, Cells] = {}

    def beat() -> None:
        watch(rows * len(found) // max(len(statements), 1), rows)

    for statement in statements:
        rows_found = patiently(partial(one, statement), cancel, beat)
        found[statement.axes] = table_of(statement.axes, rows_found)
        beat()
    return found


def patiently(work: Callable[[], T], cancel: Callable[[], None], beat: Callable[[], None]) -> T:
    """What `work` gives. Whatever `beat` raises meanwhile is raised once the work has been cancelled."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            while wait([running], BEAT).not_done:
                beat()
        except BaseException:
            while not running.done():  # asked again: the work may not have begun when it was asked first
                cancel()
                wait([running], BEAT)
            raise
        return running.result()


def wanted(asks: Sequence[Ask], where: Where, weight: str, specs: Sequence[Spec]) -> list[str]:
    """The columns of the table that these asks, conditions and this weight look at."""
    marks, found = marks_of(specs), []
    for name in columns_asked(asks, where, weight):
        key, _, code = name.rpartition(".")
        found += [mark(key, code)] if key in marks else marks.get(name, [name])
    return list(dict.fromkeys(found))


def marks_of(specs: Sequence[Spec]) -> dict[str, list[str]]:
    """The columns of the options of each multiple choice, as a table of answers names them."""
    found: dict[str, list[str]] = {}
    for spec in specs:
        key, dot, code = spec.key.rpartition(".")
        if dot and spec.type is Type.MARK:
            found.setdefault(key, []).append(mark(key, code))
    return found


def columns_needed(questionnaire: Questionnaire) -> list[str]:
    """The columns a table of answers to this questionnaire has."""
    found = []
    for question in questionnaire.questions:
        if question.kind is Kind.MULTIPLE:
            found += [mark(question.key, option.value) for option in question.options]
        else:
            found.append(question.key)
    return found


def check(table: str, have: Iterable[str], need: Iterable[str]) -> None:
    """BadInput naming each column that is not there."""
    there = set(have)
    if problems := [
        Problem(
            N_("Table {table}, column {column}"),
            N_("there is no such column."),
            N_("Add it, or count a view that gives a column this name; NULL means no answer."),
            {"table": table, "column": column},
        )
        for column in need
        if column not in there
    ]:
        raise BadInput(N_("This table cannot be counted."), problems=problems)


def bad_weight(table: str, column: str) -> BadInput:
    """A column of weights that are not whole numbers."""
    return BadInput(
        Problem(
            N_("Table {table}, column {column}"),
            N_("a weight has to be a whole number: how many rows this row stands for."),
            N_("Make the column an integer."),
            {"table": table, "column": column},
        )
    )


def usual(questionnaire: Questionnaire, have: Iterable[str]) -> Where:
    """Which sheets count: those not void where the table says which are, else those without a blank at a
    required question. A sheet is void where the column `void` names a reason (or is true)."""
    return (In(Coded("void", (VALID,)), (VALID,)),) if "void" in set(have) else required(questionnaire)


__all__ = [
    "BEAT",
    "NONE",
    "Counting",
    "Statement",
    "Words",
    "bad_weight",
    "check",
    "columns_needed",
    "mark",
    "marks_of",
    "patiently",
    "run",
    "table_of",
    "usual",
    "wanted",
]

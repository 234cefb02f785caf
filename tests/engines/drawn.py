"""Random questionnaires' columns, rows, asks and conditions, and the same rows in each engine's own form."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st
from tests.engines.brute import Row

from openhall.engines import columns
from openhall.engines.columns import Spec
from openhall.engines.memory import Memory
from openhall.stats.axes import (
    Alike,
    Answered,
    Between,
    Coded,
    Day,
    Given,
    In,
    Marked,
    Number,
    Part,
    Score,
    Total,
)
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section

CHOICES, DECIMALS = ("q1", "q2", "q3"), {"measured": 1, "visits": 0, "paid": 2}
OFFICES = ("0102", "east", "O'Brien \\ 100 %")
REASONS = ("", "blank", "too quick")


@st.composite
def questionnaires(draw: Any) -> Questionnaire:
    """Three choices with codes in any order and points or none, a multiple choice, numbers, a date, a text."""
    asked = [_choice(draw, key, Kind.SINGLE) for key in CHOICES]
    asked.append(_choice(draw, "several", Kind.MULTIPLE))
    asked += [Question(key=key, kind=Kind.NUMBER, text={}, decimals=many) for key, many in DECIMALS.items()]
    asked.append(Question(key="day", kind=Kind.DATE, text={}))
    asked.append(Question(key="why", kind=Kind.TEXT, text={}))
    return Questionnaire(key="drawn", title={}, sections=(Section(key="all", questions=tuple(asked)),))


def _choice(draw: Any, key: str, kind: Kind) -> Question:
    codes = draw(st.lists(st.integers(1, 4) | st.integers(0, 4000), min_size=1, max_size=5, unique=True))
    return Question(
        key=key, kind=kind, text={}, options=tuple(Option(code, {}, score=float(code)) for code in codes)
    )


def rows(questionnaire: Questionnaire, *, several_marks: bool = False) -> st.SearchStrategy[list[Row]]:
    """Sheets with missing answers and void ones; with `several_marks` also where one is asked."""
    drawn: dict[str, st.SearchStrategy[Any]] = {}
    for question in questionnaire.questions:
        codes = [option.value for option in question.options]
        if question.kind is Kind.MULTIPLE:
            drawn[question.key] = st.sets(st.sampled_from(codes)).map(lambda some: tuple(sorted(some)))
        elif codes:
            double = st.just((codes[0], codes[-1])) if several_marks and len(codes) > 1 else st.nothing()
            drawn[question.key] = st.none() | st.sampled_from(codes) | double
    quarters = st.integers(-9, 9).map(lambda number: number / 4)  # every other one halves the last digit
    drawn["measured"] = st.none() | quarters | st.floats(-1e9, 1e9, allow_nan=False)
    drawn["visits"] = st.none() | st.integers(-3, 3) | st.integers(-(2**31), 2**31 - 1)
    drawn["paid"] = st.none() | st.integers(-(10**9), 10**9).map(lambda number: number / 1000)
    drawn["day"] = st.none() | st.dates(date(1900, 1, 1), date(2099, 12, 31))
    drawn["why"] = st.sampled_from((None, "", "late", "='x'"))
    drawn["office"] = st.none() | st.sampled_from(OFFICES)
    drawn["void"] = st.sampled_from(REASONS)
    drawn["weight"] = st.integers(0, 3) | st.integers(0, 2**40) | st.none()
    return st.lists(st.fixed_dictionaries(drawn), max_size=30)


def specs(questionnaire: Questionnaire) -> tuple[Spec, ...]:
    beside = (columns.choice("office", OFFICES), columns.choice("void", REASONS))
    return (*columns.specs_of(questionnaire), *beside)


class Asks:
    """Asks and conditions about a questionnaire, drawn one after the other."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        own = {q.key: tuple(option.value for option in q.options) for q in questionnaire.questions}
        choices = {key: own[key] for key in CHOICES} | {"office": OFFICES, "void": REASONS}
        self.coded = st.sampled_from(sorted(choices)).flatmap(lambda key: _coded(key, choices[key]))
        self.asked = st.sampled_from(CHOICES).flatmap(lambda key: _coded(key, own[key]))
        part = self.asked.flatmap(_part)
        self.score = st.lists(part, min_size=1, max_size=7).map(lambda parts: Score(tuple(parts)))
        self.measured = st.sampled_from([Number(key, many) for key, many in DECIMALS.items()]) | st.just(
            Day("day")
        )
        self.axis = (
            self.coded
            | self.score
            | st.lists(self.score, min_size=1, max_size=3).map(lambda scores: Total(tuple(scores)))
            | self.measured
            | st.sampled_from([*CHOICES, *DECIMALS, "day", "why", "several"]).map(Given)
            | st.sampled_from(own["several"]).map(lambda code: Marked("several", code))
            | st.lists(self.asked, min_size=1, max_size=4).flatmap(_alike)
        )

    def asks(self, most: int) -> st.SearchStrategy[list[tuple[Any, ...]]]:
        few = st.tuples(self.coded, self.score | self.coded) | st.tuples(self.measured)
        return st.lists(st.lists(self.axis, max_size=4).map(tuple) | few, min_size=1, max_size=most)

    @property
    def where(self) -> st.SearchStrategy[tuple[Any, ...]]:
        limits = st.none() | st.integers(-25, 25) | st.integers(-20_000, 20_000)
        picked = self.coded.flatmap(
            lambda column: st.sets(st.sampled_from(column.codes)).map(lambda some: In(column, tuple(some)))
        )
        one = (
            picked
            | st.builds(Between, self.measured, limits, limits)
            | st.lists(self.coded, min_size=1, max_size=2).map(lambda some: Answered(tuple(some)))
        )
        return st.just(()) | st.lists(one, min_size=1, max_size=2).map(tuple)


def _coded(key: str, codes: tuple[Any, ...]) -> st.SearchStrategy[Coded]:
    """The column's codes in any order, sometimes without one of them."""
    order = st.permutations(codes)
    return st.tuples(order, st.booleans()).map(
        lambda drawn: Coded(key, tuple(drawn[0][drawn[1] and len(codes) > 1 :]))
    )


def _part(column: Coded) -> st.SearchStrategy[Part]:
    points = st.none() | st.integers(0, 6) | st.just(10**9)
    many = len(column.codes)
    return st.lists(points, min_size=many, max_size=many).map(
        lambda given: Part(column.key, column.codes, tuple(given))
    )


def _alike(every: list[Coded]) -> st.SearchStrategy[Alike]:
    return st.integers(1, len(every)).map(lambda least: Alike(tuple(every), least))


def block(questionnaire: Questionnaire, given: list[Row]) -> dict[str, Any]:
    """The rows as narrow columns."""
    answers = [
        [row[q.key].isoformat() if q.key == "day" and row["day"] else row[q.key] for q in questionnaire]
        for row in given
    ]
    found = columns.encode(questionnaire, answers)
    for key, codes in (("office", OFFICES), ("void", REASONS)):
        places = [0 if row[key] is None else codes.index(row[key]) + 1 for row in given]
        found[key] = np.array(places, np.uint8)
    return found | {"weight": np.array([row["weight"] or 0 for row in given], np.int64)}


def memory(questionnaire: Questionnaire, given: list[Row]) -> Memory:
    return Memory(block(questionnaire, given), columns.codes_of(specs(questionnaire)))


def fields(questionnaire: Questionnaire) -> dict[str, tuple[str, pa.DataType]]:
    """The columns of a table of answers: their types in PostgreSQL and in Parquet."""
    numbers = {
        "measured": ("double precision", pa.float64()),
        "visits": ("integer", pa.int32()),
        "paid": ("numeric(20, 3)", pa.decimal128(20, 3)),
    }
    text, kinds = ("text", pa.string()), {Kind.DATE: ("date", pa.date32())}
    found: dict[str, tuple[str, pa.DataType]] = {}
    for question in questionnaire.questions:
        if question.kind is Kind.MULTIPLE:
            found |= {f"{question.key}_{one.value}": ("boolean", pa.bool_()) for one in question.options}
        elif question.options:
            found[question.key] = ("smallint", pa.int16())
        else:
            found[question.key] = kinds.get(question.kind) or numbers.get(question.key, text)
    return found | {"office": text, "void": text, "weight": ("bigint", pa.int64())}


def stored(questionnaire: Questionnaire, given: list[Row]) -> list[dict[str, Any]]:
    """The rows as a table of answers has them. A sheet that counts has NULL or nothing as its reason."""
    found = []
    for number, row in enumerate(given):
        one = {"office": None, "weight": None, **row, "void": row.get("void") or (None if number % 3 else "")}
        for question in questionnaire.questions:
            if question.kind is Kind.MULTIPLE:
                marks, unmarked = one.pop(question.key), None if number % 2 else False
                for option in question.options:
                    one[f"{question.key}_{option.value}"] = option.value in marks or unmarked
        if one.get("paid") is not None:
            one["paid"] = Decimal(str(row["paid"]))
        found.append(one)
    return found


def sheets(questionnaire: Questionnaire, many: int) -> list[Row]:
    """Sheets of a real questionnaire, one answer in twenty missing; always the same ones."""
    chance = np.random.default_rng(4)
    found: list[Row] = []
    for _ in range(many):
        row: Row = {}
        for question in questionnaire.questions:
            codes = [option.value for option in question.options]
            there = chance.random() > 0.05
            if question.kind is Kind.MULTIPLE:
                row[question.key] = tuple(code for code in codes if chance.random() < 0.3)
            elif codes:
                row[question.key] = codes[int(chance.integers(len(codes)))] if there else None
            else:
                row[question.key] = None
        found.append(row)
    return found

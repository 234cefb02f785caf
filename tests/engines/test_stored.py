"""Stored answers read in bulk are what the careful way makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.engines import stored
from openhall.engines.columns import encode
from openhall.engines.stored import encode_stored
from openhall.surveys import checking
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section


def asked(*kinds_and_codes) -> Questionnaire:
    questions = tuple(
        Question(key=f"q{n}", kind=kind, text={}, options=tuple(Option(code, {}) for code in codes))
        for n, (kind, codes) in enumerate(kinds_and_codes)
    )
    return Questionnaire(key="q", title={}, sections=(Section(key="s", questions=questions),))


CHOICES = asked((Kind.SINGLE, (1, 2)), (Kind.SCALE, (5, 4, 3, 2, 1)), (Kind.SINGLE, (-1, 0, 10, 999)))
MIXED = asked((Kind.SINGLE, (1, 2)), (Kind.MULTIPLE, (1, 2, 3)), (Kind.NUMBER, ()), (Kind.TEXT, ()))

code = st.sampled_from([None, -1, 0, 1, 2, 3, 4, 5, 10, 11, 999, 1000])
mark = code | st.lists(st.integers(1, 5), min_size=2, max_size=3).map(tuple)
sheets = st.lists(st.tuples(code, code, code), max_size=8) | st.lists(st.tuples(mark, mark, mark), max_size=8)
others = st.lists(
    st.tuples(
        code, st.none() | st.tuples(st.integers(1, 3)), st.none() | st.integers(0, 9), st.none() | st.text()
    )
)


def same(questionnaire, rows):
    fast = encode_stored(questionnaire, [checking.encode(row) for row in rows])
    slow = encode(questionnaire, rows)
    return list(fast) == list(slow) and all(
        (fast[key] == slow[key]).all() and fast[key].dtype == slow[key].dtype for key in slow
    )


@given(sheets)
def test_choices_are_read_as_the_careful_way_reads_them(rows):
    assert same(CHOICES, rows)


@given(others)
def test_questions_of_every_kind_too(rows):
    assert same(MIXED, rows)


def test_whole_numbers_are_not_read_one_by_one(monkeypatch):
    monkeypatch.setattr(stored, "encode", None)
    assert encode_stored(CHOICES, ["[1,5,null]", "[2,1,999]"])["q2"].tolist() == [0, 4]


@pytest.mark.parametrize("text", ['["1",5,10]', "[1.5,5,10]", "[true,5,10]"])
def test_what_is_no_whole_number_takes_the_careful_way(text):
    assert encode_stored(CHOICES, [text, "[1,5,10]"])["q1"].tolist() == [1, 1]


def test_a_number_too_large_for_its_column_is_none() -> None:
    section = Section(key="s", questions=(Question(key="n", kind=Kind.NUMBER, text={}, decimals=6),))
    block = encode_stored(
        Questionnaire(key="q", title={}, sections=(section,)), ["[99999999999999.5]", "[2.5]"]
    )
    assert block["n"].tolist() == [-(2**63), 2_500_000]

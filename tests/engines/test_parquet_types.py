"""Parquet columns of any type: counted when they can be read, else named with their file and a cure; never a guess."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openhall.engines import files
from openhall.engines.files import Parquet
from openhall.errors import BadInput
from openhall.stats.axes import Axis, Coded, Day, Given, Marked, Number
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section

OPTIONS = tuple(Option(code, {}, score=float(code)) for code in (1, 2, 3))
QUESTIONS = (
    Question(key="q1", kind=Kind.SINGLE, text={}, options=OPTIONS),
    Question(key="many", kind=Kind.MULTIPLE, text={}, options=OPTIONS[:2], required=False),
    Question(key="visits", kind=Kind.NUMBER, text={}, required=False),
    Question(key="paid", kind=Kind.NUMBER, text={}, decimals=2, required=False),
    Question(key="day", kind=Kind.DATE, text={}, required=False),
    Question(key="why", kind=Kind.TEXT, text={}, required=False),
)
ASKED = Questionnaire(key="asked", title={}, sections=(Section(key="all", questions=QUESTIONS),))
Q1, NONE = Coded("q1", (1, 2, 3)), float("nan")


def engine(folder: Path, name: str = "a.parquet", **columns: Any) -> Parquet:
    table = {"q1": [1] * len(next(iter(columns.values()))), **columns}
    pq.write_table(pa.table(table), folder / name)
    return Parquet(folder, ASKED)


def counted(asked: Parquet, axis: Axis, weight: str = "") -> list[list[int]]:
    [cells] = asked.count([(axis,)], weight=weight)
    return [
        [*value, count] for value, count in zip(cells.values.tolist(), cells.counts.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("axis", "values", "said"),
    [
        (Q1, pa.array([b"1", b"2", None]), [[0, 1], [1, 1], [2, 1]]),
        (Q1, pa.array(["1", ""]).cast(pa.string_view()), [[0, 1], [1, 1]]),
        (Q1, [1.0, NONE, 3.0], [[0, 1], [1, 1], [3, 1]]),
        (Number("visits"), [2.0, 2.5, 3.5, NONE, None], [[0, 0, 2], [1, 2, 2], [1, 4, 1]]),
        (Number("visits"), [Decimal("1.50")], [[1, 2, 1]]),
        (Number("visits"), [2**63 - 1, -(2**63) + 1], [[1, -(2**63) + 1, 1], [1, 2**63 - 1, 1]]),
        (Number("paid", 2), [2**53 + 1], [[1, 100 * 2**53 + 100, 1]]),
        (Number("paid", 2), ["1.25", None], [[0, 0, 1], [1, 125, 1]]),
        (Day("day"), [datetime(1970, 1, 2, 23, 59), None], [[0, 0, 1], [1, 1, 1]]),
        (Given("why"), pa.array(["a", "", None]).dictionary_encode(), [[0, 2], [1, 1]]),
        (Given("why"), [date(2020, 1, 1), None], [[0, 1], [1, 1]]),
        (Given("why"), [0.5, NONE], [[0, 1], [1, 1]]),
    ],
)
def test_what_can_be_read_is_counted(tmp_path: Path, axis: Any, values: Any, said: list[list[int]]) -> None:
    key = axis.key
    assert counted(engine(tmp_path, **{key: values}), axis) == said


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        (Number("visits"), ["1", "some"]),
        (Number("visits"), [[1]]),
        (Number("visits"), pa.array([2**64 - 1], pa.uint64())),
        (Number("paid", 2), [float("inf")]),
        (Number("paid", 2), [1e300]),
        (Number("paid", 2), [2**60]),
        (Day("day"), ["yesterday"]),
        (Day("day"), [17_000]),
    ],
)
def test_what_cannot_is_named_with_its_type_and_a_cure(tmp_path: Path, axis: Any, values: Any) -> None:
    asked = engine(tmp_path, **{axis.key: values})
    with pytest.raises(BadInput, match=rf"a\.parquet, column {axis.key}: its values, of type .*Give numbers"):
        counted(asked, axis)


def test_an_infinite_code_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="column q1: “inf” is not one of the answers"):
        counted(engine(tmp_path, q1=[1.0, float("inf")]), Q1)


@pytest.mark.parametrize(
    "marks", [["1", "0", "yes", "", None, "否"], [1.0, 0.0, 0.5, NONE, None, 0], [1, 0, 2, 0, 0, None]]
)
def test_a_mark_is_a_yes_or_a_number_that_is_not_0(tmp_path: Path, marks: list[Any]) -> None:
    asked = engine(tmp_path, many_1=marks, **{"many.2": [0] * 6})
    assert counted(asked, Marked("many", 1)) == counted(asked, Given("many")) == [[0, 4], [1, 2]]
    assert counted(asked, Marked("many", 2)) == [[0, 6]]


def test_the_options_of_a_multiple_choice_count_for_it_whichever_way_they_are_named(tmp_path: Path) -> None:
    asked = engine(tmp_path, **{"many.1": [1, 0, 0], "many.2": [0, 1, 0]})
    assert counted(asked, Given("many")) == [[0, 1], [1, 2]]


def test_a_mark_in_other_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"column many_1: “maybe” is not one of the answers \(0, 1\)"):
        counted(engine(tmp_path, many_1=["1", "maybe"], many_2=[0, 0]), Marked("many", 1))


@pytest.mark.parametrize("column", ["many", "many_1"])
def test_a_multiple_choice_with_some_of_its_columns_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(BadInput, match="the column many_2 is missing"):
        engine(tmp_path, **{column: [1]})


@pytest.mark.parametrize("weights", [[1.0, 2.5], ["1", "a"], [[1], [2]]])
def test_a_weight_that_is_no_whole_number_is_refused(tmp_path: Path, weights: list[Any]) -> None:
    with pytest.raises(BadInput, match="column w: a weight has to be a whole number"):
        counted(engine(tmp_path, w=weights), Q1, "w")


def test_a_weight_below_1_or_none_counts_no_row(tmp_path: Path) -> None:
    assert counted(engine(tmp_path, w=[2.0, 3.0, NONE, -7.0, 0.0, None]), Q1, "w") == [[1, 5]]


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([3])], names=["q1", "q1"])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(BadInput, match="Two columns are called q1"):
        Parquet(tmp_path, ASKED)


def test_a_reason_in_some_files_only_is_refused(tmp_path: Path) -> None:
    engine(tmp_path, void=["", "blank"])
    with pytest.raises(BadInput, match=r"b\.parquet: the column void is missing"):
        engine(tmp_path, "b.parquet", q1=[1])


def test_a_column_of_more_texts_than_there_are_offices_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST", 3)
    assert list(engine(tmp_path, office=["a", "b"]).about) == ["office"]
    assert list(engine(tmp_path, office=["a", "b", "c"]).about) == []


def test_a_reason_that_is_a_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.parquet, column void: its values, of type list"):
        engine(tmp_path, void=[["a"]])


def test_files_somebody_is_still_writing_are_left_out_and_names_in_capitals_are_not(tmp_path: Path) -> None:
    for folder in ("_temporary/0", ".hidden", "town"):
        (tmp_path / folder).mkdir(parents=True)
        engine(tmp_path / folder, q1=[1])
    for name in ("_a.parquet", ".b.parquet", "C.PARQUET"):
        engine(tmp_path, name, q1=[1])
    found = [str(file.relative_to(tmp_path)) for file in Parquet(tmp_path, ASKED).files]
    assert found == ["C.PARQUET", "town/a.parquet"]

"""Blocks as text: aligned by places on the terminal, wide tables in parts that say again what a row is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.report.small import tiny_report

from openhall.report import plain
from openhall.report.document import Caution, Column, Row, Table
from openhall.report.numerals import Format


def table(*rows: tuple[object, ...], columns: tuple[Column, ...], notes: tuple[str, ...] = ()) -> Table:
    return Table(key="t", caption="Caption", columns=columns, rows=tuple(map(Row, rows)), notes=notes)


def lines(block: object, width: int = 110) -> list[str]:
    return plain.text([block], lang="en", width=width).splitlines()


NAMED = (Column("name", "Name"), Column("n", "n", Format.INT))


def test_text_stands_left_and_numbers_right():
    said = lines(table(("a", 5), ("longer", 1234), columns=NAMED, notes=("A note.",)))
    assert said == [
        "Caption",
        "─────────────",
        "Name        n",
        "─────────────",
        "a           5",
        "longer  1,234",
        "─────────────",
        "A note.",
    ]


def test_chinese_letters_take_two_places():
    said = lines(table(("满意", 1), ("abcd", 2), columns=NAMED))
    assert said[4:6] == ["满意  1", "abcd  2"]


def test_a_heading_over_several_columns_stands_over_them():
    columns = (
        Column("name", "Name"),
        Column("n", "n", Format.INT, "Male"),
        Column("p", "%", Format.PERCENT1, "Male"),
    )
    said = lines(table(("a", 5, 12.5), columns=columns))
    assert said[2:5] == ["         Male", "Name  n     %", "─────────────"]


def test_a_total_is_set_apart():
    made = Table(key="t", caption="C", columns=NAMED, rows=(Row(("a", 1)), Row(("Total", 1), total=True)))
    said = lines(made)
    assert said[5].startswith("──")
    assert said[6].startswith("Total")


def test_a_wide_table_comes_in_parts_that_repeat_what_a_row_is():
    columns = (
        Column("a", "first"),
        Column("b", "second"),
        *(Column(f"c{i}", f"column {i}", Format.INT) for i in range(12)),
    )
    said = lines(table(("left", "right", *range(12)), columns=columns), width=60)
    assert max(map(plain.breadth, said)) <= 60
    assert sum(line.startswith("left   right") for line in said) == 3
    assert [f"column {i}" in "\n".join(said) for i in range(12)] == [True] * 12


def test_cautions_are_marked_and_wrapped_under_each_other():
    said = lines(Caution("sparse", "one two three four"), width=12)
    assert said == ["! one two", "  three four"]


def test_every_block_of_a_report_can_be_said():
    report = tiny_report("a 满意 text")
    said = plain.text(list(report.blocks()), lang="en")
    assert said.count("满意") > 5


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=80), st.integers(10, 40))
def test_nothing_is_lost_by_wrapping(text: str, width: int) -> None:
    wrapped = plain._wrapped(text, width)
    assert "".join("".join(wrapped).split()) == "".join(text.split())

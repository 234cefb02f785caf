"""Problems are put together in the reader's language: place, sentences and lists."""

from __future__ import annotations

from openhall.errors import NotAllowed, Problem, Word, fill

CHINESE = {
    ", ": "、",
    ": ": "：",
    "{message} {cure}": "{message}{cure}",
    "Format": "格式",
    "“{given}” is not known.": "没有“{given}”。",
    "Use one of {known}.": "请用 {known} 之一。",
}


def chinese(template: str) -> str:
    return CHINESE[template]


def test_a_problem_is_joined_as_the_language_joins() -> None:
    problem = Problem(
        "Format", "“{given}” is not known.", "Use one of {known}.", {"given": "x", "known": ["a", "b"]}
    )
    assert problem.say() == "Format: “x” is not known. Use one of a, b."
    assert problem.say(chinese) == "格式：没有“x”。请用 a、b 之一。"


def test_braces_in_what_was_given_are_left_alone() -> None:
    problem = Problem(
        "{place}", "“{given}” is not known.", "Use {{x}}.", {"place": "{0}", "given": "{given}"}
    )
    assert problem.say() == "{0}: “{given}” is not known. Use {x}."


def test_a_problem_without_place_or_cure_has_no_join() -> None:
    assert Problem("", "it is missing.").say() == "it is missing."
    assert Problem("Row {row}", "", "Remove it.", {"row": 3}).say() == "Row 3: Remove it."


def test_errors_join_lists_too() -> None:
    assert NotAllowed("Missing: {names}.", names=("a", "b", 3)).say() == "Missing: a, b, 3."
    assert fill("{n}", {"n": []}) == ""


def test_a_value_that_is_a_word_is_said_in_the_readers_language():
    chinese = {"“{given}” is not {kind}.": "“{given}”不是{kind}。", "a figure": "数值"}
    assert (
        fill("“{given}” is not {kind}.", {"given": "abc", "kind": Word("a figure")}, chinese.get)
        == "“abc”不是数值。"
    )

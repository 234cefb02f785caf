import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.surveys.checking import check_answers, decode, encode, parse_mark
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.toml_format import builtin

YES_NO = (Option(1, {"en": "Yes"}), Option(2, {"en": "No"}), Option(10, {"en": "Maybe"}))
ASKED = {
    "one": Question(key="one", kind=Kind.SINGLE, text={"en": "One?"}, options=YES_NO),
    "many": Question(key="many", kind=Kind.MULTIPLE, text={"en": "Many?"}, options=YES_NO),
    "age": Question(key="age", kind=Kind.NUMBER, text={"en": "Age?"}, minimum=18, maximum=120),
    "cost": Question(key="cost", kind=Kind.NUMBER, text={"en": "Cost?"}, decimals=2),
    "day": Question(key="day", kind=Kind.DATE, text={"en": "Day?"}),
    "why": Question(key="why", kind=Kind.TEXT, text={"en": "Why?"}, required=False),
}
FORM = Questionnaire(
    key="f", title={"en": "F"}, sections=(Section(key="a", questions=tuple(ASKED.values())),)
)
GOOD = {
    "one": ["2"],
    "many": ["10", "1"],
    "age": ["18"],
    "cost": ["2.50"],
    "day": ["2018-06-30"],
    "why": ["a\r\nb"],
}


def test_a_good_form_becomes_answers_in_the_order_of_the_questions() -> None:
    checked = check_answers(FORM, GOOD)
    assert checked.ok
    assert checked.answers == (2, (1, 10), 18, 2.5, "2018-06-30", "a\nb")


@pytest.mark.parametrize(
    ("key", "posted", "said"),
    [
        ("one", [], "Question 1: choose an answer."),
        ("one", ["", " "], "Question 1: choose an answer."),
        ("one", ["1", "2"], "Question 1: choose only one answer."),
        ("one", ["3"], "Question 1: “3” is not one of the answers (1, 2, 10)."),
        ("one", ["{0}"], "“{0}” is not one of the answers"),
        ("one", ["9" * 10_000], "99…” is not one of the answers"),
        ("one", ["\0"], "\N{REPLACEMENT CHARACTER}"),
        ("many", [], "Question 2: choose at least one answer."),
        ("many", ["1", "7"], "“7” is not one of the answers"),
        ("age", ["17"], "the number must be 18 or more."),
        ("age", ["121"], "the number must be 120 or less."),
        ("age", ["18.5"], "enter a whole number."),
        ("age", ["1e2"], "“1e2” is not a number."),
        ("age", ["nan"], "is not a number"),
        ("age", ["9" * 400], "is not a number"),
        ("cost", ["2.505"], "enter at most 2 digits after the point."),
        ("day", ["2018-02-30"], "“2018-02-30” is not a date."),
        ("day", ["30.6.2018"], "Write it as 2018-06-30"),
        ("why", ["x" * 2001], "the text is 2001 characters long; 2000 are possible."),
        ("why", ["a\0b"], "characters that cannot be printed"),
        ("why", ["\ud800"], "characters that cannot be printed"),
    ],
)
def test_a_wrong_answer_is_told_and_left_out(key: str, posted: list[str], said: str) -> None:
    checked = check_answers(FORM, {**GOOD, key: posted})
    assert list(checked.problems) == [key]
    assert said in str(checked.problems[key])
    assert checked.answers[FORM.position[key]] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("1000000000000", "must be 999999999999 or less"), ("-1000000000000", "must be -999999999999 or more")],
)
def test_a_number_with_more_digits_than_a_column_holds_is_refused(text: str, said: str) -> None:
    exact = Question(key="exact", kind=Kind.NUMBER, text={}, decimals=6)
    assert parse_mark(exact, "-999999999999") == -999999999999
    with pytest.raises(BadInput, match=said):
        parse_mark(exact, text)


def test_blanks_are_fine_in_a_form_that_is_saved_to_go_on_later() -> None:
    checked = check_answers(FORM, {"one": ["1"], "csrf": ["x"]}, complete=False)
    assert checked.ok and checked.answers == (1, None, None, None, None, None)
    assert not check_answers(FORM, {"one": ["3"]}, complete=False).ok


def test_a_text_that_is_no_list_is_taken_as_one_answer() -> None:
    assert check_answers(FORM, {**GOOD, "one": "10"}).answers[0] == 10


def test_full_width_digits_of_a_chinese_keyboard_are_digits() -> None:
    checked = check_answers(FORM, {**GOOD, "one": ["２"], "age": ["４２"]})
    assert checked.answers[0] == 2 and checked.answers[2] == 42


@pytest.mark.parametrize(
    ("key", "text", "answer"),
    [
        ("one", "", None),
        ("one", " 2 ", 2),
        ("one", "2.0", 2),
        ("one", "2|1", (1, 2)),
        ("one", "2|2", 2),
        ("many", "10", (10,)),
        ("many", "10|1", (1, 10)),
        ("many", "|", None),
        ("why", "2|1", "2|1"),
    ],
)
def test_a_mark_is_kept_as_it_was_made(key: str, text: str, answer: object) -> None:
    assert parse_mark(ASKED[key], text) == answer


@pytest.mark.parametrize(
    ("key", "text"), [("one", "3"), ("one", "1|3"), ("one", "1,2"), ("many", "x"), ("age", "1|2")]
)
def test_an_unknown_mark_is_refused(key: str, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_mark(ASKED[key], text)
    assert str(caught.value.problems[0]).startswith(f"{key}: “")


marks = st.one_of(st.none(), st.integers(1, 5), st.sampled_from([(2, 4), (1, 2, 3)]), st.text(max_size=5))


@given(st.lists(marks, min_size=22, max_size=22))
def test_stored_answers_come_back_equal(answers: list[object]) -> None:
    assert decode(builtin(), encode(answers)) == tuple(answers)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 10_000, "null"])
def test_what_is_no_stored_answer_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        decode(FORM, text)


def test_a_number_that_json_cannot_hold_is_never_stored() -> None:
    with pytest.raises(ValueError):
        encode([float("nan")])
    assert json.loads(encode([2.5, "“x”"])) == [2.5, "“x”"]

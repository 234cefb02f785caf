from collections.abc import Callable
from typing import Any

import pytest
from tests.surveys.lss_file import in_two, lss, question, version_3, version_4

from openhall.errors import BadInput
from openhall.surveys.lss import read_lss
from openhall.surveys.questionnaire import Kind, Questionnaire, Role

Tables = dict[str, list[dict[str, object]]]


def read(tables: Tables, **more: Any) -> Questionnaire:
    return read_lss(lss(tables, **more), key="visit")


def refused(data: bytes | Tables) -> str:
    with pytest.raises(BadInput) as caught:
        read_lss(data if isinstance(data, bytes) else lss(data), key="visit")
    return str(caught.value)


def with_question(kind: str, code: str = "extra", **more: object) -> Tables:
    tables = version_4()
    tables["questions"].append(question(99, kind, code, 9, **more))
    tables["question_l10ns"] += in_two("qid", 99, "question", "Extra?", "另外？")
    return tables


@pytest.mark.parametrize("tables", [version_3(), version_4()], ids=["version 3", "version 4"])
def test_both_versions_give_the_same_questionnaire(tables: Tables) -> None:
    visit = read(tables)
    assert visit.languages == ("en", "zh")
    assert visit.title == {"en": "Visit", "zh": "来访"} and visit.introduction == {
        "en": "Welcome",
        "zh": "欢迎",
    }
    assert [(q.key, q.kind) for q in visit] == [
        ("age", Kind.NUMBER),
        ("gender", Kind.SINGLE),
        ("why", Kind.MULTIPLE),
        ("SE_SQ001", Kind.SCALE),
        ("SE_SQ002", Kind.SCALE),
    ]
    assert visit["gender"].text == {"en": "Your gender?", "zh": "您的性别？"}
    assert visit["age"].text["en"] == "Age & so on?"
    assert (visit["age"].minimum, visit["age"].decimals, visit["age"].required) == (18, 0, False)
    assert [(o.value, o.label["zh"], o.score) for o in visit["gender"].options] == [
        (1, "男", None),
        (2, "女", None),
    ]
    assert [(o.value, o.label["en"]) for o in visit["why"].options] == [(1, "Tax"), (2, "Land")]


def test_assessment_values_are_the_scores_and_answer_codes_the_values() -> None:
    assert [(o.value, o.score) for o in read(version_4())["SE_SQ001"].options] == [(1, 5), (2, 1)]


def test_an_array_becomes_a_dimension_under_its_groups_name() -> None:
    visit = read(version_4())
    hall = visit.sections[-1]
    assert (
        hall.dimension and hall.title["en"] == "Hall" and hall.introduction["en"] == "How satisfied are you?"
    )
    assert [question.role for question in hall.questions] == [Role.ITEM, Role.ITEM]
    assert visit["gender"].role is Role.BACKGROUND
    assert "Question gender: its answers are coded 1 to 2 in this order." in map(str, visit.notes)


@pytest.mark.parametrize(
    ("kind", "expected", "count"),
    [
        ("Y", Kind.SINGLE, 2),
        ("G", Kind.SINGLE, 2),
        ("5", Kind.SCALE, 5),
        ("D", Kind.DATE, 0),
        ("S", Kind.TEXT, 0),
        ("T", Kind.TEXT, 0),
        ("U", Kind.TEXT, 0),
        ("N", Kind.NUMBER, 0),
    ],
)
def test_simple_types_are_taken_over(kind: str, expected: Kind, count: int) -> None:
    extra = read(with_question(kind))["extra"]
    assert (extra.kind, len(extra.options)) == (expected, count)


@pytest.mark.parametrize(
    ("kind", "expected", "count"),
    [("A", Kind.SCALE, 5), ("B", Kind.SCALE, 10), ("K", Kind.NUMBER, 0), ("Q", Kind.TEXT, 0)],
)
def test_arrays_without_answers_of_their_own_are_taken_over(kind: str, expected: Kind, count: int) -> None:
    tables = with_question(kind)
    tables["subquestions"].append(question(98, "T", "a", parent_qid=99))
    tables["question_l10ns"] += in_two("qid", 98, "question", "Part?", "部分？")
    extra = read(tables)["extra_a"]
    assert (extra.kind, len(extra.options)) == (expected, count)


def test_the_comment_of_a_list_is_left_out_and_noted() -> None:
    tables = with_question("O")
    tables["answers"] += [{"aid": n, "qid": 99, "code": f"A{n}", "sortorder": n} for n in (1, 2)]
    tables["answer_l10ns"] += [
        *in_two("aid", 1, "answer", "One", "一"),
        *in_two("aid", 2, "answer", "Two", "二"),
    ]
    del tables["answers"][:2], tables["answer_l10ns"][:4], tables["questions"][0]
    assert "Group About you, question extra: the comment field is left out." in map(str, read(tables).notes)


def test_a_text_for_display_becomes_the_introduction_of_its_section() -> None:
    assert read(with_question("X")).sections[0].introduction["en"] == "Extra?"


def test_questions_after_an_array_stand_in_a_section_of_their_own() -> None:
    tables = with_question("T", gid=2)
    assert [(s.key, [q.key for q in s.questions]) for s in read(tables).sections] == [
        ("group1", ["age", "gender", "why"]),
        ("SE", ["SE_SQ001", "SE_SQ002"]),
        ("group2_2", ["extra"]),
    ]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            with_question("R"),
            "Group About you, question extra: the question type R (ranking) is not supported.",
        ),
        (with_question("1"), "the question type 1 (dual scale array) is not supported."),
        (with_question("§"), "the question type § (?) is not supported."),
        (with_question("Y", other="Y"), "a free “other” answer is not supported. Turn “Other” off"),
        (
            with_question("Y", relevance="gender.NAOK == 1"),
            "a condition is not supported. Remove the condition",
        ),
        (
            {**version_4(), "conditions": [{"qid": 11}]},
            "Group About you, question gender: a condition is not supported.",
        ),
        (with_question("F"), "question extra: the array has no subquestions."),
        (with_question("L"), "Group About you, question extra: there are too few options to choose from."),
        (with_question("T", "gender"), "the key gender is used more than once."),
        (with_question("T", "a b"), "“a b” cannot be a question's key."),
        ({"groups": []}, "there is no question."),
    ],
)
def test_what_cannot_be_taken_over_is_named_by_group_and_question(tables: Tables, said: str) -> None:
    assert said in refused(tables)


def test_an_expression_in_a_text_is_refused() -> None:
    tables = version_4()
    tables["question_l10ns"][0]["question"] = "Hello {TOKEN:FIRSTNAME}?"
    assert "expressions in a text are not supported. Write the text without {…}." in refused(tables)


def test_a_problem_is_told_once() -> None:
    assert len(refused(with_question("R")).splitlines()) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty."),
        (b"no xml", "this is not XML: an error in line 1, column 1."),
        (lss(version_4())[:-30], "this is not XML: an error in line 1"),
        (b"<document><a></document>", "this is not XML"),
        (b"<html></html>", "this is not the structure of a LimeSurvey survey."),
        (
            b"<document><LimeSurveyDocType>Label set</LimeSurveyDocType></document>",
            "is not the structure of a LimeSurvey",
        ),
        (b'<?xml version="1.0" encoding="klingon"?><document/>', "the encoding of the file is not known."),
        (b"\0" * 100, "this is not XML"),
    ],
)
def test_a_malformed_file_is_answered(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_an_entity_bomb_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "&e{n};&e{n};">' for n in range(30))
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><document>&e30;</document>'
    assert "the file declares XML entities" in refused(bomb.encode())


def test_an_outside_entity_is_refused() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><document>&x;</document>'
    assert "the file declares XML entities" in refused(bomb)


change: list[Callable[[Tables], Any]] = [
    lambda tables: tables.pop("answer_l10ns"),
    lambda tables: tables.pop("question_l10ns"),
    lambda tables: [row.pop("type") for row in tables["questions"]],
    lambda tables: [row.pop("title") for row in tables["questions"]],
]


@pytest.mark.parametrize("spoil", change)
def test_a_file_with_parts_missing_is_refused(spoil: Callable[[Tables], Any]) -> None:
    tables = version_4()
    spoil(tables)
    assert refused(tables)

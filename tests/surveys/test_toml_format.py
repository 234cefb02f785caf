from collections.abc import Callable
from typing import Any

import pytest

from openhall.errors import BadInput
from openhall.surveys.dict_format import from_dict, to_dict
from openhall.surveys.questionnaire import Kind, Role
from openhall.surveys.toml_format import builtin, read_toml

STUDY = """
title = { en = "Visit", zh = "来访" }
[scale.satisfaction]
2 = { en = "Good", zh = "好" }
1 = { en = "Bad", zh = "差" }
9 = { en = "Not applicable", zh = "不适用", scored = false }
[[background]]
key = "q1"
name = "gender"
text = { en = "Gender?", zh = "性别？" }
options = [{ value = 1, en = "Male", zh = "男" }, { value = 2, en = "Female", zh = "女" }]
population = [51.27, 48.73]
[[dimension]]
key = "SE"
name = { en = "Environment", zh = "环境" }
items = [{ key = "s1", en = "Signs?", zh = "标识？" }]
[overall]
key = "s2"
en = "Overall?"
zh = "总体？"
[[section]]
key = "more"
[[section.question]]
key = "age"
kind = "number"
text = { en = "Age?", zh = "年龄？" }
minimum = 18
required = false
"""


def problems(text: str | bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read_toml(text, key="study")
    return "\n".join(caught.value.lines())


def test_the_study_of_the_appendix_is_built_in() -> None:
    study = builtin()
    assert len(study.with_role(Role.BACKGROUND)) == 6
    assert [len(section.questions) for section in study.sections] == [6, 5, 3, 4, 3, 1]
    assert [question.name for question in study if question.ordered and question.name] == [
        "age",
        "education",
        "income",
    ]
    assert study["s16"].role is Role.OVERALL
    assert study.languages == ("en", "zh")
    assert study.fieldwork is not None and sum(study.fieldwork.issued.values()) == 398


def test_the_display_order_of_a_scale_is_the_order_of_the_file_and_its_score_the_key() -> None:
    assert [(option.value, option.score) for option in builtin()["s1"].options] == [
        (v, v) for v in (5, 4, 3, 2, 1)
    ]


def test_every_part_of_a_study_file_is_read() -> None:
    study = read_toml(STUDY, key="visit")
    assert [section.key for section in study.sections] == ["background", "SE", "overall", "more"]
    assert study["q1"].population == (51.27, 48.73)
    assert study["s1"].role is Role.ITEM and study["s1"].kind is Kind.SCALE
    assert [option.score for option in study["s1"].options] == [2, 1, None]
    assert study["age"].minimum == 18 and not study["age"].required


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_study_file_may_come_in_any_usual_encoding(encoding: str) -> None:
    assert read_toml(STUDY.encode(encoding), key="x")["s1"].text["zh"] == "标识？"


def test_toml_errors_keep_line_and_column() -> None:
    assert "at line 2, column 6" in problems('title = "x"\nthis is no toml')


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('key = "q1"', 'kye = "q1"', "background 1: “kye” is not known. Did you mean “key”?"),
        ("value = 2, en", 'value = "2", en', "background 1 (q1), option 2: value must be a whole number."),
        ("{ value = 2, en", "{ en", "background 1 (q1), option 2: the option has no value."),
        ("value = 2, en", "value = 1, en", "Question q1: the value 1 stands for 2 options."),
        ("51.27, 48.73", "51.27", "Question q1: population has 1 shares for 2 options."),
        ("51.27, 48.73", "10, 20", "do not add up to 100"),
        ("51.27, 48.73", "51.27, nan", "do not add up to 100"),
        (
            'kind = "number"',
            'kind = "numbr"',
            "section 1 (more), question 1 (age): kind “numbr” is not known. Use one of single,",
        ),
        ("minimum = 18", "minimum = true", "minimum must be a number."),
        ("minimum = 18", "minimum = 18\nmaximum = 3", "the minimum is above the maximum."),
        ('key = "age"', 'key = "s1"', "the key s1 is used more than once."),
        ('key = "age"', 'key = "serial"', "the key serial is the name of a column of every data file."),
        ('key = "age"', 'key = "1 a"', "“1 a” cannot be a question's key."),
        ("[[dimension]]", "[[dimensions]]", "“dimensions” is not known. Did you mean “dimension”?"),
        (
            'items = [{ key = "s1", en',
            'scale = "agree"\nitems = [{ key = "s1", en',
            "scale “agree” is not known. Use one of satisfaction.",
        ),
        ('2 = { en = "Good"', 'two = { en = "Good"', "scale, satisfaction: “two” is not a step of a scale."),
        ("[overall]", "[fieldwork]\nissued = { A = -1 }\n[overall]", "fieldwork: A is below zero."),
        (
            "[overall]",
            "[fieldwork]\nissued = { A = 'x' }\n[overall]",
            "fieldwork, issued: A must be a whole number.",
        ),
        ('title = { en = "Visit", zh = "来访" }', "title = 3", "title: this must be a table."),
        ('title = { en = "Visit", zh = "来访" }', "", "the questionnaire has no title."),
        ("[[background]]", "[background]", "background must be a list."),
        ('text = { en = "Gender?", zh = "性别？" }', "text = { en = 3 }", "text: en must be a text"),
        ("value = 2, en", "value = 99999999999999999999, en", "is too large"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_cure(wrong: str, right: str, said: str) -> None:
    assert said in problems(STUDY.replace(wrong, right))


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("items = [", "scale = 3\nitems = [", "dimension 1 (SE): scale must be a text in quotation marks."),
        (
            "[[dimension]]",
            "[scale.other]\n1 = { en = 'x' }\n2 = { en = 'y' }\n[[dimension]]",
            "dimension 1 (SE): the scale is not named.",
        ),
        (
            "required = false",
            "scale = 'satisfaction'\noptions = [{ value = 1, en = 'x' }]",
            "there are options and a scale. Keep one",
        ),
        (
            "population = [51.27, 48.73]",
            "population = ['a', 2]",
            "background 1 (q1): population must be a number.",
        ),
        ("[[section]]", "languages = [1]\n[[section]]", "overall: “languages” is not known."),
        ("title = {", "languages = [1]\ntitle = {", "languages must be a text in quotation marks."),
    ],
)
def test_a_wrong_kind_of_value_is_named(wrong: str, right: str, said: str) -> None:
    assert said in problems(STUDY.replace(wrong, right, 1))


def test_a_plain_text_is_in_the_first_language() -> None:
    study = read_toml(STUDY.replace('text = { en = "Age?", zh = "年龄？" }', 'text = "Age?"'), key="x")
    assert study["age"].text == {"en": "Age?"}


def test_a_file_too_long_to_be_a_questionnaire_is_refused() -> None:
    assert "a questionnaire of 2000001 characters is too long." in problems("#" * 2_000_001)


def test_every_mistake_is_named_at_once() -> None:
    lines = problems(STUDY.replace("value", "vaule").replace("scored", "scroed")).splitlines()
    assert len(lines) == 5
    assert "Did you mean “scored”?" in lines[0]


@pytest.mark.parametrize("text", ["", "x = " + "[" * 5000, "x = " + "9" * 20000, "a.b = 1\na = 2", "\0"])
def test_rubbish_is_refused(text: str) -> None:
    assert problems(text)


def test_a_file_of_twenty_thousand_unknown_keys_is_answered_with_the_first() -> None:
    assert len(problems("\n".join(f"k{n} = 1" for n in range(20_000))).splitlines()) == 200


def test_text_with_braces_is_quoted_and_not_filled_in() -> None:
    assert "“{x}” is not a step" in problems(STUDY.replace("2 = {", '"{x}" = {'))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda form: form.update(form=2),
        lambda form: form.update(extra=1),
        lambda form: form.update(sections=None),
        lambda form: form["sections"][0]["questions"][0].update(kind="slider"),
        lambda form: form["sections"][0]["questions"][0].pop("options"),
        lambda form: form["sections"][1]["questions"][0].update(scale="missing"),
        lambda form: form["sections"][0]["questions"][0]["options"][0].update(value=True),
        lambda form: form["sections"][0]["questions"].append(7),
        lambda form: form["scales"].update(scale1=7),
    ],
)
def test_a_stored_questionnaire_is_not_trusted(break_it: Callable[[Any], None]) -> None:
    form = to_dict(builtin())
    break_it(form)
    with pytest.raises(BadInput) as caught:
        from_dict(form)
    assert caught.value.problems

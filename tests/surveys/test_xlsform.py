import io
from collections.abc import Sequence
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from openhall.errors import BadInput
from openhall.surveys.questionnaire import Kind, Questionnaire, Role
from openhall.surveys.toml_format import builtin
from openhall.surveys.xlsform import read_xlsform, write_xlsform

EN, ZH = "label::English (en)", "label::中文 (zh)"
HEAD = ["type", "name", EN, ZH, "required", "appearance", "hint", "constraint", "relevant"]
SURVEY: list[list[Any]] = [
    ["start", "start"],
    ["note", "welcome", "Please answer.", "请回答。"],
    ["begin_group", "part1", "About you", "关于您"],
    ["select_one gender", "q1", "Gender?", "性别？", "yes"],
    ["integer", "age", "Age?", "年龄？", "no", None, "In years", ". >= 18 and . < 120"],
    ["end_group"],
    ["begin group", "SE", "Environment", "环境", None, "table-list"],
    ["select_one likert", "s1", "Signs?", "标识？", "yes"],
    ["select_one likert", "s2", "Seats?", "座位？", "yes"],
    ["end group"],
    ["select_one likert", "s3", "Overall?", "总体？", "yes"],
    ["select_multiple why", "why", "Why?", "为何？"],
    ["decimal", "cost", "Cost?", "费用？"],
    ["date", "day", "Day?", "日期？"],
    ["text", "more", "Anything else?", "还有吗？"],
]
CHOICES: list[list[Any]] = [
    ["gender", "male", "Male", "男"],
    ["gender", "female", "Female", "女"],
    ["likert", 5, "Very satisfied", "非常满意"],
    ["likert", 1, "Not satisfied", "不满意"],
    ["why", "A1", "Tax", "税"],
    ["why", "A2", "Land", "土地"],
]


def form(
    survey: Sequence[Sequence[Any]] = SURVEY,
    choices: Sequence[Sequence[Any]] = CHOICES,
    head: Sequence[str] = HEAD,
    choices_head: Sequence[str] = ("list_name", "name", EN, ZH),
) -> bytes:
    book = Workbook()
    book.active.title = "survey"
    for row in (head, *survey):
        book.active.append(list(row))
    sheet = book.create_sheet("choices")
    for row in (choices_head, *choices):
        sheet.append(list(row))
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "default_language"])
    settings.append(["Visit", "visit", "English (en)"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(*args: Any, **more: Any) -> Questionnaire:
    return read_xlsform(form(*args, **more), key="visit")


def refused(*args: Any, **more: Any) -> str:
    with pytest.raises(BadInput) as caught:
        read(*args, **more)
    return str(caught.value)


def test_every_kind_of_question_is_taken_over() -> None:
    visit = read()
    assert [(question.key, question.kind) for question in visit] == [
        ("q1", Kind.SINGLE),
        ("age", Kind.NUMBER),
        ("s1", Kind.SCALE),
        ("s2", Kind.SCALE),
        ("s3", Kind.SCALE),
        ("why", Kind.MULTIPLE),
        ("cost", Kind.NUMBER),
        ("day", Kind.DATE),
        ("more", Kind.TEXT),
    ]
    assert visit.languages == ("en", "zh")
    assert visit.title == {"en": "Visit"} and visit.introduction == {"en": "Please answer.", "zh": "请回答。"}
    assert [(section.key, section.dimension) for section in visit.sections] == [
        ("part1", False),
        ("SE", True),
        ("main", False),
    ]
    assert (visit["age"].minimum, visit["age"].maximum, visit["age"].decimals) == (18, 119, 0)
    assert visit["q1"].required and not visit["age"].required
    assert visit["age"].hint == {"en": "In years"}


def test_answers_become_codes_and_scales_get_scores() -> None:
    visit = read()
    assert [(option.value, option.label["en"], option.score) for option in visit["q1"].options] == [
        (1, "Male", None),
        (2, "Female", None),
    ]
    assert [(option.value, option.score) for option in visit["s1"].options] == [(5, 5), (1, 1)]
    assert [option.value for option in visit["why"].options] == [1, 2]


def test_roles_are_guessed_and_told() -> None:
    visit = read()
    roles = {question.key: question.role for question in visit}
    assert (roles["q1"], roles["s1"], roles["s3"], roles["why"]) == (
        Role.BACKGROUND,
        Role.ITEM,
        Role.OVERALL,
        Role.OTHER,
    )
    notes = "\n".join(map(str, visit.notes))
    assert "Sheet survey, row 2, column type: start is not recorded." in notes
    assert (
        "Sheet choices, row 2, column name: the answers of the list gender are coded 1 to 2 in this order."
        in notes
    )
    assert "taken as background: q1." in notes and "taken as the overall judgement: s3." in notes


def test_a_column_role_says_it_outright() -> None:
    rows = [
        ["select_one likert", "s1", "Signs?", "标识？", "yes", "likert", "other"],
        ["text", "q", "Q?", "问？", "", "", ""],
    ]
    visit = read(rows, head=["type", "name", EN, ZH, "required", "appearance", "role"])
    assert visit["s1"].role is Role.OTHER and visit["s1"].kind is Kind.SCALE
    assert "the role hero is not known. Use one of background, item" in refused(
        [[*rows[0][:6], "hero"]], head=["type", "name", EN, ZH, "required", "appearance", "role"]
    )


def test_scores_may_stand_in_a_column_of_their_own() -> None:
    head = ["list_name", "name", EN, ZH, "score"]
    choices = [
        ["likert", "A1", "Good", "好", 2],
        ["likert", "A2", "Bad", "差", 1],
        ["likert", "A9", "Don't know", "不知道", None],
    ]
    visit = read(
        [["select_one likert", "s1", "Signs?", "标识？", "yes", "likert"]], choices, choices_head=head
    )
    assert [(option.value, option.score) for option in visit["s1"].options] == [(1, 2), (2, 1), (9, None)]


def test_groups_inside_groups_and_notes_between_questions_keep_their_place() -> None:
    rows = [
        ["begin_group", "a", "A", "甲"],
        ["text", "q1", "1?", "一？"],
        ["begin_group", "b", "B", "乙"],
        ["note", "n", "Now B.", "乙。"],
        ["text", "q2", "2?", "二？"],
        ["end_group"],
        ["text", "q3", "3?", "三？"],
        ["note", "m", "Late.", "晚。"],
        ["end_group"],
        ["text", "q4", "4?", "四？"],
    ]
    visit = read(rows)
    assert [(s.key, s.title.get("en"), [q.key for q in s.questions]) for s in visit.sections] == [
        ("a", "A", ["q1"]),
        ("b", "B", ["q2"]),
        ("a_2", "A", ["q3"]),
        ("main", None, ["q4"]),
    ]
    assert (
        visit.sections[1].introduction["en"] == "Now B." and visit.sections[2].introduction["en"] == "Late."
    )
    assert any("the note is shown at the beginning of its section." in str(note) for note in visit.notes)


def survey(row: list[Any]) -> list[list[Any]]:
    return [["text", "first", "First?", "一？"], row]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["begin_repeat", "r"], "Sheet survey, row 3, column type: the type begin_repeat is not supported."),
        (["calculate", "c"], "the type calculate is not supported. Use one of select_one, select_multiple,"),
        (["geopoint", "g", "Where?"], "the type geopoint is not supported."),
        (
            ["select_one likert or_other", "q", "Q?"],
            "column type: or_other is not supported. Add the answer to the list instead.",
        ),
        (
            ["select_one nobody", "q", "Q?"],
            "there is no list nobody. Use one of the lists of the sheet choices: gender, likert, why.",
        ),
        (
            ["text", "q", "Q?", "", "", "", "", "", "${first} = 1"],
            "Sheet survey, row 3, column relevant: relevant is not supported.",
        ),
        (["text", "q", "You said ${first}?"], f"row 3, column {EN}: answers cannot be put into a text."),
        (["text", "q", "Q?", "", "maybe"], "column required: “maybe” is not yes or no. Write yes or no."),
        (
            ["integer", "q", "Q?", "", "", "", "", ". mod 2 = 0"],
            "column constraint: this constraint is not supported. Use the form",
        ),
        (
            ["text", "q", "Q?", "", "", "", "", ". > 3"],
            "column constraint: this constraint is not supported.",
        ),
        (
            ["decimal", "q", "Q?", "", "", "", "", ". > 3"],
            "column constraint: this constraint is not supported.",
        ),
        (
            ["integer", "q", "Q?", "", "", "", "", ". >= 9 and . <= 3"],
            "Sheet survey, row 3: the minimum is above the maximum.",
        ),
        (["begin_group", "g"], "row 3, column type: the group is never ended. Add a row end_group."),
        (["end_group"], "row 3, column type: there is no group to end."),
        (["", "q", "Q?"], "column type: the type is missing."),
        (["text", "first", "Again?"], "the key first is used more than once."),
        (["text", "1 x", "Q?"], "Sheet survey, row 3: “1 x” cannot be a question's key."),
        (["text", "q"], "Sheet survey, row 3: the question has no text."),
    ],
)
def test_what_cannot_be_taken_over_is_named_by_sheet_row_and_column(row: list[Any], said: str) -> None:
    assert said in refused(survey(row))


def test_a_matrix_of_different_lists_is_refused() -> None:
    rows = [
        ["begin_group", "m", "M", "", "", "table-list"],
        ["select_one likert", "a", "A?"],
        ["select_one gender", "b", "B?"],
        ["end_group"],
    ]
    assert "row 4, column type: the questions of a matrix have different lists." in refused(rows)


def test_a_number_or_share_that_is_none_is_named() -> None:
    head = ["type", "name", EN, ZH, "decimals", "population", "appearance"]
    assert "column decimals: “two” is not a number." in refused(
        [["decimal", "q", "Q?", "问？", "two"]], head=head
    )
    wrong = [["select_one gender", "q", "Q?", "问？", None, "half half"]]
    assert "column population: these are not shares. Write per cent" in refused(wrong, head=head)
    good = [["select_one gender", "q", "Q?", "问？", None, "51.27 48.73"]]
    assert read(good, head=head)["q"].population == (51.27, 48.73)


def test_the_row_of_headings_above_a_matrix_is_no_question() -> None:
    head = ["type", "name", EN, ZH, "appearance"]
    rows = [
        ["select_one likert", "h", "Rate", "评", "label"],
        ["select_one likert", "s1", "Signs?", "标识？", "list-nolabel"],
    ]
    assert [(question.key, question.kind) for question in read(rows, head=head)] == [("s1", Kind.SCALE)]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            ["likert", 5, "Twice"],
            "Sheet choices, row 8, column name: the answer's name is missing or stands twice.",
        ),
        (["likert", None, "None"], "column name: the answer's name is missing or stands twice."),
        (["likert", 4], "option 3 has no label."),
    ],
)
def test_a_faulty_list_of_answers_is_named(choice: list[Any], said: str) -> None:
    assert said in refused(choices=[*CHOICES, choice])


def test_a_language_without_a_code_is_refused_and_a_known_name_taken() -> None:
    assert "the language cannot be told. Write the code behind it, as English (en)." in refused(
        survey(["text", "q", "Q?", "nuqneH"]), head=["type", "name", EN, "label::Klingon"]
    )
    assert read(survey(["text", "q", "Q?", "问？"]), head=["type", "name", "label", "label::中文"])[
        "q"
    ].text == {"en": "Q?", "zh": "问？"}


def test_unknown_columns_are_noted_once() -> None:
    visit = read(
        [["text", "q", "Q?", "问？", "x"], ["text", "r", "R?", "问？", "y"]],
        head=["type", "name", EN, ZH, "colour"],
    )
    assert [str(note) for note in visit.notes] == [
        "Sheet survey, row 2, column colour: this column is not known."
    ]


@pytest.mark.parametrize("data", [b"", b"type,name\n", b"PK\x03\x04" + b"\0" * 100, form()[:2000]])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_xlsform(data, key="x")


def test_a_workbook_without_a_survey_is_refused() -> None:
    file = io.BytesIO()
    Workbook().save(file)
    with pytest.raises(BadInput) as caught:
        read_xlsform(file.getvalue(), key="x")
    assert "the workbook has no sheet called survey." in str(caught.value)
    assert "there is no question." in refused([])


def test_no_cell_that_is_written_is_a_formula() -> None:
    study = read(survey(["text", "q", "Q?", "问？"]))
    evil = Questionnaire(key="=1", title={"en": "=1+1"}, sections=study.sections, languages=("en",))
    book = load_workbook(io.BytesIO(write_xlsform(evil)))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert any(cell.value == "=1+1" for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)


def test_the_study_is_written_as_other_programs_expect_it() -> None:
    book = load_workbook(io.BytesIO(write_xlsform(builtin())))
    rows = list(book["survey"].iter_rows(values_only=True))
    assert rows[0][:4] == ("type", "name", EN, ZH)
    assert [row[0] for row in rows[1:]].count("begin_group") == 6
    assert sum(row[rows[0].index("appearance")] == "table-list" for row in rows) == 4

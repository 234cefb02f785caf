"""Questions outside the study's scheme: several marks, numbers, dates, texts, and choices with no role."""

from __future__ import annotations

import pytest
from tests.report.small import asking, scale

from openhall.report.chapter4 import chapter4
from openhall.report.document import Heading, Paragraph, Report
from openhall.surveys.questionnaire import Answer, Kind, Option, Question, Questionnaire, Role
from openhall.surveys.sheets import Sheets

THINGS = tuple(Option(value, {"en": label}) for value, label in enumerate(("tea", "bread", "salt"), start=1))
ASKED = (
    Question(key="m", kind=Kind.MULTIPLE, text={"en": "What?"}, options=THINGS, role=Role.BACKGROUND),
    Question(key="n", kind=Kind.NUMBER, text={"en": "How many?"}, role=Role.BACKGROUND, required=False),
    Question(key="d", kind=Kind.DATE, text={"en": "When?"}),
    Question(key="t", kind=Kind.TEXT, text={"en": "Why?"}, required=False),
    Question(key="c", kind=Kind.SINGLE, text={"en": "Which?"}, options=THINGS),
)
SHEETS: list[tuple[Answer, ...]] = [
    ((1, 2), 1, "2020-01-31", "Ask Li Ming, window 3", 3),
    ((2,), 2, "2020-01-01", None, 3),
    (None, 3, "2020-03-05", None, 1),
    ((2, 3), None, "2020-01-02", "=1+1", 3),
]


@pytest.fixture(scope="module")
def report() -> Report:
    return chapter4(asking(*ASKED), SHEETS)


def test_every_question_has_a_heading_of_its_own(report: Report) -> None:
    headings = [block for block in report.blocks() if isinstance(block, Heading)]
    assert [(one.number, one.title) for one in headings] == [
        ("4.2.1", "What?"),
        ("4.2.2", "How many?"),
        ("4.2.3", "When?"),
        ("4.2.4", "Why?"),
        ("4.2.5", "Which?"),
    ]


def test_several_marks_are_counted_as_mentions_of_those_who_answered(report: Report) -> None:
    table = report.table("data-of-4-1")
    assert [row.cells[:3] for row in table.rows] == [
        ("tea", 1, pytest.approx(100 / 3)),
        ("bread", 3, 100.0),
        ("salt", 1, pytest.approx(100 / 3)),
    ]
    assert "more than 100%" in table.notes[0] and not any(row.total for row in table.rows)


def test_numbers_get_their_middle_and_their_range(report: Report) -> None:
    table = report.table("numbers-n")
    (row,) = table.rows
    assert row.cells == (3, 2.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0)


def test_dates_get_their_range(report: Report) -> None:
    said = [block.text for block in report.blocks() if isinstance(block, Paragraph)]
    assert (
        "4 dates were given, from 2020-01-01 to 2020-03-05; half of them are not later than 2020-01-02."
        in said
    )


def test_texts_are_counted_and_never_printed(report: Report) -> None:
    said = " ".join(block.text for block in report.blocks() if isinstance(block, Paragraph))
    assert "2 sheets have a text here" in said and "Li Ming" not in said and "=1+1" not in said


def test_a_choice_without_a_role_is_counted_by_its_codes(report: Report) -> None:
    assert report.table("data-of-4-2").column("n") == [1, 0, 3, 4]


def test_missing_answers_are_pointed_out(report: Report) -> None:
    assert [one.code for one in report.cautions()].count("missing") == 3


def test_nobody_answering_is_said() -> None:
    report = chapter4(asking(*ASKED), [(None,) * 5] * 3)
    said = [block.text for block in report.blocks() if isinstance(block, Paragraph)]
    assert said.count("Nobody answered this question.") == 5 and not list(report.figures())


def test_an_overall_judgement_alone_is_still_shown() -> None:
    report = chapter4(asking(scale("o", Role.OVERALL)), [(1,), (3,), (3,)])
    assert report.table("data-of-4-1").column("n") == [1, 0, 2, 3]


def test_items_outside_a_dimension_are_not_lost() -> None:
    report = chapter4(asking(scale("i"), scale("j"), dimension=False), [(1, 2), (3, 2)])
    assert [figure.key for figure in report.figures()] == ["4-1", "4-2"]


def test_the_studys_own_questionnaire_has_no_others(study: Questionnaire, sheets: Sheets) -> None:
    described = chapter4(study, sheets.answers[:40]).sections[1]
    assert sum(isinstance(block, Heading) for block in described.blocks) == len(
        study.with_role(Role.BACKGROUND)
    )

"""A questionnaire drawn: every kind of question, filled in, with problems, in each language."""

from __future__ import annotations

import re

import pytest
from tests.town import ASKED

from openhall.reads.forms import draw, first_field, posted, spoken
from openhall.surveys.checking import check_answers
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section

YES_NO = (Option(1, {"en": "Yes", "zh": "是"}), Option(2, {"en": "No", "zh": "否"}))
EVERY_KIND = Questionnaire(
    key="kinds",
    title={"en": "Kinds", "zh": "类型"},
    languages=("en", "zh"),
    sections=(
        Section(
            key="all",
            title={"en": "All <kinds>", "zh": "全部"},
            introduction={"en": "One of each.", "zh": "各一。"},
            questions=(
                Question(key="single", kind=Kind.SINGLE, text={"en": "Yes?"}, options=YES_NO, required=False),
                Question(
                    key="several",
                    kind=Kind.MULTIPLE,
                    text={"en": "Which?"},
                    options=YES_NO,
                    hint={"en": "A hint."},
                ),
                Question(
                    key="many", kind=Kind.NUMBER, text={"en": "How many?"}, minimum=0, maximum=9.5, decimals=1
                ),
                Question(key="day", kind=Kind.DATE, text={"en": "When?"}),
                Question(key="words", kind=Kind.TEXT, text={"en": "What else?"}, required=False),
            ),
        ),
    ),
)
GIVEN = {
    "single": ["2"],
    "several": ["1", "2"],
    "many": ["2.5"],
    "day": ["2018-06-30"],
    "words": ["<b>\n5 > 4"],
}


def test_every_kind_has_its_field():
    html = draw(EVERY_KIND, "en")
    assert html.count('type="radio"') == 3  # yes, no, and no answer: it is optional
    assert html.count('type="checkbox"') == 2
    assert 'inputmode="decimal"' in html and 'data-minimum="0"' in html and 'data-maximum="9.5"' in html
    assert 'type="date"' in html and "<textarea" in html
    assert "All &lt;kinds&gt;" in html and "checked" not in html


def test_answers_are_filled_in_and_come_back_the_same():
    html = draw(EVERY_KIND, "en", answers=GIVEN)
    assert re.findall(r'id="([^"]+)" checked', html) == ["q-single-2", "q-several-1", "q-several-2"]
    assert 'value="2.5"' in html and 'value="2018-06-30"' in html and "&lt;b&gt;\n5 &gt; 4</textarea>" in html
    assert posted(EVERY_KIND, check_answers(EVERY_KIND, GIVEN).answers) == GIVEN


def test_problems_are_said_at_their_question_and_described():
    problems = check_answers(EVERY_KIND, {}).problems
    html = draw(EVERY_KIND, "en", problems=problems)
    assert html.count('class="govuk-error-message"') == len(problems) == 3
    assert 'aria-describedby="q-several-hint q-several-error"' in html
    assert "Choose at least one answer." in html


@pytest.mark.parametrize("asked", [EVERY_KIND, ASKED])
def test_every_label_names_a_field_and_every_link_has_a_place(asked):
    html = draw(asked, "zh", problems=check_answers(asked, {}).problems)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r' for="([^"]+)"', html)) <= set(ids)
    assert {first_field(question) for question in asked} <= set(ids)


def test_neighbours_on_one_scale_stand_under_one_heading():
    html = draw(ASKED, "en")
    assert html.count('class="app-matrix"') == 2  # three items, and the overall judgement in its own section
    assert html.count('class="app-matrix__head" aria-hidden="true"') == 2


def test_questions_are_numbered_through_all_parts():
    assert re.findall(r'</span> (\d+) <span class="app-question__word">of 5', draw(ASKED, "en")) == [
        "1",
        "2",
        "3",
        "4",
        "5",
    ]


def test_a_language_it_does_not_have_falls_back():
    assert spoken(ASKED, "zh-hans") == "zh" and spoken(ASKED, "de") == "en"
    assert 'lang="en"' in draw(ASKED, "de") and "Is the hall clean?" in draw(ASKED, "de")

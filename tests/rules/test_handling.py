"""What closing needs, and what in a text points to a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.rules.handling import CLOSING, Handled, check_closing, personal, text_problems, weight

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REPLY = "The lamp was replaced this morning."


@pytest.mark.parametrize("outcome", CLOSING)
def test_a_department_closes_with_an_outcome_and_words(outcome):
    check_closing(outcome, REPLY, Handled(), AT)


def test_every_fault_is_named_at_once():
    with pytest.raises(BadInput) as fault:
        check_closing(
            "withdrawn",
            "Ok",
            Handled(justified="?", unresolved="?", contacted_at=AT + timedelta(hours=1)),
            AT,
        )
    assert len(fault.value.problems) == 5


def test_the_form_keeps_what_was_said_and_leaves_out_the_rest():
    assert Handled().facts() == {}
    assert Handled(beyond=False, unresolved="law", contacted_at=AT).facts() == {
        "beyond": False,
        "unresolved": "law",
        "contacted_at": "2026-03-02T09:30+00:00",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ring 0113 496 0000.", ("0113 496 0000",)),
        ("身份证号11010519491231002X。", ("11010519491231002X",)),
        ("电话：13800138000，邮箱：wang@example.org。", ("13800138000", "wang@example.org")),
        ("On 2026-03-02 we spent 12,500 on lamp 42 of 2026.", ()),
        ("王丽女士您好", ("王丽",)),
        ("Mr Wang-Li and the wanglings", ("Wang",)),
        ("Room 3 is open 9:00-17:00, Monday to Friday.", ()),
    ],
)
def test_what_points_to_a_person_is_found_as_it_is_written(text, found):
    assert personal(text, ["王丽", "Wang", "x", " "]) == found


@given(st.text(max_size=400), st.lists(st.text(max_size=8), max_size=3))
def test_what_is_found_stands_in_the_text(text, known):
    assert all(one in text for one in personal(text, known))


@given(st.text(max_size=60))
def test_a_text_is_either_kept_or_has_one_reason(text):
    problems = text_problems(text, "Text", least=5, most=50)
    fine = weight(text) >= 5 and len(text) <= 50 and "\0" not in text
    assert len(problems) == (0 if fine else 1)

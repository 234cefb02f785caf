"""Dates and declared facts of recurring duties."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.rules import duties

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(DAYS, st.integers(-90, 90), st.integers(1, 400))
def test_the_next_date_is_never_sooner_than_one_period_after_renewing_or_the_due_date(due, offset, every):
    done = due + timedelta(days=offset)
    next_due = duties.next_due(due, done, every_days=every)
    assert next_due == max(due, done) + timedelta(days=every)


def test_renewing_early_costs_no_day_and_late_counts_from_today():
    due = date(2026, 3, 31)
    early = duties.next_due(due, date(2026, 3, 20), every_days=90)
    assert early == duties.next_due(due, due, every_days=90) == date(2026, 6, 29)
    assert duties.next_due(due, date(2026, 4, 2), every_days=90) == date(2026, 7, 1)


def test_without_a_reminder_it_opens_the_day_before():
    assert duties.opens_on(date(2026, 3, 1), remind_days=0) == date(2026, 2, 28)


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5))
def test_clean_facts_stay_clean_and_nothing_has_changed(facts):
    clean = duties.clean(facts)
    assert duties.clean(clean) == clean
    if len(dict(clean)) == len(clean):
        assert duties.changed(clean, clean) == ()


def test_a_form_brings_back_only_the_facts_it_was_given():
    facts = (("Goods", "Fruit"), ("Stalls", "1"))
    assert duties.declared({"fact-1": "2", "fact-9": "x", "Goods": "Tea"}, facts) == (
        ("Goods", "Fruit"),
        ("Stalls", "2"),
    )


def test_everything_wrong_with_a_duty_is_named_at_once():
    with pytest.raises(BadInput) as caught:
        duties.check(
            every_days=0, remind_days=91, title="", facts=(("Goods", "a"), ("Goods", "b"), ("x", "y" * 401))
        )
    assert [problem.place for problem in caught.value.problems] == [
        "Fact “{label}”",
        "Fact “{label}”",
        "Every so many days",
        "Days of the reminder",
        "Name",
    ]


def test_a_reminder_never_comes_before_the_last_renewal():
    with pytest.raises(BadInput, match="before the last renewal"):
        duties.check(every_days=7, remind_days=7, title="Report", facts=())


def test_too_many_facts_are_refused():
    with pytest.raises(BadInput, match="more than 20"):
        duties.check_facts(tuple((str(number), "x") for number in range(21)))

"""One number of many cases, its interval, and whether a difference is more than chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.rules.figures import SMALL, Estimate, gap, growth, mean, ranks

COUNTS = st.integers(1, 100_000)
SHARES = st.floats(0.01, 0.99)


@given(COUNTS, SHARES)
def test_the_ranks_of_a_quantile_are_among_the_cases_and_in_order(n, share):
    middle, low, high = ranks(n, share)
    assert 1 <= low <= middle <= high <= n
    assert middle >= n * share - 1e-6 and middle - 1 < n * share + 1e-6


def test_the_median_of_a_textbook_sample_has_the_textbooks_ranks():
    # n p ± 1.96 √(n p (1 − p)), rounded up: 100 · 0.9 ± 5.88
    assert ranks(100, 0.9) == (90, 85, 96)
    with pytest.raises(ValueError, match="no cases"):
        ranks(0, 0.5)


def test_the_mean_of_five_levels():
    found = mean([1, 2, 3, 4, 5], [0, 0, 10, 10, 0])
    assert found is not None and found.value == 3.5
    # s = 0.513, s / √20 = 0.1147
    assert [round(end, 3) for end in (found.low, found.high)] == [3.275, 3.725]
    assert mean([1, 2], [0, 0]) is None
    assert mean([1, 5], [0, 1]) == Estimate(5, 1, 5, 1)


def test_a_difference_needs_cases_on_both_sides():
    one = Estimate(4.0, 3.8, 4.2, 100)
    assert gap(one, None) is None and gap(None, one) is None
    same = gap(one, one)
    assert same is not None and not same.real and same.value == 0
    less = gap(Estimate(3.0, 2.9, 3.1, 100), one)
    assert less is not None and less.real and round(less.high, 3) == -0.776


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(1, 400), st.integers(1, 400))
def test_growth_is_by_day_and_inside_its_interval(now, before, days, days_before):
    found = growth(now, before, days, days_before)
    assert found is not None
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert found.value == pytest.approx((now / days) / (before / days_before) - 1)


def test_growth_from_nothing_is_not_told():
    assert growth(5, 0, 30, 30) is None
    doubled = growth(200, 100, 30, 30)
    assert doubled is not None and doubled.real


def test_few_cases_are_marked():
    assert Estimate(1, 1, 1, SMALL - 1).small and not Estimate(1, 1, 1, SMALL).small

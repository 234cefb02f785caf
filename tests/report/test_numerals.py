"""Numbers are written as APA 7 asks."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.report.numerals import Format, decimals, p_cell, p_equals, percent, show, unbroken, unit


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.0, "< .001"),
        (0.00099, "< .001"),
        (0.001, ".001"),
        (0.1349, ".135"),
        (0.9999, "> .999"),
        (1.0, "1.000"),
    ],
)
def test_p_never_shows_as_zero(p: float, shown: str) -> None:
    assert p_cell(p) == shown


def test_p_in_a_sentence_has_no_leading_zero() -> None:
    assert (p_equals(0.0412), p_equals(1e-9)) == ("p = .041", "p < .001")


@pytest.mark.parametrize(("value", "shown"), [(1.25, "1.3"), (6.25, "6.3"), (2.35, "2.4"), (-0.04, "0.0")])
def test_halves_are_rounded_away_from_zero_as_on_paper(value: float, shown: str) -> None:
    assert decimals(value, 1) == shown


@given(st.floats(-1e9, 1e9))
def test_a_rounded_number_is_within_half_a_unit(value: float) -> None:
    back = float(decimals(value, 2).replace(",", "").replace("−", "-"))
    assert abs(back - value) <= 0.005 + 1e-11 * abs(value)


@given(st.floats(-1, 1))
def test_a_figure_within_one_has_no_leading_zero(value: float) -> None:
    assert not unit(value).lstrip("−").startswith("0")


@pytest.mark.parametrize("form", list(Format))
def test_what_is_not_known_is_a_dash(form: Format) -> None:
    assert show(None, form) == show(math.nan, form) == show((math.nan, 1.0), form) == "–"


def test_infinite_numbers_can_be_shown() -> None:
    assert decimals(math.inf, 2) == "∞"


def test_per_cents_are_shown_as_given() -> None:
    assert (show(53.333, Format.PERCENT1), percent(53.333)) == ("53.3", "53.3%")


def test_figures_are_not_torn_apart_at_the_end_of_a_line() -> None:
    assert " " not in unbroken("p = .041")
    assert unbroken("in plain words") == "in plain words"

"""Figures as printed: their digits say what they may have been."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.stats.audit.printed import Fit, printed


@pytest.mark.parametrize(
    ("text", "value", "places", "relation"),
    [
        ("0.60", 0.6, 2, "="),
        (".036", 0.036, 3, "="),
        ("< .001", 0.001, 3, "<"),
        ("＜0.05", 0.05, 2, "<"),
        ("12.5%", 12.5, 1, "="),
        ("−3", -3, 0, "="),
        ("1,234", 1234, 0, "="),
        ("12,5", 12.5, 1, "="),
        ("≥ 2", 2, 0, ">"),
        ("2.1*", 2.1, 1, "="),
        ("１２", 12, 0, "="),
        ("1.2e-5", 1.2e-5, 6, "="),
        ("0.000", 0, 3, "="),
    ],
)
def test_the_digits_are_kept(text, value, places, relation):
    found = printed(text)
    assert (found.value, found.places, found.relation) == (pytest.approx(value), places, relation)


@pytest.mark.parametrize("text", ["", "n.a.", "1.2.3", "nan", "Infinity", "1e999", "--1", "12 34x"])
def test_what_is_no_figure_is_refused(text):
    with pytest.raises(ValueError):
        printed(text)


@given(st.floats(-1000, 1000), st.integers(0, 4))
def test_a_rounded_value_always_fits(value, places):
    assert printed(f"{value:.{places}f}").fits(value)


@given(st.integers(0, 99), st.integers(0, 3))
def test_a_tie_fits_rounded_up_and_down(whole, places):
    unit = 10.0**-places
    tie = (whole + 0.5) * unit
    assert printed(f"{whole * unit:.{places}f}").fits(tie)
    assert printed(f"{(whole + 1) * unit:.{places}f}").fits(tie)


def test_cutting_off_and_double_rounding_are_told_apart_from_errors():
    assert printed("53.3").fit(53.39) is Fit.CUT_OFF
    assert printed("54").fit(53.4) is Fit.NEAR
    assert printed("55").fit(53.4) is Fit.NOT
    assert printed("-1.2").fit(-1.29) is Fit.CUT_OFF


def test_a_bound_fits_everything_on_its_side():
    assert printed("<.05").fits(0.01)
    assert not printed("<.05").fits(0.06)
    assert printed(">.05").fits(0.06)

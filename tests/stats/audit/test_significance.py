"""p follows from the statistic and its degrees of freedom, within rounding, truncation and tails."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.stats.audit.small import audited, codes, serious, table

from openhall.stats.audit.findings import Why


def one(kind, statistic, p, df="", df2="", more=""):
    text = f'[[test]]\nplace = "1"\nkind = "{kind}"\nstatistic = "{statistic}"\np = "{p}"\n{more}\n'
    return text + (f'df = "{df}"\n' if df else "") + (f'df2 = "{df2}"\n' if df2 else "")


@pytest.mark.parametrize(
    ("test", "found"),
    [
        (one("t", "2.20", ".036", 28), []),
        (one("t", "-2.20", ".036", 28), []),
        (one("chi2", "7.716", "0.807", 12), []),
        (one("chi2", "7.716", "0.000", 12), [("p", "decision_error")]),
        (one("chi2", "7.716", "0.750", 12), [("p", "error")]),
        (one("chi2", "76.62", "0.000", 28), [("p_zero", "note")]),
        (one("chi2", "76.62", "<.001", 28), []),
        (one("F", "3.21", ".05", 2, 45), []),
        (one("F", "0.60", "0.81", 1, 298), [("p", "error")]),
        (one("r", ".25", ".012", 98), []),
        (one("z", "1.96", ".05"), []),
        (one("z", "1.96", ".02"), [("p", "note")]),  # one tail
        (one("z", "1.96", ".01"), [("p", "error")]),
        (one("z", "1.80", "<.05"), [("p", "decision_error")]),
        (one("z", "1.9600", ".0501"), [("p_near", "warning")]),
        (one("F", "3.21", "", 2, 45), []),
        (one("chi2", "3.5", "1.2", 2), [("p_range", "error")]),
        (one("r", "1.25", ".01", 20), [("statistic_range", "error")]),
        (one("chi2", "-3.5", ".2", 2), [("statistic_range", "error")]),
    ],
)
def test_p_from_the_statistic(test, found):
    assert codes(test) == found


def test_a_cut_off_p_is_a_note():
    assert codes(one("chi2", "7.7160", "0.8069", 12)) == []
    assert codes(one("chi2", "7.7160", "0.806", 12)) == [("p_cut_off", "note")]


def test_welchs_degrees_of_freedom_may_be_rounded():
    p = stats.t.sf(2.5, 3.6) * 2
    assert serious(one("t", "2.50", f"{p:.3f}", 4)) == []


def test_a_p_of_one_tail_is_a_note_that_names_it_and_nothing_where_it_is_said():
    half = f"{stats.t.sf(1.80, 40):.3f}"
    assert serious(one("t", "1.80", half, 40, more="one_tailed = true")) == []
    (found,) = audited(one("t", "1.80", half, 40)).notes
    assert [why.why for why in found.explanation] == [Why.ONE_TAILED]


def test_the_other_tail_is_no_error_when_one_tailed():
    other = f"{stats.t.cdf(1.80, 40):.3f}"
    assert serious(one("t", "1.80", other, 40, more="one_tailed = true")) == []


def test_a_conclusion_against_p_is_named():
    assert serious(one("chi2", "7.716", "0.807", 12, more="significant = true")) == ["conclusion"]
    assert serious(one("chi2", "7.716", "0.807", 12, more="significant = false")) == []
    assert serious(one("chi2", "7.716", "0.807", more="significant = true")) == ["conclusion"]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["chi2", "t", "z", "r", "F"]),
    st.floats(0, 12),
    st.integers(1, 60),
    st.integers(2, 400),
    st.integers(1, 3),
    st.integers(2, 4),
)
def test_a_right_p_is_never_an_error(kind, size, df, df2, places, p_places):
    value = size / 12.5 if kind == "r" else size
    p = {
        "chi2": lambda: stats.chi2.sf(value, df),
        "t": lambda: 2 * stats.t.sf(value, df),
        "z": lambda: 2 * stats.norm.sf(value),
        "r": lambda: 2 * stats.t.sf(value * (df / (1 - value**2)) ** 0.5, df),
        "F": lambda: stats.f.sf(value, df, df2),
    }[kind]()
    assert serious(one(kind, f"{value:.{places}f}", f"{p:.{p_places}f}", df, df2)) == []


def test_fishers_p_beside_the_chi_square_of_a_two_by_two_table_is_right():
    counts = table([([8, 2], []), ([3, 7], [])])
    beside = 'table = "1"'
    assert serious(counts + one("chi2", "5.051", ".025", 1, more=beside)) == []
    assert serious(counts + one("chi2", "5.051", ".070", 1, more=beside)) == []
    assert serious(counts + one("chi2", "5.051", ".080", 1, more=beside)) == ["p"]

"""A right report, printed under any usual convention of rounding, gets no finding heavier than a note."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stats.audit.right_report import BASES, MODES, Style, as_text, reference_layout, report

from openhall.stats.audit import audit, read_published
from openhall.stats.audit.findings import Code

styles = st.builds(
    Style,
    mode=st.sampled_from(sorted(MODES)),
    percents=st.integers(0, 3),
    decimals=st.integers(1, 3),
    statistics=st.integers(1, 4),
    p=st.integers(2, 4),
    zero_p=st.booleans(),
    leading_zero=st.booleans(),
    base=st.sampled_from(BASES),
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), styles, st.booleans(), st.booleans())
def test_a_right_report_gets_no_finding(seed, style, missing, totals):
    text = as_text(report(seed, style, missing=missing, totals=totals))
    found = audit(read_published(text, "right.json")).serious
    assert [(one.code, one.place, one.printed, one.expected) for one in found] == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), styles)
def test_without_a_claimed_number_of_people_it_stays_silent_too(seed, style):
    given_report = report(seed, style, missing=True)
    del given_report["n"]
    assert audit(read_published(as_text(given_report), "right.json")).serious == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0, 1, 2]), st.sampled_from([40, 150, 300, 1000]))
def test_the_reference_studys_layout_with_right_figures_gets_no_finding(seed, percents, n):
    text = reference_layout(seed, Style(percents=percents, zero_p=True), n)
    found = audit(read_published(text, "right.toml")).serious
    assert [(one.code, one.place, one.printed, one.expected) for one in found] == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_all_counts_doubled_are_seen_as_such(seed):
    """The chi-squares of n people printed beside tables of 2 n: the audit names n."""
    text = reference_layout(seed, Style(zero_p=True), 150, times=2)
    found = audit(read_published(text, "doubled.toml"))
    assert [one.values["n"] for one in found.of(Code.OTHER_N)] == [150]
    assert found.of(Code.COMMON_FACTOR)[0].values["factor"] == 2

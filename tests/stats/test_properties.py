"""What must hold for any data: the order of rows and names of levels do not matter, doubling doubles, and
the like."""

from math import isnan

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.stats.sample import Sample

from openhall.stats.agreement import cohens_kappa
from openhall.stats.correction import benjamini_hochberg, holm
from openhall.stats.crosstab import crosstab, crosstab_of
from openhall.stats.frequencies import frequencies
from openhall.stats.goodness import goodness
from openhall.stats.intervals import wilson
from openhall.stats.means import group_means, item_summary
from openhall.stats.oneway import oneway
from openhall.stats.reliability import reliability
from openhall.stats.study import Dimension, Item

quick = settings(max_examples=40, deadline=None)
tables = arrays.arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.integers(0, 30))
answers = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0, 3.0, np.nan]), st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])),
    min_size=2,
    max_size=60,
)
batteries = arrays.arrays(
    np.float64, st.tuples(st.integers(3, 30), st.integers(2, 6)), elements=st.sampled_from([1.0, 2, 3, 4, 5])
)
probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def of(table):
    return crosstab_of(table, range(table.shape[0]), range(table.shape[1]), ordered=True)


def columns(rows):
    return np.array(rows).T


@quick
@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing_at_all(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, two = columns(rows), columns(shuffled)
    first, second = oneway(one[1], one[0], (1, 2, 3)), oneway(two[1], two[0], (1, 2, 3))
    assert repr(first) == repr(second)
    table, again = (crosstab(c[0], c[1], (1, 2, 3), (1, 2, 3, 4, 5)) for c in (one, two))
    assert repr(table) == repr(again)


@quick
@given(answers)
def test_every_case_is_counted_once(rows):
    factor, score = columns(rows)
    table = frequencies(score, (1, 2, 3, 4, 5))
    assert table.valid + table.missing == table.n == len(rows)
    found = oneway(score, factor, (1, 2, 3))
    assert found.n + found.missing == len(rows)
    assert sum(group.n for group in found.groups.groups) == found.n


@quick
@given(tables, st.randoms(use_true_random=False))
def test_names_and_order_of_the_levels_do_not_change_the_test(table, random):
    rows = random.sample(range(table.shape[0]), table.shape[0])
    one, two = of(table), of(table[rows][:, ::-1])
    assert one.chi2.value == pytest.approx(two.chi2.value, rel=1e-9, abs=1e-9, nan_ok=True)
    assert one.monte_carlo == two.monte_carlo
    assert one.cramers_v_interval.high == pytest.approx(two.cramers_v_interval.high, abs=1e-6, nan_ok=True)


@quick
@given(tables)
def test_doubling_the_data_doubles_chi_square(table):
    one, two = of(table), of(2 * table)
    assume(one.chi2.df)
    assert two.chi2.value == pytest.approx(2 * one.chi2.value, rel=1e-9, abs=1e-9)
    assert two.cramers_v == pytest.approx(one.cramers_v, abs=1e-7)


@quick
@given(tables)
def test_expected_counts_have_the_margins_of_the_table(table):
    found = of(table)
    assert found.expected.sum(axis=1) == pytest.approx(found.row_totals)
    assert found.expected.sum(axis=0) == pytest.approx(found.column_totals)


@quick
@given(tables)
def test_measures_of_association_stay_in_their_range_and_turn_with_the_table(table):
    found, mirrored = of(table), of(table[::-1])
    assume(found.chi2.df)
    low, high = found.cramers_v_interval.low, found.cramers_v_interval.high
    assert 0 <= low <= high <= 1 or (isnan(low) and isnan(high) and found.chi2.p > 0.97)
    assert 0 <= found.cramers_v <= 1 + 1e-12
    for one, two in ((found.gamma, mirrored.gamma), (found.tau_b, mirrored.tau_b)):
        assert one.value == pytest.approx(-two.value, abs=1e-12, nan_ok=True)
        assert one.se == pytest.approx(two.se, abs=1e-7, nan_ok=True)


@quick
@given(answers, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_f_does_not_depend_on_unit_and_origin(rows, unit, origin):
    factor, score = columns(rows)
    one, two = oneway(score, factor, (1, 2, 3)), oneway(score * unit + origin, factor, (1, 2, 3))
    for name in ("anova", "welch", "kruskal"):
        a, b = getattr(one, name), getattr(two, name)
        assert a.value == pytest.approx(b.value, rel=1e-6, abs=1e-9, nan_ok=True)
    assert one.eta2 == pytest.approx(two.eta2, rel=1e-6, abs=1e-9, nan_ok=True)


@quick
@given(answers)
def test_sums_of_squares_add_up(rows):
    factor, score = columns(rows)
    found = oneway(score, factor, (1, 2, 3))
    assume(found.n)
    parts = found.between.sum_of_squares + found.within.sum_of_squares
    assert parts == pytest.approx(found.total.sum_of_squares, abs=1e-9)
    assert found.between.df + found.within.df == found.total.df


@quick
@given(answers)
def test_two_groups_give_student_s_t_in_every_procedure(rows):
    factor, score = columns(rows)
    found = oneway(score, np.where(factor == 3, np.nan, factor), (1, 2))
    assume(found.anova.p == found.anova.p)
    (pair,) = found.tukey.pairs
    assert pair.p == pytest.approx(found.anova.p, abs=1e-9)
    if found.welch.p == found.welch.p:
        assert found.games_howell.pairs[0].p == pytest.approx(found.welch.p, abs=1e-9)


@quick
@given(batteries, st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_the_order_of_items_or_cases(items, random):
    keys = [f"s{i}" for i in range(items.shape[1])]
    order = random.sample(range(len(keys)), len(keys))
    one = reliability(items, keys)
    two = reliability(items[::-1, order], [keys[i] for i in order])
    assert one.alpha == pytest.approx(two.alpha, rel=1e-9, abs=1e-9, nan_ok=True)
    totals = {item.key: item.item_total for item in one.items}
    for item in two.items:
        assert item.item_total == pytest.approx(totals[item.key], abs=1e-9, nan_ok=True)


@quick
@given(batteries)
def test_alpha_if_deleted_is_alpha_without_the_item(items):
    keys = [f"s{i}" for i in range(items.shape[1])]
    without = reliability(items[:, 1:], keys[1:]).alpha
    assert reliability(items, keys).items[0].alpha_if_deleted == pytest.approx(without, abs=1e-9, nan_ok=True)


@quick
@given(batteries)
def test_a_total_mean_is_the_mean_of_all(items):
    factor = np.where(np.arange(len(items)) % 2, 1.0, 2.0)
    found = group_means(items[:, 0], factor, (1, 2))
    assert found.total.mean == pytest.approx(items[:, 0].mean())
    assert item_summary(items[:, 0]).interval == found.total.interval


@quick
@given(st.integers(0, 500), st.integers(1, 500))
def test_a_wilson_interval_holds_its_share(count, n):
    assume(count <= n)
    found = wilson(count, n)
    assert 0 <= found.low <= count / n <= found.high <= 1


@quick
@given(probabilities)
def test_corrected_p_are_never_smaller_and_holm_never_below_the_false_discovery_rate(p):
    family, rate = holm(p), benjamini_hochberg(p)
    assert (family >= rate - 1e-15).all()
    assert (rate >= np.array(p) - 1e-15).all()
    assert (family <= 1).all()
    assert (np.argsort(family[np.argsort(p, kind="stable")], kind="stable") == np.arange(len(p))).all()


@quick
@given(st.lists(st.integers(0, 40), min_size=2, max_size=6), st.integers(1, 1000))
def test_only_the_proportions_of_known_shares_matter(counts, factor):
    assume(sum(counts))
    shares = list(range(1, len(counts) + 1))
    one, two = goodness(counts, shares), goodness(counts, [share * factor for share in shares])
    assert one.chi2.value == pytest.approx(two.chi2.value)
    assert sum(cell.expected for cell in one.cells) == pytest.approx(one.n)


@quick
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=50))
def test_kappa_does_not_ask_who_was_first(pairs):
    first, second = np.array(pairs, dtype=float).T
    one, two = cohens_kappa(first, second), cohens_kappa(second, first)
    assert one.kappa == pytest.approx(two.kappa, nan_ok=True)
    assert one.se == pytest.approx(two.se, abs=1e-9, nan_ok=True)


@quick
@given(batteries)
def test_a_score_is_the_mean_of_the_answered_items(items):
    items = np.where(items == 5, np.nan, items)
    keys = [f"s{i}" for i in range(items.shape[1])]
    sample = Sample(dict(zip(keys, items.T, strict=True)))
    scores = sample.scores(Dimension("D", {}, tuple(Item(key, {}) for key in keys)))
    for row, score in zip(items, scores, strict=True):
        answered = row[~np.isnan(row)]
        assert score == pytest.approx(answered.mean()) if len(answered) else np.isnan(score)

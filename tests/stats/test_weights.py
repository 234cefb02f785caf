"""A weight is so many equal cases: every procedure gives the same from weighted as from expanded data, to the
last bit, and the order of the cases changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.stats.agreement import cohens_kappa
from openhall.stats.correlation import correlations, partial
from openhall.stats.crosstab import crosstab
from openhall.stats.descriptives import describe, descriptives
from openhall.stats.factor import factorability, parallel_analysis, principal_axis
from openhall.stats.frequencies import frequencies
from openhall.stats.friedman import friedman
from openhall.stats.goodness import goodness_of_values
from openhall.stats.means import group_means, item_summary
from openhall.stats.missing import Missing, missing_counts
from openhall.stats.oneway import oneway
from openhall.stats.ranks import kruskal
from openhall.stats.ranktests import mannwhitney, wilcoxon
from openhall.stats.regression import regression
from openhall.stats.reliability import reliability
from openhall.stats.ttest import independent, one_sample, paired

SCALE = (1, 2, 3, 4, 5)
GROUPS = (1, 2, 3)
KEYS = ("a", "b", "c", "d")

# each: the columns g (group, 1 to 3), a, b, c, d (scores 1 to 5) and the weights, None for 1 each
PROCEDURES = {
    "frequencies": lambda g, x, w: frequencies(x[:, 0], SCALE, weights=w),
    "missing_counts": lambda g, x, w: missing_counts(x[:, 0], Missing((5.0,)), weights=w),
    "goodness": lambda g, x, w: goodness_of_values(x[:, 0], SCALE, (1, 2, 3, 2, 1), weights=w),
    "describe": lambda g, x, w: describe(x[:, 0], weights=w),
    "descriptives": lambda g, x, w: descriptives(x, KEYS, missing="listwise", weights=w),
    "item_summary": lambda g, x, w: item_summary(x[:, 0], weights=w),
    "group_means": lambda g, x, w: group_means(x[:, 0], g, GROUPS, weights=w),
    "crosstab": lambda g, x, w: crosstab(
        x[:, 0], x[:, 1], SCALE, SCALE, row_ordered=True, column_ordered=True, weights=w
    ),
    "kappa": lambda g, x, w: cohens_kappa(x[:, 0], x[:, 1], weights=w),
    "oneway": lambda g, x, w: oneway(x[:, 0], g, GROUPS, weights=w),
    "kruskal": lambda g, x, w: kruskal(x[:, 0], g, GROUPS, weights=w),
    "mannwhitney": lambda g, x, w: mannwhitney(x[:, 0], np.where(g == 3, np.nan, g), (1, 2), weights=w),
    "wilcoxon": lambda g, x, w: wilcoxon(x[:, 0], x[:, 1], weights=w),
    "friedman": lambda g, x, w: friedman(x, KEYS, weights=w),
    "one_sample": lambda g, x, w: one_sample(x[:, 0], 3, weights=w),
    "independent": lambda g, x, w: independent(x[:, 0], np.where(g == 3, np.nan, g), (1, 2), weights=w),
    "paired": lambda g, x, w: paired(x[:, 0], x[:, 1], weights=w),
    "pearson": lambda g, x, w: correlations(x, KEYS, weights=w),
    "spearman": lambda g, x, w: correlations(x, KEYS, kind="spearman", missing="listwise", weights=w),
    "kendall": lambda g, x, w: correlations(x, KEYS, kind="kendall", weights=w),
    "partial": lambda g, x, w: partial(x[:, 0], x[:, 1], x[:, 2:], weights=w),
    "reliability": lambda g, x, w: reliability(x, KEYS, weights=w),
    "factorability": lambda g, x, w: factorability(x, KEYS, weights=w),
    "parallel_analysis": lambda g, x, w: parallel_analysis(x, KEYS, draws=20, weights=w),
    "principal_axis": lambda g, x, w: principal_axis(x, KEYS, 1, weights=w),
}

scores = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
cases = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0, 3.0]), scores, scores, scores, scores, st.integers(0, 4)),
    min_size=3,
    max_size=25,
)
quick = settings(max_examples=20, deadline=None)


def columns(rows):
    table = np.array(rows)
    return table[:, 0], table[:, 1:5], table[:, 5]


@pytest.mark.parametrize("name", PROCEDURES)
@quick
@given(rows=cases)
def test_weighted_is_expanded(name, rows):
    group, items, weights = columns(rows)
    times = weights.astype(int)
    weighted = PROCEDURES[name](group, items, weights)
    expanded = PROCEDURES[name](np.repeat(group, times), np.repeat(items, times, axis=0), None)
    assert repr(weighted) == repr(expanded)


@quick
@given(rows=cases)
def test_a_weighted_regression_is_the_expanded_one(rows):
    _, items, weights = columns(rows)
    weighted = regression(items[:, 0], items[:, 1:], KEYS[1:], weights=weights)
    many = np.repeat(items, weights.astype(int), axis=0)
    expanded = regression(many[:, 0], many[:, 1:], KEYS[1:])
    assert weighted.durbin_watson == pytest.approx(expanded.durbin_watson, rel=1e-9, abs=1e-12, nan_ok=True)
    assert repr(replace(weighted, durbin_watson=0)) == repr(replace(expanded, durbin_watson=0))


@pytest.mark.parametrize("name", PROCEDURES)
@quick
@given(rows=cases, random=st.randoms(use_true_random=False))
def test_the_order_of_the_cases_changes_nothing(name, rows, random):
    first, second = (columns(order) for order in (rows, random.sample(rows, len(rows))))
    assert repr(PROCEDURES[name](*first)) == repr(PROCEDURES[name](*second))


@quick
@given(rows=cases, random=st.randoms(use_true_random=False))
def test_a_regression_depends_on_the_order_only_in_durbin_and_watson(rows, random):
    first, second = (columns(order) for order in (rows, random.sample(rows, len(rows))))
    one, two = (regression(x[:, 0], x[:, 1:], KEYS[1:], weights=w) for _, x, w in (first, second))
    assert repr(one.coefficients) == repr(two.coefficients)
    assert repr(one.anova) == repr(two.anova)


@pytest.mark.parametrize("weights", [[1, -1], [1, np.nan], [1, 0.5], [1, np.inf]])
def test_a_weight_that_is_no_number_of_cases_is_refused_with_its_case(weights):
    with pytest.raises(BadInput, match="Case 2"):
        frequencies(np.array([1.0, 2.0]), (1, 2), weights=weights)


def test_a_weight_for_each_case():
    with pytest.raises(BadInput, match="3 weights but 2 cases"):
        frequencies(np.array([1.0, 2.0]), (1, 2), weights=[1, 1, 1])

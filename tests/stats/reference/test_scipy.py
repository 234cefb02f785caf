"""Against scipy.stats, which the package itself does not import: it takes longer to load than a chapter to
compute."""

import numpy as np
import pytest
from scipy import stats

from openhall.stats import studentized
from openhall.stats.goodness import goodness
from openhall.stats.intervals import clopper_pearson, noncentral_chi2, wilson
from openhall.stats.oneway import oneway


@pytest.mark.parametrize("groups", [3, 4, 9])
@pytest.mark.parametrize("df", [1, 2.5, 10, 295])
def test_studentised_range_to_nine_places(groups, df):
    q = np.array([2.5, 4.0, 9.0])
    assert studentized.survival(q, groups, df) == pytest.approx(
        stats.studentized_range.sf(q, groups, df), abs=1e-9
    )


@pytest.mark.parametrize("df", [1, 1.5, 3, 6, 30, 1e3, 1e6])
def test_the_range_of_two_is_student_s_t(df):
    q = np.array([0.01, 0.5, 2.0, 5.0, 20.0])
    assert studentized.survival(q, 2, df) == pytest.approx(2 * stats.t.sf(q / np.sqrt(2), df), abs=1e-10)


def test_points_and_tails_of_the_studentised_range_fit_each_other():
    df = np.array([1, 1.1, 1.9, 2.5, 6, 12, 80, 1e4])
    for groups in (2, 4, 9, 20):
        for tail in (0.1, 0.05, 0.01, 0.001):
            point = studentized.critical(tail, groups, df)
            assert studentized.survival(point, groups, df) == pytest.approx(np.full(len(df), tail), rel=1e-9)


def test_tukey_of_unequal_groups():
    rng = np.random.default_rng(3)
    samples = [rng.normal(mean, 1, size) for mean, size in ((0, 8), (0.4, 15), (1.2, 5))]
    values = np.concatenate(samples)
    factor = np.repeat([1.0, 2.0, 3.0], [8, 15, 5])
    ours, theirs = oneway(values, factor, (1, 2, 3)), stats.tukey_hsd(*samples)
    for pair in ours.tukey.pairs:
        assert pair.p == pytest.approx(theirs.pvalue[pair.first - 1, pair.second - 1], abs=1e-9)
        interval = theirs.confidence_interval()
        assert pair.interval.low == pytest.approx(interval.low[pair.first - 1, pair.second - 1], rel=1e-6)
    assert ours.levene_mean.p == pytest.approx(stats.levene(*samples, center="mean").pvalue, rel=1e-9)
    assert ours.levene_median.p == pytest.approx(stats.levene(*samples, center="median").pvalue, rel=1e-9)
    assert ours.kruskal.p == pytest.approx(stats.kruskal(*samples).pvalue, rel=1e-9)
    assert ours.anova.p == pytest.approx(stats.f_oneway(*samples).pvalue, rel=1e-9)


def test_shares_and_their_intervals():
    for count, n in ((0, 10), (3, 10), (10, 10), (160, 300)):
        both = stats.binomtest(count, n)
        ours, exact = wilson(count, n), clopper_pearson(count, n, 0.99)
        theirs, theirs_exact = both.proportion_ci(method="wilson"), both.proportion_ci(0.99, method="exact")
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
        assert (exact.low, exact.high) == pytest.approx((theirs_exact.low, theirs_exact.high), abs=1e-9)


def test_goodness_against_counts():
    theirs = stats.chisquare([63, 62, 90, 85], np.array([83, 85, 110, 120]) * 300 / 398)
    ours = goodness([63, 62, 90, 85], [83, 85, 110, 120])
    assert (ours.chi2.value, ours.chi2.p) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_finite_population_equals_the_test_of_returned_against_not_returned():
    issued, valid = np.array([83, 85, 110, 120]), np.array([63, 62, 90, 85])
    theirs = stats.chi2_contingency(np.array([valid, issued - valid]))
    ours = goodness(valid, issued, population=398)
    assert (ours.finite.value, ours.finite.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert ours.p == ours.finite.p


@pytest.mark.parametrize("statistic", [8.0, 40.0, 1e4, 1e6])
def test_noncentral_chi_square_is_inverted(statistic):
    found = noncentral_chi2(statistic, 12)
    for end, tail in ((found.low, 0.975), (found.high, 0.025)):
        assert end == 0 or stats.ncx2.cdf(statistic, 12, end) == pytest.approx(tail, abs=1e-6)


def test_too_small_a_chi_square_has_no_noncentrality():
    assert stats.chi2.cdf(3.0, 12) < 0.025
    found = noncentral_chi2(3.0, 12)
    assert np.isnan(found.low) and np.isnan(found.high) and found.confidence == 0.95

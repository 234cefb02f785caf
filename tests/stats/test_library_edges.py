"""What the procedures of the library answer when there is little or nothing to compute from, and how they refuse what
cannot be."""

import math
from dataclasses import fields

import numpy as np
import pytest

from openhall.errors import BadInput
from openhall.stats import survey
from openhall.stats.agreement import kappa_of
from openhall.stats.binomial import binomial
from openhall.stats.cautions import Code
from openhall.stats.correlation import correlation, correlations, partial
from openhall.stats.counting import patterns
from openhall.stats.crosstab import crosstab, crosstab_of
from openhall.stats.descriptives import describe, descriptives
from openhall.stats.exact import fisher_exact
from openhall.stats.factor import factorability, parallel_analysis, principal_axis
from openhall.stats.frequencies import codes_found
from openhall.stats.friedman import friedman
from openhall.stats.goodness import goodness_of_values
from openhall.stats.intervals import noncentral_t
from openhall.stats.missing import Missing, blank, complete, missing_counts
from openhall.stats.oneway import oneway
from openhall.stats.raking import design_effect, rake
from openhall.stats.ranks import kruskal
from openhall.stats.ranktests import mannwhitney, wilcoxon
from openhall.stats.regression import regression
from openhall.stats.reliability import reliability
from openhall.stats.risk import risk
from openhall.stats.ttest import independent, one_sample, paired

NOBODY = np.array([])
BLANK = np.array([np.nan, np.nan])


def codes(result):
    return [caution.code for caution in result.cautions]


def array(*values):
    return np.array(values, dtype=float)


# missing values


def test_a_rule_for_missing_values_reads_as_in_spss():
    assert Missing.parse("8 9") == Missing((8.0, 9.0))
    assert Missing.parse("lo thru 0, 9") == Missing((9.0,), -math.inf, 0.0)
    assert Missing.parse("-1.5 THRU HIGHEST") == Missing((), -1.5, math.inf)
    assert Missing.parse("") == Missing()


@pytest.mark.parametrize(
    "text", ["1 2 3 4", "1 2 97 THRU 99", "99 THRU 97", "nine", "1-3", "1 THRU 2 3 THRU 4"]
)
def test_a_rule_spss_would_not_take_is_refused(text):
    with pytest.raises(BadInput):
        Missing.parse(text)


@pytest.mark.parametrize("rule", [{"low": 1.0}, {"values": (math.nan,)}, {"values": (math.inf,)}])
def test_half_a_range_and_no_number_are_refused(rule):
    with pytest.raises(BadInput):
        Missing(**rule)


def test_missing_codes_are_counted_one_by_one_and_blanked():
    values, rule = array(1, 9, 98, 98, np.nan, 2), Missing((9.0,), 97, 99)
    found = missing_counts(values, rule)
    assert (found.valid, found.system, found.user) == (2, 1, ((9.0, 1), (98.0, 2)))
    assert (found.n, found.missing) == (6, 4)
    assert np.isnan(blank(values, rule)).tolist() == [False, True, True, True, True, False]
    assert blank(values, None) is values


def test_complete_cases():
    assert complete(np.array([[1, np.nan], [1, 2.0]])).tolist() == [False, True]


def test_codes_found_are_whole_numbers():
    assert codes_found(array(3, np.nan, -1)) == (-1, 3)
    assert codes_found(BLANK) == ()
    with pytest.raises(BadInput, match=r"Case 2: 2\.5 is not a whole number"):
        codes_found(array(1, 2.5))


def test_minus_zero_is_zero():
    assert patterns(np.array([[0.0], [-0.0]])).counts.tolist() == [2]


# one variable


def test_a_description_of_nobody_one_and_the_same():
    nobody = describe(BLANK, "a")
    assert (codes(nobody), nobody.n, nobody.missing, nobody.modes) == ([Code.NO_DATA], 0, 2, 0)
    assert math.isnan(nobody.median)
    one = describe(array(4))
    assert (one.median, one.q1, one.mode, one.sum) == (4, 4, 4, 4)
    assert math.isnan(one.sd)
    assert codes(describe(array(4, 4, 4))) == [Code.CONSTANT]


def test_listwise_and_pairwise_differ():
    items = np.array([[1, 2], [2, np.nan], [3, 4.0]])
    pairwise, listwise = (descriptives(items, "ab", missing=way) for way in ("pairwise", "listwise"))
    assert [variable.n for variable in pairwise.variables] == [3, 2]
    assert [variable.n for variable in listwise.variables] == [2, 2]
    assert (pairwise.n, pairwise.n_listwise) == (3, 2)
    assert codes(listwise) == [Code.MISSING]


def test_goodness_of_values_says_what_is_missing():
    found = goodness_of_values(array(*[1] * 20, *[2] * 20, np.nan), (1, 2), (50, 50))
    assert codes(found) == [Code.MISSING]
    assert found.chi2.value == 0


def test_binomial_of_nobody_and_of_what_cannot_be():
    assert codes(binomial(0, 0)) == [Code.NO_DATA]
    assert binomial(0, 5).interval.low == 0
    assert binomial(5, 5, 1.0).p == 1
    for wrong in ((6, 5), (-1, 5)):
        with pytest.raises(BadInput):
            binomial(*wrong)
    with pytest.raises(BadInput):
        binomial(1, 2, 1.5)


# cross tables


def test_a_table_with_one_line_has_no_measures():
    found = crosstab(array(1, 1), array(1, 2), (1, 2), (1, 2), row_ordered=True, column_ordered=True)
    names = ("exact", "nominal", "tau_c", "somers", "kappa", "risk", "letters", "continuity")
    assert {getattr(found, name) for name in names} == {None}


def test_large_cells_need_no_exact_test_and_sparse_ones_get_it():
    assert crosstab_of(np.full((3, 3), 20), (1, 2, 3), (1, 2, 3)).exact is None
    assert crosstab_of(np.full((2, 2), 20), (1, 2), (1, 2)).exact.method == "exact"
    assert crosstab_of(np.array([[3, 1, 0], [1, 2, 4]]), (1, 2), (1, 2, 3)).exact.method == "exact"
    wide = np.random.default_rng(1).integers(0, 12, (6, 8))
    found = crosstab_of(wide, range(6), range(8)).exact
    assert (found.method, found.tables) == ("monte_carlo", 10_000)
    assert found.interval.low <= found.p <= found.interval.high


def test_fisher_of_one_line_is_nothing_and_empty_lines_do_not_count():
    assert math.isnan(fisher_exact(np.array([[3, 4]])).p)
    table = np.array([[3, 0, 1], [0, 0, 0], [1, 0, 3]])
    assert fisher_exact(table).p == pytest.approx(fisher_exact(np.array([[3, 1], [1, 3]])).p)


def test_kappa_comes_with_the_same_levels_on_both_sides_whatever_their_order():
    rows, columns = array(1, 1, 2, 2, 3, 3), array(1, 1, 2, 2, 3, 1)
    one = crosstab(rows, columns, (1, 2, 3), (3, 2, 1)).kappa
    assert one.agreement == pytest.approx(5 / 6)
    assert crosstab(rows, columns, (1, 2, 3), (1, 2, 3, 4)).kappa is None
    assert codes(kappa_of(np.array([[5, 0], [0, 0]]))) == [Code.CONSTANT]


def test_risk_with_an_empty_cell_has_no_interval():
    found = risk(np.array([[5, 0], [3, 4]]))
    assert found.odds_ratio.value == math.inf
    assert math.isnan(found.odds_ratio.interval.low)
    assert found.first_column.value == pytest.approx(7 / 3)
    assert math.isnan(risk(np.array([[0, 0], [3, 4]])).odds_ratio.value)


def test_a_perfect_table_is_fully_predicted():
    found = crosstab_of(np.diag([20, 20, 20]), (1, 2, 3), (1, 2, 3), ordered=True)
    assert found.nominal.lambda_rows.value == found.nominal.tau_rows.value == pytest.approx(1)
    assert found.nominal.uncertainty_symmetric.value == pytest.approx(1)
    assert found.somers.symmetric.value == found.tau_c.value == pytest.approx(1)


# means and ranks


def test_t_tests_of_nobody_and_of_no_variance():
    assert codes(one_sample(BLANK)) == [Code.NO_DATA]
    same = independent(array(1, 1, 2, 2), array(1, 1, 2, 2), (1, 2))
    assert Code.NO_WITHIN_VARIANCE in codes(same)
    assert math.isnan(same.test.p)
    empty = independent(array(1, 2), array(1, 1), (1, 2))
    assert Code.ONE_GROUP in codes(empty)
    assert math.isnan(empty.hedges_g.value)
    assert codes(paired(BLANK, BLANK)) == [Code.MISSING, Code.NO_DATA]
    with pytest.raises(BadInput, match="not 3"):
        independent(array(1), array(1), (1, 2, 3))


def test_unequal_variances_or_sizes_call_for_welch():
    found = independent(np.append(np.arange(30.0), [14, 15, 15, 16]), np.repeat([1.0, 2.0], [30, 4]), (1, 2))
    assert found.recommended == "welch"
    assert found.test is found.welch
    assert Code.UNEQUAL_SIZES in codes(found)
    assert found.welch.df != found.pooled.df


def test_one_case_against_many_has_a_pooled_test_only():
    found = independent(array(1, 2, 3, 9), array(1, 1, 1, 2), (1, 2))
    assert math.isnan(found.welch.p)
    assert found.recommended == "pooled"
    assert found.pooled.p < 0.1


def test_an_interval_of_noncentrality_turns_with_the_sign():
    up, down = noncentral_t(2.5, 20), noncentral_t(-2.5, 20)
    assert (up.low, up.high) == (-down.high, -down.low)
    assert math.isnan(noncentral_t(math.nan, 5).low)


def test_post_hocs_of_nothing_are_empty():
    found = oneway(array(1, 2), array(1, 1), (1, 2))
    assert found.lsd.pairs == found.scheffe.pairs == found.dunn == ()
    assert found.omega2_interval == found.epsilon2_interval == found.eta2_interval


def test_a_negative_omega_squared_is_shown():
    found = oneway(array(1, 3, 2, 2, 1, 3), array(1, 1, 2, 2, 3, 3), (1, 2, 3))
    assert found.omega2 < 0
    assert found.epsilon2 < 0


@pytest.mark.parametrize("procedure", [kruskal, mannwhitney])
def test_rank_tests_of_little(procedure):
    assert codes(procedure(BLANK, BLANK, (1, 2))) == [Code.NO_DATA]
    assert Code.CONSTANT in codes(procedure(array(3, 3, 3), array(1, 1, 2), (1, 2)))
    one = procedure(array(1, 2, np.nan), array(1, 1, 1), (1, 2))
    assert codes(one) == [Code.MISSING, Code.EMPTY_LEVELS, Code.ONE_GROUP]


def test_mannwhitney_takes_two_groups_and_is_asymptotic_beyond_fifty():
    with pytest.raises(BadInput, match="not 1"):
        mannwhitney(array(1), array(1), (1,))
    many = mannwhitney(np.arange(60.0), np.repeat([1.0, 2.0], 30), (1, 2))
    assert many.p_exact is None
    assert many.p == many.p_asymptotic


def test_wilcoxon_without_a_change_and_without_anybody():
    still = wilcoxon(array(1, 2), array(1, 2))
    assert (codes(still), still.ties) == ([Code.CONSTANT], 2)
    assert math.isnan(still.p)
    assert codes(wilcoxon(BLANK, BLANK)) == [Code.MISSING, Code.NO_DATA]
    assert wilcoxon(np.zeros(60), np.arange(1.0, 61)).p_exact is None


def test_friedman_of_little():
    assert codes(friedman(np.empty((0, 2)), "ab")) == [Code.NO_DATA]
    assert codes(friedman(array(1, 2)[:, None], "a")) == [Code.TWO_ITEMS_NEEDED]
    flat = friedman(np.full((4, 3), 2.0), "abc")
    assert codes(flat) == [Code.CONSTANT]
    assert flat.pairs == ()


# relations


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall"])
def test_correlations_of_little(kind):
    assert codes(correlation(BLANK, BLANK, kind=kind)) == [Code.NO_DATA]
    still = correlation(array(1, 1, 1), array(1, 2, 3), kind=kind, names=("a", "b"))
    assert (codes(still), still.cautions[0].values) == ([Code.CONSTANT_ITEM], {"items": "a"})
    assert math.isnan(still.r)
    whole = correlation(array(1, 2, 3, 4, 5), array(2, 4, 6, 8, 10), kind=kind)
    assert whole.r == pytest.approx(1)
    assert whole.interval.high == pytest.approx(1)


def test_pairwise_correlations_use_what_there_is_and_listwise_ones_the_same_cases():
    items = np.array([[1, 2, 3], [2, 1, np.nan], [3, 5, 4], [4, 4, 4.0]])
    assert [pair.n for pair in correlations(items, "abc").pairs] == [4, 3, 3]
    assert [pair.n for pair in correlations(items, "abc", missing="listwise").pairs] == [3, 3, 3]


def test_nothing_is_left_to_correlate_when_a_control_explains_all():
    found = partial(array(1, 2, 3, 4), array(2, 1, 4, 3), array(1, 2, 3, 4))
    assert codes(found) == [Code.SINGULAR]
    assert math.isnan(found.p)


def test_a_predictor_that_follows_from_others_is_left_out_and_named():
    x = np.arange(10.0)
    items = np.column_stack([x, 2 * x + 1, np.full(10, 3.0), x % 3])
    found = regression(x + (x % 2), items, ("a", "twice", "flat", "rest"))
    assert found.cautions[0].values == {"items": "twice, flat"}
    assert math.isnan(found.coefficients[2].b)
    assert found.regression.df == 2
    assert not math.isnan(found.coefficients[4].p)


def test_a_regression_without_enough_to_go_by():
    few = regression(array(1, 2), np.array([[1.0], [2]]), ("a",))
    assert (codes(few), few.cautions[0].values) == ([Code.FEW_CASES], {"n": 2, "needed": 3})
    assert codes(regression(array(2, 2, 2), np.array([[1.0], [2], [4]]), ("a",))) == [Code.CONSTANT]
    assert codes(regression(BLANK, np.zeros((2, 1)), ("a",))) == [Code.NO_DATA]


def test_a_regression_without_error():
    found = regression(array(1, 2, 3, 4), array(2, 4, 6, 8)[:, None], ("a",))
    assert found.r2 == pytest.approx(1)
    assert found.coefficients[1].b == pytest.approx(0.5)


# scales and factors


def test_an_item_that_loads_against_the_others_is_named():
    good = np.repeat(np.arange(1.0, 6.0), 4)
    items = np.column_stack([good, np.roll(good, 1), np.roll(good, 2), 6 - good, 6 - np.roll(good, 1)])
    (found,) = [c for c in reliability(items, "abcde").cautions if c.code is Code.REVERSED_ITEM]
    assert set("de") <= set(found.values["items"].split(", "))


def test_omega_needs_three_items_that_vary():
    assert reliability(np.array([[1, 2], [2, 2], [3, 4.0]]), "ab").omega is None
    assert reliability(np.array([[1, 2, 3], [2, 2, 3], [3, 4, 3.0]]), "abc").omega is None
    nobody = reliability(np.empty((0, 3)), "abc")
    assert nobody.omega is None
    assert math.isnan(nobody.lambda6)


def test_omega_at_its_limit_is_cautioned():
    rng = np.random.default_rng(5)
    one = rng.normal(size=50)
    items = np.column_stack([one, one + 1e-3 * rng.normal(size=50), rng.normal(size=50)])
    found = reliability(items, "abc")
    assert Code.OMEGA_AT_EDGE in codes(found)
    assert found.omega.at_edge


def test_factors_of_little():
    assert codes(factorability(np.empty((0, 3)), "abc")) == [Code.NO_DATA]
    assert codes(factorability(np.ones((9, 1)), "a")) == [Code.TWO_ITEMS_NEEDED]
    assert codes(principal_axis(np.ones((9, 2)), "ab")) == [Code.CONSTANT_ITEM]
    assert codes(parallel_analysis(np.ones((3, 2)), "ab")) == [Code.FEW_CASES]
    x = np.arange(9.0)
    assert codes(principal_axis(np.column_stack([x, x % 2, x + x % 2]), "abc")) == [Code.SINGULAR]
    with pytest.raises(BadInput, match="4 factors cannot be found in 3 items"):
        principal_axis(np.ones((9, 3)), "abc", 4)


def test_scattered_correlations_are_cautioned():
    items = np.random.default_rng(3).normal(size=(40, 5))
    assert codes(factorability(items, "abcde")) == [Code.LOW_KMO]


def test_a_heywood_case_is_cautioned():
    """Correlations .8, .8 and .5: the first item would need a loading of √(.8 · .8 / .5) > 1."""
    wanted = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    free, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(40, 4)) * [0, 1, 1, 1] + [1, 0, 0, 0])
    found = principal_axis(free[:, 1:] @ np.linalg.cholesky(wanted).T, "abc", 1)
    assert Code.HEYWOOD in codes(found)
    assert found.communalities[0] > 1


def test_the_same_seed_gives_the_same_random_eigenvalues():
    items = np.random.default_rng(2).normal(size=(50, 4))
    one, two, other = (parallel_analysis(items, "abcd", draws=50, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one.random_mean != other.random_mean


# survey weights


def test_raking_keeps_the_part_of_those_who_did_not_answer():
    sex = array(1, 1, 1, 2, np.nan)
    found = rake({"sex": sex}, {"sex": {1: 50, 2: 50}})
    assert found.weights[-1] == pytest.approx(1)
    assert [margin.after for margin in found.margins] == pytest.approx([0.5, 0.5])


def test_trimmed_weights_stay_within_their_limits():
    sex = np.repeat([1.0, 2.0], [95, 5])
    loose, tight = (rake({"sex": sex}, {"sex": {1: 50, 2: 50}}, trim=trim) for trim in (None, (0.3, 3)))
    assert loose.weights.max() == pytest.approx(10)
    assert tight.trimmed >= 5
    assert tight.weights.max() == pytest.approx(3)
    assert tight.weights.mean() == pytest.approx(1)
    assert Code.WEIGHTS_TRIMMED in codes(tight)
    assert Code.NOT_CONVERGED in codes(tight)
    assert tight.largest_error > 0.1
    assert Code.UNEQUAL_WEIGHTS in codes(loose)
    assert loose.effective_n == pytest.approx(100 / loose.design_effect)


@pytest.mark.parametrize(
    ("columns", "shares", "options"),
    [
        ({"a": array(1, 2)}, {"a": {1: 1.0}}, {}),
        ({"a": array(1, 1)}, {"a": {1: 1.0, 2: 1.0}}, {}),
        ({"a": array(1, 2)}, {"a": {1: 1.0, 2: 0.0}}, {}),
        ({"a": array(1, 2)}, {"a": {1: 1.0, 2: -1.0}}, {}),
        ({"a": array(1, 2)}, {"b": {1: 1.0, 2: 1.0}}, {}),
        ({"a": array(1, 2)}, {}, {}),
        ({"a": array(1, 2)}, {"a": {1: 1.0, 2: 1.0}}, {"base": [1, -1]}),
        ({"a": array(1, 2)}, {"a": {1: 1.0, 2: 1.0}}, {"base": [1]}),
        ({"a": array(1, 2)}, {"a": {1: 1.0, 2: 1.0}}, {"trim": (2, 3)}),
    ],
)
def test_shares_and_weights_that_cannot_be_raked_are_refused(columns, shares, options):
    with pytest.raises(BadInput):
        rake(columns, shares, **options)


def test_a_design_effect_of_no_weights():
    assert math.isnan(design_effect([]))


def test_survey_figures_of_nobody():
    design = survey.Design([1, 1])
    assert codes(survey.mean(BLANK, design)) == [Code.NO_DATA]
    assert codes(survey.proportions(BLANK, (1, 2), design)) == [Code.NO_DATA]
    table = survey.crosstab(BLANK, BLANK, (1, 2), (1, 2), design)
    assert codes(table) == [Code.NO_DATA]
    assert math.isnan(table.p)
    found = survey.group_means(BLANK, BLANK, (1, 2), design)
    assert math.isnan(found.wald.p)


def test_survey_figures_of_one_line_and_empty_levels():
    design = survey.Design([1, 2, 1])
    assert Code.ONE_LINE in codes(survey.crosstab(array(1, 1, 1), array(1, 2, 2), (1, 2), (1, 2), design))
    found = survey.group_means(array(1, 2, 4), array(1, 1, 1), (1, 2), design)
    assert Code.EMPTY_LEVELS in codes(found)
    sure = survey.proportions(array(1, 1, 1), (1, 2), design).levels
    assert (sure[0].interval.low, sure[1].interval.high) == (100, 0)


def test_a_case_of_weight_nought_does_not_count():
    found = survey.mean(array(1, 2, 9), survey.Design([1, 1, 0]))
    assert (found.mean, found.n) == (1.5, 2)


def test_a_stratum_with_one_unit_is_said():
    design = survey.Design([1, 1, 1], strata=[1, 1, 2])
    found = survey.mean(array(1, 2, 3), design)
    assert (codes(found), found.df) == ([Code.LONELY_STRATA], 1)
    assert found.cautions[0].values == {"levels": "2"}


@pytest.mark.parametrize("design", [{"weights": [1, -1]}, {"weights": [1, 1], "strata": [1]}])
def test_a_design_that_cannot_be_is_refused(design):
    with pytest.raises(BadInput):
        survey.Design(**design)


def test_a_column_must_fit_the_design():
    with pytest.raises(BadInput, match="2 weights but 3 cases"):
        survey.mean(array(1, 2, 3), survey.Design([1, 1]))


def test_results_are_frozen():
    found = one_sample(array(1, 2, 3))
    for field in fields(found):
        with pytest.raises(AttributeError):
            setattr(found, field.name, None)


def test_huge_values_have_the_degrees_of_freedom_of_small_ones():
    small, groups = array(1, 2, 4, 3, 5, 9), array(1, 1, 1, 2, 2, 2)
    huge = small * 1e150
    assert independent(huge, groups, (1, 2)).welch.df == pytest.approx(
        independent(small, groups, (1, 2)).welch.df
    )
    pairs = [oneway(values, groups, (1, 2)).games_howell.pairs for values in (small, huge)]
    assert pairs[0][0].df == pytest.approx(pairs[1][0].df)
    assert pairs[0][0].p == pytest.approx(pairs[1][0].p)


def test_a_regression_of_values_whose_squares_vanish_explains_nothing():
    tiny = array(1, 2, 4, 3, 5) * 1e-200
    found = regression(tiny, array(1, 2, 3, 4, 5).reshape(-1, 1), ("x",))
    assert math.isnan(found.r2)
    assert found.cautions

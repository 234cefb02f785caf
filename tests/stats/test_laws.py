"""Laws the procedures of the library must keep for any data: names, order and units do not matter, special cases
agree with each other, small cases with counting by hand."""

from itertools import product
from math import comb, factorial, isnan, prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from openhall.stats import survey
from openhall.stats.binomial import binomial
from openhall.stats.correction import bonferroni, holm, sidak
from openhall.stats.correlation import correlation, correlations, partial
from openhall.stats.crosstab import crosstab_of
from openhall.stats.descriptives import describe, quantile
from openhall.stats.exact import fisher_exact, network
from openhall.stats.factor import factorability, parallel_analysis, principal_axis
from openhall.stats.friedman import friedman
from openhall.stats.means import item_summary
from openhall.stats.oneway import oneway
from openhall.stats.proportions import column_letters
from openhall.stats.raking import design_effect, rake
from openhall.stats.ranks import kruskal
from openhall.stats.ranktests import mannwhitney, wilcoxon
from openhall.stats.regression import regression
from openhall.stats.reliability import reliability
from openhall.stats.ttest import independent, one_sample, paired

quick = settings(max_examples=40, deadline=None)
small = arrays.arrays(np.int64, st.tuples(st.integers(2, 3), st.integers(2, 4)), elements=st.integers(0, 3))
tables = arrays.arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.integers(0, 30))
likert = st.sampled_from([1.0, 2, 3, 4, 5])
batteries = arrays.arrays(np.float64, st.tuples(st.integers(8, 30), st.integers(3, 5)), elements=likert)
two_groups = st.tuples(st.lists(likert, min_size=2, max_size=12), st.lists(likert, min_size=2, max_size=12))
pairs = st.lists(st.tuples(likert, likert), min_size=3, max_size=20)


def near(value, rel=1e-9, abs=1e-9):
    return pytest.approx(value, rel=rel, abs=abs, nan_ok=True)


def stacked(groups):
    factor = np.repeat([1.0, 2.0], [len(groups[0]), len(groups[1])])
    return np.array(groups[0] + groups[1]), factor


def of(table, **options):
    return crosstab_of(table, range(table.shape[0]), range(table.shape[1]), **options)


# cross tables


def by_counting(table):
    """Fisher's p from every table with the same totals."""
    rows, columns = table.sum(axis=1).tolist(), table.sum(axis=0).tolist()
    whole = prod(factorial(total) for total in rows + columns) / factorial(sum(rows))

    def chance(cells):
        return whole / prod(factorial(int(cell)) for cell in np.ravel(cells))

    def lines(total, width):
        return (line for line in product(range(total + 1), repeat=width) if sum(line) == total)

    limit, p = chance(table) * (1 + 1e-7), 0.0
    for cells in product(*(lines(total, len(columns)) for total in rows)):
        if [sum(column) for column in zip(*cells, strict=True)] == columns and chance(cells) <= limit:
            p += chance(cells)
    return p


@settings(max_examples=25, deadline=None)
@given(small)
def test_fisher_s_p_is_that_of_counting_every_table(table):
    assume(table.sum() <= 12)
    found = fisher_exact(table)
    assume(found.p == found.p)
    assert (found.p, found.method) == (near(by_counting(table)), "exact")


@quick
@given(
    arrays.arrays(np.int64, st.tuples(st.integers(2, 4), st.integers(2, 5)), elements=st.integers(1, 12)),
    st.sampled_from((10, 200, 5_000)),
)
def test_no_table_is_given_up_that_could_have_been_walked_within_the_budget(table, budget):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("openhall.stats.exact._least_steps", lambda *totals: 0.0)
        walked = network(table, budget)
    assert network(table, budget) == walked


@quick
@given(tables, st.randoms(use_true_random=False))
def test_names_and_order_of_nominal_levels_do_not_matter(table, random):
    rows = random.sample(range(table.shape[0]), table.shape[0])
    one, two = of(table), of(table[rows][:, ::-1])
    assume(one.nominal)
    for name in ("lambda_rows", "lambda_columns", "tau_rows", "uncertainty_symmetric"):
        assert getattr(one.nominal, name).value == near(getattr(two.nominal, name).value)
    assert one.nominal.contingency == near(two.nominal.contingency)
    assert one.exact == two.exact or one.exact.p == near(two.exact.p)


@quick
@given(tables)
def test_a_table_on_its_side_changes_rows_and_columns(table):
    one, two = of(table, ordered=True), of(table.T, ordered=True)
    assume(one.nominal)
    for name in ("lambda", "tau", "uncertainty"):
        assert getattr(one.nominal, f"{name}_rows").value == near(
            getattr(two.nominal, f"{name}_columns").value
        )
    assert one.somers.rows.value == near(two.somers.columns.value)
    assert one.somers.symmetric.se == near(two.somers.symmetric.se)
    assert one.tau_c.value == near(two.tau_c.value)


@quick
@given(tables)
def test_measures_without_a_sign_lie_between_0_and_1(table):
    found = of(table).nominal
    assume(found)
    for name in (
        "lambda_rows",
        "lambda_symmetric",
        "tau_columns",
        "uncertainty_rows",
        "uncertainty_symmetric",
    ):
        value = getattr(found, name).value
        assert isnan(value) or -1e-12 <= value <= 1 + 1e-12
    assert 0 <= found.contingency < 1


@quick
@given(tables)
def test_columns_share_a_letter_exactly_where_they_do_not_differ(table):
    found = column_letters(table)
    for pair in found.pairs:
        line = found.letters[pair.row]
        assert bool(set(line[pair.first]) & set(line[pair.second])) == (pair.p >= 0.05)


def test_columns_that_all_answer_alike_or_are_empty_get_no_letter():
    found = column_letters(np.array([[5, 0, 3, 0], [5, 8, 2, 0]]))
    assert found.letters == (("a", "", "a", ""), ("a", "", "a", ""))


# means


@quick
@given(two_groups)
def test_t_of_two_groups_is_the_root_of_f(groups):
    scores, factor = stacked(groups)
    t, f = independent(scores, factor, (1, 2)), oneway(scores, factor, (1, 2))
    assert t.pooled.t**2 == near(f.anova.value)
    assert t.pooled.p == near(f.anova.p)
    if f.welch.p == f.welch.p:
        assert t.welch.t**2 == near(f.welch.value)
        assert t.welch.p == near(f.welch.p)


@quick
@given(two_groups, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_effect_sizes_have_no_unit(groups, unit, origin):
    scores, factor = stacked(groups)
    one, two = independent(scores, factor, (1, 2)), independent(scores * unit + origin, factor, (1, 2))
    assert one.cohens_d.value == near(two.cohens_d.value, rel=1e-6)
    assert one.hedges_g.interval.low == near(two.hedges_g.interval.low, rel=1e-5, abs=1e-6)


@quick
@given(pairs)
def test_paired_is_one_sample_of_the_differences(rows):
    first, second = np.array(rows).T
    one, two = paired(first, second), one_sample(first - second)
    assert repr(one.test) == repr(two.test)
    assert repr(one.cohens_d) == repr(two.cohens_d)
    assert one_sample(first, 3).test.t == near(item_summary(first).midpoint.t)


@quick
@given(two_groups)
def test_unprotected_comparisons_are_boldest_and_bonferroni_s_more_timid_than_sidak_s(groups):
    scores, factor = stacked(groups)
    found = oneway(np.append(scores, [1, 2, 4]), np.append(factor, [3, 3, 3]), (1, 2, 3))
    for plain, sidaks, most in zip(found.lsd.pairs, found.sidak.pairs, found.bonferroni.pairs, strict=True):
        assert plain.p <= sidaks.p + 1e-12 <= most.p + 2e-12
        assert most.interval.low <= sidaks.interval.low <= plain.interval.low


@quick
@given(st.lists(likert, min_size=2, max_size=40), st.floats(0.01, 0.99))
def test_quantiles_are_numpy_s_weibull(values, share):
    assert quantile(np.array(values), share) == near(np.quantile(values, share, method="weibull"))


@quick
@given(st.lists(st.floats(-100, 100), min_size=4, max_size=30))
def test_a_description_is_scipy_s(values):
    found, column = describe(np.array(values)), np.array(values)
    assume(found.sd > 1e-3)
    assert (found.mean, found.variance) == (near(column.mean()), near(column.var(ddof=1)))
    assert found.skewness == near(stats.skew(column, bias=False), rel=1e-6, abs=1e-6)
    assert found.kurtosis == near(stats.kurtosis(column, bias=False), rel=1e-6, abs=1e-6)


# ranks


@quick
@given(two_groups)
def test_kruskal_of_two_groups_is_the_square_of_mann_and_whitney_s_z(groups):
    scores, factor = stacked(groups)
    two, many = mannwhitney(scores, factor, (1, 2)), kruskal(scores, factor, (1, 2))
    assert two.z**2 == near(many.chi2.value)
    assert [pair.p for pair in many.dunn] == ([] if isnan(two.z) else [near(two.p_asymptotic)])


@settings(max_examples=15, deadline=None)
@given(two_groups)
def test_the_exact_p_counts_every_choice_of_the_first_group(groups):
    assume(comb(len(groups[0]) + len(groups[1]), len(groups[0])) <= 1000)
    scores, factor = stacked(groups)
    found = mannwhitney(scores, factor, (1, 2))
    assume(found.p_exact is not None)
    ranks = stats.rankdata(scores)
    exact = stats.permutation_test(
        (ranks[factor == 1], ranks[factor == 2]),
        lambda x, y, axis: np.abs(np.mean(x, axis) - np.mean(y, axis)),
        alternative="greater",
        n_resamples=np.inf,
        vectorized=True,
    )
    assert found.p == near(exact.pvalue)


@quick
@given(pairs)
def test_the_other_way_round_a_signed_rank_test_has_the_other_sign(rows):
    first, second = np.array(rows).T
    one, two = wilcoxon(first, second), wilcoxon(second, first)
    assert one.z == near(-two.z)
    assert one.p == near(two.p)
    assert one.positive == two.negative


def test_a_signed_rank_test_sees_decimals_as_they_were_meant():
    found = wilcoxon(np.array([0.1, 0.2, 0.5]), np.array([0.2, 0.3, 0.4]))  # .1 each, in floats three values
    assert found.positive.sum_of_ranks == 4
    assert found.negative.sum_of_ranks == 2


@quick
@given(batteries, st.randoms(use_true_random=False))
def test_friedman_does_not_ask_for_the_order_of_the_items(items, random):
    keys = [f"s{i}" for i in range(items.shape[1])]
    order = random.sample(range(len(keys)), len(keys))
    one, two = friedman(items, keys), friedman(items[:, order], [keys[i] for i in order])
    assert one.chi2.value == near(two.chi2.value)
    assert isnan(one.w) or -1e-12 <= one.w <= 1 + 1e-12


@quick
@given(batteries)
def test_friedman_is_scipy_s(items):
    found = friedman(items, [""] * items.shape[1])
    assume(found.w == found.w)
    assert found.chi2.value == near(stats.friedmanchisquare(*items.T).statistic)


@quick
@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.01, 0.99))
def test_binomial_is_scipy_s(successes, n, share):
    assume(successes <= n)
    ours, theirs = binomial(successes, n, share), stats.binomtest(successes, n, share)
    assert ours.p == near(theirs.pvalue)
    assert ours.p_upper == near(stats.binomtest(successes, n, share, alternative="greater").pvalue)


# relations


@quick
@given(pairs, st.floats(0.1, 50), st.floats(-100, 100))
def test_correlations_are_scipy_s_and_have_no_unit(rows, unit, origin):
    first, second = np.array(rows).T
    assume(np.ptp(first) and np.ptp(second))
    for kind, theirs in (
        ("pearson", stats.pearsonr),
        ("spearman", stats.spearmanr),
        ("kendall", stats.kendalltau),
    ):
        found, moved = (correlation(first * a + b, second, kind=kind) for a, b in ((1, 0), (unit, origin)))
        assert found.r == near(theirs(first, second).statistic)
        assert moved.r == near(found.r)
        if kind == "kendall":
            assert found.p == near(stats.kendalltau(first, second, method="asymptotic").pvalue)


@quick
@given(pairs)
def test_a_regression_on_one_predictor_is_the_correlation(rows):
    first, second = np.array(rows).T
    assume(np.ptp(first) and np.ptp(second) and len(rows) > 3)
    line, r = regression(first, second[:, None], ("x",)), correlation(first, second)
    assert line.r2 == near(r.r**2)
    if abs(r.r) < 1 - 1e-9:
        assert line.coefficients[1].p == near(r.p)
    assert line.coefficients[1].beta == near(r.r)


@quick
@given(batteries)
def test_a_regression_is_least_squares(items):
    assume(np.linalg.matrix_rank(np.column_stack([np.ones(len(items)), items[:, 1:]])) == items.shape[1])
    assume(np.ptp(items[:, 0]))
    found = regression(items[:, 0], items[:, 1:], [f"x{i}" for i in range(items.shape[1] - 1)])
    theirs = np.linalg.lstsq(np.column_stack([np.ones(len(items)), items[:, 1:]]), items[:, 0], rcond=None)[0]
    assert [one.b for one in found.coefficients] == near(theirs.tolist(), abs=1e-8)


@quick
@given(batteries)
def test_a_partial_correlation_is_that_of_the_regression(items):
    line = regression(items[:, 0], items[:, 1:], [""] * (items.shape[1] - 1))
    first = line.coefficients[1]
    assume(first.tolerance > 1e-6 and line.r2 < 1 - 1e-9)
    found = partial(items[:, 0], items[:, 1], items[:, 2:])
    assume(found.r == found.r)
    assert found.r == near(first.partial, abs=1e-7)
    assert found.p == near(first.p, abs=1e-7)


@quick
@given(batteries)
def test_a_matrix_of_correlations_is_symmetric(items):
    found = correlations(items, [str(i) for i in range(items.shape[1])]).matrix
    assert np.array_equal(found, found.T, equal_nan=True)
    assert np.array_equal(np.diag(found), np.ones(len(found)))


# scales


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_rotation_leaves_the_communalities(seed):
    rng = np.random.default_rng(seed)
    items = np.repeat(rng.normal(size=(100, 2)), 4, axis=1) + rng.normal(size=(100, 8))
    keys = [str(i) for i in range(8)]
    plain, turned = (principal_axis(items, keys, 2, rotation=way) for way in ("none", "varimax"))
    assert plain.converged
    assert (turned.loadings**2).sum(axis=1) == near((plain.loadings**2).sum(axis=1), abs=1e-7)
    oblique = principal_axis(items, keys, 2, rotation="promax")
    common = oblique.loadings @ oblique.factor_correlations @ oblique.loadings.T
    assert common == near(plain.unrotated @ plain.unrotated.T, rel=1e-6, abs=1e-6)


@quick
@given(batteries, st.floats(0.1, 10))
def test_factors_and_omega_have_no_unit_when_all_items_share_it(items, unit):
    keys = [str(i) for i in range(items.shape[1])]
    one, two = (reliability(items * by, keys) for by in (1.0, unit))
    assert one.lambda6 == near(two.lambda6, rel=1e-6, abs=1e-6)
    if one.omega and one.omega.converged and not one.omega.at_edge:
        assert one.omega.value == near(two.omega.value, rel=1e-5, abs=1e-5)
    assert factorability(items, keys).kmo == near(factorability(items * unit, keys).kmo, rel=1e-6)


def test_omega_of_items_that_are_alike_is_alpha():
    trait = np.repeat([1.0, 2.0, 3.0, 4.0], 8)
    noise = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]] * 8) / 2
    found = reliability(trait[:, None] + noise, ("a", "b", "c"))
    assert found.omega.value == pytest.approx(found.alpha)
    assert found.standardised == pytest.approx(found.alpha)


# survey weights


@quick
@given(st.lists(st.tuples(likert, st.sampled_from([1.0, 2.0])), min_size=4, max_size=30), st.floats(0.1, 50))
def test_equal_weights_give_the_simple_sample_back(rows, weight):
    values, groups = np.array(rows).T
    design = survey.Design(np.full(len(rows), weight))
    found, plain = survey.mean(values, design), describe(values)
    assert (found.mean, found.se) == (near(plain.mean), near(plain.se))
    assert found.interval.low == near(plain.interval.low)
    if plain.sd:
        assert found.deff == near(1)
    shares = survey.proportions(groups, (1, 2), design).levels
    assert shares[0].percent == near(100 * (groups == 1).mean())


@quick
@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from([1, 2, 3])), min_size=20, max_size=60),
    st.lists(st.integers(1, 9), min_size=5, max_size=5),
)
def test_raking_reaches_every_margin(rows, shares):
    one, two = np.array(rows, dtype=float).T
    assume({*rows} == {*product((1, 2), (1, 2, 3))})
    known = {"a": {1: shares[0], 2: shares[1]}, "b": dict(zip((1, 2, 3), shares[2:], strict=True))}
    found = rake({"a": one, "b": two}, known)
    assert found.converged
    assert found.weights.mean() == near(1)
    for margin in found.margins:
        assert margin.after == near(margin.known)
        assert margin.known == near(known[margin.key][margin.code] / sum(known[margin.key].values()))
    assert found.design_effect >= 1 - 1e-12
    assert found.design_effect == near(design_effect(found.weights * 7))


@quick
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_none_and_bonferroni_and_sidak_just_below_it(p):
    assert (holm(p) <= bonferroni(p) + 1e-15).all()
    assert (sidak(p) <= bonferroni(p) + 1e-12).all()
    assert (sidak(p) >= np.array(p) - 1e-12).all()


def test_dunn_s_comparisons_by_hand():
    """Ranks from SciPy, Dunn's formula written out."""
    scores, factor = np.array([3, 2, 3, 3, 2, 3, 4, 3, 4, 5, 4, 5.0]), np.repeat([1.0, 2.0, 3.0], 4)
    ranks, n = stats.rankdata(scores), 12
    means = [ranks[factor == group].mean() for group in (1, 2, 3)]
    _, ties = np.unique(scores, return_counts=True)
    variance = n * (n + 1) / 12 - (ties**3 - ties).sum() / (12 * (n - 1))
    found = kruskal(scores, factor, (1, 2, 3))
    assert [group.mean_rank for group in found.groups] == pytest.approx(means)
    for pair in found.dunn:
        z = (means[pair.first - 1] - means[pair.second - 1]) / np.sqrt(variance * (1 / 4 + 1 / 4))
        assert pair.z == pytest.approx(z)
        assert pair.p_bonferroni == pytest.approx(min(1, 6 * stats.norm.sf(abs(z))))


def test_random_eigenvalues_are_those_of_random_data():
    items = np.random.default_rng(1).normal(size=(60, 6))
    found = parallel_analysis(items, "abcdef", draws=2000)
    rng = np.random.default_rng(2)
    drawn = [np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(60, 6)).T))[::-1] for _ in range(2000)]
    assert np.array(found.random_mean) == pytest.approx(np.mean(drawn, axis=0), abs=0.015)
    assert np.array(found.random_percentile) == pytest.approx(np.percentile(drawn, 95, axis=0), abs=0.03)


@pytest.mark.parametrize("offset", [0, 123_456_789])
def test_nine_constant_leading_digits_cost_nothing(offset):
    """Quarters are exact in floats, so nothing may change."""
    rng = np.random.default_rng(4)
    items = rng.integers(0, 40, (50, 3)) / 4
    factor = np.repeat([1.0, 2.0], 25)
    near_one, far = items, items + offset
    for measure in (
        lambda x: independent(x[:, 0], factor, (1, 2)).welch.t,
        lambda x: describe(x[:, 0]).kurtosis,
        lambda x: correlation(x[:, 0], x[:, 1]).r,
        lambda x: regression(x[:, 0], x[:, 1:], ("a", "b")).coefficients[2].t,
        lambda x: reliability(x, "abc").omega.value,
        lambda x: survey.mean(x[:, 0], survey.Design(np.arange(1.0, 51))).se,
    ):
        assert measure(far) == pytest.approx(measure(near_one), rel=1e-9)


@quick
@given(
    st.lists(st.tuples(likert, st.sampled_from([1.0, 2, 3]), st.floats(0.1, 9)), min_size=6, max_size=30),
    st.data(),
)
def test_the_order_of_the_cases_does_not_matter_to_survey_estimates(rows, data):
    shuffled = data.draw(st.permutations(rows))
    one, two = (np.array(order).T for order in (rows, shuffled))
    means = [survey.group_means(x[0], x[1], (1, 2, 3), survey.Design(x[2])) for x in (one, two)]
    assert means[0].total.se == near(means[1].total.se)
    assert means[0].wald.value == near(means[1].wald.value, rel=1e-6)
    tables = [
        survey.crosstab(x[1], x[0], (1, 2, 3), (1, 2, 3, 4, 5), survey.Design(x[2])) for x in (one, two)
    ]
    assert tables[0].second_order.value == near(tables[1].second_order.value, rel=1e-6)


@given(st.integers(2, 400), st.floats(-5, 5))
@settings(max_examples=20, deadline=None)
def test_hedges_g_is_near_its_usual_approximation(n, shift):
    values = np.arange(float(n)) / n + shift
    found = one_sample(values)
    assume(n > 3)
    assert found.hedges_g.value == near(
        found.cohens_d.value * (1 - 3 / (4 * (n - 1) - 1)), rel=0.02, abs=1e-9
    )

"""What a procedure answers when there is little or nothing to compute from: nan and a caution, never an
exception."""

import math
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest
from tests.stats.sample import Sample

from openhall.errors import BadInput
from openhall.stats.agreement import cohens_kappa
from openhall.stats.cautions import Code
from openhall.stats.correction import benjamini_hochberg, holm
from openhall.stats.crosstab import crosstab, crosstab_of
from openhall.stats.frequencies import frequencies
from openhall.stats.goodness import goodness
from openhall.stats.intervals import mean_interval, noncentral_f, wilson
from openhall.stats.means import group_means, item_summary
from openhall.stats.oneway import oneway
from openhall.stats.reliability import Band, band, reliability
from openhall.stats.repeats import repeats
from openhall.stats.response_rates import response_rates

NOBODY = np.array([])
BLANK = np.array([np.nan, np.nan])


def codes(result):
    return [caution.code for caution in result.cautions]


def array(*values):
    return np.array(values, dtype=float)


# frequencies


def test_an_unknown_code_names_case_code_and_cure():
    with pytest.raises(BadInput) as caught:
        frequencies(array(1, 7, 7, 2.5), (1, 2))
    assert caught.value.lines() == [
        "Case 4: the code 2.5 is not one of 1, 2. Correct the data, or add the code to the study.",
        "Case 2: the code 7 is not one of 1, 2. Correct the data, or add the code to the study.",
    ]


def test_an_infinite_code_is_unknown():
    with pytest.raises(BadInput):
        frequencies(array(np.inf), (1, 2))


@pytest.mark.parametrize("values", [NOBODY, BLANK])
def test_frequencies_of_nobody(values):
    table = frequencies(values, (1, 2))
    assert codes(table) == [Code.NO_DATA]
    assert math.isnan(table.levels[0].valid_percent)


def test_a_level_nobody_chose_stays_in_the_table():
    table = frequencies(array(1, 1, np.nan), (1, 2))
    assert [level.n for level in table.levels] == [2, 0]
    assert codes(table) == [Code.MISSING, Code.EMPTY_LEVELS]
    assert table.cautions[1].values == {"levels": "2"}


# goodness of fit


def test_small_expected_counts_get_a_monte_carlo_p_near_the_exact_one():
    found = goodness([3, 0], [0.5, 0.5])
    assert codes(found) == [Code.SPARSE]
    assert found.monte_carlo.interval.low < 0.25 < found.monte_carlo.interval.high


def test_an_effect_too_small_for_any_population_has_no_interval():
    """The inversion has no solution there; from 0 to 0 would leave out the estimate."""
    found = goodness([151, 149, 150, 150, 150, 150], [1] * 6)
    assert found.w > 0 and found.chi2.p > 0.975
    assert math.isnan(found.w_interval.low) and math.isnan(found.w_interval.high)
    sparse = crosstab(np.repeat([1, 2], 300), np.tile([1, 2, 3, 4, 5, 6], 100), (1, 2), (1, 2, 3, 4, 5, 6))
    assert sparse.cramers_v == 0 and math.isnan(sparse.cramers_v_interval.high)


def test_a_large_part_of_a_finite_population_is_cautioned():
    found = goodness([63, 62, 90, 85], [83, 85, 110, 120], population=398)
    assert codes(found) == [Code.FINITE_POPULATION]
    assert found.finite.value > found.chi2.value


@pytest.mark.parametrize(
    ("observed", "expected"),
    [([1, 2], [1]), ([1, 2], [1, -1]), ([1, 2], [1, 0]), ([1, 2], [0, 0]), ([-1, 2], [1, 1])],
)
def test_shares_that_cannot_be_are_refused(observed, expected):
    with pytest.raises(BadInput):
        goodness(observed, expected)


def test_goodness_of_nobody_and_of_one_category():
    assert codes(goodness([0, 0], [1, 1])) == [Code.NO_DATA]
    assert codes(goodness([4], [1])) == [Code.ONE_LINE]


def test_a_whole_population_leaves_nothing_to_infer():
    assert math.isnan(goodness([10, 20], [10, 20], population=30).finite.p)


# reliability


def test_negative_alpha_is_not_clipped():
    found = reliability(np.array([[1, 5], [2, 4], [4, 3], [5, 1.0], [3, 2]]), ("s1", "s2"))
    assert found.alpha < -1
    assert found.band is Band.NONE
    assert codes(found) == [Code.REVERSED_ITEM, Code.ALPHA_NEGATIVE]


def test_an_item_the_wrong_way_round_is_named():
    good = np.repeat(np.arange(1.0, 6.0), 4)
    items = np.column_stack([good, good, 6 - good, np.roll(good, 1)])
    found = reliability(items, ("s1", "s2", "s3", "s4"))
    assert {"items": "s3"} in [caution.values for caution in found.cautions]
    assert Code.ALPHA_RISES_WITHOUT in codes(found)


def test_cases_with_a_blank_item_are_left_out_of_alpha():
    found = reliability(np.array([[1, 1], [2, 3], [np.nan, 3], [4, 4.0]]), ("s1", "s2"))
    assert (found.n, found.missing) == (3, 1)
    assert codes(found)[0] is Code.MISSING


def test_alpha_needs_items_that_vary():
    flat = reliability(np.array([[1, 1], [1, 2], [1, 3.0]]), ("s1", "s2"))
    assert Code.CONSTANT_ITEM in codes(flat)
    assert math.isnan(flat.items[0].item_total)
    assert codes(reliability(np.array([[1.0], [2.0]]), ("s1",))) == [Code.TWO_ITEMS_NEEDED]
    assert codes(reliability(np.empty((0, 2)), ("s1", "s2"))) == [Code.NO_DATA]
    still = reliability(np.full((4, 2), 3.0), ("s1", "s2"))
    assert math.isnan(still.alpha)
    assert still.band is None


def test_bands_meet_as_the_study_says():
    assert [band(alpha) for alpha in (0.71, 0.7, 0.35, 0.34)] == [
        Band.HIGH,
        Band.ACCEPTABLE,
        Band.ACCEPTABLE,
        Band.NONE,
    ]


# cross tables


def test_an_empty_row_stays_in_the_table_and_out_of_the_test():
    found = crosstab(array(1, 1, 3, 3), array(1, 2, 1, 2), (1, 2, 3), (1, 2))
    assert found.observed.tolist() == [[1, 1], [0, 0], [1, 1]]
    assert (found.chi2.df, found.cells) == (1, 4)
    assert np.isnan(found.row_percent[1]).all()
    assert np.isnan(found.adjusted_residual[1]).all()
    assert found.cautions[0].code is Code.EMPTY_ROWS


def test_an_empty_column_and_missing_answers_are_said():
    found = crosstab(array(1, 2, 2, np.nan), array(1, 2, 1, 2), (1, 2), (1, 2, 3))
    assert codes(found)[:2] == [Code.MISSING, Code.EMPTY_COLUMNS]
    assert (found.n, found.missing) == (3, 1)


def test_one_line_is_nothing_to_test():
    found = crosstab(array(1, 1), array(1, 2), (1, 2), (1, 2), row_ordered=True, column_ordered=True)
    assert Code.ONE_LINE in codes(found)
    assert math.isnan(found.p)
    assert found.gamma is found.linear_by_linear is found.monte_carlo is None


def test_a_cross_table_of_nobody():
    found = crosstab(BLANK, BLANK, (1, 2), (1, 2))
    assert codes(found) == [Code.NO_DATA]
    assert found.expected.tolist() == [[0, 0], [0, 0]]


def test_a_nominal_background_gets_no_ordinal_figures():
    found = crosstab_of(np.array([[10, 20], [30, 15]]), (1, 2), (1, 2))
    assert found.gamma is found.tau_b is found.linear_by_linear is None


def test_monte_carlo_is_only_for_sparse_tables_and_repeats_with_its_seed():
    plenty, few = np.full((2, 2), 50), np.array([[3, 1, 0], [1, 2, 4]])
    assert crosstab_of(plenty, (1, 2), (1, 2)).monte_carlo is None
    first, second, other = (crosstab_of(few, (1, 2), (1, 2, 3), seed=seed) for seed in (5, 5, 6))
    assert first.monte_carlo == second.monte_carlo
    assert first.monte_carlo != other.monte_carlo
    assert first.p == first.monte_carlo.p


def test_monte_carlo_p_of_a_small_table_is_near_the_exact_one():
    """Three of each in the diagonal: of the 20 tables with these margins, 2 are as extreme, so p = .1."""
    found = crosstab_of(np.array([[3, 0], [0, 3]]), (1, 2), (1, 2), seed=1)
    assert found.monte_carlo.interval.low < 0.1 < found.monte_carlo.interval.high


def test_a_table_without_doubt():
    found = crosstab_of(np.diag([40, 40, 40]), (1, 2, 3), (1, 2, 3), ordered=True)
    assert found.cramers_v == pytest.approx(1)
    assert found.gamma.value == found.tau_b.value == 1
    assert found.gamma.interval.high == 1


# means


def test_small_groups_are_named():
    factor = np.repeat([1.0, 2.0, 3.0], [40, 10, 2])
    found = group_means(np.arange(52.0), factor, (1, 2, 3, 4))
    assert codes(found) == [Code.EMPTY_LEVELS, Code.TINY_GROUPS, Code.SMALL_GROUPS]
    assert [caution.values["levels"] for caution in found.cautions] == ["4", "3", "2"]
    assert math.isnan(found.groups[3].mean)


def test_an_item_everybody_answers_alike():
    found = item_summary(array(3, 3, 3))
    assert codes(found) == [Code.CONSTANT]
    assert found.sd == 0
    assert math.isnan(found.midpoint.p)
    assert math.isnan(found.skewness)


def test_an_item_nobody_answers():
    found = item_summary(BLANK)
    assert codes(found) == [Code.NO_DATA]
    assert math.isnan(found.mean)
    assert found.missing == 2


def test_the_middle_of_one_to_five_is_three():
    assert item_summary(array(1, 2, 4), scale=(5, 4, 3, 2, 1)).midpoint.midpoint == 3


# one-way analysis of variance


def test_constant_scores():
    found = oneway(array(3, 3, 3, 3), array(1, 1, 2, 2), (1, 2))
    assert math.isnan(found.anova.p)
    assert math.isnan(found.kruskal.p)
    assert Code.CONSTANT in codes(found)
    assert found.recommended == "anova"


def test_one_group_and_nobody():
    one = oneway(array(1, 2), array(1, 1), (1, 2))
    assert Code.ONE_GROUP in codes(one)
    assert math.isnan(one.anova.p)
    assert one.tukey.pairs == one.games_howell.pairs == ()
    nobody = oneway(BLANK, BLANK, (1, 2))
    assert codes(nobody) == [Code.NO_DATA]
    assert nobody.n == 0


def test_groups_without_any_difference_inside():
    found = oneway(array(1, 1, 2, 2), array(1, 1, 2, 2), (1, 2))
    assert Code.NO_WITHIN_VARIANCE in codes(found)
    assert math.isnan(found.anova.p)
    assert found.within.sum_of_squares == 0
    assert found.eta2 == 1


def test_a_group_of_one_has_no_welch_but_an_f():
    found = oneway(array(1, 2, 3, 9), array(1, 1, 1, 2), (1, 2))
    assert not math.isnan(found.anova.p)
    assert math.isnan(found.welch.p)
    assert math.isnan(found.games_howell.pairs[0].p)
    assert found.recommended == "anova"
    assert found.cautions[-1].code is Code.NO_WELCH
    assert found.cautions[-1].values == {"levels": "2"}


def test_unequal_variances_call_for_welch_and_games_howell():
    found = oneway(array(*range(1, 11), *([5, 6] * 5)), np.repeat([1.0, 2.0], 10), (1, 2))
    assert Code.UNEQUAL_VARIANCES in codes(found)
    assert found.recommended == "welch"
    assert found.test is found.welch
    assert found.posthoc is found.games_howell


def test_equal_groups_keep_the_classic_f():
    found = oneway(array(1, 2, 3, 4, 2, 3, 4, 5), np.repeat([1.0, 2.0], 4), (1, 2))
    assert found.recommended == "anova"
    assert found.test is found.anova
    assert found.posthoc is found.tukey


def test_an_infinite_score_is_refused():
    with pytest.raises(BadInput, match="Case 2"):
        oneway(array(1, np.inf), array(1, 2), (1, 2))


# the rest


def test_corrections_leave_out_what_is_missing():
    assert holm([0.01, math.nan, 0.04]).tolist() == pytest.approx([0.02, math.nan, 0.04], nan_ok=True)
    assert benjamini_hochberg([]).tolist() == []


def test_kappa_of_full_agreement_of_one_code_and_of_nobody():
    assert cohens_kappa(array(1, 2, 2), array(1, 2, 2)).kappa == 1
    one = cohens_kappa(array(1, 1), array(1, 1))
    assert math.isnan(one.kappa)
    assert (one.agreement, codes(one)) == (1, [Code.CONSTANT])
    assert codes(cohens_kappa(NOBODY, NOBODY)) == [Code.NO_DATA]
    assert cohens_kappa(array(1, 2, np.nan), array(1, 2, 1)).missing == 1


def test_response_rates():
    rates = response_rates(complete=300, partial=10, refusal=20, non_contact=30, other=5, unknown=33)
    assert (rates.rr1.value, rates.rr2.value) == (300 / 398, 310 / 398)
    assert rates.rr1.interval == wilson(300, 398)
    assert math.isnan(response_rates(complete=0).rr1.value)
    with pytest.raises(BadInput):
        response_rates(complete=1, partial=-1)


def test_repeats():
    assert repeats(array(1, 2, 3).reshape(3, 1)).cautions == ()
    some = repeats(np.array([[1, np.nan], [1, np.nan], [2, 1]]))
    assert (some.distinct, some.repeated, codes(some)) == (2, 2, [Code.REPEATED_ROWS])
    assert repeats(np.empty((0, 3))).every_row_twice is False


def test_intervals_without_data():
    assert math.isnan(wilson(0, 0).low)
    assert math.isnan(mean_interval(1, math.nan, 0).low)
    assert math.isnan(noncentral_f(1e12, 4, 5).high)


def test_a_sample_names_the_column_it_lacks():
    with pytest.raises(BadInput, match="q9"):
        Sample({"q1": array(1, 2)})["q9"]
    with pytest.raises(BadInput):
        Sample({"q1": array(1, 2), "q2": array(1)})


def test_a_sample_selects_cases():
    assert Sample({"q1": array(1, 2)}).select(np.array([False, True])).columns["q1"].tolist() == [2]


def test_every_caution_is_used_by_a_procedure():
    folder = resources.files("openhall.stats")
    text = "".join(file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".py"))
    assert [code for code in Code if f"Code.{code.name}" not in text] == []


def test_statistics_load_neither_django_nor_scipy_stats():
    script = (
        "import importlib, pkgutil, sys, openhall.stats as stats;"
        "[importlib.import_module(f'openhall.stats.{found.name}') for found in pkgutil.iter_modules(stats.__path__)];"
        "print([name for name in ('django', 'scipy.stats', 'scipy.optimize', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

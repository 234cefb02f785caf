"""Chapter 4 from the reference sheets: the figures of the third and fourth column of the reference table."""

import numpy as np
import pytest

from openhall.stats.cautions import Code
from openhall.stats.crosstab import crosstab
from openhall.stats.frequencies import frequencies
from openhall.stats.means import item_summaries, item_summary
from openhall.stats.oneway import oneway
from openhall.stats.reliability import Band, reliability
from openhall.stats.repeats import repeats

SCALE = (5, 4, 3, 2, 1)
FACTORS = ("gender", "age", "education", "political_status", "occupation", "income")


def by_overall(sheets, name, **options):
    column, levels = sheets.factor(name)
    return crosstab(column, sheets["s16"], levels, SCALE, **options)


def test_300_of_the_338_sheets_are_valid(returned, sheets):
    assert len(returned) == 338
    assert sheets.n == 300


def test_every_valid_sheet_stands_twice(sheets):
    found = repeats(np.column_stack(list(sheets.columns.values())))
    assert (found.n, found.distinct, found.every_row_twice) == (300, 150, True)
    assert found.cautions[0].code is Code.EVERY_ROW_TWICE


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("gender", [160, 140]), ("age", [20, 90, 104, 70, 16]), ("education", [86, 102, 74, 38])],
)
def test_group_sizes_are_those_of_section_4_2(sheets, name, sizes):
    table = frequencies(*sheets.factor(name))
    assert [level.n for level in table.levels] == sizes
    assert table.valid == 300
    assert table.levels[-1].cumulative_percent == 100


def test_overall_satisfaction_is_spread_as_printed(sheets):
    table = frequencies(sheets["s16"], SCALE)
    assert [level.n for level in table.levels] == [10, 64, 152, 60, 14]
    assert item_summary(sheets["s16"]).mean == pytest.approx(2.987, abs=0.0005)


@pytest.mark.parametrize(
    ("name", "alpha", "band"),
    [
        ("SE", 0.664, Band.ACCEPTABLE),
        ("SQ", 0.788, Band.HIGH),
        ("IM", 0.859, Band.HIGH),
        ("SP", 0.949, Band.HIGH),
    ],
)
@pytest.mark.parametrize("which", ["sheets", "distinct"])
def test_alphas_are_those_of_table_4_1(which, name, alpha, band, request):
    items = request.getfixturevalue(which).dimension(name)
    found = reliability(items, [f"{name}{i}" for i in range(items.shape[1])])
    assert round(found.alpha, 3) == alpha
    assert found.band is band


def test_the_study_s_middle_band_is_cautioned(sheets):
    found = reliability(sheets.dimension("SE"), ["s1", "s2", "s3", "s4", "s5"])
    assert [caution.code for caution in found.cautions] == [Code.ALPHA_BELOW_STANDARD]


CHI_SQUARES = {  # name: df, from 300 sheets, from the 150 distinct ones
    "gender": (4, 8.275, 4.137),
    "age": (16, 24.150, 12.075),
    "education": (12, 34.795, 17.398),
    "political_status": (12, 17.003, 8.502),
    "occupation": (32, 174.123, 87.062),
    "income": (28, 153.239, 76.620),
}


@pytest.mark.parametrize("name", CHI_SQUARES)
def test_chi_squares_of_table_4_2(sheets, distinct, name):
    df, whole, half = CHI_SQUARES[name]
    everyone, once = by_overall(sheets, name), by_overall(distinct, name)
    assert everyone.chi2.df == once.chi2.df == df
    assert everyone.chi2.value == pytest.approx(whole, abs=0.0006)
    assert once.chi2.value == pytest.approx(half, abs=0.0006)


def test_education_is_significant_with_300_and_not_with_150(sheets, distinct):
    assert by_overall(sheets, "education").chi2.p == pytest.approx(0.0005, abs=0.00005)
    assert by_overall(distinct, "education").chi2.p == pytest.approx(0.135, abs=0.0005)


@pytest.mark.parametrize(
    ("name", "below", "cells"),
    [
        ("age", 14, 25),
        ("gender", 1, 10),
        ("education", 8, 20),
        ("political_status", 10, 20),
        ("income", 22, 40),
        ("occupation", 27, 45),
    ],
)
def test_small_expected_counts_the_study_did_not_report(sheets, name, below, cells):
    found = by_overall(sheets, name)
    assert (found.below_five, found.cells) == (below, cells)
    assert found.sparse is (name != "gender")


def test_table_4_3_to_4_8_have_only_even_counts(sheets):
    assert all((by_overall(sheets, name).observed % 2 == 0).all() for name in FACTORS)


def test_item_means_of_table_4_9(sheets):
    items = np.column_stack([sheets[f"s{i}"] for i in range(1, 17)])
    found = item_summaries(items, [f"s{i}" for i in range(1, 17)], SCALE)
    printed = [2.90, 2.83, 2.88, 2.97, 2.97, 2.99, 2.96, 2.91, 3.00, 2.94, 2.95, 2.84, 2.45, 2.60, 2.37, 2.99]
    assert [round(item.mean, 2) for item in found] == printed
    assert {item.midpoint.midpoint for item in found} == {3}


def test_dimension_means_of_table_4_9(sheets):
    means = {name: item_summary(sheets.score(name), scale=SCALE).mean for name in ("SE", "SQ", "IM", "SP")}
    assert {name: round(mean, 2) for name, mean in means.items()} == {
        "SE": 2.91,
        "SQ": 2.96,
        "IM": 2.93,
        "SP": 2.47,
    }
    assert round(np.mean(list(means.values())), 2) == 2.82


PRINTED_F = {
    "SE": [0.60, 1.49, 1.59, 1.15, 0.56, 3.80],
    "SQ": [0.37, 0.95, 0.31, 1.37, 1.53, 1.30],
    "IM": [1.99, 1.79, 1.72, 1.12, 1.02, 1.03],
    "SP": [1.15, 1.87, 1.17, 1.00, 0.92, 0.98],
}


def test_22_of_24_printed_f_come_from_factor_and_dependent_swapped(distinct):
    """Table 4-10 comes out when the dimension's score is the factor and the background the dependent."""
    same = 0
    for dimension, printed in PRINTED_F.items():
        score = (distinct.score(dimension) * distinct.dimension(dimension).shape[1]).round()
        for name, f in zip(FACTORS, printed, strict=True):
            swapped = oneway(distinct.factor(name)[0], score, np.unique(score).astype(int).tolist())
            same += round(swapped.anova.value, 2) == f
    assert same == 22


def test_the_right_way_round_has_the_background_s_degrees_of_freedom(sheets):
    for name in FACTORS:
        column, levels = sheets.factor(name)
        found = oneway(sheets.score("SE"), column, levels)
        assert (found.anova.df1, found.anova.df2) == (len(levels) - 1, 300 - len(levels))

"""Against R 4.2.2, on the 300 valid reference sheets (SE and SP are the row means of their items).

The values were printed with options(digits = 15) by base R alone:

    anova(lm(y ~ g)); oneway.test(y ~ g); kruskal.test(y, g); TukeyHSD(aov(y ~ g))
    z <- abs(y - ave(y, g, FUN = mean)); anova(lm(z ~ g))            # Levene; FUN = median for the other
    uniroot(function(l) pf(F, df1, df2, ncp = l) - .975, c(0, 500))   # eta squared: l / (l + 300)
    uniroot(function(l) pchisq(x, 12, ncp = l) - .975, c(0, 1e4))     # V: sqrt(l / 900)
    1 - ptukey(q, k, df); m[i] - m[j] - qtukey(.95, k, df) * se / sqrt(2)    # Games-Howell
    chisq.test(t)$stdres; chisq.test(t, simulate.p.value = TRUE, B = 1e6) with set.seed(1)
    prop.test(160, 300, correct = FALSE); p.adjust(p, "holm"); p.adjust(p, "BH"); t.test(s16, mu = 3)
"""

import numpy as np
import pytest

from openhall.stats import studentized
from openhall.stats.correction import benjamini_hochberg, holm
from openhall.stats.crosstab import crosstab
from openhall.stats.intervals import wilson
from openhall.stats.means import item_summary
from openhall.stats.oneway import oneway
from openhall.stats.reliability import reliability

SCALE = (5, 4, 3, 2, 1)


def near(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)


@pytest.fixture(scope="module")
def se_by_education(sheets):
    return oneway(sheets.score("SE"), *sheets.factor("education"))


@pytest.fixture(scope="module")
def sp_by_occupation(sheets):
    return oneway(sheets.score("SP"), *sheets.factor("occupation"))


def test_analysis_of_variance(se_by_education, sp_by_occupation):
    assert se_by_education.between.sum_of_squares == near(5.12903281993206)
    assert se_by_education.within.sum_of_squares == near(73.36483384673465)
    assert se_by_education.anova.value == near(6.89791750396166)
    assert se_by_education.anova.p == near(0.000166852953278899)
    assert sp_by_occupation.anova.value == near(1.85578720526638)
    assert sp_by_occupation.anova.p == near(0.0667904834896577)


def test_welch(se_by_education, sp_by_occupation):
    first, second = se_by_education.welch, sp_by_occupation.welch
    assert (first.value, first.df2, first.p) == (
        near(10.4936876322794),
        near(132.445013991067),
        near(3.06962928588e-06),
    )
    assert (second.value, second.df2, second.p) == (
        near(1.60866029792532),
        near(62.2712475382242),
        near(0.140566829859476),
    )


def test_brown_forsythe(se_by_education, sp_by_occupation):
    first, second = se_by_education.brown_forsythe, sp_by_occupation.brown_forsythe
    assert (first.value, first.df2, first.p) == (
        near(7.3219217849403),
        near(247.550834323008),
        near(0.000100965240473935),
    )
    assert (second.value, second.df2, second.p) == (
        near(1.89881647822562),
        near(135.740530744644),
        near(0.0649808139855858),
    )


def test_levene_on_the_mean_and_on_the_median(se_by_education, sp_by_occupation):
    assert se_by_education.levene_mean.value == near(10.2972563399472)
    assert se_by_education.levene_mean.p == near(1.81607821437927e-06)
    assert se_by_education.levene_median.value == near(8.93193583575936)
    assert sp_by_occupation.levene_mean.p == near(0.143424002002641)
    assert sp_by_occupation.levene_median.p == near(0.391777635362665)


def test_kruskal_wallis(se_by_education, sp_by_occupation):
    assert se_by_education.kruskal.value == near(20.2397707958221)
    assert se_by_education.kruskal.p == near(0.000151386562008493)
    assert sp_by_occupation.kruskal.value == near(13.141488734928)


def test_interval_of_eta_squared(se_by_education, sp_by_occupation):
    assert se_by_education.eta2_interval.low == near(0.0164090191500252, 1e-6)
    assert se_by_education.eta2_interval.high == near(0.11861720047013, 1e-6)
    assert sp_by_occupation.eta2_interval.low == 0
    assert sp_by_occupation.eta2_interval.high == near(0.0780565888627132, 1e-6)


def pair(table, first, second):
    return next(pair for pair in table.pairs if (pair.first, pair.second) == (first, second))


def test_tukey_kramer(se_by_education, sp_by_occupation):
    one = pair(se_by_education.tukey, 1, 4)  # R prints 4-1
    assert -one.difference == near(-0.4129742962056313)
    assert (-one.interval.high, -one.interval.low) == (
        near(-0.663531787005741, 1e-7),
        near(-0.162416805405521, 1e-7),
    )
    assert one.p == near(0.000161810062437207, 1e-6)
    two = pair(sp_by_occupation.tukey, 1, 5)
    assert two.p == near(0.998019640446994, 1e-8)
    assert -two.interval.high == near(-0.895335952800411, 1e-7)


def test_games_howell(se_by_education, sp_by_occupation):
    one = pair(se_by_education.games_howell, 2, 4)
    assert (one.difference, one.se, one.df) == (
        near(0.384520123839009),
        near(0.0832549379214441),
        near(89.2779823810977),
    )
    assert one.p == pytest.approx(1 - 0.999924631866747, abs=1e-9)
    assert (one.interval.low, one.interval.high) == (
        near(0.166551534345086, 1e-7),
        near(0.602488713332933, 1e-7),
    )
    two = pair(sp_by_occupation.games_howell, 2, 4)
    assert two.p == near(1 - 0.648643382588832, 1e-7)
    assert (two.interval.low, two.interval.high) == (
        near(-1.04992404203732, 1e-7),
        near(0.171291563404843, 1e-6),
    )


def test_adjusted_residuals_likelihood_ratio_and_interval_of_v(sheets):
    found = crosstab(*interleave(sheets.factor("education"), (sheets["s16"], SCALE[::-1])))
    assert found.adjusted_residual[3] == pytest.approx(
        [0.186543474568618, 3.645335274671586, -1.129575721695154, -1.740134841754746, -1.224906053845586],
        rel=1e-9,
    )
    assert found.chi2.value == near(34.7953638886638)
    assert found.chi2.p == near(5.04764364700017e-04)
    assert found.likelihood_ratio.value == near(39.9071296274277)
    assert found.likelihood_ratio.p == near(7.45060604065448e-05)
    assert found.cramers_v_interval.low == near(0.0858876206586672, 1e-7)
    assert found.cramers_v_interval.high == near(0.2333398809349733, 1e-7)


def interleave(rows, columns):
    return rows[0], columns[0], rows[1], columns[1]


@pytest.mark.parametrize(("name", "p"), [("education", 0.000533999466), ("age", 0.0867329132670867)])
def test_monte_carlo_p_agrees_with_a_million_tables(sheets, name, p):
    found = crosstab(*interleave(sheets.factor(name), (sheets["s16"], SCALE)))
    assert found.monte_carlo.interval.low < p < found.monte_carlo.interval.high


def test_alpha_and_feldt_interval(sheets):
    found = reliability(sheets.dimension("SE"), ["s1", "s2", "s3", "s4", "s5"])
    assert found.alpha == near(0.664170788715551)
    assert (found.interval.low, found.interval.high) == (near(0.600107194733071), near(0.720718334875403))


def test_wilson_interval():
    found = wilson(160, 300)
    assert (found.low, found.high) == (near(0.476814907585406), near(0.589008894332958))


def test_corrections():
    p = [0.01, 0.02, 0.03, 0.005, 0.5, 0.04]
    assert holm(p) == pytest.approx([0.05, 0.08, 0.09, 0.03, 0.50, 0.09])
    assert benjamini_hochberg(p) == pytest.approx([0.030, 0.040, 0.045, 0.030, 0.500, 0.048])


def test_one_sample_t(sheets):
    found = item_summary(sheets["s16"]).midpoint
    assert (found.t, found.p) == (near(-0.269262743115828), near(0.7879132154982))


@pytest.mark.parametrize(
    ("q", "groups", "df", "p"),
    [
        (3.5, 3, 10, 0.0771033108386604),
        (4.2, 9, 21.7, 0.125756998459445),
        (2.1, 5, 295, 0.573106209425038),
        (3.63, 3, 14, 0.05488257509),
    ],
)
def test_studentised_range(q, groups, df, p):  # R's own error grows below four degrees of freedom
    assert studentized.survival(q, groups, df) == pytest.approx(p, abs=2e-10)


@pytest.mark.parametrize(
    ("groups", "df", "q"),
    [(2, 10, 3.151064177), (3, 14, 3.701393573), (5, 295, 3.881627336), (9, 12.34, 5.238938526)],
)
def test_points_of_the_studentised_range(groups, df, q):
    assert studentized.critical(0.05, groups, [df])[0] == pytest.approx(q, rel=1e-8)


def test_a_tie_in_floats_does_not_matter(sheets):
    """R's row means and ours may differ in the last digit; equal scores must still be one value."""
    assert len(np.unique(sheets.score("SE"))) <= 21

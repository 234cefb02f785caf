"""Against PSPP 1.6.2, on the 300 valid reference sheets, with SET FORMAT = F20.12:

RELIABILITY /VARIABLES = s1 s2 s3 s4 s5 /SUMMARY = TOTAL.
CROSSTABS /TABLES = q6 BY s16 /STATISTICS = CHISQ GAMMA BTAU PHI.   (and q3 BY s16, s6 BY s7 with KAPPA)
DESCRIPTIVES s1 s16 /STATISTICS = ALL.
NPAR TESTS /CHISQUARE = q1 /EXPECTED = 51.27 48.73.
"""

import pytest

from openhall.stats.agreement import cohens_kappa
from openhall.stats.crosstab import crosstab
from openhall.stats.goodness import goodness
from openhall.stats.means import item_summary
from openhall.stats.reliability import reliability

SCALE = (5, 4, 3, 2, 1)


def near(value):
    return pytest.approx(value, abs=2e-12, rel=1e-9)


def test_item_total_statistics(sheets):
    items = reliability(sheets.dimension("SE"), ["s1", "s2", "s3", "s4", "s5"]).items
    assert items[0].mean_if_deleted == near(11.646666666667)
    assert items[0].variance_if_deleted == near(4.496811594203)
    correlations = [0.447220978579, 0.365643839876, 0.445581748662, 0.411457988365, 0.416672149071]
    assert [item.item_total for item in items] == pytest.approx(correlations, abs=1e-12)
    alphas = [0.598830502144, 0.636590179877, 0.599053414469, 0.615191100073, 0.612799124758]
    assert [item.alpha_if_deleted for item in items] == pytest.approx(alphas, abs=1e-12)


@pytest.fixture(scope="module")
def by_income(sheets):
    column, levels = sheets.factor("income")
    return crosstab(column, sheets["s16"], levels, SCALE, row_ordered=True, column_ordered=True)


def test_chi_squares(by_income):
    assert by_income.chi2.value == near(153.239092048303)
    assert by_income.likelihood_ratio.value == near(127.592506163364)
    assert by_income.linear_by_linear.value == near(43.292287634302)
    assert by_income.cramers_v == near(0.357350309044)


def test_gamma_and_tau_b_follow_the_codes_not_the_display(by_income):
    assert (by_income.gamma.value, by_income.gamma.se) == (near(0.447167667586), near(0.054020618396))
    assert (by_income.tau_b.value, by_income.tau_b.se) == (near(0.334371106547), near(0.042336595284))
    assert by_income.gamma.p == pytest.approx(3.2e-14, rel=0.02)  # approx. T 7.5899


def test_weak_association(sheets):
    column, levels = sheets.factor("education")
    found = crosstab(column, sheets["s16"], levels, SCALE, row_ordered=True, column_ordered=True)
    assert (found.gamma.value, found.gamma.se) == (near(-0.024317802116), near(0.068583409131))
    assert (found.tau_b.value, found.tau_b.se) == (near(-0.016900471307), near(0.047696041576))
    assert found.gamma.p == pytest.approx(0.72323748, abs=1e-8)  # approx. T -0.354135306688


def test_kappa(sheets):
    """PSPP's error, .0428926, crosses the margins of a disagreement (row of i with column of j).

    The formula of Fleiss, Cohen & Everitt and the delta method (numeric derivatives of kappa by each
    count) give .0428674.
    """
    found = cohens_kappa(sheets["s6"], sheets["s7"])
    assert found.kappa == near(0.338975937325)
    assert found.se == pytest.approx(0.04286743136, abs=1e-10)
    assert found.p == pytest.approx(6.6e-20, rel=0.05)  # approx. T 9.134489590598


@pytest.mark.parametrize(
    ("key", "se", "sd", "skewness", "kurtosis"),
    [
        ("s1", 0.044671475140, 0.773732645917, -0.087225262354, 0.153753493981),
        ("s16", 0.049517928767, 0.857675685108, -0.102470275880, 0.165155272021),
    ],
)
def test_descriptives(sheets, key, se, sd, skewness, kurtosis):
    found = item_summary(sheets[key])
    assert (found.se, found.sd) == (near(se), near(sd))
    assert (found.skewness, found.skewness_se) == (near(skewness), near(0.140721077752))
    assert (found.kurtosis, found.kurtosis_se) == (near(kurtosis), near(0.280530345065))


def test_goodness_of_fit():
    found = goodness([160, 140], [51.27, 48.73])
    assert found.chi2.value == near(0.511211146316)
    assert found.cells[0].expected == near(153.81)

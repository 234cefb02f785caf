"""Against R's survey 4.1-1, options(digits = 15), on the 300 valid reference sheets in the order of the file:

    d <- svydesign(~1, weights = ~w)
    rake(d, list(~q1, ~q2), list(c(51.27, 48.73), c(20, 25, 25, 20, 10)),
         control = list(maxit = 100, epsilon = 1e-12))
    svymean(~s16, d, deff = "replace"); svyby(~s16, ~q3, d, svymean)
    svymean(~factor(s16), d, deff = "replace")
    svyciprop(~I(s16 == 5), d, method = "logit"); svychisq(~q3 + s16, d, statistic = "F" | "Chisq")
    svydesign(~cl, strata = ~q1, weights = ~w, nest = TRUE)             # cl: ten sheets each, in order

`wald` is F = W (df − 2) / (3 df) from the covariances of svyby.
"""

import numpy as np
import pytest

from openhall.stats import survey
from openhall.stats.raking import rake


def near(value, rel=1e-8):
    return pytest.approx(value, rel=rel)


@pytest.fixture(scope="module")
def raked(sheets):
    known = {"q1": {1: 51.27, 2: 48.73}, "q2": dict(zip(range(1, 6), (20, 25, 25, 20, 10), strict=True))}
    return rake({"q1": sheets["q1"], "q2": sheets["q2"]}, known)


@pytest.fixture(scope="module")
def clustered(sheets, raked):
    return survey.Design(raked.weights, sheets["q1"], np.arange(300) // 10)


def test_raking(raked):
    assert raked.converged
    assert raked.weights[:3] == pytest.approx(
        [0.745489914715907, 0.885783330465944, 0.823132295071691], rel=1e-8
    )
    assert (raked.weights.min(), raked.weights.max()) == (near(0.692761766164775), near(3.132955474012635))
    assert raked.design_effect == near(1.349222480960071)


def test_a_weighted_mean(sheets, raked):
    found = survey.mean(sheets["s16"], survey.Design(raked.weights))
    assert (found.mean, found.se, found.deff) == (
        near(2.9298346139312792),
        near(0.0516988920268756),
        near(1.1842016106490365),
    )
    assert (found.interval.low, found.interval.high) == (near(2.8280948304537681), near(3.0315743974087903))


def test_means_of_groups(sheets, raked):
    found = survey.group_means(sheets["s16"], sheets["q3"], (1, 2, 3, 4), survey.Design(raked.weights))
    assert [group.mean for group in found.groups] == pytest.approx(
        [2.9022392397363855, 2.9313741706961678, 3.1520686219759284, 2.5068719056310029], rel=1e-8
    )
    assert [group.se for group in found.groups] == pytest.approx(
        [0.0754520592576511, 0.0919073908330709, 0.1080581337065234, 0.1231974100474679], rel=1e-8
    )


def test_shares(sheets, raked):
    found = survey.proportions(sheets["s16"], (1, 2, 3, 4, 5), survey.Design(raked.weights)).levels
    percents = [3.642006001458366, 24.027626196905, 50.57861143548525, 19.20841313857847, 2.543343227271856]
    assert [level.percent for level in found] == pytest.approx(percents, rel=1e-8)
    errors = [0.973502235796122, 3.129194822260299, 3.359171457710957, 2.474139734018550, 0.805994668338064]
    assert [level.se for level in found] == pytest.approx(errors, rel=1e-8)
    assert [level.deff for level in found][:2] == pytest.approx([0.80745194980734691, 1.60387246268238659])
    assert (found[4].interval.low, found[4].interval.high) == (near(1.35751307949144), near(4.71551477446930))


def test_rao_scott(sheets, raked):
    design = survey.Design(raked.weights)
    found = survey.crosstab(sheets["q3"], sheets["s16"], (1, 2, 3, 4), (5, 4, 3, 2, 1), design)
    assert found.pearson.value == near(30.51174702321463)
    assert found.first_order.p == near(0.00541517320359101, 1e-7)
    second = found.second_order
    assert (second.value, second.df1, second.df2, second.p) == (
        near(2.33861360984393),
        near(10.8635657164182),
        near(3248.20614920905),
        near(0.00756863110455809, 1e-7),
    )


def test_strata_and_clusters(sheets, clustered):
    assert clustered.df == 58
    found = survey.mean(sheets["s16"], clustered)
    assert (found.se, found.deff) == (near(0.0570396105174497), near(1.4415054170066703))
    table = survey.crosstab(sheets["q3"], sheets["s16"], (1, 2, 3, 4), (5, 4, 3, 2, 1), clustered)
    assert table.first_order.p == near(0.00430459002104882, 1e-7)
    assert (table.second_order.value, table.second_order.df1, table.second_order.p) == (
        near(2.3950531201071237),
        near(9.0461174469672851),
        near(0.0113787660344735, 1e-7),
    )
    wald = survey.group_means(sheets["s16"], sheets["q3"], (1, 2, 3, 4), clustered).wald
    assert (wald.value, wald.df1, wald.df2, wald.p) == (
        near(5.31400298167323),
        3,
        56,
        near(0.00270766737868112, 1e-7),
    )


def test_rao_scott_of_a_simple_sample_worked_by_hand():
    """Equal weights, cells of 3, 1, 1, 3 of 8: p = (.375, .125, .125, .375), V = n/(n − 1) times the
    multinomial covariance, so the only eigenvalue is 8/7 and chi-square 2 becomes 1.75."""
    rows, columns = np.repeat([1.0, 2.0], 4), np.array([1, 1, 1, 2, 1, 2, 2, 2.0])
    found = survey.crosstab(rows, columns, (1, 2), (1, 2), survey.Design(np.ones(8)))
    assert found.pearson.value == pytest.approx(2)
    assert found.design_effects == pytest.approx((8 / 7,))
    assert found.first_order.value == pytest.approx(1.75)
    assert (found.second_order.df1, found.second_order.df2) == (pytest.approx(1), pytest.approx(7))

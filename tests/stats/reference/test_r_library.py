"""Against R 4.2.2 on the 300 valid reference sheets (SE and SP are the row means of their items), with
options(digits = 15); packages psych 2.2.9, survey 4.1-1, vcd 1.4-11:

    t.test(SE ~ q1, var.equal = TRUE); t.test(SE ~ q1); t.test(SE, SP, paired = TRUE)
    uniroot(function(l) pt(t, 298, ncp = l) - .975, c(-5, 5))        # d: l * sqrt(1/160 + 1/140)
    wilcox.test(SE ~ q1, correct = FALSE); wilcox.test(x, y); wilcox.test(x, y, paired = TRUE)
    friedman.test(cbind(s13, s14, s15, s16)); pairwise.t.test(SE, q3, p.adj = "none")
    cor.test(s1, s16, method = ...); lm(s16 ~ s1 + s6 + s9 + s13); diag(solve(cor(X)))      # VIF
    psych::KMO(s1..s15); psych::cortest.bartlett; psych::fa(nfactors = 4, fm = "pa", min.err = 1e-12)
    1 - sum(1 / diag(solve(S))) / sum(S)                                # lambda-6
    factanal(x, 1, control = list(opt = list(factr = 10)))              # omega
    fisher.test(m); binom.test(8, 10, .3); quantile(SE, type = 6); exp(confint(vcd::loddsratio(t)))
"""

import numpy as np
import pytest

from openhall.stats.binomial import binomial
from openhall.stats.correlation import correlation, partial
from openhall.stats.crosstab import crosstab
from openhall.stats.descriptives import describe, quantile
from openhall.stats.exact import fisher_exact
from openhall.stats.factor import factorability, principal_axis
from openhall.stats.friedman import friedman
from openhall.stats.oneway import oneway
from openhall.stats.ranktests import mannwhitney, wilcoxon
from openhall.stats.regression import regression
from openhall.stats.reliability import reliability
from openhall.stats.ttest import independent, paired

BATTERY = [f"s{i}" for i in range(1, 16)]


def near(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)


@pytest.fixture(scope="module")
def battery(sheets):
    return np.column_stack([sheets[key] for key in BATTERY])


def test_two_groups(sheets):
    found = independent(sheets.score("SE"), *sheets.factor("gender"))
    assert (found.pooled.t, found.pooled.p) == (near(1.2903851036651701), near(0.1979173041526626))
    assert (found.pooled.interval.low, found.pooled.interval.high) == (
        near(-0.0401320615157328),
        near(0.1929892043728749),
    )
    assert (found.welch.t, found.welch.df, found.welch.p) == (
        near(1.2927637482151431),
        near(294.6541739027458675),
        near(0.1971055395966793),
    )
    assert (found.cohens_d.value, found.cohens_d.interval.low, found.cohens_d.interval.high) == (
        near(0.1493330581775378),
        near(-0.0779299523960918, 1e-6),
        near(0.3763462771891702, 1e-6),
    )
    assert found.recommended == "pooled"


def test_pairs(sheets):
    test = paired(sheets.score("SE"), sheets.score("SP")).test
    assert (test.t, test.df) == (near(8.90159867977598), 299)
    assert test.p == near(5.42930431021098e-17, 1e-7)
    assert (test.interval.low, test.interval.high) == (near(0.341341814131672), near(0.535102630312772))


def test_ranks_of_two_groups(sheets):
    found = mannwhitney(sheets.score("SE"), *sheets.factor("gender"))
    assert (found.u_first, found.p) == (12140, near(0.206381737029641))


def test_exact_rank_tests():
    x, y = [1.1, 2.2, 3.3, 4.4], [0.5, 2.9, 5.1, 6.2, 7.7]
    found = mannwhitney(np.array(x + y), np.repeat([1.0, 2.0], [4, 5]), (1, 2))
    assert (found.u, found.p) == (6, near(0.412698412698413))
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])  # Hollander & Wolfe, depression
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    assert wilcoxon(before, after).p == 0.0390625


def test_friedman(sheets):
    keys = ["s13", "s14", "s15", "s16"]
    found = friedman(np.column_stack([sheets[key] for key in keys]), keys)
    assert (found.chi2.value, found.chi2.p) == (near(170.531486146096), near(9.77069188253083e-37))
    ranks = [2.27333333333333, 2.55666666666667, 2.12, 3.05]
    assert [item.mean_rank for item in found.items] == pytest.approx(ranks)


def test_unprotected_and_bonferroni_comparisons(sheets):
    found = oneway(sheets.score("SE"), *sheets.factor("education"))
    plain = [0.696515999321443, 0.605160623809806, 2.76732053782711e-05, 0.870535782330783]
    assert [pair.p for pair in found.lsd.pairs][:4] == pytest.approx(plain, rel=1e-9)
    corrected = [1, 1, 0.000166039232269627, 1, 0.000371242725518969, 0.00129927576382721]
    assert [pair.p for pair in found.bonferroni.pairs] == pytest.approx(corrected, rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "r", "p"),
    [
        ("pearson", 0.270134206814103, 2.05550557726305e-06),
        ("spearman", 0.263201795606308, 3.80977066154612e-06),
        ("kendall", 0.235572543751775, 3.35542401699903e-06),
    ],
)
def test_correlations(sheets, kind, r, p):
    found = correlation(sheets["s1"], sheets["s16"], kind=kind)
    assert (found.r, found.p) == (near(r), near(p))
    if kind == "pearson":
        assert (found.interval.low, found.interval.high) == (
            near(0.161844218625231),
            near(0.371995616610529),
        )


def test_partial_correlation(sheets):
    """R: correlation of the residuals of lm(s1 ~ s6 + s9) and lm(s16 ~ s6 + s9), 296 degrees of freedom."""
    found = partial(sheets["s1"], sheets["s16"], np.column_stack([sheets["s6"], sheets["s9"]]))
    assert (found.r, found.statistic, found.df, found.p) == (
        near(0.16910448661959604),
        near(2.95189642650244277),
        296,
        near(0.00341102346299875),
    )


def test_regression(sheets):
    keys = ("s1", "s6", "s9", "s13")
    found = regression(sheets["s16"], np.column_stack([sheets[key] for key in keys]), keys)
    constant, first, *_ = found.coefficients
    assert (constant.b, constant.se) == (near(-0.1309489710889280), near(0.2154595578326306))
    assert (first.b, first.se, first.t, first.p) == (
        near(0.0957777527723839),
        near(0.0504590160055934),
        near(1.898129617941159),
        near(0.0586549620889387),
    )
    assert (first.interval.low, first.interval.high) == (near(-0.0035275139664922), near(0.1950830195112600))
    assert (found.r2, found.adjusted_r2, found.anova.value, found.se) == (
        near(0.451982230862363),
        near(0.444551481450328),
        near(60.825928287970228),
        near(0.639212125200343),
    )
    rest = found.coefficients[1:]
    assert [one.vif for one in rest] == pytest.approx(
        [1.11542551922392, 1.10555261146194, 1.14303790983642, 1.07604077578141]
    )
    assert [one.beta for one in rest] == pytest.approx(
        [0.0864037250435331, 0.267478674893757, 0.432271499480608, 0.249215359773664]
    )
    assert [one.partial for one in rest] == pytest.approx(
        [0.109844637029718, 0.324985677273042, 0.479336940250229, 0.308687023662763]
    )
    assert found.durbin_watson == near(1.91242812405327)


def test_factorability(battery):
    found = factorability(battery, BATTERY)
    assert found.kmo == near(0.788372865962251)
    assert found.msa[:3] == pytest.approx((0.760210219727784, 0.856462043384876, 0.760218216860309))
    assert found.bartlett.value == near(2064.70518838704)
    assert found.bartlett.df == 105


def test_communalities_of_principal_axes(battery):
    found = principal_axis(battery, BATTERY, 4)
    expected = [0.372163295889027, 0.207200799100195, 0.359718147455642, 0.249957307142305, 0.292477113989417]
    assert found.communalities[:5] == pytest.approx(expected, abs=1e-8)
    assert found.communalities[12] == pytest.approx(0.918814187501051, abs=1e-8)
    assert found.eigenvalues[:3] == pytest.approx((4.242433694172097, 2.493963916274143, 1.614782517459660))


def test_lambda_6_omega_and_split_half(sheets):
    found = reliability(sheets.dimension("SE"), ["s1", "s2", "s3", "s4", "s5"])
    assert found.lambda6 == near(0.618537923492641)
    assert found.omega.value == pytest.approx(0.665170946144, abs=1e-8)
    assert (found.split_half.correlation, found.split_half.spearman_brown, found.split_half.guttman) == (
        near(0.514550500953822),
        near(0.679476188651052),
        near(0.652823829972278),
    )


@pytest.mark.parametrize(
    ("table", "p"),
    [
        ([[3, 1, 0], [1, 2, 4]], 0.103030303030303),
        ([[3, 0, 1], [2, 5, 1], [0, 4, 6]], 0.0131167265982913),
        (
            [[2, 0, 1, 2, 6], [1, 3, 1, 2, 1], [4, 1, 1, 0, 0], [5, 5, 1, 1, 0], [2, 0, 2, 3, 2]],
            0.021111811295757,
        ),
    ],
)
def test_fisher_of_larger_tables(table, p):
    found = fisher_exact(np.array(table))
    assert (found.p, found.method) == (near(p, 1e-8), "exact")


def test_fisher_of_agresti_s_jobs():
    """Job satisfaction by income (Agresti 2002, p. 57), fisher.test's own example: p = 0.7827."""
    table = np.array([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]])
    assert fisher_exact(table, budget=1_000_000).p == near(0.782684938966546)
    drawn = fisher_exact(table)
    assert drawn.method == "monte_carlo"
    assert drawn.interval.low < 0.782684938966546 < drawn.interval.high


def test_two_by_two(sheets):
    happy = (sheets["s16"] > 3).astype(float)
    found = crosstab(sheets["q1"], happy, (1, 2), (0, 1))
    assert (found.exact.p, found.exact.p_one_sided) == (near(0.788473823415519), near(0.397134670492610))
    assert found.continuity.value == near(0.0673486776915983)
    odds = found.risk.odds_ratio
    assert (odds.value, odds.interval.low, odds.interval.high) == (
        near(1.111336032388664),
        near(0.657042884874225),
        near(1.879736932425349),
    )


def test_binomial():
    assert binomial(160, 300).p == near(0.272629912700817)
    found = binomial(8, 10, 0.3)
    assert (found.p, found.interval.low, found.interval.high) == (
        near(0.0015903864),
        near(0.443904537692359),
        near(0.974789273673167),
    )


def test_quartiles(sheets):
    found = describe(sheets.score("SE"))
    assert (found.q1, found.median, found.q3) == (near(2.6), near(3.0), near(3.4))
    assert quantile(sheets.score("SE"), 0.1) == near(2.2)

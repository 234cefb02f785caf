"""Against PSPP 1.6.2 on the 300 valid reference sheets (SE is the mean of s1 to s5), SET FORMAT = F20.12:

CROSSTABS /TABLES = q6 BY s16 /STATISTICS = ALL.   (and s6 BY s7)
ONEWAY SE BY q3 /POSTHOC = LSD BONFERRONI SIDAK SCHEFFE ALPHA(.05).
NPAR TESTS /KENDALL s13 s14 s15 s16 /M-W SE BY q1 (1, 2) /WILCOXON s13 WITH s16.
FREQUENCIES SE /STATISTICS = ALL.
RELIABILITY /VARIABLES = s1 s2 s3 s4 s5 /MODEL = SPLIT (3).
FACTOR /VARIABLES = s1 TO s15 /CRITERIA = FACTORS (4) ECONVERGE (1e-10) ITERATE (5000) RCONVERGE (1e-9)
    /EXTRACTION = PAF /ROTATION = VARIMAX.   (and PROMAX (4))

Not compared: the standard error of lambda where a line has two equal largest counts (PSPP takes the first,
and so depends on the order of the levels), and the interval of PSPP's risk estimates (it prints the point).
"""

import numpy as np
import pytest

from openhall.stats.crosstab import crosstab
from openhall.stats.descriptives import describe
from openhall.stats.factor import principal_axis
from openhall.stats.friedman import friedman
from openhall.stats.oneway import oneway
from openhall.stats.ranktests import mannwhitney, wilcoxon
from openhall.stats.reliability import reliability

SCALE = (5, 4, 3, 2, 1)
BATTERY = [f"s{i}" for i in range(1, 16)]


def near(value):
    return pytest.approx(value, abs=2e-12, rel=1e-9)


def figures(estimate):
    return estimate.value, estimate.se


@pytest.fixture(scope="module")
def by_income(sheets):
    column, levels = sheets.factor("income")
    return crosstab(column, sheets["s16"], levels, SCALE, row_ordered=True, column_ordered=True)


@pytest.fixture(scope="module")
def by_neighbour(sheets):
    return crosstab(sheets["s6"], sheets["s7"], SCALE, SCALE, row_ordered=True, column_ordered=True)


def test_lambda(by_income, by_neighbour):
    assert figures(by_neighbour.nominal.lambda_symmetric) == (near(0.212765957447), near(0.062803964704))
    assert figures(by_neighbour.nominal.lambda_rows) == (near(0.202898550725), near(0.069679769858))
    assert figures(by_neighbour.nominal.lambda_columns) == (near(0.222222222222), near(0.070364278489))
    assert by_neighbour.nominal.lambda_rows.p == pytest.approx(0.009, abs=0.0005)  # approx. T 2.6295
    assert by_income.nominal.lambda_symmetric.value == near(0.081521739130)
    assert by_income.nominal.lambda_rows.value == near(0.127272727273)


def test_tau_and_uncertainty(by_income, by_neighbour):
    assert by_income.nominal.tau_columns.value == near(0.081613020055)
    assert by_neighbour.nominal.tau_columns.value == near(0.191330075063)
    assert figures(by_income.nominal.uncertainty_symmetric) == (near(0.136794630473), near(0.019252564772))
    assert figures(by_income.nominal.uncertainty_rows) == (near(0.114529847797), near(0.016972058146))
    assert figures(by_income.nominal.uncertainty_columns) == (near(0.169804987260), near(0.022380115769))
    assert figures(by_neighbour.nominal.uncertainty_rows) == (near(0.234923754707), near(0.026205602633))


def test_tau_c_and_somers(by_income, by_neighbour):
    assert figures(by_income.tau_c) == (near(0.306111111111), near(0.040331292674))
    assert figures(by_income.somers.rows) == (near(0.374168137987), near(0.046041740176))
    assert figures(by_income.somers.columns) == (near(0.298806941432), near(0.039388385769))
    assert by_income.somers.symmetric.value == near(0.332267985286)
    assert figures(by_neighbour.somers.columns) == (near(0.548154433602), near(0.033342729901))
    assert by_neighbour.tau_c.value == near(0.430666666667)


def test_comparisons(sheets):
    found = oneway(sheets.score("SE"), *sheets.factor("education"))
    lows = {
        "lsd": [-0.114980844289, -0.114498490973, 0.222122877039, -0.137211203750, 0.198312392592],
        "bonferroni": [-0.165131572537, -0.168816336613, 0.155393441776, -0.189521601095, 0.133206579902],
        "sidak": [-0.164595633997, -0.168235865943, 0.156106549588, -0.188962583132, 0.133902336781],
        "scheffe": [-0.176467275427, -0.181093944164, 0.140310409514, -0.201345459753, 0.118490539381],
    }
    for name, expected in lows.items():
        pairs = getattr(found, name).pairs
        assert [pair.interval.low for pair in pairs][:5] == pytest.approx(expected, abs=2e-12)
    assert [round(pair.p, 3) for pair in found.sidak.pairs] == [0.999, 0.996, 0, 1, 0, 0.001]
    assert [round(pair.p, 3) for pair in found.scheffe.pairs][:4] == [0.985, 0.966, 0.001, 0.999]


def test_rank_tests(sheets):
    two = mannwhitney(sheets.score("SE"), *sheets.factor("gender"))
    assert (two.u, two.w, two.z) == (10260, 20130, near(1.263577434854))  # PSPP prints the sign of the U
    assert [group.mean_rank for group in two.groups] == [156.375, near(143.785714285714)]
    signed = wilcoxon(sheets["s16"], sheets["s13"])
    assert (signed.negative.n, signed.positive.n, signed.ties) == (162, 48, 90)
    assert signed.negative.mean_rank == near(111.623456790123)
    assert signed.positive.sum_of_ranks == 4072
    assert signed.z == near(-8.435843344569)


def test_kendall_s_w(sheets):
    keys = ["s13", "s14", "s15", "s16"]
    found = friedman(np.column_stack([sheets[key] for key in keys]), keys)
    assert (found.w, found.chi2.value) == (near(0.189479429051), near(170.531486146096))


def test_descriptives(sheets):
    found = describe(sheets.score("SE"))
    assert (found.se, found.variance, found.mode) == (near(0.029581598627), near(0.2625212932), near(3.4))
    assert (found.skewness, found.kurtosis) == (near(-0.080753448890), near(-0.643250025037))
    assert (found.skewness_se, found.kurtosis_se) == (near(0.140721077752), near(0.280530345065))


def test_split_half(sheets):
    found = reliability(sheets.dimension("SE"), ["s1", "s2", "s3", "s4", "s5"]).split_half
    assert (found.alpha_first, found.spearman_brown_unequal) == (near(0.534679026511), near(0.686188098791))
    assert found.guttman == near(0.652823829972)


def column_of(table, key):
    """A factor whichever its place and sign: the column with the largest loading of an item."""
    row = BATTERY.index(key)
    column = table[:, np.abs(table[row]).argmax()]
    return column * np.sign(column[row])


@pytest.mark.parametrize(
    ("rotation", "key", "loadings"),
    [
        ("varimax", "s1", [0.583381285676, 0.399182456224, 0.587639436470, 0.476091031318, 0.511310698832]),
        ("varimax", "s9", [0.105254986721, 0.176369894821, 0.102689628861, 0.073305485340, 0.106619668719]),
        ("promax", "s1", [0.614462382639, 0.382997684159, 0.621319260036, 0.491933247345, 0.520213937847]),
        (
            "promax",
            "s9",
            [-0.000533013263, 0.099137121523, -0.007788022502, -0.032630508681, -0.004276881184],
        ),
    ],
)
def test_rotated_loadings(sheets, rotation, key, loadings):
    items = np.column_stack([sheets[key] for key in BATTERY])
    found = principal_axis(items, BATTERY, 4, rotation=rotation)
    assert column_of(found.loadings, key)[:5] == pytest.approx(loadings, abs=2e-7)


def test_correlations_of_promax_factors(sheets):
    items = np.column_stack([sheets[key] for key in BATTERY])
    found = principal_axis(items, BATTERY, 4, rotation="promax").factor_correlations
    printed = [0.136358582149, 0.193312371195, 0.196689547357, 0.391699905647, 0.401788707552, 0.419419234958]
    assert np.sort(found[np.triu_indices(4, 1)]) == pytest.approx(printed, abs=2e-7)

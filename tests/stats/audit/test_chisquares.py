"""Chi-square from its table: statistic, degrees of freedom, the N that explains it, small expected counts."""

import numpy as np
from scipy import stats
from tests.stats.audit.small import audited, codes, serious, table

from openhall.stats.audit.findings import Code, Why

COUNTS = [[30, 50, 20], [60, 40, 44]]
SPARSE = [[3, 1, 2], [60, 40, 44]]


def printed(counts=COUNTS, statistic=None, df=2, p=None, more="", key="1", **how):
    found = stats.chi2_contingency(np.array(counts), correction=False, **how)
    statistic = f"{found.statistic:.3f}" if statistic is None else statistic
    shown = p or f"{stats.chi2.sf(float(statistic), df):.3f}"
    test = f'[[test]]\nkind = "chi2"\ntable = "{key}"\nstatistic = {statistic}\ndf = {df}\np = "{shown}"\n'
    return table([(row, []) for row in counts], key=key, more=more) + test


def test_a_right_chi_square_passes():
    assert codes(printed()) == []


def test_a_wrong_one_is_given_its_right_value():
    (found,) = audited(printed(statistic="3.210")).serious
    assert found.code is Code.CHI2
    assert round(found.values["chi2"], 3) == round(stats.chi2_contingency(COUNTS).statistic, 3)


def test_half_the_value_is_explained_by_half_the_people():
    half = stats.chi2_contingency(COUNTS).statistic / 2
    (found,) = audited(printed(statistic=f"{half:.3f}")).serious
    assert found.explanation[0].why is Why.OTHER_N
    assert found.explanation[0].values == {"n": 122, "claimed": 244}


def test_the_same_other_n_behind_two_tables_is_named_once():
    other = [[10, 60, 20], [80, 30, 44]]
    text = ""
    for key, counts in (("1", COUNTS), ("2", other)):
        wrong = stats.chi2_contingency(counts).statistic * 199 / 244
        text += printed(counts, f"{wrong:.4f}", key=key)
    (found,) = audited(text).of(Code.OTHER_N)
    assert (found.values["n"], found.values["tests"]) == (199, 2)
    assert found.explanation == ()


def test_one_chi_square_alone_names_no_odd_n():
    wrong = stats.chi2_contingency(COUNTS).statistic * 199 / 244
    found = audited(printed(statistic=f"{wrong:.4f}"))
    assert found.of(Code.CHI2)[0].explanation[0].why is Why.UNEXPLAINED


def test_the_other_usual_chi_squares_of_a_table_are_accepted():
    ratio = stats.chi2_contingency(COUNTS, lambda_="log-likelihood").statistic
    assert serious(printed(statistic=f"{ratio:.3f}")) == []
    square = [[30, 50], [60, 40]]
    corrected = stats.chi2_contingency(square, correction=True).statistic
    assert serious(printed(square, f"{corrected:.3f}", 1)) == []


def test_wrong_degrees_of_freedom_are_found():
    assert serious(printed(df=3)) == ["df"]


def test_empty_rows_may_be_left_out_of_the_degrees_of_freedom():
    counts = [*COUNTS, [0, 0, 0]]
    text = printed(COUNTS).split("[[test]]")[1]
    assert serious(table([(row, []) for row in counts]) + "[[test]]" + text) == []


def test_small_expected_counts_are_noted_once_they_are_many():
    text = printed(SPARSE)
    (found,) = audited(text).notes
    assert (found.code, found.values["below"], found.values["cells"]) == (Code.EXPECTED, 3, 6)
    assert codes(printed(SPARSE, more="small_expected_noted = true")) == []


def test_weighted_tables_are_not_recomputed():
    assert serious(printed(statistic="3.210", more="weighted = true")) == []

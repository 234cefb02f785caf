"""p from F with the groups of each factor; factor and dependent exchanged."""

import numpy as np
from scipy import stats
from tests.stats.audit.small import audited, serious

from openhall.stats.audit.findings import Code, Severity


def table(rows, factors=("sex", "age", "job"), groups=(2, 5, 9), n=300):
    text = f'n = {n}\n[[anova]]\nkey = "10"\nfactors = {list(factors)}\ngroups = {list(groups)}\n'
    for label, fs, ps in rows:
        text += f'[[anova.row]]\nlabel = "{label}"\nF = {fs}\np = {ps}\n'
    return text


def test_right_p_pass_even_with_missing_answers():
    fs = [1.99, 1.79, 1.02]
    for n in (300, 280):
        ps = [round(float(stats.f.sf(f, k - 1, n - k)), 3) for f, k in zip(fs, (2, 5, 9), strict=True)]
        assert serious(table([("IM", fs, ps)])) == []


def test_a_wrong_p_is_given_its_right_value_and_the_decision_it_changes():
    (found,) = audited(table([("IM", [1.99, 1.79, 1.02], [0.04, 0.131, 0.421])])).serious
    assert (found.code, found.severity, found.place.column) == (Code.ANOVA_P, Severity.DECISION_ERROR, "sex")
    assert round(found.values["p"], 3) == 0.159


def test_factor_and_dependent_exchanged_are_seen_from_constant_degrees_of_freedom():
    random = np.random.default_rng(5)
    rows = []
    for label, df in (("SE", 20), ("SQ", 12), ("IM", 16)):
        fs = [round(float(f), 2) for f in random.uniform(0.5, 2.2, 3)]
        rows.append((label, fs, [round(float(stats.f.sf(f, df, 299 - df)), 3) for f in fs]))
    (found,) = audited(table(rows)).of(Code.ANOVA_SWAPPED)
    assert found.values["dfs"] == ("20", "12", "16")
    assert (found.values["n"], found.values["follow"], found.values["of"]) == (300, 9, 9)


def test_a_few_wrong_p_do_not_make_roles_exchanged():
    found = audited(table([("IM", [1.99, 1.79, 1.02], [0.9, 0.131, 0.421])] * 3))
    assert len(found.of(Code.ANOVA_P)) == 3
    assert not found.of(Code.ANOVA_SWAPPED)


def test_a_factor_whose_groups_are_unknown_is_not_judged():
    text = table([("IM", [1.99], [0.9])], factors=("sex",), groups=("",))
    assert serious(text.replace("['']", '[""]')) == []

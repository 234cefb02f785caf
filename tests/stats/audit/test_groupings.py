"""F, t and the mean of all from the groups' sizes, means and standard deviations."""

import numpy as np
import pytest
from scipy import stats
from tests.stats.audit.small import audited, serious

from openhall.stats.audit.findings import Code


def groups(parts, **more):
    text = '[[groups]]\nplace = "7"\n' + "".join(f'{key} = "{value}"\n' for key, value in more.items())
    for k, part in enumerate(parts):
        text += (
            f'[[groups.group]]\nlabel = "{k}"\nn = {len(part)}\nmean = "{np.mean(part):.2f}"\n'
            f'sd = "{np.std(part, ddof=1):.2f}"\n'
        )
    return text


@pytest.fixture
def parts():
    random = np.random.default_rng(3)
    return [random.normal(3 + k / 4, 1, 20 + 7 * k) for k in range(3)]


def test_the_right_f_passes_and_a_wrong_one_does_not(parts):
    f = stats.f_oneway(*parts).statistic
    assert serious(groups(parts, F=f"{f:.2f}")) == []
    (found,) = audited(groups(parts, F=f"{f * 1.5:.2f}")).serious
    assert found.code is Code.GROUPS_F
    assert found.expected[0] <= f <= found.expected[1]


def test_both_t_tests_are_accepted(parts):
    for equal in (True, False):
        t = stats.ttest_ind(parts[0], parts[1], equal_var=equal).statistic
        assert serious(groups(parts[:2], t=f"{t:.2f}")) == []
    assert serious(groups(parts[:2], t=f"{t - 1.5:.2f}")) == ["groups_f"]


def test_the_mean_and_number_of_all(parts):
    everybody = np.concatenate(parts)
    right = f"{everybody.mean():.2f}"
    assert serious(groups(parts, total_mean=right, total_n=len(everybody))) == []
    assert serious(groups(parts, total_mean=f"{everybody.mean() + 0.1:.2f}")) == ["groups_mean"]
    assert serious(groups(parts, total_n=len(everybody) - 1)) == ["groups_n"]

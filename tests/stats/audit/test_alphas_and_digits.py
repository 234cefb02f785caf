"""Alpha within its bounds; patterns of digits."""

import numpy as np
from tests.stats.audit.small import audited, codes, serious, table

from openhall.stats.audit.findings import Code


def alpha(**values):
    return '[[alpha]]\nplace = "1"\n' + "".join(f"{key} = {value}\n" for key, value in values.items())


def test_alpha_is_never_above_1_but_may_be_negative():
    assert serious(alpha(alpha="1.02")) == ["alpha_range"]
    assert serious(alpha(alpha="-0.40")) == []


def test_alpha_from_the_mean_correlation():
    assert serious(alpha(alpha="0.75", items=4, mean_correlation="0.43")) == []
    assert serious(alpha(alpha="0.95", items=4, mean_correlation="0.20")) == ["alpha_items"]


def test_alpha_from_the_variances():
    right = alpha(alpha="0.667", items=2, item_sds='["1.00", "1.00"]', scale_sd='"1.73"')
    assert serious(right) == []
    assert serious(right.replace("0.667", "0.800")) == ["alpha_variances"]


def doubled(seed, rows=6, columns=5):
    counts = 2 * np.random.default_rng(seed).integers(1, 40, (rows, columns))
    return table([([int(one) for one in row], []) for row in counts], key=str(seed))


def test_counts_that_are_all_even_are_a_warning_once_they_are_many():
    (found,) = audited(doubled(1) + doubled(2)).findings
    assert (found.code, found.values["factor"]) == (Code.COMMON_FACTOR, 2)
    assert codes(table([([2, 4], []), ([6, 8], [])])) == []


def test_one_odd_count_is_enough():
    assert codes(doubled(1) + doubled(2) + table([([1, 2], [])], key="odd")) == []


def test_uneven_last_digits_are_a_note():
    counts = [[100 + 10 * (i + j) + 5 for j in range(10)] for i in range(7)]
    counts[0][0] = 107
    text = table([(row, []) for row in counts])
    assert ("last_digits", "note") in codes(text)

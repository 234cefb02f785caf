"""Against NIST's Statistical Reference Datasets, one-way analysis of variance: SmLs01 and SmLs04.

Nine treatments of 21 values: a mean, then ten times 0.1 below and 0.1 above it. Certified: F = 21, sums of
squares 1.68 and 1.80. SmLs04 adds 1,000,000, so floats themselves keep about nine digits of the tenths.
"""

from fractions import Fraction

import numpy as np
import pytest

from openhall.stats.descriptives import describe
from openhall.stats.oneway import oneway

MEANS = [14, 13, 15, 13, 15, 13, 15, 13, 15]
TENTHS = [mean + step for mean in MEANS for step in (0, *([-1, 1] * 10))]
FACTOR = np.repeat(np.arange(1.0, 10.0), 21)


def smls(offset):
    return np.array([float(Fraction(offset) + Fraction(tenth, 10)) for tenth in TENTHS])


def analysis(values):
    return oneway(values, FACTOR, range(1, 10))


def test_smls01():
    found = analysis(smls(0))
    assert found.between.sum_of_squares == pytest.approx(1.68, rel=1e-13)
    assert found.within.sum_of_squares == pytest.approx(1.80, rel=1e-13)
    assert found.anova.value == pytest.approx(21, rel=1e-13)
    assert (found.anova.df1, found.anova.df2) == (8, 180)


def test_smls04_keeps_what_the_floats_hold():
    assert analysis(smls(10**6)).anova.value == pytest.approx(21, rel=2e-9)


@pytest.mark.parametrize("offset", [10**6, 10**9, 10**12])
def test_f_is_that_of_exact_arithmetic_on_the_stored_numbers(offset):
    values = smls(offset)
    groups = [[Fraction(float(value)) for value in values[g == FACTOR]] for g in range(1, 10)]
    means = [sum(group) / 21 for group in groups]
    centre = sum(means) / 9
    between = sum(21 * (mean - centre) ** 2 for mean in means) / 8
    within = (
        sum((value - mean) ** 2 for group, mean in zip(groups, means, strict=True) for value in group) / 180
    )
    assert analysis(values).anova.value == pytest.approx(float(between / within), rel=1e-11)


def test_nine_constant_leading_digits_cost_nothing_where_floats_are_exact():
    quarters = np.array([tenth / 4 for tenth in TENTHS])
    plain, far = (analysis(quarters + offset).anova.value for offset in (0, 123_456_789_000))
    assert far == pytest.approx(plain, rel=1e-12)


@pytest.mark.parametrize(
    ("first", "mean", "digits"), [(1000000.2, 1000000.2, 1e-8), (10000000.2, 10000000.2, 1e-7)]
)
def test_numacc3_and_numacc4(first, mean, digits):
    """NIST's NumAcc3 and NumAcc4: a mean, then 500 times .1 below and .1 above it; standard deviation .1."""
    values = np.array([first] + [first - 0.1, first + 0.1] * 500)
    found = describe(values)
    assert found.mean == pytest.approx(mean, rel=1e-15)
    assert found.sd == pytest.approx(0.1, rel=digits)

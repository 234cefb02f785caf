"""Against NIST's Statistical Reference Datasets, linear regression: Longley, whose six predictors are so
close to collinear that single precision gets no digit right. Certified values as published by NIST."""

import numpy as np
import pytest

from openhall.stats.cautions import Code
from openhall.stats.regression import regression

KEYS = ("deflator", "gnp", "unemployed", "forces", "population", "year")
LONGLEY = np.array(
    [
        [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
        [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
        [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
        [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
        [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
        [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
        [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
        [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
        [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
        [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
        [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
        [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
        [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
        [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
        [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
        [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
    ]
)
CERTIFIED = [
    (-3482258.63459582, 890420.383607373),
    (15.0618722713733, 84.9149257747669),
    (-0.358191792925910e-01, 0.334910077722432e-01),
    (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675),
    (-0.511041056535807e-01, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]


@pytest.fixture(scope="module")
def longley():
    return regression(LONGLEY[:, 0], LONGLEY[:, 1:], KEYS)


def test_coefficients_and_their_errors(longley):
    for one, (b, se) in zip(longley.coefficients, CERTIFIED, strict=True):
        assert one.b == pytest.approx(b, rel=1e-9)
        assert one.se == pytest.approx(se, rel=1e-9)


def test_the_whole(longley):
    assert longley.r2 == pytest.approx(0.995479004577296, rel=1e-12)
    assert longley.se == pytest.approx(304.854073561965, rel=1e-9)
    assert longley.anova.value == pytest.approx(330.285339234588, rel=1e-9)


def test_collinearity_is_named(longley):
    (caution,) = longley.cautions
    assert caution.code is Code.HIGH_VIF
    assert caution.values["items"] == "deflator, gnp, unemployed, population, year"

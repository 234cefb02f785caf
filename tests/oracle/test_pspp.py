"""The exported syntax makes PSPP compute the same chapter 4 as we do. PSPP prints p with three decimals."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from openhall.language import say
from openhall.stats.crosstab import crosstab
from openhall.stats.descriptives import describe
from openhall.stats.frequencies import frequencies
from openhall.stats.goodness import goodness
from openhall.stats.oneway import oneway
from openhall.stats.ranks import kruskal
from openhall.stats.reliability import reliability
from openhall.stats.ttest import one_sample

pytestmark = pytest.mark.oracle("PSPP")


def near(value: float):
    return pytest.approx(value, rel=1e-9, abs=1e-11)


def printed(p: float):
    """p as PSPP prints it."""
    return pytest.approx(p, abs=0.00051)


def named(pspp, title: str) -> list[list[list[str]]]:
    found = [body for name, body in pspp if name == title]
    assert found, title
    return found


def numbers(line: list[str]) -> list[float]:
    """What of a line can be read as a number, notes and per cent signs taken off."""
    found = []
    for cell in line:
        text = cell.split("[")[0].rstrip("%")
        try:
            found.append(float(text))
        except ValueError:
            continue
    return found


def line(body: list[list[str]], *words: str) -> list[float]:
    """The numbers of the first line that begins with these words."""
    for cells in body:
        if [cell for cell in cells if cell][: len(words)] == list(words):
            return numbers([cell for cell in cells if cell][len(words) :])
    raise AssertionError(words)


def word(item) -> str:
    return say(item.label, "en")


def test_offices_and_the_census(pspp, ours):
    study, sample, offices, issued = ours
    tests = named(pspp, "Test Statistics")
    found = goodness([offices.count(office) for office in issued], list(issued.values())).chi2
    assert line(tests[0], "Office") == [near(found.value), found.df, printed(found.p)]
    gender = study.factors[0]
    counts = [level.n for level in frequencies(sample[gender.key], gender.codes).levels]
    found = goodness(counts, gender.population).chi2
    assert line(tests[1], word(gender)) == [near(found.value), found.df, printed(found.p)]


def test_frequencies(pspp, ours):
    study, sample, _, _ = ours
    for factor in study.factors:
        body = named(pspp, word(factor))[0]
        lines = [cells for cells in body if len(numbers(cells[2:])) == 4]
        found = sorted(frequencies(sample[factor.key], factor.codes).levels, key=lambda level: level.code)
        assert [numbers(cells[2:])[0] for cells in lines] == [level.n for level in found]
        for cells, level in zip(lines, found, strict=True):
            assert numbers(cells[2:])[2] == pytest.approx(level.valid_percent, abs=0.0501)


def test_reliability(pspp, ours):
    study, sample, _, _ = ours
    alphas, items = named(pspp, "Reliability Statistics"), named(pspp, "Item-Total Statistics")
    for place, dimension in enumerate(study.dimensions):
        found = reliability(sample.items(dimension), [item.key for item in dimension.items])
        assert numbers(alphas[place][1]) == [near(found.alpha), len(dimension.items)]
        for cells, one in zip(items[place][1:], found.items, strict=True):
            assert numbers(cells[1:]) == [
                near(one.mean_if_deleted),
                near(one.variance_if_deleted),
                near(one.item_total),
                near(one.alpha_if_deleted),
            ]


@pytest.fixture(scope="module")
def crossed(ours):
    study, sample, _, _ = ours
    scale = [level.code for level in study.scale]
    return {
        factor.key: crosstab(
            sample[factor.key],
            sample[study.overall.key],
            sorted(factor.codes),
            sorted(scale),
            row_ordered=factor.ordered,
            column_ordered=True,
        )
        for factor in study.factors
    }


def test_chi_squares_and_measures(pspp, ours, crossed):
    study, _, _, _ = ours
    tests, measures = named(pspp, "Chi-Square Tests"), named(pspp, "Symmetric Measures")
    for place, factor in enumerate(study.factors):
        found, body, strength = crossed[factor.key], tests[place], measures[place]
        for words, one in (("Pearson Chi-Square", found.chi2), ("Likelihood Ratio", found.likelihood_ratio)):
            assert line(body, words) == [near(one.value), one.df, printed(one.p)]
        assert line(body, "N of Valid Cases") == [found.n]
        assert line(strength, "Cramer's V") == [near(found.cramers_v)]
        if factor.ordered:
            one = found.linear_by_linear
            assert line(body, "Linear-by-Linear Association") == [near(one.value), one.df, printed(one.p)]
            assert line(strength, "Gamma")[:2] == [near(found.gamma.value), near(found.gamma.se)]
            words = ("Ordinal by Ordinal", "Kendall's tau-b")
            assert line(strength, *words)[:2] == [near(found.tau_b.value), near(found.tau_b.se)]


def test_counts_expected_counts_and_residuals(pspp, ours, crossed):
    study, _, _, _ = ours
    for factor in study.factors:
        found = crossed[factor.key]
        body = named(pspp, f"{word(factor)} × {word(study.overall)}")[0]
        by_kind = {
            kind: [numbers(cells[3:]) for cells in body if len(cells) > 2 and cells[2] == kind]
            for kind in ("Count", "Expected", "Adjusted Residual")
        }
        steps = found.observed.shape[1]
        assert [row[:steps] for row in by_kind["Count"][:-1]] == found.observed.tolist()
        expected = [row[:steps] for row in by_kind["Expected"][:-1]]
        assert np.allclose(expected, found.expected, rtol=1e-12)
        residuals = [row[:steps] for row in by_kind["Adjusted Residual"]]
        assert np.allclose(residuals, found.adjusted_residual, atol=0.0051)


def _measured(study, sample):
    columns = {word(item): sample[item.key] for dimension in study.dimensions for item in dimension.items}
    columns[word(study.overall)] = sample[study.overall.key]
    columns |= {dimension.key: sample.scores(dimension) for dimension in study.dimensions}
    columns["total"] = np.column_stack([sample.scores(d) for d in study.dimensions]).mean(axis=1)
    return columns


def test_means_and_the_middle_of_the_scale(pspp, ours):
    study, sample, _, _ = ours
    moments = named(pspp, "Descriptive Statistics")[0]
    tests = named(pspp, "One-Sample Test")[0]
    for name, values in _measured(study, sample).items():
        found, t = describe(values), one_sample(values, 3.0).test
        mine = (found.n, found.mean, found.se, found.sd, found.kurtosis, found.kurtosis_se)
        mine += (found.skewness, found.skewness_se)  # lowest and highest are printed as labels
        assert line(moments, name)[:8] == [near(value) for value in mine]
        assert line(tests, name) == [
            near(t.t),
            near(t.df),
            printed(t.p),
            near(t.difference),
            near(t.interval.low),
            near(t.interval.high),
        ]


def _analyses(study, sample):
    """Dependent and factor of each ONEWAY, in the order of the syntax."""
    for factor in study.factors:
        yield word(study.overall), sample[study.overall.key], factor
    for dimension in study.dimensions:
        for factor in study.factors:
            yield dimension.key, sample.scores(dimension), factor


def test_analyses_of_variance(pspp, ours):
    study, sample, _, _ = ours
    anovas, equal = named(pspp, "ANOVA"), named(pspp, "Test of Homogeneity of Variances")
    groups = named(pspp, "Descriptives")
    for place, (name, values, factor) in enumerate(_analyses(study, sample)):
        found = oneway(values, sample[factor.key], sorted(factor.codes))
        between, within, total = found.between, found.within, found.total
        assert line(anovas[place], name, "Between Groups") == [
            near(between.sum_of_squares),
            between.df,
            near(between.mean_square),
            near(found.anova.value),
            printed(found.anova.p),
        ]
        assert line(anovas[place], "Within Groups")[:2] == [near(within.sum_of_squares), within.df]
        assert line(anovas[place], "Total") == [near(total.sum_of_squares), total.df]
        levene = found.levene_mean
        assert line(equal[place], name) == [near(levene.value), levene.df1, levene.df2, printed(levene.p)]
        rows = [numbers(cells[2:]) for cells in groups[place] if len(numbers(cells[2:])) == 8]
        for cells, group in zip(rows, [*found.groups.groups, found.groups.total], strict=True):
            interval = group.interval
            mine = (group.n, group.mean, group.sd, group.se, interval.low, interval.high)
            assert cells[:6] == [near(value) for value in mine]


def test_comparisons_of_groups(pspp, ours):
    study, sample, _, _ = ours
    bodies = [body for name, body in pspp if name.startswith("Multiple Comparisons")]
    with_three = [one for one in _analyses(study, sample) if len(one[2].codes) > 2]
    for body, (_, values, factor) in zip(bodies, with_three, strict=True):
        found = oneway(values, sample[factor.key], sorted(factor.codes))
        rows = [numbers(cells[-5:]) for cells in body if len(numbers(cells[-5:])) == 5]
        codes = sorted(factor.codes)
        order = [(i, j) for i in codes for j in codes if i != j]
        assert len(rows) == 2 * len(order)
        for method, lines in ((found.tukey, rows[: len(order)]), (found.games_howell, rows[len(order) :])):
            mine = {(pair.first, pair.second): pair for pair in method.pairs}
            for pair, (difference, _se, p, low, high) in zip(order, lines, strict=True):
                if pair in mine:
                    one = mine[pair]
                    assert difference == near(one.difference)
                    assert p == printed(one.p)
                    assert (low, high) == (
                        pytest.approx(one.interval.low, abs=1e-5),
                        pytest.approx(one.interval.high, abs=1e-5),
                    )


def test_ranks(pspp, ours):
    study, sample, _, _ = ours
    titles = [name for name, _ in pspp]
    places = [place for place, name in enumerate(titles) if name == "Ranks"]
    assert all(titles[place + 1] == "Test Statistics" for place in places)
    assert all(second - first > 1 for first, second in pairwise(places))
    tested = [(d, factor) for d in study.dimensions for factor in study.factors]
    for place, (dimension, factor) in zip(places, tested, strict=True):
        found = kruskal(sample.scores(dimension), sample[factor.key], sorted(factor.codes))
        ranks, test = pspp[place][1], pspp[place + 1][1]
        rows = [numbers(cells[2:]) for cells in ranks if len(numbers(cells[2:])) == 2]
        assert rows == [[group.n, near(group.mean_rank)] for group in found.groups]
        assert line(test, "Chi-Square") == [near(found.chi2.value)]
        assert line(test, "df") == [found.chi2.df]
        assert line(test, "Asymp. Sig.") == [printed(found.chi2.p)]

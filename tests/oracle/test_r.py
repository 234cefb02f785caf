"""The exported R script computes the same chapter 4 as we do."""

from __future__ import annotations

import numpy as np
import pytest

from openhall.stats.correction import holm
from openhall.stats.crosstab import crosstab
from openhall.stats.frequencies import frequencies
from openhall.stats.goodness import goodness
from openhall.stats.means import item_summary
from openhall.stats.oneway import oneway
from openhall.stats.reliability import reliability

pytestmark = pytest.mark.oracle("R")


def near(value: float):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


def sure(value: float):
    """Studentised ranges: R's own quadrature has about nine digits."""
    return pytest.approx(value, rel=1e-6, abs=1e-8)


def compare(r, section: str, test: str, mine: dict[str, float], expected=near) -> None:
    found = {figure: r[section, test, figure] for figure in mine}
    assert found == {figure: expected(value) for figure, value in mine.items()}


def test_offices_against_what_was_issued(r, ours):
    _, _, offices, issued = ours
    found = goodness([offices.count(office) for office in issued], list(issued.values()))
    compare(r, "4.1", "offices", {"chi2": found.chi2.value, "df": found.chi2.df, "p": found.chi2.p})


def test_frequencies_and_the_census(r, ours):
    study, sample, _, _ = ours
    for factor in study.factors:
        for level in frequencies(sample[factor.key], factor.codes).levels:
            mine = {
                "n": level.n,
                "percent": level.percent,
                "low": level.interval.low,
                "high": level.interval.high,
            }
            compare(r, "4.2", f"{factor.key} {level.code}", mine)
    gender = study.factors[0]
    counts = [level.n for level in frequencies(sample[gender.key], gender.codes).levels]
    found = goodness(counts, gender.population).chi2
    compare(r, "4.2", gender.key, {"chi2": found.value, "df": found.df, "p": found.p})


def test_reliability(r, ours):
    study, sample, _, _ = ours
    for dimension in study.dimensions:
        found = reliability(sample.items(dimension), [item.key for item in dimension.items])
        mine = {
            "alpha": found.alpha,
            "n": found.n,
            "standardised": found.standardised,
            "low": found.interval.low,
            "high": found.interval.high,
        }
        compare(r, "4.3", dimension.key, mine)
        for item in found.items:
            mine = {"item_total": item.item_total, "alpha_if_deleted": item.alpha_if_deleted}
            compare(r, "4.3", f"{dimension.key} {item.key}", mine)


def test_cross_tables(r, ours):
    study, sample, _, _ = ours
    for factor in study.factors:
        found = crosstab(
            sample[factor.key],
            sample[study.overall.key],
            factor.codes,
            [level.code for level in study.scale],
            row_ordered=factor.ordered,
            column_ordered=True,
        )
        mine = {
            "chi2": found.chi2.value,
            "df": found.chi2.df,
            "p": found.chi2.p,
            "n": found.n,
            "likelihood_ratio": found.likelihood_ratio.value,
            "cramers_v": found.cramers_v,
            "below_five": found.below_five,
            "minimum_expected": found.minimum_expected,
            "largest_residual": float(np.nanmax(np.abs(found.adjusted_residual))),
        }
        if factor.ordered:
            mine |= {
                "linear_by_linear": found.linear_by_linear.value,
                "tau_b": found.tau_b.value,
                "gamma": found.gamma.value,
            }
        compare(r, "4.4", factor.key, mine)
        if found.monte_carlo:
            drawn = r["4.4", factor.key, "p_monte_carlo"]  # 10,000 tables each, so four errors of both
            error = 4 * (2 * max(drawn, 1e-4) * (1 - drawn) / 10_000) ** 0.5
            assert found.monte_carlo.p == pytest.approx(drawn, abs=error)


def test_items_dimensions_and_the_whole(r, ours):
    study, sample, _, _ = ours
    scale = [level.code for level in study.scale]
    columns = {item.key: sample[item.key] for dimension in study.dimensions for item in dimension.items}
    columns[study.overall.key] = sample[study.overall.key]
    columns |= {dimension.key: sample.scores(dimension) for dimension in study.dimensions}
    columns["total"] = np.column_stack([sample.scores(d) for d in study.dimensions]).mean(axis=1)
    for key, values in columns.items():
        found = item_summary(values, key, scale)
        mine = {
            "n": found.n,
            "mean": found.mean,
            "sd": found.sd,
            "low": found.interval.low,
            "high": found.interval.high,
            "t": found.midpoint.t,
            "p": found.midpoint.p,
            "d": found.midpoint.d,
            "top_two": found.top_two_percent,
            "skewness": found.skewness,
            "kurtosis": found.kurtosis,
        }
        compare(r, "4.5", key, mine)


@pytest.mark.parametrize("section", ["4.5", "4.6"])
def test_analyses_of_variance_and_their_comparisons(r, ours, section):
    study, sample, _, _ = ours
    if section == "4.5":
        dependents = {"": sample[study.overall.key]}
    else:
        dependents = {f"{dimension.key} ": sample.scores(dimension) for dimension in study.dimensions}
    read = {}
    for name, values in dependents.items():
        for factor in study.factors:
            found = oneway(values, sample[factor.key], factor.codes)
            test = f"{name}{factor.key}"
            read[test] = found.test.p
            compare(r, section, test, _analysis(found))
            for group in found.groups.groups:
                mine = {"n": group.n, "mean": group.mean, "sd": group.sd}
                compare(r, section, f"{test} {group.code}", mine)
            for pair in found.tukey.pairs:
                mine = {"tukey_difference": -pair.difference, "tukey_p": pair.p}
                compare(r, section, f"{test} {pair.second}-{pair.first}", mine, sure)
            for pair in found.games_howell.pairs:
                mine = {"games_howell_p": pair.p}
                compare(r, section, f"{test} {pair.first}-{pair.second}", mine, sure)
    for test, p in zip(read, holm(list(read.values())), strict=True):
        compare(r, section, test, {"p_holm": float(p)})


def _analysis(found) -> dict[str, float]:
    return {
        "f": found.anova.value,
        "df1": found.anova.df1,
        "df2": found.anova.df2,
        "p": found.anova.p,
        "between": found.between.sum_of_squares,
        "within": found.within.sum_of_squares,
        "eta2": found.eta2,
        "epsilon2": found.epsilon2,
        "omega2": found.omega2,
        "levene_f": found.levene_mean.value,
        "levene_p": found.levene_mean.p,
        "levene_median_f": found.levene_median.value,
        "levene_median_p": found.levene_median.p,
        "welch_f": found.welch.value,
        "welch_df2": found.welch.df2,
        "welch_p": found.welch.p,
        "kruskal": found.kruskal.value,
        "kruskal_p": found.kruskal.p,
    }


def test_every_figure_of_the_script_is_compared(r):
    """A figure added to the script must be added to these tests."""
    known = set(_FIGURES.split())
    assert {figure for _, _, figure in r} == known


_FIGURES = """
n percent low high chi2 df p alpha standardised item_total alpha_if_deleted likelihood_ratio cramers_v
below_five minimum_expected largest_residual p_monte_carlo linear_by_linear tau_b gamma mean sd t d top_two
skewness kurtosis f df1 df2 between within eta2 epsilon2 omega2 levene_f levene_p levene_median_f
levene_median_p welch_f welch_df2 welch_p kruskal kruskal_p games_howell_p tukey_difference tukey_p p_holm
"""

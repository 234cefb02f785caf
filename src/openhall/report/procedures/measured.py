"""Descriptives, means by group and t tests (seed 4.5; SPSS DESCRIPTIVES, MEANS, T-TEST)."""

from __future__ import annotations

from collections.abc import Sequence

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block, Row, Table
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.counted import titled
from openhall.report.procedures.data import Data, Variable, table
from openhall.report.procedures.figures import plain
from openhall.report.procedures.making import (
    column,
    groups_of,
    made,
    only,
    outcome,
    pair,
    refuse_nothing,
    two_groups,
)
from openhall.stats.descriptives import Description
from openhall.stats.means import GroupMean
from openhall.stats.ttest import Effect, TTest


def descriptives(data: Data, asked: Asked) -> Outcome:
    """Mean, spread, shape and quantiles of each variable."""
    from openhall.stats.descriptives import descriptives as describe

    asked.need("variables")
    variables = data.several(asked.variables)
    for variable in variables:
        variable.numbers()
    found = describe(
        table(variables),
        [variable.key for variable in variables],
        missing=asked.missing or "pairwise",
        weights=data.weights,
    )
    n, missing = data.complete(variables)
    refuse_nothing(sum(one.n for one in found.variables), variables)
    described = [(titled(v), one) for v, one in zip(variables, found.variables, strict=True)]
    blocks = [_moments(described, asked.pen), _quantiles(described, asked.pen)]
    return outcome(asked, variables, found, blocks, n=n, missing=missing)


def _moments(described: Sequence[tuple[str, Description]], pen: Pen) -> Table:
    heads = [
        column("variable", pen(N_("Variable"))),
        column("n", pen(N_("n")), Format.INT),
        column("missing", pen(N_("Missing")), Format.INT),
        column("mean", pen(N_("Mean")), Format.F3),
        column("se", pen(N_("SE")), Format.F3),
        column("interval", pen(N_("95% CI")), Format.INTERVAL),
        column("sd", pen(N_("SD")), Format.F3),
        column("skewness", pen(N_("Skewness")), Format.F3),
        column("skewness_se", pen(N_("SE")), Format.F3),
        column("kurtosis", pen(N_("Kurtosis")), Format.F3),
        column("kurtosis_se", pen(N_("SE")), Format.F3),
    ]
    lines = [
        Row(
            (
                name,
                one.n,
                one.missing,
                one.mean,
                one.se,
                pair(one.interval),
                one.sd,
                one.skewness,
                one.skewness_se,
                one.kurtosis,
                one.kurtosis_se,
            )
        )
        for name, one in described
    ]
    return made("descriptives", pen(N_("Descriptive statistics")), heads, lines)


def _quantiles(described: Sequence[tuple[str, Description]], pen: Pen) -> Table:
    heads = [
        column("variable", pen(N_("Variable"))),
        column("minimum", pen(N_("Minimum")), Format.F2),
        column("q1", pen(N_("25%")), Format.F2),
        column("median", pen(N_("Median")), Format.F2),
        column("q3", pen(N_("75%")), Format.F2),
        column("maximum", pen(N_("Maximum")), Format.F2),
        column("mode", pen(N_("Mode")), Format.F2),
        column("sum", pen(N_("Sum")), Format.F2),
        column("variance", pen(N_("Variance")), Format.F3),
    ]
    lines = [
        Row((name, one.minimum, one.q1, one.median, one.q3, one.maximum, one.mode, one.sum, one.variance))
        for name, one in described
    ]
    return made(
        "quantiles",
        pen(N_("Quantiles and range")),
        heads,
        lines,
        pen(N_("Quantiles: weighted average at (n + 1) p (HAVERAGE). Of several modes the smallest.")),
    )


def means(data: Data, asked: Asked) -> Outcome:
    """The mean of a dependent variable in each group of a factor."""
    from openhall.stats.means import group_means

    asked.need("dependent", "factor")
    dependent, factor = data.one(asked.dependent), data.one(asked.factor)
    codes = groups_of(data, dependent, factor)
    found = group_means(dependent.numbers(), factor.values, codes, weights=data.weights)
    blocks = [group_table(dependent, factor, [*found.groups, found.total], asked.pen)]
    return outcome(
        asked, [dependent, factor], found, blocks, n=found.n, missing=found.missing, rows=factor, tested=False
    )


def group_table(dependent: Variable, factor: Variable, groups: Sequence[GroupMean], pen: Pen) -> Table:
    """n, mean, spread and interval of each group, the total last where it is given."""
    heads = [
        column("group", titled(factor)),
        column("n", pen(N_("n")), Format.INT),
        column("mean", pen(N_("Mean")), Format.F3),
        column("sd", pen(N_("SD")), Format.F3),
        column("se", pen(N_("SE")), Format.F3),
        column("interval", pen(N_("95% CI")), Format.INTERVAL),
    ]
    lines = [
        Row(
            (
                pen(N_("Total")) if group.code is None else factor.level(group.code),
                group.n,
                group.mean,
                group.sd,
                group.se,
                pair(group.interval),
            ),
            total=group.code is None,
        )
        for group in groups
    ]
    caption = pen(N_("Mean of {dependent} by {factor}"), dependent=titled(dependent), factor=titled(factor))
    return made("groups", caption, heads, lines)


def ttest(data: Data, asked: Asked) -> Outcome:
    """Against a value (--variables --test-against), between two groups (--dependent --factor), or of two
    variables of the same cases (--variables a,b)."""
    if asked.dependent or asked.factor:
        asked.need("dependent", "factor")
        return _independent(data, asked)
    asked.need("variables")
    return _one_sample(data, asked) if asked.test_against else _paired(data, asked)


def _one_sample(data: Data, asked: Asked) -> Outcome:
    from openhall.stats.ttest import one_sample

    variables = data.several(asked.variables)
    if len(asked.test_against) > 1:
        message, cure = N_("a mean is tested against one value."), N_("For shares use chisquare.")
        raise BadInput(Problem("--test-against", message, cure))
    against = asked.test_against[0]
    found = [one_sample(variable.numbers(), against, weights=data.weights) for variable in variables]
    n, missing = data.complete(variables)
    refuse_nothing(sum(one.n for one in found), variables)
    pen = asked.pen
    described = [(titled(v), one.description) for v, one in zip(variables, found, strict=True)]
    tests = [(titled(v), one.test, one.cohens_d) for v, one in zip(variables, found, strict=True)]
    caption = pen(N_("Test against {value}"), value=f"{against:g}")
    blocks = [_moments(described, pen), _t_table("test", caption, tests, pen)]
    return outcome(
        asked,
        variables,
        None,
        blocks,
        n=n,
        missing=missing,
        cautions=[caution for one in found for caution in one.cautions],
        method="one_sample",
        against=against,
        variables=[{"key": v.key, **plain(one)} for v, one in zip(variables, found, strict=True)],
    )


def _t_table(key: str, caption: str, tests: Sequence[tuple[str, TTest, Effect | None]], pen: Pen) -> Table:
    heads = [
        column("test", pen(N_("Test"))),
        column("t", pen(N_("t")), Format.F3),
        column("df", pen(N_("df")), Format.F1),
        column("p", pen(N_("p")), Format.P),
        column("difference", pen(N_("Difference")), Format.F3),
        column("se", pen(N_("SE")), Format.F3),
        column("interval", pen(N_("95% CI")), Format.INTERVAL),
        column("d", pen(N_("Cohen's d")), Format.F2),
        column("d_interval", pen(N_("95% CI of d")), Format.INTERVAL),
    ]
    lines = [
        Row(
            (
                name,
                one.t,
                one.df,
                one.p,
                one.difference,
                one.se,
                pair(one.interval),
                effect.value if effect else None,
                pair(effect.interval) if effect else None,
            )
        )
        for name, one, effect in tests
    ]
    return made(key, caption, heads, lines)


def _independent(data: Data, asked: Asked) -> Outcome:
    from openhall.stats.ttest import independent

    dependent, factor = data.one(asked.dependent), data.one(asked.factor)
    codes = two_groups(data, asked, dependent, factor)
    found = independent(dependent.numbers(), only(factor, codes), codes, weights=data.weights)
    pen = asked.pen
    equal, unequal = pen(N_("equal variances")), pen(N_("unequal variances (Welch)"))
    tests = [(equal, found.pooled, found.cohens_d), (unequal, found.welch, None)]
    levene = made(
        "levene",
        pen(N_("Equality of variances (Levene, centred on the mean)")),
        [
            column("f", pen(N_("F")), Format.F3),
            column("df1", pen(N_("df1")), Format.INT),
            column("df2", pen(N_("df2")), Format.INT),
            column("p", pen(N_("p")), Format.P),
        ],
        [(found.levene.value, found.levene.df1, found.levene.df2, found.levene.p)],
    )
    blocks: list[Block] = [
        group_table(dependent, factor, found.groups, pen),
        levene,
        _t_table("test", pen(N_("t test of two groups")), tests, pen),
        pen.plain(N_("Read: {test}."), test=unequal if found.recommended == "welch" else equal),
    ]
    return outcome(
        asked,
        [dependent, factor],
        found,
        blocks,
        n=found.n,
        missing=found.missing,
        rows=factor,
        method="independent",
    )


def _paired(data: Data, asked: Asked) -> Outcome:
    from openhall.stats.ttest import paired

    first, second = two_variables(data, asked)
    found = paired(first.numbers(), second.numbers(), weights=data.weights)
    refuse_nothing(found.n, [first, second])
    pen = asked.pen
    name = pen(N_("{first} minus {second}"), first=first.key, second=second.key)
    described = [(titled(first), found.first), (titled(second), found.second), (name, found.difference)]
    blocks = [
        _moments(described, pen),
        _t_table("test", pen(N_("Paired t test")), [(name, found.test, found.cohens_d)], pen),
    ]
    return outcome(asked, [first, second], found, blocks, n=found.n, missing=found.missing, method="paired")


def two_variables(data: Data, asked: Asked) -> tuple[Variable, Variable]:
    """Exactly two variables of the same cases."""
    asked.need("variables")
    variables = data.several(asked.variables)
    if len(variables) != 2:
        values = {"count": len(variables)}
        message = N_("two variables are compared, {count} were given.")
        raise BadInput(Problem("--variables", message, N_("Give two names with a comma between."), values))
    return variables[0], variables[1]

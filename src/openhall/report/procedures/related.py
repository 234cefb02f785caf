"""Correlations and linear regression (SPSS CORRELATIONS, NONPAR CORR, REGRESSION)."""

from __future__ import annotations

import numpy as np

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block, Row, Table
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.counted import titled
from openhall.report.procedures.data import Data, Variable, table
from openhall.report.procedures.making import column, made, outcome, pair, refuse_nothing
from openhall.stats.correlation import Correlations
from openhall.stats.regression import Regression

PARTIAL = N_("Partial r")
KINDS = {"pearson": N_("Pearson's r"), "spearman": N_("Spearman's ρ"), "kendall": N_("Kendall's τb")}


def correlations(data: Data, asked: Asked) -> Outcome:
    """Every pair of the variables."""
    from openhall.stats.correlation import correlations as correlate

    asked.need("variables")
    variables = data.several(asked.variables)
    if len(variables) < 2:
        message, cure = N_("at least two variables are needed."), N_("Give --variables several names.")
        raise BadInput(Problem("--variables", message, cure))
    controls = _controls(data, asked, variables)
    for variable in (*variables, *controls):
        variable.numbers()
    if controls:
        found = _partial(data, asked, variables, controls)
    else:
        found = correlate(
            table(variables),
            [variable.key for variable in variables],
            kind=asked.kind,
            missing=asked.missing or "pairwise",
            weights=data.weights,
        )
    every = [*variables, *controls]
    refuse_nothing(max(one.n for one in found.pairs), every)
    n, missing = data.complete(every)
    blocks: list[Block] = [_matrix(found, variables, asked), _pairs(found, asked)]
    if controls:
        held = asked.pen.listed([titled(variable) for variable in controls])
        blocks.append(asked.pen.text(N_("Held constant: {variables}."), variables=held))
    return outcome(
        asked, every, found, blocks, n=n, missing=missing, controls=[variable.key for variable in controls]
    )


def _controls(data: Data, asked: Asked, variables: list[Variable]) -> list[Variable]:
    """The variables held constant; BadInput where they are also correlated, or not with Pearson's r."""
    controls = data.several(asked.partial)
    both = [variable.key for variable in controls if variable.key in {one.key for one in variables}]
    if both:
        message = N_("the column {column} cannot be both correlated and held constant.")
        raise BadInput(Problem("--partial", message, N_("Leave it out of one."), {"column": both[0]}))
    if controls and asked.kind != "pearson":
        message, cure = N_("only Pearson's correlation can hold columns constant."), N_("Leave --kind out.")
        raise BadInput(Problem("--partial", message, cure))
    return controls


def _partial(data: Data, asked: Asked, variables: list[Variable], controls: list[Variable]) -> Correlations:
    """Every pair of the variables with the controls held constant."""
    from itertools import combinations

    from openhall.stats.correlation import partial
    from openhall.stats.missing import complete

    scores, treatment = table(variables), asked.missing or "pairwise"
    if treatment == "listwise":
        scores = np.where(complete(table([*variables, *controls]))[:, None], scores, np.nan)
    pairs = tuple(
        partial(scores[:, i], scores[:, j], table(controls), weights=data.weights, names=(one.key, other.key))
        for (i, one), (j, other) in combinations(enumerate(variables), 2)
    )
    return Correlations(tuple(variable.key for variable in variables), pairs, treatment, "partial")


def _matrix(found: Correlations, variables: list[Variable], asked: Asked) -> Table:
    pen = asked.pen
    coefficient = {(one.first, one.second): one.r for one in found.pairs}
    heads = [
        column("variable", pen(N_("Variable"))),
        *(column(variable.key, variable.key, Format.UNIT3) for variable in variables),
    ]
    lines = []
    for row in variables:
        cells = [
            1.0
            if row.key == other.key
            else coefficient.get((row.key, other.key), coefficient.get((other.key, row.key)))
            for other in variables
        ]
        lines.append(Row((titled(row), *cells)))
    return made("matrix", pen(PARTIAL if asked.partial else KINDS[asked.kind]), heads, lines)


def _pairs(found: Correlations, asked: Asked) -> Table:
    pen = asked.pen
    heads = [
        column("first", pen(N_("Variable"))),
        column("second", pen(N_("with"))),
        column("r", pen(PARTIAL if asked.partial else KINDS[asked.kind]), Format.UNIT3),
        column("interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
        column("p", pen(N_("p")), Format.P),
        column("n", pen(N_("n")), Format.INT),
    ]
    lines = [Row((one.first, one.second, one.r, pair(one.interval), one.p, one.n)) for one in found.pairs]
    return made("pairs", pen(N_("Pairs of variables")), heads, lines)


def regression(data: Data, asked: Asked) -> Outcome:
    """A dependent variable predicted by --variables."""
    from openhall.stats.regression import regression as fit

    asked.need("dependent", "variables")
    dependent, predictors = data.one(asked.dependent), data.several(asked.variables)
    if any(variable.key == dependent.key for variable in predictors):
        values = {"column": dependent.key}
        message = N_("the column {column} cannot predict itself.")
        raise BadInput(Problem("--variables", message, N_("Leave it out."), values))
    for variable in predictors:
        variable.numbers()
    found = fit(
        dependent.numbers(),
        table(predictors),
        [variable.key for variable in predictors],
        weights=data.weights,
    )
    refuse_nothing(found.n, [dependent, *predictors])
    pen = asked.pen
    blocks: list[Block] = [
        _model(found, dependent, pen),
        _anova(found, pen),
        _coefficients(found, predictors, pen),
    ]
    return outcome(asked, [dependent, *predictors], found, blocks, n=found.n, missing=found.missing)


def _model(found: Regression, dependent: Variable, pen: Pen) -> Table:
    heads = [
        column("r", pen(N_("R")), Format.UNIT3),
        column("r2", pen(N_("R²")), Format.UNIT3),
        column("adjusted_r2", pen(N_("Adjusted R²")), Format.UNIT3),
        column("se", pen(N_("SE of the estimate")), Format.F3),
        column("durbin_watson", pen(N_("Durbin–Watson")), Format.F3),
        column("n", pen(N_("N")), Format.INT),
    ]
    line = Row((found.r, found.r2, found.adjusted_r2, found.se, found.durbin_watson, found.n))
    return made("model", pen(N_("Regression of {variable}"), variable=titled(dependent)), heads, [line])


def _anova(found: Regression, pen: Pen) -> Table:
    heads = [
        column("source", pen(N_("Source"))),
        column("sum_of_squares", pen(N_("Sum of squares")), Format.F3),
        column("df", pen(N_("df")), Format.INT),
        column("mean_square", pen(N_("Mean square")), Format.F3),
        column("f", pen(N_("F")), Format.F3),
        column("p", pen(N_("p")), Format.P),
    ]
    model, rest, total = found.regression, found.residual, found.total
    f = found.anova
    lines = [
        Row((pen(N_("Regression")), model.sum_of_squares, model.df, model.mean_square, f.value, f.p)),
        Row((pen(N_("Residual")), rest.sum_of_squares, rest.df, rest.mean_square, None, None)),
        Row((pen(N_("Total")), total.sum_of_squares, total.df, None, None, None), total=True),
    ]
    return made("anova", pen(N_("Analysis of variance")), heads, lines)


def _coefficients(found: Regression, predictors: list[Variable], pen: Pen) -> Table:
    names = {variable.key: titled(variable) for variable in predictors}
    heads = [
        column("term", pen(N_("Predictor"))),
        column("b", pen(N_("B")), Format.F3),
        column("se", pen(N_("SE")), Format.F3),
        column("beta", pen(N_("β")), Format.F3),
        column("t", pen(N_("t")), Format.F3),
        column("p", pen(N_("p")), Format.P),
        column("interval", pen(N_("95% CI of B")), Format.INTERVAL),
        column("zero_order", pen(N_("zero-order")), Format.UNIT3, pen(N_("Correlation"))),
        column("partial", pen(N_("partial")), Format.UNIT3, pen(N_("Correlation"))),
        column("part", pen(N_("part")), Format.UNIT3, pen(N_("Correlation"))),
        column("tolerance", pen(N_("Tolerance")), Format.UNIT3),
        column("vif", pen(N_("VIF")), Format.F2),
    ]
    lines = [
        Row(
            (
                names.get(one.key, pen(N_("(constant)"))),
                one.b,
                one.se,
                one.beta,
                one.t,
                one.p,
                pair(one.interval),
                one.zero_order,
                one.partial,
                one.part,
                one.tolerance,
                one.vif,
            )
        )
        for one in found.coefficients
    ]
    return made("coefficients", pen(N_("Coefficients")), heads, lines)

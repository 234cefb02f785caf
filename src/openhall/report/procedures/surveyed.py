"""The procedures that know survey weights: frequencies, descriptives, means and cross tables, their errors by
Taylor linearisation (SPSS Complex Samples)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block, Row, Table
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.counted import titled
from openhall.report.procedures.data import Data, Variable, table
from openhall.report.procedures.figures import plain
from openhall.report.procedures.making import column, groups_of, made, outcome, pair, refuse_nothing
from openhall.report.procedures.weighing import blocks as weight_blocks
from openhall.report.procedures.weighing import figures as weight_figures
from openhall.stats.cautions import Caution
from openhall.stats.survey import Design, SurveyCrosstab, SurveyMean, SurveyMeans, SurveyProportions

KNOWN = ("frequencies", "descriptives", "means", "crosstab")


def refuse(procedure: str) -> None:
    """BadInput for a procedure that has no form for survey weights."""
    if procedure not in KNOWN:
        message = N_("{procedure} cannot use survey weights; the errors would be wrong.")
        cure = N_("Leave the weights out, give whole numbers of cases, or use: {known}.")
        raise BadInput(
            Problem("--weight", message, cure, {"procedure": procedure, "known": ", ".join(KNOWN)})
        )


def _design(data: Data) -> Design:
    assert data.sampling is not None
    return Design(data.sampling.weights)


def _outcome(
    data: Data,
    asked: Asked,
    variables: Sequence[Variable],
    result: Any,
    blocks: Sequence[Block],
    /,
    **more: Any,
) -> Outcome:
    """As for every procedure, with what is to be told of the weights."""
    assert data.sampling is not None
    own: Sequence[Caution] = more.pop("cautions", None) or getattr(result, "cautions", ())
    return outcome(
        asked,
        variables,
        result,
        [*blocks, *weight_blocks(data, data.sampling, asked.pen)],
        cautions=[*own, *data.sampling.cautions],
        design=weight_figures(data.sampling),
        **more,
    )


def frequencies(data: Data, asked: Asked) -> Outcome:
    """A weighted frequency table of each variable."""
    from openhall.stats.survey import proportions

    asked.need("variables")
    variables, design = data.several(asked.variables), _design(data)
    found = [proportions(v.values, v.codes(), design) for v in variables]
    refuse_nothing(sum(one.n for one in found), variables)
    n, missing = data.complete(variables)
    tables = [_shares(v, one, asked.pen) for v, one in zip(variables, found, strict=True)]
    alone = len(variables) == 1
    return _outcome(
        data,
        asked,
        variables,
        None,
        tables,
        n=n,
        missing=missing,
        cautions=found[0].cautions if alone else (),
        rows=variables[0] if alone else None,
        tested=False,
        method="taylor",
        variables=[{"key": v.key, **plain(one)} for v, one in zip(variables, found, strict=True)],
    )


def _shares(variable: Variable, found: SurveyProportions, pen: Pen) -> Table:
    heads = [
        column("level", pen(N_("Answer"))),
        column("n", pen(N_("n, unweighted")), Format.INT),
        column("weighted_n", pen(N_("Weighted n")), Format.F1),
        column("percent", pen(N_("Valid %")), Format.PERCENT1),
        column("se", pen(N_("SE")), Format.F2),
        column("interval", pen(N_("95% CI of valid %")), Format.PERCENT_INTERVAL),
        column("deff", pen(N_("Design effect")), Format.F2),
    ]
    lines = [
        Row(
            (
                variable.level(one.code),
                one.n,
                one.weighted_n,
                one.percent,
                one.se,
                pair(one.interval),
                one.deff,
            )
        )
        for one in found.levels
    ]
    whole = (pen(N_("Total")), found.n, found.weighted_n, 100.0 if found.n else None, None, None, None)
    note = pen(N_("Interval: logit, errors by Taylor linearisation."))
    return made(variable.key, titled(variable), heads, [*lines, Row(whole, total=True)], note)


def descriptives(data: Data, asked: Asked) -> Outcome:
    """The weighted mean of each variable."""
    from openhall.stats.survey import mean

    asked.need("variables")
    variables, design = data.several(asked.variables), _design(data)
    for variable in variables:
        variable.numbers()
    holed = np.isnan(table(variables)).any(axis=1)
    domain = None if asked.missing != "listwise" else np.asarray(~holed)
    found = [mean(v.values, design, domain=domain) for v in variables]
    refuse_nothing(sum(one.n for one in found), variables)
    n, missing = data.complete(variables)
    named = [(titled(v), one) for v, one in zip(variables, found, strict=True)]
    return _outcome(
        data,
        asked,
        variables,
        None,
        [_means("descriptives", asked.pen(N_("Descriptive statistics")), "", named, asked.pen)],
        n=n,
        missing=missing,
        cautions=found[0].cautions if len(found) == 1 else (),
        method="taylor",
        variables=[{"key": v.key, **plain(one)} for v, one in zip(variables, found, strict=True)],
    )


def _means(key: str, caption: str, over: str, named: Sequence[tuple[str, SurveyMean]], pen: Pen) -> Table:
    heads = [
        column("name", over or pen(N_("Variable"))),
        column("n", pen(N_("n, unweighted")), Format.INT),
        column("weighted_n", pen(N_("Weighted n")), Format.F1),
        column("mean", pen(N_("Mean")), Format.F3),
        column("se", pen(N_("SE")), Format.F3),
        column("interval", pen(N_("95% CI")), Format.INTERVAL),
        column("deff", pen(N_("Design effect")), Format.F2),
    ]
    lines = [
        Row((name, one.n, one.weighted_n, one.mean, one.se, pair(one.interval), one.deff))
        for name, one in named
    ]
    return made(key, caption, heads, lines, pen(N_("Errors by Taylor linearisation.")))


def means(data: Data, asked: Asked) -> Outcome:
    """The weighted mean of a dependent variable in each group of a factor, and whether they differ (Wald)."""
    from openhall.stats.survey import group_means

    asked.need("dependent", "factor")
    dependent, factor = data.one(asked.dependent), data.one(asked.factor)
    codes = groups_of(data, dependent, factor)
    found, pen = group_means(dependent.numbers(), factor.values, codes, _design(data)), asked.pen
    named = [(factor.level(int(one.code or 0)), one) for one in found.groups]
    tables = [
        _means(
            dependent.key, titled(dependent), titled(factor), [*named, (pen(N_("Total")), found.total)], pen
        ),
        _wald(found, pen),
    ]
    return _outcome(
        data, asked, [dependent, factor], found, tables, n=found.n, missing=found.missing, rows=factor
    )


def _wald(found: SurveyMeans, pen: Pen) -> Table:
    one = found.wald
    return made("wald", pen(N_("Are the means equal?")), _test_heads(pen), [_test(pen(N_("Wald test")), one)])


def _test_heads(pen: Pen) -> list[Any]:
    return [
        column("test", pen(N_("Test"))),
        column("value", pen(N_("Value")), Format.F3),
        column("df1", pen(N_("df1")), Format.F2),
        column("df2", pen(N_("df2")), Format.F2),
        column("p", pen(N_("p")), Format.P),
    ]


def _test(name: str, one: Any) -> Row:
    """A chi-square or an F as a row."""
    if hasattr(one, "df1"):
        return Row((name, one.value, float(one.df1), float(one.df2), one.p))
    return Row((name, one.value, float(one.df), None, one.p))


def crosstab(data: Data, asked: Asked) -> Outcome:
    """Rows by columns, tested with Rao and Scott's corrections."""
    from openhall.stats.survey import crosstab as cross

    asked.need("rows", "columns")
    rows, columns = data.one(asked.rows), data.one(asked.columns)
    n, missing = data.complete([rows, columns])
    refuse_nothing(n, [rows, columns])
    found, pen = cross(rows.values, columns.values, rows.codes(), columns.codes(), _design(data)), asked.pen
    lines = [
        _test(pen(N_("Rao–Scott, second order (F)")), found.second_order),
        _test(pen(N_("Rao–Scott, first order (χ²)")), found.first_order),
        _test(pen(N_("Pearson chi-square, weights as cases")), found.pearson),
    ]
    note = pen(N_("Read the second-order test; Pearson's takes the weights for cases."))
    tables = [
        _counts(found, rows, columns, pen),
        made("tests", pen(N_("Tests")), _test_heads(pen), lines, note),
    ]
    labels: Mapping[str, str] = {str(code): columns.level(code) for code in columns.codes()}
    return _outcome(
        data,
        asked,
        [rows, columns],
        found,
        tables,
        n=n,
        missing=missing,
        rows=rows,
        columns=labels,
        p=found.p,
    )


def _counts(found: SurveyCrosstab, rows: Variable, columns: Variable, pen: Pen) -> Table:
    heads = [column("level", titled(rows))]
    for code in found.column_levels:
        over = columns.level(code)
        heads += [
            column(f"n_{code}", pen(N_("n")), Format.INT, over),
            column(f"percent_{code}", pen(N_("row %")), Format.PERCENT1, over),
        ]
    heads.append(column("weight", pen(N_("Total %")), Format.PERCENT1))
    lines = []
    for place, code in enumerate(found.row_levels):
        cells: list[float] = []
        for other in range(len(found.column_levels)):
            cells += [int(found.observed[place, other]), float(found.row_percent[place, other])]
        lines.append(Row((rows.level(code), *cells, float(found.percent[place].sum()))))
    caption = pen(N_("{rows} by {columns}"), rows=titled(rows), columns=titled(columns))
    return made("counts", caption, heads, lines, pen(N_("n: unweighted cases; percentages: weighted.")))

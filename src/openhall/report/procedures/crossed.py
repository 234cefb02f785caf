"""Cross tables with everything that can be said of them (seed 4.4; SPSS CROSSTABS)."""

from __future__ import annotations

from collections.abc import Iterator

from openhall.errors import N_
from openhall.report.document import Block, Row, Table
from openhall.report.numerals import Format, decimals
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.counted import titled
from openhall.report.procedures.data import Data, Variable
from openhall.report.procedures.making import column, made, outcome, pair, refuse_nothing
from openhall.stats.crosstab import Crosstab
from openhall.stats.results import ChiSquare, Estimate


def crosstab(data: Data, asked: Asked) -> Outcome:
    """Rows by columns."""
    from openhall.stats.crosstab import crosstab as cross

    asked.need("rows", "columns")
    rows, columns = data.one(asked.rows), data.one(asked.columns)
    n, missing = data.complete([rows, columns])
    refuse_nothing(n, [rows, columns])
    found = cross(
        rows.values,
        columns.values,
        rows.codes(),
        columns.codes(),
        row_ordered=rows.ordered,
        column_ordered=columns.ordered,
        weights=data.weights,
    )
    pen, blocks = asked.pen, [_counts(found, rows, columns, asked.pen)]
    if found.chi2.df:
        blocks += [_tests(found, pen), _measures(found, rows, columns, pen)]
        blocks.append(_residuals(found, rows, columns, pen))
        blocks += _two_by_two(found, rows, columns, pen)
    labels = {str(code): columns.level(code) for code in columns.codes()}
    kept: list[Block] = list(blocks)
    return outcome(
        asked, [rows, columns], found, kept, n=n, missing=missing, rows=rows, columns=labels, p=found.p
    )


def _counts(found: Crosstab, rows: Variable, columns: Variable, pen: Pen) -> Table:
    heads = [column("level", titled(rows))]
    for code in found.column_levels:
        over = columns.level(code)
        heads += [
            column(f"n_{code}", pen(N_("n")), Format.INT, over),
            column(f"percent_{code}", pen(N_("row %")), Format.PERCENT1, over),
        ]
    heads.append(column("total", pen(N_("Total")), Format.INT))
    lines = []
    for place, code in enumerate(found.row_levels):
        cells = _woven(found.observed[place].tolist(), found.row_percent[place].tolist())
        lines.append(Row((rows.level(code), *cells, int(found.row_totals[place]))))
    shares = (100 * found.column_totals / found.n).tolist()
    lines.append(Row((pen(N_("Total")), *_woven(found.column_totals.tolist(), shares), found.n), total=True))
    caption = pen(N_("{rows} by {columns}"), rows=titled(rows), columns=titled(columns))
    return made("counts", caption, heads, lines)


def _woven(first: list[float], second: list[float]) -> list[float]:
    return [value for pair_ in zip(first, second, strict=True) for value in pair_]


def _tests(found: Crosstab, pen: Pen) -> Table:
    heads = [
        column("test", pen(N_("Test"))),
        column("value", pen(N_("Value")), Format.F3),
        column("df", pen(N_("df")), Format.INT),
        column("p", pen(N_("p")), Format.P),
        column("interval", pen(N_("99% CI of p")), Format.UNIT_INTERVAL),
    ]
    lines = []

    def add(name: str, test: ChiSquare | None) -> None:
        if test is not None:
            lines.append(Row((name, test.value, test.df, test.p, None)))

    add(pen(N_("Pearson chi-square")), found.chi2)
    add(pen(N_("with continuity correction")), found.continuity)
    add(pen(N_("Likelihood ratio")), found.likelihood_ratio)
    add(pen(N_("Linear-by-linear")), found.linear_by_linear)
    if found.monte_carlo is not None:
        drawn = found.monte_carlo
        lines.append(
            Row((pen(N_("Pearson, Monte Carlo")), found.chi2.value, None, drawn.p, pair(drawn.interval)))
        )
    if found.exact is not None:
        name = pen(N_("Fisher's exact")) if found.exact.interval is None else pen(N_("Fisher, Monte Carlo"))
        lines.append(Row((name, None, None, found.exact.p, pair(found.exact.interval))))
    lines.append(Row((pen(N_("Valid cases")), None, found.n, None, None), total=True))
    notes = [
        pen(
            N_("Expected counts below 5: {below} of {cells} cells ({percent}%), the smallest {minimum}."),
            below=found.below_five,
            cells=found.cells,
            percent=decimals(found.below_five_percent, 1),
            minimum=decimals(found.minimum_expected, 2),
        )
    ]
    if found.monte_carlo is not None:
        notes.append(
            pen(
                N_("Monte Carlo: {tables} random tables, seed {seed}."),
                tables=decimals(found.monte_carlo.tables, 0),
                seed=found.monte_carlo.seed,
            )
        )
    return made("tests", pen(N_("Tests")), heads, lines, *notes)


def _measures(found: Crosstab, rows: Variable, columns: Variable, pen: Pen) -> Table:
    heads = [
        column("measure", pen(N_("Measure"))),
        column("value", pen(N_("Value")), Format.UNIT3),
        column("se", pen(N_("SE")), Format.UNIT3),
        column("interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
        column("p", pen(N_("p")), Format.P),
    ]
    lines = [
        Row((pen(N_("Cramér's V")), found.cramers_v, None, pair(found.cramers_v_interval), found.chi2.p))
    ]
    lines.append(Row((pen(N_("Cramér's V, bias-corrected")), found.cramers_v_corrected, None, None, None)))
    if found.nominal is not None:
        lines.append(Row((pen(N_("Phi")), found.nominal.phi, None, None, found.chi2.p)))
        lines.append(
            Row((pen(N_("Contingency coefficient")), found.nominal.contingency, None, None, found.chi2.p))
        )
    lines += [
        Row((name, one.value, one.se, pair(one.interval), one.p))
        for name, one in _estimates(found, rows, columns, pen)
        if one is not None
    ]
    return made("measures", pen(N_("Strength of the link")), heads, lines)


def _estimates(
    found: Crosstab, rows: Variable, columns: Variable, pen: Pen
) -> Iterator[tuple[str, Estimate | None]]:
    """Names and figures, those of direction with what they predict."""
    nominal, somers = found.nominal, found.somers
    if nominal is not None:
        families = (
            (N_("Lambda"), nominal.lambda_symmetric, nominal.lambda_rows, nominal.lambda_columns),
            (N_("Goodman–Kruskal tau"), None, nominal.tau_rows, nominal.tau_columns),
            (
                N_("Uncertainty coefficient"),
                nominal.uncertainty_symmetric,
                nominal.uncertainty_rows,
                nominal.uncertainty_columns,
            ),
        )
        for name, both, of_rows, of_columns in families:
            yield pen(N_("{measure}, symmetric"), measure=pen(name)), both
            yield pen(N_("{measure}, {variable} dependent"), measure=pen(name), variable=rows.key), of_rows
            yield (
                pen(N_("{measure}, {variable} dependent"), measure=pen(name), variable=columns.key),
                of_columns,
            )
    yield pen(N_("Gamma")), found.gamma
    yield pen(N_("Kendall's tau-b")), found.tau_b
    yield pen(N_("Kendall's tau-c")), found.tau_c
    if somers is not None:
        name = pen(N_("Somers' d"))
        yield pen(N_("{measure}, symmetric"), measure=name), somers.symmetric
        yield pen(N_("{measure}, {variable} dependent"), measure=name, variable=rows.key), somers.rows
        yield pen(N_("{measure}, {variable} dependent"), measure=name, variable=columns.key), somers.columns


def _residuals(found: Crosstab, rows: Variable, columns: Variable, pen: Pen) -> Table:
    heads = [column("level", titled(rows))]
    for code in found.column_levels:
        over = columns.level(code)
        heads += [
            column(f"expected_{code}", pen(N_("expected")), Format.F1, over),
            column(f"residual_{code}", pen(N_("residual")), Format.F2, over),
            column(f"p_{code}", pen(N_("p")), Format.P, over),
            column(f"letter_{code}", pen(N_("letter")), Format.TEXT, over),
        ]
    letters = found.letters.letters if found.letters is not None else ()
    lines = []
    for place, code in enumerate(found.row_levels):
        cells: list[float | str] = []
        for other in range(len(found.column_levels)):
            cells += [
                float(found.expected[place, other]),
                float(found.adjusted_residual[place, other]),
                float(found.residual_p[place, other]),
                letters[place][other] if letters else "",
            ]
        lines.append(Row((rows.level(code), *cells)))
    notes = (
        pen(N_("Residual: adjusted standardised; its p after Holm's correction over the cells.")),
        pen(
            N_(
                "Columns that share a letter in a row do not differ in their share there (p < .05, Bonferroni)."
            )
        ),
    )
    return made("residuals", pen(N_("Expected counts and residuals")), heads, lines, *notes)


def _two_by_two(found: Crosstab, rows: Variable, columns: Variable, pen: Pen) -> Iterator[Table]:
    if found.risk is not None:
        heads = [
            column("estimate", pen(N_("Estimate"))),
            column("value", pen(N_("Value")), Format.F3),
            column("interval", pen(N_("95% CI")), Format.INTERVAL),
        ]
        used = [c for c, n in zip(found.column_levels, found.column_totals, strict=True) if n]
        first, second = (columns.level(code) for code in used)
        ratios = (
            (pen(N_("Odds ratio")), found.risk.odds_ratio),
            (pen(N_("Relative risk of “{level}”"), level=first), found.risk.first_column),
            (pen(N_("Relative risk of “{level}”"), level=second), found.risk.second_column),
        )
        lines = [Row((name, ratio.value, pair(ratio.interval))) for name, ratio in ratios]
        yield made("risk", pen(N_("Risk")), heads, lines)
    if found.kappa is not None and rows.levels == columns.levels:  # not only by chance the same codes
        heads = [
            column("kappa", pen(N_("Kappa")), Format.UNIT3),
            column("se", pen(N_("SE")), Format.UNIT3),
            column("interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
            column("p", pen(N_("p")), Format.P),
            column("agreement", pen(N_("Share alike")), Format.UNIT3),
        ]
        kappa = found.kappa
        line = Row((kappa.kappa, kappa.se, pair(kappa.interval), kappa.p, kappa.agreement))
        yield made("kappa", pen(N_("Agreement")), heads, [line])

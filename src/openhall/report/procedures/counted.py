"""Frequencies, and counts against known shares (seed 4.2; SPSS FREQUENCIES, NPAR TESTS /CHISQUARE)."""

from __future__ import annotations

from collections.abc import Sequence

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block, Row, Table
from openhall.report.numerals import Format, decimals
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.data import Data, Variable
from openhall.report.procedures.making import column, made, outcome, pair, refuse_nothing
from openhall.stats.binomial import Binomial
from openhall.stats.frequencies import Frequencies
from openhall.stats.goodness import Goodness


def frequencies(data: Data, asked: Asked) -> Outcome:
    """A frequency table of each variable."""
    from openhall.stats.frequencies import frequencies as count

    asked.need("variables")
    variables = data.several(asked.variables)
    found = [count(v.values, v.codes(), weights=data.weights) for v in variables]
    n, missing = data.complete(variables)
    refuse_nothing(sum(one.valid for one in found), variables)
    blocks: list[Block] = [
        _frequencies(variable, one, asked.pen) for variable, one in zip(variables, found, strict=True)
    ]
    alone = len(variables) == 1
    return outcome(
        asked,
        variables,
        None,
        blocks,
        n=n,
        missing=missing,
        cautions=found[0].cautions if alone else (),
        rows=variables[0] if alone else None,
        tested=False,
        method="wilson",
        variables=[
            {
                "key": variable.key,
                "n": one.valid,
                "missing": one.missing,
                "missing_percent": one.missing_percent,
                "levels": one.levels,
            }
            for variable, one in zip(variables, found, strict=True)
        ],
    )


def _frequencies(variable: Variable, found: Frequencies, pen: Pen) -> Table:
    columns = [
        column("level", pen(N_("Answer"))),
        column("n", pen(N_("Frequency")), Format.INT),
        column("percent", pen(N_("%")), Format.PERCENT1),
        column("valid_percent", pen(N_("Valid %")), Format.PERCENT1),
        column("cumulative_percent", pen(N_("Cumulative %")), Format.PERCENT1),
        column("interval", pen(N_("95% CI of valid %")), Format.PERCENT_INTERVAL),
    ]
    rows = [
        Row(
            (
                variable.level(level.code),
                level.n,
                level.percent,
                level.valid_percent,
                level.cumulative_percent,
                pair(level.interval),
            )
        )
        for level in found.levels
    ]
    if found.missing:
        valid = 100 - found.missing_percent
        rows.append(Row((pen(N_("Valid")), found.valid, valid, 100.0, None, None), total=True))
        rows.append(Row((pen(N_("Missing")), found.missing, found.missing_percent, None, None, None)))
    whole = None if found.missing else 100.0
    rows.append(Row((pen(N_("Total")), found.n, 100.0, whole, None, None), total=True))
    return made(variable.key, titled(variable), columns, rows, pen(N_("Interval: Wilson.")))


def titled(variable: Variable) -> str:
    """Key and label, once where they are the same, or its own title."""
    if variable.title:
        return variable.title
    return variable.key if variable.label in ("", variable.key) else f"{variable.key}  {variable.label}"


def chisquare(data: Data, asked: Asked) -> Outcome:
    """Counts of one variable against the shares given, else those the study knows, else equal ones."""
    from openhall.stats.goodness import goodness_of_values

    asked.need("variables")
    variables = data.several(asked.variables)
    if len(variables) > 1:
        message, cure = N_("one variable is tested at a time."), N_("Give --variables one name.")
        raise BadInput(Problem("--variables", message, cure))
    variable = variables[0]
    codes = variable.codes()
    shares = asked.test_against or variable.population or (1.0,) * len(codes)
    if len(shares) != len(codes):
        values = {"shares": len(shares), "answers": len(codes), "codes": list(codes)}
        message = N_("there are {shares} shares for {answers} answers.")
        raise BadInput(
            Problem("--test-against", message, N_("Give one a code, in this order: {codes}."), values)
        )
    n, missing = data.complete(variables)
    refuse_nothing(n, variables)
    found = goodness_of_values(variable.values, codes, shares, weights=data.weights)
    exact = _binomial(found, shares)
    blocks = [_cells(variable, codes, found, asked.pen), _test(found, exact, asked.pen)]
    return outcome(
        asked, variables, found, blocks, n=n, missing=missing, rows=variable, p=found.p, binomial=exact
    )


def _binomial(found: Goodness, shares: Sequence[float]) -> Binomial | None:
    """Of two answers the exact test of the first."""
    from openhall.stats.binomial import binomial

    if len(found.cells) != 2:
        return None
    return binomial(found.cells[0].observed, found.n, shares[0] / sum(shares))


def _cells(variable: Variable, codes: tuple[int, ...], found: Goodness, pen: Pen) -> Table:
    columns = [
        column("level", pen(N_("Answer"))),
        column("observed", pen(N_("Observed")), Format.INT),
        column("expected", pen(N_("Expected")), Format.F1),
        column("observed_percent", pen(N_("Observed, %")), Format.PERCENT1),
        column("expected_percent", pen(N_("Known, %")), Format.PERCENT1),
        column("residual", pen(N_("Std. residual")), Format.F2),
    ]
    rows = [
        Row(
            (
                variable.level(code),
                cell.observed,
                cell.expected,
                cell.observed_percent,
                cell.expected_percent,
                cell.residual,
            )
        )
        for code, cell in zip(codes, found.cells, strict=True)
    ]
    rows.append(Row((pen(N_("Total")), found.n, float(found.n), 100.0, 100.0, None), total=True))
    return made(variable.key, titled(variable), columns, rows)


def _test(found: Goodness, exact: Binomial | None, pen: Pen) -> Table:
    columns = [
        column("test", pen(N_("Test"))),
        column("value", pen(N_("χ²")), Format.F3),
        column("df", pen(N_("df")), Format.INT),
        column("p", pen(N_("p")), Format.P),
        column("w", pen(N_("w")), Format.UNIT3),
        column("w_interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
    ]
    chi2 = found.chi2
    rows = [Row((pen(N_("Chi-square")), chi2.value, chi2.df, chi2.p, found.w, pair(found.w_interval)))]
    if found.monte_carlo is not None:
        rows.append(Row((pen(N_("Monte Carlo")), chi2.value, None, found.monte_carlo.p, None, None)))
    if exact is not None:
        rows.append(Row((pen(N_("Exact binomial")), None, None, exact.p, None, None)))
    note = pen(
        N_("Expected counts below 5: {below} of {cells} ({percent}%), the smallest {minimum}."),
        below=found.below_five,
        cells=len(found.cells),
        percent=decimals(found.below_five_percent, 1),
        minimum=decimals(found.minimum_expected, 2),
    )
    return made("test", pen(N_("Chi-square test against known shares")), columns, rows, note)

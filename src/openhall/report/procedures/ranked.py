"""Tests on ranks of two groups or of several questions to the same people (SPSS NPAR TESTS /M-W, /WILCOXON,
/FRIEDMAN)."""

from __future__ import annotations

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block, Row
from openhall.report.numerals import Format
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.compared import pairs_table, rank_table
from openhall.report.procedures.counted import titled
from openhall.report.procedures.data import Data, table
from openhall.report.procedures.making import column, made, only, outcome, refuse_nothing, two_groups
from openhall.report.procedures.measured import two_variables


def mannwhitney(data: Data, asked: Asked) -> Outcome:
    """Does one of two groups rank higher?"""
    from openhall.stats.ranktests import mannwhitney as test

    asked.need("dependent", "factor")
    dependent, factor = data.one(asked.dependent), data.one(asked.factor)
    codes = two_groups(data, asked, dependent, factor)
    found = test(dependent.numbers(), only(factor, codes), codes, weights=data.weights)
    pen = asked.pen
    heads = [
        column("u", pen(N_("U")), Format.F1),
        column("w", pen(N_("W")), Format.F1),
        column("z", pen(N_("z")), Format.F3),
        column("p_asymptotic", pen(N_("p")), Format.P),
        column("p_exact", pen(N_("Exact p")), Format.P),
        column("rank_biserial", pen(N_("Rank-biserial r")), Format.UNIT3),
    ]
    line = Row((found.u, found.w, found.z, found.p_asymptotic, found.p_exact, found.rank_biserial))
    blocks: list[Block] = [
        rank_table(factor, found.groups, pen),
        made("test", pen(N_("Mann–Whitney test")), heads, [line]),
    ]
    return outcome(
        asked, [dependent, factor], found, blocks, n=found.n, missing=found.missing, rows=factor, p=found.p
    )


def wilcoxon(data: Data, asked: Asked) -> Outcome:
    """Is one of two answers of the same people higher?"""
    from openhall.stats.ranktests import wilcoxon as test

    first, second = two_variables(data, asked)
    found = test(first.numbers(), second.numbers(), weights=data.weights)
    refuse_nothing(found.n, [first, second])
    pen = asked.pen
    names = {"first": first.key, "second": second.key}
    heads = [
        column("ranks", pen(N_("Ranks"))),
        column("n", pen(N_("n")), Format.INT),
        column("mean_rank", pen(N_("Mean rank")), Format.F2),
        column("sum_of_ranks", pen(N_("Sum of ranks")), Format.F1),
    ]
    lower, higher = found.negative, found.positive
    lines = [
        Row((pen(N_("{second} < {first}"), **names), lower.n, lower.mean_rank, lower.sum_of_ranks)),
        Row((pen(N_("{second} > {first}"), **names), higher.n, higher.mean_rank, higher.sum_of_ranks)),
        Row((pen(N_("{second} = {first}"), **names), found.ties, None, None)),
        Row((pen(N_("Total")), found.n, None, None), total=True),
    ]
    tested = [
        column("z", pen(N_("z")), Format.F3),
        column("p_asymptotic", pen(N_("p")), Format.P),
        column("p_exact", pen(N_("Exact p")), Format.P),
        column("rank_biserial", pen(N_("Rank-biserial r")), Format.UNIT3),
    ]
    line = Row((found.z, found.p_asymptotic, found.p_exact, found.rank_biserial))
    blocks: list[Block] = [
        made("ranks", pen(N_("Ranks of the differences")), heads, lines),
        made("test", pen(N_("Wilcoxon signed-rank test")), tested, [line]),
    ]
    return outcome(asked, [first, second], found, blocks, n=found.n, missing=found.missing, p=found.p)


def friedman(data: Data, asked: Asked) -> Outcome:
    """Do the same people rank several questions differently?"""
    from openhall.stats.friedman import friedman as test

    given = asked.items or asked.variables
    if not given:
        asked.need("items")
    variables = data.several(given, items=bool(asked.items))
    if len(variables) < 2:
        message, cure = N_("at least two questions are needed."), N_("Give --items several names.")
        raise BadInput(Problem("--items", message, cure))
    for variable in variables:
        variable.numbers()
    found = test(table(variables), [variable.key for variable in variables], weights=data.weights)
    refuse_nothing(found.n, variables)
    pen = asked.pen
    heads = [
        column("item", pen(N_("Question"))),
        column("mean_rank", pen(N_("Mean rank")), Format.F2),
        column("median", pen(N_("Median")), Format.F2),
    ]
    lines = [
        Row((titled(variable), item.mean_rank, item.median))
        for variable, item in zip(variables, found.items, strict=True)
    ]
    tested = [
        column("n", pen(N_("N")), Format.INT),
        column("chi2", pen(N_("χ²")), Format.F3),
        column("df", pen(N_("df")), Format.INT),
        column("p", pen(N_("p")), Format.P),
        column("w", pen(N_("Kendall's W")), Format.UNIT3),
    ]
    line = Row((found.n, found.chi2.value, found.chi2.df, found.chi2.p, found.w))
    names = {place: variable.key for place, variable in enumerate(variables)}
    blocks: list[Block] = [
        made("ranks", pen(N_("Ranks")), heads, lines),
        made("test", pen(N_("Friedman test")), tested, [line]),
        pairs_table(found.pairs, names, pen(N_("Pairs of questions")), pen),
    ]
    return outcome(asked, variables, found, blocks, n=found.n, missing=found.missing)

"""One-way analysis of variance and Kruskal–Wallis, with their comparisons (seed 4.6; SPSS ONEWAY, NPAR TESTS
/K-W)."""

from __future__ import annotations

from collections.abc import Sequence

from openhall.errors import N_
from openhall.report.document import Block, Row, Table
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.data import Data, Variable
from openhall.report.procedures.making import column, groups_of, made, outcome, pair
from openhall.report.procedures.measured import group_table
from openhall.stats.oneway import Oneway
from openhall.stats.posthoc import PostHoc
from openhall.stats.ranks import Kruskal, RankGroup, RankPair

POST_HOCS = {
    "tukey_kramer": N_("Tukey–Kramer"),
    "games_howell": N_("Games–Howell"),
    "lsd": N_("LSD"),
    "bonferroni": N_("Bonferroni"),
    "sidak": N_("Šidák"),
    "scheffe": N_("Scheffé"),
}

COMPARISONS = ("tukey", "games_howell", "lsd", "bonferroni", "sidak", "scheffe", "dunn")


def oneway(data: Data, asked: Asked) -> Outcome:
    """Do the means of the groups differ, and which?"""
    from openhall.stats.oneway import oneway as analyse

    asked.need("dependent", "factor")
    dependent, factor = data.one(asked.dependent), data.one(asked.factor)
    codes = groups_of(data, dependent, factor)
    found = analyse(dependent.numbers(), factor.values, codes, weights=data.weights)
    pen = asked.pen
    blocks: list[Block] = [
        group_table(dependent, factor, [*found.groups.groups, found.groups.total], pen),
        _anova(found, pen),
        _checks(found, pen),
        _effects(found, pen),
        pen.plain(
            N_("Read: {test}."),
            test=pen(N_("Welch's test and Games–Howell"))
            if found.recommended == "welch"
            else pen(N_("the classic F and Tukey–Kramer")),
        ),
        _comparisons(found, factor, pen),
    ]
    return outcome(
        asked,
        [dependent, factor],
        found,
        blocks,
        n=found.n,
        missing=found.missing,
        rows=factor,
        groups=found.groups.groups,
        all_groups=found.groups.total,
        epsilon2_interval=found.epsilon2_interval,
        omega2_interval=found.omega2_interval,
        **{name: getattr(found, name) for name in COMPARISONS},
    )


def _anova(found: Oneway, pen: Pen) -> Table:
    heads = [
        column("source", pen(N_("Source"))),
        column("sum_of_squares", pen(N_("Sum of squares")), Format.F3),
        column("df", pen(N_("df")), Format.INT),
        column("mean_square", pen(N_("Mean square")), Format.F3),
        column("f", pen(N_("F")), Format.F3),
        column("p", pen(N_("p")), Format.P),
    ]
    between, within, total = found.between, found.within, found.total
    lines = [
        Row(
            (
                pen(N_("Between groups")),
                between.sum_of_squares,
                between.df,
                between.mean_square,
                found.anova.value,
                found.anova.p,
            )
        ),
        Row((pen(N_("Within groups")), within.sum_of_squares, within.df, within.mean_square, None, None)),
        Row((pen(N_("Total")), total.sum_of_squares, total.df, None, None, None), total=True),
    ]
    return made("anova", pen(N_("Analysis of variance")), heads, lines)


def _checks(found: Oneway, pen: Pen) -> Table:
    heads = [
        column("test", pen(N_("Test"))),
        column("value", pen(N_("Statistic")), Format.F3),
        column("df1", pen(N_("df1")), Format.INT),
        column("df2", pen(N_("df2")), Format.F1),
        column("p", pen(N_("p")), Format.P),
    ]
    tests = (
        (pen(N_("Levene, centred on the mean")), found.levene_mean),
        (pen(N_("Levene, centred on the median")), found.levene_median),
        (pen(N_("Welch")), found.welch),
        (pen(N_("Brown–Forsythe")), found.brown_forsythe),
    )
    lines = [Row((name, test.value, test.df1, test.df2, test.p)) for name, test in tests]
    rank = found.kruskal
    lines.append(Row((pen(N_("Kruskal–Wallis H")), rank.value, rank.df, None, rank.p)))
    return made("checks", pen(N_("Equal variances, robust tests of the means, ranks")), heads, lines)


def _effects(found: Oneway, pen: Pen) -> Table:
    heads = [
        column("measure", pen(N_("Effect size"))),
        column("value", pen(N_("Value")), Format.UNIT3),
        column("interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
    ]
    lines = [
        Row((pen(N_("η²")), found.eta2, pair(found.eta2_interval))),
        Row((pen(N_("ε²")), found.epsilon2, pair(found.epsilon2_interval))),
        Row((pen(N_("ω²")), found.omega2, pair(found.omega2_interval))),
    ]
    return made("effects", pen(N_("How much of the variance the groups explain")), heads, lines)


def _comparisons(found: Oneway, factor: Variable, pen: Pen) -> Table:
    """Each pair once: the recommended method in full, the p of the others beside it."""
    read = found.posthoc
    others: list[PostHoc] = [
        one
        for one in (getattr(found, name) for name in COMPARISONS if name != "dunn")
        if one.method != read.method and one.pairs
    ]
    name = pen(POST_HOCS[read.method])
    heads = [
        column("first", pen(N_("Group"))),
        column("second", pen(N_("compared with"))),
        column("difference", pen(N_("Difference")), Format.F3),
        column("se", pen(N_("SE")), Format.F3),
        column("p", name, Format.P),
        column("interval", pen(N_("95% CI")), Format.INTERVAL),
        *(
            column(f"p_{one.method}", pen(POST_HOCS[one.method]), Format.P, pen(N_("p by other methods")))
            for one in others
        ),
    ]
    lines = []
    for place, one in enumerate(read.pairs):
        beside = [other.pairs[place].p for other in others]
        names = factor.level(one.first), factor.level(one.second)
        lines.append(Row((*names, one.difference, one.se, one.p, pair(one.interval), *beside)))
    return made("comparisons", pen(N_("Pairs of groups ({method})"), method=name), heads, lines)


def kruskal(data: Data, asked: Asked) -> Outcome:
    """Do the groups differ in rank, and which?"""
    from openhall.stats.ranks import kruskal as test

    asked.need("dependent", "factor")
    dependent, factor = data.one(asked.dependent), data.one(asked.factor)
    codes = groups_of(data, dependent, factor)
    found = test(dependent.numbers(), factor.values, codes, weights=data.weights)
    pen = asked.pen
    names = {code: factor.level(code) for code in codes}
    blocks: list[Block] = [
        rank_table(factor, found.groups, pen),
        _kruskal(found, pen),
        pairs_table(found.dunn, names, pen(N_("Pairs of groups (Dunn)")), pen),
    ]
    return outcome(asked, [dependent, factor], found, blocks, n=found.n, missing=found.missing, rows=factor)


def _kruskal(found: Kruskal, pen: Pen) -> Table:
    heads = [
        column("h", pen(N_("H")), Format.F3),
        column("df", pen(N_("df")), Format.INT),
        column("p", pen(N_("p")), Format.P),
        column("epsilon2", pen(N_("ε²")), Format.UNIT3),
    ]
    line = Row((found.chi2.value, found.chi2.df, found.chi2.p, found.epsilon2))
    return made("test", pen(N_("Kruskal–Wallis test")), heads, [line])


def rank_table(factor: Variable, groups: Sequence[RankGroup], pen: Pen) -> Table:
    """Mean rank and median of each group."""
    heads = [
        column("group", factor.label),
        column("n", pen(N_("n")), Format.INT),
        column("mean_rank", pen(N_("Mean rank")), Format.F2),
        column("median", pen(N_("Median")), Format.F2),
    ]
    lines = [Row((factor.level(group.code), group.n, group.mean_rank, group.median)) for group in groups]
    return made("ranks", pen(N_("Ranks")), heads, lines)


def pairs_table(pairs: Sequence[RankPair], names: dict[int, str], caption: str, pen: Pen) -> Table:
    """Comparisons of mean ranks, each pair once."""
    heads = [
        column("first", pen(N_("Group"))),
        column("second", pen(N_("compared with"))),
        column("difference", pen(N_("Difference of mean ranks")), Format.F2),
        column("se", pen(N_("SE")), Format.F2),
        column("z", pen(N_("z")), Format.F3),
        column("p", pen(N_("p")), Format.P),
        column("p_holm", pen(N_("p (Holm)")), Format.P),
        column("p_bonferroni", pen(N_("p (Bonferroni)")), Format.P),
    ]
    lines = [
        Row(
            (
                names[one.first],
                names[one.second],
                one.difference,
                one.se,
                one.z,
                one.p,
                one.p_holm,
                one.p_bonferroni,
            )
        )
        for one in pairs
    ]
    return made("comparisons", caption, heads, lines)

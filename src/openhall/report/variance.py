"""Section 4.6: does a dimension's mean differ between the groups of a background? (table 4-10, one-way ANOVA)

The background is always the factor and the dimension's score always the dependent variable.
"""

from __future__ import annotations

from typing import NamedTuple

from openhall.errors import N_
from openhall.report import strength
from openhall.report.cautions import many_tests, told_together
from openhall.report.document import Block, Caution, Column, Row, Section, Table
from openhall.report.material import ORDER_4_5, Material, pair
from openhall.report.numerals import Format, decimals, interval, p_cell, p_equals, unit
from openhall.report.pen import Pen
from openhall.stats.correction import holm
from openhall.stats.oneway import Oneway, oneway_of
from openhall.stats.study import Dimension, Factor


class Analysed(NamedTuple):
    """One dimension by one background; `p` is that of the recommended test after Holm's correction over
    all."""

    dimension: Dimension
    factor: Factor
    result: Oneway
    p: float

    def name(self, pen: Pen) -> str:
        return pen(
            N_("{dimension} × {background}"),
            dimension=pen.word(self.dimension.label),
            background=pen.background(self.factor),
        )


def section(material: Material) -> Section:
    pen, study = material.pen, material.study
    blocks: list[Block] = []
    if not study.dimensions:
        blocks.append(
            pen.text(
                N_("The questionnaire has no dimension of several items, so there is nothing to analyse.")
            )
        )
    elif not study.factors:
        blocks.append(
            pen.text(N_("The questionnaire asks nothing about the respondents, so there are no groups."))
        )
    elif not material.n:
        blocks.append(pen.text(N_("There is no valid sheet, so there is nothing to analyse.")))
    else:
        blocks += _analysed(material)
    return Section("variance", "4.6", pen(N_("One-way analysis of variance")), tuple(blocks))


def _analysed(material: Material) -> list[Block]:
    pen, key = material.pen, material.numbers.table()
    found = _all(material)
    blocks: list[Block] = [
        pen.method(
            N_(
                "The score of each dimension was compared between the groups of each background (factor:"
                " background; dependent: dimension score; N = {n}). Read is the classic F, or Welch's where"
                " the groups do not scatter alike or differ much in size. Effect sizes: η² with 95%"
                " interval, and ω²."
            ),
            n=material.n,
        ),
        _table(found, key, pen),
        _checks(found, f"{key}a", pen),
    ]
    blocks += _cautions(found, pen)
    blocks += many_tests(len(found), pen)
    return [*blocks, *_findings(found, pen), *_differing(found, f"{key}b", pen)]


def _cautions(found: list[Analysed], pen: Pen) -> list[Caution]:
    """Each caution once; the tests it concerns are named by background, with the dimensions where not all
    are."""
    kinds = list(dict.fromkeys(caution.code for one in found for caution in one.result.cautions))
    dimensions = len({one.dimension.key for one in found})
    blocks: list[Caution] = []
    for code in kinds:
        touched: dict[str, list[str]] = {}
        example = next(c for one in found for c in one.result.cautions if c.code is code)
        for one in found:
            if any(caution.code is code for caution in one.result.cautions):
                touched.setdefault(pen.background(one.factor), []).append(pen.word(one.dimension.label))
        named = [
            name
            if len(members) == dimensions
            # Translators: a background, and the dimensions it concerns
            else pen(N_("{background} ({dimensions})"), background=name, dimensions=pen.listed(members))
            for name, members in touched.items()
        ]
        blocks += told_together([(name, [example]) for name in named], pen)
    return blocks


def _all(material: Material) -> list[Analysed]:
    pairs = [(d, factor) for d in material.study.dimensions for factor in material.factors(ORDER_4_5)]
    results = [oneway_of(material.counted.spread(dimension, factor)) for dimension, factor in pairs]
    corrected = holm([result.test.p for result in results])
    return [
        Analysed(d, factor, result, float(p))
        for (d, factor), result, p in zip(pairs, results, corrected, strict=True)
    ]


def _table(found: list[Analysed], key: str, pen: Pen) -> Table:
    columns = (
        Column("background", pen(N_("Background"))),
        Column("f", pen(N_("F")), Format.F2),
        Column("df1", pen(N_("df1")), Format.INT),
        Column("df2", pen(N_("df2")), Format.INT),
        Column("p", pen(N_("p")), Format.P),
        Column("read", pen(N_("Test read"))),
        Column("p_holm", pen(N_("p (Holm)")), Format.P),
        Column("eta2", pen(N_("η²")), Format.UNIT3),
        Column("eta2_interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
        Column("omega2", pen(N_("ω²")), Format.UNIT3),
    )
    rows = tuple(
        Row(
            (
                pen.title(one.factor),
                one.result.anova.value,
                one.result.anova.df1,
                one.result.anova.df2,
                one.result.anova.p,
                pen(N_("Welch")) if one.result.recommended == "welch" else pen(N_("classic")),
                one.p,
                one.result.eta2,
                pair(one.result.eta2_interval),
                one.result.omega2,
            ),
            pen.word(one.dimension.label),
        )
        for one in found
    )
    note = pen(
        N_("p (Holm): of the test read (classic or Welch), corrected over the {tests} tests of this table."),
        tests=len(found),
    )
    caption = pen(N_("One-way analysis of variance of the dimensions by background"))
    return Table(key=key, caption=caption, columns=columns, rows=rows, notes=(note,))


def _checks(found: list[Analysed], key: str, pen: Pen) -> Table:
    columns = (
        Column("background", pen(N_("Background"))),
        Column("levene_f", pen(N_("F")), Format.F2, over=pen(N_("Levene"))),
        Column("levene_p", pen(N_("p")), Format.P, over=pen(N_("Levene"))),
        Column("welch_f", pen(N_("F")), Format.F2, over=pen(N_("Welch"))),
        Column("welch_df2", pen(N_("df2")), Format.F1, over=pen(N_("Welch"))),
        Column("welch_p", pen(N_("p")), Format.P, over=pen(N_("Welch"))),
        Column("kruskal_h", pen(N_("H")), Format.F2, over=pen(N_("Kruskal–Wallis"))),
        Column("kruskal_df", pen(N_("df")), Format.INT, over=pen(N_("Kruskal–Wallis"))),
        Column("kruskal_p", pen(N_("p")), Format.P, over=pen(N_("Kruskal–Wallis"))),
    )
    rows = tuple(
        Row(
            (
                pen.title(one.factor),
                one.result.levene_mean.value,
                one.result.levene_mean.p,
                one.result.welch.value,
                one.result.welch.df2,
                one.result.welch.p,
                one.result.kruskal.value,
                one.result.kruskal.df,
                one.result.kruskal.p,
            ),
            pen.word(one.dimension.label),
        )
        for one in found
    )
    return Table(
        key=key,
        caption=pen(N_("Checks of the analysis of variance: equal variances, Welch and ranks")),
        columns=columns,
        rows=rows,
        notes=(pen(N_("Levene's test centres on the mean, as SPSS prints it.")),),
    )


def _findings(found: list[Analysed], pen: Pen) -> list[Block]:
    """A sentence pair for each test that holds after the correction, or one that none does."""
    held = [one for one in found if one.p < 0.05]
    if not held:
        strongest = min(found, key=lambda one: one.p if one.p == one.p else 2)
        return [
            *([_apa(strongest, pen)] if strongest.p == strongest.p else []),
            pen.plain(N_("After the correction no difference between groups can be told from chance.")),
        ]
    blocks: list[Block] = []
    for one in held:
        blocks += [_apa(one, pen), _plain(one, pen)]
    if len(held) < len(found):
        rest = N_("In the other {n} comparisons the groups differ no more than chance alone can explain.")
        blocks.append(pen.plain(rest, n=len(found) - len(held)))
    return blocks


def _apa(one: Analysed, pen: Pen) -> Block:
    test, welch = one.result.test, one.result.recommended == "welch"
    template = (
        N_(
            "{test}: Welch's F({df1}, {df2}) = {value}, {p} ({holm} after Holm's correction), η² = {eta2},"
            " 95% CI {interval}, ω² = {omega2}, N = {n}."
        )
        if welch
        else N_(
            "{test}: F({df1}, {df2}) = {value}, {p} ({holm} after Holm's correction), η² = {eta2}, 95% CI"
            " {interval}, ω² = {omega2}, N = {n}."
        )
    )
    return pen.apa(
        template,
        test=one.name(pen),
        df1=decimals(test.df1, 0),
        df2=decimals(test.df2, 1 if welch else 0),
        value=decimals(test.value, 2),
        p=p_equals(test.p),
        holm=p_cell(one.p),
        eta2=unit(one.result.eta2),
        interval=interval(pair(one.result.eta2_interval), Format.UNIT_INTERVAL),
        omega2=unit(one.result.omega2),
        n=one.result.n,
    )


SAID = (
    N_("“{dimension}” differs by {background}, but hardly enough to matter."),
    N_("“{dimension}” differs a little by {background}."),
    N_("“{dimension}” differs clearly by {background}."),
    N_("“{dimension}” differs strongly by {background}."),
)


def _plain(one: Analysed, pen: Pen) -> Block:
    template = SAID[strength.of_share(one.result.omega2)]
    return pen.plain(template, dimension=pen.word(one.dimension.label), background=pen.background(one.factor))


def _differing(found: list[Analysed], key: str, pen: Pen) -> list[Block]:
    """The pairs of groups that differ, for the tests that hold."""
    rows = [
        Row(
            (
                pen.level(one.factor, pair_.first),
                pen.level(one.factor, pair_.second),
                pair_.difference,
                pair(pair_.interval),
                pair_.p,
            ),
            one.name(pen),
        )
        for one in found
        if one.p < 0.05
        for pair_ in one.result.posthoc.pairs
        if pair_.p < 0.05
    ]
    if not rows:
        return []
    columns = (
        Column("first", pen(N_("Group"))),
        Column("second", pen(N_("Compared with"))),
        Column("difference", pen(N_("Difference")), Format.F2),
        Column("interval", pen(N_("95% CI")), Format.INTERVAL),
        Column("p", pen(N_("p")), Format.P),
    )
    note = pen(
        N_(
            "Games–Howell where Welch's test was read, else Tukey–Kramer; p and interval hold for all pairs of a test."
        )
    )
    caption = pen(N_("Groups that differ (p < .05)"))
    return [Table(key=key, caption=caption, columns=columns, rows=tuple(rows), notes=(note,))]

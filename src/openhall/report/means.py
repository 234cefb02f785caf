"""Section 4.5: how satisfied? Means of overall satisfaction by background (figures 4-7 to 4-12) and of every
item, dimension and the whole (table 4-9)."""

from __future__ import annotations

from openhall.errors import N_
from openhall.report import charts, strength
from openhall.report.cautions import many_tests, told
from openhall.report.document import Block, Column, Figure, Heading, Row, Section, Table
from openhall.report.itemtable import item_table
from openhall.report.material import ORDER_4_5, SMALL, Material, pair
from openhall.report.numerals import Format, decimals, interval, p_cell, p_equals, unbroken, unit
from openhall.report.pen import Pen
from openhall.stats.cautions import Code
from openhall.stats.correction import holm
from openhall.stats.means import GroupMean
from openhall.stats.oneway import Oneway, oneway_of
from openhall.stats.study import Factor

DIFFERENCES = (
    N_("The means differ by {background}, but hardly enough to matter. Highest: {high}; lowest: {low}."),
    N_("The means differ a little by {background}. Highest: {high}; lowest: {low}."),
    N_("The means differ clearly by {background}. Highest: {high}; lowest: {low}."),
    N_("The means differ strongly by {background}. Highest: {high}; lowest: {low}."),
)


def section(material: Material) -> Section:
    pen, study = material.pen, material.study
    blocks: list[Block] = []
    if not material.n:
        blocks.append(pen.text(N_("There is no valid sheet, so there are no means.")))
    elif study.overall is None and not study.dimensions:
        blocks.append(pen.text(N_("The questionnaire has no scored question, so there are no means.")))
    else:
        blocks += _by_background(material)
        blocks += item_table(material)
    return Section("means", "4.5", pen(N_("Means of satisfaction")), tuple(blocks))


def _by_background(material: Material) -> list[Block]:
    pen, study = material.pen, material.study
    if study.overall is None:
        return [
            pen.text(N_("The questionnaire has no overall judgement, so it is not compared between groups."))
        ]
    if not study.factors:
        return [
            pen.text(N_("The questionnaire asks nothing about the respondents, so no groups are compared."))
        ]
    blocks: list[Block] = [
        pen.method(
            N_(
                "Mean overall satisfaction on the scale from {low} to {high} in each group, with Student's"
                " 95% interval; groups with fewer than {small} answers have a hollow dot. The means are"
                " compared by one-way analysis of variance, or Welch's where the groups do not scatter"
                " alike or differ much in size. N = {n}."
            ),
            low=min(material.steps),
            high=max(material.steps),
            small=SMALL,
            n=material.n,
        ),
        *many_tests(len(study.factors), pen),
    ]
    factors = material.factors(ORDER_4_5)
    results = [oneway_of(material.counted.spread(study.overall, factor)) for factor in factors]
    corrected = holm([result.test.p for result in results])
    for place, (factor, result, p) in enumerate(zip(factors, results, corrected, strict=True), start=1):
        blocks += [Heading(f"4.5.{place}", pen.title(factor)), *_compared(material, factor, result, float(p))]
    return blocks


def _compared(material: Material, factor: Factor, result: Oneway, p_holm: float) -> list[Block]:
    pen = material.pen
    blocks: list[Block] = [_figure(material, factor, result)]
    if p_holm == p_holm:  # nan where nothing could be tested
        blocks += [_apa(result, factor, p_holm, pen), _plain(result, factor, p_holm, pen)]
    quiet = (Code.UNEQUAL_SIZES,)
    return [
        *blocks,
        *(told(caution, pen, rows=factor) for caution in result.cautions if caution.code not in quiet),
    ]


def _figure(material: Material, factor: Factor, result: Oneway) -> Figure:
    pen, key = material.pen, material.numbers.figure()
    groups = [group for group in result.groups.groups if group.n]
    dots = [
        charts.Mean(
            label=unbroken(pen(N_("{group} (n = {n})"), group=pen.level(factor, group.code), n=group.n)),
            mean=group.mean,
            low=group.interval.low,
            high=group.interval.high,
            shown=decimals(group.mean, 2),
            small=group.n < SMALL,
        )
        for group in groups
    ]
    caption = pen(N_("Mean overall satisfaction by {background}"), background=pen.background(factor))
    figures = [
        f"{pen.level(factor, group.code)} {decimals(group.mean, 2)} {interval(pair(group.interval))}"
        for group in groups
    ]
    return Figure(
        key=key,
        caption=pen(N_("{caption} (N = {n})"), caption=caption, n=result.n),
        spec=charts.means(
            dots,
            lowest=min(material.steps),
            highest=max(material.steps),
            title=pen(N_("Mean with 95% interval; {middle} is the middle"), middle=material.middle),
        ),
        alt=pen(N_("Means with 95% intervals: {figures}."), figures=pen(N_("; ")).join(figures)),
        table=_table(result, factor, f"data-of-{key}", caption, pen),
    )


def _table(result: Oneway, factor: Factor, key: str, caption: str, pen: Pen) -> Table:
    columns = (
        Column("group", pen.title(factor)),
        Column("n", pen(N_("n")), Format.INT),
        Column("mean", pen(N_("Mean")), Format.F2),
        Column("sd", pen(N_("SD")), Format.F2),
        Column("interval", pen(N_("95% CI")), Format.INTERVAL),
    )

    def row(name: str, group: GroupMean, total: bool = False) -> Row:
        marked = f"{name} †" if 0 < group.n < SMALL and not total else name
        return Row((marked, group.n, group.mean, group.sd, pair(group.interval)), total=total)

    rows = [row(pen.level(factor, group.code), group) for group in result.groups.groups]
    small = any(0 < group.n < SMALL for group in result.groups.groups)
    return Table(
        key=key,
        caption=caption,
        columns=columns,
        rows=(*rows, row(pen(N_("Total")), result.groups.total, total=True)),
        notes=(pen(N_("† Fewer than {small} answers: an uncertain mean."), small=SMALL),) if small else (),
    )


def _apa(result: Oneway, factor: Factor, p_holm: float, pen: Pen) -> Block:
    test = result.test
    template = (
        N_(
            "{background}: Welch's F({df1}, {df2}) = {value}, {p} ({holm} after Holm's correction), η² ="
            " {eta2}, 95% CI {interval}, ω² = {omega2}, N = {n}."
        )
        if result.recommended == "welch"
        else N_(
            "{background}: F({df1}, {df2}) = {value}, {p} ({holm} after Holm's correction), η² = {eta2},"
            " 95% CI {interval}, ω² = {omega2}, N = {n}."
        )
    )
    return pen.apa(
        template,
        background=pen.title(factor),
        df1=decimals(test.df1, 0),
        df2=decimals(test.df2, 1 if result.recommended == "welch" else 0),
        value=decimals(test.value, 2),
        p=p_equals(test.p),
        holm=p_cell(p_holm),
        eta2=unit(result.eta2),
        interval=interval(pair(result.eta2_interval), Format.UNIT_INTERVAL),
        omega2=unit(result.omega2),
        n=result.n,
    )


def _plain(result: Oneway, factor: Factor, p_holm: float, pen: Pen) -> Block:
    if not p_holm < 0.05:
        return pen.plain(
            N_("The means differ by {background} no more than chance alone can explain."),
            background=pen.background(factor),
        )
    groups = sorted((group for group in result.groups.groups if group.n), key=lambda group: group.mean)

    def named(group: GroupMean) -> str:
        return pen(N_("{group} ({mean})"), group=pen.level(factor, group.code), mean=decimals(group.mean, 2))

    return pen.plain(
        DIFFERENCES[strength.of_share(result.omega2)],
        background=pen.background(factor),
        high=named(groups[-1]),
        low=named(groups[0]),
    )

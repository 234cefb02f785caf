"""Table 4-9: means of items, dimensions and the whole, against the middle of the scale (seed 4.5)."""

from __future__ import annotations

from collections.abc import Sequence

from openhall.errors import N_
from openhall.report import charts
from openhall.report.document import Block, Column, Figure, Heading, Row, Table
from openhall.report.material import Material, pair
from openhall.report.numerals import Format, decimals, interval, p_cell, p_equals
from openhall.report.pen import Pen
from openhall.stats.means import ItemSummary, item_summary_of
from openhall.stats.study import Dimension, Item
from openhall.stats.ttest import paired_of

Line = tuple[str, str, ItemSummary]  # band, name, figures


def item_table(material: Material) -> list[Block]:
    """Table 4-9, its chart, the sentences, and the caution about the middle of the scale."""
    pen, study = material.pen, material.study
    if not study.dimensions:
        return [
            pen.text(
                N_("The questionnaire has no dimension of several items, so their means are not compared.")
            )
        ]
    key, whole = material.numbers.table(), _whole(material)
    dimensions = [(d, _summary(material, d, d.key)) for d in study.dimensions]
    blocks: list[Block] = [
        Heading(f"4.5.{len(study.factors) + 1 if study.overall else 1}", pen(N_("Items and dimensions"))),
        pen.method(
            N_(
                "A respondent's score in a dimension is the mean of its items; total satisfaction is the"
                " mean of the dimension scores. Each mean is tested against the middle of the scale,"
                " {middle} (one-sample t); N = {n}."
            ),
            middle=material.middle,
            n=material.n,
        ),
        _table(material, dimensions, whole, key),
        _figure(material, dimensions, f"chart-of-{key}"),
    ]
    return [*blocks, *_said(material, dimensions, whole)]


def _summary(material: Material, measured: Item | Dimension | Sequence[Dimension], key: str) -> ItemSummary:
    return item_summary_of(material.counted.spread(measured), key, material.steps)


def _whole(material: Material) -> ItemSummary:
    """Total satisfaction: the mean of each respondent's dimension scores."""
    return _summary(material, material.study.dimensions, "total")


def _table(
    material: Material, dimensions: list[tuple[Dimension, ItemSummary]], whole: ItemSummary, key: str
) -> Table:
    pen = material.pen
    columns = (
        Column("name", pen(N_("Item"))),
        Column("n", pen(N_("n")), Format.INT),
        Column("mean", pen(N_("Mean")), Format.F2),
        Column("sd", pen(N_("SD")), Format.F2),
        Column("interval", pen(N_("95% CI")), Format.INTERVAL),
        Column("top_two", pen(N_("Top two steps, %")), Format.PERCENT1),
        Column("t", pen(N_("t against {middle}"), middle=material.middle), Format.F2),
        Column("p", pen(N_("p")), Format.P),
        Column("d", pen(N_("d")), Format.F2),
    )
    rows: list[Row] = []
    for dimension, score in dimensions:
        band = pen.word(dimension.label)
        for item in dimension.items:
            summary = _summary(material, item, item.key)
            rows.append(_row(pen.word(item.label), summary, band))
        rows.append(_row(pen(N_("Dimension mean")), score, band, total=True, top=False))
    everything = pen(N_("The whole"))
    rows.append(
        _row(pen(N_("Total satisfaction (mean of dimensions)")), whole, everything, total=True, top=False)
    )
    overall = material.study.overall
    if overall is not None:
        rows.append(
            _row(
                pen.word(overall.label),
                _summary(material, overall, overall.key),
                everything,
            )
        )
    return Table(
        key=key,
        caption=pen(N_("Means of items, dimensions and total satisfaction")),
        columns=columns,
        rows=tuple(rows),
        notes=(pen(N_("Top two steps: share of answers on the two best steps of the scale. d: Cohen's d.")),),
    )


def _row(name: str, one: ItemSummary, band: str, *, total: bool = False, top: bool = True) -> Row:
    test = one.midpoint
    share = one.top_two_percent if top else None
    return Row(
        (name, one.n, one.mean, one.sd, pair(one.interval), share, test.t, test.p, test.d), band, total
    )


def _figure(material: Material, dimensions: list[tuple[Dimension, ItemSummary]], key: str) -> Figure:
    pen = material.pen
    dots = [
        charts.Mean(
            label=pen.word(dimension.label),
            mean=score.mean,
            low=score.interval.low,
            high=score.interval.high,
            shown=decimals(score.mean, 2),
        )
        for dimension, score in dimensions
    ]
    figures = pen(N_("; ")).join(f"{dot.label} {dot.shown} {interval((dot.low, dot.high))}" for dot in dots)
    return Figure(
        key=key,
        caption=pen(N_("Mean of each dimension")),
        spec=charts.means(
            dots,
            lowest=min(material.steps),
            highest=max(material.steps),
            title=pen(N_("Mean with 95% interval; {middle} is the middle"), middle=material.middle),
        ),
        alt=pen(N_("Means with 95% intervals: {figures}."), figures=figures),
    )


def _said(
    material: Material, dimensions: list[tuple[Dimension, ItemSummary]], whole: ItemSummary
) -> list[Block]:
    pen, middle = material.pen, material.middle
    blocks: list[Block] = [
        pen.apa(
            N_(
                "Total satisfaction: M = {mean}, SD = {sd}, 95% CI {interval}, t({df}) = {t} against"
                " {middle}, {p}, d = {d}."
            ),
            mean=decimals(whole.mean, 2),
            sd=decimals(whole.sd, 2),
            interval=interval(pair(whole.interval)),
            df=whole.midpoint.df,
            t=decimals(whole.midpoint.t, 2),
            middle=middle,
            p=p_equals(whole.midpoint.p),
            d=decimals(whole.midpoint.d, 2),
        ),
        _plain(dimensions, middle, pen),
    ]
    blocks += _extremes(material, dimensions)
    blocks.append(
        pen.caution(
            "midpoint",
            N_(
                "The middle of a scale from {low} to {high} is {middle}, not {half}. A mean below {middle}"
                " leans to dissatisfied."
            ),
            low=min(material.steps),
            high=max(material.steps),
            middle=middle,
            half=f"{max(material.steps) / 2:g}",
        )
    )
    return blocks


def _extremes(material: Material, dimensions: list[tuple[Dimension, ItemSummary]]) -> list[Block]:
    """The best and the worst dimension, named so only where the same people rate one above the other.

    The two scores of each respondent are compared by the paired t test; as the two were picked after looking,
    p is multiplied by the number of pairs there are (Bonferroni).
    """
    pen = material.pen
    best, high = max(dimensions, key=lambda pair_: pair_[1].mean)
    worst, low = min(dimensions, key=lambda pair_: pair_[1].mean)
    found = paired_of(material.counted.pairs(best, worst))
    if best is worst or found.test.p != found.test.p:  # alike, or nothing to test with
        return []
    corrected = min(1.0, found.test.p * len(dimensions) * (len(dimensions) - 1) / 2)
    names = {"best": pen.word(best.label), "worst": pen.word(worst.label)}
    template = (
        N_("People rate “{best}” best ({best_mean}) and “{worst}” worst ({worst_mean}).")
        if corrected < 0.05
        else N_(
            "The dimensions are rated about alike: their means, from {worst_mean} to {best_mean}, differ no more"
            " than chance alone can explain."
        )
    )
    return [
        pen.apa(
            N_(
                "Highest and lowest dimension, “{best}” and “{worst}”: mean difference {difference}, 95% CI"
                " {interval}, paired t({df}) = {t}, {p} ({corrected} corrected over all pairs of dimensions),"
                " N = {n}."
            ),
            **names,
            difference=decimals(found.test.difference, 2),
            interval=interval(pair(found.test.interval)),
            df=decimals(found.test.df, 0),
            t=decimals(found.test.t, 2),
            p=p_equals(found.test.p),
            corrected=p_cell(corrected),
            n=found.n,
        ),
        pen.plain(template, **names, best_mean=decimals(high.mean, 2), worst_mean=decimals(low.mean, 2)),
    ]


def _plain(dimensions: list[tuple[Dimension, ItemSummary]], middle: str, pen: Pen) -> Block:
    """Which dimensions are surely above or below the middle."""
    below = [pen.word(d.label) for d, one in dimensions if one.midpoint.p < 0.05 and one.midpoint.t < 0]
    above = [pen.word(d.label) for d, one in dimensions if one.midpoint.p < 0.05 and one.midpoint.t > 0]
    if below and above:
        template = N_(
            "Above the middle of the scale by more than chance explains: {above}; below it: {below}."
        )
    elif below:
        template = N_(
            "Below the middle of the scale by more than chance explains: {below}. No dimension is so far above it."
        )
    elif above:
        template = N_(
            "Above the middle of the scale by more than chance explains: {above}. No dimension is so far below it."
        )
    else:
        template = N_(
            "No dimension is above or below the middle of the scale, {middle}, by more than chance explains."
        )
    return pen.plain(template, above=pen.listed(above), below=pen.listed(below), middle=middle)

"""Tables 4-3 to 4-8: one background crossed with overall satisfaction, as table, chart and sentences (seed
4.4.1–4.4.6)."""

from __future__ import annotations

from openhall.errors import N_
from openhall.report import charts, strength
from openhall.report.cautions import told
from openhall.report.document import Block, Column, Figure, Heading, Row, Table
from openhall.report.material import Material, pair
from openhall.report.numerals import Format, decimals, interval, p_cell, p_equals, percent, unbroken, unit
from openhall.report.pen import Pen
from openhall.stats.crosstab import Crosstab
from openhall.stats.study import Factor

LINKS = (
    N_("Satisfaction differs by {background}, but so little that it hardly matters."),
    N_("Satisfaction differs a little by {background}."),
    N_("Satisfaction differs clearly by {background}."),
    N_("Satisfaction differs strongly by {background}."),
)
NO_LINK = N_(
    "The sheets do not show that satisfaction depends on {background}. That is no proof that it does not: a"
    " small difference could be hidden by chance."
)


def crossed(material: Material, factor: Factor, table: Crosstab, p_holm: float, number: str) -> list[Block]:
    """Everything about one cross table; `p_holm` is its p corrected over the whole family."""
    pen, key = material.pen, material.numbers.table()
    blocks: list[Block] = [Heading(number, pen.title(factor)), _table(material, factor, table, key)]
    columns = {str(level.code): pen.word(level.label) for level in material.study.scale}
    cautions = [told(caution, pen, rows=factor, columns=columns) for caution in table.cautions]
    if not table.n:
        return [*blocks, *cautions]
    chart = _chart(material, factor, table, f"chart-of-{key}")
    return [*blocks, chart, _apa(table, factor, p_holm, pen), _plain(table, factor, p_holm, pen), *cautions]


def _table(material: Material, factor: Factor, table: Crosstab, key: str) -> Table:
    pen = material.pen
    columns = [Column("group", pen.title(factor))]
    for level in material.study.scale:
        label = pen.word(level.label)
        columns.append(Column(f"n_{level.code}", pen(N_("n")), Format.INT, over=label))
        columns.append(Column(f"percent_{level.code}", pen(N_("%")), Format.PERCENT1, over=label))
    columns.append(Column("n", pen(N_("N")), Format.INT))
    rows = []
    for place, level in enumerate(factor.levels):
        cells: list[int | float | str] = [pen.word(level.label)]
        for count, share in zip(table.observed[place], table.row_percent[place], strict=True):
            cells += [int(count), float(share)]
        rows.append(Row((*cells, int(table.row_totals[place]))))
    cells = [pen(N_("Total"))]
    for count in table.column_totals:
        cells += [int(count), 100 * int(count) / table.n if table.n else float("nan")]
    return Table(
        key=key,
        caption=pen(N_("Overall satisfaction by {background}"), background=pen.background(factor)),
        columns=tuple(columns),
        rows=(*rows, Row((*cells, table.n), total=True)),
        notes=_notes(material, factor, table),
    )


def _notes(material: Material, factor: Factor, table: Crosstab) -> tuple[str, ...]:
    """Which cells stand out: adjusted residual with p below .05 after Holm's correction over the table's
    cells."""
    pen = material.pen
    more: list[str] = []
    less: list[str] = []
    for row, group in enumerate(factor.levels):
        for column, level in enumerate(material.study.scale):
            if not table.residual_p[row, column] < 0.05:
                continue
            cell = pen(N_("{group} × {answer}"), group=pen.word(group.label), answer=pen.word(level.label))
            (more if table.adjusted_residual[row, column] > 0 else less).append(cell)
    said = [pen(N_("Shares are of each row."))]
    if more:
        said.append(pen(N_("More answers than expected: {cells}."), cells=pen(N_("; ")).join(more)))
    if less:
        said.append(pen(N_("Fewer answers than expected: {cells}."), cells=pen(N_("; ")).join(less)))
    if more or less:
        said.append(pen(N_("Judged by adjusted residuals, p < .05 after Holm's correction over the cells.")))
    return tuple(said)


def _chart(material: Material, factor: Factor, table: Crosstab, key: str) -> Figure:
    pen = material.pen
    steps = [pen.word(level.label) for level in material.study.scale]
    bands: list[charts.Band] = []
    told_bands: list[str] = []
    for place, level in enumerate(factor.levels):
        n = int(table.row_totals[place])
        if n:
            shares = [float(share) / 100 for share in table.row_percent[place]]
            label = pen(N_("{group} (n = {n})"), group=pen.word(level.label), n=n)
            bands.append(charts.Band(unbroken(label), tuple(shares)))
            figures = pen(N_(", ")).join(
                f"{step} {percent(100 * share)}" for step, share in zip(steps, shares, strict=True) if share
            )
            told_bands.append(
                pen(N_("{subject}: {sentence}"), subject=pen.word(level.label), sentence=figures)
            )
    return Figure(
        key=key,
        caption=pen(N_("Overall satisfaction by {background}, per cent"), background=pen.background(factor)),
        spec=charts.stacked(bands, steps),
        alt=pen(N_("Stacked bars: {figures}."), figures=pen(N_("; ")).join(told_bands)),
    )


def _apa(table: Crosstab, factor: Factor, p_holm: float, pen: Pen) -> Block:
    values = {
        "background": pen.background(factor),
        "df": table.chi2.df,
        "n": table.n,
        "value": decimals(table.chi2.value, 3),
        "p": p_equals(table.chi2.p),
        "holm": p_cell(p_holm),
        "v": unit(table.cramers_v),
        "interval": interval(pair(table.cramers_v_interval), Format.UNIT_INTERVAL),
    }
    if table.monte_carlo is None:
        return pen.apa(
            N_(
                "Overall satisfaction by {background}: χ²({df}, N = {n}) = {value}, {p}, Cramér's V = {v},"
                " 95% CI {interval}; p after Holm's correction {holm}."
            ),
            **values,
        )
    return pen.apa(
        N_(
            "Overall satisfaction by {background}: χ²({df}, N = {n}) = {value}, {p}, Monte-Carlo"
            " {monte_carlo}, 99% CI {monte_carlo_interval}, Cramér's V = {v}, 95% CI {interval}; p after"
            " Holm's correction {holm}."
        ),
        monte_carlo=p_equals(table.monte_carlo.p),
        monte_carlo_interval=_wide(table),
        **values,
    )


def _wide(table: Crosstab) -> str:
    """The interval of a Monte-Carlo p, which often needs four decimals."""
    assert table.monte_carlo is not None
    low, high = pair(table.monte_carlo.interval)
    return f"[{unit(low, 4)}, {unit(high, 4)}]"


def _plain(table: Crosstab, factor: Factor, p_holm: float, pen: Pen) -> Block:
    if not p_holm < 0.05:
        return pen.plain(NO_LINK, background=pen.background(factor))
    rows = int((table.row_totals > 0).sum())
    columns = int((table.column_totals > 0).sum())
    return pen.plain(LINKS[strength.of_v(table.cramers_v, rows, columns)], background=pen.background(factor))

"""Section 4.3: do the items of each dimension measure one thing? (table 4-1)"""

from __future__ import annotations

from openhall.errors import N_
from openhall.report.cautions import told
from openhall.report.document import Block, Column, Row, Section, Table
from openhall.report.material import Material, pair
from openhall.report.numerals import Format, interval, unit
from openhall.report.pen import Pen
from openhall.stats.reliability import Band, Reliability, reliability_of
from openhall.stats.study import Dimension

BANDS = {Band.HIGH: N_("high"), Band.ACCEPTABLE: N_("acceptable"), Band.NONE: N_("none")}

VERDICTS = {
    Band.HIGH: N_("The items of “{dimension}” belong well together."),
    Band.ACCEPTABLE: N_(
        "The items of “{dimension}” belong together only in part; its score is a rough measure."
    ),
    Band.NONE: N_("The items of “{dimension}” do not belong together; its score should not be used."),
}


def section(material: Material) -> Section:
    pen = material.pen
    blocks: list[Block] = []
    if not material.study.dimensions:
        blocks.append(
            pen.text(
                N_(
                    "The questionnaire has no dimension of several items, so there is no reliability to report."
                )
            )
        )
    elif not material.n:
        blocks.append(pen.text(N_("There is no valid sheet, so reliability cannot be computed.")))
    else:
        blocks += _measured(material)
    return Section("reliability", "4.3", pen(N_("Reliability")), tuple(blocks))


def _measured(material: Material) -> list[Block]:
    pen = material.pen
    found = [
        (
            dimension,
            reliability_of(
                material.counted.patterns(dimension.items), [item.key for item in dimension.items]
            ),
        )
        for dimension in material.study.dimensions
    ]
    key = material.numbers.table()
    blocks: list[Block] = [
        pen.method(
            N_(
                "Cronbach's alpha over the sheets with every item of the dimension answered, with Feldt's"
                " 95% interval; N = {n}. Bands as in the study: above .70 high, .35 to .70 acceptable,"
                " below .35 none."
            ),
            n=material.n,
        ),
        _table(found, key, pen),
    ]
    for dimension, result in found:
        blocks += _said(dimension, result, pen)
    blocks.append(_items(found, f"{key}a", pen))
    for dimension, result in found:
        labels = {item.key: pen.word(item.label) for item in dimension.items}
        for caution in result.cautions:
            said = told(caution, pen, columns=labels)
            named = pen(N_("{subject}: {sentence}"), subject=pen.word(dimension.label), sentence=said.text)
            blocks.append(type(said)(said.code, named))
    return blocks


def _table(found: list[tuple[Dimension, Reliability]], key: str, pen: Pen) -> Table:
    columns = (
        Column("dimension", pen(N_("Dimension"))),
        Column("items", pen(N_("Items")), Format.INT),
        Column("n", pen(N_("n")), Format.INT),
        Column("alpha", pen(N_("Cronbach's α")), Format.UNIT3),
        Column("interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
        Column("standardised", pen(N_("Standardised α")), Format.UNIT3),
        Column("mean_correlation", pen(N_("Mean r between items")), Format.UNIT3),
        Column("band", pen(N_("Band"))),
    )
    rows = tuple(
        Row(
            (
                pen.word(dimension.label),
                len(dimension.items),
                result.n,
                result.alpha,
                pair(result.interval),
                result.standardised,
                result.mean_correlation,
                pen(BANDS[result.band]) if result.band else None,
            )
        )
        for dimension, result in found
    )
    return Table(key=key, caption=pen(N_("Reliability of the dimensions")), columns=columns, rows=rows)


def _items(found: list[tuple[Dimension, Reliability]], key: str, pen: Pen) -> Table:
    columns = (
        Column("item", pen(N_("Item"))),
        Column("mean", pen(N_("Mean")), Format.F2),
        Column("sd", pen(N_("SD")), Format.F2),
        Column("item_total", pen(N_("Item–total r")), Format.UNIT3),
        Column("alpha_if_deleted", pen(N_("α without it")), Format.UNIT3),
    )
    rows = []
    for dimension, result in found:
        labels = {item.key: pen.word(item.label) for item in dimension.items}
        rows += [
            Row(
                (labels[one.key], one.mean, one.sd, one.item_total, one.alpha_if_deleted),
                pen.word(dimension.label),
            )
            for one in result.items
        ]
    return Table(
        key=key,
        caption=pen(N_("Items of the dimensions")),
        columns=columns,
        rows=tuple(rows),
        notes=(
            pen(
                N_("Item–total r: correlation of the item with the sum of the other items of its dimension.")
            ),
        ),
    )


def _said(dimension: Dimension, result: Reliability, pen: Pen) -> list[Block]:
    if result.band is None:
        return []
    return [
        pen.apa(
            N_("{dimension}: {items} items, N = {n}, α = {alpha}, 95% CI {interval}."),
            dimension=pen.word(dimension.label),
            items=len(dimension.items),
            n=result.n,
            alpha=unit(result.alpha),
            interval=interval(pair(result.interval), Format.UNIT_INTERVAL),
        ),
        pen.plain(VERDICTS[result.band], dimension=pen.word(dimension.label)),
    ]

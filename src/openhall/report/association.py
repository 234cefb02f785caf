"""Section 4.4: does overall satisfaction depend on who answers? Table 4-2 (chi-square) and what stands around
it.

The cross tables themselves are made in `crosstables`.
"""

from __future__ import annotations

from typing import NamedTuple

from openhall.errors import N_
from openhall.report.cautions import many_tests, told_together
from openhall.report.crosstables import crossed
from openhall.report.document import Block, Column, Row, Section, Table
from openhall.report.material import ORDER_4_4, Material, codes, pair
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.stats.cautions import Code
from openhall.stats.correction import holm
from openhall.stats.crosstab import Crosstab, crosstab_of
from openhall.stats.study import Factor, Item


class Tested(NamedTuple):
    """One background crossed with overall satisfaction; `p` is corrected over all backgrounds (Holm)."""

    factor: Factor
    table: Crosstab
    p: float


def section(material: Material) -> Section:
    pen = material.pen
    blocks: list[Block] = []
    if material.study.overall is None:
        blocks.append(
            pen.text(N_("The questionnaire has no overall judgement, so there is nothing to cross."))
        )
    elif not material.study.factors:
        blocks.append(
            pen.text(
                N_("The questionnaire asks nothing about the respondents, so there is nothing to cross.")
            )
        )
    elif not material.n:
        blocks.append(pen.text(N_("There is no valid sheet, so nothing can be crossed.")))
    else:
        blocks += _crossed(material)
    return Section("association", "4.4", pen(N_("Satisfaction by background")), tuple(blocks))


def _crossed(material: Material) -> list[Block]:
    pen, tested = material.pen, _tested(material)
    blocks: list[Block] = [
        pen.method(
            N_(
                "Each background was crossed with overall satisfaction and tested with Pearson's"
                " chi-square; where expected counts are too small, p comes from {tables} random tables with"
                " the same margins (seed {seed}). Effect size: Cramér's V with 95% interval. N = {n}."
            ),
            tables=f"{_random_tables(tested):,}",
            seed=material.study.seed,
            n=material.n,
        ),
        _table(tested, material.numbers.table(), pen),
    ]
    cautions = [(pen.background(one.factor), one.table.cautions) for one in tested]
    blocks += told_together(cautions, pen, leave=(Code.SMALL_GROUPS, Code.TINY_GROUPS))
    blocks += many_tests(len(tested), pen)
    blocks.append(_summary(tested, pen))
    for place, one in enumerate(tested, start=1):
        blocks += crossed(material, one.factor, one.table, one.p, f"4.4.{place}")
    return blocks


def _tested(material: Material) -> list[Tested]:
    overall = material.study.overall
    assert overall is not None
    factors = material.factors(ORDER_4_4)
    tables = [_table_of(material, factor, overall) for factor in factors]
    corrected = holm([table.p for table in tables])
    return [
        Tested(factor, table, float(p)) for factor, table, p in zip(factors, tables, corrected, strict=True)
    ]


def _table_of(material: Material, factor: Factor, overall: Item) -> Crosstab:
    counts, missing = material.counted.cross(factor, overall, material.steps)
    return crosstab_of(
        counts,
        codes(factor),
        material.steps,
        missing=missing,
        ordered=factor.ordered,
        seed=material.study.seed,
    )


def _random_tables(tested: list[Tested]) -> int:
    return next((one.table.monte_carlo.tables for one in tested if one.table.monte_carlo), 10_000)


def _table(tested: list[Tested], key: str, pen: Pen) -> Table:
    columns = [
        Column("background", pen(N_("Background"))),
        Column("chi_square", pen(N_("χ²")), Format.F3),
        Column("df", pen(N_("df")), Format.INT),
        Column("n", pen(N_("N")), Format.INT),
        Column("p", pen(N_("p")), Format.P),
        Column("p_monte_carlo", pen(N_("Monte-Carlo p")), Format.P),
        Column("p_holm", pen(N_("p (Holm)")), Format.P),
        Column("v", pen(N_("Cramér's V")), Format.UNIT3),
        Column("v_interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
        Column("tau_b", pen(N_("τb")), Format.UNIT3),
        Column("below_five", pen(N_("Expected < 5, % of cells")), Format.PERCENT1),
    ]
    rows = []
    for factor, table, p in tested:
        rows.append(
            Row(
                (
                    pen.title(factor),
                    table.chi2.value,
                    table.chi2.df,
                    table.n,
                    table.chi2.p,
                    table.monte_carlo.p if table.monte_carlo else None,
                    p,
                    table.cramers_v,
                    pair(table.cramers_v_interval),
                    table.tau_b.value if table.tau_b else None,
                    table.below_five_percent,
                )
            )
        )
    notes = [
        pen(
            N_(
                "p (Holm): the Monte-Carlo p where there is one, else Pearson's, corrected over the {tests} tests."
            ),
            tests=len(tested),
        )
    ]
    if any(table.tau_b for _, table, _ in tested):
        notes.append(
            pen(N_("τb only where the groups have an order: above zero, later groups are more satisfied."))
        )
    caption = pen(N_("Chi-square tests of background by overall satisfaction"))
    return Table(key=key, caption=caption, columns=tuple(columns), rows=tuple(rows), notes=tuple(notes))


def _summary(tested: list[Tested], pen: Pen) -> Block:
    found = [one for one in tested if one.p < 0.05]
    if not found:
        return pen.plain(N_("The sheets show no link between any background and overall satisfaction."))
    found.sort(key=lambda one: -_strength(one))
    return pen.plain(
        N_("Overall satisfaction is linked with: {found} (the strongest link first)."),
        found=pen.listed([pen.background(one.factor) for one in found]),
    )


def _strength(one: Tested) -> float:
    rows, columns = one.table.observed.shape
    return float(one.table.cramers_v * max(1, min(rows, columns) - 1) ** 0.5)

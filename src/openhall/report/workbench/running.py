"""The procedures of `openhall stat`, run on counted tables."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from openhall.errors import N_
from openhall.report.document import Row, Table
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.data import Data
from openhall.report.procedures.data import Variable as Column
from openhall.report.procedures.figures import plain
from openhall.report.procedures.making import column, made, outcome
from openhall.report.workbench import charts
from openhall.report.workbench.cells import ask, data_of, said
from openhall.report.workbench.tables import without
from openhall.report.workbench.variables import Kind, Variable
from openhall.stats.axes import Ask
from openhall.stats.counted import Counted
from openhall.stats.counting import spread_of_one
from openhall.stats.frequencies import mentions_of
from openhall.stats.means import ItemSummary, item_summary_of

# The module of each procedure of `openhall stat`, its name there, and the options the two variables go to.
PROCEDURES = {
    "descriptives": ("measured", "descriptives", ()),
    "oneway": ("compared", "oneway", ("factor", "dependent")),
    "kruskal": ("compared", "kruskal", ("factor", "dependent")),
    "ttest": ("measured", "ttest", ("factor", "dependent")),
    "mannwhitney": ("ranked", "mannwhitney", ("factor", "dependent")),
    "crosstab": ("crossed", "crosstab", ("rows", "columns")),
    "pearson": ("related", "correlations", ()),
    "spearman": ("related", "correlations", ()),
    "kendall": ("related", "correlations", ()),
    "paired": ("measured", "ttest", ()),
    "wilcoxon": ("ranked", "wilcoxon", ()),
}


def asks(rows: Variable, columns: Variable | None, how: str) -> list[Ask]:
    """What has to be counted for this, so that it is counted in one pass."""
    if columns is not None:
        return [ask(rows, columns)]
    if rows.kind is Kind.SEVERAL:
        return [ask(rows), *(part.axes[1:] for part in rows.parts)]
    return [ask(rows), *([ask(*rows.parts)] if how == "reliability" else [])]


def run(
    counted: Counted, how: str, rows: Variable, columns: Variable | None, pen: Pen
) -> tuple[Outcome, Data]:
    """The procedure on the counted rows; BadInput where they cannot be used for it."""
    if rows.kind is Kind.SEVERAL:
        return _mentions(counted, rows, pen)
    if how == "reliability":
        return _reliability(counted, rows, pen)
    variables = [rows, *([columns] if columns else [])]
    data = data_of(counted, variables, pen, measured=how not in ("frequencies", "crosstab"))
    return _procedure_of(how, rows, columns, data, pen), data


def _procedure_of(how: str, rows: Variable, columns: Variable | None, data: Data, pen: Pen) -> Outcome:
    """By its name on the page."""
    if how == "frequencies":
        return _procedure("counted", "frequencies")(
            data, Asked(procedure=how, variables=(rows.key,), pen=pen)
        )
    if how == "regression":
        return _regression(rows, columns, data, pen)
    module, name, options = PROCEDURES[how]
    keys = (rows.key, *([columns.key] if columns else []))
    given: dict[str, Any] = dict(zip(options, keys, strict=False)) if options else {"variables": keys}
    if name == "correlations":
        given["kind"] = how
    return _procedure(module, name)(data, Asked(procedure=name, pen=pen, **given))


def _procedure(module: str, name: str) -> Callable[[Data, Asked], Outcome]:
    """Loaded when it is needed: a page of the workbench uses one or two."""
    found: Callable[[Data, Asked], Outcome]
    found = getattr(importlib.import_module(f"openhall.report.procedures.{module}"), name)
    return found


def _regression(rows: Variable, columns: Variable | None, data: Data, pen: Pen) -> Outcome:
    """The second variable from the first. Counted rows have no order, so there is no Durbin–Watson."""
    assert columns is not None
    asked = Asked(procedure="regression", dependent=columns.key, variables=(rows.key,), pen=pen)
    found = _procedure("related", "regression")(data, asked)
    blocks = tuple(
        without(block, "durbin_watson") if isinstance(block, Table) else block for block in found.blocks
    )
    return Outcome({**found.figures, "durbin_watson": None}, blocks)


def known(rows: Variable, data: Data, pen: Pen) -> Outcome:
    """The counts against the known shares."""
    asked = Asked(procedure="chisquare", variables=(rows.key,), pen=pen)
    found = _procedure("counted", "chisquare")(data, asked)
    named = (
        replace(block, key="known_shares") if isinstance(block, Table) and block.key == rows.key else block
        for block in found.blocks
    )
    return Outcome(found.figures, tuple(named))


def _mentions(counted: Counted, rows: Variable, pen: Pen) -> tuple[Outcome, Data]:
    """How often each option of a multiple choice was marked, by those who answered it."""
    codes = [level.code for level in rows.levels]
    marked = [counted.cells(*part.axes[1:]) for part in rows.parts]
    named = [int(cells.counts[cells.values[:, 0] == 1].sum()) for cells in marked]
    answered = counted.cells(*rows.axes)
    valid = int(answered.counts[answered.values[:, 0] == 1].sum())
    found = mentions_of(named, valid, counted.n, codes)
    labels = {level.code: said(level.label, pen) for level in rows.levels}
    own = Column(key=rows.key, label=said(rows.label, pen), values=spread_of_one([]).values, levels=labels)
    levels = [plain(level) for level in found.levels]
    heads = [
        column("level", pen(N_("Answer"))),
        column("n", pen(N_("n")), Format.INT),
        column("percent", pen(N_("% of those who answered")), Format.PERCENT1),
        column("interval", pen(N_("95% CI")), Format.PERCENT_INTERVAL),
    ]
    lines = [
        Row((labels[one.code], one.n, one.valid_percent, (one.interval.low, one.interval.high)))
        for one in found.levels
    ]
    note = pen(N_("Several answers were possible, so shares may add to more than 100%."))
    table = made(rows.key, said(rows.label, pen), heads, lines, note)
    asked = Asked(procedure="frequencies", pen=pen)
    told_all = outcome(
        asked,
        [own],
        None,
        [table],
        n=valid,
        missing=counted.n - valid,
        cautions=found.cautions,
        rows=own,
        tested=False,
        method="wilson",
        variables=[{"key": rows.key, "n": valid, "missing": counted.n - valid, "levels": levels}],
    )
    return told_all, Data(variables={rows.key: own}, rows=0)


def _reliability(counted: Counted, rows: Variable, pen: Pen) -> tuple[Outcome, Data]:
    """Do the items of a score belong together, and what are their means?"""
    data = data_of(counted, rows.parts, pen, measured=True)
    keys = tuple(part.key for part in rows.parts)
    asked = Asked(procedure="reliability", items=keys, pen=pen)
    found = _procedure("scaled", "reliability")(data, asked)
    score = data_of(counted, [rows], pen, measured=True)
    summaries = [_summary(part, data) for part in rows.parts]
    whole = _summary(rows, score)
    table = _item_means([*zip(rows.parts, summaries, strict=True)], whole, pen)
    shown = [(said(part.label, pen), plain(one)) for part, one in zip(rows.parts, summaries, strict=True)]
    caption = pen(N_("Means of {variable} and its items"), variable=said(rows.label, pen))
    chart = charts.dots([*shown, (pen(N_("Dimension mean")), plain(whole))], rows, caption, pen)
    figures = {**found.figures, "means": [plain(one) for one in (*summaries, whole)], "chart": chart}
    return Outcome(figures, (*found.blocks, table)), data


def _summary(variable: Variable, data: Data) -> ItemSummary:
    values = spread_of_one(data.one(variable.key).values, data.weights)
    steps = [int(step) for step in variable.steps if float(step).is_integer()]
    return item_summary_of(values, variable.key, steps)


def _item_means(found: Sequence[tuple[Variable, ItemSummary]], whole: ItemSummary, pen: Pen) -> Table:
    heads = [
        column("name", pen(N_("Item"))),
        column("n", pen(N_("n")), Format.INT),
        column("mean", pen(N_("Mean")), Format.F2),
        column("sd", pen(N_("SD")), Format.F2),
        column("interval", pen(N_("95% CI")), Format.INTERVAL),
        column("top_two", pen(N_("Top two steps, %")), Format.PERCENT1),
    ]

    def line(name: str, one: ItemSummary, *, total: bool = False) -> Row:
        ends = one.interval.low, one.interval.high
        return Row((name, one.n, one.mean, one.sd, ends, None if total else one.top_two_percent), total=total)

    lines = [line(said(variable.label, pen), one) for variable, one in found]
    lines.append(line(pen(N_("Dimension mean")), whole, total=True))
    return made("means", pen(N_("Means of the items")), heads, lines)

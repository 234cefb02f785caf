"""The charts of the workbench, from the figures of its procedures: those of the report, and one of two scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor, isfinite
from typing import Any

import numpy as np

from openhall.errors import N_
from openhall.report import charts
from openhall.report.document import Figure
from openhall.report.material import SMALL
from openhall.report.numerals import decimals, interval, percent, unbroken
from openhall.report.pen import Pen
from openhall.report.procedures.data import Data
from openhall.report.workbench.asked import roles
from openhall.report.workbench.cells import headed
from openhall.report.workbench.variables import Variable
from openhall.report.workbench.writer import Figures, number, pair

MOST_BARS, MOST_STEPS = 60, 12  # beyond these a chart says nothing
BINS = 10  # of a histogram
GRID = 16  # steps a side of the chart of two scores


def chart(
    how: str, figures: Figures, rows: Variable, columns: Variable | None, data: Data, pen: Pen
) -> Figure | None:
    """The chart of a procedure; None where none would help."""
    if how in ("crosstab", "oneway", "ttest", "pearson", "spearman", "kendall", "regression"):
        assert columns is not None
        return TWO[how](figures, rows, columns, data, pen)
    return ONE[how](figures, rows, data, pen) if how in ONE else None


def _shares(figures: Figures, rows: Variable, data: Data, pen: Pen) -> Figure | None:
    levels = figures["variables"][0]["levels"]
    if not 0 < len(levels) <= MOST_BARS or not any(level["n"] for level in levels):
        return None
    column = data.one(rows.key)
    known = column.population or (None,) * len(levels)
    bars = [
        charts.Share(
            label=column.level(level["code"]),
            n=level["n"],
            share=level["valid_percent"],
            shown=pen(N_("{n} ({share})"), n=f"{level['n']:,}", share=percent(level["valid_percent"])),
            population=None if share is None else 100 * share,
        )
        for level, share in zip(levels, known, strict=True)
    ]
    told = pen(N_(", ")).join(f"{bar.label} {bar.shown}" for bar in bars)
    caption = pen(N_("Shares"))
    if column.population:
        caption = pen(N_("Shares; the black marks are the known ones in the population"))
    return Figure(
        key="chart",
        caption=caption,
        spec=charts.shares(bars),
        alt=pen(N_("Bar chart: {figures}."), figures=told),
    )


def _histogram(figures: Figures, rows: Variable, data: Data, pen: Pen) -> Figure | None:
    column, counts = data.one(rows.key), data.counts
    there = ~np.isnan(column.values)
    values, many = column.values[there], counts[there]
    if not len(values) or values.min() == values.max():
        return None
    if len(np.unique(values)) <= BINS:
        edges, names = np.unique(values), [f"{value:g}" for value in np.unique(values)]
        place = np.searchsorted(edges, values)
    else:
        width = _nice((values.max() - values.min()) / BINS)
        first = floor(values.min() / width)
        place = np.floor(values / width).astype(np.int64) - first
        top = int(place.max()) + 1
        names = [
            pen(
                N_("{low} to under {high}"),
                low=f"{(first + k) * width:g}",
                high=f"{(first + k + 1) * width:g}",
            )
            for k in range(top)
        ]
    found = np.bincount(place, weights=many.astype(np.float64), minlength=len(names)).astype(np.int64)
    shares = 100 * found / found.sum()
    bars = [
        charts.Share(name, int(n), float(share), pen(N_("{n} ({share})"), n=f"{n:,}", share=percent(share)))
        for name, n, share in zip(names, found, shares, strict=True)
    ]
    told = pen(N_(", ")).join(f"{bar.label} {bar.shown}" for bar in bars)
    return Figure(
        key="chart",
        caption=pen(N_("Distribution")),
        spec=charts.shares(bars),
        alt=pen(N_("Bar chart: {figures}."), figures=told),
    )


def _nice(width: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten.

    >>> _nice(0.4), _nice(13)
    (0.5, 20.0)
    """
    power = 10.0 ** floor(np.log10(width))
    return float(next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= width * (1 - 1e-9)))


def _stacked(figures: Figures, rows: Variable, columns: Variable, data: Data, pen: Pen) -> Figure | None:
    used = [j for j, total in enumerate(figures["column_totals"]) if total]
    if not 0 < len(used) <= MOST_STEPS or len(figures["row_levels"]) > MOST_BARS:
        return None
    steps = [data.one(columns.key).level(figures["column_levels"][j]) for j in used]
    if len(set(steps)) < len(steps):  # two answers with the same words
        return None
    bands, told = [], []
    for i, code in enumerate(figures["row_levels"]):
        n = figures["row_totals"][i]
        if n:
            shares = [number(figures, "row_percent", i, j) / 100 for j in used]
            name = data.one(rows.key).level(code)
            bands.append(
                charts.Band(unbroken(pen(N_("{group} (n = {n})"), group=name, n=f"{n:,}")), tuple(shares))
            )
            said_shares = [
                f"{step} {percent(100 * share)}" for step, share in zip(steps, shares, strict=True) if share
            ]
            told.append(
                pen(N_("{subject}: {sentence}"), subject=name, sentence=pen(N_(", ")).join(said_shares))
            )
    return Figure(
        key="chart",
        caption=pen(N_("Answers in each group, per cent")),
        spec=charts.stacked(bands, steps),
        alt=pen(N_("Stacked bars: {figures}."), figures=pen(N_("; ")).join(told)),
    )


def _means(figures: Figures, rows: Variable, columns: Variable, data: Data, pen: Pen) -> Figure | None:
    factor, dependent = roles(rows, columns)
    groups = [group for group in figures["groups"] if group["n"] and group["code"] is not None]
    if not 0 < len(groups) <= MOST_BARS:
        return None
    named = [(data.one(factor.key).level(group["code"]), group) for group in groups]
    caption = pen(N_("Means and their intervals"))
    return dots(named, dependent, caption, pen)


def dots(
    named: Sequence[tuple[str, Mapping[str, Any]]], dependent: Variable, caption: str, pen: Pen
) -> Figure | None:
    """Means with intervals, on the whole scale where there is one."""
    marks = [
        charts.Mean(
            label=unbroken(pen(N_("{group} (n = {n})"), group=name, n=f"{one['n']:,}")),
            mean=number(one, "mean"),
            low=number(one, "interval", "low"),
            high=number(one, "interval", "high"),
            shown=decimals(number(one, "mean"), 2),
            small=one["n"] < SMALL,
        )
        for name, one in named
    ]
    low, high = _range(marks, dependent)
    if not low < high or high - low > 20:
        return None
    figures = [
        f"{name} {decimals(number(one, 'mean'), 2)} {interval(pair(one, 'interval'))}" for name, one in named
    ]
    title = pen(N_("Mean with 95% interval"))
    if dependent.steps:
        title = pen(N_("Mean with 95% interval; {middle} is the middle"), middle=f"{(low + high) / 2:g}")
    return Figure(
        key="chart",
        caption=caption,
        spec=charts.means(marks, lowest=low, highest=high, title=title),
        alt=pen(N_("Means with 95% intervals: {figures}."), figures=pen(N_("; ")).join(figures)),
    )


def _range(marks: Sequence[charts.Mean], dependent: Variable) -> tuple[float, float]:
    """The ends of the axis: those of the scale, else whole numbers around the intervals."""
    if dependent.steps:
        return min(dependent.steps), max(dependent.steps)
    ends = [end for one in marks for end in (one.mean, one.low, one.high) if isfinite(end)]
    return floor(min(ends)), ceil(max(ends))


def _bubbles(figures: Figures, rows: Variable, columns: Variable, data: Data, pen: Pen) -> Figure | None:
    """How many have each pair of values, as circles; values are put together where there are many."""
    first, second = data.one(rows.key).values, data.one(columns.key).values
    there = ~np.isnan(first) & ~np.isnan(second)
    if not there.any():
        return None
    x, y, many = _grid(first[there]), _grid(second[there]), data.counts[there]
    pairs: dict[tuple[float, float], int] = {}
    for a, b, count in zip(x.tolist(), y.tolist(), many.tolist(), strict=True):
        pairs[a, b] = pairs.get((a, b), 0) + count
    names = headed(rows, pen), headed(columns, pen)
    (a, b), most = max(pairs.items(), key=lambda one: one[1])
    alt = pen(
        N_("Circles, the larger the more cases; the most, {most}, have {first} and {second}."),
        most=f"{most:,}",
        first=f"{a:.3g}",
        second=f"{b:.3g}",
    )
    return Figure(
        key="chart",
        caption=pen(N_("How many have both values")),
        spec=bubbles(pairs, names, (rows.steps, columns.steps)),
        alt=alt,
    )


def _grid(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    if len(np.unique(values)) <= GRID:
        return np.round(values, 6)
    width = _nice((values.max() - values.min()) / GRID)
    return np.asarray(np.round(np.round(values / width) * width, 6))


def bubbles(
    pairs: Mapping[tuple[float, float], int],
    names: tuple[str, str],
    steps: tuple[Sequence[float], Sequence[float]],
) -> charts.Spec:
    """A circle a pair of values, its area as large as the number of cases; each side has the steps of its scale where
    it has one."""
    data = [{"x": x, "y": y, "n": n} for (x, y), n in sorted(pairs.items())]

    def side(field: str, place: int) -> dict[str, Any]:
        axis: dict[str, Any] = {"title": _short(names[place]), "grid": True}
        scale: dict[str, Any] = {"zero": False, "nice": not steps[place], "padding": 14}
        if steps[place]:
            axis["values"] = list(steps[place])
            scale["domain"] = [min(steps[place]), max(steps[place])]
        return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}

    size = {
        "field": "n",
        "type": "quantitative",
        "legend": None,
        "scale": {"range": [3, 420], "domain": [0, max(pairs.values())]},
    }
    return {
        "width": charts.WIDTH - 50,
        "height": charts.WIDTH - 90,
        "data": {"values": data},
        "mark": {"type": "circle", "color": charts.BLUE, "opacity": 0.75},
        "encoding": {"x": side("x", 0), "y": side("y", 1), "size": size},
        "config": charts.CONFIG,
    }


def _short(title: str) -> str:
    return title if len(title) <= 48 else f"{title[:47]}…"


ONE: Mapping[str, Callable[[Figures, Variable, Data, Pen], Figure | None]] = {
    "frequencies": _shares,
    "descriptives": _histogram,
}
TWO: Mapping[str, Callable[[Figures, Variable, Variable, Data, Pen], Figure | None]] = {
    "crosstab": _stacked,
    "oneway": _means,
    "ttest": _means,
    "pearson": _bubbles,
    "spearman": _bubbles,
    "kendall": _bubbles,
    "regression": _bubbles,
}

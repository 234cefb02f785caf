"""Vega-Lite specifications of the report's charts, in one theme, and nothing of how they are drawn.

Labels stand above their bars, so that long ones need no second column and a chart can be read 320 pixels
wide. Every figure is also written into the chart; colours differ in lightness too, for greyscale prints.
Seed: figures 4-1 to 4-12.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from openhall.report.fonts import FAMILY
from openhall.report.lettering import text_width, wrapped

Spec = dict[str, Any]

WIDTH = 360  # read as it is on a phone, half as large again on a desk
STEP = 42  # height of one label and its bar
LINE = 16  # height of each further line of a label
INK, PALE_INK, GRID, BLUE, MARK = "#0b0c0c", "#505a5f", "#d8dcdf", "#2a6fae", "#0b0c0c"
DIVERGING = ("#0b3c6f", "#6ea3d4", "#e6e6e3", "#f3b57f", "#b54f0b")

CONFIG: Spec = {
    "font": FAMILY,
    "aria": False,
    "background": None,
    "padding": {"left": 2, "right": 6, "top": 4, "bottom": 4},
    "view": {"stroke": None},
    "text": {"fontSize": 12.5, "color": INK},
    "axis": {
        "labelFontSize": 11.5,
        "labelColor": PALE_INK,
        "titleFontSize": 11.5,
        "titleColor": PALE_INK,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "legend": {
        "labelFontSize": 12,
        "labelColor": INK,
        "labelLimit": 220,
        "symbolType": "square",
        "symbolSize": 150,
        "columnPadding": 24,  # fonts of readers may be wider than the one that was measured
    },
}


@dataclass(frozen=True, slots=True)
class Share:
    """One bar: how many gave this answer. `population` is the known share, where there is one."""

    label: str
    n: int
    share: float
    shown: str  # the figures written at the end of the bar
    population: float | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """One group's answers as shares, in the order of the scale."""

    label: str
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mean:
    """One group's mean with its interval; `small` where the group has too few answers to trust it."""

    label: str
    mean: float
    low: float
    high: float
    shown: str
    small: bool = False


def shares(bars: Sequence[Share]) -> Spec:
    """Horizontal bars, one an answer; a black mark at the share known for the population."""
    labels, lines = wrapped([bar.label for bar in bars], WIDTH)
    top = max([bar.share for bar in bars] + [bar.population or 0 for bar in bars] + [0.01])
    data = [
        {
            "place": place,
            "label": label,
            "share": bar.share,
            "shown": bar.shown,
            "population": bar.population,
            "end": max(bar.share, bar.population or 0),
        }
        for place, (bar, label) in enumerate(zip(bars, labels, strict=True))
    ]
    room = (
        max((text_width(bar.shown) for bar in bars), default=0) + 12
    )  # for the figures behind the longest bar
    scale = {"domain": [0, top * max(1.34, WIDTH / (WIDTH - min(room, WIDTH / 2)))], "nice": False}
    x = {"field": "share", "type": "quantitative", "axis": None, "scale": scale}
    layers: list[Spec] = [
        _labels(lines),
        {"mark": {"type": "bar", "height": 17, "yOffset": _drop(lines), "color": BLUE}, "encoding": {"x": x}},
        {
            "mark": {"type": "text", "align": "left", "dx": 6, "dy": _drop(lines) + 1},
            "encoding": {"x": {**x, "field": "end"}, "text": {"field": "shown"}},
        },
    ]
    if any(bar.population is not None for bar in bars):
        layers.append(
            {
                "transform": [{"filter": "datum.population !== null"}],
                "mark": {
                    "type": "tick",
                    "yOffset": _drop(lines),
                    "size": 25,
                    "thickness": 3,
                    "color": MARK,
                    "opacity": 1,
                },
                "encoding": {"x": {**x, "field": "population"}},
            }
        )
    return _chart(data, layers, lines)


def stacked(bands: Sequence[Band], scale: Sequence[str]) -> Spec:
    """One bar of 100 % a group, its parts the steps of the scale, best first."""
    paints, inks = _paint(len(scale))
    labels, lines = wrapped([band.label for band in bands], WIDTH)
    data = []
    for place, band in enumerate(bands):
        ends = [0.0, *accumulate(band.shares)]
        for step, name in enumerate(scale):
            share = band.shares[step]
            data.append(
                {
                    "place": place,
                    "label": labels[place],
                    "step": name,
                    "first": step == 0,
                    "from": ends[step],
                    "to": ends[step + 1],
                    "middle": (ends[step] + ends[step + 1]) / 2,
                    "shown": f"{100 * share:.0f}" if share >= 0.045 else "",
                    "ink": inks[step],
                }
            )
    axis = {"domain": [0, 1], "nice": False}
    colour = {
        "field": "step",
        "type": "nominal",
        "scale": {"domain": list(scale), "range": list(paints)},
        "legend": {"title": None, "orient": "top", "columns": _legend_columns(scale), "offset": 8},
    }
    layers = [
        {**_labels(lines), "transform": [{"filter": "datum.first"}]},
        {
            "mark": {
                "type": "bar",
                "height": 20,
                "yOffset": _drop(lines),
                "stroke": "#ffffff",
                "strokeWidth": 1,
            },
            "encoding": {
                "x": {"field": "from", "type": "quantitative", "axis": None, "scale": axis},
                "x2": {"field": "to"},
                "color": colour,
            },
        },
        {
            "mark": {"type": "text", "align": "center", "dy": _drop(lines) + 1, "fontSize": 11.5},
            "encoding": {
                "x": {"field": "middle", "type": "quantitative", "axis": None, "scale": axis},
                "text": {"field": "shown"},
                "color": {"field": "ink", "type": "nominal", "scale": None, "legend": None},
            },
        },
    ]
    return _chart(data, layers, lines) | {"resolve": {"scale": {"color": "independent"}}}


def means(dots: Sequence[Mean], *, lowest: float, highest: float, title: str) -> Spec:
    """A dot a group with its interval on a track of the whole scale; hollow where the group is small."""
    labels, lines = wrapped([dot.label for dot in dots], WIDTH - 45)
    data = [
        {
            "place": place,
            "label": labels[place],
            "mean": dot.mean,
            "low": None if math.isnan(dot.low) else max(dot.low, lowest),
            "high": None if math.isnan(dot.high) else min(dot.high, highest),
            "shown": dot.shown,
            "fill": "#ffffff" if dot.small else BLUE,
        }
        for place, dot in enumerate(dots)
    ]
    span = round(highest - lowest)
    steps = [lowest + step for step in range(0, span + 1, max(span // 20, 1))]  # a few of a long scale
    track = [{"place": place, "step": step} for place in range(len(dots)) for step in steps]
    axis = {"values": steps, "title": title, "format": "d", "grid": False}
    scale = {"domain": [lowest, highest], "nice": False, "zero": False}
    x = {"field": "mean", "type": "quantitative", "axis": axis, "scale": scale}
    drop = _drop(lines)
    middle = {"test": f"datum.step === {(lowest + highest) / 2:g}", "value": PALE_INK}
    layers: list[Spec] = [
        {
            "transform": [
                {"calculate": f"{lowest:g}", "as": "lowest"},
                {"calculate": f"{highest:g}", "as": "highest"},
            ],
            "mark": {"type": "rule", "yOffset": drop, "color": GRID, "strokeWidth": 1},
            "encoding": {"x": {**x, "field": "lowest"}, "x2": {"field": "highest"}},
        },
        {
            "data": {"values": track},
            "mark": {"type": "tick", "yOffset": drop, "size": 13, "thickness": 1.5, "opacity": 1},
            "encoding": {"x": {**x, "field": "step"}, "color": {"condition": middle, "value": GRID}},
        },
        _labels(lines),
        {
            "mark": {
                "type": "text",
                "align": "right",
                "baseline": "bottom",
                "dy": drop - 11,
                "fontWeight": "bold",
            },
            "encoding": {"x": {"value": "width"}, "text": {"field": "shown"}},
        },
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "rule", "yOffset": drop, "strokeWidth": 3, "color": BLUE, "opacity": 0.65},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "mark": {
                "type": "point",
                "yOffset": drop,
                "filled": False,
                "size": 85,
                "opacity": 1,
                "strokeWidth": 2.2,
            },
            "encoding": {
                "x": x,
                "stroke": {"value": BLUE},
                "fill": {"field": "fill", "type": "nominal", "scale": None, "legend": None},
            },
        },
    ]
    return _chart(data, layers, lines)


def _labels(lines: int) -> Spec:
    """The names of the rows, above their bars; all of them `lines` lines high."""
    dy = _drop(lines) - 11 - LINE * (lines - 1)
    return {
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "bottom",
            "dy": dy,
            "lineBreak": "\n",
            "lineHeight": LINE,
        },
        "encoding": {"x": {"value": 0}, "text": {"field": "label"}},
    }


def _drop(lines: int) -> float:
    """How far below the middle of its row a bar stands, to leave room for its label."""
    return 9 + LINE * (lines - 1) / 2


def _chart(data: list[dict[str, Any]], layers: list[Spec], lines: int) -> Spec:
    place = {
        "field": "place",
        "type": "ordinal",
        "axis": None,
        "scale": {"paddingInner": 0, "paddingOuter": 0},
    }
    for layer in layers:
        layer["encoding"].setdefault("y", place)
    return {
        "width": WIDTH,
        "height": {"step": STEP + LINE * (lines - 1)},
        "data": {"values": data},
        "layer": layers,
        "config": CONFIG,
    }


def _paint(steps: int) -> tuple[list[str], list[str]]:
    """Colours for a scale of any length, mixed from the five, and the colour of text on each."""
    if steps <= 1:
        return [BLUE][:steps], ["#ffffff"][:steps]
    paints = [_mixed(step * (len(DIVERGING) - 1) / (steps - 1)) for step in range(steps)]
    return paints, ["#ffffff" if lightness(paint) < 115 else INK for paint in paints]


def _mixed(place: float) -> str:
    """The colour at a place of DIVERGING, between two of them where it is not whole."""
    before = min(int(place), len(DIVERGING) - 2)
    share = place - before
    parts = zip(_parts(DIVERGING[before]), _parts(DIVERGING[before + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def lightness(colour: str) -> float:
    """How light a colour is in a greyscale print, 0 to 255.

    >>> lightness("#ffffff"), lightness("#000000")
    (255.0, 0.0)
    """
    red, green, blue = _parts(colour)
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 3)


def _legend_columns(names: Sequence[str]) -> int:
    """As many columns as fit side by side."""
    widest = max(map(text_width, names))
    return max(1, min(len(names), int(WIDTH // (widest + 34))))

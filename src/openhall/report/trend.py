"""A Vega-Lite specification of lines over time, in the theme of the report's charts (`report.charts`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openhall.report.charts import BLUE, CONFIG, GRID, WIDTH, Spec

HEIGHT = 150
ORANGE = "#b54f0b"
PAINTS = (BLUE, ORANGE)
DASHES = ([1, 0], [5, 3])  # lines differ in print, too


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name and a value a label, None where there is none."""

    name: str
    values: tuple[float | None, ...]


def lines(labels: Sequence[str], drawn: Sequence[Line], *, share: bool = False) -> Spec:
    """Up to two lines over the same labels, from 0; `share`: of 1, written as per cent to 100.

    The last value of each line is written at its end.
    """
    names = [line.name for line in drawn]
    last = {
        line.name: max((i for i, v in enumerate(line.values) if v is not None), default=-1) for line in drawn
    }
    ends = {line.name: line.values[last[line.name]] for line in drawn if last[line.name] >= 0}
    highest = max((end for end in ends.values() if end is not None), default=0)
    upper = next((name for name, end in ends.items() if end == highest), "")
    data = [
        {
            "label": label,
            "line": line.name,
            "value": value,
            "last": (1 if line.name == upper else 2) if place == last[line.name] else 0,
        }
        for line in drawn
        for place, (label, value) in enumerate(zip(labels, line.values, strict=True))
    ]
    form = ".0%" if share else ",d"
    top = {"domain": [0, 1]} if share else {"zero": True, "nice": True}
    x = {
        "field": "label",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 12},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": top,
        "axis": {
            "title": None,
            "format": form,
            "tickCount": 4,
            "tickMinStep": 0.25 if share else 1,
            "gridColor": GRID,
        },
    }
    paint = {"domain": names, "range": list(PAINTS[: len(names)])}
    legend = {"title": None, "orient": "top", "symbolType": "stroke", "symbolStrokeWidth": 3}
    colour = {"field": "line", "type": "nominal", "scale": paint, "legend": legend}
    dash = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": names, "range": list(DASHES[: len(names)])},
        "legend": legend,
    }
    point = {"field": "line", "type": "nominal", "scale": paint, "legend": None}
    halo: dict[str, Any] = {
        "stroke": "#ffffff",
        "strokeWidth": 4,
        "strokeJoin": "round",
    }  # so that lines do not cross the figure
    texts: list[dict[str, Any]] = []
    for around, tint in ((halo, {}), ({}, {"color": point})):
        for which, dy in ((1, -11), (2, 13)):  # the upper end above its point, the other below
            mark: dict[str, Any] = {"type": "text", "align": "right", "dy": dy, "fontWeight": "bold"}
            said: dict[str, Any] = {"x": x, "y": y, "text": {"field": "value", "format": form}}
            texts.append(
                {
                    "transform": [{"filter": f"datum.last === {which}"}],
                    "mark": mark | around,
                    "encoding": said | tint,
                }
            )
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": data},
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2.2, "interpolate": "linear"},
                "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 26, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": point},
            },
            *texts,
        ],
        "config": CONFIG,
    }

"""Lines over time."""

from __future__ import annotations

import re
from itertools import pairwise

from openhall.report.drawing import inline_svg, svg
from openhall.report.lettering import text_width
from openhall.report.trend import Line, lines

MONTHS = ["2026-01", "2026-02", "2026-03"]


def test_both_lines_are_named_and_their_last_figures_written():
    spec = lines(MONTHS, [Line("Received", (10, 20, 1234)), Line("Closed", (9, 21, 18))])
    drawn = svg(spec)
    assert "Received" in drawn and "Closed" in drawn
    assert "1,234" in drawn and ">18<" in drawn and ">21<" not in drawn


def test_the_upper_end_is_written_above_and_the_other_below():
    spec = lines(MONTHS, [Line("a", (0.5, 0.5, 0.2)), Line("b", (0.1, 0.1, 0.7))], share=True)
    ends = {row["line"]: row["last"] for row in spec["data"]["values"] if row["last"]}
    assert ends == {"a": 2, "b": 1}
    assert "70%" in svg(spec) and "100%" in svg(spec)


def test_months_without_a_figure_leave_a_gap_and_nothing_is_drawn_of_nothing():
    spec = lines(MONTHS, [Line("a", (None, 0.5, None)), Line("b", (None, None, None))], share=True)
    assert "50%" in svg(spec)
    assert {row["line"] for row in spec["data"]["values"] if row["last"]} == {"a"}


def test_the_drawing_may_stand_in_a_page():
    page = inline_svg(lines(MONTHS, [Line("<b>", (1, 2, 3))]), title="T", alt="A", name="x")
    assert "style=" not in page and "<b>" not in page and "<script" not in page


def test_many_months_are_not_written_into_each_other():
    months = [f"{year}-{month:02}" for year in range(2021, 2026) for month in range(1, 13)]
    drawn = svg(lines(months, [Line("a", tuple(range(60)))]))
    places = [float(x) for x in re.findall(r'translate\(([\d.]+),\d+\)"[^>]*opacity="1">20\d\d-\d\d<', drawn)]
    assert len(places) > 3
    assert min(later - one for one, later in pairwise(places)) > text_width("2021-01") + 6

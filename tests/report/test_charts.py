"""Charts: drawn under a strict content security policy, described in words, remembered by their content."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.report import charts, drawing, fonts
from openhall.report.document import Report
from openhall.report.lettering import text_width, wrapped

SPECS = {
    "shares": charts.shares(
        [charts.Share("男", 3, 60, "3 (60.0%)", 50), charts.Share("女", 2, 40, "2 (40.0%)")]
    ),
    "stacked": charts.stacked([charts.Band("it's <b>", (0.2, 0.3, 0.5))], ["good", "it's fair", "bad"]),
    "means": charts.means(
        [
            charts.Mean("A", 2.5, 2, 3, "2.50"),
            charts.Mean("B", 3, float("nan"), float("nan"), "3.00", small=True),
        ],
        lowest=1,
        highest=5,
        title="Mean",
    ),
    "none": charts.shares([]),
}


@pytest.mark.parametrize("name", SPECS)
def test_a_drawing_holds_no_style_script_or_handler(name: str) -> None:
    drawn = drawing.inline_svg(SPECS[name], title="Title", alt="What is seen", name=f"figure-{name}")
    root = ElementTree.fromstring(drawn)
    for element in root.iter():
        assert element.tag.rpartition("}")[2] not in ("script", "style", "foreignObject", "image")
        assert not [key for key in element.attrib if key == "style" or key.startswith("on")]


@pytest.mark.parametrize("name", ["two\nlines", "it's \\' \u2028 ]", "datum.x", "", '";<&>', "{signal: 1}"])
def test_any_wording_can_name_a_step_of_the_scale(name: str) -> None:
    drawn = drawing.svg(charts.stacked([charts.Band("Group", (0.5, 0.5))], [name, "bad"]))
    assert ElementTree.fromstring(drawn).tag.endswith("svg") and drawn.count(">Group<") == 1


def test_a_drawing_is_an_image_with_title_and_description() -> None:
    drawn = drawing.inline_svg(SPECS["shares"], title="A & B", alt="<seen>", name="figure-1")
    assert 'role="img"' in drawn
    assert 'aria-labelledby="figure-1-title figure-1-desc"' in drawn
    assert '<title id="figure-1-title">A &amp; B</title><desc id="figure-1-desc">&lt;seen&gt;</desc>' in drawn


def test_a_drawing_is_as_wide_as_its_place() -> None:
    head = drawing.inline_svg(SPECS["shares"], title="", alt="", name="f").split(">")[0]
    assert 'width="100%"' in head
    assert "viewBox=" in head
    assert "height=" not in head


def test_chinese_labels_are_text_in_the_drawing() -> None:
    assert "男" in drawing.svg(SPECS["shares"])


def test_a_remembered_drawing_is_read_from_its_folder(tmp_path: Path) -> None:
    first = drawing.svg(SPECS["shares"], keep_in=tmp_path)
    (kept,) = tmp_path.iterdir()
    assert kept.read_text("utf-8") == first
    kept.write_text("<svg>remembered</svg>", "utf-8")
    assert drawing.svg(SPECS["shares"], keep_in=tmp_path) == "<svg>remembered</svg>"
    drawing.svg(SPECS["means"], keep_in=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_png_has_two_pixels_a_unit() -> None:
    picture = drawing.png(SPECS["shares"])
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    box = re.search(r'width="(\d+)"', drawing.svg(SPECS["shares"]))
    assert box
    assert int.from_bytes(picture[16:20], "big") == 2 * int(box[1])


def test_every_figure_says_its_numbers_in_words(report: Report) -> None:
    for figure in report.figures():
        assert len(figure.alt) > 20
        assert re.search(r"\d", figure.alt)


def test_specifications_are_plain_json(report: Report) -> None:
    for figure in report.figures():
        json.dumps(figure.spec, allow_nan=True)


def test_colours_of_the_scale_differ_in_lightness() -> None:
    shades = sorted(charts.lightness(colour) for colour in charts.DIVERGING)
    assert all(later - earlier > 20 for earlier, later in pairwise(shades))


@pytest.mark.parametrize("steps", [2, 3, 4, 5, 7, 11])
def test_a_scale_of_any_length_has_different_colours(steps: int) -> None:
    names = [f"step {step}" for step in range(steps)]
    spec = charts.stacked([charts.Band("all", tuple(1 / steps for _ in names))], names)
    paints = spec["layer"][1]["encoding"]["color"]["scale"]["range"]
    assert len(set(paints)) == steps
    assert (paints[0], paints[-1]) == (charts.DIVERGING[0], charts.DIVERGING[-1])


@given(st.lists(st.text(max_size=80), max_size=4))
def test_wrapped_labels_are_equally_high_and_lose_nothing(labels: list[str]) -> None:
    broken, lines = wrapped(labels, 120)
    assert all(len(label.split("\n")) == lines for label in broken) or not labels
    for label, parts in zip(labels, broken, strict=True):
        assert "".join(label.split()) == "".join(parts.split())


def test_a_long_label_is_broken_to_fit() -> None:
    (label,), lines = wrapped(["a label that is much too long for one line"], 120)
    assert lines > 1
    assert all(text_width(line) <= 120 for line in label.split("\n"))


def test_a_word_longer_than_the_chart_is_broken_too() -> None:
    bars = [
        charts.Share("https://example.org/" + "x" * 300, 3, 60, "3 (60.0%)"),
        charts.Share("b", 2, 40, "2 (40.0%)"),
    ]
    width, _height = drawing.size(drawing.svg(charts.shares(bars)))
    assert width < 1.2 * charts.WIDTH


def test_missing_fonts_name_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(fonts.NoFonts, match="openhall build"):
        fonts.folder.__wrapped__()


def test_a_scale_of_any_span_is_drawn_with_a_few_marks() -> None:
    [dot] = [charts.Mean("A", 5e13, 2, 1e14, "5e13")]
    drawn = charts.means([dot], lowest=0, highest=10**14, title="Mean")
    assert len(json.dumps(drawn)) < 10_000

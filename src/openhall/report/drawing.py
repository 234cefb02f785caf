"""Charts drawn: from a Vega-Lite specification to SVG for pages and print and to PNG for Word.

A drawing is kept by the hash of its content, in the process and, if a folder is given, on disk. The SVG
carries no style attribute, script or event handler, so it may stand in a page under a strict content security
policy.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from openhall.report import fonts

_LEFT_OUT = re.compile(
    r' (?:font-family|role|aria-[a-z]+)="[^"]*"'
)  # on a page: its font, one image to a reader
_HEAD = re.compile(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>")


def svg(spec: Mapping[str, Any], *, keep_in: Path | None = None) -> str:
    """The chart as a free-standing SVG file with its size in pixels. `keep_in`: a folder that remembers
    drawings."""
    text = json.dumps(spec, sort_keys=True, ensure_ascii=False)
    if "NaN" in text or "Infinity" in text:  # what cannot be computed is not drawn
        known = json.loads(text, parse_constant=lambda _: None)
        text = json.dumps(known, sort_keys=True, ensure_ascii=False)
    if keep_in is None:
        return _drawn(text)
    kept = keep_in / f"{hashlib.sha256(text.encode()).hexdigest()}.svg"
    if kept.is_file():
        return kept.read_text("utf-8")
    drawn = _drawn(text)
    _keep(kept, drawn)
    return drawn


def inline_svg(
    spec: Mapping[str, Any], *, title: str, alt: str, name: str, keep_in: Path | None = None
) -> str:
    """The chart for a page: as wide as its place, with title and description for those who do not see it.

    `name` is unique on the page; the ids of title and description are made from it. Its text has the page's
    font.
    """
    drawn = _LEFT_OUT.sub("", svg(spec, keep_in=keep_in))
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="{box}" width="100%" role="img"'
        f' aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(alt)}</desc>'
    )
    return _HEAD.sub(lambda found: head.replace("{box}", found[1], 1), drawn, count=1)


def png(spec: Mapping[str, Any], *, scale: float = 2, keep_in: Path | None = None) -> bytes:
    """The chart as pixels, for programs that cannot show SVG."""
    return _pixels(svg(spec, keep_in=keep_in), scale)


def size(drawn: str) -> tuple[float, float]:
    """Width and height of a drawing, in pixels."""
    found = _HEAD.search(drawn)
    assert found is not None
    width, height = found[1].split()[2:]
    return float(width), float(height)


@lru_cache(maxsize=256)
def _drawn(text: str) -> str:
    return str(_engine().vegalite_to_svg(text))


@lru_cache(maxsize=64)
def _pixels(drawn: str, scale: float) -> bytes:
    return bytes(_engine().svg_to_png(drawn, scale=scale))


@cache
def _engine() -> Any:
    import vl_convert  # here, because a report without charts should not wait for it

    vl_convert.register_font_directory(str(fonts.folder()))
    return vl_convert


def _keep(kept: Path, drawn: str) -> None:
    """Write beside and rename, so that a second process never reads half a drawing."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=kept.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(drawn)
    Path(beside).replace(kept)

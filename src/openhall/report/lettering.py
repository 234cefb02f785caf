"""How wide labels are, about, and where they break: for charts and for the columns of a Word table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence


def wrapped(labels: Sequence[str], width: float) -> tuple[list[str], int]:
    """Labels broken to fit, all as many lines high (short ones with empty lines above), and that number."""
    broken = [_broken(label, width) for label in labels]
    lines = max(map(len, broken), default=1)
    return ["\n".join([""] * (lines - len(parts)) + parts) for parts in broken], lines


def _broken(label: str, width: float) -> list[str]:
    """A label in lines: broken at spaces, Chinese anywhere, a word that is too long wherever it must.

    >>> _broken("one two three", 50), _broken("政务服务大厅", 40), _broken("a verylongword", 50)
    (['one two', 'three'], ['政务服', '务大厅'], ['a', 'verylong', 'word'])
    """
    lines = [""]
    label = re.sub(r"[ \t\r\n]+", " ", label)  # but not the space that must not be broken
    most = max(1, int(width / (0.5 * 12.5)))
    for word in re.findall(rf"[⺀-鿿＀-￯]|[^ ⺀-鿿＀-￯]{{1,{most}}}| +", label):
        if lines[-1] and text_width(lines[-1] + word) > width:
            lines.append("")
        lines[-1] += word if lines[-1] or not word.isspace() else ""
    return [line.strip() for line in lines if line.strip()] or [""]


def text_width(text: str, size: float = 12.5) -> float:
    """About how wide a text is drawn, in pixels; Chinese characters are square.

    >>> text_width("满意")
    25.0
    """
    return sum(size if unicodedata.east_asian_width(char) in "WF" else 0.5 * size for char in text)

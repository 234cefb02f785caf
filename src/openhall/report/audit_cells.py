"""The cells of a printed table: figures, counts with percentages in brackets, headings and what they announce."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openhall.report.audit_tables import Grid
from openhall.stats.audit.printed import Printed, printed

TOTAL = re.compile(r"\s*(?:total|sum|all|overall|合计|总计|总和|小计|全部)\s*", re.I)
MISSING = re.compile(r"\s*(?:missing.*|no answer|not answered|n/?a|缺失.*|未答|未回答)\s*", re.I)
PERCENT_HEAD = re.compile(r"[%％]|per ?cent|proportion|share|比例|百分|占比", re.I)
COUNT_HEAD = re.compile(r"\bn\b|freq\w*|\bcounts?\b|numbers?|人数|频数|频次|数量", re.I)
_BOTH = re.compile(r"(?P<count>\d[\d,]*(?:\.\d+)?)?\s*[(\[]\s*(?P<percent>\d+(?:[.,]\d+)?\s*%?)\s*[)\]]")


@dataclass(frozen=True, slots=True)
class Recognised:
    """`kind`: the key of the format ("counts", "test", …) and the tables under it; `totals`: what stands below
    them as `total_mean`.
    """

    kind: str
    tables: tuple[dict[str, Any], ...]
    totals: tuple[dict[str, Any], ...] = ()


def split(cell: str) -> tuple[str, str]:
    """A cell parted into count and percentage in brackets; the count may be blank.

    >>> split("30 (60.0%)"), split("（10％）"), split("30")
    (('30', '60.0%'), ('', '10%'), ('30', ''))
    """
    both = _BOTH.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    return (both["count"] or "", both["percent"]) if both else (cell, "")


def figure_of(text: str) -> Printed | None:
    try:
        return printed(text)
    except ValueError:
        return None


def is_count(text: str) -> bool:
    figure = figure_of(text)
    return figure is not None and figure.is_whole and figure.value > 0


def numbers(cells: Sequence[str]) -> int:
    return sum(figure_of(cell) is not None for cell in cells)


def headings(grid: Grid) -> tuple[list[str], list[tuple[str, ...]]]:
    """The headings of the columns (several heading rows joined) and the rows of figures."""
    first = next(
        (k for k, row in enumerate(grid.rows) if k and numbers([split(cell)[0] for cell in row[1:]])), 1
    )
    heads = [
        " ".join(dict.fromkeys(row[j] for row in grid.rows[:first] if row[j]))
        for j in range(len(grid.rows[0]))
    ]
    return heads, list(grid.rows[first:])


def place_of(heads: Sequence[str], pattern: re.Pattern[str], after: int = 1) -> int | None:
    return next((j for j, head in enumerate(heads) if j >= after and pattern.search(head)), None)

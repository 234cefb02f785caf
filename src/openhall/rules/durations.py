"""Working time as people write it: “30 min”, “4 h”, “2 d”. A day is as long as the hall's. Row C5."""

from __future__ import annotations

import re

_WRITTEN = re.compile(
    r"(\d{1,4}(?:[.,]\d{1,2})?)\s*(min|m|minutes?|h|hours?|d|days?|分钟|分|小时|时|天|日|工作日)",
    re.IGNORECASE,
)
_UNITS = {"m": "m", "分": "m", "h": "h", "小": "h", "时": "h", "d": "d", "天": "d", "日": "d", "工": "d"}


def read_duration(text: str, day: int) -> int | None:
    """Working minutes of what is written, a working day being `day` minutes; None where it cannot be read.

    >>> [read_duration(text, 420) for text in ("30 min", "4h", "2 天", "0.5 d", "soon")]
    [30, 240, 840, 210, None]
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    each = {"m": 1, "h": 60, "d": day}[_UNITS[found[2][0].lower()]]
    return round(float(found[1].replace(",", ".")) * each) or None


def write_duration(minutes: int, day: int) -> str:
    """In the largest unit that needs no fraction.

    >>> [write_duration(minutes, 420) for minutes in (30, 240, 840, 90)]
    ['30 min', '4 h', '2 d', '90 min']
    """
    if minutes % day == 0:
        return f"{minutes // day} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"

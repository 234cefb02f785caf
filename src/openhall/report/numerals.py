"""How numbers are written: the formats of a column and the forms of APA 7 for figures inside sentences.

A number that cannot be larger than one in size (p, alpha, V, a share of variance) has no leading zero; p
below .001 is written so. Nothing here depends on the language: both languages write figures alike.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

Value = str | int | float | tuple[float, float] | None

NOTHING = "–"
_SIGN = re.compile(r"(?<=\S) ([=<>]) (?=\S)")
_BRACKET = re.compile(r"(?:\d+% CI )?\[[^\]]*\]")


class Format(StrEnum):
    """How a column shows its values. PERCENT1 takes per cents, 0 to 100; the intervals take pairs."""

    TEXT = "text"
    INT = "int"
    F1 = "f1"
    F2 = "f2"
    F3 = "f3"
    P = "p"
    UNIT3 = "unit3"  # 0 to 1 or −1 to 1: three decimals, no leading zero
    PERCENT1 = "percent1"
    INTERVAL = "interval"
    UNIT_INTERVAL = "unit_interval"
    PERCENT_INTERVAL = "percent_interval"


def show(value: Value, form: Format) -> str:
    """One value as a column of this format shows it; a dash where there is none.

    >>> show(0.00042, Format.P), show(0.135, Format.P), show(53.333, Format.PERCENT1), show(None, Format.F2)
    ('< .001', '.135', '53.3', '–')
    >>> show((0.081, 0.2), Format.UNIT_INTERVAL), show(1234, Format.INT), show(-0.0004, Format.F2)
    ('[.081, .200]', '1,234', '0.00')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return interval(value, form)
    if form is Format.INT:
        return decimals(value, 0)
    if form is Format.P:
        return p_cell(value)
    if form is Format.UNIT3:
        return unit(value)
    if form is Format.PERCENT1:
        return decimals(value, 1)
    return decimals(value, {Format.F1: 1, Format.F3: 3}.get(form, 2))


def decimals(value: float, places: int) -> str:
    """Fixed decimals, halves away from zero as on paper; no minus before zero, otherwise a true minus sign.

    >>> decimals(6.25, 1), decimals(-0.004, 2), decimals(-2.675, 2)
    ('6.3', '0.00', '−2.68')
    """
    if not math.isfinite(value):
        return NOTHING if math.isnan(value) else "∞" if value > 0 else "−∞"
    exact = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact or abs(exact):,f}".replace("-", "−")


def unit(value: float, places: int = 3) -> str:
    """A figure between −1 and 1 without its leading zero.

    >>> unit(0.664), unit(-0.05), unit(1.0), unit(-1.25)
    ('.664', '−.050', '1.000', '−1.250')
    """
    text = decimals(value, places)
    return text.replace("0.", ".", 1) if abs(value) < 1 and text.lstrip("−").startswith("0.") else text


def p_cell(p: float) -> str:
    """p for a table cell: `.135` or `< .001`; never .000, and never 1.000 of a p below one."""
    if p < 0.001:
        return "< .001"
    return "> .999" if 0.9995 <= p < 1 else unit(p)


def p_equals(p: float) -> str:
    """p for a sentence.

    >>> p_equals(0.0000001), p_equals(0.0412)
    ('p < .001', 'p = .041')
    """
    cell = p_cell(p)
    return f"p {cell}" if cell[0] in "<>" else f"p = {cell}"


def interval(pair: tuple[float, float], form: Format = Format.INTERVAL) -> str:
    """An interval in square brackets; a dash where either end is unknown."""
    if any(math.isnan(end) for end in pair):
        return NOTHING
    low, high = (
        unit(end)
        if form is Format.UNIT_INTERVAL
        else decimals(end, 1)
        if form is Format.PERCENT_INTERVAL
        else decimals(end, 2)
        for end in pair
    )
    return f"[{low}, {high}]"


def percent(value: float) -> str:
    """Per cents, for a sentence: `53.3%`."""
    return f"{decimals(value, 1)}%"


def unbroken(text: str) -> str:
    """A sentence whose figures are not torn apart at the end of a line, for renderers that break lines.

    >>> unbroken("p = .041, 95% CI [.10, .20]") == "p\u00a0=\u00a0.041, 95%\u00a0CI\u00a0[.10,\u00a0.20]"
    True
    """
    text = _SIGN.sub("\u00a0\\1\u00a0", text)
    return _BRACKET.sub(lambda found: found[0].replace(" ", "\u00a0"), text)

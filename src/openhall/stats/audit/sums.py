"""Rule for sums in the text: the parts give the total said of them."""

from __future__ import annotations

from collections.abc import Iterator

from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Explanation, Finding, Severity, Step, Why
from openhall.stats.audit.printed import Printed, meets, printed
from openhall.stats.audit.published import Sum
from openhall.stats.audit.telling import shown


def rule(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.published.sums:
        rounded = any(part.places > 0 for part in (*one.parts, one.total))
        low, high = (
            (sum(part.low for part in one.parts), sum(part.high for part in one.parts))
            if rounded
            else (sum(part.value for part in one.parts),) * 2
        )
        total = (one.total.low, one.total.high) if rounded else (one.total.value,) * 2
        if not meets(*total, low, high):
            yield _finding(one, low, high)


def _finding(one: Sum, low: float, high: float) -> Finding:
    found = sum(part.value for part in one.parts)
    formula = " + ".join(part.text for part in one.parts).replace("+ -", "− ")
    return Finding(
        code=Code.SUM,
        severity=Severity.ERROR,
        place=one.place,
        printed=one.total.text,
        expected=(low, high),
        values={"sum": found},
        arithmetic=(Step(formula, found),),
        explanation=tuple(_exchanged(one)),
    )


def _exchanged(one: Sum) -> Iterator[Explanation]:
    """The only part, if there is one, that gives the total once two neighbouring digits change places."""
    missing = one.total.value - sum(part.value for part in one.parts)
    options = [
        (number, text)
        for number, part in enumerate(one.parts)
        for text in exchanges(part)
        if abs(printed(text).value - part.value - missing) < 1e-9
    ]
    if len(options) == 1 and len(one.labels) == len(one.parts):
        number, text = options[0]
        old = one.parts[number]
        yield Explanation(Why.DIGITS_EXCHANGED, {"label": one.labels[number], "old": old.text, "new": text})


def exchanges(part: Printed) -> set[str]:
    """A figure with two neighbouring digits changed.

    >>> sorted(exchanges(printed("120")))
    ['102', '210']
    """
    text = shown(part.value)
    return {
        text[:k] + text[k + 1] + text[k] + text[k + 2 :]
        for k in range(len(text) - 1)
        if text[k : k + 2].isdigit() and text[k] != text[k + 1]
    }

"""Rules for means: of items, of dimensions, of the whole; the middle of the scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openhall.stats.audit import grids
from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Explanation, Finding, Severity, Step, Value, Why
from openhall.stats.audit.printed import SLACK, Printed, meets
from openhall.stats.audit.published import ItemMeans, Midpoint, TotalMean

Range = tuple[float, float]


def rule(evidence: Evidence) -> Iterator[Finding]:
    found = [finding for one in evidence.published.means for finding in _dimension(one)]
    yield from found
    if found:  # only where something else is wrong is it worth saying that rounding explains this one
        yield from (finding for one in evidence.published.means for finding in _by_rounding(one))
    for total in evidence.published.totals:
        yield from _total(total, evidence)
    yield from _ranges(evidence)
    for midpoint in evidence.published.midpoints:
        yield from _midpoint(midpoint, evidence)


def _dimension(one: ItemMeans) -> Iterator[Finding]:
    if one.expected and one.items and len(one.items) != one.expected:
        yield _missing(one, one.expected)
    elif one.mean and one.items:
        low, high = mean_between(one.items)
        if not meets(one.mean.low, one.mean.high, low, high):
            inside = min(item.low for item in one.items) <= one.mean.high and one.mean.low <= max(
                item.high for item in one.items
            )
            yield _mean(one, one.mean, Code.MEAN_OF_ITEMS, Severity.WARNING if inside else Severity.ERROR)


def mean_between(items: Sequence[Printed]) -> Range:
    """What the mean of rounded figures can be."""
    return sum(item.low for item in items) / len(items), sum(item.high for item in items) / len(items)


def _mean(one: ItemMeans, mean: Printed, code: Code, severity: Severity) -> Finding:
    low, high = mean_between(one.items)
    middle = sum(item.value for item in one.items) / len(one.items)
    formula = f"({' + '.join(item.text for item in one.items)}) / {len(one.items)}"
    return Finding(
        code=code,
        severity=severity,
        place=one.place,
        printed=mean.text,
        expected=(low, high),
        values={"mean": middle, "low": low, "high": high, "items": len(one.items)},
        arithmetic=(Step(formula, middle),),
    )


def _missing(one: ItemMeans, expected: int) -> Finding:
    """Fewer item means than items; with one missing, what it must be."""
    explanation: tuple[Explanation, ...] = ()
    steps: tuple[Step, ...] = ()
    if one.mean and len(one.items) == expected - 1:
        low, high = (
            expected * one.mean.low - sum(item.high for item in one.items),
            expected * one.mean.high - sum(item.low for item in one.items),
        )
        middle = expected * one.mean.value - sum(item.value for item in one.items)
        explanation = (Explanation(Why.ITEM_IMPLIED, {"low": low, "high": high, "mean": middle}),)
        parts = " − ".join(item.text for item in one.items)
        steps = (Step(f"{expected} × {one.mean.text} − {parts}", middle),)
    return Finding(
        code=Code.ITEM_MISSING,
        severity=Severity.ERROR,
        place=one.place,
        printed=", ".join(item.text for item in one.items),
        values={"printed": len(one.items), "items": expected},
        arithmetic=steps,
        explanation=explanation,
    )


def _by_rounding(one: ItemMeans) -> Iterator[Finding]:
    if not one.mean or not one.items or (one.expected and len(one.items) != one.expected):
        return
    middle = sum(item.value for item in one.items) / len(one.items)
    if not one.mean.fits(middle) and meets(one.mean.low, one.mean.high, *mean_between(one.items)):
        yield _mean(one, one.mean, Code.MEAN_BY_ROUNDING, Severity.NOTE)


def _total(total: TotalMean, evidence: Evidence) -> Iterator[Finding]:
    """A total that is the average of averages, or no average of anything printed."""
    means_of = [one for one in evidence.published.means if one.mean]
    beside = [one for one in means_of if one.place.table == total.place.table]
    parts = [(one.expected or len(one.items) or 1, one.mean) for one in beside or means_of if one.mean]
    if len(parts) < 2:
        return
    means = [mean for _, mean in parts]
    items = sum(weight for weight, _ in parts)
    low, high = mean_between(means)
    weighted = tuple(
        sum(weight * end for weight, end in zip((w for w, _ in parts), ends, strict=True)) / items
        for ends in ([mean.low for mean in means], [mean.high for mean in means])
    )
    direct = overall_mean(total.overall_variable, evidence)
    middle = sum(mean.value for mean in means) / len(means)
    plain = meets(total.mean.low, total.mean.high, low, high)
    by_items = meets(total.mean.low, total.mean.high, *weighted)
    asked = direct is not None and total.mean.fits(direct)
    values: dict[str, Value] = {
        "parts": tuple(mean.text for mean in means),
        "mean": middle,
        "weighted": sum(weighted) / 2,
        "direct": direct if direct is not None else "",
        "low": low,
        "high": high,
    }
    formula = f"({' + '.join(mean.text for mean in means)}) / {len(means)}"
    if plain and not asked and (not by_items or direct is not None):
        code, severity = Code.AVERAGE_OF_AVERAGES, Severity.NOTE
    elif plain or by_items or asked:
        return
    else:
        code, severity = Code.TOTAL_MEAN, Severity.WARNING
    yield Finding(
        code=code,
        severity=severity,
        place=total.place,
        printed=total.mean.text,
        expected=(low, high),
        values=values,
        arithmetic=(Step(formula, middle),),
    )


def overall_mean(variable: str, evidence: Evidence) -> float | None:
    """The mean of the question asked directly, from the totals most tables agree on."""
    table = next(
        (one for one in evidence.published.counts if variable and one.column_variable == variable), None
    )
    if table is None or not table.scores:
        return None
    agreed = evidence.consensus.get((variable, len(table.columns)))
    sums = agreed.totals if agreed else tuple(grids.column_sums(grids.grid_of(table)))
    n = sum(sums)
    return sum(score * count for score, count in zip(table.scores, sums, strict=True)) / n if n else None


def _ranges(evidence: Evidence) -> Iterator[Finding]:
    scale = evidence.published.scale
    if scale is None:
        return
    low, high = scale
    placed = [
        (one.place, mean) for one in evidence.published.means for mean in (*one.items, one.mean) if mean
    ]
    placed += [(one.place, one.mean) for one in evidence.published.totals]
    for place, mean in placed:
        if mean.high < low - SLACK or mean.low > high + SLACK:
            yield Finding(
                code=Code.MEAN_RANGE,
                severity=Severity.ERROR,
                place=place,
                printed=mean.text,
                expected=scale,
                values={"low": low, "high": high},
            )


def _midpoint(one: Midpoint, evidence: Evidence) -> Iterator[Finding]:
    middle = (one.low + one.high) / 2
    if one.claimed.fits(middle):
        return
    first, last = sorted((one.claimed.value, middle))
    between = [mean for mean in evidence.published.means if mean.mean and first <= mean.mean.value <= last]
    yield Finding(
        code=Code.MIDPOINT,
        severity=Severity.ERROR,
        place=one.place,
        printed=one.claimed.text,
        expected=(middle, middle),
        values={
            "low": one.low,
            "high": one.high,
            "midpoint": middle,
            "between": tuple(f"{mean.key} {mean.mean.text}" for mean in between if mean.mean),
            "of": len(evidence.published.means),
        },
        arithmetic=(Step(f"({one.low:g} + {one.high:g}) / 2", middle),),
    )

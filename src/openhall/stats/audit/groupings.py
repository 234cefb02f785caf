"""Rules for group means: F (or t) from sizes, means and sds, the total mean from the groups', the sizes'
sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, sqrt

from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Finding, Severity, Step
from openhall.stats.audit.printed import Printed, meets
from openhall.stats.audit.published import Groups, Moment

Range = tuple[float, float]


def rule(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.published.groups:
        sizes = [group.n for group in one.groups]
        if one.total_n and sum(sizes) != one.total_n:
            yield Finding(
                code=Code.GROUPS_N,
                severity=Severity.ERROR if sum(sizes) > one.total_n else Severity.WARNING,
                place=one.place,
                printed=str(one.total_n),
                expected=(float(sum(sizes)), float(sum(sizes))),
                values={"sum": sum(sizes)},
                arithmetic=(Step(" + ".join(map(str, sizes)), sum(sizes)),),
            )
        yield from _total_mean(one)
        yield from _statistic(one)


def _total_mean(one: Groups) -> Iterator[Finding]:
    means = [group.mean for group in one.groups if group.mean]
    if one.total_mean is None or len(means) < len(one.groups):
        return
    n = sum(group.n for group in one.groups)
    low, high = (
        sum(group.n * end for group, end in zip(one.groups, ends, strict=True)) / n
        for ends in ([mean.low for mean in means], [mean.high for mean in means])
    )
    products = [f"{group.n} × {mean.text}" for group, mean in zip(one.groups, means, strict=True)]
    if not meets(one.total_mean.low, one.total_mean.high, low, high):
        yield Finding(
            code=Code.GROUPS_MEAN,
            severity=Severity.ERROR,
            place=one.place,
            printed=one.total_mean.text,
            expected=(low, high),
            values={"low": low, "high": high},
            arithmetic=(Step(f"({' + '.join(products)}) / {n}", (low + high) / 2),),
        )


def _statistic(one: Groups) -> Iterator[Finding]:
    between = f_between(one.groups)
    if between is None:
        return
    for printed, range_ in ((one.f, between), (one.t, (sqrt(between[0]), sqrt(between[1])))):
        if printed is None:
            continue
        sides = (printed.low, printed.high) if printed is one.f else _size(printed)
        welch = _welch(one.groups) if printed is one.t else None
        if meets(*sides, *range_) or (welch and meets(*sides, *welch)):
            continue
        yield Finding(
            code=Code.GROUPS_F,
            severity=Severity.ERROR,
            place=one.place,
            printed=printed.text,
            expected=range_,
            values={"kind": "F" if printed is one.f else "t", "low": range_[0], "high": range_[1]},
            arithmetic=(
                Step(
                    "MS₁ / MS₂" if printed is one.f else "√(MS₁ / MS₂)", f"{range_[0]:.3f} … {range_[1]:.3f}"
                ),
            ),
        )


def _size(printed: Printed) -> Range:
    low, high = sorted((abs(printed.low), abs(printed.high)))
    return (0.0 if printed.low <= 0 <= printed.high else low), high


def f_between(groups: Sequence[Moment]) -> Range | None:
    """The F that sizes and rounded means and sds allow; None where one is not printed.

    Between: Σ n (m − M)² / (k − 1), a convex function of the means, so its least value lies where every
    mean is drawn as near to the common one as rounding allows, and its largest at ends of the intervals.
    Within: Σ (n − 1) s² / (N − k).
    """
    means = [group.mean for group in groups if group.mean]
    sds = [group.sd for group in groups if group.sd]
    sizes = [group.n for group in groups]
    k, n = len(groups), sum(sizes)
    if k < 2 or len(means) < k or len(sds) < k or n <= k:
        return None
    within = [
        sum((size - 1) * end**2 for size, end in zip(sizes, ends, strict=True)) / (n - k)
        for ends in ([max(sd.low, 0.0) for sd in sds], [sd.high for sd in sds])
    ]
    least, most = (value / (k - 1) for value in _between(sizes, [(mean.low, mean.high) for mean in means]))
    return (least / within[1] if within[1] > 0 else 0.0), (most / within[0] if within[0] > 0 else inf)


def _between(sizes: Sequence[int], spans: Sequence[Range]) -> Range:
    """The least and largest Σ n (m − M)² with every mean inside its span."""
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    for _ in range(100):  # the common mean towards which all are drawn is where drawing changes nothing
        centre = (low + high) / 2
        drawn = [min(max(centre, span[0]), span[1]) for span in spans]
        low, high = (centre, high) if _mean(sizes, drawn) > centre else (low, centre)
    least = _squares(sizes, [min(max(low, span[0]), span[1]) for span in spans])
    order = sorted(range(len(spans)), key=lambda g: sum(spans[g]))
    most = max(
        _squares(sizes, [spans[g][0] if order.index(g) < cut else spans[g][1] for g in range(len(spans))])
        for cut in range(len(spans) + 1)
    )
    return least, most


def _mean(sizes: Sequence[int], means: Sequence[float]) -> float:
    return sum(size * mean for size, mean in zip(sizes, means, strict=True)) / sum(sizes)


def _squares(sizes: Sequence[int], means: Sequence[float]) -> float:
    common = _mean(sizes, means)
    return sum(size * (mean - common) ** 2 for size, mean in zip(sizes, means, strict=True))


def _welch(groups: Sequence[Moment]) -> Range | None:
    """The t of two groups with unequal variances."""
    if len(groups) != 2:
        return None
    one, two = groups
    if not (one.mean and two.mean and one.sd and two.sd):
        return None
    low, high = one.mean.low - two.mean.high, one.mean.high - two.mean.low
    errors = [
        sqrt(first**2 / one.n + second**2 / two.n)
        for first, second in ((max(one.sd.low, 0), max(two.sd.low, 0)), (one.sd.high, two.sd.high))
    ]
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return least / errors[1], (max(abs(low), abs(high)) / errors[0] if errors[0] else inf)

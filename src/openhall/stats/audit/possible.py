"""Rules of possibility: can so many people, answering in whole numbers, have this mean, this sd, this
percentage?

GRIM: Brown and Heathers (2017), Social Psychological and Personality Science 8, 363–369. GRIMMER: Anaya
(2016), with the parity of sums of squares (Allard 2018). DEBIT: Heathers and Brown (2019), for data of 0
and 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, sqrt

from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Finding, Severity, Step, Values
from openhall.stats.audit.printed import Printed, meets
from openhall.stats.audit.published import Moment

SLACK = 1e-7
MOST_TOTALS = 10_000  # sums looked through for one sd; beyond, every sd is possible


def rule(evidence: Evidence) -> Iterator[Finding]:
    moments = (
        *evidence.published.moments,
        *(one for group in evidence.published.groups for one in group.groups),
    )
    for one in moments:
        yield from _percent(one)
        if one.binary:
            yield from _debit(one)
        elif one.whole and one.mean and not grim(one.mean, one.n, one.items):
            yield _grim(one, one.mean)
        elif one.mean and one.sd:
            yield from _sd(one, one.mean, one.sd)


def grim(mean: Printed, n: int, items: int = 1) -> bool:
    """Is there a whole sum of n × items answers with this mean?

    >>> from openhall.stats.audit.printed import printed
    >>> grim(printed("5.19"), 28), grim(printed("5.18"), 28)
    (False, True)
    """
    low, high = _totals(mean, n, items)
    return low <= high


def _totals(mean: Printed, n: int, items: int) -> tuple[int, int]:
    """The whole sums with this mean; empty where the first is above the second."""
    size = n * items
    return ceil(mean.low * size - SLACK), floor(mean.high * size + SLACK)


def grimmer(
    mean: Printed, sd: Printed, n: int, items: int = 1, scale: tuple[float, float] | None = None
) -> bool:
    """Is there a sum of squares of n whole numbers (each the sum of `items` answers) with this mean and sd?

    The sum of squares is odd exactly when the sum is; with one item and a scale it is no larger than two
    heaps at its ends can give. Both divisors, n − 1 and n, are allowed.

    >>> from openhall.stats.audit.printed import printed
    >>> grimmer(printed("3.44"), printed("2.47"), 18), grimmer(printed("3.44"), printed("2.48"), 18)
    (False, True)
    """
    first, last = _totals(mean, n, items)
    if last - first > MOST_TOTALS:
        return True
    return any(
        _squares_possible(total, sd, n, items, divisor, scale)
        for total in range(first, last + 1)
        for divisor in (n - 1, n)
        if divisor > 0
    )


def _squares_possible(
    total: int, sd: Printed, n: int, items: int, divisor: int, scale: tuple[float, float] | None
) -> bool:
    low, high = max(sd.low, 0.0), sd.high
    base = total * total / n
    # An even spread of the sum over n whole numbers is the least sum of squares.
    whole, rest = divmod(total, n)
    least = (n - rest) * whole**2 + rest * (whole + 1) ** 2
    first = max(ceil(divisor * (low * items) ** 2 + base - SLACK * max(1.0, base)), least)
    last = floor(divisor * (high * items) ** 2 + base + SLACK * max(1.0, base))
    if scale is not None:
        last = min(last, _most_squares(total, n, (scale[0] * items, scale[1] * items)))
    if first > last:
        return False
    return last > first or (first - total) % 2 == 0


def _most_squares(total: int, n: int, scale: tuple[float, float]) -> int:
    """The largest sum of squares of n numbers in the scale with this sum: heaps at the ends, one in
    between.
    """
    low, high = scale
    top = min(max(floor((total - n * low) / (high - low) + SLACK), 0), n)
    if top == n:
        return floor(n * high * high + SLACK)
    between = total - top * high - (n - top - 1) * low
    return floor(top * high**2 + (n - top - 1) * low**2 + between**2 + SLACK)


def _grim(one: Moment, mean: Printed) -> Finding:
    size = one.n * one.items
    below, above = floor(mean.value * size) / size, ceil(mean.value * size) / size
    return Finding(
        code=Code.GRIM,
        severity=Severity.ERROR,
        place=one.place,
        printed=mean.text,
        values={"n": one.n, "items": one.items, "below": below, "above": above},
        arithmetic=(Step(f"{mean.text} × {size}", mean.value * size),),
    )


def _sd(one: Moment, mean: Printed, sd: Printed) -> Iterator[Finding]:
    values: Values = {"n": one.n, "items": one.items}
    if one.scale and one.n > 1:
        most = _largest_sd(mean, one.n, one.scale)
        if sd.low > most + SLACK:
            yield Finding(
                code=Code.SD_RANGE,
                severity=Severity.ERROR,
                place=one.place,
                printed=sd.text,
                expected=(0.0, most),
                values={**values, "most": most, "mean": mean.text},
            )
            return
    if sd.high < 0:
        yield Finding(
            code=Code.SD_RANGE,
            severity=Severity.ERROR,
            place=one.place,
            printed=sd.text,
            values={"most": 0.0},
        )
        return
    if one.whole and not grimmer(mean, sd, one.n, one.items, one.scale):
        yield Finding(
            code=Code.GRIMMER,
            severity=Severity.ERROR,
            place=one.place,
            printed=sd.text,
            values={**values, "mean": mean.text},
        )


def _largest_sd(mean: Printed, n: int, scale: tuple[float, float]) -> float:
    """All answers at the two ends of the scale; largest with the mean nearest to its middle."""
    low, high = scale
    middle = min(max((low + high) / 2, mean.low), mean.high)
    return sqrt(max(0.0, (high - middle) * (middle - low)) * n / (n - 1))


def _debit(one: Moment) -> Iterator[Finding]:
    """With data of 0 and 1 the mean alone gives the sd."""
    if not one.mean or not one.sd or one.n < 2:
        return
    means = [max(0.0, one.mean.low), min(1.0, one.mean.high)]
    if means[0] <= 0.5 <= means[1]:
        means.append(0.5)
    plain = [sqrt(mean * (1 - mean)) for mean in means]
    sample = [sd * sqrt(one.n / (one.n - 1)) for sd in plain]
    if not any(meets(one.sd.low, one.sd.high, min(sds), max(sds)) for sds in (plain, sample)):
        right = sqrt(max(0.0, one.mean.value * (1 - one.mean.value)) * one.n / (one.n - 1))
        yield Finding(
            code=Code.DEBIT,
            severity=Severity.ERROR,
            place=one.place,
            printed=one.sd.text,
            expected=(min(plain), max(sample)),
            values={"n": one.n, "sd": right, "mean": one.mean.text},
            arithmetic=(Step(f"√({one.mean.text} × (1 − {one.mean.text}) × {one.n} / {one.n - 1})", right),),
        )


def _percent(one: Moment) -> Iterator[Finding]:
    if one.percent is None:
        return
    low, high = one.percent.low * one.n / 100, one.percent.high * one.n / 100
    if ceil(low - SLACK) > floor(high + SLACK) or one.percent.low > 100 or one.percent.high < 0:
        count = one.percent.value * one.n / 100
        yield Finding(
            code=Code.PERCENT_GRIM,
            severity=Severity.ERROR,
            place=one.place,
            printed=one.percent.text,
            values={"n": one.n, "below": 100 * floor(count) / one.n, "above": 100 * ceil(count) / one.n},
            arithmetic=(Step(f"{one.percent.text.rstrip('%')} × {one.n} / 100", count),),
        )

"""What share of the people asked answered: AAPOR RR1 and RR2 (seed 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from openhall.errors import N_, BadInput
from openhall.stats.intervals import wilson
from openhall.stats.results import Interval


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as a share (0 to 1) with its counts and Wilson interval; nan when nobody was asked."""

    value: float
    numerator: int
    denominator: int
    interval: Interval
    method: str  # "aapor_rr1" or "aapor_rr2"


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """RR1 = I / (I + P + R + NC + O + U); RR2 = (I + P) over the same."""

    rr1: Rate
    rr2: Rate
    n: int


def response_rates(
    *,
    complete: int,
    partial: int = 0,
    refusal: int = 0,
    non_contact: int = 0,
    other: int = 0,
    unknown: int = 0,
    confidence: float = 0.95,
) -> ResponseRates:
    """AAPOR's minimum response rate RR1, and RR2, which counts partial answers as answers.

    I complete, P partial, R refusal, NC non-contact, O other non-response, U unknown eligibility (AAPOR's
    UH + UO). AAPOR (2023), Standard Definitions, 10th edition. A negative count raises BadInput.

    >>> rates = response_rates(complete=300, partial=20, refusal=80)
    >>> rates.rr1.value, rates.rr2.value
    (0.75, 0.8)
    """
    counts = (complete, partial, refusal, non_contact, other, unknown)
    if min(counts) < 0:
        raise BadInput(N_("A count of answers or non-answers cannot be below 0."))
    n = sum(counts)

    def rate(numerator: int, method: str) -> Rate:
        return Rate(numerator / n if n else nan, numerator, n, wilson(numerator, n, confidence), method)

    return ResponseRates(rate(complete, "aapor_rr1"), rate(complete + partial, "aapor_rr2"), n)

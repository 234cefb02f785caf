"""Rules for reliability: alpha within its bounds, from the correlations and variances where they are
printed.
"""

from __future__ import annotations

from collections.abc import Iterator

from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Code, Finding, Severity, Step
from openhall.stats.audit.printed import meets
from openhall.stats.audit.published import Alpha

STANDARDISED_APART = 0.15  # how far raw and standardised alpha may lie apart without a word


def rule(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.published.alphas:
        if one.alpha.low > 1:
            yield Finding(
                code=Code.ALPHA_RANGE, severity=Severity.ERROR, place=one.place, printed=one.alpha.text
            )
        yield from _correlation(one)
        yield from _variances(one)


def _correlation(one: Alpha) -> Iterator[Finding]:
    """Standardised alpha, k r / (1 + (k − 1) r); the raw one differs from it when the items' variances do."""
    r, k = one.mean_correlation, one.items
    if r is None or k is None or k < 2 or 1 + (k - 1) * r.low <= 0:
        return
    low, high = (k * end / (1 + (k - 1) * end) for end in (r.low, r.high))
    if not meets(one.alpha.low - STANDARDISED_APART, one.alpha.high + STANDARDISED_APART, low, high):
        yield Finding(
            code=Code.ALPHA_ITEMS,
            severity=Severity.WARNING,
            place=one.place,
            printed=one.alpha.text,
            expected=(low, high),
            values={"low": low, "high": high, "correlation": r.text, "items": k},
            arithmetic=(Step(f"{k} × {r.text} / (1 + {k - 1} × {r.text})", (low + high) / 2),),
        )


def _variances(one: Alpha) -> Iterator[Finding]:
    """k / (k − 1) · (1 − Σ s² / s²(sum)), from the items' sds and the sum's."""
    k = len(one.item_sds)
    if k < 2 or one.scale_sd is None or one.scale_sd.low <= 0 or (one.items and one.items != k):
        return
    parts = [
        sum(max(end, 0.0) ** 2 for end in ends)
        for ends in ([sd.low for sd in one.item_sds], [sd.high for sd in one.item_sds])
    ]
    low = k / (k - 1) * (1 - parts[1] / one.scale_sd.low**2)
    high = k / (k - 1) * (1 - parts[0] / one.scale_sd.high**2)
    if not meets(one.alpha.low, one.alpha.high, low, high):
        yield Finding(
            code=Code.ALPHA_VARIANCES,
            severity=Severity.ERROR,
            place=one.place,
            printed=one.alpha.text,
            expected=(low, high),
            values={"low": low, "high": high},
            arithmetic=(Step(f"{k} / {k - 1} × (1 − Σs² / {one.scale_sd.text}²)", (low + high) / 2),),
        )

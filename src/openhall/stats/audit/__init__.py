"""The audit: reads the figures a report printed and says which of them cannot be true together (seed 4.2 to
4.6).

Every rule works on the intervals that rounding leaves, so a right report gets no finding heavier than a
note. Findings carry codes and values; sentences live in the report.
"""

from __future__ import annotations

from openhall.stats.audit import (
    alphas,
    analyses,
    averages,
    chisquares,
    digits,
    groupings,
    margins,
    percentages,
    possible,
    significance,
    sums,
)
from openhall.stats.audit.evidence import Evidence
from openhall.stats.audit.findings import Audit
from openhall.stats.audit.published import Published
from openhall.stats.audit.reading import read_published

RULES = (
    percentages.rule,
    margins.rule,
    sums.rule,
    digits.rule,
    chisquares.rule,
    significance.rule,
    analyses.rule,
    groupings.rule,
    averages.rule,
    possible.rule,
    alphas.rule,
)


def audit(published: Published) -> Audit:
    """All findings on a published report, in the order of the rules.

    >>> text = '[[test]]\\nplace = "4-2"\\nkind = "chi2"\\nstatistic = 7.716\\ndf = 12\\np = 0.000'
    >>> [(one.code.value, one.severity.value) for one in audit(read_published(text, "a.toml")).findings]
    [('p', 'decision_error')]
    """
    evidence = Evidence(published)
    found = [finding for rule in RULES for finding in rule(evidence)]
    return Audit(published.name, published.title, tuple(found), _checked(published))


def _checked(published: Published) -> dict[str, int]:
    """How much was looked at, by kind."""
    cells = sum(cell is not None for table in published.counts for row in table.counts for cell in row)
    return {
        "tables": len(published.counts) + len(published.anovas),
        "counts": cells,
        "tests": len(published.tests)
        + sum(f is not None for one in published.anovas for row in one.f for f in row),
        "means": sum(len(one.items) + (one.mean is not None) for one in published.means)
        + len(published.moments),
        "sums": len(published.sums) + len(published.samples),
    }


__all__ = ["Audit", "audit", "read_published"]

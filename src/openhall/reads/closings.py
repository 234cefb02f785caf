"""How closed requests ended, as conditions for lists: settled in time or late, rated after the last closing.

The same answers `reads.facts` counts, so that a number on the page of figures and its list agree. Row C7.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, Subquery

from openhall.errors import N_
from openhall.models import Clock, Evaluation, Rectification
from openhall.rules.clocks import MET, MISSED, ClockKind
from openhall.rules.ratings import LEVEL_NAMES, SATISFIED

KEPT = {"yes": N_("In time"), "no": N_("Late")}  # whether a closed one was settled in the time set for it
RATED = {"given": N_("Rated"), "high": N_("Satisfied (3 to 5)"), "low": N_("Not satisfied (1 or 2)")}
_CLOCKS = {"yes": MET, "no": MISSED}
_LEVELS = {"given": LEVEL_NAMES, "high": SATISFIED, "low": LEVEL_NAMES.keys() - SATISFIED}


def in_time() -> Subquery:
    """MET or MISSED: what the last clock to settle it says."""
    clocks = Clock.objects.filter(request=OuterRef("pk"), kind=ClockKind.RESOLVE)
    return Subquery(clocks.order_by("-pk").values("outcome")[:1])


def kept(key: str) -> Q:
    """Those a key of KEPT means, of requests that have `in_time` as `kept`."""
    return Q(kept=_CLOCKS[key])


def rated(key: str) -> Q:
    """Those a key of RATED means: after the last closing, and not found to be mistaken."""
    given = Evaluation.objects.filter(
        request=OuterRef("pk"), round=OuterRef("reopened") + 1, level__in=_LEVELS[key]
    )
    mistaken = Rectification.objects.filter(appeal_upheld=True).values("evaluation")
    return Q(Exists(given.exclude(pk__in=mistaken)))

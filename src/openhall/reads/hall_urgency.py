"""Rules of urgency tried on past requests, and two editions side by side. Seed 3.4.2; row B2.

What a reform of the rules does is seen before it is published, request by request with both reasons. Reports of
wrongdoing are left out: who tries rules may not read them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from openhall.models import ServiceRequest, User
from openhall.moment import now
from openhall.reads.suggestions import facts_of
from openhall.rules.rulebook import LEVELS, RuleBook
from openhall.rules.suggestion import Suggestion
from openhall.rules.urgency import level

SIZES = (50, 200, 500)
PERIODS = (7, 30, 90, 365)
SHOWN = 100  # changed requests listed


@dataclass(frozen=True, slots=True)
class Changed:
    """A past request that would have another level. `seen`: whether the person may open it."""

    request: ServiceRequest
    old: Suggestion[int]
    new: Suggestion[int]
    seen: bool

    @property
    def more_urgent(self) -> bool:
        return self.new.value < self.old.value


@dataclass(frozen=True, slots=True)
class Outcome:
    """`matrix`: for each old level, how many got each new one; `changed` in the order of the biggest change."""

    total: int
    matrix: list[tuple[int, list[tuple[int, int]]]]
    more: int
    less: int
    changed: list[Changed]

    @property
    def same(self) -> int:
        return self.total - self.more - self.less


def try_on(old: RuleBook, new: RuleBook, *, latest: int, days: int, user: User) -> Outcome:
    """Both books on the latest requests of the last `days`."""
    rows = ServiceRequest.objects.filter(confidential=False, created_at__gte=now() - timedelta(days=days))
    rows = rows.select_related("service", "area", "party").order_by("-created_at", "-pk")[:latest]
    visible = set(
        ServiceRequest.objects.visible_to(user)
        .filter(pk__in=[one.pk for one in rows])
        .values_list("pk", flat=True)
    )
    counted: Counter[tuple[int, int]] = Counter()
    changed = []
    for one in rows:
        facts = facts_of(one)
        before, after = level(old, facts), level(new, facts)
        counted[before.value, after.value] += 1
        if before.value != after.value:
            changed.append(Changed(one, before, after, one.pk in visible))
    changed.sort(key=lambda one: -abs(one.new.value - one.old.value))
    return Outcome(
        total=counted.total(),
        matrix=[(was, [(to, counted[was, to]) for to in LEVELS]) for was in LEVELS],
        more=sum(count for (was, to), count in counted.items() if to < was),
        less=sum(count for (was, to), count in counted.items() if to > was),
        changed=changed[:SHOWN],
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule by name in two editions. `what`: added, removed, changed, moved, default."""

    what: str
    name: Any
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    old_at: int | None = None
    new_at: int | None = None


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """What another book says otherwise, in its order; then what it no longer has."""
    before, after = _by_name(old["rules"]), _by_name(new["rules"])
    kept_old = [key for key in before if key in after]
    kept_new = [key for key in after if key in before]
    moved = {key for one, other in zip_longest(kept_old, kept_new) if one != other for key in (other,) if key}
    found = []
    for key, (at, rule) in after.items():
        if key not in before:
            found.append(Difference("added", rule["name"], None, rule, None, at))
        elif before[key][1] != rule:
            found.append(Difference("changed", rule["name"], before[key][1], rule, before[key][0], at))
        elif key in moved:
            found.append(Difference("moved", rule["name"], before[key][1], rule, before[key][0], at))
    for key, (at, rule) in before.items():
        if key not in after:
            found.append(Difference("removed", rule["name"], rule, None, at, None))
    if old.get("default") != new.get("default"):
        levels = ({"level": book.get("default")} for book in (old, new))
        found.append(Difference("default", "", next(levels), next(levels)))
    return found


def _by_name(rules: Sequence[dict[str, Any]]) -> dict[tuple[Any, ...], tuple[int, dict[str, Any]]]:
    """Rules by their name; of two of one name the place among them is part of it."""
    times: Counter[tuple[Any, ...]] = Counter()
    named = {}
    for at, rule in enumerate(rules, 1):
        name = tuple(sorted(rule["name"].items()))
        times[name] += 1
        named[*name, times[name]] = (at, rule)
    return named

"""Customers by group: need, urgency, history, rating, special situation and the personal service that follows.
Seed 2.2, 5.1.4; row B8.

Everything is counted over requests the person may see; joined records are one customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from django.db.models import Count, Min, Q, TextField
from django.db.models.functions import Cast

from openhall.errors import N_
from openhall.models import Evaluation, Party, ServiceRequest, User
from openhall.rules.demand import CLASS_NAMES, CUSTOMER_NAMES, SERVICE_NAMES, SPECIAL, services_for
from openhall.rules.urgency import LEVEL_NAMES

HISTORY = {
    "none": N_("No request yet"),
    "once": N_("One request"),
    "some": N_("Two to four requests"),
    "many": N_("Five requests and more"),
}
RATING = {
    "5": N_("5, very satisfied"),
    "4": N_("4, satisfied"),
    "3": N_("3, neither"),
    "2": N_("2, dissatisfied"),
    "1": N_("1, very dissatisfied"),
    "none": N_("Not rated"),
}


@dataclass(slots=True)
class Profile:
    """One customer as the groups see them. `urgency`: the most urgent request, `rating`: the last level given."""

    pk: int
    name: str
    kind: str
    groups: frozenset[str] = frozenset()
    demands: frozenset[str] = frozenset()
    requests: int = 0
    open: int = 0
    urgency: int | None = None
    rating: int | None = None

    @property
    def history(self) -> str:
        return (
            "none"
            if not self.requests
            else "once"
            if self.requests == 1
            else "some"
            if self.requests < 5
            else "many"
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """One way to group customers: its groups with their names, marked, and to which of them a customer belongs."""

    key: str
    name: str
    groups: dict[str, str]
    of: Callable[[Profile], Iterable[str]]


AXES = {
    axis.key: axis
    for axis in (
        Axis(
            "situation",
            N_("Special situation"),
            {key: one.name for key, one in SPECIAL.items()},
            lambda one: one.groups,
        ),
        Axis(
            "need",
            N_("What they asked for"),
            {str(k): n for k, n in CLASS_NAMES.items()},
            lambda one: one.demands,
        ),
        Axis(
            "urgency",
            N_("Most urgent request"),
            {str(level): name for level, name in LEVEL_NAMES.items()},
            lambda one: [str(one.urgency)],
        ),
        Axis("history", N_("How often they came"), HISTORY, lambda one: [one.history]),
        Axis("rating", N_("How they rated us last"), RATING, lambda one: [str(one.rating or "none")]),
        Axis(
            "kind",
            N_("Kind of customer"),
            {str(k): n for k, n in CUSTOMER_NAMES.items()},
            lambda one: [one.kind],
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A group: how many customers, their requests, how they rated us last (mean and of how many), what follows."""

    axis: str
    key: str
    name: str  # marked
    customers: int
    requests: int
    open: int
    rating: float | None
    rated: int
    services: tuple[str, ...]  # marked


def segments(people: Sequence[Profile], axis: Axis) -> list[Segment]:
    """The groups of one axis in their order, empty ones left out. A customer may belong to several."""
    inside: dict[str, list[Profile]] = {key: [] for key in axis.groups}
    for one in people:
        for key in axis.of(one):
            if key in inside:
                inside[key].append(one)
    return [_segment(axis, key, found) for key, found in inside.items() if found]


def belonging(people: Sequence[Profile], axis: Axis, key: str) -> list[Profile]:
    """The customers of one group, those with most requests first."""
    found = [one for one in people if key in axis.of(one)]
    return sorted(found, key=lambda one: (-one.requests, one.name, one.pk))


def follows(axis: str, key: str) -> tuple[str, ...]:
    """Names, marked, of the personal services that follow from belonging to a group."""
    if axis != "situation":
        return ()
    return tuple(SERVICE_NAMES[service] for service in services_for([key]))


def profiles(user: User) -> list[Profile]:
    """Every customer with what the groups look at, in a handful of queries whatever their number."""
    root = _roots()
    people: dict[int, Profile] = {}
    marked = Party.objects.annotate(said=Cast("groups", TextField())).exclude(said="[]")
    for pk, name, kind in Party.objects.order_by().values_list("pk", "name", "kind"):
        if pk not in root:
            people[pk] = Profile(pk, name, kind)
    for pk, groups in marked.order_by().values_list("pk", "groups"):
        people[root.get(pk, pk)].groups |= set(groups)
    seen = ServiceRequest.objects.visible_to(user).exclude(party=None)
    counted = seen.order_by().values_list("party", "demand")
    for pk, demand, number, still, urgent in counted.annotate(
        Count("pk"), still=Count("pk", filter=Q(is_open=True)), urgent=Min("urgency")
    ):
        one = people[root.get(pk, pk)]
        one.requests += number
        one.open += still
        one.urgency = min(one.urgency or urgent, urgent)
        if demand:
            one.demands |= {demand}
    rated = (
        Evaluation.objects.filter(request__in=seen.values("pk"))
        .exclude(level=None)
        .order_by("given_at", "pk")
    )
    for pk, level in rated.values_list("request__party", "level"):
        people[root.get(pk, pk)].rating = level
    return list(people.values())


def _roots() -> dict[int, int]:
    """Each record that was joined to another, and the one that stands for it."""
    above = dict(Party.objects.exclude(merged_into=None).values_list("pk", "merged_into"))

    def root(pk: int) -> int:
        while pk in above:
            pk = above[pk]
        return pk

    return {pk: root(pk) for pk in above}


def _segment(axis: Axis, key: str, found: Sequence[Profile]) -> Segment:
    ratings = [one.rating for one in found if one.rating]
    return Segment(
        axis=axis.key,
        key=key,
        name=axis.groups[key],
        customers=len(found),
        requests=sum(one.requests for one in found),
        open=sum(one.open for one in found),
        rating=mean(ratings) if ratings else None,
        rated=len(ratings),
        services=follows(axis.key, key),
    )

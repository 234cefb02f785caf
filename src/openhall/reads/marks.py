"""Marks of malicious complaints: those to confirm, appeals to judge, and how often each department and person marked
wrongly. Row C8. A person whose request was screened out carries no mark: only requests do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from openhall.models import Office, Screening, ServiceRequest, User
from openhall.rules.assessment import Rate
from openhall.rules.screening import State, Tally

SHOWN = 100


def visible(user: User) -> QuerySet[Screening]:
    """The marks of requests this person may see."""
    return Screening.objects.filter(request__in=ServiceRequest.objects.visible_to(user).values("pk"))


def waiting(user: User, state: State) -> list[Screening]:
    """Marks in a state, the longest waiting first."""
    rows = visible(user).filter(state=state).order_by("appealed_at", "marked_at", "pk")
    return list(rows.select_related("request__lead", "marked_by__office", "confirmed_by")[:SHOWN])


def lately(user: User, since: datetime, until: datetime) -> list[Screening]:
    """All marks made in a time, whatever became of them, the newest first."""
    rows = visible(user).filter(marked_at__gte=since, marked_at__lt=until).order_by("-marked_at")
    return list(rows.select_related("request", "marked_by__office", "confirmed_by", "judged_by")[:SHOWN])


@dataclass(frozen=True, slots=True)
class Marked:
    """Marks of one department, one person or all, by what became of them."""

    name: str
    tally: Tally
    appealed: int

    @property
    def made(self) -> int:
        return sum(self.tally.by_state.values())

    @property
    def waiting(self) -> int:
        return self.tally.by_state.get(State.MARKED, 0)

    @property
    def confirmed(self) -> int:
        """Confirmed by the second person, whatever an appeal brought."""
        return self.made - self.waiting - self.rejected

    @property
    def rejected(self) -> int:
        return self.tally.by_state.get(State.REJECTED, 0)

    @property
    def overturned(self) -> int:
        return self.tally.by_state.get(State.OVERTURNED, 0)

    @property
    def wrong(self) -> Rate:
        return Rate(self.tally.wrong, self.tally.decided)

    @property
    def interval(self) -> tuple[float, float]:
        return self.wrong.interval()


def statistics(user: User, since: datetime, until: datetime) -> tuple[Marked, list[Marked], list[Marked]]:
    """Of the marks made in a time: all, by department of who marked, by person. One grouped query and the names."""
    rows = (
        visible(user)
        .filter(marked_at__gte=since, marked_at__lt=until)
        .order_by()
        .values_list("marked_by__office", "marked_by", "state")
        .annotate(n=Count("pk"), appealed=Count("appealed_at"))
    )
    states: dict[object, Counter[State]] = defaultdict(Counter)
    appealed: Counter[object] = Counter()
    for office, person, state, n, objected in rows:
        for key in ("all", ("office", office), ("person", person)):
            states[key][State(state)] += n
            appealed[key] += objected
    offices = {one.pk: str(one) for one in Office.objects.all()}
    people = {
        one.pk: str(one) for one in User.objects.filter(pk__in=[k[1] for k in states if k[0] == "person"])
    }

    def of(key: object, name: str) -> Marked:
        return Marked(name, Tally(dict(states[key])), appealed[key])

    by_office = [of(key, offices.get(key[1], "–")) for key in list(states) if key[0] == "office"]
    by_person = [of(key, people.get(key[1], "–")) for key in list(states) if key[0] == "person"]
    return of("all", ""), _sorted(by_office), _sorted(by_person)


def _sorted(rows: list[Marked]) -> list[Marked]:
    return sorted(rows, key=lambda one: (-one.made, one.name))

"""What the supervisor looks at: orders, warnings, readiness at dispatch and quality samples. Row C6. Marks of malicious
complaints: `reads.marks`. Whatever is listed is of requests this person may see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from openhall.models import Clock, Office, Screening, ServiceRequest, Supervision, User
from openhall.moment import now
from openhall.rules.assessment import Rate
from openhall.rules.clocks import CLOCK_NAMES, ClockKind
from openhall.rules.quality import BY_RULE, QUESTIONS
from openhall.rules.readiness import CHECK_NAMES

SHOWN = 100
Kind = Supervision.Kind


# --- of one request -----------------------------------------------------------------------------------------------


def order_of(case: ServiceRequest, office: int | None) -> Supervision | None:
    """The order a department still has to answer."""
    waiting = case.supervisions.filter(kind=Kind.ORDER, settled_at=None, answered_at=None)
    return waiting.filter(office=office).first() if office else None


def answered_order(case: ServiceRequest) -> Supervision | None:
    """The oldest order whose answer nobody has judged."""
    waiting = case.supervisions.filter(kind=Kind.ORDER, settled_at=None).exclude(answered_at=None)
    return waiting.order_by("answered_at").first()


def mark_of(case: ServiceRequest) -> Screening | None:
    """The last mark as malicious and where it stands. Asked by every act of the page, read once."""
    if not hasattr(case, "kept_mark"):
        case.kept_mark = case.screenings.order_by("-pk").first()
    return case.kept_mark


def words_of(order: Supervision, translate: Callable[[str], str]) -> str:
    """What an order says; that of a rule in the reader's language, with what was added when an answer was sent back."""
    if order.by_id is None and order.kind == Kind.ORDER:
        return f"{translate(BY_RULE)}\n\n{order.text}".strip()
    return order.text


# --- lists --------------------------------------------------------------------------------------------------------


def _of_visible(rows: QuerySet, user: User) -> QuerySet:
    return rows.filter(request__in=ServiceRequest.objects.visible_to(user).values("pk"))


def orders(user: User, *, which: str = "open", most: int = SHOWN) -> list[Supervision]:
    """Orders, those not answered first and of these the longest overdue. `which`: open, overdue, or settled."""
    found = _of_visible(Supervision.objects.filter(kind=Kind.ORDER), user)
    if which == "settled":
        found = found.exclude(settled_at=None).order_by("-settled_at")
    else:
        found = found.filter(settled_at=None)
        found = found.order_by(F("answered_at").asc(nulls_first=True), "due_at", "pk")
    if which == "overdue":
        found = found.filter(answered_at=None, due_at__lt=now())
    return list(found.select_related("request", "office", "by", "answered_by")[:most])


@dataclass(frozen=True, slots=True)
class Warning:
    """A clock that was warned of or is past its time. `late`: past it; `level`: of escalation."""

    request: ServiceRequest
    name: str  # marked
    office: str
    due_at: datetime | None
    late: bool
    level: int


def warnings(user: User, *, most: int = SHOWN) -> list[Warning]:
    """Clocks that run and were warned of, the most escalated and latest first."""
    at = now()
    running = Clock.objects.filter(stopped_at=None, paused_at=None)
    warned = _of_visible(running.filter(Q(warned_at__isnull=False) | Q(level__gt=0) | Q(due_at__lt=at)), user)
    rows = warned.select_related("request__lead", "office").order_by("-level", "due_at", "pk")[:most]
    return [
        Warning(
            row.request,
            CLOCK_NAMES[ClockKind(row.kind)],
            str(row.office or row.request.lead or ""),
            row.due_at,
            row.due_at is not None and row.due_at < at,
            row.level,
        )
        for row in rows
    ]


def counts(user: User) -> dict[str, int]:
    """Orders open, of these overdue and with an answer to judge; clocks past their time; samples to mark."""
    at = now()
    of_orders = _of_visible(Supervision.objects.filter(settled_at=None), user).aggregate(
        open=Count("pk", filter=Q(kind=Kind.ORDER)),
        overdue=Count("pk", filter=Q(kind=Kind.ORDER, answered_at=None, due_at__lt=at)),
        to_judge=Count("pk", filter=Q(kind=Kind.ORDER, answered_at__isnull=False)),
        to_mark=Count("pk", filter=Q(kind=Kind.SAMPLE)),
    )
    late = _of_visible(Clock.objects.filter(stopped_at=None, due_at__lt=at), user).count()
    return {**of_orders, "late": late}


# --- before: readiness --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readiness:
    """Of the requests dispatched in a time, those with every point there, and how often each point was missing."""

    ready: Rate
    missing: list[tuple[str, int]]  # marked name, times


def readiness(user: User, since: datetime, until: datetime) -> Readiness:
    """What the checklist found at dispatch from `since` to `until`."""
    looked = _of_visible(Supervision.objects.filter(kind=Kind.READINESS, at__gte=since, at__lt=until), user)
    all_marks = list(looked.values_list("marks", flat=True))
    gaps: dict[str, int] = defaultdict(int)
    for marks in all_marks:
        for check, there in marks.items():
            gaps[check] += not there
    names = [(CHECK_NAMES[check], gaps[check]) for check in CHECK_NAMES if gaps.get(check)]
    ready = sum(all(marks.values()) for marks in all_marks)
    return Readiness(Rate(ready, len(all_marks)), sorted(names, key=lambda one: -one[1]))


# --- after: samples -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Sampled:
    """The samples of one department: each verdict and each question with its counts."""

    name: str
    verdicts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Supervision.Verdict.values, 0))
    yes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(QUESTIONS, 0))

    @property
    def marked(self) -> int:
        return sum(self.verdicts.values())

    @property
    def good(self) -> Rate:
        return Rate(self.verdicts[Supervision.Verdict.GOOD], self.marked)

    @property
    def interval(self) -> tuple[float, float]:
        return self.good.interval()

    @property
    def rates(self) -> list[Rate]:
        """Of each question."""
        return [Rate(count, self.marked) for count in self.yes.values()]


def samples_to_mark(user: User, *, most: int = SHOWN) -> list[Supervision]:
    waiting = _of_visible(Supervision.objects.filter(kind=Kind.SAMPLE, settled_at=None), user)
    return list(waiting.select_related("request", "office").order_by("pk")[:most])


def sampled(user: User, since: datetime, until: datetime) -> list[Sampled]:
    """Results of the samples marked from `since` to `until`, by department; the last is all of them together."""
    marked = Supervision.objects.filter(kind=Kind.SAMPLE, settled_at__gte=since, settled_at__lt=until)
    names: dict[Any, str] = {one.pk: str(one) for one in Office.objects.all()}
    found: dict[Any, Sampled] = {}
    whole = Sampled("")
    for office, verdict, marks in _of_visible(marked, user).values_list("office", "verdict", "marks"):
        own = found.setdefault(office, Sampled(names.get(office, "")))
        for one in (own, whole):
            one.verdicts[verdict] += 1
            for question in QUESTIONS:
                one.yes[question] += bool(marks.get(question))
    return [*sorted(found.values(), key=lambda one: one.name), *([whole] if found else [])]

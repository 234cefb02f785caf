"""What a work list is filtered by, and the condition that comes of it. Pages and counts: `openhall.reads.queues`.

Open requests are few and have an index of their own, out of which any filter is read. Databases do not always see
that: where they have an index of a service, a department or a day, they read its years of closed ones. So what is
compared here is often an expression that equals the column and has no index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from openhall.errors import N_
from openhall.models import Ask, Assignment, Rectification, Screening, ServiceRequest, Supervision, User
from openhall.models.request import RequestQuerySet
from openhall.reads import closings
from openhall.reads.having import having
from openhall.reads.keyset import Key, Order
from openhall.rules import workflow
from openhall.rules.permissions import DEPARTMENT
from openhall.rules.screening import State as Mark
from openhall.surveys.codes import check_ok, normalise

ANY = "any"  # open and closed
NONE = 0  # a department, area, service or person: none given

_URGENCY = Key("urgency")
_DUE = Key("due", nullable=True, instant=True)
_ID, _DOWN = Key("pk"), Key("pk", descending=True)
SORTS: dict[str, tuple[str, Order]] = {
    "urgency": (N_("Urgency, then deadline"), (_URGENCY, _DUE, _ID)),
    "due": (N_("Deadline"), (_DUE, _ID)),
    "new": (N_("Newest first"), (Key("came", descending=True, instant=True), _DOWN)),
    "old": (N_("Oldest first"), (Key("came", instant=True), _ID)),
    "changed": (N_("Changed last"), (Key("changed", descending=True, instant=True), _DOWN)),
    "closed": (N_("Closed last"), (Key("ended", descending=True, instant=True), _DOWN)),
}
_OF_OPEN = ("urgency", "due")  # sorts that say nothing of closed ones

# What a request waits for that another table knows.
NEEDS = {
    "sign": N_("To sign for"),
    "part": N_("Assisting, not done"),
    "extension": N_("More time asked for"),
    "order": N_("Supervision order to answer"),
    "rectification": N_("To rectify"),
    "screening": N_("Marking to confirm"),
    "appeal": N_("Appeal against screening"),
}
_OF_CLOSED = ("rectification", "appeal")
_DEADLINES = ("order", "rectification")  # these have deadlines of their own
OF_DEPARTMENTS = ("sign", "part")  # asked by those who do the work
MOST_NEEDING = 5000  # requests that wait for one thing; the latest, should there be more
DUES = {
    "overdue": N_("Late"),
    "today": N_("Today or late"),
    "2": N_("Within 2 days or late"),
    "7": N_("Within a week or late"),
    "paused": N_("Paused"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for; every field narrows. `None` asks nothing, `NONE` those without one."""

    state: str = ""  # "" open, ANY, or a state
    outcome: str = ""
    urgency: tuple[int, ...] = ()
    demand: str = ""
    service: int | None = None
    department: int | None = None  # that leads
    area: int | None = None
    person: int | None = None  # who has it, as lead or assisting
    channel: str = ""
    group: str = ""  # special situation
    due: str = ""  # a key of DUES
    needs: str = ""  # a key of NEEDS
    entered: str = ""  # "me" or "office"
    confidential: bool | None = None
    since: date | None = None
    until: date | None = None
    closed_since: date | None = None  # of the last closing; one that was opened again is not closed
    closed_until: date | None = None
    kept: str = ""  # a key of closings.KEPT
    rating: str = ""  # a key of closings.RATED
    words: str = ""
    sort: str = "urgency"

    @property
    def reach(self) -> str:
        """In which states is looked: only open ones have deadlines and wait, only closed ones have outcomes."""
        if self.needs in _OF_CLOSED:
            return ANY
        if self.state in {"", ANY}:
            return "" if self.due or self.needs else workflow.CLOSED if self.ended else self.state
        return self.state

    @property
    def ended(self) -> bool:
        """Whether something is asked that only closed ones have."""
        return bool(self.outcome or self._how_ended)

    @property
    def _how_ended(self) -> bool:
        return bool(self.closed_since or self.closed_until or self.kept or self.rating)

    @property
    def contradictory(self) -> bool:
        """Nothing can match."""
        waits = (self.due or self.needs) and self.needs not in _OF_CLOSED
        return bool(waits and (self.ended or self.reach == workflow.CLOSED)) or bool(
            self.ended and self.reach in workflow.OPEN
        )

    @property
    def wide(self) -> bool:
        """Whether closed requests are looked through one after the other."""
        return self.reach in {ANY, workflow.CLOSED} and not (self.needs or self.words)

    @property
    def of_open_alone(self) -> bool:
        """Whether what matches is among the open requests and told by their own deadlines."""
        own = not (self.due and self.needs in _DEADLINES)
        return own and self.reach not in {ANY, workflow.CLOSED} and not self.contradictory

    @property
    def sorted_by(self) -> str:
        if self.sort == "closed" and self.reach != workflow.CLOSED:
            return "new" if self.wide else "urgency"
        if self.wide and self.sort in _OF_OPEN:
            return "closed" if self._how_ended else "new"
        return self.sort

    @property
    def order(self) -> Order:
        return SORTS[self.sorted_by][1]


def matching(wanted: Filter, user: User, *, at: datetime) -> RequestQuerySet:
    """The requests that match and that this person may see, in no order, with the `due`, `came` and `changed` they are
    ordered by. `at` is now, in the hall's own time zone.
    """
    found = ServiceRequest.objects.visible_to(user).alias(**_OPAQUE).annotate(**times(wanted))
    if wanted.contradictory:
        return found.none()
    if wanted.group:
        found = found.alias(groups_text=Cast("groups", TextField()))
    if wanted.kept:
        found = found.alias(kept=closings.in_time())
    if wanted.reach != ANY:
        found = found.filter(is_open=wanted.reach != workflow.CLOSED)
    for condition in _conditions(wanted, user, at):
        found = found.filter(condition)
    return found


def of_open(lists: Sequence[Filter], user: User, *, at: datetime) -> tuple[RequestQuerySet, list[Q]]:
    """The open requests this person may see, and for each of the lists which of them match: to count all lists in one
    look. The lists are `of_open_alone`.
    """
    found = ServiceRequest.objects.visible_to(user).open().alias(**_OPAQUE, due=F("due_at"))
    if any(wanted.group for wanted in lists):
        found = found.alias(groups_text=Cast("groups", TextField()))
    return found, [Q(*_conditions(wanted, user, at)) for wanted in lists]


def times(wanted: Filter) -> dict[str, Any]:
    """What lists are ordered by: columns where closed ones are read in order, opaque where only open ones are."""
    if wanted.wide:
        return {"due": F("due_at"), **{name: F(column) for name, column in _MOMENTS.items()}}
    return {"due": deadline(wanted), **{name: Coalesce(one, one) for name, one in _MOMENTS.items()}}


_MOMENTS = {"came": "created_at", "changed": "changed_at", "ended": "closed_at"}


def days(wanted: Filter, at: datetime) -> tuple[datetime | None, datetime | None]:
    """The moments between which they came in: from, and before."""
    return _moments(wanted.since, wanted.until, at)


def closing_days(wanted: Filter, at: datetime) -> tuple[datetime | None, datetime | None]:
    """The moments between which they were closed: from, and before."""
    return _moments(wanted.closed_since, wanted.closed_until, at)


def _moments(since: date | None, until: date | None, at: datetime) -> tuple[datetime | None, datetime | None]:
    ends = since, until and until + timedelta(days=1)
    return tuple(day and datetime.combine(day, time(), at.tzinfo) for day in ends)


def number_in(words: str) -> str:
    """The number of a request, if that is what was typed."""
    number = normalise(words)
    return number if len(number) >= 8 and check_ok(number) else ""


_SAME = ("outcome", "demand", "channel")
_PLACES = {"service": "service_", "department": "lead_", "area": "area_"}
_OPAQUE = {
    f"{name}_": F(f"{name}_id") + 0
    for name in ("service", "lead", "area", "handler", "entered_by", "entered_at_office")
} | {
    "state_": Concat("state", Value("")),
    "came_of": Coalesce("created_at", "created_at"),
    "ended_of": Coalesce("closed_at", "closed_at"),
}


def _conditions(wanted: Filter, user: User, at: datetime) -> Iterator[Q]:
    if wanted.reach in workflow.OPEN:
        yield Q(state_=wanted.reach)
    for name in _SAME:
        if value := getattr(wanted, name):
            yield Q(**{name: value})
    for name, column in _PLACES.items():
        if (value := getattr(wanted, name)) is not None:
            yield Q(**{column: value or None})
    if wanted.urgency:
        yield Q(urgency__in=wanted.urgency)
    if wanted.group:
        yield Q(groups_text__contains=f'"{wanted.group}"')
    if wanted.confidential is not None:
        yield Q(confidential=wanted.confidential)
    if wanted.person is not None:
        yield _person(wanted.person, user)
    if wanted.due:
        yield _due_in(wanted.due, at)
    if wanted.needs:
        needing = _needing(wanted.needs, user).values_list("request", flat=True)
        yield Q(pk__in=needing if wanted.needs in OF_DEPARTMENTS else list(needing[:MOST_NEEDING]))
    if wanted.entered:
        yield Q(entered_by_=user.pk) if wanted.entered == "me" else Q(entered_at_office_=user.office_id)
    for moment, (since, until) in (("came_of", days(wanted, at)), ("ended_of", closing_days(wanted, at))):
        if since:
            yield Q(**{f"{moment}__gte": since})
        if until:
            yield Q(**{f"{moment}__lt": until})
    if wanted.kept:
        yield closings.kept(wanted.kept)
    if wanted.rating:
        yield closings.rated(wanted.rating)
    if wanted.words:
        number = number_in(wanted.words)
        yield Q(number=number) if number else Q(pk__in=having(wanted.words))


def _own(user: User) -> dict[str, Any]:
    """Departments see what is asked of them, everybody else what is asked of all."""
    return {"office": user.office_id} if user.role in DEPARTMENT else {}


def _assisting(**who: Any) -> QuerySet:
    sent = Assignment.objects.filter(part=Assignment.Part.ASSISTING, ended_at=None, **who)
    return sent.values("request")


def _person(person: int, user: User) -> Q:
    if person:
        office = User.objects.filter(pk=person).values("office")[:1]
        return Q(handler_=person) | Q(pk__in=_assisting(office=Subquery(office), handler=person))
    if user.role in DEPARTMENT:
        lead = Q(lead_=user.office_id, handler_=None)
        return lead | Q(pk__in=_assisting(office=user.office_id, handler=None))
    return Q(handler_=None)


def _due_in(key: str, at: datetime) -> Q:
    if key == "paused":
        return Q(state_=workflow.WAITING)
    if key == "overdue":
        return Q(due__lt=at)
    if key == "today":
        return Q(due__lt=datetime.combine(at.date() + timedelta(days=1), time(), at.tzinfo))
    return Q(due__lt=at + timedelta(days=int(key)))


def _needing(key: str, user: User) -> QuerySet:
    """Rows of the other table; each has a `request`."""
    own = _own(user)
    if key == "sign":
        return Assignment.objects.filter(ended_at=None, signed_at=None, **own)
    if key == "part":
        return Assignment.objects.filter(part=Assignment.Part.ASSISTING, ended_at=None, done_at=None, **own)
    if key == "extension":
        asked = Ask.objects.filter(kind=Ask.Kind.EXTENSION, state=Ask.State.OPEN, **own)
        return asked.order_by("-request")
    if key == "order":
        return Supervision.objects.filter(
            kind=Supervision.Kind.ORDER, settled_at=None, answered_at=None, **own
        ).order_by("-request")
    if key == "rectification":
        return Rectification.objects.filter(finished_at=None, **own).order_by("-request")
    state = Mark.MARKED if key == "screening" else Mark.APPEALED
    return Screening.objects.filter(state=state).order_by("-request")


def deadline(wanted: Filter) -> Any:
    """The deadline that counts: of the order or rectification where the list is about these, else of the request."""
    if wanted.needs not in _DEADLINES:
        return F("due_at")
    table = Supervision if wanted.needs == "order" else Rectification
    unmet = {"settled_at": None, "kind": "order"} if wanted.needs == "order" else {"finished_at": None}
    return Subquery(
        table.objects.filter(request=OuterRef("pk"), **unmet).order_by("due_at").values("due_at")[:1]
    )

"""Ratings: of one request, and how satisfied people are by department, service, channel and month. Rows B5, C7.

A rating that an appeal found to be mistaken is not counted. Who works in a department reads the own ratings; of other
departments figures of a few are not told.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from openhall.errors import N_
from openhall.labels import CHANNELS
from openhall.models import (
    Channel,
    Evaluation,
    Office,
    Rectification,
    Response,
    Service,
    ServiceRequest,
    User,
    Wave,
)
from openhall.moment import now
from openhall.rules.permissions import DEPARTMENT
from openhall.rules.ratings import LEVEL_NAMES, hidden, satisfied
from openhall.rules.rectification import BAD
from openhall.surveys.questionnaire import Questionnaire, Role
from openhall.surveys.toml_format import builtin

LEVELS = (5, 4, 3, 2, 1)
SHOWN = 50  # bad ratings on the page
AXES = {
    "office": N_("By department"),
    "service": N_("By service"),
    "channel": N_("By channel of the request"),
    "month": N_("By month"),
}
_FIELDS = {"office": "office", "service": "request__service", "channel": "request__channel", "month": "month"}


# --- of one request -----------------------------------------------------------------------------------------------


def rating_of(request: ServiceRequest) -> Evaluation | None:
    """The rating of the present closing that was given or can be given, for the citizen's own page; else None.

    `is_open(now())` says whether it can still be given or changed. One query.
    """
    found = request.evaluations.filter(round=request.reopened + 1).first()
    if found is None or request.is_open:
        return None
    found.request = request
    return found if found.level or found.is_open(now()) else None


def published(request: ServiceRequest) -> list[Rectification]:
    """What was put right after bad ratings, as everyone may read it; nothing of a request that is not public."""
    if request.confidential or not request.listed:
        return []
    return list(request.rectifications.exclude(published_text="").order_by("pk"))


def asked(evaluation: Evaluation | None = None) -> Questionnaire:
    """The questions of a rating that people are asked: without those filled from the request."""
    if evaluation is not None and evaluation.response_id:
        whole = evaluation.response.version.asked
    else:
        wave = Wave.objects.select_related("version").filter(
            key=f"{Wave.RATINGS}{timezone.localdate(now()).year}"
        )
        found = wave.first()
        whole = found.version.asked if found else _package()
    return _without_background(whole)


def given(evaluation: Evaluation) -> dict[str, Any]:
    """The answers by question key, codes; empty where none were given."""
    if evaluation.response is None:
        return {}
    keys = [question.key for question in evaluation.response.version.asked]
    return dict(zip(keys, evaluation.response.given, strict=True))


@cache
def _package() -> Questionnaire:
    return builtin("service_rating")


def _without_background(whole: Questionnaire) -> Questionnaire:
    sections = tuple(
        section
        for section in whole.sections
        if not all(question.role is Role.BACKGROUND for question in section.questions)
    )
    return Questionnaire(
        key=whole.key,
        title=whole.title,
        introduction=whole.introduction,
        languages=whole.languages,
        sections=sections,
    )


def to_call(user: User) -> list[Evaluation]:
    """Whom staff ask for a rating: those who rang up or came, have a name and have not rated yet; the longest first."""
    waiting = Evaluation.objects.filter(
        level=None,
        expires_at__gt=now(),
        channel__in=[channel for channel in Channel.values if channel not in ("web", "email", "messaging")],
        request__is_open=False,
        request__in=ServiceRequest.objects.visible_to(user).values("pk"),
        round=F("request__reopened") + 1,
    )
    others = waiting.exclude(office=user.office_id).exclude(handler=user)
    return list(others.select_related("request__service", "office").order_by("expires_at", "pk")[:200])


# --- figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: ratings given from `since` to `until`, both days included; of one office where one is named."""

    since: date
    until: date
    office: Office | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """From an address; what is odd there is the last twelve months of the whole hall."""
        today = timezone.localdate(now())
        since = _day(query.get("since", ""), today - timedelta(days=365))
        until = _day(query.get("until", ""), today)
        office = Office.objects.filter(code=query.get("office", "")[:50]).first()
        return cls(min(since, until), max(since, until), office)

    @property
    def span(self) -> tuple[datetime, datetime]:
        first = timezone.make_aware(datetime.combine(self.since, time.min))
        return first, timezone.make_aware(datetime.combine(self.until + timedelta(days=1), time.min))


def _day(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if 2000 <= found.year <= 2100 else otherwise


@dataclass(frozen=True, slots=True)
class Row:
    """Ratings of one group by level; `invited` of those asked in the same time `answered`.

    `few`: too few to be told to this reader, so there are no figures.
    """

    key: Hashable
    name: str
    levels: Mapping[int, int] = field(default_factory=dict)
    invited: int = 0
    answered: int = 0
    few: bool = False

    @property
    def counts(self) -> list[int]:
        return [self.levels.get(level, 0) for level in LEVELS]

    @property
    def satisfied(self) -> int:
        return satisfied(self.levels)[0]

    @property
    def rated(self) -> int:
        return satisfied(self.levels)[1]

    @property
    def share(self) -> float | None:
        """Per cent satisfied."""
        return 100 * self.satisfied / self.rated if self.rated else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share, per cent."""
        if not self.rated:
            return None
        from openhall.stats.intervals import wilson  # here: SciPy stays out of the citizen's door

        found = wilson(self.satisfied, self.rated)
        return 100 * found.low, 100 * found.high

    @property
    def answer_share(self) -> float | None:
        return 100 * self.answered / self.invited if self.invited else None

    @property
    def bars(self) -> list[tuple[int, str, str]]:
        """Level, place and width of each piece of the drawing, on a line of 100."""
        pieces, place = [], 0.0
        for level in LEVELS:
            width = 100 * self.levels.get(level, 0) / self.rated if self.rated else 0.0
            if width:
                pieces.append((level, f"{place:.2f}", f"{width:.2f}"))
            place += width
        return pieces


def whole(user: User, wanted: Asked) -> Row:
    """All ratings this person reads figures of, as one row: the own department's for who works in one."""
    levels: dict[int, int] = dict(
        _counted(wanted, _own(user, wanted)).values_list("level").annotate(Count("pk"))
    )
    asked = _invited(wanted, _own(user, wanted)).aggregate(n=Count("pk"), given=Count("given_at"))
    return Row(None, "", levels, asked["n"], asked["given"])


def table(user: User, axis: str, wanted: Asked) -> list[Row]:
    """The rows of one axis in their order. Departments are compared with each other even for who reads only the own."""
    office = wanted.office if axis == "office" else _own(user, wanted)
    ratings = _by(_counted(wanted, office), axis, "given_at").annotate(number=Count("pk"))
    found: dict[Hashable, dict[int, int]] = {}
    for key, level, number in ratings.values_list(_FIELDS[axis], "level", "number"):
        found.setdefault(key, {})[level] = number
    asked = _by(_invited(wanted, office), axis, "invited_at", level=False)
    invited = {
        key: (number, answered)
        for key, number, answered in asked.annotate(n=Count("pk"), a=Count("given_at")).values_list(
            _FIELDS[axis], "n", "a"
        )
    }
    few: set[Hashable] = set()
    if axis == "office" and user.role in DEPARTMENT:
        few = hidden({key: sum(levels.values()) for key, levels in found.items()}, own=[user.office_id])
    rows = []
    for key, name in _names(axis, found.keys() | invited.keys()):
        if key in few:
            rows.append(Row(key, name, few=True))
        else:
            rows.append(Row(key, name, found.get(key, {}), *invited.get(key, (0, 0))))
    return rows


def bad(user: User, wanted: Asked) -> list[Evaluation]:
    """The latest bad ratings of requests this person may see."""
    rows = _counted(wanted, _own(user, wanted)).filter(
        level__in=BAD, request__in=ServiceRequest.objects.visible_to(user).values("pk")
    )
    return list(
        rows.select_related("request__service", "office", "rectification").order_by("-given_at", "-pk")[
            :SHOWN
        ]
    )


def waves() -> list[Wave]:
    """The waves of ratings, the latest first."""
    return list(Wave.objects.filter(key__startswith=Wave.RATINGS).order_by("-key"))


def level_names() -> list[tuple[int, str]]:
    return [(level, LEVEL_NAMES[level]) for level in LEVELS]


def _own(user: User, wanted: Asked) -> Office | None:
    """Which office's ratings are counted: the own for who works in a department."""
    return user.office if user.role in DEPARTMENT else wanted.office


def _counted(wanted: Asked, office: Office | None) -> QuerySet[Evaluation]:
    first, end = wanted.span
    rows = Evaluation.objects.order_by().filter(given_at__gte=first, given_at__lt=end)
    mistaken = Rectification.objects.filter(appeal_upheld=True).values("evaluation")
    return (rows.filter(office=office) if office else rows).exclude(pk__in=mistaken)


def _invited(wanted: Asked, office: Office | None) -> QuerySet[Evaluation]:
    first, end = wanted.span
    rows = Evaluation.objects.order_by().filter(invited_at__gte=first, invited_at__lt=end)
    return rows.filter(office=office) if office else rows


def _by(rows: QuerySet[Evaluation], axis: str, moment: str, *, level: bool = True) -> QuerySet[Any, Any]:
    if axis == "month":
        rows = rows.annotate(month=TruncMonth(moment))
    return rows.values(*[_FIELDS[axis], *(["level"] if level else [])])


def _names(axis: str, keys: set[Hashable]) -> list[tuple[Hashable, str]]:
    """The groups in their order with their names."""
    if axis == "month":
        return [(key, f"{key:%Y-%m}") for key in sorted(keys)]
    if axis == "channel":
        return [(key, str(label)) for key, label in Channel.choices if key in keys]
    model = Office if axis == "office" else Service
    named = [(one.pk, str(one)) for one in model.objects.filter(pk__in=keys - {None})]
    return [*named, *([(None, N_("No service"))] if None in keys else [])]


def entered(evaluation: Evaluation) -> str:
    """By which channel of the survey engine a rating came, marked."""
    return CHANNELS[evaluation.response.channel if evaluation.response else Response.Channel.LINK]

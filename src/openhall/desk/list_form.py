"""The filter of the request list as a form; its address is the filter, so it can be kept, shared and sent. Row C2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy

from openhall.models import Area, Channel, Office, Service, User
from openhall.reads.closings import KEPT, RATED
from openhall.reads.queue_filter import ANY, DUES, NEEDS, NONE, OF_DEPARTMENTS, SORTS, Filter
from openhall.rules.demand import CLASS_NAMES, SPECIAL
from openhall.rules.permissions import DEPARTMENT, Reach, may
from openhall.rules.urgency import LEVEL_NAMES
from openhall.rules.workflow import OUTCOME_NAMES, STATE_NAMES

Choice = tuple[str, str]
_NONE = "none"


ORDER = (  # in which the form and the chips stand
    *(
        "q",
        "state",
        "due",
        "sort",
        "needs",
        "department",
        "person",
        "class",
        "service",
        "area",
        "channel",
        "group",
    ),
    *(
        "entered",
        "confidential",
        "since",
        "until",
        "outcome",
        "closed_since",
        "closed_until",
        "kept",
        "rating",
    ),
    "urgency",
)
PLAIN = (  # asked for as they stand
    *("state", "outcome", "due", "needs", "entered", "channel", "group", "since", "until"),
    *("closed_since", "closed_until", "kept", "rating"),
)


class Names:
    """Offices, services, areas and people by row id: what filters choose from and rows are said with. Four queries."""

    def __init__(self) -> None:
        self.offices = {one.pk: one for one in Office.objects.all()}
        self.services = {one.pk: one for one in Service.objects.all()}
        self.areas = {one.pk: one for one in Area.objects.all()}
        fields = ("username", "first_name", "last_name", "office_id", "role", "is_active")
        self.people = {one.pk: one for one in User.objects.order_by("first_name", "last_name").only(*fields)}

    def handlers(self, office: int | None) -> list[User]:
        """Those who can have a request: of one office, or of all."""
        return [
            one
            for one in self.people.values()
            if one.is_active and one.role in DEPARTMENT and (office is None or one.office_id == office)
        ]


class Day(forms.DateField):
    """A day a calendar can reckon with."""

    def __init__(self, **values: Any) -> None:
        between = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, validators=between, **values)


class FilterForm(forms.Form):
    """Every field narrows the list; what is invalid is said and left out."""

    q = forms.CharField(label=gettext_lazy("Number or words"), max_length=120)
    state = forms.ChoiceField(label=gettext_lazy("State"))
    due = forms.ChoiceField(label=gettext_lazy("Deadline"))
    needs = forms.ChoiceField(label=gettext_lazy("Waits for"))
    department = forms.ChoiceField(label=gettext_lazy("Department"))
    person = forms.ChoiceField(label=gettext_lazy("Person"))
    service = forms.ChoiceField(label=gettext_lazy("Service"))
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    # `class` is no name for an attribute: added in __init__
    channel = forms.ChoiceField(label=gettext_lazy("Channel"))
    group = forms.ChoiceField(label=gettext_lazy("Special situation"))
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"))
    entered = forms.ChoiceField(label=gettext_lazy("Taken down"))
    confidential = forms.ChoiceField(label=gettext_lazy("Confidential"))
    urgency = forms.MultipleChoiceField(label=gettext_lazy("Urgency"), widget=forms.CheckboxSelectMultiple)
    since = Day(label=gettext_lazy("Came in from"))
    until = Day(label=gettext_lazy("Came in until"))
    closed_since = Day(label=gettext_lazy("Closed from"))
    closed_until = Day(label=gettext_lazy("Closed until"))
    kept = forms.ChoiceField(label=gettext_lazy("Closed in time"))
    rating = forms.ChoiceField(label=gettext_lazy("Rating"))
    sort = forms.ChoiceField(label=gettext_lazy("Sorted by"))

    def __init__(self, query: QueryDict | str, names: Names, user: User) -> None:
        data = QueryDict(query) if isinstance(query, str) else query
        super().__init__(data, auto_id="filter-%s")
        self.names, self.user = names, user
        self.fields["class"] = forms.ChoiceField(label=gettext("Class"))
        for key, choices in self._choices().items():
            first = {"urgency": [], "sort": [], "state": [("", gettext("Open"))]}
            self.fields[key].choices = [*first.get(key, [("", gettext("All"))]), *choices]
        if not _sees_confidential(user):
            del self.fields["confidential"]
        if not user.office_id:
            self.fields["entered"].choices = self.fields["entered"].choices[:2]
        self.order_fields(ORDER)
        for one in self.fields.values():
            one.required = False
        self.fields["q"].widget.attrs |= {"type": "search", "autocomplete": "off"}
        self.is_valid()

    def _choices(self) -> dict[str, list[Choice]]:
        names = self.names
        own = self.user.office_id if self.user.role in DEPARTMENT else None
        people = [(str(one.pk), str(one)) for one in names.handlers(own)]
        departments = [one for one in names.offices.values() if one.kind != Office.Kind.HALL]
        return {
            "state": [*_said(STATE_NAMES), (ANY, gettext("Open and closed"))],
            "urgency": [(str(level), f"{level} {gettext(name)}") for level, name in LEVEL_NAMES.items()],
            "due": _said(DUES),
            "needs": _said({key: name for key, name in NEEDS.items() if own or key not in OF_DEPARTMENTS}),
            "class": _said(CLASS_NAMES),
            "department": [(_NONE, gettext("No department")), *_coded(departments)],
            "person": [(_NONE, gettext("Nobody")), ("me", gettext("Me")), *people],
            "service": [(_NONE, gettext("No service")), *_coded(names.services.values())],
            "area": [(_NONE, gettext("No area")), *_coded(names.areas.values())],
            "channel": _said(dict(Channel.choices)),
            "group": [(key, gettext(one.name)) for key, one in SPECIAL.items()],
            "outcome": _said(OUTCOME_NAMES),
            "entered": [("me", gettext("By me")), ("office", gettext("At my office"))],
            "kept": _said(KEPT),
            "rating": _said(RATED),
            "confidential": [("yes", gettext("Only confidential")), ("no", gettext("Not confidential"))],
            "sort": [(key, gettext(name)) for key, (name, _order) in SORTS.items()],
        }

    def filter(self) -> Filter:
        """What is looked for."""
        asked = {key: value for key, value in self.cleaned_data.items() if value}
        rows = {key: getattr(self.names, f"{key}s") for key in ("service", "area")}
        return Filter(
            **{key: asked[key] for key in PLAIN if key in asked},
            **{key: _row(asked.get(key), found) for key, found in rows.items()},
            department=_row(asked.get("department"), self.names.offices),
            demand=asked.get("class", ""),
            urgency=tuple(map(int, asked.get("urgency", ()))),
            person=self._person(asked.get("person", "")),
            confidential={"yes": True, "no": False}.get(asked.get("confidential", "")),
            words=asked.get("q", ""),
            sort=asked.get("sort", "urgency"),
        )

    def _person(self, key: str) -> int | None:
        known = {"": None, _NONE: NONE, "me": self.user.pk}
        return known[key] if key in known else int(key)

    @property
    def parts(self) -> list[Choice]:
        """Key and value of everything that is asked, in one order: the filter's address."""
        made = []
        for key in self.fields:
            value = self.cleaned_data.get(key)
            for one in value if isinstance(value, list) else [value]:
                if one and (key, one) != ("sort", "urgency"):
                    made.append((key, str(one)))
        return made

    @property
    def query(self) -> str:
        return urlencode(self.parts)

    def chips(self) -> list[Chip]:
        """What narrows the list, each with the address of the list without it."""
        return [
            Chip(
                str(self.fields[key].label),
                self._value(key, value),
                urlencode([part for part in self.parts if part != (key, value)]),
            )
            for key, value in self.parts
            if key != "sort"
        ]

    def _value(self, key: str, value: str) -> str:
        return str(dict(getattr(self.fields[key], "choices", ())).get(value, value))


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    value: str
    without: str


def _said(names: dict[Any, str]) -> list[Choice]:
    return [(str(key), gettext(name)) for key, name in names.items()]


def _coded(rows: Iterable[Office | Service | Area]) -> list[Choice]:
    return [(one.code, str(one)) for one in rows]


def _row(code: str | None, rows: dict[int, Any]) -> int | None:
    if not code:
        return None
    return NONE if code == _NONE else next(pk for pk, one in rows.items() if one.code == code)


def _sees_confidential(user: User) -> bool:
    own = Reach(frozenset({user.office_id}), confidential=True)
    return may(user.role, "request.view", office=user.office_id, of=own)

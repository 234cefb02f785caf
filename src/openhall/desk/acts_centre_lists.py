"""What the forms of the centre choose from, read once for a page; and a field that offers rows and gives one back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django import forms
from django.db import models
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from openhall.desk.acts import ActForm
from openhall.language import say
from openhall.models import Area, Ask, Assignment, ListItem, Office, Service, ServiceRequest, User
from openhall.reads import suggestions
from openhall.rules.suggestion import Reason, Suggestion


class Lists:
    """The catalogue, the lists, departments and people, and how the request stands; each read when first asked for."""

    def __init__(self, case: ServiceRequest) -> None:
        self.case = case

    @classmethod
    def of(cls, case: ServiceRequest) -> Lists:
        """Of a request that was read once: kept with it, so that every form on its page shares them."""
        if "lists" not in vars(case):
            case.lists = cls(case)
        return case.lists

    @cached_property
    def services(self) -> list[Service]:
        return list(Service.objects.filter(active=True))

    @cached_property
    def areas(self) -> list[Area]:
        return list(Area.objects.all())

    @cached_property
    def departments(self) -> list[Office]:
        return list(Office.objects.departments())

    @cached_property
    def items(self) -> list[ListItem]:
        return list(ListItem.objects.filter(active=True))

    @cached_property
    def staff(self) -> list[User]:
        return suggestions.present_staff()

    @cached_property
    def sendings(self) -> list[Assignment]:
        """Those that stand now."""
        return [one for one in self.case.assignments.all() if one.ended_at is None]

    @cached_property
    def asks(self) -> list[Ask]:
        """All that departments ever asked about the request, oldest first."""
        return list(self.case.asks.all())

    def open_ask(self, kind: str) -> Ask | None:
        return next((ask for ask in self.asks if ask.kind == kind and ask.state == Ask.State.OPEN), None)

    def sending_of(self, office: int | None) -> Assignment | None:
        return next((sent for sent in self.sendings if sent.office_id == office), None)


class CentreForm(ActForm):
    """A form of the centre; its fields' ids are its own, since several stand on one page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}-%s")
        super().__init__(*args, **kwargs)

    @property
    def lists(self) -> Lists:
        return Lists.of(self.case)


class RowField(forms.ChoiceField):
    """Offers rows of a table and gives the chosen one back; None where nothing is chosen."""

    def offer(
        self,
        rows: Iterable[models.Model],
        *,
        group: Callable[[Any], str] | None = None,
        name: Callable[[Any], str] = str,
        empty: str | None = None,
    ) -> None:
        """`group`: under which heading a row stands. `empty`: the line for choosing none; None offers no such line."""
        self.rows = {str(row.pk): row for row in rows}
        grouped: dict[str, list[tuple[str, str]]] = {}
        for pk, row in self.rows.items():
            grouped.setdefault(group(row) if group else "", []).append((pk, name(row)))
        plain = grouped.pop("", [])
        first = [] if empty is None else [("", empty)]
        self.choices = [*first, *plain, *sorted(grouped.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class RowsField(forms.MultipleChoiceField):
    """Offers rows of a table as checkboxes and gives the chosen ones back."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, rows: Iterable[models.Model]) -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [(pk, str(row)) for pk, row in self.rows.items()]

    def clean(self, value: Any) -> list[Any]:
        return [self.rows[pk] for pk in super().clean(value)]


def worded(reason: Reason | Suggestion[Any]) -> str:
    """A reason in the page's language."""
    return reason.say(gettext, get_language() or "en")


def suggested(name: str, suggestion: Suggestion[Any]) -> SafeString:
    """The hint beside a field: what is suggested and why. It quotes the citizen, so it is escaped."""
    values = {"name": name, "why": worded(suggestion)}
    return escape(gettext("Suggested: %(name)s. %(why)s") % values)


def item_group(item: ListItem) -> str:
    return gettext(item.get_kind_display())


def wording(text: dict[str, str] | None) -> str:
    return say(text or {}, get_language() or "en")

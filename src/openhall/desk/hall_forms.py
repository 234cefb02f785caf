"""What the hall's administration fills in: forms with a wording in each language, in rows as the page lays them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.errors import OpenHallError
from openhall.language import LANGUAGES
from openhall.models import Area, Competence, ListItem, Office, Service
from openhall.rules.demand import CLASS_NAMES
from openhall.rules.permissions import ROLE_NAMES

T = TypeVar("T")


def attempt(do: Callable[[], T]) -> tuple[T | None, list[str]]:
    """What an action gave, or why it refused, in the person's language."""
    try:
        return do(), []
    except OpenHallError as error:
        return None, error.lines(gettext)


def said(choices: Any) -> list[tuple[str, str]]:
    """Marked choices in the person's language."""
    return [(str(key), gettext(name)) for key, name in choices]


def spread(wording: Mapping[str, str], name: str) -> dict[str, str]:
    """A wording as initial values: name_en, name_zh."""
    return {f"{name}_{lang}": wording.get(lang, "") for lang in LANGUAGES}


class RowsForm(forms.Form):
    """A form drawn in rows of one or two fields. A name in `LAYOUT` that ends in * is a wording: a field a language."""

    LAYOUT: ClassVar[tuple[str, ...]] = ()

    def rows(self) -> Iterator[list[BoundField]]:
        for line in self.LAYOUT:
            names = [
                name
                for part in line.split()
                for name in ([f"{part[:-1]}_{lang}" for lang in LANGUAGES] if part.endswith("*") else [part])
            ]
            yield [self[name] for name in names if name in self.fields]

    def wording(self, name: str) -> dict[str, str]:
        """What was written in each language, without empty ones."""
        given = {lang: self.cleaned_data.get(f"{name}_{lang}", "").strip() for lang in LANGUAGES}
        return {lang: text for lang, text in given.items() if text}


def _text(label: Any, *, most: int = 160, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, **more)


def _long(label: Any, *, rows: int = 3, most: int = 4000, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=False, widget=forms.Textarea({"rows": rows}), **more
    )


CODE_HELP = _("Small letters, digits and hyphens. It stands in addresses and files, and never changes.")


class OfficeForm(RowsForm):
    LAYOUT = ("code", "name*", "kind", "contact*", "areas")

    code = _text(_("Code"), most=50, required=True, help_text=CODE_HELP)
    name_en = _text(_("Name in English"), most=120)
    name_zh = _text(_("Name in Chinese"), most=120)
    kind = forms.ChoiceField(label=_("Kind"))
    contact_en = _text(_("How citizens reach it, in English"), most=200)
    contact_zh = _text(_("How citizens reach it, in Chinese"), most=200)
    areas = forms.ModelMultipleChoiceField(
        Area.objects.all(),
        label=_("Areas it serves"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: the whole town."),
    )

    def __init__(self, *arguments: Any, new: bool = True, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["kind"].choices = said(Office.Kind.choices)
        if not new:
            del self.fields["code"]


class ServiceForm(RowsForm):
    LAYOUT = (
        "code",
        "name*",
        "group*",
        "description*",
        "keywords skills",
        "demand power",
        "resolve_days renew_days",
        "needs_place",
    )

    code = _text(_("Code"), most=50, required=True, help_text=CODE_HELP)
    name_en = _text(_("Name in English"))
    name_zh = _text(_("Name in Chinese"))
    group_en = _text(_("Group in English"), most=80)
    group_zh = _text(_("Group in Chinese"), most=80)
    description_en = _long(_("Description in English"))
    description_zh = _long(_("Description in Chinese"))
    keywords = _long(
        _("Key words, one a line"),
        rows=5,
        help_text=_("In any language. A text that says them is taken for this service."),
    )
    skills = _long(
        _("Skills, one a line"), rows=5, help_text=_("What whoever handles it should have learnt.")
    )
    demand = forms.ChoiceField(label=_("Usual class"), required=False)
    power = forms.ModelChoiceField(
        ListItem.objects.none(), label=_("Item of the lists it rests on"), required=False
    )
    resolve_days = forms.IntegerField(
        label=_("Working days to settle it, where the law sets them"),
        required=False,
        min_value=1,
        max_value=3650,
    )
    renew_days = forms.IntegerField(
        label=_("A recurring duty: every so many days"), required=False, min_value=1, max_value=3650
    )
    needs_place = forms.BooleanField(label=_("Ask where it is"), required=False)

    def __init__(self, *arguments: Any, new: bool = True, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["demand"].choices = [("", gettext("None")), *said(CLASS_NAMES.items())]
        self.fields["power"].queryset = ListItem.objects.exclude(kind=ListItem.Kind.NEGATIVE).filter(
            active=True
        )
        if not new:
            del self.fields["code"]


class CompetentForm(forms.Form):
    """One row: a department that has the service."""

    office = forms.ModelChoiceField(
        Office.objects.departments(), label=_("Department"), required=False, empty_label=_("None")
    )
    area = forms.ModelChoiceField(
        Area.objects.all(), label=_("Area"), required=False, empty_label=_("The whole town")
    )
    part = forms.ChoiceField(label=_("Part"))

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["part"].choices = said(Competence.Part.choices)


CompetentRows = forms.formset_factory(CompetentForm, extra=2, max_num=60, absolute_max=60)


class ItemForm(RowsForm):
    LAYOUT = ("code kind", "title*", "text*", "basis*", "refer_to*", "office")

    code = _text(_("Code"), most=50, required=True, help_text=_("As it stands on the list: P-07."))
    kind = forms.ChoiceField(label=_("List"))
    title_en = _text(_("Title in English"))
    title_zh = _text(_("Title in Chinese"))
    text_en = _long(_("What it says, in English"))
    text_zh = _long(_("What it says, in Chinese"))
    basis_en = _long(_("The law it rests on, in English"), rows=2)
    basis_zh = _long(_("The law it rests on, in Chinese"), rows=2)
    refer_to_en = _text(_("Whose it is, where it is not ours, in English"), most=200)
    refer_to_zh = _text(_("Whose it is, where it is not ours, in Chinese"), most=200)
    office = forms.ModelChoiceField(
        Office.objects.current(), label=_("Department it binds"), required=False, empty_label=_("None")
    )

    def __init__(self, *arguments: Any, new: bool = True, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["kind"].choices = said(ListItem.Kind.choices)
        if not new:
            del self.fields["code"], self.fields["kind"]


class AreaForm(RowsForm):
    LAYOUT = ("code", "name*")

    code = _text(_("Code"), most=50, required=True, help_text=CODE_HELP)
    name_en = _text(_("Name in English"))
    name_zh = _text(_("Name in Chinese"))

    def __init__(self, *arguments: Any, new: bool = True, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if not new:
            del self.fields["code"]


class PersonForm(RowsForm):
    LAYOUT = ("username", "last first", "email", "role office")

    username = _text(
        _("User name"), most=150, required=True, help_text=_("To sign in with. It never changes.")
    )
    last = _text(_("Family name"), most=150)
    first = _text(_("Given name"), most=150)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"))
    office = forms.ModelChoiceField(
        Office.objects.current(), label=_("Department or office"), required=False, empty_label=_("None")
    )

    def __init__(self, *arguments: Any, new: bool = True, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["role"].choices = said(ROLE_NAMES.items())
        if not new:
            del self.fields["username"]


def lines(text: str) -> list[str]:
    """What stands on each line, once, without empty ones."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def service_initial(service: Service) -> dict[str, Any]:
    return {
        **spread(service.name, "name"),
        **spread(service.group, "group"),
        **spread(service.description, "description"),
        "keywords": "\n".join(map(str, service.keywords)),
        "skills": "\n".join(map(str, service.skills)),
        "demand": service.demand,
        "power": service.power_id,
        "resolve_days": service.resolve_days,
        "renew_days": service.renew_days,
        "needs_place": service.needs_place,
    }

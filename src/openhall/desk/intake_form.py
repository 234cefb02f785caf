"""The clerk's form of a request: one screen for every channel, whose it is apart from who brings it. Row C1."""

from __future__ import annotations

import secrets
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.actions.intake import Intake, PartyGiven
from openhall.language import LANGUAGES, say
from openhall.models import Area, Channel, Office, Party, Service, ServiceRequest
from openhall.moment import now
from openhall.rules.demand import CLASS_NAMES, CUSTOMER_NAMES, SPECIAL
from openhall.rules.urgency import LEVEL_NAMES

ANONYMOUS, NAMED = "anonymous", "named"
NEW = "new"  # a new record, whatever looks like it
PEOPLE = ("party", "brought")  # whose request it is, who brings it: prefixes of their fields
_SHORT = {"class": "govuk-input--width-20", "autocomplete": "off"}


def _text(label: Any, most: int, *, help_text: Any = "", **attrs: Any) -> forms.CharField:
    return forms.CharField(
        required=False,
        label=label,
        max_length=most,
        help_text=help_text,
        widget=forms.TextInput(_SHORT | attrs),
    )


class Files(forms.FileField):
    """Several files of one field."""

    widget = type("FilesInput", (forms.FileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Files, self).clean(one, initial) for one in given]


class IntakeForm(forms.Form):
    """All of it on one screen. Only the text is required."""

    channel = forms.ChoiceField(label=_("How it came in"), initial=Channel.WINDOW)
    received_on = forms.DateField(
        required=False,
        label=_("Received on, if not today"),
        widget=forms.DateInput({"type": "date", "class": "govuk-input--width-10"}, format="%Y-%m-%d"),
    )
    who = forms.ChoiceField(label=_("Named or anonymous"), initial=NAMED, widget=forms.RadioSelect)
    party = forms.CharField(required=False, widget=forms.HiddenInput)
    party_name = _text(_("Name"), 120)
    party_phone = _text(_("Telephone"), 40, inputmode="tel")
    party_email = _text(_("E-mail"), 254, inputmode="email")
    party_kind = forms.ChoiceField(label=_("Kind of customer"), initial=Party.Kind.CITIZEN)
    party_registration = _text(_("Registration number of a company or body"), 40)
    party_address = _text(_("Postal address"), 254)
    brought = forms.CharField(required=False, widget=forms.HiddenInput)
    brought_name = _text(_("Name"), 120)
    brought_phone = _text(_("Telephone"), 40, inputmode="tel")
    brought_email = _text(_("E-mail"), 254, inputmode="email")
    text = forms.CharField(
        label=_("What it is about"),
        max_length=4000,
        strip=True,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": _("Write what it is about.")},
    )
    subject = forms.CharField(required=False, label=_("Subject, else the first words"), max_length=160)
    service = forms.ModelChoiceField(
        Service.objects.none(), required=False, label=_("Service"), to_field_name="code"
    )
    demand = forms.ChoiceField(required=False, label=_("Kind of request"))
    accused = forms.ModelChoiceField(
        Office.objects.none(),
        required=False,
        label=_("Department a report of wrongdoing is about"),
        help_text=_("It will never see this report."),
        to_field_name="code",
    )
    place = forms.CharField(required=False, label=_("Place in words"), max_length=200)
    area = forms.ModelChoiceField(Area.objects.none(), required=False, label=_("Area"), to_field_name="code")
    groups = forms.MultipleChoiceField(
        required=False, label=_("Special situation"), widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the answer"))
    urgency = forms.TypedChoiceField(required=False, label=_("Urgency"), coerce=int, empty_value=None)
    urgency_reason = forms.CharField(required=False, label=_("Why it was changed"), max_length=400)
    files = Files(
        required=False,
        label=_("Files"),
        help_text=_(
            "Up to 5, each at most 10 MB. Choose them last: they must be chosen again when the page comes back."
        ),
    )
    listed = forms.BooleanField(
        required=False, initial=True, label=_("Show it in the public register, without words and names")
    )
    once = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lang: str = "en", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lang = lang
        self.fields["channel"].choices = [
            (one.value, gettext(one.label)) for one in Channel if one != Channel.WEB
        ]
        self.fields["who"].choices = [(NAMED, gettext("Named")), (ANONYMOUS, gettext("Anonymous"))]
        self.fields["party_kind"].choices = [
            (str(key), gettext(name)) for key, name in CUSTOMER_NAMES.items()
        ]
        self.fields["demand"].choices = _optional(
            gettext("As the words say"), [(str(key), gettext(name)) for key, name in CLASS_NAMES.items()]
        )
        self.fields["groups"].choices = [(key, gettext(one.name)) for key, one in SPECIAL.items()]
        self.fields["language"].choices = list(LANGUAGES.items())
        self.fields["language"].initial = lang
        self.fields["urgency"].choices = _optional(
            gettext("As the rules say"),
            [(key, f"{key} · {gettext(name)}") for key, name in LEVEL_NAMES.items()],
        )
        self._tables()
        self.fields["once"].initial = secrets.token_urlsafe(18)

    def _tables(self) -> None:
        """Choices that stand in the database."""
        services = Service.objects.filter(active=True)
        for name, rows, empty in (
            ("service", services, gettext("Not known yet")),
            ("area", Area.objects.all(), gettext("Not known")),
            ("accused", Office.objects.departments(), gettext("None, or no report")),
        ):
            self.fields[name].queryset, self.fields[name].empty_label = rows, empty
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in services:
            groups.setdefault(say(one.group, self.lang), []).append((one.code, str(one)))
        grouped = [(name, rows) for name, rows in groups.items() if name]
        self.fields["service"].choices = [("", gettext("Not known yet")), *grouped, *groups.get("", [])]

    def typed(self, name: str) -> str:
        """What stands in a field now, valid or not."""
        return str(self[name].value() or "")

    def drafted(self) -> ServiceRequest:
        """The request as far as it has been filled in, not stored: for what is suggested while typing."""
        code = self.typed
        return ServiceRequest(
            subject=code("subject"),
            text=code("text"),
            demand=code("demand"),
            service=Service.objects.filter(code=code("service")).first(),
            area=Area.objects.filter(code=code("area")).first(),
            place=code("place"),
            groups=[group for group in self["groups"].value() or () if group in SPECIAL],
            channel=code("channel"),
            party=chosen(code("party")) if code("who") != ANONYMOUS else None,
            created_at=now(),
        )

    def intake(self) -> Intake:
        """What was filled in, for the action. Only after `is_valid`."""
        given = self.cleaned_data
        names = ("text", "demand", "service", "subject", "language", "area", "place", "groups", "channel")
        day = given["received_on"]
        return Intake(
            **{name: given[name] for name in names},
            files=given["files"],
            accused=given["accused"],
            listed=given["listed"],
            once=given["once"],
            urgency=given["urgency"],
            urgency_reason=given["urgency_reason"],
            party=None if given["who"] == ANONYMOUS else self._person("party"),
            reported_by=None if given["who"] == ANONYMOUS else self._person("brought"),
            received_at=_noon(day) if day and day != timezone.localdate(now()) else None,
        )

    def _person(self, prefix: str) -> Party | PartyGiven | None:
        """The record that was chosen, else who was typed."""
        given = self.cleaned_data
        known = chosen(given[prefix])
        if known:
            return known
        typed = PartyGiven(
            name=given[f"{prefix}_name"],
            email=given[f"{prefix}_email"],
            phone=given[f"{prefix}_phone"],
            address=given.get(f"{prefix}_address", "") if prefix == "party" else "",
            kind=given["party_kind"] if prefix == "party" else Party.Kind.CITIZEN,
            registration=given["party_registration"] if prefix == "party" else "",
            language=given["language"],
            groups=tuple(given["groups"]) if prefix == "party" else (),
        )
        return None if typed.empty else typed

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("who") != ANONYMOUS:
            for prefix in PEOPLE:
                self._named(given, prefix)
        return given

    def _named(self, given: dict[str, Any], prefix: str) -> None:
        """Who is not anonymous has a name; a box of suggestions may well hold one without, and then says so."""
        typed = any(given.get(f"{prefix}_{name}") for name in ("phone", "email"))
        nobody = not (given.get(prefix) and given[prefix] != NEW) and not given.get(f"{prefix}_name")
        if nobody and (typed or prefix == "party"):
            self.add_error(
                f"{prefix}_name", gettext("Enter the name, choose a record, or take it as anonymous.")
            )


def chosen(key: str) -> Party | None:
    """The record a radio button stands for."""
    return Party.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None


def _optional(empty: str, choices: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    return [("", empty), *choices]


def _noon(day: Any) -> datetime:
    """The middle of that day in the hall: in its opening hours, whatever they are."""
    return timezone.make_aware(datetime.combine(day, time(12)))

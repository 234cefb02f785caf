"""The form of a customer's record, with a line for each way to reach the customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.actions.parties import Particulars, particulars_of
from openhall.language import LANGUAGES
from openhall.models import ContactMethod, Party
from openhall.rules.demand import CUSTOMER_NAMES, SPECIAL
from openhall.rules.parties import Contact

LINES = 3  # empty lines offered besides those there are
MOST_LINES = 12


class PartyForm(forms.Form):
    """Everything a record says. The first line that is filled in is the preferred way, unless another is chosen."""

    kind = forms.ChoiceField(
        label=_("Kind of customer"), widget=forms.RadioSelect, initial=Party.Kind.CITIZEN
    )
    name = forms.CharField(required=False, label=_("Name"), widget=forms.TextInput({"autocomplete": "off"}))
    registration = forms.CharField(
        required=False,
        label=_("Registration number"),
        help_text=_("Of a company or government body."),
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language we write in"))
    groups = forms.MultipleChoiceField(
        required=False,
        label=_("Special situation"),
        help_text=_("Only what the person told us, and only for the personal service that follows from it."),
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(required=False, label=_("Note for colleagues"), widget=forms.Textarea({"rows": 3}))
    preferred = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, party: Party | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(str(key), gettext(name)) for key, name in CUSTOMER_NAMES.items()]
        self.fields["language"].choices = list(LANGUAGES.items())
        self.fields["groups"].choices = [(key, gettext(one.name)) for key, one in SPECIAL.items()]
        given = particulars_of(party) if party else Particulars(name="")
        if party:
            self.initial = {name: getattr(given, name) for name in self.fields if hasattr(given, name)}
        kinds = [(one.value, gettext(one.label)) for one in ContactMethod.Kind]
        self.lines = min(len(given.contacts) + LINES, MOST_LINES)
        for number in range(self.lines):
            known = given.contacts[number] if number < len(given.contacts) else None
            usual = kinds[(number - len(given.contacts)) % LINES if party else number][0]
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label=_("Way"), choices=kinds, initial=known.kind if known else usual
            )
            self.fields[f"value_{number}"] = forms.CharField(
                required=False, label=_("Address or number"), initial=known.value if known else ""
            )

    @property
    def contacts(self) -> Iterator[dict[str, Any]]:
        """For each line its fields, for the page."""
        chosen = str(self["preferred"].value() or 0)
        for number in range(self.lines):
            yield {
                "number": number,
                "kind": self[f"kind_{number}"],
                "value": self[f"value_{number}"],
                "preferred": chosen == str(number),
            }

    def particulars(self) -> Particulars:
        """What was filled in, for the actions. Only after `is_valid`."""
        given = self.cleaned_data
        first = given["preferred"] or 0
        numbers = sorted(range(self.lines), key=lambda number: number != first)
        contacts = (Contact(given[f"kind_{number}"], given[f"value_{number}"].strip()) for number in numbers)
        return Particulars(
            name=given["name"],
            kind=given["kind"],
            registration=given["registration"],
            language=given["language"],
            groups=tuple(sorted(given["groups"])),
            note=given["note"].replace("\r\n", "\n").strip(),
            contacts=tuple(contact for contact in contacts if contact.value),
        )

"""The form of a recurring duty: when it is due, and what the party declares, a line for each fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from openhall.models import Service
from openhall.rules.duties import LONGEST_FACT, LONGEST_LABEL, Facts

LINES = 6
_NARROW = {"class": "govuk-input--width-5"}


class DutyForm(forms.Form):
    """A new duty of one party."""

    service = forms.ModelChoiceField(
        Service.objects.none(), label=_("Service"), empty_label=_("Choose a service"), to_field_name="code"
    )
    title = forms.CharField(
        required=False, max_length=160, label=_("Name of the duty"), help_text=_("Else that of the service.")
    )
    due_on = forms.DateField(
        label=_("First due on"),
        widget=forms.DateInput({"type": "date", "class": "govuk-input--width-10"}, format="%Y-%m-%d"),
    )
    every_days = forms.IntegerField(
        required=False,
        label=_("Every so many days"),
        help_text=_("Leave it empty to take what the service says."),
        widget=forms.NumberInput(_NARROW),
    )
    remind_days = forms.IntegerField(
        initial=14,
        label=_("Reminder, days before"),
        help_text=_("From this day on it can be renewed."),
        widget=forms.NumberInput(_NARROW),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(active=True).exclude(renew_days=None)
        self.fields["service"].queryset = services
        self.fields["service"].choices = [
            ("", _("Choose a service")),
            *((one.code, f"{one} · {one.renew_days}") for one in services),
        ]
        for number in range(LINES):
            self.fields[f"label_{number}"] = forms.CharField(
                required=False, max_length=LONGEST_LABEL, label=_("What is declared")
            )
            self.fields[f"fact_{number}"] = forms.CharField(
                required=False, max_length=LONGEST_FACT, label=_("Declared now")
            )

    @property
    def lines(self) -> Iterator[tuple[Any, Any]]:
        for number in range(LINES):
            yield self[f"label_{number}"], self[f"fact_{number}"]

    def facts(self) -> Facts:
        """What was filled in. Only after `is_valid`."""
        given = self.cleaned_data
        return tuple((given[f"label_{number}"], given[f"fact_{number}"]) for number in range(LINES))

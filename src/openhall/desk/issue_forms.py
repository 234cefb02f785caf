"""What is asked before questionnaires go out: which office, and how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from openhall.actions.issue import MOST_CODES, MOST_COPIES
from openhall.models import Allocation

MOST_SLIPS = 1_000  # on one page; a browser prints no more in comfort
_NUMBER = forms.NumberInput({"class": "govuk-input--width-5", "min": 0})


class OfficeForm(forms.Form):
    """One of the offices this person may issue for."""

    office = forms.ModelChoiceField(Allocation.objects.none(), label=_("Office"), empty_label=None)

    def __init__(self, *args: Any, allocations: Sequence[Allocation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["office"]
        field.queryset = Allocation.objects.filter(pk__in=[one.pk for one in allocations]).select_related(
            "office"
        )
        field.label_from_instance = lambda allocation: str(allocation.office)


class CodesForm(OfficeForm):
    count = forms.IntegerField(
        label=_("How many codes"),
        min_value=1,
        max_value=MOST_CODES,
        widget=_NUMBER,
        help_text=_("At most 5,000 at a time."),
    )
    output = forms.ChoiceField(
        label=_("What to make"),
        choices=[
            ("slips", _("Slips to print and cut, each with its code and QR code (at most 1,000)")),
            ("csv", _("A CSV file for letters or a printer")),
        ],
        initial="slips",
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("output") == "slips" and given.get("count", 0) > MOST_SLIPS:
            self.add_error(
                "count", _("Slips are made up to 1,000 at a time. Make fewer, or choose the CSV file.")
            )
        return given


class PrintForm(OfficeForm):
    copies = forms.IntegerField(
        label=_("How many forms"),
        min_value=1,
        max_value=MOST_COPIES,
        widget=_NUMBER,
        help_text=_("At most 500 at a time."),
    )


class ElsewhereForm(OfficeForm):
    count = forms.IntegerField(
        label=_("Sheets issued elsewhere, in all"),
        min_value=0,
        widget=_NUMBER,
        help_text=_("Replaces the number recorded before; 0 takes it away."),
    )

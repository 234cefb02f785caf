"""The form of a wave's plan: names, version, numbers, and a line for each office."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from openhall.actions.waves import Plan, Share
from openhall.language import LANGUAGES
from openhall.models import Office, Version, Wave

_NARROW = "govuk-input--width-5"
_NAMES = {"en": gettext_noop("Name in English"), "zh": gettext_noop("Name in Chinese")}


class WaveForm(forms.Form):
    """Everything a plan says. Of an opened wave (`wave`) the version is shown and cannot be changed."""

    version = forms.ModelChoiceField(
        Version.objects.none(),
        label=_("Questionnaire"),
        empty_label=_("Choose a questionnaire"),
        help_text=_("It is frozen when the wave opens; later edits make a new version."),
    )
    planned = forms.IntegerField(
        required=False,
        label=_("Planned number of questionnaires"),
        help_text=_(
            "What the study’s plan asks for in all offices together. Leave it empty if there is no plan."
        ),
        widget=forms.NumberInput({"class": _NARROW}),
    )
    closes_on = forms.DateField(
        required=False,
        label=_("Last day"),
        help_text=_(
            "Answers are accepted until the end of this day. Leave it empty to close the wave by hand."
        ),
        widget=forms.DateInput({"type": "date", "class": "govuk-input--width-10"}, format="%Y-%m-%d"),
    )
    min_seconds = forms.IntegerField(
        initial=20,
        label=_("Minimum seconds"),
        help_text=_("Answers sent faster than this are marked, and a person decides whether they count."),
        widget=forms.NumberInput({"class": _NARROW}),
    )
    listed = forms.BooleanField(
        required=False,
        label=_("Offer this wave on the front page"),
        help_text=_("Otherwise only people with a link, a poster, a code or a paper form can answer."),
    )

    def __init__(self, *args: Any, wave: Wave | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(
                label=_(_NAMES[code]), required=False, max_length=120
            )
        self.order_fields([f"name_{code}" for code in LANGUAGES])
        self.all_offices = list(Office.objects.all())
        for office in self.all_offices:
            self._add_office(office)
        self.fields["version"].queryset = _versions(wave)
        if wave is not None:
            self.initial = {**_initial(wave), **self.initial}
            self.fields["version"].disabled = wave.state != Wave.State.DRAFT

    def _add_office(self, office: Office) -> None:
        number = {"class": _NARROW, "min": 1}
        self.fields[f"office_{office.pk}"] = forms.BooleanField(required=False, label=str(office))
        for kind, label in (("target", _("Target of {office}")), ("quota", _("Quota of {office}"))):
            self.fields[f"{kind}_{office.pk}"] = forms.IntegerField(
                required=False, label=str(label).format(office=office), widget=forms.NumberInput(number)
            )

    @property
    def offices(self) -> Iterator[dict[str, Any]]:
        """For each office its three fields, for the table."""
        for office in self.all_offices:
            yield {
                "takes_part": self[f"office_{office.pk}"],
                "target": self[f"target_{office.pk}"],
                "quota": self[f"quota_{office.pk}"],
            }

    def plan(self) -> Plan:
        """What was filled in, for the actions. Only after `is_valid`."""
        given = self.cleaned_data
        return Plan(
            name={code: given[f"name_{code}"] for code in LANGUAGES},
            version=given["version"],
            shares=tuple(
                Share(office, given[f"target_{office.pk}"], given[f"quota_{office.pk}"])
                for office in self.all_offices
                if given[f"office_{office.pk}"]
            ),
            planned=given["planned"],
            closes_on=given["closes_on"],
            min_seconds=given["min_seconds"],
            listed=given["listed"],
        )


def _versions(wave: Wave | None) -> Any:
    """The newest version of each questionnaire, and the wave's own."""
    newest = Version.objects.annotate(last=Max("questionnaire__versions__number"))
    own = wave.version_id if wave else None
    return newest.filter(Q(number=F("last")) | Q(pk=own)).select_related("questionnaire")


def _initial(wave: Wave) -> dict[str, Any]:
    """The plan as it stands."""
    initial: dict[str, Any] = {f"name_{code}": text for code, text in wave.name.items()}
    for name in ("version", "planned", "closes_on", "min_seconds", "listed"):
        initial[name] = getattr(wave, name)
    for share in wave.allocations.all():
        initial |= {
            f"office_{share.office_id}": True,
            f"target_{share.office_id}": share.target,
            f"quota_{share.office_id}": share.quota,
        }
    return initial

"""The calendar's form: hours by weekday in two periods, special days a line each; read for rules.calendar."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.rules import public_holidays
from openhall.rules.hours import WEEKDAYS

_PERIOD = re.compile(r"\s*([\d:]+)\s*[-–—]\s*([\d:]+)\s*")
PLACES = ("from", "until", "again_from", "again_until")


class CalendarForm(forms.Form):
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        help_text=_("As Asia/Shanghai or Europe/London."),
    )
    country = forms.ChoiceField(label=_("Public holidays of"), required=False)
    subdivision = forms.CharField(
        label=_("Part of the country"),
        required=False,
        widget=forms.Select,
        help_text=_(
            "Where its holidays differ. After another country was chosen, look at the preview first."
        ),
    )
    closed = forms.CharField(
        label=_("Extra closed days"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("A day on each line, with its name: 2026-12-24 Christmas Eve"),
    )
    open = forms.CharField(
        label=_("Extra open days"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("A day on each line, with its hours: 2026-02-14 09:00-12:00, 13:30-17:30"),
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for day in range(7):
            for place in PLACES:
                self.fields[f"{place}_{day}"] = forms.CharField(required=False, max_length=5)
        names = public_holidays.countries()
        self.fields["country"].choices = [
            ("", gettext("None")),
            *((code, f"{name} ({code})") for code, name in names.items()),
        ]
        country = self["country"].value() or ""
        parts = public_holidays.parts(country) if public_holidays.known(country) else ()
        self.fields["subdivision"].widget.choices = [
            ("", gettext("The whole country")),
            *((part, part) for part in parts),
        ]

    def week(self) -> list[tuple[str, list[BoundField]]]:
        return [
            (gettext(name), [self[f"{place}_{day}"] for place in PLACES]) for day, name in enumerate(WEEKDAYS)
        ]

    def clean_subdivision(self) -> str:
        """That of another country is forgotten."""
        given, country = self.cleaned_data["subdivision"], self.cleaned_data.get("country", "")
        return given if country and given in public_holidays.parts(country) else ""

    def clean_zone(self) -> str:
        if (zone := self.cleaned_data["zone"].strip()) not in available_timezones():
            raise forms.ValidationError(gettext("This time zone is not known."))
        return zone


def calendar_form(stored: dict[str, Any], request: HttpRequest) -> CalendarForm:
    initial = {name: stored[name] for name in ("zone", "country", "subdivision")}
    initial["closed"] = "\n".join(f"{day} {name}".strip() for day, name in stored["closed"].items())
    initial["open"] = "\n".join(
        f"{day} {', '.join('-'.join(period) for period in hours)}" for day, hours in stored["open"].items()
    )
    for day, hours in stored["hours"].items():
        for place, time in zip(PLACES, (time for period in hours[:2] for time in period), strict=False):
            initial[f"{place}_{day}"] = time
    return CalendarForm(request.POST if request.method == "POST" else None, initial=initial)


def calendar_data(form: CalendarForm) -> dict[str, Any]:
    """As Calendar.from_dict takes it; what cannot be read goes along, for it to name."""
    given = form.cleaned_data
    return {
        **{name: given[name] for name in ("zone", "country", "subdivision")},
        "hours": {str(day): hours for day in range(7) if (hours := _hours(given, day))},
        "closed": dict(_days(given["closed"])),
        "open": {
            day: [
                _PERIOD.fullmatch(one).groups() if _PERIOD.fullmatch(one) else [one]
                for one in hours.split(",")
            ]
            for day, hours in _days(given["open"])
        },
    }


def _hours(given: dict[str, Any], day: int) -> list[list[str]]:
    times = [_time(given[f"{place}_{day}"]) for place in PLACES]
    return [period for period in (times[:2], times[2:]) if any(period)]


def _time(text: str) -> str:
    """9:00 as 09:00."""
    text = text.strip().replace("：", ":")
    return f"0{text}" if re.fullmatch(r"\d:\d\d", text) else text


def _days(text: str) -> list[tuple[str, str]]:
    """Each line: the day, and what follows it."""
    rows = (line.strip().partition(" ") for line in text.splitlines() if line.strip())
    return [(day, rest.strip()) for day, _space, rest in rows]

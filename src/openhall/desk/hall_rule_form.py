"""One rule of urgency as a form: name, level, why, and its conditions a row each. Row B2."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.desk.hall_forms import RowsForm, said, spread
from openhall.errors import N_
from openhall.rules.conditions import KIND_NAMES, LISTED, Kind, Same
from openhall.rules.rulebook import Rule
from openhall.rules.urgency import LEVEL_NAMES

SAME_NAMES = {
    Same.EITHER: N_("Same service or same place"),
    Same.SERVICE: N_("Same service"),
    Same.PLACE: N_("Same place"),
    Same.BOTH: N_("Same service and same place"),
}
_BETWEEN = re.compile(r"[\n,，、;；]+")


class RuleForm(RowsForm):
    LAYOUT = ("name*", "level", "because*")

    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120, required=False)
    level = forms.TypedChoiceField(label=_("Urgency it gives"), coerce=int)
    because_en = forms.CharField(label=_("Why, in English"), max_length=300, required=False)
    because_zh = forms.CharField(label=_("Why, in Chinese"), max_length=300, required=False)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["level"].choices = [
            (level, f"{level} {gettext(name)}") for level, name in LEVEL_NAMES.items()
        ]


class ConditionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Condition"), required=False)
    any = forms.CharField(
        label=_("One of"), required=False, max_length=8000, widget=forms.Textarea({"rows": 2})
    )
    at_least = forms.IntegerField(label=_("At least"), required=False, min_value=0, max_value=1000)
    days = forms.IntegerField(label=_("Days"), required=False, min_value=0, max_value=3650)
    same = forms.ChoiceField(label=_("Alike in"), required=False)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["kind"].choices = [("", gettext("No condition")), *said(KIND_NAMES.items())]
        self.fields["same"].choices = said(SAME_NAMES.items())


ConditionRows = forms.formset_factory(ConditionForm, extra=2, max_num=20, absolute_max=20)


def rule_initial(rule: Rule) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Values of the form, and of its rows."""
    first = {**spread(rule.name, "name"), **spread(rule.because, "because"), "level": rule.level}
    rows = [
        {
            "kind": one.kind.value,
            "any": ", ".join(one.any),
            "at_least": one.at_least or None,
            "days": one.days if one.kind in (Kind.EARLIER, Kind.DEADLINE) else None,
            "same": one.same.value,
        }
        for one in rule.conditions
    ]
    return first, rows


def rule_data(form: RuleForm, rows: Any) -> dict[str, object]:
    """The rule as a book on file has it; rows without a kind are left out."""
    when = [_condition(row.cleaned_data) for row in rows if row.cleaned_data.get("kind")]
    data = {"name": form.wording("name"), "when": when, "level": form.cleaned_data["level"]}
    because = form.wording("because")
    return data | ({"because": because} if because else {})


def _condition(given: dict[str, Any]) -> dict[str, Any]:
    kind = Kind(given["kind"])
    data: dict[str, Any] = {"kind": kind.value}
    if kind in LISTED:
        data["any"] = [one.strip() for one in _BETWEEN.split(given["any"]) if one.strip()]
    if kind is Kind.EARLIER:
        data |= {"at_least": given["at_least"], "same": given["same"] or Same.EITHER.value}
    if kind in (Kind.EARLIER, Kind.DEADLINE):
        data["days"] = given["days"]
    return data

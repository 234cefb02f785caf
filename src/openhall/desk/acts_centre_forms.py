"""Forms of the centre about what a request is and whether it is ours: classify, accept, refuse, answer at once, join to
another, part, list. Each shows beside its fields what the rules suggest and why.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.actions.decide import AT_ONCE
from openhall.desk.acts_centre_lists import CentreForm, RowField, item_group, suggested, worded, wording
from openhall.errors import N_
from openhall.language import say, translator
from openhall.models import ListItem, ServiceRequest
from openhall.reads import suggestions
from openhall.rules.decision import (
    ELIGIBLE_NAMES,
    LEVEL_NAMES,
    POSITIVE,
    RESOURCE_NAMES,
    Eligible,
    Level,
    Listed,
)
from openhall.rules.demand import CLASS_NAMES, SERVICE_NAMES, SPECIAL, DemandClass, services_for
from openhall.rules.suggestion import Reason, Suggestion
from openhall.rules.urgency import LEVEL_NAMES as URGENCY_NAMES
from openhall.rules.workflow import OUTCOME_NAMES
from openhall.surveys.codes import normalise

TEXT = {"rows": 4}
NOT_OURS = N_(
    "Thank you for turning to us. Your request is about “{title}”, which is not among our duties. "
    "Please turn to: {refer_to}."
)
NOT_TO_BE_HAD = N_(
    "Thank you for turning to us. Your request is about “{title}”. We cannot do what you ask, on the following "
    "ground: {basis}."
)


def named(names: dict[Any, str], *keys: Any) -> list[tuple[str, str]]:
    """Choices from marked names, all or those of `keys`, in the page's language."""
    return [(str(key), gettext(names[key])) for key in keys or names]


class ClassifyForm(CentreForm):
    template_name = "desk/request/centre/classify.html"

    demand = forms.ChoiceField(label=_("Class"))
    service = RowField(label=_("Service"), required=False)
    area = RowField(label=_("Area"), required=False)
    groups = forms.MultipleChoiceField(
        label=_("Special situation"), required=False, widget=forms.CheckboxSelectMultiple
    )
    urgency = forms.ChoiceField(label=_("Urgency"), required=False, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason for the urgency"),
        required=False,
        max_length=500,
        help_text=_("Needed where you choose another level than the rules."),
    )
    accused = RowField(
        label=_("Department the report is about"),
        required=False,
        help_text=_("Only for a report of wrongdoing. This department never sees it."),
    )

    def prepare(self) -> None:
        case, fields = self.case, self.fields
        fields["demand"].choices = [("", gettext("Choose a class")), *named(CLASS_NAMES)]
        fields["service"].offer(
            self._services(),
            group=lambda one: wording(one.group),
            empty=gettext("None of these, or not known"),
        )
        fields["area"].offer(self.lists.areas, empty=gettext("Not known, or it does not matter"))
        fields["groups"].choices = [(key, gettext(one.name)) for key, one in SPECIAL.items()]
        fields["accused"].offer(self.lists.departments, empty=gettext("None"))
        level = suggestions.urgency_of(case)
        fields["urgency"].choices = self._levels(level)
        fields["urgency"].help_text = escape(worded(level))
        changed = case.urgency_why.get("reason") or case.urgency != level.value
        self.initial = {
            "demand": case.demand,
            "service": case.service_id,
            "area": case.area_id,
            "groups": case.groups,
            "urgency": str(case.urgency) if changed else "",
            "reason": case.urgency_why.get("reason", ""),
            "accused": case.accused_id,
        }
        self._suggest()

    def _services(self) -> list[Any]:
        """The catalogue, and the service the request has although it is no longer in it."""
        known = self.lists.services
        mine = self.case.service
        return known if mine is None or mine in known else [*known, mine]

    def _levels(self, level: Suggestion[int]) -> list[tuple[str, str]]:
        said = gettext("As the rules say, now: %(level)s %(name)s")
        first = said % {"level": level.value, "name": gettext(URGENCY_NAMES[level.value])}
        return [("", first), *((str(one), f"{one} {gettext(name)}") for one, name in URGENCY_NAMES.items())]

    def _suggest(self) -> None:
        """Beside a field that is empty or says something else: what is suggested, filled in where it is empty."""
        for field, found in (
            ("demand", suggestions.demand_class(self.case)),
            ("service", suggestions.service(self.case, self.lists.services)),
            ("area", suggestions.area(self.case, self.lists.areas)),
        ):
            key = found and str(getattr(found.value, "pk", found.value))
            if found is None or str(self.initial[field] or "") == key:
                continue
            name = gettext(CLASS_NAMES[found.value]) if field == "demand" else str(found.value)
            self.fields[field].help_text = suggested(name, found)
            self.initial[field] = self.initial[field] or key

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("demand") and data.get("accused") and data["demand"] != DemandClass.REPORT:
            self.add_error("accused", gettext("Only a report of wrongdoing names a department."))
        data["urgency"] = int(data["urgency"]) if data.get("urgency") else None
        return data


class GroundForm(CentreForm):
    """A form that cites an item of the power or the responsibility list."""

    ground = RowField(label=_("Ground"), help_text=_("An item of the power or the responsibility list."))

    def prepare(self) -> None:
        items = [item for item in self.lists.items if item.kind in POSITIVE]
        self.fields["ground"].offer(items, group=item_group, empty=gettext("Choose an item"))
        service = self.case.service
        first = service.power_id if service else None
        if service and first is None:  # else what the departments competent for it must do
            offices = set(service.competences.values_list("office", flat=True))
            first = next((item.pk for item in items if item.office_id in offices), None)
        self.initial["ground"] = first


class AcceptForm(GroundForm):
    template_name = "desk/request/centre/accept.html"

    level = forms.ChoiceField(label=_("Level of service"), widget=forms.RadioSelect)
    eligible = forms.ChoiceField(label=_("Conditions"), widget=forms.RadioSelect)
    resources = forms.MultipleChoiceField(
        label=_("What it takes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(TEXT),
        help_text=_("Needed where something still has to be shown: say what."),
    )

    def prepare(self) -> None:
        super().prepare()
        level = suggested_level(self.case)
        self.fields["level"].choices = named(LEVEL_NAMES)
        self.fields["level"].help_text = suggested(gettext(LEVEL_NAMES[level.value]), level)
        self.fields["eligible"].choices = named(ELIGIBLE_NAMES, Eligible.YES, Eligible.UNKNOWN)
        self.fields["resources"].choices = named(RESOURCE_NAMES)
        self.initial |= {"level": level.value, "eligible": Eligible.YES}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("eligible") == Eligible.UNKNOWN and not data.get("reason"):
            self.add_error("reason", gettext("Say what the person must still show."))
        return data


def suggested_level(case: ServiceRequest) -> Suggestion[Level]:
    """Personal service where the special situations ask for it, the fast lane for what cannot wait, else standard."""
    party = case.party.groups if case.party_id else []
    groups = [group for group in (*case.groups, *party) if group in SPECIAL]
    if services := services_for(groups):
        names = [Reason(SERVICE_NAMES[one]) for one in services]
        return Suggestion(Level.PERSONAL, N_("The person’s situation asks for: {names}."), {"names": names})
    if case.urgency == 1:
        return Suggestion(Level.FAST, N_("It is most urgent."))
    return Suggestion(Level.STANDARD, N_("Nothing asks for more."))


class RefuseForm(CentreForm):
    template_name = "desk/request/centre/refuse.html"

    ground = RowField(
        label=_("Ground"), widget=forms.RadioSelect, help_text=_("An item of the negative list.")
    )
    refer_to = forms.CharField(
        label=_("Whose it is"),
        required=False,
        max_length=200,
        help_text=_("Only where it is another body than the list names."),
    )
    reply = forms.CharField(
        label=_("Reply to the citizen"),
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("Leave it empty to have the list’s own words put here; read them and send again."),
    )

    def prepare(self) -> None:
        items = [item for item in self.lists.items if item.kind == Listed.NEGATIVE]
        self.fields["ground"].offer(items)

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The negative list for the page: each item with its rule and whose it is."""
        chosen = self["ground"].value()
        return [
            {"item": item, "checked": pk == str(chosen), "id": f"{self['ground'].auto_id}_{at}"}
            for at, (pk, item) in enumerate(self.fields["ground"].rows.items())
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("ground") and not data.get("reply"):
            self.data = self.data.copy()
            self.data[self.add_prefix("reply")] = ready_reply(
                data["ground"], data["refer_to"], self.case.language
            )
            self.add_error(
                "reply",
                gettext("The words of the list are filled in. Change what you need, then send again."),
            )
        elif not data.get("reply"):
            self.add_error("reply", gettext("Write a reply in words the citizen knows."))
        return data


def ready_reply(item: ListItem, refer_to: str, lang: str) -> str:
    """What the list itself tells the citizen, in the citizen's language."""
    translate = translator(lang)
    refer_to = refer_to or say(item.refer_to, lang)
    basis = say(item.text, lang) or say(item.basis, lang) or item.code
    said = translate(NOT_OURS if refer_to else NOT_TO_BE_HAD)
    return said.format(
        title=say(item.title, lang), refer_to=refer_to.rstrip(".。"), basis=basis.rstrip(".。")
    )


class SettleForm(GroundForm):
    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    reply = forms.CharField(
        label=_("Reply to the citizen"),
        widget=forms.Textarea({"rows": 6}),
        help_text=_("In words; the request is closed with it."),
    )

    def prepare(self) -> None:
        super().prepare()
        self.fields["outcome"].choices = named(OUTCOME_NAMES, *AT_ONCE)


class MergeForm(CentreForm):
    template_name = "desk/request/centre/merge.html"

    likely = RowField(label=_("Requests it may repeat"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(label=_("Another request, by its number"), required=False, max_length=20)

    def prepare(self) -> None:
        self.repeated = suggestions.repeated(self.case, self.by)
        self.fields["likely"].offer([one.request for one in self.repeated])

    @property
    def cards(self) -> list[dict[str, Any]]:
        chosen = self["likely"].value()
        return [
            {
                "request": one.request,
                "why": [worded(reason) for reason in one.why],
                "checked": str(one.request.pk) == str(chosen),
                "id": f"{self['likely'].auto_id}_{at}",
            }
            for at, one in enumerate(self.repeated)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        into, number = data.pop("likely", None), data.pop("number", "")
        if number:
            into = ServiceRequest.objects.visible_to(self.by).filter(number=normalise(number)).first()
            if into is None:
                self.add_error("number", gettext("There is no request with this number that you may see."))
        if into is None and not self.errors:
            self.add_error("number", gettext("Choose a request, or type its number."))
        return {"into": into}


class ReasonForm(CentreForm):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(TEXT))


class UnlistForm(CentreForm):
    reason = forms.CharField(label=_("Reason"), max_length=500)

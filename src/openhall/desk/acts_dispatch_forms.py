"""Forms about who works on a request: dispatch with its suggestions and checklist, arbitrate, transfer, assign, return,
more time. Each says what it leads to before it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.actions.arbitrate import LONGEST_EXTENSION
from openhall.desk.acts_centre_forms import TEXT
from openhall.desk.acts_centre_lists import CentreForm, RowField, RowsField, worded, wording
from openhall.errors import N_
from openhall.models import Ask, Assignment, Clock, Office, User, hall_calendar
from openhall.reads import suggestions
from openhall.reads.readiness import look
from openhall.rules import clocks
from openhall.rules.clocks import ClockKind
from openhall.rules.dispatch import Person, Suggested
from openhall.rules.readiness import CHECK_NAMES, CURES
from openhall.rules.suggestion import Reason
from openhall.rules.workflow import LONGEST_EXTENSIONS, LONGEST_RETURNS

NARROW = {"class": "govuk-input--width-3", "inputmode": "numeric"}


class DispatchForm(CentreForm):
    """Departments as cards, the suggested first with their reasons; who assists; a person; an instruction."""

    template_name = "desk/request/centre/dispatch.html"

    lead = RowField(label=_("Lead department"), widget=forms.RadioSelect)
    because = forms.CharField(
        label=_("Why this department"),
        required=False,
        max_length=500,
        help_text=_("Needed where it is none of those suggested."),
    )
    assisting = RowsField(label=_("Assisting departments"), required=False)
    handler = RowField(
        label=_("Person"),
        required=False,
        help_text=_("You may leave it to the head of the department. Only those who are there are shown."),
    )
    instruction = forms.CharField(
        label=_("Instruction"),
        required=False,
        widget=forms.Textarea(TEXT),
        help_text=_("Every department this goes to reads it."),
    )

    def prepare(self) -> None:
        self.proposal = suggestions.departments(self.case, self.lists.staff)
        self.checks = [
            {"name": gettext(CHECK_NAMES[check]), "there": there, "cure": gettext(CURES[check])}
            for check, there in look(self.case).items()
        ]
        self.ask = self.lists.open_ask(Ask.Kind.RETURN)
        barred = {one.office for one in self.proposal.left_out} | {self.ask.office_id if self.ask else None}
        able = [office for office in self.lists.departments if office.pk not in barred]
        self.reasons = self._reasons({office.pk for office in able})
        order = {office: at for at, office in enumerate(self.reasons)}
        able.sort(key=lambda office: order.get(office.pk, len(order)))
        self.fields["lead"].offer(able)
        self.fields["assisting"].offer(able)
        self.fields["handler"].offer(
            self._people(able),
            group=lambda one: str(one.office),
            name=self._person,
            empty=gettext("Nobody yet"),
        )
        there = [sent.office_id for sent in self.lists.sendings if sent.part == Assignment.Part.ASSISTING]
        self.initial = {
            "lead": next(iter(self.reasons), None),
            "assisting": there or [one.office for one in self.proposal.assisting if one.office not in barred],
        }

    def _reasons(self, able: Collection[int]) -> dict[int, tuple[Reason, ...]]:
        """The departments suggested, the one first that was named by who returned the request, and why each."""
        found = {one.office: one.reasons for one in self.proposal.lead if one.office in able}
        named = self.ask.suggests if self.ask else None
        if named is None or named.pk not in able:
            return found
        why = Reason(
            N_("{office} returned the request and names this department."), {"office": self.ask.office.name}
        )
        return {named.pk: (why, *found.pop(named.pk, ())), **found}

    def _people(self, able: Iterable[Office]) -> list[User]:
        """Those present in departments that can be chosen; of the best suggested one in the order of their fitness."""
        first = next(iter(self.reasons), None)
        self.ranked = {
            one.person: one
            for one in (suggestions.people(self.case, first, self.lists.staff) if first is not None else ())
        }
        order = {person: at for at, person in enumerate(self.ranked)}
        offices = {office.pk: office for office in able}
        people = [one for one in self.lists.staff if one.office_id in offices]
        for one in people:
            one.office = offices[one.office_id]
        return sorted(people, key=lambda one: order.get(one.pk, len(order)))

    def _person(self, user: User) -> str:
        ranked = self.ranked.get(user.pk)
        return f"{user}{_told(ranked)}" if ranked else str(user)

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [card for card in self._cards() if card["suggested"]]

    @property
    def others(self) -> list[dict[str, Any]]:
        return [card for card in self._cards() if not card["suggested"]]

    def _cards(self) -> list[dict[str, Any]]:
        chosen = str(self["lead"].value() or "")
        return [
            {
                "office": office,
                "suggested": office.pk in self.reasons,
                "why": [worded(reason) for reason in self.reasons.get(office.pk, ())],
                "checked": pk == chosen,
                "id": f"{self['lead'].auto_id}_{at}",
            }
            for at, (pk, office) in enumerate(self.fields["lead"].rows.items())
        ]

    @property
    def helpers(self) -> list[dict[str, Any]]:
        """The assisting departments, those the catalogue names first with the reason."""
        named = {one.office: one for one in self.proposal.assisting}
        chosen = {str(pk) for pk in self["assisting"].value() or ()}
        rows = sorted(self.fields["assisting"].rows.items(), key=lambda pair: int(pair[0]) not in named)
        return [
            {
                "office": office,
                "why": _first_reason(named.get(office.pk)),
                "checked": pk in chosen,
                "id": f"{self['assisting'].auto_id}_{at}",
            }
            for at, (pk, office) in enumerate(rows)
        ]

    @property
    def left_out(self) -> list[dict[str, str]]:
        return [{"name": wording(one.name), "why": worded(one.reason)} for one in self.proposal.left_out]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        because, lead, handler = data.pop("because", ""), data.get("lead"), data.get("handler")
        reasons = self.reasons.get(lead.pk, ()) if lead else ()
        if lead and not reasons and self.reasons and not because:
            self.add_error("because", gettext("Say why, since it is none of the departments suggested."))
        if lead and handler and handler.office_id != lead.pk:
            self.add_error("handler", gettext("This person works for another department than the lead."))
        data["why"] = (*reasons, *((because,) if because else ()))
        return data


def _first_reason(suggested: Suggested | None) -> str:
    return worded(suggested.reasons[0]) if suggested and suggested.reasons else ""


def _told(person: Person) -> str:
    reasons = " ".join(worded(reason) for reason in person.reasons)
    return f" – {reasons}" if reasons else ""


class UpholdForm(CentreForm):
    template_name = "desk/request/centre/uphold.html"

    answer = forms.CharField(
        label=_("Answer to the department"),
        widget=forms.Textarea(TEXT),
        help_text=_("Why it stays with them. They must sign for it again."),
    )

    def prepare(self) -> None:
        self.ask = self.lists.open_ask(Ask.Kind.RETURN)
        office = self.case.lead_id
        self.times = sum(one.kind == Ask.Kind.RETURN and one.office_id == office for one in self.lists.asks)
        self.most = LONGEST_RETURNS


class DecideExtensionForm(CentreForm):
    """Shows what was asked and what the new deadline would be."""

    template_name = "desk/request/centre/extension.html"

    granted = forms.TypedChoiceField(
        label=_("More time"),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        choices=[("yes", _("Give it")), ("no", _("Do not give it"))],
    )
    answer = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea(TEXT),
        help_text=_("The department reads it, and the citizen with the new date. Use words for both."),
    )

    def prepare(self) -> None:
        self.ask = self.lists.open_ask(Ask.Kind.EXTENSION)
        self.old_due, self.new_due = self._dues()

    def _dues(self) -> tuple[datetime | None, datetime | None]:
        """The deadline to settle it, as it is and as it would be; None while the clock stands still."""
        clock = Clock.objects.running().filter(request=self.case, kind=ClockKind.RESOLVE).first()
        if clock is None or self.ask is None:
            return None, None
        calendar = hall_calendar()
        longer = clocks.extend(clock.value, int(self.ask.days * calendar.minutes_per_day))
        return clock.due_at, clocks.due(longer, calendar)


class TransferForm(CentreForm):
    office = RowField(label=_("Department"))
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(TEXT), help_text=_("The next department reads it.")
    )

    def prepare(self) -> None:
        self.fields["office"].offer(
            [
                one
                for one in self.lists.departments
                if one.pk not in (self.case.lead_id, self.case.accused_id)
            ],
            empty=gettext("Choose a department"),
        )


class AssistForm(CentreForm):
    office = RowField(label=_("Department"))
    instruction = forms.CharField(
        label=_("Instruction"), widget=forms.Textarea(TEXT), help_text=_("What it should do.")
    )

    def prepare(self) -> None:
        there = {sent.office_id for sent in self.lists.sendings} | {self.case.accused_id}
        self.fields["office"].offer(
            [one for one in self.lists.departments if one.pk not in there],
            empty=gettext("Choose a department"),
        )


class AssignForm(CentreForm):
    template_name = "desk/request/centre/assign.html"

    handler = RowField(label=_("Person"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        sent = self.lists.sending_of(self.by.office_id)
        self.ranked = suggestions.people(self.case, self.by.office_id or 0, self.lists.staff)
        staff = {one.pk: one for one in self.lists.staff}
        now_has = sent.handler_id if sent else None
        self.fields["handler"].offer(staff[one.person] for one in self.ranked if one.person != now_has)

    @property
    def cards(self) -> list[dict[str, Any]]:
        chosen, why = str(self["handler"].value() or ""), {one.person: one for one in self.ranked}
        return [
            {
                "person": user,
                "why": [worded(reason) for reason in why[user.pk].reasons],
                "checked": pk == chosen,
                "id": f"{self['handler'].auto_id}_{at}",
            }
            for at, (pk, user) in enumerate(self.fields["handler"].rows.items())
        ]


class ReturnForm(CentreForm):
    template_name = "desk/request/centre/return.html"

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(TEXT),
        help_text=_("Why it is not yours, on what ground. The centre decides."),
    )
    suggests = RowField(label=_("Whose it is"), required=False)

    def prepare(self) -> None:
        office = self.case.lead_id
        times = sum(one.kind == Ask.Kind.RETURN and one.office_id == office for one in self.lists.asks)
        self.left = LONGEST_RETURNS - times
        self.fields["suggests"].offer(
            [one for one in self.lists.departments if one.pk not in (office, self.case.accused_id)],
            empty=gettext("I do not know"),
        )


class AskExtensionForm(CentreForm):
    template_name = "desk/request/centre/ask_extension.html"

    days = forms.IntegerField(
        label=_("Working days more"),
        min_value=1,
        max_value=LONGEST_EXTENSION,
        widget=forms.NumberInput(NARROW),
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(TEXT), help_text=_("The centre decides on it.")
    )

    def prepare(self) -> None:
        self.left = LONGEST_EXTENSIONS - self.case.extensions

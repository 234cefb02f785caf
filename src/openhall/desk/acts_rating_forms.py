"""Forms of the request page about ratings: one entered for the citizen, and each step of a rectification."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from openhall.desk.acts import ActForm
from openhall.desk.acts_centre_lists import RowField, item_group
from openhall.language import say
from openhall.models import ListItem
from openhall.moment import now
from openhall.reads import ratings
from openhall.rules.ratings import LEVEL_NAMES, LONGEST_REMARK
from openhall.rules.rectification import LEDGER_DAYS
from openhall.surveys.questionnaire import Role

LONGEST = 4000


class RatingForm(ActForm):
    """What the citizen says, question by question; the questions are those of the questionnaire."""

    def prepare(self) -> None:
        lang = get_language() or "en"
        for question in ratings.asked(ratings.rating_of(self.case)):
            choices = [(str(option.value), say(option.label, lang)) for option in question.options]
            first = question.role is Role.OVERALL
            self.fields[question.key] = forms.ChoiceField(
                label=say(question.text, lang),
                choices=choices if first else [("", gettext("No answer")), *choices],
                required=question.required,
                widget=forms.RadioSelect if first else forms.Select,
            )
        self.fields["remark"] = forms.CharField(
            label=gettext("What else they said"),
            required=False,
            max_length=LONGEST_REMARK,
            widget=forms.Textarea(attrs={"rows": 3}),
        )


class CallForm(ActForm):
    text = forms.CharField(
        label=_("What the citizen said"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class FoundForm(ActForm):
    text = forms.CharField(
        label=_("What was found, and how"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class FixForm(ActForm):
    text = forms.CharField(
        label=_("What is done"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class LedgerForm(ActForm):
    text = forms.CharField(
        label=_("Plan"),
        help_text=_("What is done, by whom, in which order."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    deadline = forms.DateField(label=_("To be done by"), widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        today = timezone.localdate(now())
        limits = {"min": today + timedelta(days=1), "max": today + timedelta(days=LEDGER_DAYS)}
        self.fields["deadline"].widget.attrs |= {name: day.isoformat() for name, day in limits.items()}


class ExplainForm(ActForm):
    ground = RowField(label=_("Legal ground"))
    text = forms.CharField(
        label=_("What the citizen is told"),
        help_text=_("It is sent as a reply."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def prepare(self) -> None:
        rows = ListItem.objects.filter(active=True)
        self.fields["ground"].offer(rows, group=item_group, empty=gettext("Choose an item"))


class AppealForm(ActForm):
    text = forms.CharField(
        label=_("Why the rating is mistaken"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class JudgeForm(ActForm):
    text = forms.CharField(
        label=_("Grounds of the judgement"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class VisitForm(ActForm):
    text = forms.CharField(
        label=_("What was seen and said"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    level = forms.TypedChoiceField(
        label=_("New rating"),
        help_text=_("The first rating stays as it was given."),
        coerce=int,
        empty_value=None,
        required=False,
    )

    def prepare(self) -> None:
        levels = [(str(level), gettext(name)) for level, name in LEVEL_NAMES.items()]
        self.fields["level"].choices = [("", gettext("None given")), *levels]


class PublishForm(ActForm):
    text = forms.CharField(
        label=_("The result as everyone reads it"),
        help_text=_("It stands in the public register. No names, addresses or numbers of people."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

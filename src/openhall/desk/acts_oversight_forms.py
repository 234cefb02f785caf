"""Forms of the request page about orders, marks of malicious complaints, and joint work."""

from __future__ import annotations

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.actions import staff
from openhall.desk.acts import ActForm
from openhall.desk.acts_centre_lists import RowField
from openhall.models import Office
from openhall.reads import oversight
from openhall.rules.screening import EXPLANATIONS, GROUND_NAMES, Ground

LONGEST = 4000


def _words(label: str, *, help_text: str = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class OrderForm(ActForm):
    office = RowField(label=_("Department"))
    text = _words(_("Order"), help_text=_("What is to be done or explained."))

    def prepare(self) -> None:
        sent = {one.office_id for one in self.case.assignments.all() if one.ended_at is None}
        self.fields["office"].offer(Office.objects.filter(pk__in=sent | {self.case.lead_id}))
        self.initial.setdefault("office", self.case.lead_id)


class AnswerForm(ActForm):
    text = _words(_("Answer"))

    def prepare(self) -> None:
        if found := oversight.order_of(self.case, self.by.office_id):
            order = {"text": oversight.words_of(found, gettext)}
            self.fields["text"].help_text = escape(gettext("The order: “%(text)s”") % order)


class AcceptForm(ActForm):
    """Nothing to fill in: the answer is read in the list of orders and here."""

    text = forms.CharField(label=_("Answer of the department"), required=False, disabled=True)

    def prepare(self) -> None:
        found = oversight.answered_order(self.case)
        self.fields["text"].widget = forms.Textarea(attrs={"rows": 3, "readonly": True})
        self.initial["text"] = found.answer if found else ""

    def clean_text(self) -> str:
        return ""


class MissingForm(ActForm):
    text = _words(_("What is missing"))


class MarkForm(ActForm):
    ground = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    reason = _words(
        _("What shows it"),
        help_text=_("Quote the passage, or write what was found. The citizen may read it."),
    )
    earlier = forms.CharField(
        label=_("Number of the earlier request"),
        help_text=_("Only where it was answered already."),
        required=False,
        max_length=20,
    )
    found_false = forms.BooleanField(label=_("An inquiry found it to be false"), required=False)

    def prepare(self) -> None:
        self.fields["ground"].choices = [
            (str(ground), f"{gettext(GROUND_NAMES[ground])}: {gettext(EXPLANATIONS[ground])}")
            for ground in Ground
        ]


class ReasonForm(ActForm):
    """Why; with what was said before about it."""

    reason = _words(_("Reason"))

    def prepare(self) -> None:
        found = oversight.mark_of(self.case)
        if found is None:
            return
        mark = {"ground": gettext(GROUND_NAMES[Ground(found.ground)]), "reason": found.reason}
        said = gettext("Marked: %(ground)s. “%(reason)s”") % mark
        if found.appeal:
            said += " " + gettext("The citizen appeals: “%(text)s”") % {"text": found.appeal}
        self.fields["reason"].help_text = escape(said)


class JointForm(ActForm):
    office = RowField(label=_("Department"))
    level = forms.TypedChoiceField(label=_("How did it go?"), coerce=int, widget=forms.RadioSelect)
    remark = _words(_("Remark"), required=False)

    def prepare(self) -> None:
        self.fields["level"].choices = [(str(n), gettext(name)) for n, name in staff.LEVELS.items()]
        partners = staff.joint_partners(self.case, self.by)
        self.fields["office"].offer(Office.objects.filter(pk__in=[one.pk for one in partners]))

"""Forms of the department's work: what is said to the citizen and inside, the handling form at the end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.desk.acts import ActForm
from openhall.desk.acts_centre_lists import Lists
from openhall.desk.uploads import FilesField
from openhall.models import Assignment, Office, ServiceRequest
from openhall.reads.talk import listeners
from openhall.rules.handling import (
    CLOSING,
    CLOSING_EXPLANATIONS,
    JUSTIFIED_NAMES,
    LONGEST_TEXT,
    UNRESOLVED_NAMES,
)
from openhall.rules.workflow import OUTCOME_NAMES, Outcome

KINDS_OF_FILES = _("Pictures, PDF, Word or text, up to 5 files of 10 MB each.")


def words(label: Any, *, rows: int = 6, hint: Any = "") -> forms.CharField:
    """A text of some length."""
    return forms.CharField(
        label=label, max_length=LONGEST_TEXT, help_text=hint, widget=forms.Textarea({"rows": rows})
    )


def files(*, required: bool = False) -> FilesField:
    return FilesField(label=_("Files"), required=required, help_text=KINDS_OF_FILES)


class TakingForm(ActForm):
    """Text may come from articles: `took` remembers which, so that their use is counted when it is sent."""

    took = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def clean_took(self) -> list[int]:
        parts = [part for part in self.cleaned_data["took"].split(",") if part]
        return [int(part) for part in parts if part.isdecimal() and len(part) < 19]


class ReplyForm(TakingForm):
    text = words(_("Your reply"), rows=8)
    files = files()


class AskForm(ActForm):
    text = words(_("Your question"), hint=_("The clocks stand still until the answer comes."))
    files = files()


class ResumeForm(ActForm):
    reason = words(_("Why you go on without the answer"), rows=3, hint=_("Kept as an internal note."))


class NoteForm(ActForm):
    text = words(_("Your note"), rows=5)
    to_office = forms.ModelChoiceField(
        Office.objects.none(), label=_("To"), required=False, empty_label=_("Everyone who works on it")
    )
    files = files()

    def prepare(self) -> None:
        """Offer the departments that see the request, from what the page has read."""
        self.heard = {
            str(one.pk): one
            for one in listeners(self.case, Lists.of(self.case).departments)
            if one.pk != self.by.office_id
        }
        field = self.fields["to_office"]
        field.choices = [("", field.empty_label), *((pk, str(one)) for pk, one in self.heard.items())]
        field.clean = self._office

    def _office(self, given: str | None) -> Office | None:
        if given and given not in self.heard:
            raise forms.ValidationError(gettext("This department does not see the request. Choose another."))
        return self.heard[given] if given else None


class CallForm(ActForm):
    text = words(
        _("What was said"),
        rows=4,
        hint=_("On the telephone or at the window. It counts as the first contact."),
    )


class AttachForm(ActForm):
    files = files(required=True)
    internal = forms.TypedChoiceField(
        label=_("Who may open them"),
        choices=[("hall", _("Only the hall")), ("citizen", _("The citizen, too"))],
        coerce=lambda said: said != "citizen",
        empty_value=True,
        required=False,
        initial="hall",
        widget=forms.RadioSelect,
    )

    def prepare(self) -> None:
        """Only the department that leads shows the citizen anything."""
        if self.case.lead_id is None or self.case.lead_id != self.by.office_id:
            del self.fields["internal"]


def open_parts(case: ServiceRequest) -> list[Assignment]:
    """What assisting departments have still to report."""
    return [
        one
        for one in case.assignments.all()
        if one.part == Assignment.Part.ASSISTING and one.ended_at is None and one.done_at is None
    ]


class PartForm(ActForm):
    report = words(
        _("What your department did"), rows=5, hint=_("The lead department reads it and answers the citizen.")
    )


class CloseForm(TakingForm):
    """Outcome and answer, and the handling form for the record."""

    template_name = "desk/request/close_form.html"

    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    reply = words(
        _("Final answer"),
        rows=8,
        hint=_("What was done, or why not, in words. The citizen may answer by opening it again."),
    )
    files = files()
    justified = forms.ChoiceField(
        label=_("Was the demand justified?"), required=False, widget=forms.RadioSelect
    )
    beyond = forms.TypedChoiceField(
        label=_("Did it go beyond our duties?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    contacted_at = forms.DateTimeField(
        label=_("When did you talk to the citizen?"),
        required=False,
        widget=forms.DateTimeInput(
            {"type": "datetime-local", "class": "govuk-input--width-20"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    unresolved = forms.ChoiceField(label=_("If it was not resolved: why?"), required=False)

    def prepare(self) -> None:
        """Offer the outcomes; `waiting`: who must report a part first."""
        self.waiting = [str(one.office) for one in open_parts(self.case)]
        said = gettext("%(outcome)s: %(explanation)s")
        self.fields["outcome"].choices = [
            (
                one.value,
                said
                % {"outcome": gettext(OUTCOME_NAMES[one]), "explanation": gettext(CLOSING_EXPLANATIONS[one])},
            )
            for one in CLOSING
        ]
        self.fields["justified"].choices = [
            (one.value, gettext(name)) for one, name in JUSTIFIED_NAMES.items()
        ]
        reasons = [(one.value, gettext(name)) for one, name in UNRESOLVED_NAMES.items()]
        self.fields["unresolved"].choices = [("", gettext("Choose a reason")), *reasons]

    def clean(self) -> dict[str, Any]:
        """What cannot be done says why: the means, the plan, the others."""
        given = super().clean()
        if given.get("outcome") == Outcome.UNABLE and not given.get("unresolved"):
            self.add_error("unresolved", gettext("Choose why it cannot be done."))
        return given


__all__ = [
    "AskForm",
    "AttachForm",
    "CallForm",
    "CloseForm",
    "NoteForm",
    "PartForm",
    "ReplyForm",
    "ResumeForm",
]

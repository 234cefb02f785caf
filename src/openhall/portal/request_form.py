"""The citizen's one form: what, about what, where, who. Nothing of it needs a script or an account. Row C1."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from openhall.actions.intake import LONGEST_PLACE, LONGEST_SUBJECT, LONGEST_TEXT, Intake, PartyGiven
from openhall.language import say, short
from openhall.models import Area, Office, Service
from openhall.rules import parties
from openhall.rules.demand import CUSTOMER_NAMES, SERVICE_NAMES, SPECIAL, DemandClass

KINDS = [
    (DemandClass.ENQUIRY, _("I have a question")),
    (DemandClass.HELP, _("Something is broken, missing or hard, and I ask you to act")),
    (DemandClass.COMPLAINT, _("I am unhappy with something you did")),
    (DemandClass.SUGGESTION, _("I have an idea how something could be better")),
    (DemandClass.PRAISE, _("I want to thank you for something")),
    (DemandClass.APPLICATION, _("I want to apply for a permit, benefit or document")),
    (DemandClass.REPORT, _("I want to report wrongdoing, such as a bribe")),
    ("", _("I am not sure: you decide")),
]
NAMED, ANONYMOUS = "named", "anonymous"
WHO = [(NAMED, _("With my name")), (ANONYMOUS, _("Without my name"))]
ABOUT_ME = ("kind", "name", "registration", "email", "phone", "for_other", "other_name", "other_phone")


class Words(forms.CharField):
    """A text of several lines. A browser counts a new line once and sends it as two signs."""

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


class RequestForm(forms.Form):
    """Everything but the files, which are chosen on the page after it, so that no mistake here loses them."""

    demand = forms.ChoiceField(
        label=_("What is it?"), choices=KINDS, required=False, widget=forms.RadioSelect
    )
    accused = forms.ModelChoiceField(
        Office.objects.none(), label=_("Which department is it about?"), required=False, to_field_name="code"
    )
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=_("What is it about?"),
        required=False,
        to_field_name="code",
        error_messages={
            "invalid_choice": _("This is not offered any more. Choose another, or the first line.")
        },
    )
    text = Words(
        label=_("Tell us"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 8}),
        error_messages={"required": _("Write what it is about.")},
    )
    subject = forms.CharField(label=_("In a few words"), max_length=LONGEST_SUBJECT, required=False)
    area = forms.ModelChoiceField(
        Area.objects.none(), label=_("Part of the town"), required=False, to_field_name="code"
    )
    place = forms.CharField(label=_("Place in words"), max_length=LONGEST_PLACE, required=False)
    groups = forms.MultipleChoiceField(
        label=_("What should we know to serve you well?"),
        choices=[(key, "") for key in SPECIAL],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    who = forms.ChoiceField(
        label=_("With or without your name"),
        choices=WHO,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you give your name.")},
    )
    kind = forms.ChoiceField(
        label=_("You write as"), choices=[(key, "") for key in CUSTOMER_NAMES], required=False
    )
    name = forms.CharField(label=_("Name"), max_length=parties.LONGEST_NAME, required=False)
    registration = forms.CharField(label=_("Registration number"), max_length=40, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=parties.LONGEST_CONTACT, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    for_other = forms.BooleanField(label=_("I write for somebody else"), required=False)
    other_name = forms.CharField(
        label=_("Whose request it is"), max_length=parties.LONGEST_NAME, required=False
    )
    other_phone = forms.CharField(
        label=_("Their telephone, if we may call them"), max_length=40, required=False
    )
    listed = forms.BooleanField(
        label=_("Show it in the public register, without my words"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.filter(active=True)
        self.fields["service"].choices = list(_services())
        self.fields["area"].queryset = Area.objects.all()
        self.fields["area"].choices = [
            ("", _("The whole town, or I do not know")),
            *_named(Area.objects.all()),
        ]
        departments = Office.objects.departments()
        self.fields["accused"].queryset = departments
        self.fields["accused"].choices = [("", _("None, or I do not know")), *_named(departments)]
        self.fields["groups"].choices = [(key, gettext(one.name)) for key, one in SPECIAL.items()]
        self.fields["kind"].choices = [(key, gettext(name)) for key, name in CUSTOMER_NAMES.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("who") == NAMED:
            self._check_named(data)
        return data

    def _check_named(self, data: dict[str, Any]) -> None:
        if not any(data.get(name) for name in ("name", "email", "phone")):
            self.add_error(
                "name", _("Give your name or a way to reach you, or choose to write without your name.")
            )
        if data.get("for_other") and not data.get("other_name"):
            self.add_error("other_name", _("Say whose request it is."))
        for name, kind in (
            ("email", parties.EMAIL),
            ("phone", parties.PHONE),
            ("other_phone", parties.PHONE),
        ):
            if data.get(name):
                for problem in parties.contact_problems(parties.Contact(kind, data[name])):
                    self.add_error(name, problem.say(gettext))

    @property
    def situations(self) -> list[dict[str, Any]]:
        """The special situations, each with what follows from it, as checkboxes."""
        return [
            {
                "box": box,
                "follows": [
                    gettext(SERVICE_NAMES[service]) for service in SPECIAL[box.data["value"]].services
                ],
            }
            for box in self["groups"]
        ]

    def typed(self) -> dict[str, Any]:
        """What was typed, right or wrong, for the form to be shown again without complaints."""
        return {
            name: field.widget.value_from_datadict(self.data, {}, name) for name, field in self.fields.items()
        }

    def carried(self) -> Iterator[tuple[str, str]]:
        """Name and value of all that goes along to the next page; without a name, no address goes either."""
        for name, value in self.typed().items():
            if name in ABOUT_ME and self.cleaned_data.get("who") != NAMED:
                continue
            for one in value if isinstance(value, list) else [value]:
                if one is True:
                    yield name, "on"
                elif one not in (None, False, ""):
                    yield name, str(one)

    def intake(self, *, files: Any = (), once: str = "") -> Intake:
        """What a checked form brings."""
        data, lang = self.cleaned_data, short(get_language() or "en")
        sender, whose = self._parties(lang)
        return Intake(
            demand=data["demand"],
            service=data["service"],
            subject=data["subject"],
            text=data["text"],
            language=lang,
            area=data["area"],
            place=data["place"],
            groups=tuple(data["groups"]),
            party=whose or sender,
            reported_by=sender if whose else None,
            files=tuple(files),
            accused=data["accused"] if data["demand"] in ("", DemandClass.REPORT) else None,
            listed=data["listed"],
            once=once,
        )

    def _parties(self, lang: str) -> tuple[PartyGiven | None, PartyGiven | None]:
        """Who writes, and for whom where that is somebody else."""
        data = self.cleaned_data
        if data["who"] != NAMED:
            return None, None
        sender = PartyGiven(
            kind=data["kind"] or "citizen",
            name=data["name"],
            registration=data["registration"] if data["kind"] != "citizen" else "",
            email=data["email"],
            phone=data["phone"],
            language=lang,
        )
        if not data["for_other"]:
            return sender, None
        return sender, PartyGiven(name=data["other_name"], phone=data["other_phone"], language=lang)


def _named(rows: Any) -> list[tuple[str, str]]:
    return [(row.code, str(row)) for row in rows]


def _services() -> Iterator[tuple[str, Any]]:
    """The catalogue by its groups, in its order, with a way out on top."""
    lang = get_language() or "en"
    yield "", gettext("I do not know, or something else")
    rows = list(Service.objects.filter(active=True))
    order = list(dict.fromkeys(say(row.group, lang) for row in rows))
    rows.sort(key=lambda row: order.index(say(row.group, lang)))
    for name, members in groupby(rows, key=lambda row: say(row.group, lang)):
        listed = _named(members)
        if name:
            yield name, listed
        else:
            yield from listed

"""Staff at the desk: what people know against what is asked of their department, training, absence, one's own page, and
the staff's own survey. Row B7; seed 3.5.2.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.access import post_only, staff
from openhall.actions import questionnaires, waves
from openhall.actions import staff as actions
from openhall.errors import OpenHallError
from openhall.models import Office, User
from openhall.moment import now
from openhall.reads import staff as reads
from openhall.rules.assessment import INDICATORS
from openhall.surveys.toml_format import builtin

DAY = forms.DateInput(attrs={"type": "date"})


class SkillsForm(forms.Form):
    skills = forms.CharField(
        label=_("Skills"),
        help_text=_("One a line, in the words the services use."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def given(self) -> dict[str, Any]:
        return {"skills": self.cleaned_data["skills"].splitlines()}


class TrainingForm(forms.Form):
    title = forms.CharField(label=_("Training"), max_length=160)
    skill = forms.CharField(label=_("Skill it taught"), max_length=actions.LONGEST_SKILL, required=False)
    on = forms.DateField(label=_("Day"), widget=DAY)
    hours = forms.DecimalField(label=_("Hours"), max_digits=5, decimal_places=1)

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class AbsenceForm(forms.Form):
    until = forms.DateField(
        label=_("Away until"), help_text=_("Empty: here again."), required=False, widget=DAY
    )

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class WishForm(forms.Form):
    text = forms.CharField(
        label=_("What I would like to do next"),
        help_text=_("Read by you, your head, the leader and the administrator."),
        required=False,
        max_length=actions.LONGEST_WISH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


# key in the address: form, action, what is said afterwards
DOINGS = {
    "skills": (SkillsForm, actions.set_skills, _("The skills are kept.")),
    "training": (TrainingForm, actions.add_training, _("The training is entered.")),
    "absence": (AbsenceForm, actions.set_absence, _("The absence is kept.")),
}


@staff("staff.view")
def people(http: HttpRequest) -> HttpResponse:
    """Departments with the skills they lack, and everyone this person may see."""
    return _people(http)


@staff("wave.manage")
@post_only("desk:people")
def survey(http: HttpRequest) -> HttpResponse:
    """Plan a wave of the staff survey at all current offices; it is opened on its own page."""
    try:
        version = reads.survey_version() or questionnaires.create(
            builtin(reads.SURVEY), key=reads.SURVEY, by=http.user
        )
        year = timezone.localdate(now()).year
        plan = waves.Plan(
            name={"en": f"Staff survey {year}", "zh": f"{year}年工作人员满意度调查"},
            version=version,
            shares=tuple(waves.Share(office) for office in Office.objects.current()),
        )
        wave = waves.plan_wave(plan=plan, by=http.user)
    except OpenHallError as error:
        return _people(http, errors=error.lines(gettext))
    messages.success(http, gettext("The staff survey is planned. Look it over, then open it."))
    return redirect("desk:wave", wave.key)


@staff("staff.view")
def person(http: HttpRequest, pk: int) -> HttpResponse:
    return _person(http, _fetch(http, pk))


@staff("staff.manage")
@post_only("desk:person", "pk")
def person_act(http: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Set skills or absence, or enter a training."""
    whom = _fetch(http, pk)
    if key not in DOINGS:
        raise Http404
    kind, action, done = DOINGS[key]
    form = kind(http.POST, auto_id=f"{key}-%s")
    if not form.is_valid():
        return _person(http, whom, forms_={key: form})
    try:
        action(whom, **form.given(), by=http.user)
    except OpenHallError as error:
        return _person(http, whom, forms_={key: form}, errors=error.lines(gettext))
    messages.success(http, done)
    return redirect("desk:person", pk)


@staff("staff.self")
def me(http: HttpRequest) -> HttpResponse:
    return _me(http)


@staff("staff.self")
@post_only("desk:me")
def me_act(http: HttpRequest, key: str) -> HttpResponse:
    """One's own wish or absence."""
    forms_ = {"wish": WishForm, "absence": AbsenceForm}
    if key not in forms_:
        raise Http404
    form = forms_[key](http.POST, auto_id=f"{key}-%s")
    if not form.is_valid():
        return _me(http, forms_={key: form})
    try:
        if key == "wish":
            actions.set_wish(text=form.cleaned_data["text"], by=http.user)
        else:
            actions.set_absence(http.user, until=form.cleaned_data["until"], by=http.user)
    except OpenHallError as error:
        return _me(http, forms_={key: form}, errors=error.lines(gettext))
    messages.success(http, gettext("It is kept."))
    return redirect("desk:me")


# --- parts --------------------------------------------------------------------------------------------------------


def _fetch(http: HttpRequest, pk: int) -> User:
    """This person; 404 where they are not for the reader: a head reads the own department's."""
    found = User.objects.select_related("office").filter(pk=pk, is_active=True).exclude(role="").first()
    if found is None or not http.user.may("staff.view", found):
        raise Http404
    return found


def _people(http: HttpRequest, errors: list[str] | None = None) -> HttpResponse:
    context = {
        "section": "people",
        "posts": reads.posts(http.user),
        "people": reads.people(http.user),
        "today": timezone.localdate(now()),
        "waves": reads.survey_waves() if http.user.may("wave.view") else [],
        "reports": http.user.may("report.read"),
        "plans": http.user.may("wave.manage"),
        "errors": errors or [],
    }
    return render(http, "desk/people/people.html", context, status=422 if errors else 200)


def _person(
    http: HttpRequest,
    whom: User,
    *,
    forms_: dict[str, forms.Form] | None = None,
    errors: list[str] | None = None,
) -> HttpResponse:
    today = timezone.localdate(now())
    blank = {
        "skills": SkillsForm(initial={"skills": "\n".join(whom.skills)}, auto_id="skills-%s"),
        "training": TrainingForm(initial={"on": today}, auto_id="training-%s"),
        "absence": AbsenceForm(initial={"until": whom.absent_until}, auto_id="absence-%s"),
    }
    context = {
        "section": "people",
        "whom": whom,
        "missing": reads.missing_skills(whom),
        "trainings": whom.trainings.all(),
        "manages": http.user.may("staff.manage", whom),
        "errors": errors or [],
        "form": next(iter(forms_.values())) if forms_ else None,
        "forms": blank | (forms_ or {}),
    }
    return render(http, "desk/people/person.html", context, status=422 if errors or forms_ else 200)


def _me(
    http: HttpRequest, *, forms_: dict[str, forms.Form] | None = None, errors: list[str] | None = None
) -> HttpResponse:
    whom = http.user
    blank = {
        "wish": WishForm(initial={"text": whom.wish}, auto_id="wish-%s"),
        "absence": AbsenceForm(initial={"until": whom.absent_until}, auto_id="absence-%s"),
    }
    context = {
        "section": "me",
        "whom": whom,
        "missing": reads.missing_skills(whom) if whom.office_id else [],
        "trainings": whom.trainings.all(),
        "rows": reads.awards_of(whom),
        "indicators": INDICATORS,
        "errors": errors or [],
        "form": next(iter(forms_.values())) if forms_ else None,
        "forms": blank | (forms_ or {}),
    }
    return render(http, "desk/people/me.html", context, status=422 if errors or forms_ else 200)

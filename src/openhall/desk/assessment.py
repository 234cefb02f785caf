"""Assessment of departments and staff, the requests behind each figure, the ledger of rewards and sanctions. Row C7.

Every share stands with its counts; nothing is ranked where chance explains the difference.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.access import post_only, staff
from openhall.actions import assess
from openhall.desk.acts_centre_lists import RowField
from openhall.desk.ratings import csv_file
from openhall.errors import OpenHallError
from openhall.models import Award, Office, User
from openhall.reads import assessment as reads
from openhall.reads.assessment import PERSON, Period
from openhall.rules.assessment import ENOUGH, INDICATORS
from openhall.rules.permissions import DEPARTMENT

STANDS = {
    "better": _("better than the rest"),
    "worse": _("worse than the rest"),
    "alike": _("no real difference"),
    "few": _("too few to say"),
}


class AwardForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Award.Kind.choices, widget=forms.RadioSelect)
    office = RowField(label=_("Department"), required=False)
    user = RowField(label=_("Person"), required=False)
    indicator = forms.ChoiceField(label=_("Figure it rests on"), required=False)
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("to"), widget=forms.DateInput(attrs={"type": "date"}))
    ground = forms.CharField(
        label=_("Ground"),
        help_text=_("Why; whoever it is about reads it."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(pk=by.pk).exclude(role="")
        self.fields["kind"].choices = [(kind, gettext(str(name))) for kind, name in Award.Kind.choices]
        self.fields["office"].offer(Office.objects.exclude(pk=by.office_id), empty=gettext("None"))
        self.fields["user"].offer(people.order_by("first_name", "pk"), empty=gettext("None"))
        self.fields["indicator"].choices = [
            ("", gettext("None")),
            *((one.key, gettext(one.name)) for one in INDICATORS.values()),
        ]

    def given(self) -> dict[str, Any]:
        """As the action takes it."""
        since, until = (self.cleaned_data[name] for name in ("since", "until"))
        rest = {name: self.cleaned_data[name] for name in ("kind", "office", "user", "indicator", "ground")}
        return {**rest, "period": Period(min(since, until), max(since, until))}


@staff("assessment.view")
def assessment(http: HttpRequest) -> HttpResponse:
    """All departments by all indicators, and their order by one; a department is led to its own page."""
    offices = reads.readable(http.user)
    if http.user.role in DEPARTMENT:
        if not offices:
            raise PermissionDenied
        return redirect("desk:assessed", offices[0].code)
    period = Period.of(http.GET)
    key = http.GET.get("by", "")
    key = key if key in INDICATORS else "on_time_rate"
    lines, hall = reads.table(period, {one.pk: str(one) for one in offices})
    context = {
        "section": "assessment",
        "period": period,
        "lines": [{"line": line, "office": office} for line, office in zip(lines, offices, strict=True)],
        "hall": list(hall.values()),
        "indicators": list(INDICATORS.values()),
        "by": INDICATORS[key],
        "ranking": reads.ranking(lines, key),
        "names": {one.pk: str(one) for one in offices},
        "stands": STANDS,
        "pauses": reads.pauses(period),
        "enough": ENOUGH,
        "query": _query(period),
        "kept": {"by": key},
    }
    return render(http, "desk/assessment/assessment.html", context)


@staff("assessment.view")
def assessment_csv(http: HttpRequest) -> HttpResponse:
    """The same as a file, one line a department and indicator, with counts and interval."""
    period = Period.of(http.GET)
    head = [gettext("Department"), gettext("Indicator"), gettext("Above the line"), gettext("Below the line")]
    head += [gettext("Share, %"), gettext("95 % from"), gettext("95 % to"), gettext("Beside the rest")]
    rows: list[list[Any]] = [[gettext("From"), period.since, gettext("to"), period.until], head]
    lines, _hall = reads.table(period, {one.pk: str(one) for one in reads.readable(http.user)})
    for line in lines:
        for one in line.figures:
            shares = [one.rate.share, *one.interval] if one.rate.denominator else [None, None, None]
            numbers = [None if share is None else round(100 * share, 1) for share in shares]
            counts = [one.rate.numerator, one.rate.denominator]
            rows.append([line.name, gettext(one.indicator.name), *counts, *numbers, str(STANDS[one.stands])])
    return csv_file("assessment", rows)


@staff("assessment.view")
def department(http: HttpRequest, code: str) -> HttpResponse:
    """One department: every indicator with its interval beside the rest of the hall; its people for who may."""
    office = _office(http, code)
    period = Period.of(http.GET)
    every = {one.pk: str(one) for one in Office.objects.exclude(kind=Office.Kind.HALL)}
    lines, _hall = reads.table(period, every | {office.pk: str(office)})
    people: list[reads.Line] = []
    if reads.reads_staff(http.user, office):
        staff_of = User.objects.filter(office=office, is_active=True).order_by("first_name", "pk")
        people, _all = reads.table(period, {one.pk: str(one) for one in staff_of}, PERSON)
    context = {
        "section": "assessment",
        "office": office,
        "period": period,
        "figures": next(line for line in lines if line.key == office.pk).figures,
        "people": people,
        "indicators": list(INDICATORS.values()),
        "stands": STANDS,
        "pauses": reads.pauses(period, office.pk),
        "joint": reads.joint(period, office.pk),
        "few_joint": reads.FEW_JOINT,
        "awards": Award.objects.filter(office=office).select_related("by"),
        "enough": ENOUGH,
        "query": _query(period),
        "whole": http.user.role not in DEPARTMENT,
    }
    return render(http, "desk/assessment/department.html", context)


@staff("assessment.view")
def cases(http: HttpRequest) -> HttpResponse:
    """The requests behind a figure, as far as this person may see them."""
    key = http.GET.get("indicator", "")
    if key not in INDICATORS:
        raise Http404
    office = _office(http, http.GET.get("department", "")) if http.GET.get("department") else None
    person = _person(http, http.GET.get("person", ""))
    if office is None and person is None and http.user.role in DEPARTMENT:
        raise PermissionDenied
    period = Period.of(http.GET)
    above = {"above": True, "not": False}.get(http.GET.get("part", ""))
    rows = reads.requests_behind(
        key,
        period,
        http.user,
        office=office.pk if office else None,
        person=person.pk if person else None,
        above=above,
    )
    base = {"indicator": key, "since": period.since, "until": period.until}
    base |= {"department": office.code} if office else {}
    base |= {"person": person.pk} if person else {}
    context = {
        "section": "assessment",
        "indicator": INDICATORS[key],
        "office": office,
        "person": person,
        "period": period,
        "rows": rows,
        "part": http.GET.get("part", ""),
        "query": urlencode(base),
        "most": reads.SHOWN,
    }
    return render(http, "desk/assessment/cases.html", context)


# --- the ledger ---------------------------------------------------------------------------------------------------


@staff("assessment.view")
def ledger(http: HttpRequest) -> HttpResponse:
    """Rewards and sanctions, the latest first: all, or the own department's."""
    return _ledger(http)


@staff("assessment.award")
def award(http: HttpRequest) -> HttpResponse:
    """Enter a reward or sanction."""
    period = Period.of(http.GET)
    first = {"since": period.since, "until": period.until, "indicator": http.GET.get("indicator", "")}
    form = AwardForm(http.POST or None, by=http.user, initial=first)
    errors: list[str] = []
    if http.method == "POST" and form.is_valid():
        try:
            assess.award(**form.given(), by=http.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(http, gettext("It is in the ledger."))
            return redirect("desk:awards")
    context = {"section": "assessment", "form": form, "errors": errors}
    return render(http, "desk/assessment/award.html", context, status=422 if errors else 200)


@staff("assessment.award")
@post_only("desk:awards")
def take_back(http: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry back with a reason."""
    entry = get_object_or_404(Award, pk=pk)
    try:
        assess.take_back(entry, reason=http.POST.get("reason", "")[:4000], by=http.user)
    except OpenHallError as error:
        return _ledger(http, errors=error.lines(gettext))
    messages.success(http, gettext("It is taken back; both stay in the ledger."))
    return redirect("desk:awards")


def _ledger(http: HttpRequest, errors: list[str] | None = None) -> HttpResponse:
    rows = Award.objects.select_related("office", "user__office", "by")
    if http.user.role in DEPARTMENT:
        rows = rows.filter(office=http.user.office_id) | rows.filter(user=http.user)
    context = {
        "section": "assessment",
        "rows": rows[:200],
        "indicators": INDICATORS,
        "errors": errors or [],
        "awards": http.user.may("assessment.award"),
    }
    return render(http, "desk/assessment/ledger.html", context, status=422 if errors else 200)


# --- parts --------------------------------------------------------------------------------------------------------


def _office(http: HttpRequest, code: str) -> Office:
    """The department of this code; 404 where its figures are not for this person."""
    found = get_object_or_404(Office, code=code[:50])
    if http.user.role in DEPARTMENT and http.user.office_id != found.pk:
        raise Http404
    return found


def _person(http: HttpRequest, pk: str) -> User | None:
    if not pk:
        return None
    found = get_object_or_404(User.objects.select_related("office"), pk=pk if pk.isdecimal() else 0)
    if found.office is None or not reads.reads_staff(http.user, found.office):
        raise Http404
    return found


def _query(period: Period) -> str:
    return urlencode({"since": period.since, "until": period.until})

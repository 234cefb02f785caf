"""The supervisor's pages: orders and warnings, readiness, quality samples, marks of malicious complaints. Rows C6, C8.

What is shown is `reads.oversight` and `reads.marks`; orders are given and marks decided on the page of the request.
"""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.access import post_only, staff
from openhall.actions import supervise
from openhall.errors import OpenHallError
from openhall.models import ServiceRequest, Supervision
from openhall.moment import now
from openhall.reads import marks as reads_marks
from openhall.reads import oversight as reads
from openhall.reads.assessment import Period
from openhall.rules.quality import QUESTIONS
from openhall.rules.screening import GROUND_NAMES, STATE_NAMES, State

WHICH = ("open", "overdue", "settled")
DAY = forms.DateInput(attrs={"type": "date"})


class SampleForm(forms.Form):
    first = forms.DateField(label=_("Closed from"), widget=DAY)
    last = forms.DateField(label=_("to"), widget=DAY)
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=supervise.LARGEST_SAMPLE)
    seed = forms.IntegerField(
        label=_("Seed"), min_value=0, max_value=999_999, help_text=_("The same seed draws the same requests.")
    )


class CheckForm(forms.Form):
    """A yes or no to each question, and a remark."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, question in QUESTIONS.items():
            self.fields[key] = forms.ChoiceField(
                label=gettext(question),
                choices=[("yes", gettext("Yes")), ("no", gettext("No"))],
                widget=forms.RadioSelect,
            )
        self.fields["text"] = forms.CharField(
            label=gettext("Remark"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
        )

    def marks(self) -> dict[str, bool]:
        return {key: self.cleaned_data[key] == "yes" for key in QUESTIONS}


@staff("oversight.view")
def oversight(http: HttpRequest) -> HttpResponse:
    return _page(http)


@staff("oversight.view")
def order(http: HttpRequest, pk: int) -> HttpResponse:
    """The words of one order and its answer."""
    found = _fetch(http, pk, Supervision.Kind.ORDER)
    context = {
        "section": "oversight",
        "order": found,
        "words": reads.words_of(found, gettext),
        "late": not found.answered_at and found.due_at and found.due_at < now(),
    }
    return render(http, "desk/oversight/order.html", context)


@staff("supervision.sample")
@post_only("desk:oversight")
def sample(http: HttpRequest) -> HttpResponse:
    """Draw a sample of closed requests."""
    form = SampleForm(http.POST)
    if not form.is_valid():
        return _page(http, form=form)
    try:
        drawn = supervise.sample(**form.cleaned_data, by=http.user)
    except OpenHallError as error:
        return _page(http, form=form, error=error)
    messages.success(http, gettext("Drawn to be marked: %(n)s.") % {"n": len(drawn)})
    return redirect("desk:oversight")


@staff("supervision.sample")
def sampled(http: HttpRequest, pk: int) -> HttpResponse:
    """Mark one request of a sample; once marked, its marks."""
    row = _fetch(http, pk, Supervision.Kind.SAMPLE)
    form = CheckForm(http.POST or None)
    errors: list[str] = []
    if http.method == "POST" and form.is_valid():
        try:
            supervise.check(row, marks=form.marks(), text=form.cleaned_data["text"], by=http.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(http, gettext("It is marked: %(verdict)s.") % {"verdict": row_verdict(row)})
            following = reads.samples_to_mark(http.user, most=1)
            return redirect("desk:sampled", following[0].pk) if following else redirect("desk:oversight")
    answers = [(question, row.marks.get(key)) for key, question in QUESTIONS.items()]
    context = {"section": "oversight", "row": row, "form": form, "errors": errors, "answers": answers}
    return render(http, "desk/oversight/sample.html", context, status=422 if errors else 200)


def row_verdict(row: Supervision) -> str:
    row.refresh_from_db(fields=["verdict"])
    return gettext(str(row.get_verdict_display()))


@staff("screening.view")
def marks(http: HttpRequest) -> HttpResponse:
    """Marks to confirm, appeals to judge, and how often marks were wrong."""
    period = Period.of(http.GET)
    whole, by_office, by_person = reads_marks.statistics(http.user, *period.span)
    context = {
        "section": "marks",
        "period": period,
        "to_confirm": reads_marks.waiting(http.user, State.MARKED),
        "to_judge": reads_marks.waiting(http.user, State.APPEALED),
        "whole": whole,
        "tables": [(gettext("By department"), by_office), (gettext("By person"), by_person)],
        "lately": reads_marks.lately(http.user, *period.span),
        "grounds": GROUND_NAMES,
        "states": STATE_NAMES,
    }
    return render(http, "desk/oversight/marks.html", context)


def _page(
    http: HttpRequest, *, form: SampleForm | None = None, error: OpenHallError | None = None
) -> HttpResponse:
    period = Period.of(http.GET)
    which = http.GET.get("list", "open")
    which = which if which in WHICH else "open"
    first = {"first": period.since, "last": period.until, "count": 10, "seed": secrets.randbelow(1_000_000)}
    context = {
        "section": "oversight",
        "period": period,
        "which": which,
        "orders": [
            {"row": one, "words": reads.words_of(one, gettext), "late": _late(one)}
            for one in reads.orders(http.user, which=which)
        ],
        "warnings": reads.warnings(http.user),
        "counts": reads.counts(http.user),
        "readiness": reads.readiness(http.user, *period.span),
        "to_mark": reads.samples_to_mark(http.user),
        "sampled": reads.sampled(http.user, *period.span),
        "questions": list(QUESTIONS.values()),
        "form": form or SampleForm(initial=first),
        "draws": http.user.may("supervision.sample"),
        "errors": error.lines(gettext) if error else [],
    }
    return render(http, "desk/oversight/oversight.html", context, status=422 if error or form else 200)


def _late(row: Supervision) -> bool:
    return row.answered_at is None and row.due_at is not None and row.due_at < now()


def _fetch(http: HttpRequest, pk: int, kind: str) -> Supervision:
    """This one if the person may see its request; else 404, as if it were not there."""
    seen = ServiceRequest.objects.visible_to(http.user).values("pk")
    rows = Supervision.objects.filter(kind=kind, request__in=seen)
    found = rows.select_related("request", "office", "by", "answered_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found

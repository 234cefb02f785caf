"""The log at the desk, for auditors: every event, a check of the chain, a file to take along, and what got stuck."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall import flow
from openhall.access import post_only, staff
from openhall.actions.export_log import take_log
from openhall.actions.verify_log import abandoned, request_verification
from openhall.errors import OpenHallError
from openhall.models import User, Verification
from openhall.reads import log as reads
from openhall.surveys.export.tables import MARK
from openhall.surveys.sheets_out import cell_out

COLUMNS = ("seq", "at", "kind", "subject_type", "subject_id", "by", "text", "data_hash", "prev", "hash")
PATIENCE = 10  # seconds until the page says that no worker takes the request


class FilterForm(forms.Form):
    """What of the log to show. Everything may stay empty."""

    kind = forms.ChoiceField(label=_("What happened"), required=False)
    by = forms.ModelChoiceField(
        User.objects.order_by("last_name", "first_name", "username"),
        label=_("Who"),
        required=False,
        empty_label=_("Anybody"),
    )
    subject_type = forms.CharField(label=_("Kind of subject"), required=False, max_length=24)
    subject_id = forms.CharField(label=_("Its number"), required=False, max_length=24)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, data: object) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [("", gettext("Anything")), *reads.kinds()]

    def clean(self) -> dict[str, object]:
        """A subject is its kind and its number: one alone would mean reading the whole log."""
        given = self.cleaned_data
        for one, other in (("subject_type", "subject_id"), ("subject_id", "subject_type")):
            if given.get(one) and not given.get(other):
                self.add_error(other, gettext("Enter the kind of subject and its number, or neither."))
        return given

    def wanted(self) -> reads.Filter:
        """The filter; nothing is filtered while the form has mistakes."""
        return reads.Filter(**self.cleaned_data) if self.is_valid() else reads.Filter()


@staff("log.view")
def log(request: HttpRequest) -> HttpResponse:
    return _page(request, FilterForm(request.GET))


@staff("log.view")
@post_only("desk:log")
def log_file(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The events of the filter as CSV; taking them is itself an event."""
    form = FilterForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    wanted = form.wanted()
    try:
        take_log(wanted, by=request.user)
    except OpenHallError as error:
        return _page(request, form, error.lines(gettext))
    response = StreamingHttpResponse(_csv(wanted), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="log.csv"'
    return response


@staff("log.verify")
@post_only("desk:log")
def log_check(request: HttpRequest) -> HttpResponse:
    """Ask the worker for a check of the whole log."""
    with transaction.atomic():
        asked = request_verification(by=request.user)
        flow.after("log.verification_asked", asked)
    return redirect("desk:log_checked", asked.pk)


@staff("log.verify")
def log_checked(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a check is, then what it found. htmx asks for the inner part; without JavaScript the page reloads."""
    found = reads.verification(pk)
    if found is None:
        raise Http404
    seconds = (timezone.now() - found.asked_at).total_seconds()
    context = {
        "section": "log",
        "check": found,
        "faults": reads.faults_of(found),
        "going": found.state in (Verification.State.WAITING, Verification.State.RUNNING),
        "unheard": found.state == Verification.State.WAITING and seconds > PATIENCE,
        "abandoned": abandoned(found),
    }
    part = "_" if request.headers.get("HX-Request") else ""
    return render(request, f"desk/log/{part}check.html", context)


@staff("log.verify")
@post_only("desk:log")
def log_try_again(request: HttpRequest) -> HttpResponse:
    """Let the worker try a step again that was set aside."""
    try:
        flow.try_again(int(request.POST.get("stuck", "0") or 0), by=request.user)
    except (OpenHallError, ValueError) as error:
        lines = error.lines(gettext) if isinstance(error, OpenHallError) else [gettext("Choose a step.")]
        return _page(request, FilterForm({}), lines)
    messages.success(request, gettext("The worker tries it again now."))
    return redirect("desk:log")


def _page(request: HttpRequest, form: FilterForm, errors: list[str] | None = None) -> HttpResponse:
    before = request.GET.get("before", "")
    query = request.GET.copy()
    query.pop("before", None)
    known = before.isascii() and before.isdigit() and len(before) < 19
    page = reads.page(form.wanted(), before=int(before) if known else None)
    context = {
        "section": "log",
        "form": form,
        "errors": errors or [],
        "page": page,
        "query": query.urlencode(),
        "first": not known,
        "filtered": any(form.data.get(name) for name in form.fields),
        "newest": reads.verification(),
        "state": reads.state(),
        "stuck": reads.stuck(),
    }
    return render(request, "desk/log/log.html", context)


def _csv(wanted: reads.Filter) -> Iterator[str]:
    """CSV text in pieces; text that a spreadsheet would take for a formula is made harmless."""
    piece = io.StringIO(MARK, newline="")
    piece.seek(0, io.SEEK_END)
    writer = csv.writer(piece)
    writer.writerow(COLUMNS)
    for number, line in enumerate(reads.all_lines(wanted), 1):
        event = line.event
        about = [event.seq, event.at.isoformat(), event.kind, event.subject_type, event.subject_id, line.by]
        writer.writerow(map(cell_out, [*about, line.text, event.data_hash, event.prev, event.hash]))
        if number % 500 == 0:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()

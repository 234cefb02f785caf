"""Paper forms at the desk: numbered ones to print, reprints, and sheets issued elsewhere. Seed 4.1."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from openhall.access import staff
from openhall.actions.issue import print_sheets, record_elsewhere, serial
from openhall.desk.issue_forms import ElsewhereForm, PrintForm
from openhall.desk.printing import paper_pdf
from openhall.errors import OpenHallError
from openhall.language import LANGUAGES, say, short
from openhall.models import Batch, Jurisdiction, Office, Wave
from openhall.reads.waves import issuable, wave_by_key


@staff("wave.issue")
def wave_paper(request: HttpRequest, key: str) -> HttpResponse:
    """Numbered paper forms, what was printed so far, and sheets issued elsewhere."""
    wave = wave_by_key(key)
    mine = issuable(wave, request.user, "wave.issue")
    which = request.POST.get("form")
    to_print = PrintForm(request.POST if which == "print" else None, allocations=mine, prefix="print")
    elsewhere = ElsewhereForm(
        request.POST if which == "elsewhere" else None, allocations=mine, prefix="elsewhere"
    )
    errors: list[str] = []
    for form, act in ((to_print, _print), (elsewhere, _record)):
        if form.is_valid():
            try:
                messages.success(request, act(request, form))
            except OpenHallError as error:
                errors = error.lines(gettext)
            else:
                return redirect("desk:wave_paper", key)
    batches = Batch.objects.filter(allocation__in=mine, channel=Batch.Channel.PAPER).select_related(
        "allocation__office", "by"
    )
    context: dict[str, Any] = {
        "section": "waves",
        "wave": wave,
        "print": to_print,
        "elsewhere": elsewhere,
        "errors": errors,
        "batches": [_described(batch) for batch in batches.order_by("-pk")],
        "offered": _offered(wave),
    }
    return render(request, "desk/issue/paper.html", context)


@staff("wave.issue")
def wave_batch(request: HttpRequest, key: str, batch: int) -> HttpResponse:
    """The forms of one batch as a PDF: the first print and every reprint."""
    found = get_object_or_404(
        Batch.objects.select_related("allocation__wave__version", "allocation__office"),
        pk=batch,
        allocation__wave__key=key,
        first_serial__isnull=False,
    )
    if not request.user.may("wave.issue", found.allocation):
        raise Http404
    serials = [serial(found.first_serial + place) for place in range(found.count)]
    office = found.allocation.office
    name = f"{office.code}-{serials[0]}-{serials[-1]}"
    return _pdf(request, found.allocation.wave, name=name, serials=serials, office=office)


@staff("wave.issue")
def wave_blank(request: HttpRequest, key: str) -> HttpResponse:
    """One form without a number, to look at; with `?codes` the code book for those who key."""
    name = "code-book" if "codes" in request.GET else "blank"
    return _pdf(request, wave_by_key(key), name=name)


def _offered(wave: Wave) -> list[tuple[str, str]]:
    """The languages the questionnaire is worded in: code and name."""
    return [(code, LANGUAGES[code]) for code in LANGUAGES if code in wave.version.asked.languages]


def _print(request: HttpRequest, form: Form) -> str:
    batch = print_sheets(form.cleaned_data["office"], copies=form.cleaned_data["copies"], by=request.user)
    return gettext(
        "Serial numbers %(first)s to %(last)s are set aside for %(office)s. Open them below to print."
    ) % {
        "first": serial(batch.first_serial),
        "last": serial(batch.first_serial + batch.count - 1),
        "office": batch.allocation.office,
    }


def _record(request: HttpRequest, form: Form) -> str:
    allocation, count = form.cleaned_data["office"], form.cleaned_data["count"]
    record_elsewhere(allocation, count=count, by=request.user)
    return gettext("%(office)s: %(count)s sheets issued elsewhere are recorded.") % {
        "office": allocation.office,
        "count": count,
    }


def _described(batch: Batch) -> dict[str, Any]:
    numbered = batch.first_serial is not None
    return {
        "batch": batch,
        "office": batch.allocation.office,
        "first": serial(batch.first_serial) if numbered else "",
        "last": serial(batch.first_serial + batch.count - 1) if numbered else "",
    }


def _pdf(
    request: HttpRequest,
    wave: Wave,
    *,
    name: str,
    serials: list[str] | None = None,
    office: Office | None = None,
) -> HttpResponse:
    """The form in the language of `?text=`, or of the page where the questionnaire has it."""
    asked = wave.version.asked
    lang = request.GET.get("text", short(request.LANGUAGE_CODE))
    lang = lang if lang in asked.languages else asked.languages[0]
    town = Jurisdiction.objects.first()
    made = paper_pdf(
        asked,
        lang=lang,
        town=say(town.name, lang) if town else "",
        office=say(office.name, lang) if office else "",
        serials=serials or [],
        codes="codes" in request.GET,
    )
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{name}-{lang}.pdf")
    return response

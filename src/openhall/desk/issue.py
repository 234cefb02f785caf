"""Questionnaires on their way out: links, QR codes, posters, invitation codes, paper forms. Seed 4.1."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from openhall.access import staff
from openhall.actions.issue import make_codes, print_sheets, record_elsewhere, serial
from openhall.desk.issue_forms import CodesForm, ElsewhereForm, PrintForm
from openhall.desk.paper import paper_pdf
from openhall.desk.qr import public_address, qr_file, qr_inline
from openhall.errors import BadInput, OpenHallError
from openhall.language import LANGUAGES, short
from openhall.models import Allocation, Batch, Jurisdiction, Wave
from openhall.reads.waves import issuable
from openhall.surveys.codes import pretty

QR_PAGES = {"link": "portal:answer", "kiosk": "portal:kiosk"}


@staff("wave.issue")
def wave_links(request: HttpRequest, key: str) -> HttpResponse:
    """For each office this person issues for: link, QR code, poster, and the link for a tablet."""
    wave = _wave(key)
    offices = [
        {
            "allocation": one,
            "link": public_address(request, QR_PAGES["link"], one.key),
            "kiosk": public_address(request, QR_PAGES["kiosk"], one.kiosk_key),
        }
        for one in issuable(wave, request.user, "wave.issue")
    ]
    return render(request, "desk/issue/links.html", {"section": "waves", "wave": wave, "offices": offices})


@staff("wave.issue")
def wave_qr(request: HttpRequest, key: str, office: str, kind: str) -> HttpResponse:
    """The QR code of an office's link ("link") or tablet ("kiosk") as a file."""
    allocation = _allocation(request, key, office)
    if kind not in QR_PAGES:
        raise Http404
    place = allocation.key if kind == "link" else allocation.kiosk_key
    response = HttpResponse(qr_file(public_address(request, QR_PAGES[kind], place)), content_type="image/svg+xml")
    if "save" in request.GET:
        response["Content-Disposition"] = content_disposition_header(True, f"{office}-{kind}.svg")
    return response


@staff("wave.issue")
def wave_poster(request: HttpRequest, key: str, office: str) -> HttpResponse:
    """A poster to print on A4, in one language or both (`?text=en`)."""
    allocation = _allocation(request, key, office)
    asked = allocation.wave.version.asked
    chosen = [code for code in LANGUAGES if request.GET.get("text") in (code, None)]
    chosen = [code for code in chosen if code in asked.languages] or list(asked.languages[:1])
    address = public_address(request, QR_PAGES["link"], allocation.key)
    context = {
        "section": "waves",
        "wave": allocation.wave,
        "allocation": allocation,
        "offered": [(code, LANGUAGES[code]) for code in LANGUAGES if code in asked.languages],
        "text": request.GET.get("text", ""),
        "texts": sorted(chosen, key=lambda code: code != short(request.LANGUAGE_CODE)),
        "minutes": max(1, round(len(asked.questions) / 6)),
        "address": address.split("://", 1)[-1],
        "qr": mark_safe(qr_inline(address)),  # noqa: S308 – squares drawn by segno, no text of ours
    }
    return render(request, "desk/issue/poster.html", context)


@staff("wave.invite")
def wave_codes(request: HttpRequest, key: str) -> HttpResponse:
    """Single-use codes: the answer to the form is the only time they are shown."""
    wave = _wave(key)
    form = CodesForm(request.POST or None, allocations=issuable(wave, request.user, "wave.invite"))
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        allocation = form.cleaned_data["office"]
        try:
            codes = make_codes(allocation, count=form.cleaned_data["count"], by=request.user)
        except OpenHallError as error:
            errors = _lines(error)
        else:
            answer = _codes_csv if form.cleaned_data["output"] == "csv" else _codes_slips
            return answer(request, allocation, codes)
    context = {"section": "waves", "wave": wave, "form": form, "errors": errors}
    return render(request, "desk/issue/codes.html", context)


@staff("wave.issue")
def wave_paper(request: HttpRequest, key: str) -> HttpResponse:
    """Numbered paper forms, what was printed so far, and sheets issued elsewhere."""
    wave = _wave(key)
    mine = issuable(wave, request.user, "wave.issue")
    which = request.POST.get("form")
    to_print = PrintForm(request.POST if which == "print" else None, allocations=mine, prefix="print")
    elsewhere = ElsewhereForm(request.POST if which == "elsewhere" else None, allocations=mine, prefix="elsewhere")
    errors: list[str] = []
    for form, act in ((to_print, _print), (elsewhere, _record)):
        if form.is_valid():
            try:
                messages.success(request, act(request, form))
            except OpenHallError as error:
                errors = _lines(error)
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
    return _pdf(request, found.allocation.wave, serials, str(found.allocation.office.code))


@staff("wave.issue")
def wave_blank(request: HttpRequest, key: str) -> HttpResponse:
    """One form without a number, to look at; with `?codes` the code book for those who key."""
    return _pdf(request, _wave(key), [""], "code-book" if "codes" in request.GET else "blank")


def _wave(key: str) -> Wave:
    return get_object_or_404(Wave.objects.select_related("version__questionnaire"), key=key)


def _allocation(request: HttpRequest, key: str, office: str) -> Allocation:
    """The office's part in the wave, if this person may issue for it; otherwise it is not there."""
    found = get_object_or_404(
        Allocation.objects.select_related("wave__version", "office"), wave__key=key, office__code=office
    )
    if not request.user.may("wave.issue", found):
        raise Http404
    return found


def _lines(error: OpenHallError) -> list[str]:
    return error.lines(gettext) if isinstance(error, BadInput) else [error.say(gettext)]


def _offered(wave: Wave) -> list[tuple[str, str]]:
    """The languages the questionnaire is worded in: code and name."""
    return [(code, LANGUAGES[code]) for code in LANGUAGES if code in wave.version.asked.languages]


def _print(request: HttpRequest, form: Form) -> str:
    batch = print_sheets(form.cleaned_data["office"], copies=form.cleaned_data["copies"], by=request.user)
    return gettext("Serial numbers %(first)s to %(last)s are set aside for %(office)s. Open the forms below and print them.") % {
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


def _pdf(request: HttpRequest, wave: Wave, serials: list[str], name: str) -> HttpResponse:
    lang = request.GET.get("text", short(request.LANGUAGE_CODE))
    lang = lang if lang in wave.version.asked.languages else wave.version.asked.languages[0]
    offices = {one: str(one) for one in ()}  # the office stands on numbered forms only
    del offices
    made = paper_pdf(
        wave.version.asked,
        lang=lang,
        town=Jurisdiction.objects.first(),
        serials=serials,
        codes="codes" in request.GET,
    )
    response = HttpResponse(made, content_type="application/pdf")
    span = f"-{serials[0]}-{serials[-1]}" if serials[0] else ""
    response["Content-Disposition"] = content_disposition_header(False, f"{name}{span}-{lang}.pdf")
    return response


def _codes_csv(request: HttpRequest, allocation: Allocation, codes: list[str]) -> HttpResponse:
    response = HttpResponse(_csv(request, allocation, codes).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"codes-{allocation.office.code}.csv")
    return response


def _csv(request: HttpRequest, allocation: Allocation, codes: list[str]) -> str:
    """Office, code and address with the code after the #, which browsers do not send and servers do not log."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["office", "code", "address"])
    address = public_address(request, "portal:code")
    rows.writerows((allocation.office.code, pretty(code), f"{address}#{code}") for code in codes)
    return out.getvalue()


def _codes_slips(request: HttpRequest, allocation: Allocation, codes: list[str]) -> HttpResponse:
    address = public_address(request, "portal:code")
    slips = [
        {"code": pretty(code), "qr": mark_safe(qr_inline(f"{address}#{code}"))}  # noqa: S308 – squares drawn by segno
        for code in codes
    ]
    context = {
        "section": "waves",
        "wave": allocation.wave,
        "allocation": allocation,
        "slips": slips,
        "address": address.split("://", 1)[-1],
        "csv": _csv(request, allocation, codes),
    }
    return render(request, "desk/issue/slips.html", context)

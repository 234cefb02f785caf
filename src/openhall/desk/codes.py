"""Invitation codes at the desk: made, shown once as slips or a file, then known to nobody here. Seed 4.1."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from openhall.access import staff
from openhall.actions.issue import make_codes
from openhall.desk.issue_forms import CodesForm
from openhall.errors import OpenHallError
from openhall.models import Allocation
from openhall.qr import public_address, qr_inline
from openhall.reads.waves import issuable, wave_by_key
from openhall.surveys.codes import pretty


@staff("wave.invite")
def wave_codes(request: HttpRequest, key: str) -> HttpResponse:
    """Single-use codes: the answer to the form is the only time they are shown."""
    wave = wave_by_key(key)
    form = CodesForm(request.POST or None, allocations=issuable(wave, request.user, "wave.invite"))
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        allocation = form.cleaned_data["office"]
        try:
            codes = make_codes(allocation, count=form.cleaned_data["count"], by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            answer = _codes_csv if form.cleaned_data["output"] == "csv" else _codes_slips
            return answer(request, allocation, codes)
    context = {"section": "waves", "wave": wave, "form": form, "errors": errors}
    return render(request, "desk/issue/codes.html", context)


def _codes_csv(request: HttpRequest, allocation: Allocation, codes: list[str]) -> HttpResponse:
    response = HttpResponse(
        _csv(request, allocation, codes).encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, f"codes-{allocation.office.code}.csv")
    return response


def _csv(request: HttpRequest, allocation: Allocation, codes: list[str]) -> str:
    """Office, code and address; what stands after the # browsers do not send and servers do not log."""
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
        "csv": quote(_csv(request, allocation, codes)),
    }
    return render(request, "desk/issue/slips.html", context)

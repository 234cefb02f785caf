"""An office's link on its way out: as text, as a QR code, as a poster, and the one for a tablet. Seed 4.1."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext

from openhall.access import staff
from openhall.language import LANGUAGES, say, short
from openhall.models import Allocation, Jurisdiction
from openhall.qr import public_address, qr_file, qr_inline
from openhall.reads.waves import issuable, wave_by_key

QR_PAGES = {"link": "portal:answer", "kiosk": "portal:kiosk"}


@staff("wave.issue")
def wave_links(request: HttpRequest, key: str) -> HttpResponse:
    """For each office this person issues for: link, QR code, poster, and the link for a tablet."""
    wave = wave_by_key(key)
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
    response = HttpResponse(
        qr_file(public_address(request, QR_PAGES[kind], place)), content_type="image/svg+xml"
    )
    if "save" in request.GET:
        response["Content-Disposition"] = content_disposition_header(True, f"{office}-{kind}.svg")
    return response


@staff("wave.issue")
def wave_poster(request: HttpRequest, key: str, office: str) -> HttpResponse:
    """A poster to print on A4, in one language or both (`?text=en`)."""
    allocation = _allocation(request, key, office)
    languages = [code for code in LANGUAGES if code in allocation.wave.version.asked.languages]
    wanted = request.GET.get("text", "")
    chosen = (
        [wanted]
        if wanted in languages
        else sorted(languages, key=lambda code: code != short(request.LANGUAGE_CODE))
    )
    address = public_address(request, QR_PAGES["link"], allocation.key)
    context = {
        "section": "waves",
        "wave": allocation.wave,
        "allocation": allocation,
        "offered": [(code, LANGUAGES[code]) for code in languages],
        "text": wanted if wanted in languages else "",
        "texts": [_poster_text(allocation, code) for code in chosen],
        "address": address.split("://", 1)[-1],
        "qr": mark_safe(qr_inline(address)),  # noqa: S308 – squares drawn by segno, no text of ours
    }
    return render(request, "desk/issue/poster.html", context)


def _allocation(request: HttpRequest, key: str, office: str) -> Allocation:
    """The office's part in the wave, if this person may issue for it; otherwise it is not there."""
    found = get_object_or_404(
        Allocation.objects.select_related("wave__version", "office"), wave__key=key, office__code=office
    )
    if not request.user.may("wave.issue", found):
        raise Http404
    return found


def _poster_text(allocation: Allocation, code: str) -> dict[str, Any]:
    """What the poster says in one language, whatever the language of the page around it."""
    asked, closes_on = allocation.wave.version.asked, allocation.wave.closes_on
    minutes = max(1, round(len(asked.questions) / 6))  # ten seconds a question
    with translation.override(next(full for full, _name in settings.LANGUAGES if short(full) == code)):
        about = ngettext("About %(minutes)s minute", "About %(minutes)s minutes", minutes) % {
            "minutes": minutes
        }
        until = gettext("Until %(day)s") % {"day": date_format(closes_on)} if closes_on else ""
        town = Jurisdiction.objects.first()
        return {
            "code": code,
            "town": str(town) if town else "OpenHall",
            "call": gettext("What do you think of us?"),
            "title": say(asked.title, code),
            "scan": gettext("Scan with your phone’s camera"),
            "facts": [about, gettext("Anonymous"), gettext("Voluntary")],
            "office": say(allocation.office.name, code),
            "until": until,
        }

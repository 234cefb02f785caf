"""Entering a code: an invitation, or answers saved earlier. A code is never part of an address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from openhall.access import public, visitor
from openhall.actions import budget
from openhall.actions.respond import CODE_REFUSED
from openhall.portal import form
from openhall.reads import doors
from openhall.surveys.codes import check_ok, normalise


@public
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """GET: where to type it. POST: the form itself, the code in its body; the same words for a wrong and a
    used code.
    """
    if request.method != "POST":
        return render(request, "portal/code.html")
    if not budget.spend("code", visitor(request), limit=settings.CODES_PER_HOUR):
        return form.too_many(request)
    typed = normalise(request.POST.get("code", "")[:40])
    opened = doors.by_code(typed) if check_ok(typed) else None
    if opened is None:
        text = (
            gettext(CODE_REFUSED)
            if typed
            else gettext("Type the code from your letter, slip or earlier visit.")
        )
        context = {"errors": [{"text": text, "href": "#code"}], "typed": request.POST.get("code", "")[:40]}
        return render(request, "portal/code.html", context, status=422)
    return form.closed_now(request, opened.door) or form.page(
        request, opened.door, code=typed, answers=opened.answers
    )

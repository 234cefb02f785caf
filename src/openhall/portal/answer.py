"""The form behind an office's link or poster, and the thanks after it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from openhall.access import public
from openhall.portal import form
from openhall.reads import doors


@public
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """GET: the form. POST: stored and thanked (303), or the form again with what is to be mended."""
    door = doors.by_link(key)
    if door is None:
        raise Http404
    if request.method == "POST":
        return form.receive(request, door) or redirect("portal:thanks", permanent=False)
    return form.closed_now(request, door) or form.page(request, door)


@public
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/thanks.html")

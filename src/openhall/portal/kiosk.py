"""The form on an office's tablet: no menu, clears itself, and keeps answers while the connection is lost.

Without scripts it is the same form with a page of thanks that leads back by itself; with them answers wait in
the browser and go to `api:responses`.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from openhall.access import public
from openhall.language import short
from openhall.portal import form
from openhall.reads import doors

THANKS_SECONDS = 10


@public
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest, kiosk_key: str) -> HttpResponse:
    """GET: the form for the next visitor. POST: stored and thanked, or the form again with what is to be
    mended.
    """
    door = doors.by_tablet(kiosk_key)
    if door is None:
        raise Http404
    if request.method == "POST":
        return form.receive(request, door, kiosk=True) or redirect("portal:kiosk_thanks", kiosk_key)
    return form.closed_now(request, door, kiosk=True) or form.page(request, door, kiosk=True)


@public
@require_safe
def thanks(request: HttpRequest, kiosk_key: str) -> HttpResponse:
    """Thanks, then the blank form in the hall's own language by itself: the next visitor finds it so."""
    door = doors.by_tablet(kiosk_key)
    if door is None:
        raise Http404
    start = f"{form.address(door, kiosk=True)}?lang={short(settings.LANGUAGE_CODE)}"
    response = render(request, "portal/kiosk_thanks.html", {"start": start})
    response.headers["Refresh"] = f"{THANKS_SECONDS}; url={start}"
    return response


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, served from above the tablet's pages because a browser lets it see only what lies
    below.
    """
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> str:
    return (settings.PACKAGE / "static" / "app" / "kiosk-worker.js").read_text("utf-8")

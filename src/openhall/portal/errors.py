"""Pages for when something went wrong, with a way on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openhall.access import public


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "portal/error.html", {"kind": "bad_request"}, status=400)


@public
def not_permitted(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "portal/error.html", {"kind": "not_permitted"}, status=403)


@public
def forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: cookies are off, or the page was open for very long."""
    return render(request, "portal/error.html", {"kind": "forgery"}, status=403)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "portal/error.html", {"kind": "not_found"}, status=404)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Something failed on our side; drawn without the database, which may be the reason."""
    return render(None, "portal/broken.html", status=500)

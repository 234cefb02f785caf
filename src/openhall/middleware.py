"""What happens around every request: headers, language, the hall's clock, and a session for staff pages only."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from openhall.models import Jurisdiction

TIMELESS = ("/s/", "/k/", "/api/", "/health")
GetResponse = Callable[[HttpRequest], HttpResponse]


def headers(get_response: GetResponse) -> GetResponse:
    """No camera, no place, no storing of pages: what a page shows may be somebody's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """`?lang=zh` chooses a language and keeps it in a cookie; else the cookie; else what the browser prefers."""
    codes = {code.split("-")[0]: code for code, _name in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = codes.get(request.GET.get("lang", "").split("-")[0])
        with translation.override(chosen or translation.get_language_from_request(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        if chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=31_536_000,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            )
        return response

    return middleware


def hall_time(get_response: GetResponse) -> GetResponse:
    """Days and hours as the clock of the hall shows them; not for survey forms, which show none and must be quick."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(TIMELESS):
            return get_response(request)
        request.town = town = Jurisdiction.objects.first()
        with timezone.override((town and town.calendar.get("zone")) or settings.TIME_ZONE):
            return get_response(request)

    return middleware


def staff_session(get_response: GetResponse) -> GetResponse:
    """Session, user and messages below /desk/ only; a public page never opens a session."""
    signed_in = SessionMiddleware(AuthenticationMiddleware(MessageMiddleware(get_response)))

    def middleware(request: HttpRequest) -> HttpResponse:
        return signed_in(request) if request.path.startswith("/desk/") else get_response(request)

    return middleware

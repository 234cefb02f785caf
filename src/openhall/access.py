"""Who may see a page: each view says `public` or names the right it needs; a test checks that all do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Anyone may see this page."""
    view.access = "public"
    return view


def staff(verb: str | None = None) -> Callable[[View], View]:
    """Only signed-in staff, and where a verb is given only those who hold it (object-level: the view's own fetch)."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                if (
                    "HX-Request" in request.headers
                ):  # a part of a page: load the whole, which leads to the sign-in
                    return HttpResponse(status=401, headers={"HX-Refresh": "true"})
                return redirect_to_login(request.get_full_path())
            if verb and not request.user.may(verb):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = verb or "staff"
        return guarded

    return wrap


def post_only(back: str, *names: str) -> Callable[[View], View]:
    """Only a form is sent here. Who comes by a link, after signing in again or for the page in the other language,
    is led to the page `back`, which takes the arguments `names` of this address.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def posted(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(back, *(kwargs[name] for name in names))
            return view(request, **kwargs)

        return posted

    return wrap


def visitor(request: HttpRequest) -> str:
    """The network address of the visitor, for the budget only; what the proxy says where one is declared."""
    if settings.BEHIND_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")

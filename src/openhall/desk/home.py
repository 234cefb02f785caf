"""Signing in and out, and the first page after it. Guessing passwords is slowed down for each name and network."""

from __future__ import annotations

import unicodedata

from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from openhall.access import post_only, public, staff, visitor
from openhall.actions import budget

TRIES_OF_A_NAME = 10  # wrong passwords an hour
TRIES_OF_A_NETWORK = 50  # a whole hall may stand behind one address


@staff()
def home(request: HttpRequest) -> HttpResponse:
    return redirect("desk:waves")


@public
def sign_in(request: HttpRequest) -> HttpResponse:
    """A try is counted before the password is looked at, so that many at once gain nothing; a right one is free."""
    if request.method != "POST":
        return _page(request, AuthenticationForm(request))
    tries = _tries(request)
    if not all(budget.spend(purpose, who, limit=limit) for purpose, who, limit in tries):
        return _refused(request)
    form = AuthenticationForm(request, data=request.POST)
    if not form.is_valid():
        return _page(request, form)
    for purpose, who, _limit in tries:
        budget.give_back(purpose, who)
    login(request, form.get_user())
    return redirect(_next(request))


@public
@post_only("desk:home")
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("portal:home")


def _tries(request: HttpRequest) -> list[tuple[str, str, int]]:
    """What a try counts against: purpose, whose, how many an hour."""
    name = unicodedata.normalize("NFKC", request.POST.get("username", "")).strip().casefold()
    return [
        ("sign-in network", visitor(request), TRIES_OF_A_NETWORK),
        ("sign-in name", f"name {name}", TRIES_OF_A_NAME),
    ]


def _refused(request: HttpRequest) -> HttpResponse:
    """Too many tries; says nothing of whether this one would have been right."""
    text = gettext(
        "There were too many tries to sign in. Wait until the next full hour and try again; if you have forgotten"
        " your password, ask the person who runs this system for a new one."
    )
    response = _page(request, AuthenticationForm(request), errors=[text])
    response.status_code = 429
    response.headers["Retry-After"] = "3600"
    return response


def _page(request: HttpRequest, form: AuthenticationForm, **context: object) -> HttpResponse:
    context |= {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "desk/sign_in.html", context)


def _next(request: HttpRequest) -> str:
    """Where the person was going, if it is in this house."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else resolve_url("desk:home")

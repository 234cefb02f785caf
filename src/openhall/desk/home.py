"""Signing in and out, and the first page after it: what the person's role needs now. Guessing passwords is slowed down
for each name and network.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext

from openhall.access import post_only, public, staff, visitor
from openhall.actions import budget
from openhall.desk.list_form import FilterForm, Names
from openhall.desk.lists import kept_filters, listed
from openhall.desk.tabs import ELSEWHERE, TABS, Tab
from openhall.errors import N_
from openhall.models import User
from openhall.reads import queues
from openhall.rules.permissions import Role

TRIES_OF_A_NAME = 10  # wrong passwords an hour
TRIES_OF_A_NETWORK = 50  # a whole hall may stand behind one address


@staff()
def home(request: HttpRequest) -> HttpResponse:
    """The tabs of the role with counts, and the list of one: the one asked for, else the first that is not empty."""
    role = request.user.role
    if role not in TABS:
        return redirect(_elsewhere(role))
    names, (at, _calendar) = Names(), queues.hall_time()
    own = (Tab("own", N_("My list"), request.user.home_filter),) if request.user.home_filter else ()
    tabs = _counted((*own, *TABS[role]), request.user, names, at)
    wanted = request.GET.get("tab", "own" if own else "")
    shown = next((one for one in tabs if one.tab.key == wanted), None)
    shown = shown or next((one for one in tabs if one.count), tabs[0])
    context = {
        **listed(request, shown.form),
        "section": "home",
        "base": urlencode({"tab": shown.tab.key}),
        "tabs": tabs,
        "shown": shown,
        "cap": queues.CAP,
        "departments": _departments(request.user, names, at) if role == Role.LEADER else [],
        "kept": kept_filters(request.user),
    }
    return render(request, "desk/lists/home.html", context)


@dataclass(frozen=True, slots=True)
class Counted:
    """A tab with its filter and how many it holds; counted no further than `queues.CAP`, None where not at all."""

    tab: Tab
    form: FilterForm
    count: int | None


def _counted(tabs: Sequence[Tab], user: User, names: Names, at: datetime) -> list[Counted]:
    forms = [FilterForm(tab.query, names, user) for tab in tabs]
    filters = [form.filter() for form in forms]
    numbers = iter(queues.counts([one for one in filters if not one.wide], user, at=at))
    return [
        Counted(tab, form, None if wanted.wide else next(numbers))
        for tab, form, wanted in zip(tabs, forms, filters, strict=True)
    ]


def _departments(user: User, names: Names, at: datetime) -> list[dict[str, Any]]:
    return [
        {**one, "office": names.offices.get(one["department"])} for one in queues.by_department(user, at=at)
    ]


def _elsewhere(role: str) -> str:
    """The first page of the role that is there."""
    for name in ELSEWHERE.get(role, ("desk:waves",)):
        with suppress(NoReverseMatch):
            return reverse(name)
    raise LookupError(role)


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

"""Accounts of staff in the hall's administration. A password is shown once, on the page that follows its making."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from openhall.access import post_only, staff
from openhall.actions import accounts as actions
from openhall.actions.accounts import Account
from openhall.desk.hall_forms import PersonForm, attempt
from openhall.models import User
from openhall.reads import hall as reads

SECTION = {"section": "hall"}


@staff("account.manage")
def people(request: HttpRequest) -> HttpResponse:
    asked, closed = request.GET.get("q", "")[:100], request.GET.get("closed") == "1"
    context = {"rows": reads.people(asked, closed=closed), "asked": asked, "closed": closed}
    return render(request, "desk/hall/people.html", {**SECTION, **context})


@staff("account.manage")
@never_cache
def person_new(request: HttpRequest) -> HttpResponse:
    form, errors = PersonForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        made, errors = attempt(lambda: actions.create(Account(**form.cleaned_data), by=request.user))
        if made:
            return _password(request, *made)
    return _form(request, form, errors, heading=gettext("New account"))


@staff("account.manage")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    initial = {
        "first": found.first_name,
        "last": found.last_name,
        "email": found.email,
        "role": found.role,
        "office": found.office_id,
    }
    form, errors = PersonForm(request.POST or None, new=False, initial=initial), []
    if request.method == "POST" and form.is_valid():
        freed, errors = attempt(lambda: actions.change(found, Account(**form.cleaned_data), by=request.user))
        if not errors:
            messages.success(request, gettext("The account is changed."))
            return _freed(request, found, freed or [])
    return _form(request, form, errors, heading=str(found), person=found)


@staff("account.manage")
@post_only("desk:hall_person", "pk")
@never_cache
def person_act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Close the account, open it again, or replace its password."""
    found = get_object_or_404(User, pk=pk)
    if what == "close":
        freed, errors = attempt(lambda: actions.deactivate(found, by=request.user))
        if not errors:
            messages.success(request, gettext("The account is closed."))
            return _freed(request, found, freed or [])
    else:
        do = actions.activate if what == "open" else actions.replace_password
        password, errors = attempt(lambda: do(found, by=request.user))
        if password:
            return _password(request, found, password)
    for error in errors:
        messages.error(request, error)
    return redirect("desk:hall_person", pk)


def _freed(request: HttpRequest, found: User, freed: list[Any]) -> HttpResponse:
    if not freed:
        return redirect("desk:hall_people")
    return render(request, "desk/hall/freed.html", {**SECTION, "person": found, "freed": freed})


def _password(request: HttpRequest, found: User, password: str) -> HttpResponse:
    return render(request, "desk/hall/password.html", {**SECTION, "person": found, "password": password})


def _form(request: HttpRequest, form: PersonForm, errors: list[str], **context: Any) -> HttpResponse:
    context |= {"form": form, "errors": errors, "back": "desk:hall_people", "back_name": gettext("People")}
    return render(request, "desk/hall/form.html", {**SECTION, **context})

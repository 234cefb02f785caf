"""Waves at the desk: the list, one wave with its live ledger, planning, opening and closing. Seed 4.1."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from openhall.access import staff
from openhall.actions.waves import change_wave, close_wave, open_wave, plan_wave, stamp_of
from openhall.desk.wave_form import WaveForm
from openhall.errors import OpenHallError
from openhall.labels import CHANNELS, VOID_REASONS
from openhall.models import Office, Wave
from openhall.reads.ledger import Ledger, ledger
from openhall.reads.waves import history, progress, wave_by_key
from openhall.report.numerals import decimals, p_equals
from openhall.rules.waves import STEPS

FRESH = 2  # seconds a count of the ledger is shared by those who watch it


@staff("wave.view")
def waves(request: HttpRequest) -> HttpResponse:
    """The desk's first page: open waves first, then drafts, then closed ones."""
    found = progress()
    groups = [
        (state, [one for one in found if one.wave.state == state]) for state in ("open", "draft", "closed")
    ]
    return render(request, "desk/waves/list.html", {"section": "waves", "groups": groups, "any": bool(found)})


@staff("wave.view")
def wave(request: HttpRequest, key: str) -> HttpResponse:
    found = wave_by_key(key)
    over = found.state == Wave.State.OPEN and bool(found.closes_on) and found.closes_on < timezone.localdate()
    context = {
        "section": "waves",
        "wave": found,
        "over": over,
        "history": history(found),
        **_figures(ledger(found)),
    }
    return render(request, "desk/waves/wave.html", context)


@staff("wave.view")
def wave_ledger(request: HttpRequest, key: str) -> HttpResponse:
    """Only what changes while answers come in; htmx asks for it every few seconds while the wave is open.

    One count serves all who watch: with a million answers it takes half a second.
    """
    found = wave_by_key(key)
    counted = cache.get_or_set(f"ledger:{found.key}", lambda: ledger(found), FRESH)
    return render(request, "desk/waves/_ledger.html", {"wave": found, **_figures(counted)})


@staff("wave.manage")
def wave_new(request: HttpRequest) -> HttpResponse:
    form = WaveForm(request.POST or None)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = plan_wave(plan=form.plan(), by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, gettext("The wave is planned. Check it, then open it."))
            return redirect("desk:wave", made.key)
    return _form_page(request, form, errors)


@staff("wave.manage")
def wave_edit(request: HttpRequest, key: str) -> HttpResponse:
    found = wave_by_key(key)
    form = WaveForm(request.POST or None, wave=found)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            change_wave(found, plan=form.plan(), stamp=request.POST.get("stamp"), by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, gettext("The plan is saved."))
            return redirect("desk:wave", key)
    return _form_page(request, form, errors, found)


@staff("wave.manage")
def wave_open(request: HttpRequest, key: str) -> HttpResponse:
    """Ask first: opening freezes the questionnaire."""
    return _step(request, key, "open", open_wave, gettext("The wave is open. Answers are accepted now."))


@staff("wave.manage")
def wave_close(request: HttpRequest, key: str) -> HttpResponse:
    """Ask first: people who are answering just now are turned away."""
    return _step(request, key, "close", close_wave, gettext("The wave is closed."))


def _step(request: HttpRequest, key: str, step: str, action: Any, done: str) -> HttpResponse:
    found = wave_by_key(key)
    errors: list[str] = []
    if request.method != "POST" and (found.state, step) not in STEPS:
        return redirect("desk:wave", key)
    if request.method == "POST":
        try:
            action(found, by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, done)
            return redirect("desk:wave", key)
    offices = found.allocations.select_related("office")
    context = {"section": "waves", "wave": found, "step": step, "errors": errors, "offices": offices}
    return render(request, "desk/waves/step.html", context)


def _form_page(
    request: HttpRequest, form: WaveForm, errors: list[str], found: Wave | None = None
) -> HttpResponse:
    context = {
        "section": "waves",
        "form": form,
        "errors": errors,
        "wave": found,
        "stamp": stamp_of(found) if found else "",
        "no_offices": not Office.objects.exists(),
    }
    return render(request, "desk/waves/form.html", context)


def _figures(counted: Ledger) -> dict[str, Any]:
    """The ledger, and its test in words a template can print."""
    fit = counted.fit
    context: dict[str, Any] = {
        "ledger": counted,
        "rates": counted.rates,
        "fit": fit,
        "channels": CHANNELS,
        "void_reasons": VOID_REASONS,
    }
    if fit is not None:
        test = fit.finite or fit.chi2
        context["alike"] = not test.p < 0.05
        context["finite"] = fit.finite is not None
        context["test"] = f"χ²({test.df}, N = {fit.n}) = {decimals(test.value, 2)}, {p_equals(test.p)}"
    return context

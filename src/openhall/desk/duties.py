"""Recurring duties at the desk: what is due and late, setting and ending them, renewing at the window. Row B9."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from openhall.access import staff
from openhall.actions import duties as actions
from openhall.actions import intake
from openhall.desk.duty_form import DutyForm
from openhall.errors import OpenHallError
from openhall.models import Channel, Party, RecurringDuty
from openhall.qr import public_address, qr_inline
from openhall.reads import duties as reads
from openhall.rules import duties as rules
from openhall.surveys.codes import pretty

LISTS = ("late", "soon", "all")


@staff("duty.manage")
def duties(request: HttpRequest) -> HttpResponse:
    """What is late, due soon, or all; and how renewing goes."""
    which = request.GET.get("list", "late")
    which = which if which in LISTS else "late"
    day = actions.today()
    rows = list(reads.running(which, day)[: reads.ROWS])
    context = {
        "section": "duties",
        "which": which,
        "rows": [
            {"duty": one, "days": (one.due_on - day).days, "late": (day - one.due_on).days} for one in rows
        ],
        "counts": reads.counts(day),
        "most": reads.ROWS,
        "figures": reads.figures(),
        "enough": reads.ENOUGH,
    }
    return render(request, "desk/duties/list.html", context)


@staff("duty.manage")
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _fetch(pk))


@staff("duty.manage")
def duty_new(request: HttpRequest, party: int) -> HttpResponse:
    """Set a duty; the answer is the slip with the code, shown once."""
    whose = get_object_or_404(Party, pk=party).root
    form = DutyForm(request.POST or None)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        given = {
            name: form.cleaned_data[name]
            for name in ("service", "title", "due_on", "every_days", "remind_days")
        }
        try:
            return _slip(request, actions.set_duty(whose, **given, facts=form.facts(), by=request.user))
        except OpenHallError as error:
            errors = error.lines(gettext)
    context = {"section": "duties", "party": whose, "form": form, "errors": errors}
    return render(request, "desk/duties/form.html", context)


@staff("duty.manage")
@require_POST
def duty_code(request: HttpRequest, pk: int) -> HttpResponse:
    """A new code for one that was lost."""
    found = _fetch(pk)
    try:
        return _slip(request, actions.replace_code(found, by=request.user))
    except OpenHallError as error:
        return _show(request, found, error.lines(gettext))


@staff("duty.manage")
@require_POST
def duty_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = _fetch(pk)
    try:
        actions.end_duty(found, by=request.user)
    except OpenHallError as error:
        return _show(request, found, error.lines(gettext))
    messages.success(request, gettext("The duty has ended."))
    return redirect("desk:duty", pk)


@staff("duty.manage")
def duty_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Renew at the window: what was declared, read out and confirmed or changed."""
    found = _fetch(pk)
    facts = actions.facts_of(found)
    errors: list[str] = []
    if request.method == "POST":
        facts = rules.declared(request.POST, facts)
        try:
            return _renewed(request, found, facts)
        except OpenHallError as error:
            errors = error.lines(gettext)
    found.refresh_from_db()
    day = actions.today()
    context = {
        "section": "duties",
        "duty": found,
        "facts": list(enumerate(facts)),
        "errors": errors,
        "shown": reads.shown_now(found),
        "late": max((day - found.due_on).days, 0),
        "next_due": rules.next_due(found.due_on, day, every_days=found.every_days),
    }
    return render(request, "desk/duties/renew.html", context)


def _renewed(request: HttpRequest, found: RecurringDuty, facts: rules.Facts) -> HttpResponse:
    """Renew, with a request where staff must look at what changed: all or nothing."""
    with transaction.atomic():
        changes = actions.brings(found, facts)
        case = None
        if changes:
            form = intake.Intake(**changes, channel=Channel.WINDOW)
            case = intake.receive(form, by=request.user).request
        actions.renew(
            found,
            for_date=_date(request.POST.get("for_date", "")),
            facts=facts,
            request=case,
            seconds=reads.seconds_since(request.POST.get("shown", ""), found),
            online=False,
            by=request.user,
        )
    messages.success(request, gettext("It is renewed."))
    return redirect("desk:duty", found.pk)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def _fetch(pk: int) -> RecurringDuty:
    return get_object_or_404(RecurringDuty.objects.select_related("party", "service"), pk=pk)


def _show(request: HttpRequest, found: RecurringDuty, errors: list[str] | None = None) -> HttpResponse:
    day = actions.today()
    opens = rules.opens_on(found.due_on, remind_days=found.remind_days)
    context: dict[str, Any] = {
        "section": "duties",
        "errors": errors or [],
        "duty": found,
        "party": found.party.root,
        "facts": actions.facts_of(found),
        "opens": opens,
        "open": not found.ended and day >= opens,
        "late": max((day - found.due_on).days, 0),
        "renewals": found.renewals.select_related("request").order_by("-for_date"),
        "history": reads.history(found),
    }
    return render(request, "desk/duties/duty.html", context)


def _slip(request: HttpRequest, made: actions.SetDuty) -> HttpResponse:
    """What the party takes home: the code, once. Behind the # of an address, which a browser never sends."""
    address = public_address(request, "portal:renew")
    context = {
        "section": "duties",
        "duty": made.duty,
        "code": pretty(made.code),
        "address": address,
        "qr": mark_safe(qr_inline(f"{address}#{made.code}")),  # noqa: S308  (dark squares only)
    }
    return render(request, "desk/duties/slip.html", context)

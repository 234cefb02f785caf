"""Renewing a recurring duty at home in a minute: by the code of the slip, without an account. Seed 1.2.1; row B9.

The code travels in the body of forms, never in an address, and every wrong one gets the same words.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from openhall.access import public, visitor
from openhall.actions import budget, intake
from openhall.actions import duties as actions
from openhall.errors import OpenHallError
from openhall.models import RecurringDuty, Renewal
from openhall.portal import form
from openhall.reads import duties as reads
from openhall.rules import duties as rules
from openhall.surveys.codes import pretty


@public
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    """Type the code; then confirm or change what was declared; then the receipt. Three pages at one address."""
    if request.method != "POST":
        return render(request, "portal/duties/code.html")
    if not budget.spend("duty", visitor(request), limit=settings.CODES_PER_HOUR):
        return form.too_many(request)
    typed = request.POST.get("code", "")[:40]
    found = reads.by_code(typed)
    if found is None:
        return _refused(request, typed)
    budget.give_back("duty", visitor(request))
    facts = actions.facts_of(found)
    if "step" not in request.POST:
        return _page(request, found, typed, facts)
    if request.POST["step"] == "changed":
        facts = rules.declared(request.POST, facts)
    try:
        return _renewed(request, found, facts)
    except OpenHallError as error:
        return _page(request, found, typed, facts, error.lines(gettext))


def _renewed(request: HttpRequest, found: RecurringDuty, facts: rules.Facts) -> HttpResponse:
    """Renew, with a request where staff must look at what changed: all or nothing. Then the receipt."""
    received = None
    with transaction.atomic():
        changes = actions.brings(found, facts)
        if changes:
            received = intake.receive(intake.Intake(**changes))
        done = actions.renew(
            found,
            for_date=_date(request.POST.get("for_date", "")),
            facts=facts,
            request=received.request if received else None,
            seconds=reads.seconds_since(request.POST.get("shown", ""), found),
        )
    return _receipt(request, done, received)


def _receipt(request: HttpRequest, done: Renewal, received: intake.Received | None) -> HttpResponse:
    context: dict[str, Any] = {"renewal": done, "duty": done.duty, "day": actions.today()}
    if received:
        context |= {"number": pretty(received.request.number), "secret": pretty(received.code)}
    return render(request, "portal/duties/receipt.html", context)


def _page(
    request: HttpRequest,
    found: RecurringDuty,
    typed: str,
    facts: rules.Facts,
    errors: list[str] | None = None,
) -> HttpResponse:
    """What was declared, to be confirmed or changed; or from when on that can be done."""
    found = RecurringDuty.objects.select_related("service").get(pk=found.pk)
    day = actions.today()
    opens = rules.opens_on(found.due_on, remind_days=found.remind_days)
    before = dict(actions.facts_of(found))
    context = {
        "duty": found,
        "code": typed,
        "facts": [
            {"number": number, "label": label, "value": value, "changed": before.get(label) != value}
            for number, (label, value) in enumerate(facts)
        ],
        "declared": list(before.items()),
        "errors": [{"text": text} for text in errors or []],
        "shown": reads.shown_now(found),
        "late": max((day - found.due_on).days, 0),
        "opens": opens,
        "open": day >= opens,
        "next_due": rules.next_due(found.due_on, day, every_days=found.every_days),
    }
    return render(request, "portal/duties/renew.html", context, status=422 if errors else 200)


def _refused(request: HttpRequest, typed: str) -> HttpResponse:
    text = (
        gettext("This code opens nothing. Check it against your slip, or ask at the hall for a new one.")
        if typed.strip()
        else gettext("Type the code from your slip.")
    )
    context = {"errors": [{"text": text, "href": "#code"}], "typed": typed}
    return render(request, "portal/duties/code.html", context, status=422)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min

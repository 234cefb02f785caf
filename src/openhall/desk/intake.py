"""A clerk writes down a request, whatever way it came in: likely records and likely repeats appear while typing, and
the citizen leaves with a receipt. Rows C1, B1.

What was typed never stands in an address: everything is sent by POST. The secret code is shown once, in the answer.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from openhall.access import staff
from openhall.actions import intake as actions
from openhall.actions.intake import Received
from openhall.desk.intake_form import ANONYMOUS, NEW, PEOPLE, IntakeForm, chosen
from openhall.errors import OpenHallError
from openhall.language import short
from openhall.models import Clock, ServiceRequest
from openhall.qr import public_address, qr_inline
from openhall.reads import parties, suggestions
from openhall.rules.demand import CLASS_NAMES, SERVICE_NAMES, services_for
from openhall.rules.urgency import LEVEL_NAMES
from openhall.surveys.codes import pretty

TAKEN = ("demand", "service", "area")  # suggestions a button takes over


@staff("request.enter")
def intake(request: HttpRequest) -> HttpResponse:
    """The form; its answer is the receipt. Any button but the one that sends gives the page back as it was."""
    if request.method != "POST":
        return _page(request, _first(request))
    if take := request.POST.get("take"):
        return _page(request, _with(request, take))
    form = IntakeForm(request.POST, request.FILES, lang=_lang(request))
    if "look" in request.POST:
        return _page(request, _as_typed(request, request.POST))
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        received = actions.receive(form.intake(), by=request.user)
    except OpenHallError as error:
        return _page(request, form, errors=error.lines(gettext), status=422)
    return _receipt(request, received)


@staff("request.enter")
@require_POST
def likely(request: HttpRequest, prefix: str) -> HttpResponse:
    """A part of the page: records that may be the one being typed."""
    if prefix not in PEOPLE:
        raise Http404
    form = IntakeForm(request.POST, lang=_lang(request))
    return render(request, "desk/intake/_likely.html", {"who": _who(request, form, prefix), "part": True})


@staff("request.enter")
@require_POST
def help_panel(request: HttpRequest) -> HttpResponse:
    """A part of the page: what the rules suggest, and open requests this one may repeat."""
    form = IntakeForm(request.POST, lang=_lang(request))
    return render(request, "desk/intake/_help.html", {**_suggested(request, form), "part": True})


def _first(request: HttpRequest) -> IntakeForm:
    """The empty form; for a record where one comes from its page."""
    party = chosen(request.GET.get("party", ""))
    initial = {"party": party.root.pk, "party_name": party.root.name} if party else {}
    return IntakeForm(initial=initial, lang=_lang(request))


def _page(
    request: HttpRequest, form: IntakeForm, *, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "section": "intake",
        "form": form,
        "errors": errors or [],
        "people": {prefix: _who(request, form, prefix) for prefix in PEOPLE},
        **_suggested(request, form),
    }
    return render(request, "desk/intake/new.html", context, status=status)


def _who(request: HttpRequest, form: IntakeForm, prefix: str) -> dict[str, Any]:
    """Records that may be the person typed under `prefix`, and which is chosen; that one stays whatever is typed."""
    found: list[parties.Found] = []
    selected = chosen(form.typed(prefix))
    if form.typed("who") != ANONYMOUS:
        typed = {name: form.typed(f"{prefix}_{name}") for name in ("name", "email", "phone")}
        found = parties.lookup(request.user, **typed)
        if selected and selected.root not in [row.party for row in found]:
            found = [*parties.with_counts([selected.root], request.user), *found]
    return {"prefix": prefix, "found": found, "chosen": selected.root.pk if selected else NEW}


def _suggested(request: HttpRequest, form: IntakeForm) -> dict[str, Any]:
    """What the rules say of the request as it stands: nothing before there are words."""
    case = form.drafted()
    if not case.text.strip() and not case.subject.strip():
        return {"suggested": [], "repeated": [], "level": None, "services": _services(case)}
    level = suggestions.urgency_of(case)
    found = [
        ("demand", gettext("Kind of request"), suggestions.demand_class(case), case.demand),
        ("service", gettext("Service"), suggestions.service(case), case.service and case.service.code),
        ("area", gettext("Area"), suggestions.area(case), case.area and case.area.code),
    ]
    return {
        "suggested": [
            {"key": key, "label": label, "name": _name(one.value), "why": one.say(gettext, _lang(request))}
            for key, label, one, present in found
            if one and getattr(one.value, "code", str(one.value)) != present
        ],
        "level": level.value,
        "level_name": LEVEL_NAMES[level.value],
        "level_why": level.say(gettext, _lang(request)),
        "repeated": [
            {"case": one.request, "why": [reason.say(gettext, _lang(request)) for reason in one.why]}
            for one in suggestions.repeated(case, request.user)
        ],
        "services": _services(case),
    }


def _services(case: ServiceRequest) -> list[str]:
    groups = {*case.groups, *(case.party.groups if case.party else ())}
    return [SERVICE_NAMES[service] for service in services_for(groups)]


def _name(value: Any) -> str:
    return gettext(CLASS_NAMES[value]) if value in CLASS_NAMES else str(value)


def _with(request: HttpRequest, key: str) -> IntakeForm:
    """The form with one suggestion taken over."""
    data = request.POST.copy()
    case = IntakeForm(data, lang=_lang(request)).drafted()
    find = {"demand": suggestions.demand_class, "service": suggestions.service, "area": suggestions.area}
    found = find[key](case) if key in TAKEN else None
    if found:
        data[key] = getattr(found.value, "code", str(found.value))
    return _as_typed(request, data)


def _as_typed(request: HttpRequest, data: Any) -> IntakeForm:
    """The form with what was typed, and nothing said against it yet."""
    lists = {"groups": data.getlist("groups")}
    names = IntakeForm.base_fields.keys() - {"files", *lists}
    return IntakeForm(
        initial={name: data.get(name, "") for name in names} | {"listed": "listed" in data} | lists,
        lang=_lang(request),
    )


def _receipt(request: HttpRequest, received: Received) -> HttpResponse:
    """What the citizen takes home."""
    case = received.request
    address = public_address(request, "portal:track")
    clocks = Clock.objects.filter(request=case, stopped_at=None).exclude(due_at=None)
    context = {
        "section": "intake",
        "case": case,
        "number": pretty(case.number),
        "code": pretty(received.code) if received.code else "",
        "address": address,
        "qr": mark_safe(qr_inline(address)),  # noqa: S308  (dark squares only)
        "due": {clock.kind: clock.due_at for clock in clocks},
        "settle": reverse("desk:request", args=[case.number]) + "#act-settle",
    }
    return render(request, "desk/intake/receipt.html", context)


def _lang(request: HttpRequest) -> str:
    return short(request.LANGUAGE_CODE)

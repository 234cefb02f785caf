"""The request page: everything about one request, and every act on it through one view. Rows C2 to C9."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from openhall.access import post_only, staff
from openhall.desk.acts import GROUP_NAMES, Act, ActForm, act_named, acts, next_of
from openhall.desk.acts_handle_forms import open_parts
from openhall.errors import OpenHallError, Stale
from openhall.models import ServiceRequest, hall_calendar
from openhall.reads import beside, request_page

TAKES = ("reply", "close")  # acts an answer can be taken into: their form field


@staff("request.view")
def request(http: HttpRequest, number: str) -> HttpResponse:
    return show(http, fetch(http, number))


@staff("request.view")
@post_only("desk:request", "number")
def request_act(http: HttpRequest, number: str, key: str) -> HttpResponse:
    """Carry out one act; where it cannot be, the page again with the reason and what was typed."""
    try:
        act = act_named(key)
    except KeyError:
        raise Http404 from None
    case = fetch(http, number)
    form = act.form(http.POST, http.FILES, case=case, by=http.user, auto_id=f"{key}-%s")
    if not form.is_valid():
        return show(http, case, act=act, form=form)
    try:
        act.run(case, by=http.user, seen=_seen(http), **form.cleaned_data)
    except OpenHallError as error:
        return _refused(http, number, act, form, error)
    messages.success(http, gettext(act.done))
    seen_still = request_page.of_number(number, http.user) is not None
    return redirect("desk:request", number) if seen_still else redirect("desk:home")


def _refused(http: HttpRequest, number: str, act: Act, form: ActForm, error: OpenHallError) -> HttpResponse:
    """The page as it is now, with the reason; what was typed alone where the request has gone elsewhere meanwhile."""
    case = request_page.of_number(number, http.user)
    if case is not None:
        return show(http, case, act=act, form=form, error=error)
    typed = [
        (field.label, field.value()) for field in form if isinstance(field.value(), str) and field.value()
    ]
    context = {"section": "requests", "number": number, "typed": typed}
    return render(http, "desk/request/gone.html", context, status=409)


def fetch(http: HttpRequest, number: str) -> ServiceRequest:
    """The request of this number if this person may see it; else 404, as if it were not there."""
    found = request_page.of_number(number, http.user)
    if found is None:
        raise Http404
    return found


def show(
    http: HttpRequest,
    case: ServiceRequest,
    *,
    act: Act | None = None,
    form: ActForm | None = None,
    error: OpenHallError | None = None,
) -> HttpResponse:
    """The whole page; `act` with its `form` is the one that could not be carried out."""
    found = request_page.page(case, http.user, hall_calendar())
    possible = [one for one in acts() if one.applies(case, http.user) or (act and one.key == act.key)]
    keys = [one.key for one in possible]
    asked = http.GET.get("act", "")
    ready = found["talk"].answered and not open_parts(case)
    likely = next_of(case, possible, ready=ready)
    opened = act.key if act else asked if asked in keys else _taker(http, keys) or likely
    offered = [
        {"act": one, "form": form if act and one.key == act.key else _blank(http, case, one, opened)}
        for one in possible
    ]
    context: dict[str, Any] = {
        "section": "requests",
        "case": case,
        "opened": opened,
        "likely": likely,
        "first": [one for one in offered if one["act"].key == opened],
        "near": {"talk", "handle", *(one.group for one in possible if one.key == opened)},
        "grouped": _grouped([one for one in offered if one["act"].key != opened]),
        "keys": keys,
        "takes": next((key for key in (opened, *TAKES) if key in TAKES and key in keys), ""),
        "form": form,
        "errors": error.lines(gettext) if error else [],
        "since": request_page.since(case, error.seen) if isinstance(error, Stale) else [],
        **found,
    }
    return render(http, "desk/request/page.html", context, status=409 if isinstance(error, Stale) else 200)


def _taker(http: HttpRequest, keys: list[str]) -> str:
    """The act whose box an answer is taken into, where the address asks for that."""
    return next((key for key in TAKES if key in keys), "") if http.GET.get("take") else ""


def _blank(http: HttpRequest, case: ServiceRequest, act: Act, opened: str) -> ActForm | None:
    """A form nobody has filled yet; the opened one with the answer that was taken. None for one that reads much and is
    not opened: the page links to it.
    """
    if act.asks_much and act.key != opened:
        return None
    initial: dict[str, Any] = {}
    if act.key == opened and act.key in TAKES and (take := http.GET.get("take")):
        text, took = beside.taken(case, http.user, take)
        initial = {"text": text, "reply": text, "took": ",".join(map(str, took))}
    return act.form(case=case, by=http.user, auto_id=f"{act.key}-%s", initial=initial)


def _grouped(offered: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The other acts under the names of their groups; those of talk and work first."""
    groups = {key: [one for one in offered if one["act"].group == key] for key in GROUP_NAMES}
    return [(GROUP_NAMES[key], those) for key, those in groups.items() if those]


def _seen(http: HttpRequest) -> int:
    """The edition the person had before them; 0, which no request has, where that is not said."""
    text = http.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0

"""A citizen brings a request: the form, a look at what will be sent, the receipt; and a request's page for everyone.

Without an account, without scripts. What was typed travels in the form itself, so nothing is kept before it is sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from openhall.access import public, visitor
from openhall.actions import budget, intake
from openhall.errors import BadInput
from openhall.language import LANGUAGES
from openhall.models import ListItem
from openhall.moment import now
from openhall.portal.request_form import RequestForm
from openhall.qr import public_address, qr_inline
from openhall.reads import nearby, ratings, tracking
from openhall.rules import files
from openhall.rules.demand import DemandClass
from openhall.surveys.codes import pretty

TRAP = "_note"  # a field people do not see
QUICKEST = 3  # seconds a person takes at least
LONGEST = 24 * 60 * 60  # seconds a page may stay open
MOST_BYTES = files.MOST_FILES * files.LARGEST + 1_000_000  # of one form with its files
_STAMP = signing.TimestampSigner(salt="openhall.request")

View = Callable[..., HttpResponse]


def no_larger(most: int) -> Callable[[View], View]:
    """Refuse what is too large before a byte of it is read; forgery is looked for afterwards, as it reads the form."""

    def wrap(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if _length(request) > most:
                context = {"most": files.LARGEST // 1_000_000, "count": files.MOST_FILES}
                return render(request, "portal/requests/too_large.html", context, status=413)
            return checked(request, *args, **kwargs)

        return guarded

    return wrap


def _length(request: HttpRequest) -> int:
    """How many bytes are said to come; 0 where that is no number, and then none are read."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isdecimal() else 0


@public
@no_larger(MOST_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: a look at what will be sent, the form again, or sent: the receipt."""
    if request.method != "POST":
        kind = request.GET.get("kind", "")
        return _write(request, RequestForm(initial={"demand": kind if kind in list(DemandClass) else None}))
    form, step = RequestForm(request.POST), request.POST.get("step")
    if step == "edit":
        return _write(request, RequestForm(initial=form.typed()))
    if not form.is_valid():
        if request.FILES:
            form.add_error(None, gettext("Nothing has been sent. Please choose all your files again."))
        return _write(request, form)
    return _send(request, form) if step == "send" else _look(request, form)


def _write(request: HttpRequest, form: RequestForm) -> HttpResponse:
    context = {
        "form": form,
        "exits": ListItem.objects.filter(kind=ListItem.Kind.NEGATIVE, active=True),
        "languages": [],  # a link to the other language would lose what was typed; the form has a button
        "tongues": LANGUAGES.items(),
        **_stamp(request),
    }
    return render(request, "portal/requests/form.html", context, status=422 if form.errors else 200)


def _look(
    request: HttpRequest, form: RequestForm, *, errors: list[str] = (), stamp: Any = None
) -> HttpResponse:
    """What will be sent, and what the citizen should know before: not ours, known already, better as a report."""
    brought = form.intake()
    hints = budget.spend("look", visitor(request), limit=settings.ANSWERS_PER_HOUR)
    context = {
        "form": form,
        "carried": list(form.carried()),
        "brought": brought,
        "exits": nearby.not_ours(brought.text),
        "known": nearby.known(brought.text, service=brought.service, area=brought.area)
        if hints and brought.demand != DemandClass.REPORT
        else [],  # asked without end, it would tell what others wrote
        "wrongdoing": brought.demand != DemandClass.REPORT and nearby.tells_of_wrongdoing(brought.text),
        "left_behind": brought.party is None
        and any(request.POST.get(name) for name in ("name", "email", "phone")),
        "most": files.MOST_FILES,
        "largest": files.LARGEST // 1_000_000,
        "errors": [{"text": text, "href": "#files"} for text in errors],
        "languages": [],
        **(stamp or _stamp(request)),
    }
    return render(request, "portal/requests/check.html", context, status=422 if errors else 200)


def _send(request: HttpRequest, form: RequestForm) -> HttpResponse:
    once = request.POST.get("once", "")
    if fault := _by_machine(request, once):
        fresh = {} if fault[1] else {"stamp": _new_stamp()}
        return _look(request, form, errors=[fault[0]], **fresh)
    if not budget.spend("request", visitor(request), limit=settings.ANSWERS_PER_HOUR):
        response = render(request, "portal/requests/too_many.html", status=429)
        response.headers["Retry-After"] = "3600"
        return response
    try:
        received = intake.receive(form.intake(files=request.FILES.getlist("files"), once=once))
    except BadInput as error:
        lines = error.lines(gettext)
        if request.FILES:
            lines.append(gettext("Nothing has been sent. Please choose all your files again."))
        return _look(request, form, errors=lines)
    return _receipt(request, received)


def _by_machine(request: HttpRequest, once: str) -> tuple[str, bool] | None:
    """What to say to what does not look like a person, and whether its stamp is still good; None for people."""
    if request.POST.get(TRAP):
        return gettext(
            "Something was written into a field that people do not see. Please send the form again."
        ), True
    try:
        if _STAMP.unsign(
            request.POST.get("started", ""), max_age=LONGEST
        ) != once or not intake.ONCE.fullmatch(once):
            raise signing.BadSignature
    except signing.BadSignature:
        return gettext("This page has been open for very long. Look at it again, then send it."), False
    try:
        _STAMP.unsign(request.POST["started"], max_age=QUICKEST)
    except signing.SignatureExpired:
        return None
    return gettext("That was very quick. Look at what you wrote once more, then send it."), True


def _stamp(request: HttpRequest) -> dict[str, str]:
    """The form's own key and when it was first shown, signed; kept from page to page."""
    once, started = request.POST.get("once", ""), request.POST.get("started", "")
    return {"once": once, "started": started} if once and started else _new_stamp()


def _new_stamp() -> dict[str, str]:
    once = secrets.token_urlsafe(16)
    return {"once": once, "started": _STAMP.sign(once)}


def _receipt(request: HttpRequest, received: intake.Received) -> HttpResponse:
    """Number and secret code: shown here, in the answer itself, and nowhere again."""
    case = received.request
    address = public_address(request, "portal:track")
    context = {
        "case": case,
        "number": pretty(case.number),
        "code": pretty(received.code) if received.code else "",
        "qr": qr_inline(f"{address}?number={case.number}"),
        "address": address,
        "nexts": tracking.nexts(case, now()),
        "languages": [],
    }
    return render(request, "portal/requests/receipt.html", context)


@public
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """What everyone may know of one request: facts and steps. Confidential and unlisted ones are not there."""
    case = tracking.public(number)
    if case is None:
        raise Http404
    context = {
        "case": case,
        "number": pretty(case.number),
        "where": tracking.where(case),
        "steps": tracking.steps(case),
        "published": ratings.published(case),
    }
    return render(request, "portal/requests/page.html", context)

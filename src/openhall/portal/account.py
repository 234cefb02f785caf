"""My requests: a citizen's own list, opened by a code sent to the e-mail address they once gave. Row D1."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from openhall.access import public, visitor
from openhall.actions import account as actions
from openhall.actions import budget
from openhall.errors import N_
from openhall.language import short
from openhall.models import ServiceRequest
from openhall.portal import passes, track
from openhall.rules import parties
from openhall.surveys.codes import normalise

MAILS = 3  # codes to one address in an hour
ASKED = 10  # codes from one network address in an hour
MOST = 200  # requests listed
WRONG = N_("This code is not right, or it is no longer good. Check it, or ask for a new one.")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """GET: the own list, or where to type the address. POST: the address, then the code."""
    if request.method != "POST":
        mine = passes.shown(request, passes.ACCOUNT).get("parties")
        if mine is None:
            return render(request, "portal/account/start.html")
        return render(request, "portal/account/list.html", {"cases": _mine(mine)[:MOST]})
    email = request.POST.get("email", "").strip()[:254]
    if "code" in request.POST:
        return _confirm(request, email)
    return _send(request, email)


def _send(request: HttpRequest, email: str) -> HttpResponse:
    if problems := parties.contact_problems(parties.Contact(parties.EMAIL, email)):
        errors = [{"text": problem.say(gettext), "href": "#email"} for problem in problems]
        return render(request, "portal/account/start.html", {"errors": errors, "email": email}, status=422)
    if not budget.spend("account", visitor(request), limit=ASKED):
        return track.wait(request)
    enough = not budget.spend("account mail", parties.contact_key(parties.EMAIL, email), limit=MAILS)
    if not enough:
        actions.send_code(email, language=short(get_language() or "en"))
    context = {"email": email, "languages": [], "minutes": actions.MINUTES, "enough": enough}
    return render(request, "portal/account/code.html", context)


def _confirm(request: HttpRequest, email: str) -> HttpResponse:
    if not budget.spend("account code", visitor(request), limit=3 * actions.TRIES):
        return track.wait(request)
    mine = actions.confirm(email, normalise_digits(request.POST.get("code", "")[:20]))
    if mine is None:
        context = {
            "errors": [{"text": gettext(WRONG), "href": "#code"}],
            "email": email,
            "languages": [],
            "minutes": actions.MINUTES,
        }
        return render(request, "portal/account/code.html", context, status=422)
    response = redirect("portal:account")
    passes.give(response, passes.ACCOUNT, parties=mine)
    return response


def normalise_digits(typed: str) -> str:
    """The digits of a typed code.

    >>> normalise_digits(" 123 456 "), normalise_digits("１２３-456")
    ('123456', '123456')
    """
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())


@public
@require_POST
def open_request(request: HttpRequest) -> HttpResponse:
    """Open one of the own requests without its code."""
    mine = passes.shown(request, passes.ACCOUNT).get("parties")
    if mine is None:
        return redirect("portal:account")
    found = _mine(mine).filter(number=normalise(request.POST.get("number", "")[:40])).first()
    if found is None:
        raise Http404
    return track.enter(found)


def _mine(mine: list[int]) -> QuerySet[ServiceRequest]:
    """Whose they are or who brought them; the latest first. Never a report of wrongdoing."""
    return (
        ServiceRequest.objects.filter(Q(party__in=mine) | Q(reported_by__in=mine), confidential=False)
        .select_related("service", "lead")
        .order_by("-created_at", "-pk")
    )

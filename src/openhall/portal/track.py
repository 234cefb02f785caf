"""Follow a request by number and secret code: read where it is, answer, add, withdraw, open again, appeal. Rows C9, D1.

The code is typed into a form and never part of an address. Who typed it gets a pass for this one request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openhall.access import public, visitor
from openhall.actions import budget, follow
from openhall.errors import N_, OpenHallError
from openhall.models import ServiceRequest
from openhall.moment import now
from openhall.portal import passes
from openhall.portal.requests import MOST_BYTES, no_larger
from openhall.reads import tracking
from openhall.rules import files
from openhall.rules.workflow import REOPEN_DAYS, can
from openhall.surveys.codes import normalise, pretty

TRIES = 5  # wrong codes from one network address in an hour; slips of the pen do not count
ACTS_PER_HOUR = 60
A_MOMENT = 60  # seconds after an act in which its page says so
REFUSED = N_("We know no request with this number and this code. Check both and type them again.")
OVER = N_(
    "For your safety the page was closed after two hours. Type your code again: what you wrote is kept."
)
OTHER = N_(
    "Another request was opened in this browser meanwhile, so nothing was sent. Type the code of this one again."
)


@dataclass(frozen=True)
class Act:
    """One thing the citizen can do. `step` of rules.workflow decides whether it is offered."""

    run: Callable[..., Any]
    done: str
    files: bool = False


ACTS = {
    "answer": Act(follow.answer, N_("Thank you. Your answer is with the department."), files=True),
    "add": Act(follow.add, N_("Thank you. It has been added."), files=True),
    "withdraw": Act(follow.withdraw, N_("You have taken your request back.")),
    "reopen": Act(follow.reopen, N_("Your request is open again."), files=True),
    "appeal": Act(
        follow.appeal, N_("Your appeal is with us. Somebody who has not decided on it before will.")
    ),
}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """GET: where to type number and code. POST: the own page; the same words for a wrong number and a wrong code."""
    if request.method != "POST":
        return render(request, "portal/requests/track.html", {"number": request.GET.get("number", "")[:40]})
    number, code = request.POST.get("number", "")[:40], request.POST.get("code", "")[:40]
    if not tracking.well_formed(number, code):
        return _refused(request, number, gettext(REFUSED))
    if not budget.spend("track", visitor(request), limit=TRIES):
        return wait(request)
    found = tracking.by_code(number, code)
    if found is None:
        return _refused(request, number, gettext(REFUSED))
    budget.give_back("track", visitor(request))
    return _resume(request, found) if _kept(request) else enter(found)


def enter(case: ServiceRequest) -> HttpResponse:
    """To the citizen's own page of this request, with a pass for it."""
    response = redirect("portal:followed")
    passes.give(response, passes.REQUEST, request=case.pk)
    return response


def _refused(request: HttpRequest, number: str, why: str, *, at: str = "number") -> HttpResponse:
    kept = _kept(request)
    context = {
        "errors": [{"text": why, "href": f"#{at}"}],
        "number": number,
        "kept": kept,
        "wrong": at,
        **({"languages": []} if kept else {}),
    }
    return render(request, "portal/requests/track.html", context, status=422)


def _kept(request: HttpRequest) -> dict[str, str]:
    """What was written before the code had to be typed again: for which act, and the words; empty where nothing was."""
    key, text = request.POST.get("act", ""), request.POST.get("text", "")
    return {"act": key, "text": text} if key in ACTS and text.strip() else {}


def _resume(request: HttpRequest, case: ServiceRequest) -> HttpResponse:
    """The own page with what was written before the code had to be typed again. Nothing of it has been sent."""
    kept = _kept(request)
    response = _page(request, case, at=kept["act"], typed=kept["text"])
    passes.give(response, passes.REQUEST, request=case.pk)
    return response


def wait(request: HttpRequest) -> HttpResponse:
    response = render(request, "portal/requests/track_wait.html", status=429)
    response.headers["Retry-After"] = "3600"
    return response


@public
@require_safe
def followed(request: HttpRequest) -> HttpResponse:
    """The citizen's own page; without a pass, where to type the code."""
    case = _case(request)
    return _page(request, case) if case else redirect("portal:track")


@public
@no_larger(MOST_BYTES)
@require_POST
def act(request: HttpRequest, key: str) -> HttpResponse:
    """Do one thing; where it cannot be done, the page again with the reason and what was typed."""
    case, chosen = _case(request), ACTS.get(key)
    if chosen is None:
        raise Http404
    if case is None or normalise(request.POST.get("number", case.number)[:40]) != case.number:
        return _again(request, key, other=case is not None)
    if not budget.spend("follow", visitor(request), limit=ACTS_PER_HOUR):
        return wait(request)
    given: dict[str, Any] = {"text": request.POST.get("text", "")}
    if chosen.files:
        given["files"] = request.FILES.getlist("files")
    try:
        chosen.run(case, **given)
    except OpenHallError as error:
        lines = error.lines(gettext)
        if request.FILES:
            lines.append(gettext("Nothing has been sent. Please choose all your files again."))
        return _page(request, case, at=key, typed=given["text"], errors=lines)
    response = redirect("portal:followed")
    response["Location"] += f"?{urlencode({'done': _done_of(case).sign(key)})}"
    return response


def _again(request: HttpRequest, key: str, *, other: bool) -> HttpResponse:
    """The pass is over, or another request was opened meanwhile: the code once more, and no word is lost."""
    request.POST = request.POST.copy()
    request.POST["act"] = key
    if not (other or _kept(request)):
        return redirect("portal:track")
    why = [gettext(OTHER) if other else gettext(OVER)]
    if request.FILES:
        why.append(gettext("Nothing has been sent. Please choose all your files again."))
    return _refused(request, request.POST.get("number", "")[:40], " ".join(why), at="code")


def _done_of(case: ServiceRequest) -> signing.TimestampSigner:
    """Signs what was just done to this request, so that no link can say that something was done."""
    return signing.TimestampSigner(salt=f"openhall.done.{case.pk}")


def _done(request: HttpRequest, case: ServiceRequest) -> str:
    """What to say was done, a moment after it was."""
    try:
        act = ACTS.get(_done_of(case).unsign(request.GET.get("done", ""), max_age=A_MOMENT))
    except signing.BadSignature:
        return ""
    return gettext(act.done) if act else ""


@public
@require_safe
def file(request: HttpRequest, key: str) -> HttpResponse:
    """A file of the opened request, to be saved: never shown inside the page."""
    case = _case(request)
    found = case.attachments.public().filter(key=key).first() if case else None
    if found is None:
        raise Http404
    if found.message_id and found.message.internal:
        raise Http404
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.media_type
    )


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close in this browser all that was opened by a code."""
    response = redirect("portal:home")
    for kind in passes.KINDS:
        passes.take_back(response, kind)
    return response


def _case(request: HttpRequest) -> ServiceRequest | None:
    """The request this visitor has a pass for."""
    key = passes.shown(request, passes.REQUEST).get("request")
    return ServiceRequest.objects.filter(pk=key).first() if key else None


def _page(
    request: HttpRequest, case: ServiceRequest, *, at: str = "", typed: str = "", errors: list[str] = ()
) -> HttpResponse:
    """The own page. `at`: the act whose form has what was `typed`; where it is not offered, the words stand apart."""
    opened = tracking.opened(case, now())
    offered = _offered(opened)
    place = f"#{at}-text" if at in offered else "#unsent"
    context = {
        "opened": opened,
        "case": opened.case,
        "number": pretty(case.number),
        "offered": offered,
        "at": at,
        "failed": at if errors else "",
        "typed": typed,
        "unsent": typed if at not in offered else "",
        "errors": [{"text": text, **({"href": place} if typed else {})} for text in errors],
        "done": _done(request, case) if not errors else "",
        "account": bool(passes.shown(request, passes.ACCOUNT)),
        "reopen_days": REOPEN_DAYS,
        "most": files.MOST_FILES,
        "largest": files.LARGEST // 1_000_000,
        **({"languages": []} if typed else {}),
    }
    return render(request, "portal/requests/followed.html", context, status=422 if errors else 200)


def _offered(opened: tracking.Opened) -> set[str]:
    """What can be done now."""
    case = opened.case
    offered = {key for key, step in (("answer", "answer"), ("withdraw", "withdraw")) if can(case.state, step)}
    if can(case.state, "note") and "answer" not in offered:
        offered.add("add")
    if follow.why_not_reopened(case) is None:
        offered.add("reopen")
    if opened.screening and follow.may_appeal(opened.screening):
        offered.add("appeal")
    return offered

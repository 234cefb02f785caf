"""The page with the form, from memory, and what comes back from it. Links, codes and tablets share it.

A page without answers is drawn once per door and language, cut at its tokens and kept; a visit only puts
fresh tokens between the pieces. No session, no django.forms, one signed cookie against forgery. Decision
0007.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from html import escape
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext

from openhall.access import visitor
from openhall.actions import budget, respond
from openhall.errors import Problem
from openhall.language import short
from openhall.page import frame
from openhall.reads import doors, forms
from openhall.reads.doors import Door
from openhall.surveys.codes import pretty

FIELDS = {"once": "_once", "started": "_started", "code": "_code", "save": "_save", "trap": "_note"}
SECONDS_A_QUESTION = 11  # the study's 22 questions take about four minutes
MOST_PAGES = 200

_MARK = f"\ue000{secrets.token_hex(8)}\ue000"  # where a token goes
_TOKENS = {name: f"{_MARK}{name}{_MARK}" for name in ("csrf", "once", "started", "code")}
_pages: dict[tuple[object, ...], tuple[tuple[object, ...], list[str]]] = {}


# -- the page ----------------------------------------------------------------------------------------------


def page(
    request: HttpRequest,
    door: Door,
    *,
    kiosk: bool = False,
    code: str = "",
    once: str = "",
    started: str = "",
    answers: forms.Given | None = None,
    problems: Mapping[str, Problem] | None = None,
    notice: str = "",
) -> HttpResponse:
    """The form at this door. With `answers` it is filled in, with `problems` they are said (status 422)."""
    language = get_language() or settings.LANGUAGE_CODE
    pieces = _kept(door, language, kiosk)
    if answers or problems or notice:
        pieces = _pieces(_draw(door, language, kiosk, answers=answers, problems=problems, notice=notice))
    tokens = {
        "csrf": get_token(request),
        "once": once or secrets.token_urlsafe(16),
        "started": started or str(int(time.time())),
        "code": code,
    }
    html = "".join([escape(tokens[piece]) if index % 2 else piece for index, piece in enumerate(pieces)])
    return HttpResponse(html, status=422 if problems or notice else 200)


def _kept(door: Door, language: str, kiosk: bool) -> list[str]:
    """The pieces of the blank page; drawn again when the wording, the office's or the town's name changed."""
    place = (door.allocation.pk, language, kiosk)
    known = _pages.get(place)
    if known is None or known[0] != door.face:
        if len(_pages) >= MOST_PAGES:
            _pages.clear()
        blank = re.sub(r"\n\s*\n+", "\n", _draw(door, language, kiosk))  # but not lines a visitor left empty
        known = _pages[place] = door.face, _pieces(blank)
    return known[1]


def _pieces(html: str) -> list[str]:
    """Text, name of a token, text, name of a token, …, text."""
    return html.split(_MARK)


def _draw(
    door: Door,
    language: str,
    kiosk: bool,
    *,
    answers: forms.Given | None = None,
    problems: Mapping[str, Problem] | None = None,
    notice: str = "",
) -> str:
    """The whole page with marks for its tokens, drawn for no visitor in particular."""
    nobody = HttpRequest()
    nobody.LANGUAGE_CODE = language
    asked = door.asked
    errors = [{"text": notice, "href": ""}] if notice else []
    errors += [
        {"text": problem.say(gettext), "href": f"#{forms.first_field(asked[key])}"}
        for key, problem in (problems or {}).items()
    ]
    context = {
        **frame(nobody),
        **(
            {"languages": []} if answers or errors else {}
        ),  # a link to the other language would lose the answers
        "town": door.town,
        "office": door.allocation.office,
        "asked": asked,
        "minutes": max(1, round(len(asked.questions) * SECONDS_A_QUESTION / 60)),
        "questions": forms.draw(asked, language, answers=answers, problems=problems),
        "action": address(door, kiosk),
        "fields": FIELDS,
        "tokens": _TOKENS,
        "errors": errors,
        "kiosk_key": door.allocation.kiosk_key if kiosk else "",
        "home_language": short(settings.LANGUAGE_CODE),
    }
    return render_to_string("portal/kiosk.html" if kiosk else "portal/answer.html", context, request=nobody)


def address(door: Door, kiosk: bool) -> str:
    """Where the form is and where it is sent."""
    allocation = door.allocation
    return (
        reverse("portal:kiosk", args=[allocation.kiosk_key])
        if kiosk
        else reverse("portal:answer", args=[allocation.key])
    )


# -- what comes back ---------------------------------------------------------------------------------------


def receive(request: HttpRequest, door: Door, *, kiosk: bool = False) -> HttpResponse | None:
    """Store what was posted. None when it is stored: the view then says thanks; else the page that says why
    not.
    """
    posted = request.POST
    form = read(posted, kiosk=kiosk)
    again: dict[str, Any] = {
        "kiosk": kiosk,
        "code": form.code,
        "once": form.once,
        "started": posted.get(FIELDS["started"], ""),
        "answers": form.given,
    }
    if not kiosk and not budget.spend("answer", visitor(request), limit=settings.ANSWERS_PER_HOUR):
        return too_many(request)
    if posted.get(FIELDS["trap"]):
        caught = gettext(
            "Something was written into a field that people do not see. Please send the form again."
        )
        return page(request, door, **again, notice=caught)
    try:
        if FIELDS["save"] in posted and not kiosk:
            code = respond.save(door.allocation, form=form)
            return saved(request, door, code) if code else None
        respond.submit(door.allocation, form=form)
    except respond.Unfit as unfit:
        return page(request, door, **again, problems=unfit.at)
    except respond.Refused as refused:
        return closed(request, door, refused.why, kiosk=kiosk)
    return None


def read(posted: Any, *, kiosk: bool) -> respond.Form:
    """The form out of what was posted."""
    once = posted.get(FIELDS["once"], "")
    return respond.Form(
        given=dict(posted.lists()),
        channel=respond.Channel.KIOSK if kiosk else respond.Channel.LINK,
        language=short(get_language() or settings.LANGUAGE_CODE),
        once=once if respond.ONCE.fullmatch(once) else secrets.token_urlsafe(16),
        seconds=_seconds(posted.get(FIELDS["started"], "")),
        code="" if kiosk else posted.get(FIELDS["code"], "")[:40],
    )


def _seconds(started: str) -> int | None:
    """How long the form was open. The page itself says when it was made; who forges that only flags the own
    answer.
    """
    if not (started.isascii() and started.isdigit() and len(started) < 12):
        return None
    seconds = int(time.time()) - int(started)
    return seconds if 0 <= seconds <= respond.LONGEST_SITTING else None


# -- other pages -------------------------------------------------------------------------------------------


def closed(
    request: HttpRequest, door: Door, why: str, *, kiosk: bool = False, status: int = 409
) -> HttpResponse:
    """No answer is taken here now, and what the visitor can do instead."""
    place = {"office": door.allocation.office, "wave": door.allocation.wave}
    context = {**place, "why": why, "kiosk": kiosk, "sent": status != 200}
    return render(request, "portal/answer_closed.html", context, status=status)


def saved(request: HttpRequest, door: Door, code: str) -> HttpResponse:
    """The code that opens the answers again: shown on this page and nowhere else."""
    context = {"code": pretty(code), "office": door.allocation.office, "wave": door.allocation.wave}
    return render(request, "portal/resume.html", context)


def too_many(request: HttpRequest) -> HttpResponse:
    """This address has sent very much within an hour."""
    response = render(request, "portal/answer_too_many.html", status=429)
    response.headers["Retry-After"] = "3600"
    return response


def closed_now(request: HttpRequest, door: Door, *, kiosk: bool = False) -> HttpResponse | None:
    """The page that says why the door is closed, before anything is filled in; None while it is open."""
    why = doors.closed_because(door.allocation)
    return closed(request, door, why, kiosk=kiosk, status=200) if why else None

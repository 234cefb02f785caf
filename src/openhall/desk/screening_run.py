"""What the worker does with the sheets of a large wave, at the desk: asked for, watched, cancelled, and what became of
it. Seed 4.1; decision 0018.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from openhall import flow
from openhall.access import post_only, staff
from openhall.actions.findings import Screened
from openhall.actions.screen import apply_rules
from openhall.actions.screen_large import cancel_rules, request_decision, request_rules
from openhall.desk.report import progress
from openhall.errors import NotAllowed
from openhall.language import short
from openhall.models import Output, Wave
from openhall.reads.screening_large import is_large, last_run, result_of
from openhall.reads.waves import wave_by_key


def bring_in_line(request: HttpRequest, wave: Wave) -> Screened | None:
    """Apply the rules to all sheets of the wave; None where it is large and the worker was asked to."""
    if not is_large(wave):
        return apply_rules(wave, by=request.user)
    with transaction.atomic():
        asked = request_rules(wave, by=request.user, language=_lang())
        if asked.state == Output.State.WAITING:
            flow.after("rules.requested", asked)
    return None


def ask_to_decide(request: HttpRequest, wave: Wave, **decision: str) -> None:
    """Leave a decision about very many sheets to the worker."""
    with transaction.atomic():
        asked = request_decision(wave, by=request.user, language=_lang(), **decision)
        flow.after("decision.requested", asked)


@staff("sheet.decide")
def screening_progress(request: HttpRequest, key: str) -> HttpResponse:
    """How far the worker is; htmx asks every second."""
    if "HX-Request" not in request.headers:
        return redirect("desk:screening", key)
    context = run_of(wave_by_key(key))
    if not context.get("going"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    context["words_changed"] = request.GET.get("seen") != context["mark"]
    return render(request, "desk/report/_now.html", context)


@staff("sheet.decide")
@post_only("desk:screening", "key")
def screening_cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Nobody wants it any more; what is done stays done."""
    found = last_run(wave_by_key(key))
    with suppress(NotAllowed):
        if found is not None:
            cancel_rules(found, by=request.user)
    return redirect("desk:screening", key)


def run_of(wave: Wave) -> dict[str, Any]:
    """How far the worker is, or what became of what it did last."""
    found = last_run(wave)
    if found is None:
        return {}
    result = result_of(wave) if found.state == Output.State.DONE else None
    return progress(found) | {
        "applied": _said(result.counts) if result else "",
        "words": "desk/screening/_words.html",
        "url": {
            "output": reverse("desk:screening_progress", args=[wave.key]),
            "output_cancel": reverse("desk:screening_cancel", args=[wave.key]),
        },
    }


def applied(counts: Mapping[str, Any]) -> str:
    """What applying the rules has changed."""
    said = gettext(
        "The rules are applied: %(new)s new findings, %(gone)s no longer true, %(void)s sheets void."
    )
    return said % counts


def _said(counts: Mapping[str, int]) -> str:
    if "decided" in counts:
        count = counts["decided"]
        return ngettext("%(count)s sheet is decided.", "%(count)s sheets are decided.", count) % {
            "count": count
        }
    if "restored" in counts:
        count = counts["restored"]
        said = ngettext(
            "The decision about %(count)s sheet is taken back.",
            "The decision about %(count)s sheets is taken back.",
            count,
        )
        return said % {"count": count}
    return applied(counts)


def _lang() -> str:
    return short(get_language() or "en")

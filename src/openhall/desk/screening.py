"""Which returned sheets count: what the rules found, what people decided, one sheet's history. Seed 4.1."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext, ngettext

from openhall.access import post_only, staff
from openhall.actions import screen as action
from openhall.desk.screening_run import applied, ask_to_decide, bring_in_line, run_of
from openhall.errors import N_, BadInput, OpenHallError, fill
from openhall.labels import CHANNELS, VERDICTS, VOID_REASONS
from openhall.models import Flag, Response, User, Wave
from openhall.reads import screening as read
from openhall.reads.screening_large import many_decided, many_to_decide, short_name
from openhall.reads.waves import wave_by_key
from openhall.rules.permissions import Role
from openhall.surveys.validity import SENTENCES

PAGE = 50


@staff("sheet.decide")
def screening(request: HttpRequest, key: str) -> HttpResponse:
    """The findings of a wave: counts, warnings, and the sheets one by one."""
    return _page(request, wave_by_key(key))


@staff("sheet.decide")
@post_only("desk:screening", "key")
def screening_apply(request: HttpRequest, key: str) -> HttpResponse:
    """Apply the rules now: answers from the web come in without being screened."""
    done = bring_in_line(request, wave_by_key(key))
    if done:
        messages.success(request, applied(asdict(done)))
    elif done is not None:
        messages.success(request, gettext("The rules are applied. Nothing has changed."))
    return redirect("desk:screening", key)


@staff("sheet.decide")
@post_only("desk:screening", "key")
def screening_decide(request: HttpRequest, key: str) -> HttpResponse:
    """Decide everything one rule found and nobody has decided."""
    wave = wave_by_key(key)
    rule, choice, reason = _typed(request, "rule", "choice", "reason")
    try:
        if many_to_decide(wave, rule):
            ask_to_decide(request, wave, rule=rule, choice=choice, reason=reason)
            return redirect("desk:screening", key)
        count = action.decide_all(wave, rule=rule, choice=choice, reason=reason, by=request.user)
    except OpenHallError as error:
        return _page(request, wave, errors=_errors(error, f"reason-{rule}"))
    said = ngettext("%(count)s sheet is decided.", "%(count)s sheets are decided.", count)
    messages.success(request, said % {"count": count})
    return redirect("desk:screening", key)


@staff("sheet.decide")
@post_only("desk:screening", "key")
def screening_restore(request: HttpRequest, key: str) -> HttpResponse:
    """Take a decision about many sheets back."""
    wave = wave_by_key(key)
    rule, verdict, reason = _typed(request, "rule", "verdict", "reason")
    try:
        if many_decided(wave, rule, verdict, reason):
            ask_to_decide(request, wave, rule=rule, verdict=verdict, reason=reason)
            return redirect("desk:screening", key)
        count = action.restore_all(wave, rule=rule, verdict=verdict, reason=reason, by=request.user)
    except OpenHallError as error:
        return _page(request, wave, errors=_errors(error))
    said = ngettext(
        "The decision about %(count)s sheet is taken back.",
        "The decision about %(count)s sheets is taken back.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("desk:screening", key)


@staff("sheet.key")
def response(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet with its answers, findings and history; a clerk sees the own office's, by serial number."""
    return _sheet_page(request, _response(request.user, pk))


@staff("sheet.decide")
@post_only("desk:response", "pk")
def response_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Exclude or keep one sheet, or take that back."""
    found = _response(request.user, pk)
    rule, choice, reason = _typed(request, "rule", "choice", "reason")
    try:
        if choice == "restore":
            action.restore(found, rule=rule, by=request.user)
            said = gettext("The decision is taken back.")
        elif choice not in ("exclude", "keep"):
            raise BadInput(N_("Choose what to do with the sheets."))
        else:
            action.decide(found, rule=rule, exclude=choice == "exclude", reason=reason, by=request.user)
            said = gettext("The sheet is excluded.") if choice == "exclude" else gettext("The sheet is kept.")
    except OpenHallError as error:
        return _sheet_page(request, found, errors=_errors(error, f"reason-{rule}"))
    messages.success(request, said)
    return redirect("desk:response", pk)


def _typed(request: HttpRequest, *names: str) -> list[str]:
    """What was sent under these names, without the one character no database keeps."""
    return [request.POST.get(name, "").replace("\0", "") for name in names]


def _response(person: User, pk: int) -> Response:
    found = get_object_or_404(Response.objects.select_related("wave", "version", "office"), pk=pk)
    if not _reaches(person, found):
        raise Http404
    return found


def _reaches(person: User, found: Response) -> bool:
    """A clerk reaches the paper of the own office, everybody else with the right every sheet."""
    own = found.office_id == person.office_id and found.serial is not None
    return person.role != Role.CLERK or own


def _name(found: Response) -> str:
    return found.serial or short_name(found.pk)


def _finding(flag: Flag) -> dict[str, Any]:
    """A finding with its sentence in the reader's language."""
    sentence = SENTENCES.get(flag.rule, "")
    try:
        said = fill(sentence, flag.detail, gettext) if sentence else ""
    except KeyError:  # written by an older version of the rule
        said = ""
    return {"flag": flag, "said": said, "sheet": _name(flag.response)}


def _errors(error: OpenHallError, field: str = "") -> list[dict[str, str]]:
    return [{"text": line, "href": f"#{field}" if field else ""} for line in error.lines(gettext)]


def _page(request: HttpRequest, wave: Wave, errors: list[dict[str, str]] | None = None) -> HttpResponse:
    rule, verdict = request.GET.get("rule", ""), request.GET.get("verdict", "")
    rule, verdict = (rule if rule in VOID_REASONS else ""), (verdict if verdict in VERDICTS else "")
    told = read.findings(wave)
    flags = read.Flagged(wave, told, rule, verdict)
    page = Paginator(flags, PAGE).get_page(request.GET.get("page"))
    cautions = read.cautions(wave)
    context: dict[str, Any] = {
        **run_of(wave),
        "section": "waves",
        "wave": wave,
        "totals": read.totals(wave, told),
        "tallies": [
            {"label": gettext(VOID_REASONS[one.rule]), **asdict(one), "total": one.total}
            for one in told.tallies
        ],
        "decisions": told.decisions,
        "cautions": [caution.say(gettext) for caution in cautions or ()],
        "uncompared": cautions is None,
        "page": page,
        "found": [_finding(flag) for flag in page],
        "rule": rule,
        "verdict": verdict,
        "filter": urlencode({"rule": rule, "verdict": verdict}),
        "rules": VOID_REASONS,
        "verdicts": VERDICTS,
        "errors": errors or [],
        "posted": request.POST,
    }
    return render(request, "desk/screening/screening.html", context)


def _sheet_page(
    request: HttpRequest, found: Response, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    sheet = read.sheet(found, get_language() or "en")
    context = {
        "section": "waves",
        "wave": found.wave,
        "response": found,
        "sheet": sheet,
        "name": _name(found),
        "found": [_finding(flag) for flag in sheet.flags],
        "twins": [(twin.pk, _name(twin)) for twin in sheet.twins if _reaches(request.user, twin)],
        "rules": VOID_REASONS,
        "verdicts": VERDICTS,
        "channels": CHANNELS,
        "other": any(flag.rule == read.OTHER and flag.verdict == Flag.Verdict.VOID for flag in sheet.flags),
        "errors": errors or [],
        "posted": request.POST,
    }
    return render(request, "desk/screening/sheet.html", context)

"""Keying returned paper: one key an answer, the second entry of a sheet, settling where two entries differ.

The form works without JavaScript: a small input a question. What static/app/keying.js adds is the jumping.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from math import isnan
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext, ngettext

from openhall.access import staff
from openhall.actions import screen
from openhall.actions.key_sheet import key_again, key_sheet, settle
from openhall.errors import BadInput, OpenHallError
from openhall.labels import VOID_REASONS
from openhall.language import LANGUAGES
from openhall.models import Office, Response, SecondEntry, Wave
from openhall.reads import keying as read
from openhall.reads.screening import label, with_twins
from openhall.reads.screening_large import AT_ONCE
from openhall.reads.waves import wave_by_key
from openhall.report.numerals import decimals
from openhall.surveys.questionnaire import Questionnaire

MANY = 10_000  # sheets that are counted one by one
PREFIX = "a-"  # before a question's key, so that no question can be called serial or office


@staff("sheet.key")
def keying(request: HttpRequest, key: str) -> HttpResponse:
    """Key one sheet after another."""
    wave = wave_by_key(key)
    offices = read.offices_for(wave, request.user)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            stored = key_sheet(
                wave,
                serial=request.POST.get("serial", ""),
                office=_chosen(offices, request.POST.get("office", "")),
                language=request.POST.get("language", ""),
                marks=_marks(request),
                by=request.user,
            )
            screen.apply_rules(wave, by=request.user, only=[stored.pk])
        except OpenHallError as error:
            errors = _errors(error)
        else:
            return _next(request, "desk:keying", key, stored)
    context = {"offices": offices, "languages_of_form": _languages(wave.version.asked), "mode": "first"}
    return _page(request, wave, errors, context)


@staff("sheet.key")
def keying_serial(request: HttpRequest, key: str) -> HttpResponse:
    """What a serial number says, while it is typed: the office, or that the sheet is stored already."""
    wave = wave_by_key(key)
    place = read.find_place(wave, request.GET.get("serial", ""))
    second = request.GET.get("mode") == "second"
    context: dict[str, Any] = {"place": place, "second": second, "user": request.user}
    if second and place.stored:
        context["done"] = SecondEntry.objects.filter(response=place.stored).exists()
        context["own"] = read.keyed_by(place.stored) == request.user
    return render(request, "desk/keying/_serial.html", context)


@staff("sheet.key")
def second_entry(request: HttpRequest, key: str) -> HttpResponse:
    """Key a stored sheet again without seeing the first entry."""
    wave = wave_by_key(key)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            second = key_again(
                wave, serial=request.POST.get("serial", ""), marks=_marks(request), by=request.user
            )
        except OpenHallError as error:
            errors = _errors(error)
        else:
            if read.keyed_by(second.response) == request.user:
                messages.warning(
                    request,
                    gettext("You keyed both entries of this sheet. Two people find more mistakes than one."),
                )
            return _next(request, "desk:second_entry", key, second.response)
    waiting = read.waiting_for_second(wave, request.user)
    context = {
        "mode": "second",
        "waiting": waiting[:30],
        "waiting_count": waiting.order_by()[: MANY + 1].count(),
        "many": MANY,
    }
    return _page(request, wave, errors, context)


@staff("sheet.decide")
def differences(request: HttpRequest, key: str) -> HttpResponse:
    """Every sheet keyed twice, where its entries differ, and how well they agree."""
    wave = wave_by_key(key)
    seconds = read.second_entries(wave)
    page = Paginator(seconds, 50).get_page(request.GET.get("page"))
    keyers = read.first_keyers(second.response for second in page)
    rows = [(second, read.differences(second), keyers.get(second.response_id)) for second in page]
    context = {
        "section": "waves",
        "wave": wave,
        "page": page,
        "rows": rows,
        **_agreed(read.agreement(wave)),
        "open": seconds.filter(settled=False).count(),
    }
    return render(request, "desk/keying/differences.html", context)


@staff("sheet.decide")
def settle_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet keyed twice: which entry is right, question by question."""
    second = get_object_or_404(
        SecondEntry.objects.select_related("response__wave", "response__version", "response__office", "by"),
        response__pk=pk,
    )
    response = second.response
    different = read.differences(second)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        choices = {d.question.key: request.POST.get(f"choice-{d.question.key}", "") for d in different}
        others = {d.question.key: request.POST.get(f"other-{d.question.key}", "") for d in different}
        try:
            before = with_twins(response.wave, [response.pk])  # they may be alone once this one is another
            settle(response, choices=choices, others=others, by=request.user)
            few = before if len(before) <= AT_ONCE else {response.pk}
            screen.apply_rules(response.wave, by=request.user, only=few)
        except OpenHallError as error:
            errors = _errors(error, prefix="choice-")
        else:
            messages.success(request, gettext("Sheet %(serial)s is settled.") % {"serial": response.serial})
            return redirect("desk:differences", response.wave.key)
    context = {
        "section": "waves",
        "wave": response.wave,
        "second": second,
        "first_by": read.keyed_by(response),
        "rows": [_to_settle(request, difference, errors) for difference in different],
        "errors": errors,
    }
    return render(request, "desk/keying/settle.html", context)


def _chosen(offices: list[Office], posted: str) -> Office | None:
    return next((office for office in offices if str(office.pk) == posted), None)


def _marks(request: HttpRequest) -> dict[str, str]:
    return {name.removeprefix(PREFIX): text for name, text in request.POST.items() if name.startswith(PREFIX)}


def _languages(asked: Questionnaire) -> list[tuple[str, str]]:
    return [(code, LANGUAGES.get(code, code)) for code in asked.languages]


def _errors(error: OpenHallError, prefix: str = PREFIX) -> list[dict[str, str]]:
    """The error as lines of the summary; each leads to its field, a stored sheet to its page."""
    if not isinstance(error, BadInput) or not error.problems:
        return [{"text": error.say(gettext), "key": ""}]
    lines = []
    for problem in error.problems:
        key = problem.values.get("key")
        field = problem.values.get("field") or (f"{prefix}{key}" if key else "")
        line = {"text": problem.say(gettext), "key": field, "href": f"#{field}" if field else ""}
        if stored := problem.values.get("response"):
            line["stored"] = reverse("desk:response", args=[stored])
        lines.append(line)
    return lines


def _next(request: HttpRequest, to: str, key: str, stored: Response) -> HttpResponse:
    """On to the next sheet. The office stays chosen when it had to be; the language always does."""
    kept = {name: request.POST[name] for name in ("office", "language") if request.POST.get(name)}
    return redirect(f"{reverse(to, args=[key])}?{urlencode({**kept, 'stored': stored.pk})}")


def _page(
    request: HttpRequest, wave: Wave, errors: list[dict[str, str]], context: dict[str, Any]
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    wrong: dict[str, dict[str, str]] = {}
    for error in errors:
        wrong.setdefault(error["key"], error)
    context |= {
        "section": "waves",
        "wave": wave,
        "errors": errors,
        "wrong": wrong,
        "typed": {name: typed.get(name, "") for name in ("serial", "office", "language")},
        "parts": list(_parts(wave.version.asked, request, wrong)),
        "focus": next(
            (error["key"] for error in errors if error["key"]), _start(wave, typed.get("serial", ""))
        ),
        "stored": _just_stored(request, wave),
        "rules": VOID_REASONS,
        "today": read.keyed_today(wave, request.user),
    }
    return render(request, "desk/keying/keying.html", context)


def _start(wave: Wave, serial: str) -> str:
    """Where keying begins: at the serial number, or at the first question where the number is given."""
    questions = wave.version.asked.questions
    return PREFIX + questions[0].key if serial and questions else "serial"


def _parts(asked: Questionnaire, request: HttpRequest, wrong: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The questions of each section, neighbours with the same options together under one legend."""
    numbers = {question.key: number for number, question in enumerate(asked.questions, 1)}
    for section in asked.sections:
        for place, (options, questions) in enumerate(
            groupby(section.questions, lambda question: question.options)
        ):
            fields = [
                {
                    "number": numbers[question.key],
                    "question": question,
                    "name": PREFIX + question.key,
                    "value": request.POST.get(PREFIX + question.key, ""),
                    "error": wrong.get(PREFIX + question.key),
                    "one_key": read.one_key(question),
                }
                for question in questions
            ]
            legend = sorted(options, key=lambda option: option.value)
            yield {"title": section.title if place == 0 else None, "legend": legend, "fields": fields}


def _to_settle(
    request: HttpRequest, difference: read.Difference, errors: list[dict[str, str]]
) -> dict[str, Any]:
    """One difference as the page shows it: both entries in words, and what was chosen before an error."""
    question, lang = difference.question, get_language() or "en"
    return {
        "key": question.key,
        "number": difference.number,
        "text": question.text,
        "first": gettext(", ").join(label(question, difference.first, lang)),
        "second": gettext(", ").join(label(question, difference.second, lang)),
        "chosen": request.POST.get(f"choice-{question.key}", ""),
        "other": request.POST.get(f"other-{question.key}", ""),
        "error": next((error["text"] for error in errors if error["key"] == f"choice-{question.key}"), ""),
    }


def _agreed(agreement: read.Agreement) -> dict[str, Any]:
    """The agreement as text: a dash where kappa does not exist, because all marks are the same."""

    def said(kappa: Any) -> dict[str, str]:
        value = "–" if isnan(kappa.kappa) else decimals(kappa.kappa, 3)
        return {"alike": f"{100 * kappa.agreement:.1f}\N{NO-BREAK SPACE}%", "kappa": value}

    rows = [{"number": number, "text": q.text, **said(kappa)} for number, q, kappa in agreement.questions]
    overall = said(agreement.overall) if agreement.overall else None
    return {"sheets": agreement.sheets, "agreed": rows, "overall": overall}


def _just_stored(request: HttpRequest, wave: Wave) -> dict[str, Any] | None:
    """What was stored a moment ago, for the line above the empty form."""
    pk = request.GET.get("stored", "")
    if request.method == "POST" or not pk.isdecimal() or len(pk) > 19:
        return None
    response = Response.objects.filter(pk=pk, wave=wave).select_related("office", "version").first()
    if response is None or not request.user.may("sheet.key", response):
        return None
    blank = sum(answer is None for answer in response.given)
    second = SecondEntry.objects.filter(response=response).select_related("response__version").first()
    different = len(read.differences(second)) if second else 0
    answered = len(response.given) - blank
    return {
        "response": response,
        "answered": ngettext("%(count)s answer", "%(count)s answers", answered) % {"count": answered},
        "blank": blank,
        "double": response.void == "double_mark",
        "second": second,
        "differences": different,
    }

"""The citizen rates a closed request: from the own page of the request, or by the link of the invitation. Row B5.

The link gives a pass for this one rating and leads on at once, so that its code does not stay in the address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from openhall.access import public, visitor
from openhall.actions import budget, evaluate
from openhall.errors import OpenHallError, Problem
from openhall.hashing import code_hashes
from openhall.language import short
from openhall.models import Evaluation, ServiceRequest
from openhall.moment import now
from openhall.portal import form, passes
from openhall.reads import forms, ratings
from openhall.rules.ratings import LONGEST_REMARK
from openhall.rules.workflow import CHANGE_RATING_DAYS
from openhall.surveys.checking import check_answers
from openhall.surveys.codes import check_ok, normalise, pretty
from openhall.surveys.questionnaire import Questionnaire

AN_HOUR = 60  # ratings and links tried from one network address


@public
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest) -> HttpResponse:
    """Rate the request whose number and code were shown."""
    key = passes.shown(request, passes.REQUEST).get("request")
    case = ServiceRequest.objects.filter(pk=key).first() if key else None
    if case is None:
        return redirect("portal:track")
    return _rate(request, ratings.rating_of(case), "portal:rate", back=reverse("portal:followed"))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def rate_invited(request: HttpRequest) -> HttpResponse:
    """Rate what the link of an invitation was about."""
    key = passes.shown(request, passes.RATING).get("evaluation")
    found = Evaluation.objects.select_related("request").filter(pk=key).first() if key else None
    shown = found if found and (found.level or found.is_open(now())) else None
    return _rate(request, shown, "portal:rate_invited", back=reverse("portal:track"))


@public
@require_safe
def rate_link(request: HttpRequest, code: str) -> HttpResponse:
    """The link of an invitation: a pass, then the page itself."""
    if not budget.spend("rate", visitor(request), limit=AN_HOUR):
        return form.too_many(request)
    known = check_ok(normalise(code[:40]))
    found = Evaluation.objects.filter(token__in=code_hashes(code[:40])).first() if known else None
    if found is None:
        return _gone(request)
    response = redirect("portal:rate_invited")
    passes.give(response, passes.RATING, evaluation=found.pk)
    return response


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/rate/gone.html", status=404)


def _rate(request: HttpRequest, evaluation: Evaluation | None, here: str, *, back: str) -> HttpResponse:
    if evaluation is None:
        return _gone(request)
    place = {"here": reverse(here), "back": back, "evaluation": evaluation, "case": evaluation.request}
    if request.method != "POST":
        return _shown(request, evaluation, place)
    if not budget.spend("rate", visitor(request), limit=AN_HOUR):
        return form.too_many(request)
    posted, remark = dict(request.POST.lists()), request.POST.get("remark", "")
    number = evaluation.request.number
    if request.POST.get("number", number) != number:
        context = {**place, "number": pretty(number), "remark": remark}
        return render(request, "portal/rate/other.html", context, status=422)
    wrong = check_answers(ratings.asked(evaluation), posted).problems
    errors: list[str] = []
    if not wrong:
        try:
            evaluate.rate(evaluation, answers=posted, remark=remark, language=_lang())
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            response = redirect(here)
            response["Location"] += "?done=1"
            return response
    return _form(request, evaluation, place, answers=posted, remark=remark, problems=wrong, errors=errors)


def _shown(request: HttpRequest, evaluation: Evaluation, place: dict[str, Any]) -> HttpResponse:
    """Thanks, what was given, or the form: the last with what was given before."""
    open_ = evaluation.is_open(now())
    if evaluation.level and ("change" not in request.GET or not open_):
        given = _told(evaluation)
        context = {
            **place,
            "given": given,
            "open": open_,
            "days": CHANGE_RATING_DAYS,
            "done": "done" in request.GET,
        }
        return render(request, "portal/rate/given.html", context)
    before = {}
    if evaluation.response:
        before = forms.posted(evaluation.response.version.asked, evaluation.response.given)
    return _form(request, evaluation, place, answers=before, remark=evaluation.remark)


def _told(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Question and answer, in the page's language."""
    found, told = ratings.given(evaluation), []
    for question in ratings.asked(evaluation):
        for option in question.options:
            if found.get(question.key) == option.value:
                told.append((forms.say(question.text, _lang()), forms.say(option.label, _lang())))
    return told


def _form(
    request: HttpRequest,
    evaluation: Evaluation,
    place: dict[str, Any],
    *,
    answers: forms.Given,
    remark: str,
    problems: dict[str, Problem] | None = None,
    errors: list[str] | None = None,
) -> HttpResponse:
    asked = ratings.asked(evaluation)
    told = [
        {"text": problem.say(gettext), "href": f"#{forms.first_field(asked[key])}"}
        for key, problem in (problems or {}).items()
    ]
    told += [{"text": text, "href": "#remark"} for text in errors or []]
    context = {
        **place,
        "number": pretty(evaluation.request.number),
        "first": forms.draw(_part(asked, first=True), _lang(), answers=answers, problems=problems),
        "more": forms.draw(_part(asked, first=False), _lang(), answers=answers, problems=problems),
        "said_more": any(answers.get(question.key, [""]) != [""] for question in _part(asked, first=False)),
        "remark": remark,
        "most": LONGEST_REMARK,
        "errors": told,
        "days": CHANGE_RATING_DAYS,
    }
    return render(request, "portal/rate/form.html", context, status=422 if told else 200)


def _part(asked: Questionnaire, *, first: bool) -> Questionnaire:
    """The one question that needs an answer, or the others."""
    return replace(asked, sections=asked.sections[:1] if first else asked.sections[1:])


def _lang() -> str:
    return short(get_language() or "en")

"""The rules of urgency in the hall's administration: editions, the draft rule by rule, trying, publishing. Row B2."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from openhall.access import post_only, staff
from openhall.actions import urgency as actions
from openhall.desk.hall_forms import attempt
from openhall.desk.hall_rule_form import ConditionRows, RuleForm, rule_data, rule_initial
from openhall.models import UrgencyRules
from openhall.reads import hall_urgency as reads
from openhall.reads.suggestions import rule_book
from openhall.rules.conditions import KIND_NAMES, KNOWN, Condition, Kind
from openhall.rules.rulebook import RuleBook
from openhall.rules.urgency import DEFAULT_RULES, LEVEL_NAMES, lint

SECTION = {"section": "hall", "levels": LEVEL_NAMES}


@staff("urgency.try")
def editions(request: HttpRequest) -> HttpResponse:
    context = {
        "in_force": actions.in_force(),
        "draft": actions.draft_of(),
        "rules": _shown(rule_book()),
        "default": rule_book().default,
        "editions": UrgencyRules.objects.exclude(published_at=None).select_related("by"),
    }
    return render(request, "desk/hall/urgency.html", {**SECTION, **context})


@staff("urgency.try")
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """A published edition as it was, and how it differs from the one before it."""
    found = get_object_or_404(UrgencyRules.objects.exclude(published_at=None), number=number)
    before = UrgencyRules.objects.exclude(published_at=None).filter(number__lt=number).first()
    old = before.book if before else DEFAULT_RULES.to_dict()
    book = RuleBook.from_dict(found.book)
    context = {
        "edition": found,
        "before": before,
        "rules": _shown(book),
        "default": book.default,
        "differences": reads.differences(old, found.book),
    }
    return render(request, "desk/hall/urgency_edition.html", {**SECTION, **context})


@staff("urgency.publish")
@post_only("desk:hall_urgency")
def draft_begin(request: HttpRequest) -> HttpResponse:
    of = UrgencyRules.objects.filter(number=_number(request.POST.get("of"))).first()
    _made, errors = attempt(lambda: actions.begin(of=of, by=request.user))
    for error in errors:
        messages.error(request, error)
    return redirect("desk:hall_draft")


@staff("urgency.try")
def draft(request: HttpRequest) -> HttpResponse:
    """The draft: its rules in order, remarks, and how it differs from what is in force."""
    found = actions.draft_of()
    if found is None:
        return redirect("desk:hall_urgency")
    book = RuleBook.from_dict(found.book)
    context = {
        "draft": found,
        "rules": _shown(book),
        "default": book.default,
        "remarks": [remark.say(gettext) for remark in lint(book)],
        "differences": reads.differences(rule_book().to_dict(), found.book),
    }
    return render(request, "desk/hall/urgency_draft.html", {**SECTION, **context})


@staff("urgency.publish")
@post_only("desk:hall_draft")
def draft_do(request: HttpRequest) -> HttpResponse:
    """Move or drop a rule, set the usual level, publish or delete the draft."""
    found, by, what = _draft(), request.user, request.POST.get("what", "")
    at = _number(request.POST.get("at"))
    acts = {
        "up": lambda: actions.move_rule(found, at=at, up=True, by=by),
        "down": lambda: actions.move_rule(found, at=at, up=False, by=by),
        "drop": lambda: actions.drop_rule(found, at=at, by=by),
        "default": lambda: actions.set_default(found, level=_number(request.POST.get("level")), by=by),
        "publish": lambda: actions.publish(found, seen=request.POST.get("seen", ""), by=by),
        "delete": lambda: actions.drop(found, by=by),
    }
    if what not in acts:
        raise Http404
    _done, errors = attempt(acts[what])
    for error in errors:
        messages.error(request, error)
    if what == "publish" and not errors:
        messages.success(
            request, gettext("The rules are published. Requests that come in are judged by them.")
        )
    return redirect("desk:hall_draft")


@staff("urgency.publish")
def rule_new(request: HttpRequest) -> HttpResponse:
    return _rule(request, _draft(), None, {}, [])


@staff("urgency.publish")
def rule(request: HttpRequest, at: int) -> HttpResponse:
    """The rule at a place, from 1."""
    found = _draft()
    book = RuleBook.from_dict(found.book)
    if not 1 <= at <= len(book.rules):
        raise Http404
    return _rule(request, found, at - 1, *rule_initial(book.rules[at - 1]))


def _rule(
    request: HttpRequest,
    found: UrgencyRules,
    at: int | None,
    initial: dict[str, Any],
    conditions: list[dict[str, Any]],
) -> HttpResponse:
    form = RuleForm(request.POST or None, initial=initial)
    rows, errors = ConditionRows(request.POST or None, initial=conditions, prefix="when"), []
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        kept, errors = attempt(lambda: actions.put_rule(found, rule_data(form, rows), at=at, by=request.user))
        if kept:
            messages.success(request, gettext("The rule is in the draft."))
            return redirect("desk:hall_draft")
    context = {"form": form, "rows": rows, "errors": errors, "at": at, "known": _known()}
    return render(request, "desk/hall/urgency_rule.html", {**SECTION, **context})


@staff("urgency.try")
def draft_try(request: HttpRequest) -> HttpResponse:
    """Both books on past requests; nothing is written."""
    found = actions.draft_of()
    if found is None:
        return redirect("desk:hall_urgency")
    latest = _one_of(request.GET.get("latest"), reads.SIZES)
    days = _one_of(request.GET.get("days"), reads.PERIODS, 90)
    outcome = reads.try_on(
        rule_book(), RuleBook.from_dict(found.book), latest=latest, days=days, user=request.user
    )
    context = {"draft": found, "outcome": outcome, "latest": latest, "days": days}
    context |= {"sizes": reads.SIZES, "periods": reads.PERIODS}
    return render(request, "desk/hall/urgency_try.html", {**SECTION, **context})


def _draft() -> UrgencyRules:
    found = actions.draft_of()
    if found is None:
        raise Http404
    return found


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else -1


def _one_of(text: str | None, choices: tuple[int, ...], usual: int | None = None) -> int:
    return _number(text) if _number(text) in choices else usual or choices[0]


def _known() -> list[tuple[str, list[str]]]:
    """The words a condition may list, by kind."""
    known = {**actions.known(), **KNOWN}
    return [(gettext(KIND_NAMES[kind]), sorted(map(str, known[kind]))) for kind in Kind if kind in known]


def _shown(book: RuleBook) -> list[dict[str, Any]]:
    """Rules as a reader reads them: every condition a sentence."""
    return [{"rule": rule, "when": [_said(one) for one in rule.conditions]} for rule in book.rules]


def _said(one: Condition) -> str:
    head = gettext(KIND_NAMES[one.kind])
    if one.kind is Kind.EARLIER:
        return gettext("%(head)s: at least %(count)s in %(days)s days (%(same)s)") % {
            "head": head,
            "count": one.at_least,
            "days": one.days,
            "same": one.same,
        }
    if one.kind is Kind.DEADLINE:
        return gettext("%(head)s: within %(days)s days") % {"head": head, "days": one.days}
    return head + gettext(": ") + gettext(", ").join(one.any) if one.any else head

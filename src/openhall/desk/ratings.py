"""Ratings at the desk: how satisfied people are, whom to ask, and the ledger of what follows bad ratings. Row B5."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from openhall.access import post_only, staff
from openhall.desk.acts import Act, ActForm
from openhall.desk.acts_rating import STEP_ACTS
from openhall.errors import OpenHallError, Stale
from openhall.language import short
from openhall.models import Office, Rectification
from openhall.reads import ratings as reads
from openhall.reads import rectifications as ledger
from openhall.rules.permissions import DEPARTMENT
from openhall.rules.ratings import FEW
from openhall.rules.rectification import STATE_NAMES
from openhall.surveys.export.tables import MARK
from openhall.surveys.sheets_out import cell_out


@staff("rectification.view")
def ratings(request: HttpRequest) -> HttpResponse:
    """Satisfaction by department, service, channel and month; the bad ratings; how many answered."""
    wanted = reads.Asked.of(request.GET)
    context = {
        "section": "ratings",
        "wanted": wanted,
        "whole": reads.whole(request.user, wanted),
        "tables": [
            (axis, name, reads.table(request.user, axis, wanted)) for axis, name in reads.AXES.items()
        ],
        "levels": reads.level_names(),
        "bad": reads.bad(request.user, wanted),
        "waves": reads.waves() if request.user.may("report.read") else [],
        "own": request.user.office if request.user.role in DEPARTMENT else None,
        "offices": Office.objects.exclude(kind=Office.Kind.HALL),
        "few": FEW,
        "open": ledger.counts(request.user),
        "enters": request.user.may("evaluation.enter"),
    }
    return render(request, "desk/ratings/ratings.html", context)


@staff("rectification.view")
def ratings_csv(request: HttpRequest) -> HttpResponse:
    """The same as one table, with the counts behind every share."""
    wanted = reads.Asked.of(request.GET)
    levels = [gettext(name) for _level, name in reads.level_names()]
    head = [gettext("By"), gettext("Group"), *levels, gettext("Satisfied"), gettext("Rated")]
    rows: list[list[Any]] = [
        [
            *head,
            gettext("Satisfied, %"),
            gettext("95 % from"),
            gettext("95 % to"),
            gettext("Asked"),
            gettext("Of these rated"),
        ]
    ]
    for axis, name in reads.AXES.items():
        for row in reads.table(request.user, axis, wanted):
            rows.append([gettext(name), gettext(row.name), *_figures(row)])
    return csv_file("ratings", rows)


def _figures(row: reads.Row) -> list[Any]:
    if row.few:
        return [gettext("too few")]
    low, high = row.interval or (None, None)
    numbers = [row.share, low, high]
    rounded = [None if number is None else round(number, 1) for number in numbers]
    return [*row.counts, row.satisfied, row.rated, *rounded, row.invited, row.answered]


@staff("evaluation.enter")
def calls(request: HttpRequest) -> HttpResponse:
    """Whom to ask by telephone or at the window."""
    context = {"section": "ratings", "rows": reads.to_call(request.user)}
    return render(request, "desk/ratings/calls.html", context)


@staff("rectification.view")
def rectifications(request: HttpRequest) -> HttpResponse:
    """The ledger, the overdue first."""
    wanted = ledger.Wanted.of(request.GET)
    context = {
        "section": "ratings",
        "wanted": wanted,
        "lines": ledger.ledger(request.user, wanted),
        "counts": ledger.counts(request.user),
        "offices": ledger.offices(request.user),
        "states": [(str(state), name) for state, name in STATE_NAMES.items()],
        "most": ledger.SHOWN,
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/ratings/rectifications.html", context)


@staff("rectification.view")
def rectifications_csv(request: HttpRequest) -> HttpResponse:
    """The ledger as a file: no words of citizens and no names."""
    head = [
        gettext("Request"),
        gettext("Department"),
        gettext("State"),
        gettext("Rating"),
        gettext("Second rating"),
    ]
    rows: list[list[Any]] = [
        [*head, gettext("Opened"), gettext("Due"), gettext("Overdue"), gettext("Plan"), gettext("Finished")]
    ]
    for line in ledger.ledger(request.user, ledger.Wanted.of(request.GET), most=None):
        row = line.row
        days = [row.opened_at, row.due_at, row.finished_at]
        opened, due, finished = [day.date().isoformat() if day else None for day in days]
        late = gettext("yes") if line.late else gettext("no")
        facts = [
            row.request.number,
            str(row.office),
            gettext(line.state),
            row.evaluation.level,
            row.level_after,
        ]
        rows.append([*facts, opened, due, late, row.plan, finished])
    return csv_file("rectifications", rows)


@staff("rectification.view")
def rectification(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _fetch(request, pk))


@staff("rectification.view")
@post_only("desk:rectification", "pk")
def rectification_act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Take one step; where it cannot be taken, the page again with the reason and what was typed."""
    row, act = _fetch(request, pk), STEP_ACTS.get(key)
    if act is None:
        raise Http404
    form = act.form(request.POST, case=row.request, by=request.user, auto_id=f"{key}-%s")
    if not form.is_valid():
        return _page(request, row, act=act, form=form)
    seen = request.POST.get("seen", "")
    try:
        act.run(
            row.request, by=request.user, seen=int(seen) if seen.isdecimal() else None, **form.cleaned_data
        )
    except OpenHallError as error:
        return _page(request, _fetch(request, pk), act=act, form=form, error=error)
    messages.success(request, gettext(act.done))
    return redirect("desk:rectification", pk)


def _fetch(request: HttpRequest, pk: int) -> Rectification:
    """This one if the person may see its request; else 404, as if it were not there."""
    found = (
        ledger.visible(request.user)
        .filter(pk=pk)
        .select_related(
            "request__service",
            "request__lead",
            "evaluation__response__version",
            "evaluation__entered_by",
            "office",
            "ground",
        )
        .first()
    )
    if found is None:
        raise Http404
    found.request.kept_rectification = (
        None if found.finished_at else found
    )  # the acts of this page are about it
    return found


def _page(
    request: HttpRequest,
    row: Rectification,
    *,
    act: Act | None = None,
    form: ActForm | None = None,
    error: OpenHallError | None = None,
) -> HttpResponse:
    offered = [
        {
            "act": one,
            "form": form
            if act is one
            else one.form(case=row.request, by=request.user, auto_id=f"{one.key}-%s"),
        }
        for one in STEP_ACTS.values()
        if one.applies(row.request, request.user) or one is act
    ]
    context = {
        "section": "ratings",
        "case": row.request,
        "offered": offered,
        "errors": error.lines(gettext) if error else [],
        "since": ledger.since(row, error.seen) if isinstance(error, Stale) else [],
        **ledger.page(row, short(get_language() or "en")),
    }
    status = 409 if isinstance(error, Stale) else 422 if error or (form and form.errors) else 200
    return render(request, "desk/ratings/rectification.html", context, status=status)


def csv_file(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """CSV for a spreadsheet; a text that would be taken for a formula is made harmless."""
    out = io.StringIO(MARK, newline="")
    out.seek(0, io.SEEK_END)
    csv.writer(out).writerows([cell_out(value) for value in row] for row in rows)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response

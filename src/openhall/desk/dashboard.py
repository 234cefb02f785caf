"""The leader's figures: one time beside the time before, by month and by every group; each table as a file. Row C7.

Every figure leads to the list of the requests it counts, where lists have such a filter. No names of people anywhere.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from openhall.access import staff
from openhall.desk import dashboard_file
from openhall.desk import dashboard_months as months
from openhall.desk import dashboard_shown as shown
from openhall.desk.ratings import csv_file
from openhall.desk.waiting import WAITING
from openhall.models import Area, Office, Service
from openhall.moment import now
from openhall.reads import figures as reads
from openhall.reads.facts_live import NotReady
from openhall.reads.figures_asked import FIRST, KINDS, Asked, Period
from openhall.reads.figures_beside import beside
from openhall.rules.figures import SMALL
from openhall.rules.permissions import DEPARTMENT

SHOWN = 20  # groups of a table; all of them where asked for


@staff("figures.view")
def figures(http: HttpRequest) -> HttpResponse:
    """All figures of one time."""
    asked = _asked(http)
    context = {
        "section": "figures",
        "asked": asked,
        "own": asked.office if http.user.role in DEPARTMENT else None,
        "period": shown.period(asked.period),
        "before": shown.period(asked.period.before(asked.today)),
        "running": asked.period.since <= asked.today < asked.period.until,
        "times": _times(asked),
        "kept": asked.query(),
        "query": shown.address(asked.query()),
        "choices": _choices(),
        "chosen": asked.chosen,
        "small": SMALL,
    }
    try:
        found = reads.page(http.user, asked, now())
    except NotReady as error:
        if http.headers.get("HX-Target") == WAITING:
            return HttpResponse(status=204)
        context |= {"not_ready": True, "said": error.say(gettext)}
        return render(http, "desk/dashboard/figures.html", context, status=202)
    if http.headers.get("HX-Target") == WAITING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context |= {
        "ever": found.ever,
        "tiles": shown.tiles(beside(found, asked), asked),
        "charts": months.charts(found.trend) if found.ever else [],
        "trend": months.trend(found.trend, asked),
        "outcomes": shown.outcomes(found.outcomes, asked),
        "tables": [
            shown.table(axis, name, found.tables[axis], asked, None if http.GET.get("all") == axis else SHOWN)
            for axis, name in reads.AXES.items()
            if found.tables[axis] and not (axis == "lead" and asked.office)
        ],
    }
    return render(http, "desk/dashboard/figures.html", context)


@staff("figures.view")
def figures_csv(http: HttpRequest, table: str) -> HttpResponse:
    """One table as a file: the whole, the months, or the groups of an axis."""
    if table not in {"whole", "months", *reads.AXES}:
        raise Http404
    asked = _asked(http)
    try:
        found = reads.page(http.user, asked, now())
    except NotReady:
        return redirect(f"{reverse('desk:figures')}?{shown.address(asked.query())}")  # it says so
    lines: list[list[Any]] = [[gettext("From"), asked.period.since, gettext("to"), asked.period.until]]
    if table == "whole":
        lines += dashboard_file.file_of_whole(beside(found, asked))
    else:
        groups = found.trend if table == "months" else found.tables[table]
        lines += dashboard_file.file_of_groups(groups, by_month=table == "months")
    return csv_file(f"figures-{table}", lines)


def _asked(http: HttpRequest) -> Asked:
    if http.user.role in DEPARTMENT and http.user.office is None:
        raise PermissionDenied
    return Asked.of(http.GET, http.user)


def _times(asked: Asked) -> dict[str, Any]:
    """Other times: of another kind around the same beginning, and the ones before and after."""
    kinds = []
    for kind, name in KINDS.items():
        other = (
            Period("dates", asked.period.since, asked.period.until)
            if kind == "dates"
            else Period.around(kind, min(asked.period.until, max(asked.period.since, asked.today)))
        )
        kinds.append((name, shown.address(asked.query(other)), asked.period.kind == kind))
    earlier, later = asked.period.moved(-1), asked.period.moved(1)
    return {
        "kinds": kinds,
        "earlier": shown.address(asked.query(earlier)) if earlier.since >= FIRST else "",
        "later": shown.address(asked.query(later)) if later.since <= asked.today else "",
    }


def _choices() -> list[tuple[str, str, Any]]:
    """What narrows the figures: key, label, rows."""
    departments = Office.objects.exclude(kind=Office.Kind.HALL)
    return [
        ("department", gettext("Department"), departments),
        ("service", gettext("Service"), Service.objects.all()),
        ("area", gettext("Area"), Area.objects.all()),
    ]

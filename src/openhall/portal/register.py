"""The public register: a list to look through, how requests ended, and the same columns for machines. Row D1."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from openhall.access import public
from openhall.language import say
from openhall.models import ServiceRequest
from openhall.moment import now
from openhall.reads import register as reads
from openhall.rules.demand import CLASS_NAMES
from openhall.rules.workflow import OPEN, OUTCOME_NAMES, STATE_NAMES, Outcome, State

COLUMNS = (
    "number", "received", "service_code", "service", "class", "area_code", "area",
    "department_code", "department", "state", "outcome", "closed", "reopened",
)  # fmt: skip


@public
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    wanted = reads.Filter.of(request.GET)
    page = reads.page(wanted, after=request.GET.get("after", ""))
    shares = reads.shares(wanted, now())
    context = {
        "wanted": wanted,
        "rows": page.rows,
        "next": _address("portal:register", wanted, page.after) if page.after else "",
        "beginning": _address("portal:register", wanted) if request.GET.get("after") else "",
        "shares": shares,
        "few": reads.FEW,
        "days": reads.DAYS,
        "months": [
            {"value": f"{first:%Y-%m}", "first": first}
            for first in reads.months(timezone.localtime(now()).date())
        ],
        "classes": CLASS_NAMES.items(),
        "states": [("open", gettext("All open")), ("closed", gettext("All closed"))]
        + [(state.value, gettext(STATE_NAMES[state])) for state in State if state in OPEN],
        "outcomes": [(one.value, gettext(OUTCOME_NAMES[one])) for one in Outcome],
        "csv": _address("portal:register_csv", wanted),
        "json": _address("portal:register_json", wanted),
        **reads.choices(),
    }
    return render(request, "portal/requests/register.html", context)


@public
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """A page of the register as CSV; the address of the next page stands in the Link header."""
    page, following = _feed(request, "portal:register_csv")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_safe(value) for value in _facts(row).values()] for row in page.rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="register.csv"'
    return _linked(response, following)


@public
@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """A page of the register as JSON, with the address of the next one."""
    page, following = _feed(request, "portal:register_json")
    body = {"requests": [_facts(row) for row in page.rows], "next": following or None}
    return _linked(JsonResponse(body, json_dumps_params={"ensure_ascii": False}), following)


def _feed(request: HttpRequest, name: str) -> tuple[reads.Page, str]:
    wanted = reads.Filter.of(request.GET)
    page = reads.page(wanted, after=request.GET.get("after", ""), most=reads.FEED_PAGE)
    following = request.build_absolute_uri(_address(name, wanted, page.after)) if page.after else ""
    return page, following


def _linked(response: HttpResponse, following: str) -> HttpResponse:
    if following:
        response["Link"] = f'<{following}>; rel="next"'
    return response


def _address(name: str, wanted: reads.Filter, after: str = "") -> str:
    query = urlencode({**wanted.chosen, **({"after": after} if after else {})})
    return reverse(name) + (f"?{query}" if query else "")


def _facts(row: ServiceRequest) -> dict[str, Any]:
    """The columns of one request: days, not times, so that nobody is found by the minute they wrote."""
    lang = get_language() or "en"

    def named(one: Any) -> tuple[str, str]:
        return (one.code, say(one.name, lang)) if one else ("", "")

    service, area, lead = named(row.service), named(row.area), named(row.lead)
    return dict(
        zip(
            COLUMNS,
            (
                row.number,
                _day(row.created_at),
                *service,
                row.demand,
                *area,
                *lead,
                row.state,
                row.outcome,
                _day(row.closed_at),
                row.reopened,
            ),
            strict=True,
        )
    )


def _day(at: Any) -> str:
    return timezone.localtime(at).date().isoformat() if at else ""


def _safe(value: Any) -> Any:
    """A text a spreadsheet would take for a formula, as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value

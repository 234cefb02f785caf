"""The lists figures lead to: the same requests that were counted. Row C7."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from openhall.models import Area, Office, Service
from openhall.reads import facts
from openhall.reads.figures_asked import Asked, Period

AXES = {"lead": "department", "service": "service", "demand": "class", "area": "area", "channel": "channel"}
CASES = {  # the filter of those a figure of closed ones counts
    "kept": {"kept": "yes"},
    "level": {"rating": "given"},
    "satisfied": {"rating": "high"},
    "answered": {"rating": "given"},
}


def of_tile(key: str, asked: Asked) -> str:
    """What the value of a tile leads to; "" where it is no number of requests."""
    if key == "came":
        return came(asked, {})
    if key == "ended":
        return ended(asked, {})
    if key in ("open", "late"):
        return requests({**asked.chosen, **({"due": "overdue"} if key == "late" else {})})
    return ""


def came(asked: Asked, more: dict[str, str], period: Period | None = None) -> str:
    """Those that came in the time; `more`: what else narrows."""
    period = period or asked.period
    days = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    return requests({"state": "any", **asked.chosen, **more, **days})


def ended(asked: Asked, more: dict[str, str], period: Period | None = None) -> str:
    """Those whose last closing lies in the time."""
    period = period or asked.period
    days = {"closed_since": period.since.isoformat(), "closed_until": period.until.isoformat()}
    return requests({"state": "closed", **asked.chosen, **more, **days})


def requests(query: dict[str, str]) -> str:
    """The list with this filter."""
    return f"{reverse('desk:requests')}?{urlencode(query)}"


def codes(axis: str) -> dict[object, str]:
    """How lists name the groups of an axis."""
    if axis in ("demand", "channel"):
        return {}
    model = {"lead": Office, "service": Service, "area": Area}[axis]
    return {facts.NONE: "none", **dict(model.objects.values_list("pk", "code"))}


def linked(said: str, name: str, href: str) -> str:
    """A number as a link; `name`: what it is a number of, for those who hear the link alone."""
    return format_html('<a class="govuk-link" href="{}" aria-label="{}">{}</a>', href, f"{said} {name}", said)

"""The hall's administration: what is set and what is missing, its calendar, and the times it gives itself. Row C5."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from openhall.access import staff
from openhall.actions import timing
from openhall.desk.hall_calendar import calendar_data, calendar_form
from openhall.desk.hall_forms import attempt
from openhall.errors import OpenHallError
from openhall.models import hall_calendar
from openhall.moment import now
from openhall.reads import hall as reads
from openhall.rules.calendar import Calendar
from openhall.rules.clocks import CLOCK_NAMES, ClockKind
from openhall.rules.durations import read_duration, write_duration
from openhall.rules.urgency import LEVEL_NAMES

SECTION = {"section": "hall"}


@staff("catalogue.manage")
def hall(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/hall/hall.html", {**SECTION, "state": reads.state()})


@staff("catalogue.manage")
def calendar(request: HttpRequest) -> HttpResponse:
    """The calendar as it is, or as it would be: “preview” saves nothing."""
    shown, errors, form = hall_calendar(), [], calendar_form(hall_calendar().to_dict(), request)
    sent = request.method == "POST" and form.is_valid()
    if sent and request.POST.get("what") == "save":
        count, errors = attempt(lambda: timing.set_calendar(calendar_data(form), by=request.user))
        if not errors:
            messages.success(request, _moved(count or 0))
            return redirect("desk:hall_calendar")
    elif sent:
        found, errors = attempt(lambda: Calendar.from_dict(calendar_data(form)))
        shown = found or shown
    context = {"form": form, "errors": errors, "previewed": sent and not errors, **_preview(shown)}
    return render(request, "desk/hall/calendar.html", {**SECTION, **context})


def _moved(count: int) -> str:
    if not count:
        return gettext("The calendar is kept.")
    if count > timing.AT_ONCE:
        return gettext("The calendar is kept. The worker moves the clocks that run: %(count)s.") % {
            "count": count
        }
    return ngettext(
        "The calendar is kept. %(count)s running clock was reckoned anew.",
        "The calendar is kept. %(count)s running clocks were reckoned anew.",
        count,
    ) % {"count": count}


def _preview(calendar: Calendar) -> dict[str, Any]:
    promised = reads.promise(calendar)
    return {
        "months": reads.special_days(calendar, timezone.localtime(now()).date()),
        "promised": promised and [(CLOCK_NAMES[ClockKind(kind)], due) for kind, due in promised.items()],
        "zone": calendar.zone,
        "running": reads.running_clocks(),
        "day": write_duration(calendar.minutes_per_day, 1441),
    }


@staff("catalogue.manage")
def objectives(request: HttpRequest) -> HttpResponse:
    """The table urgency by clock, each time as people write it."""
    day, errors = hall_calendar().minutes_per_day, []
    table = {level: {str(kind): write_duration(minutes, day) for kind, minutes in row.items()}
             for level, row in reads.objectives().items()}  # fmt: skip
    if request.method == "POST":
        table = {
            level: {kind: request.POST.get(f"{kind}-{level}", "")[:40] for kind in row}
            for level, row in table.items()
        }
        try:
            timing.set_objectives(_read(table, day), by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, gettext("The times are kept. They hold for what begins from now on."))
            return redirect("desk:hall_objectives")
    rows = [(level, LEVEL_NAMES[level], row.items()) for level, row in table.items()]
    context = {"rows": rows, "errors": errors, "clocks": CLOCK_NAMES, "day": write_duration(day, 1441)}
    return render(request, "desk/hall/objectives.html", {**SECTION, **context})


def _read(table: dict[int, dict[str, str]], day: int) -> dict[int, dict[str, Any]]:
    """In minutes; what cannot be read stays as it was written, for the check to name."""
    return {
        level: {kind: read_duration(text, day) or text for kind, text in row.items()}
        for level, row in table.items()
    }

"""Groups of customers at the desk: counts, the list of one group, and both as CSV. Row B8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from openhall.access import staff
from openhall.reads import segments as reads
from openhall.surveys.export.tables import MARK
from openhall.surveys.sheets_out import cell_out

SHOWN = 200  # customers of a group on the page; the file has all


@staff("party.view")
def segments(request: HttpRequest) -> HttpResponse:
    """All groups of all axes."""
    people = reads.profiles(request.user)
    tables = [(axis, reads.segments(people, axis)) for axis in reads.AXES.values()]
    context = {"section": "parties", "tables": tables, "customers": len(people)}
    return render(request, "desk/parties/segments.html", context)


@staff("party.view")
def segments_csv(request: HttpRequest) -> HttpResponse:
    """The same as one table."""
    people = reads.profiles(request.user)
    head = [gettext("By"), gettext("Group"), gettext("Customers"), gettext("Requests"), gettext("Open")]
    rows: list[Sequence[Any]] = [[*head, gettext("Last rating, mean"), gettext("Rated by")]]
    for axis in reads.AXES.values():
        for one in reads.segments(people, axis):
            rating = None if one.rating is None else round(one.rating, 2)
            figures = [one.customers, one.requests, one.open, rating, one.rated]
            rows.append([gettext(axis.name), gettext(one.name), *figures])
    return _file("customer-groups", rows)


@staff("party.view")
def segment(request: HttpRequest, axis: str, key: str) -> HttpResponse:
    """The customers of one group."""
    by, found = _found(request, axis, key)
    context = {
        "section": "parties",
        "axis": by,
        "key": key,
        "name": by.groups[key],
        "people": found[:SHOWN],
        "count": len(found),
        "services": reads.follows(axis, key),
    }
    return render(request, "desk/parties/segment.html", context)


@staff("party.view")
def segment_csv(request: HttpRequest, axis: str, key: str) -> HttpResponse:
    """The customers of one group as a file: names and figures, no contacts."""
    _, found = _found(request, axis, key)
    head = [gettext("Record"), gettext("Name"), gettext("Kind"), gettext("Requests"), gettext("Open")]
    rows: list[Sequence[Any]] = [[*head, gettext("Last rating")]]
    rows += [[one.pk, one.name, one.kind, one.requests, one.open, one.rating] for one in found]
    return _file(f"customers-{axis}-{key}", rows)


def _found(request: HttpRequest, axis: str, key: str) -> tuple[reads.Axis, list[reads.Profile]]:
    by = reads.AXES.get(axis)
    if by is None or key not in by.groups:
        raise Http404
    return by, reads.belonging(reads.profiles(request.user), by, key)


def _file(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """CSV for a spreadsheet; a text that would be taken for a formula is made harmless."""
    out = io.StringIO(MARK, newline="")
    out.seek(0, io.SEEK_END)
    csv.writer(out).writerows([cell_out(value) for value in row] for row in rows)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response

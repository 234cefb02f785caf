"""Data from elsewhere at the desk: what the operator named, and the report of each. Decision 0018.

An address of a page has the key of a source and nothing else; nobody can name a path or a server here.
"""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from openhall.access import staff
from openhall.desk.report import Place, make, output_page, report_page, send, stop
from openhall.reads import sources as named
from openhall.reads.subjects import OfSource, overview


@staff("report.read")
def sources(request: HttpRequest) -> HttpResponse:
    """All sources, what is known of them, and what is wrong."""
    found = named.listed()
    context = {
        "section": "sources",
        "rows": [overview(one) for one in found.sources],
        "errors": [problem.say(gettext) for problem in found.problems],
    }
    return render(request, "desk/sources/list.html", context)


@staff("report.read")
def source(request: HttpRequest, key: str) -> HttpResponse:
    """The whole chapter on a source, in the language of the page."""
    return report_page(request, _place(key))


@staff("report.read")
@require_POST
def source_make(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for a file, or to count again."""
    return make(request, _place(key))


@staff("report.read")
def source_output(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """How far a file is."""
    return output_page(request, _place(key), pk)


@staff("report.read")
def source_output_file(request: HttpRequest, key: str, pk: int) -> FileResponse:
    return send(_place(key), pk)


@staff("report.read")
@require_POST
def source_output_cancel(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Nobody wants it any more."""
    return stop(request, _place(key), pk)


def _place(key: str) -> Place:
    found = named.get(key)
    if found is None:
        raise Http404
    return Place(OfSource(found), found, key, key, "sources", "source", "source_")

"""The log in public: what it is, its checkpoints, whether it is intact, and whether a copy is still true. Row D6.

No event is shown here, only numbers and hashes: nothing about anybody.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from openhall.access import public
from openhall.errors import BadInput
from openhall.reads import log as reads
from openhall.rules.chain import anchor_of

SHOWN = 14  # checkpoints on the page; the text file has all


@public
def log(request: HttpRequest) -> HttpResponse:
    """The page; `?copy=` asks whether a copy of a checkpoint is still true."""
    copy = request.GET.get("copy", "").strip()[:300]
    context = {"state": reads.state(), "anchors": reads.anchors(SHOWN), "copy": copy, "errors": []}
    if copy:
        try:
            context["compared"] = reads.compare(anchor_of(copy))
        except BadInput as error:
            context["errors"] = [{"text": line, "href": "#copy"} for line in error.lines(gettext)]
    return render(request, "portal/log.html", context)


@public
def anchors(request: HttpRequest) -> HttpResponse:
    """All checkpoints as text, oldest first: date, number of the last event, its hash."""
    text = "".join(f"{one}\n" for one in reversed(reads.anchors()))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")

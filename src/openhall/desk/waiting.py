"""What is shown while the worker makes the figures of very many answers ready: a page that opens by itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import ngettext

WAITING = "waiting"  # id of the part of a page that asks whether the data are ready


def waits(
    request: HttpRequest, *, title: str, section: str, address: str, back: str, rows: int, kind: str = ""
) -> HttpResponse:
    """202 while so many `rows` would have to be read first: a page that asks again by itself, words in a file."""
    said = ngettext(
        "The worker still has to read %(count)s answer.",
        "The worker still has to read %(count)s answers.",
        rows,
    ) % {"count": number_format(rows, 0, force_grouping=True)}
    if "HX-Request" in request.headers:  # the waiting page goes on waiting, any other makes place for it
        waiting = request.headers.get("HX-Target") == WAITING
        return HttpResponse(status=204) if waiting else HttpResponse(headers={"HX-Refresh": "true"})
    if kind == "json":
        answer: HttpResponse = JsonResponse(
            {"state": "waiting", "answers": rows, "message": said}, status=202
        )
    else:
        values = {"section": section, "title": title, "address": address, "back": back, "said": said}
        answer = render(request, "desk/workbench/waiting.html", values, status=202)
    answer.headers["Retry-After"] = "10"
    answer.headers["Vary"] = "HX-Request, HX-Target"
    answer.headers["Cache-Control"] = "no-store"
    return answer

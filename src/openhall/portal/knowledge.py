"""Answers everyone may read: knowledge articles marked public, with a search. Row C4."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from openhall.access import public
from openhall.reads import knowledge as reads


@public
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")[:200]
    return render(
        request,
        "portal/knowledge/answers.html",
        {"asked": asked, "hits": reads.search(asked, reads.public())},
    )


@public
@require_safe
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(reads.public().select_related("service"), pk=pk)
    return render(request, "portal/knowledge/answer.html", {"article": found})

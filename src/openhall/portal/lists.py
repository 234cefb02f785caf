"""The three lists for everybody: what the town may do, must do, and what is not its matter. Rows B4, D2."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openhall.access import public
from openhall.models import ListItem
from openhall.reads import hall as reads


@public
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:100]
    rows = reads.list_items(words=asked)
    groups = [(kind, name, [one for one in rows if one.kind == kind]) for kind, name in ListItem.Kind.choices]
    return render(request, "portal/lists.html", {"groups": groups, "asked": asked, "total": len(rows)})

"""The front page and the pages every public site owes its visitors."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from openhall.access import public
from openhall.reads.waves import listed_waves
from openhall.rules.demand import DemandClass

# What people begin with, a word each; the form offers the rest.
KINDS = (
    (DemandClass.ENQUIRY, _("Ask")),
    (DemandClass.COMPLAINT, _("Complain")),
    (DemandClass.SUGGESTION, _("Suggest")),
    (DemandClass.PRAISE, _("Praise")),
    (DemandClass.REPORT, _("Report wrongdoing")),
)


@public
def home(request: HttpRequest) -> HttpResponse:
    """The front door."""
    kinds = [{"key": key.value, "name": name} for key, name in KINDS]
    return render(request, "portal/home.html", {"waves": listed_waves(), "kinds": kinds})


@public
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@public
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers: for a load balancer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")

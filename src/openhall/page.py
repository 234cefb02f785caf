"""The frame every page stands in: the town's name, languages, the staff menu; and how forms are drawn."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from openhall.errors import N_
from openhall.language import LANGUAGES, short
from openhall.models import Jurisdiction
from openhall.rules.permissions import ROLE_NAMES


class FormRenderer(TemplatesSetting):
    """Forms and fields through the design system's own markup (templates/ui, templates/django/forms)."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every page. `languages`: code, name, whether it is the page's own, and the link to it."""
    current = short(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))
    query = _query(request)
    languages = []
    for code, name in LANGUAGES.items():
        query["lang"] = code
        languages.append(
            {"code": code, "name": name, "current": code == current, "link": f"?{query.urlencode()}"}
        )
    user = getattr(request, "user", None)
    return {
        "town": request.town if hasattr(request, "town") else Jurisdiction.objects.first(),
        "languages": languages,
        "lang": current,
        "role_name": ROLE_NAMES.get(user.role) if user and user.is_authenticated and user.role else None,
    }


def _query(request: HttpRequest) -> QueryDict:
    """The names and values of the address; none of one with too many of them, so that its error page can be drawn."""
    try:
        return request.GET.copy()
    except SuspiciousOperation:
        return QueryDict(mutable=True)


# The staff's menu: section, name, address, the right that opens it. A line is added when its page is there.
MENU = (
    ("requests", N_("Requests"), "desk:requests", "request.view"),
    ("intake", N_("New request"), "desk:intake", "request.enter"),
    ("parties", N_("Customers"), "desk:parties", "party.view"),
    ("duties", N_("Duties"), "desk:duties", "duty.manage"),
    ("knowledge", N_("Knowledge"), "desk:knowledge", "knowledge.view"),
    ("ratings", N_("Ratings"), "desk:ratings", "rectification.view"),
    ("oversight", N_("Oversight"), "desk:oversight", "oversight.view"),
    ("marks", N_("Screening"), "desk:marks", "screening.view"),
    ("figures", N_("Figures"), "desk:figures", "figures.view"),
    ("assessment", N_("Assessment"), "desk:assessment", "assessment.view"),
    ("people", N_("Staff"), "desk:people", "staff.view"),
    ("waves", N_("Waves"), "desk:waves", "wave.view"),
    ("sources", N_("Sources"), "desk:sources", "report.read"),
    ("questionnaires", N_("Questionnaires"), "desk:questionnaires", "questionnaire.view"),
    ("hall", N_("Hall"), "desk:hall", "catalogue.manage"),
    ("notices", N_("Mail"), "desk:notices", "notice.manage"),
    ("log", N_("Log"), "desk:log", "log.view"),
    ("audit", N_("Audit"), "desk:audit", "audit.run"),
)


def menu(request: HttpRequest) -> dict[str, Any]:
    """What this person's menu offers."""
    user = getattr(request, "user", None)
    if not (user and user.is_authenticated and user.role):
        return {}
    return {
        "menu": [
            {"key": key, "name": name, "url": reverse(url)}
            for key, name, url, verb in MENU
            if user.may(verb) and _is_there(key)
        ]
    }


def _is_there(key: str) -> bool:
    """Whether a section has anything: most halls name no data elsewhere."""
    from openhall.reads.sources import listed  # here: pages of citizens need nothing of it

    return key != "sources" or bool(listed())

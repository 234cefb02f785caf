"""The frame every page stands in: the town's name, languages, the staff menu; and how forms are drawn."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

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
    query = request.GET.copy()
    languages = []
    for code, name in LANGUAGES.items():
        query["lang"] = code
        languages.append(
            {"code": code, "name": name, "current": code == current, "link": f"?{query.urlencode()}"}
        )
    user = getattr(request, "user", None)
    return {
        "town": Jurisdiction.objects.first(),
        "languages": languages,
        "lang": current,
        "role_name": ROLE_NAMES.get(user.role) if user and user.is_authenticated and user.role else None,
    }

"""The door to the audit's pages: they bring NumPy, SciPy and file readers along, some 40 MB a process, which are loaded
when the first person asks for an audit and never where only citizens answer.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from openhall.access import View, staff


def opens(name: str) -> View:
    """The view `name` of `desk.audit`, which is loaded at the first request and asks for the same right again."""

    @staff("audit.run")
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        from openhall.desk import audit

        return getattr(audit, name)(request, **kwargs)

    return view

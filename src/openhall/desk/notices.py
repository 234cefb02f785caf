"""Mail on its way: what waits, what failed, and what nobody knows the fate of, for a person to decide."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from openhall.access import post_only, staff
from openhall.actions import notify
from openhall.errors import OpenHallError
from openhall.models import Notice
from openhall.reads import notices as read


@staff("notice.manage")
def notices(request: HttpRequest) -> HttpResponse:
    return _page(request)


@staff("notice.manage")
@post_only("desk:notices")
def notice_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A person says that it arrived, or has it sent again."""
    arrived = request.POST.get("what") == "arrived"
    try:
        notify.settle(get_object_or_404(Notice, pk=pk), arrived=arrived, by=request.user)
    except OpenHallError as error:
        return _page(request, errors=error.lines(gettext))
    messages.success(request, gettext("Noted as arrived.") if arrived else gettext("It will be sent again."))
    return redirect("desk:notices")


@staff("notice.manage")
@post_only("desk:notices")
def notice_test(request: HttpRequest) -> HttpResponse:
    """A message to oneself."""
    try:
        notify.test(by=request.user)
    except OpenHallError as error:
        return _page(request, errors=error.lines(gettext))
    messages.success(request, gettext("A test message is on its way to you."))
    return redirect("desk:notices")


def _page(request: HttpRequest, **context: object) -> HttpResponse:
    context |= {"section": "notices", "ready": settings.MAIL_READY, **read.overview()}
    return render(request, "desk/notices/notices.html", context)

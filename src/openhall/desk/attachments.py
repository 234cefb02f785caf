"""Files of a request, for staff who may see it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from openhall.access import staff
from openhall.downloads import handed_out
from openhall.models import Attachment, ServiceRequest


@staff("request.view")
def attachment(http: HttpRequest, number: str, key: str) -> HttpResponse:
    """A file of a request this person may see; else 404, as if it were not there."""
    seen = ServiceRequest.objects.visible_to(http.user).filter(number=number.replace("\0", ""))
    found = Attachment.objects.filter(key=key, request__in=seen).first()
    if found is None:
        raise Http404
    return handed_out(found)

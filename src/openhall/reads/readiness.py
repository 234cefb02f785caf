"""The readiness checklist of one request, with the facts it looks at. Row C6; the list itself is `rules.readiness`."""

from __future__ import annotations

from openhall.models import ContactMethod, Decision, ServiceRequest
from openhall.reads.suggestions import cluster_of
from openhall.rules.readiness import Check, Facts, marks


def look(request: ServiceRequest) -> dict[Check, bool]:
    """Each question that applies to this request, and whether it is answered."""
    people = {request.party_id, request.reported_by_id} - {None}
    last = Decision.objects.filter(request=request).order_by("-pk").select_related("ground").first()
    return marks(
        Facts(
            text=request.text,
            demand=request.demand,
            service=request.service_id is not None,
            needs_place=bool(request.service_id and request.service.needs_place),
            place=bool(request.place.strip() or request.latitude is not None),
            reachable=ContactMethod.objects.filter(party__in=people | set(cluster_of(request))).exists(),
            anonymous=not people,
            ground=last is not None and last.accepted,
        )
    )

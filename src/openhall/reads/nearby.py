"""What a citizen should know before sending: it may not be ours, it may be known already, it may be a report. Row B4.

Only hints, made of the words just typed; nothing of them is kept, and nobody is kept from sending.
"""

from __future__ import annotations

from openhall.models import Area, ListItem, Service, ServiceRequest
from openhall.reads import precedents
from openhall.rules.demand import DemandClass, suggest_class
from openhall.rules.words import tokens

MOST = 3
ALIKE = 0.35  # likeness of two texts from which they may be the same matter


def not_ours(text: str) -> list[ListItem]:
    """Items of the negative list whose title, in one of its languages, the text says."""
    said = set(tokens(text))
    return [
        item
        for item in ListItem.objects.filter(kind=ListItem.Kind.NEGATIVE, active=True)
        if any(words and words <= said for words in (set(tokens(title)) for title in item.title.values()))
    ]


def known(text: str, *, service: Service | None, area: Area | None) -> list[ServiceRequest]:
    """Open requests of the public register that may be about the same: said alike, about the same service and area."""
    found = [one.pk for one in precedents.like(text, kinds=("request",), most=20) if one.score >= ALIKE]
    rows = ServiceRequest.objects.public().open().filter(pk__in=found)
    if service:
        rows = rows.filter(service=service)
    if area:
        rows = rows.filter(area=area)
    near = {row.pk: row for row in rows.select_related("service", "area", "lead").defer("text", "subject")}
    return [near[pk] for pk in found if pk in near][:MOST]


def tells_of_wrongdoing(text: str) -> bool:
    """Whether the words are those of a report of wrongdoing, which has a protected way of its own."""
    found = suggest_class(text)
    return found is not None and found.value == DemandClass.REPORT

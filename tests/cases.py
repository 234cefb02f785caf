"""A request at each step of its life, made by the actions themselves, for tests of what comes after."""

from __future__ import annotations

from typing import Any

from openhall.actions import decide, dispatch
from openhall.actions.intake import Intake, PartyGiven, receive
from openhall.models import ServiceRequest
from tests.town import Desk

TEXT = "The street light at the school has been out since Monday; the children walk home in the dark."
REPLY = "The lamp was replaced this morning; it is lit again."
LI = PartyGiven(name="Li Ming", email="li@example.org", phone="0123 456789")


def received(desk: Desk, **given: Any) -> ServiceRequest:
    """Came in by the website from Li Ming: a street light in the Old Town."""
    first = {
        "service": desk.light,
        "area": desk.old_town,
        "place": "School gate",
        "party": LI,
        "demand": "help",
    }
    return receive(Intake(**{"text": TEXT, **first, **given})).request


def report(desk: Desk, **given: Any) -> ServiceRequest:
    """An anonymous report of wrongdoing against Roads."""
    text = "A foreman of Roads takes money from shops to leave their pavement alone."
    return received(desk, **{"text": text, "demand": "report", "accused": desk.roads, "party": None, **given})


def accepted(desk: Desk, case: ServiceRequest | None = None, **given: Any) -> ServiceRequest:
    return decide.accept(case or received(desk, **given), ground=desk.power, by=desk.dispatcher)


def sent(
    desk: Desk, case: ServiceRequest | None = None, *, assisting: Any = (), **given: Any
) -> ServiceRequest:
    """Dispatched to Roads."""
    case = accepted(desk, case, **given)
    return dispatch.dispatch(case, lead=desk.roads, assisting=assisting, by=desk.dispatcher)


def signed(desk: Desk, case: ServiceRequest | None = None, **given: Any) -> ServiceRequest:
    """Signed for by Harry of Roads."""
    return dispatch.sign(sent(desk, case, **given), by=desk.handler)


def returned(desk: Desk, case: ServiceRequest | None = None, **given: Any) -> ServiceRequest:
    """Returned by Harry, who says it is for Water."""
    case = signed(desk, case, **given)
    return dispatch.give_back(
        case, reason="The lamp belongs to the pumping station.", suggests=desk.water, by=desk.handler
    )


__all__ = ["LI", "REPLY", "TEXT", "accepted", "received", "report", "returned", "sent", "signed"]

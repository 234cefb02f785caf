"""Whether a request is ready to be sent to a department: a checklist looked through by rule when it is dispatched, so
that nobody receives what cannot be worked on. Supervision before the fact: seed 5.3; row C6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from openhall.errors import N_
from openhall.rules.suggestion import IDEOGRAPH

CLEAR = 20  # letters a text needs to say something; a Chinese character counts three


class Check(StrEnum):
    TEXT = "text"
    CLASS = "class"
    SERVICE = "service"
    PLACE = "place"
    CONTACT = "contact"
    GROUND = "ground"


CHECK_NAMES = {
    Check.TEXT: N_("The text says enough to work on"),
    Check.CLASS: N_("The class is set"),
    Check.SERVICE: N_("The service is set"),
    Check.PLACE: N_("The place is known"),
    Check.CONTACT: N_("The citizen can be reached"),
    Check.GROUND: N_("The decision cites its ground"),
}
CURES = {
    Check.TEXT: N_("Ask the citizen what is meant, or say in the instruction what you know."),
    Check.CLASS: N_("Classify it."),
    Check.SERVICE: N_("Classify it, or say in the instruction what it is about."),
    Check.PLACE: N_("Ask where it is, or say in the instruction where to look."),
    Check.CONTACT: N_("No telephone or e-mail is known; the answer waits for the citizen’s number and code."),
    Check.GROUND: N_("Decide it on an item of the power or the responsibility list."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the checklist looks at. `needs_place`: the service is about a place; `reachable`: a way to reach the citizen
    is known; `anonymous`: the citizen chose to be reached by number and code only.
    """

    text: str
    demand: str = ""
    service: bool = False
    needs_place: bool = False
    place: bool = False
    reachable: bool = False
    anonymous: bool = False
    ground: bool = False


def marks(facts: Facts) -> dict[Check, bool]:
    """Each question that applies, in order, and whether it is answered.

    >>> marks(Facts(text="路灯坏了，三天了", demand="help", service=True, anonymous=True, ground=True))[Check.TEXT]
    True
    """
    found = {
        Check.TEXT: said(facts.text) >= CLEAR,
        Check.CLASS: bool(facts.demand),
        Check.SERVICE: facts.service,
    }
    if facts.needs_place:
        found[Check.PLACE] = facts.place
    if not facts.anonymous:
        found[Check.CONTACT] = facts.reachable
    return found | {Check.GROUND: facts.ground}


def said(text: str) -> int:
    """How much a text says: its letters and digits, Chinese characters counted three times.

    >>> said("No!"), said("路灯")
    (2, 6)
    """
    return sum(3 if IDEOGRAPH.match(sign) else sign.isalnum() for sign in text)


def verdict(found: Mapping[Check, bool]) -> str:
    """Good when all is there, fair when one thing is missing, poor when more are.

    >>> verdict({Check.TEXT: True, Check.PLACE: False})
    'fair'
    """
    gaps = len(missing(found))
    return "good" if not gaps else "fair" if gaps == 1 else "poor"


def missing(found: Mapping[Check, bool]) -> list[Check]:
    """What is not there yet."""
    return [check for check, there in found.items() if not there]

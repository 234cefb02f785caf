"""The recorded decision on a request: is it ours, may the person have it, at which level of service, with what; and
the ground on the power, responsibility or negative list. A refusal always cites one. Seed 3.4.3, 5.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from openhall.errors import N_, BadInput, Problem, Word
from openhall.rules.suggestion import Reason


class Scope(StrEnum):
    """Whether the matter lies within our powers."""

    IN = "in"
    OUT = "out"
    PARTLY = "partly"


class Eligible(StrEnum):
    """Whether this person, in this matter, meets the conditions."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # still to be shown


class Level(StrEnum):
    """The level of service given."""

    FAST = "fast"
    STANDARD = "standard"
    PERSONAL = "personal"
    ON_SITE = "on_site"


class Resource(StrEnum):
    """What the work takes beyond the time of the handler."""

    CREW = "crew"
    INSPECTION = "inspection"
    EXPERT = "expert"
    INTERPRETER = "interpreter"
    MONEY = "money"
    CONTRACTOR = "contractor"
    OTHER_DEPARTMENT = "other_department"


class Listed(StrEnum):
    """The three published lists."""

    POWER = "power"
    RESPONSIBILITY = "responsibility"
    NEGATIVE = "negative"


SCOPE_NAMES = {
    Scope.IN: N_("It is ours"),
    Scope.OUT: N_("It is not ours"),
    Scope.PARTLY: N_("A part of it is ours"),
}
ELIGIBLE_NAMES = {
    Eligible.YES: N_("The conditions are met"),
    Eligible.NO: N_("The conditions are not met"),
    Eligible.UNKNOWN: N_("Still to be shown"),
}
LEVEL_NAMES = {
    Level.FAST: N_("Fast lane"),
    Level.STANDARD: N_("Standard"),
    Level.PERSONAL: N_("Personal service"),
    Level.ON_SITE: N_("On site"),
}
RESOURCE_NAMES = {
    Resource.CREW: N_("A crew with tools"),
    Resource.INSPECTION: N_("An inspection"),
    Resource.EXPERT: N_("An expert’s opinion"),
    Resource.INTERPRETER: N_("An interpreter"),
    Resource.MONEY: N_("Money beyond the ordinary budget"),
    Resource.CONTRACTOR: N_("A contractor"),
    Resource.OTHER_DEPARTMENT: N_("Another department"),
}
LIST_NAMES = {
    Listed.POWER: N_("Power list"),
    Listed.RESPONSIBILITY: N_("Responsibility list"),
    Listed.NEGATIVE: N_("Negative list"),
}
POSITIVE = frozenset({Listed.POWER, Listed.RESPONSIBILITY})


@dataclass(frozen=True, slots=True)
class Ground:
    """An item of one of the lists, by its code."""

    list: Listed
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided, before it is recorded. `referral` says whose the matter is, or the part that is not ours;
    `reason` is told to the citizen.
    """

    scope: Scope
    eligible: Eligible = Eligible.UNKNOWN
    level: Level | None = None
    resources: frozenset[Resource] = frozenset()
    grounds: tuple[Ground, ...] = ()
    referral: str = ""
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Whether any of it is taken on."""
        return self.scope is not Scope.OUT and self.eligible is not Eligible.NO

    @property
    def refused(self) -> bool:
        """Whether any of it is refused; a matter that is ours in part is accepted and refused at once."""
        return self.scope is not Scope.IN or self.eligible is Eligible.NO

    def cites(self, lists: Collection[Listed]) -> bool:
        return any(ground.list in lists for ground in self.grounds)


def check(decision: Decision, *, known: Collection[Ground] | None = None) -> tuple[Problem, ...]:
    """What keeps a decision from being recorded; none, and it may be. `known`: the items in force, None unchecked.

    >>> for problem in check(Decision(scope=Scope.OUT, reason="It is a state road.")):
    ...     print(problem)
    Whose it is: somebody whose request is not ours must learn where to turn. Name the body and how to reach it.
    Ground: a refusal cites an item of the negative list. Choose one.
    """
    return (*_words(decision), *_grounds(decision), *_service(decision), *_unknown(decision, known))


def settled(decision: Decision, *, known: Collection[Ground] | None = None) -> Decision:
    """The decision itself when nothing is wrong with it; else BadInput."""
    if problems := check(decision, known=known):
        raise BadInput(N_("This decision cannot be recorded yet."), problems=problems)
    return decision


def _words(decision: Decision) -> Iterator[Problem]:
    if decision.scope is not Scope.IN and not decision.referral.strip():
        yield Problem(
            N_("Whose it is"),
            N_("somebody whose request is not ours must learn where to turn."),
            N_("Name the body and how to reach it."),
        )
    if not decision.reason.strip() and decision.refused:
        yield Problem(N_("Reason"), N_("a refusal is explained."), N_("Say why, in words the person knows."))
    elif not decision.reason.strip() and decision.eligible is Eligible.UNKNOWN:
        yield Problem(
            N_("Reason"),
            N_("what still has to be shown is not said."),
            N_("Say what the person must show, or decide that the conditions are met."),
        )


def _grounds(decision: Decision) -> Iterator[Problem]:
    place = N_("Ground")
    if decision.refused and not decision.cites({Listed.NEGATIVE}):
        yield Problem(place, N_("a refusal cites an item of the negative list."), N_("Choose one."))
    if decision.accepted and not decision.cites(POSITIVE):
        message = N_("what we take on rests on an item of the power or the responsibility list.")
        yield Problem(place, message, N_("Choose one."))
    if not decision.refused and decision.cites({Listed.NEGATIVE}):
        yield Problem(
            place,
            N_("an item of the negative list is cited, but nothing is refused."),
            N_("Take it out, or say what is refused."),
        )


def _service(decision: Decision) -> Iterator[Problem]:
    if decision.accepted and decision.level is None:
        yield Problem(N_("Level of service"), N_("it is not chosen."), N_("Choose one."))
    if not decision.accepted and (decision.level is not None or decision.resources):
        yield Problem(
            N_("Level of service"),
            N_("what is refused gets no service and no resources."),
            N_("Leave both empty."),
        )


def _unknown(decision: Decision, known: Collection[Ground] | None) -> Iterator[Problem]:
    for ground in decision.grounds if known is not None else ():
        if known is not None and ground not in known:
            yield Problem(
                N_("Ground"),
                N_("there is no item {code} in force on the list “{list}”."),
                N_("Choose one that is in force."),
                {"code": ground.code, "list": Word(LIST_NAMES[ground.list])},
            )


def told(decision: Decision) -> Reason:
    """What the citizen is told first, in one sentence with the ground."""
    lists = POSITIVE if not decision.refused else {Listed.NEGATIVE}
    values = {
        "codes": [ground.code for ground in decision.grounds if ground.list in lists],
        "referral": decision.referral.strip(),
    }
    if not decision.refused:
        return Reason(N_("We take this on (list item {codes})."), values)
    if decision.accepted:
        return Reason(
            N_("We take on the part that is ours; the rest belongs to {referral} (list item {codes})."),
            values,
        )
    if decision.scope is Scope.IN:
        return Reason(N_("We cannot do this (list item {codes})."), values)
    return Reason(N_("This is not ours; it belongs to {referral} (list item {codes})."), values)

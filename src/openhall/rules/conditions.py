"""The conditions of an urgency rule and the facts they look at. Each kind of condition says whether it holds and by
what evidence, and whether it asks for at least as much as another. Seed 3.4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from openhall.errors import N_, Word
from openhall.rules.demand import CLASS_NAMES, CUSTOMER_NAMES, SPECIAL, Customer, DemandClass
from openhall.rules.suggestion import IDEOGRAPH, Reason, fold, found, quoted


class History(StrEnum):
    """What the record knows of the party that may make a request more urgent."""

    BAD_RATING = "bad_rating"
    REOPENED = "reopened"
    OVERDUE = "overdue"
    WRONGLY_SCREENED = "wrongly_screened"


HISTORY_NAMES = {
    History.BAD_RATING: N_("rated us badly before"),
    History.REOPENED: N_("had to reopen a request"),
    History.OVERDUE: N_("has another request that is late"),
    History.WRONGLY_SCREENED: N_("was once wrongly screened out"),
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request, `days` ago, about the same service, the same place or both."""

    days: int
    service: bool = False
    place: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All a rule may look at; nothing about who the citizen is beyond what is named here."""

    text: str = ""
    demand: str = ""  # a DemandClass
    service: str = ""  # service code
    groups: frozenset[str] = frozenset()  # keys of demand.SPECIAL
    area: str = ""
    channel: str = ""
    customer: str = ""  # a Customer
    out_of_hours: bool = False  # came in while the hall was closed
    earlier: tuple[Earlier, ...] = ()
    legal_days: int | None = None  # days until a date the law names; below 0 when it has passed
    history: frozenset[str] = frozenset()  # of History

    @cached_property
    def folded(self) -> str:
        return fold(self.text)


class Kind(StrEnum):
    """What a condition asks; the word a rule book on file uses."""

    CLASS = "class"
    SERVICE = "service"
    GROUP = "group"
    AREA = "area"
    CHANNEL = "channel"
    CUSTOMER = "customer"
    WORDS = "words"
    OUT_OF_HOURS = "out_of_hours"
    EARLIER = "earlier"
    DEADLINE = "deadline"
    HISTORY = "history"


KIND_NAMES = {
    Kind.CLASS: N_("The demand class is one of"),
    Kind.SERVICE: N_("The service is one of"),
    Kind.GROUP: N_("The person is one of"),
    Kind.AREA: N_("The area is one of"),
    Kind.CHANNEL: N_("The channel is one of"),
    Kind.CUSTOMER: N_("The customer is one of"),
    Kind.WORDS: N_("The text says one of"),
    Kind.OUT_OF_HOURS: N_("It came in while the hall was closed"),
    Kind.EARLIER: N_("There were earlier requests like it"),
    Kind.DEADLINE: N_("A date the law names is near"),
    Kind.HISTORY: N_("The person’s record says one of"),
}
LISTED = frozenset(Kind) - {Kind.OUT_OF_HOURS, Kind.EARLIER, Kind.DEADLINE}  # those with a list `any`
# the values a kind may list; of the others the hall decides
KNOWN: dict[Kind, frozenset[str]] = {
    Kind.CLASS: frozenset(DemandClass),
    Kind.GROUP: frozenset(SPECIAL),
    Kind.CUSTOMER: frozenset(Customer),
    Kind.HISTORY: frozenset(History),
}


class Same(StrEnum):
    """In what an earlier request must be like this one."""

    SERVICE = "service"
    PLACE = "place"
    EITHER = "either"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold. `any`: the values or words of which one is enough; `at_least` earlier requests
    in the last `days` about the `same` service or place; a date named by law within `days`.
    """

    kind: Kind
    any: tuple[str, ...] = ()
    at_least: int = 0
    days: int = 0
    same: Same = Same.EITHER

    def evidence(self, facts: Facts) -> Reason | None:
        """Why it holds, a part of a sentence; None where it does not hold."""
        return _EVIDENCE[self.kind](self, facts)

    def implies(self, other: Condition) -> bool:
        """Whether `other` holds wherever this one does (sure; False may mean not known)."""
        if self.kind is not other.kind:
            return False
        if self.kind is Kind.WORDS:
            return all(word in other.any or found(_anywhere(word), other.any) for word in self.any)
        if self.kind is Kind.EARLIER:
            like = other.same in (self.same, Same.EITHER) or self.same is Same.BOTH
            return like and self.at_least >= other.at_least and self.days <= other.days
        if self.kind is Kind.DEADLINE:
            return self.days <= other.days
        return set(self.any) <= set(other.any)


def _anywhere(word: str) -> str:
    """A text that says the word, as unlike a word standing alone as it may be met."""
    stem, star, _ = fold(word).strip().partition("*")
    if IDEOGRAPH.search(stem):
        return f"x{stem}x"
    return stem + "x" if star else stem


def _class(condition: Condition, facts: Facts) -> Reason | None:
    if facts.demand not in condition.any:
        return None
    return Reason(N_("it is “{name}”"), {"name": Word(CLASS_NAMES[DemandClass(facts.demand)])})


def _service(condition: Condition, facts: Facts) -> Reason | None:
    if facts.service not in condition.any:
        return None
    return Reason(N_("the service is {code}"), {"code": facts.service})


def _group(condition: Condition, facts: Facts) -> Reason | None:
    names = [Word(SPECIAL[key].name) for key in condition.any if key in facts.groups and key in SPECIAL]
    return Reason(N_("the person’s situation: {names}"), {"names": names}) if names else None


def _area(condition: Condition, facts: Facts) -> Reason | None:
    return Reason(N_("the area is {area}"), {"area": facts.area}) if facts.area in condition.any else None


def _channel(condition: Condition, facts: Facts) -> Reason | None:
    if facts.channel not in condition.any:
        return None
    return Reason(N_("it came by {channel}"), {"channel": facts.channel})


def _customer(condition: Condition, facts: Facts) -> Reason | None:
    if facts.customer not in condition.any:
        return None
    return Reason(N_("the customer is “{name}”"), {"name": Word(CUSTOMER_NAMES[Customer(facts.customer)])})


def _words(condition: Condition, facts: Facts) -> Reason | None:
    words = found(facts.folded, condition.any)
    return Reason(N_("the text says {words}"), {"words": quoted(words)}) if words else None


def _out_of_hours(condition: Condition, facts: Facts) -> Reason | None:
    return Reason(N_("it came in while the hall was closed")) if facts.out_of_hours else None


def _earlier(condition: Condition, facts: Facts) -> Reason | None:
    count = sum(_alike(condition.same, one) and 0 <= one.days <= condition.days for one in facts.earlier)
    if count < condition.at_least:
        return None
    return Reason(
        N_("earlier requests like it in {days} days: {count}"), {"count": count, "days": condition.days}
    )


def _alike(same: Same, one: Earlier) -> bool:
    return {
        Same.SERVICE: one.service,
        Same.PLACE: one.place,
        Same.EITHER: one.service or one.place,
        Same.BOTH: one.service and one.place,
    }[same]


def _deadline(condition: Condition, facts: Facts) -> Reason | None:
    if facts.legal_days is None or facts.legal_days > condition.days:
        return None
    if facts.legal_days < 0:
        return Reason(N_("the date the law names has passed"))
    return Reason(N_("days left until the date the law names: {days}"), {"days": facts.legal_days})


def _history(condition: Condition, facts: Facts) -> Reason | None:
    told = [Word(HISTORY_NAMES[History(key)]) for key in condition.any if key in facts.history]
    return Reason(N_("the person {told}"), {"told": told}) if told else None


_EVIDENCE: dict[Kind, Callable[[Condition, Facts], Reason | None]] = {
    Kind.CLASS: _class,
    Kind.SERVICE: _service,
    Kind.GROUP: _group,
    Kind.AREA: _area,
    Kind.CHANNEL: _channel,
    Kind.CUSTOMER: _customer,
    Kind.WORDS: _words,
    Kind.OUT_OF_HOURS: _out_of_hours,
    Kind.EARLIER: _earlier,
    Kind.DEADLINE: _deadline,
    Kind.HISTORY: _history,
}

"""Urgency rules and the book that holds them, written to JSON and read from it with every fault named by the number
of its rule. Seed 3.4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.language import LANGUAGES, Wording
from openhall.rules.conditions import KNOWN, LISTED, Condition, Facts, Kind, Same
from openhall.rules.suggestion import Reason

LEVELS = range(1, 6)  # 1 is most urgent
MOST_RULES = 200
MOST_VALUES = 300  # in one condition
LONGEST_VALUE = 80  # characters
LONGEST_NAME = 500
LONGEST_DAYS = 3650
MOST_EARLIER = 1000

_FIELDS = {
    **{kind: {"any"} for kind in LISTED},
    Kind.OUT_OF_HOURS: set[str](),
    Kind.EARLIER: {"at_least", "days", "same"},
    Kind.DEADLINE: {"days"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions must hold; `because` is what the hall says of it besides the evidence."""

    name: Wording
    conditions: tuple[Condition, ...]
    level: int
    because: Wording = field(default_factory=dict)

    def evidence(self, facts: Facts) -> tuple[Reason, ...] | None:
        """One part of a sentence for each condition; None where one does not hold."""
        told = []
        for condition in self.conditions:
            one = condition.evidence(facts)
            if one is None:
                return None
            told.append(one)
        return tuple(told)

    def implies(self, other: Rule) -> bool:
        """Whether `other` holds wherever this rule does."""
        return all(any(mine.implies(theirs) for mine in self.conditions) for theirs in other.conditions)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules in the order in which they are tried, and the usual level where none holds."""

    rules: tuple[Rule, ...] = ()
    default: int | None = None

    @classmethod
    def from_dict(cls, data: Any, *, known: Mapping[Kind, Iterable[str]] | None = None) -> RuleBook:
        """A rule book from JSON: {"rules": [{"name", "when": [{"kind", …}], "level", "because"}], "default"}.

        `known`: the hall's services, areas and channels, by kind; a kind left out is not checked. BadInput with a
        Problem for each fault, naming the rule by its number.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("rules"), list):
            raise BadInput(
                Problem(
                    "",
                    N_("A rule book is a list of rules and a usual level."),
                    N_("Take a saved one as an example."),
                )
            )
        reader = _Reader({kind: frozenset(values) for kind, values in (known or {}).items()} | KNOWN)
        book = reader.book(data)
        if reader.problems:
            raise BadInput(N_("The rule book cannot be used."), problems=reader.problems)
        return book

    def to_dict(self) -> dict[str, Any]:
        """The book as JSON; `from_dict` gives the same book back."""
        return {"rules": [_rule_dict(rule) for rule in self.rules], "default": self.default}


def _rule_dict(rule: Rule) -> dict[str, Any]:
    data = {
        "name": dict(rule.name),
        "when": [_condition_dict(condition) for condition in rule.conditions],
        "level": rule.level,
    }
    return data | ({"because": dict(rule.because)} if rule.because else {})


def _condition_dict(condition: Condition) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": condition.kind.value}
    if condition.kind is Kind.EARLIER:
        return data | {"at_least": condition.at_least, "days": condition.days, "same": condition.same.value}
    if condition.kind is Kind.DEADLINE:
        return data | {"days": condition.days}
    return data if condition.kind is Kind.OUT_OF_HOURS else data | {"any": list(condition.any)}


class _Reader:
    """One pass over a book; what is wrong gathers in `problems`, each at the place reached."""

    def __init__(self, known: Mapping[Kind, frozenset[str]]) -> None:
        self.known = known
        self.problems: list[Problem] = []
        self.place, self.at = "", dict[str, Any]()

    def wrong(self, message: str, cure: str = "", **values: Any) -> None:
        self.problems.append(Problem(self.place, message, cure, {**self.at, **values}))

    def book(self, data: Mapping[str, Any]) -> RuleBook:
        self.place = N_("Rule book")
        self.only(data, {"rules", "default"})
        rules = data["rules"]
        if len(rules) > MOST_RULES:
            self.wrong(N_("it has {count} rules; {most} are the most."), count=len(rules), most=MOST_RULES)
        default = data.get("default")
        if default is not None:
            self.place = N_("Usual level")
            default = self.level(default)
        return RuleBook(
            tuple(self.rule(number, rule) for number, rule in enumerate(rules[:MOST_RULES], 1)), default
        )

    def rule(self, number: int, data: Any) -> Rule:
        self.place, self.at = N_("Rule {number}"), {"number": number}
        if not isinstance(data, Mapping):
            self.wrong(N_("it is no rule with a name, conditions and a level."))
            return Rule({}, (), LEVELS[0])
        self.only(data, {"name", "when", "level", "because"})
        name = self.wording(data.get("name"), N_("it has no name."), N_("Give it a short name."))
        because = self.wording(data["because"], "", "") if data.get("because") else {}
        level = self.level(data.get("level"))
        when = data.get("when", [])
        if not isinstance(when, list):
            self.wrong(N_("its conditions are no list."))
            when = []
        conditions = (self.condition(number, at, one) for at, one in enumerate(when, 1))
        return Rule(name, tuple(one for one in conditions if one), level, because)

    def condition(self, number: int, at: int, data: Any) -> Condition | None:
        self.place, self.at = N_("Rule {number}, condition {at}"), {"number": number, "at": at}
        kind = data.get("kind") if isinstance(data, Mapping) else None
        if not isinstance(kind, str) or kind not in set(Kind):
            self.wrong(
                N_("“{kind}” is no kind of condition."),
                N_("Use one of {known}."),
                kind=kind,
                known=[*map(str, Kind)],
            )
            return None
        kind = Kind(kind)
        self.only(data, {"kind"} | _FIELDS[kind])
        return Condition(
            kind,
            any=self.values(kind, data.get("any")) if kind in LISTED else (),
            at_least=self.number(data.get("at_least"), 1, MOST_EARLIER) if kind is Kind.EARLIER else 0,
            days=self.number(data.get("days"), 0, LONGEST_DAYS)
            if kind in (Kind.EARLIER, Kind.DEADLINE)
            else 0,
            same=self.same(data.get("same", Same.EITHER)) if kind is Kind.EARLIER else Same.EITHER,
        )

    def values(self, kind: Kind, given: Any) -> tuple[str, ...]:
        if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
            self.wrong(N_("it names nothing to look for."), N_("Name at least one."))
            return ()
        values = tuple(dict.fromkeys(" ".join(one.split()) for one in given))
        if len(values) > MOST_VALUES:
            self.wrong(N_("it names {count}; {most} are the most."), count=len(values), most=MOST_VALUES)
        for value in values:
            if not value.strip("*") or "*" in value[:-1]:
                self.wrong(
                    N_("“{value}” is nothing to look for."),
                    N_("Write a word; a star may end it."),
                    value=value,
                )
            elif len(value) > LONGEST_VALUE:
                self.wrong(N_("“{value}” is longer than {most} characters."), value=value, most=LONGEST_VALUE)
            elif kind in self.known and value not in self.known[kind]:
                self.wrong(
                    N_("“{value}” is not known."),
                    N_("Use one of {known}."),
                    value=value,
                    known=self.names(kind),
                )
        return values

    def names(self, kind: Kind) -> list[str]:
        return sorted(map(str, self.known[kind]))

    def number(self, given: Any, least: int, most: int) -> int:
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            self.wrong(
                N_("“{given}” must be a whole number from {least} to {most}."),
                given=given,
                least=least,
                most=most,
            )
            return least
        return given

    def same(self, given: Any) -> Same:
        if not isinstance(given, str) or given not in set(Same):
            self.wrong(
                N_("“{given}” is not known."), N_("Use one of {known}."), given=given, known=[*map(str, Same)]
            )
            return Same.EITHER
        return Same(given)

    def level(self, given: Any) -> int:
        if isinstance(given, bool) or given not in LEVELS or not isinstance(given, int):
            self.wrong(N_("the level “{given}” must be a whole number from 1, at once, to 5."), given=given)
            return LEVELS[0]
        return given

    def wording(self, given: Any, missing: str, cure: str) -> dict[str, str]:
        if not isinstance(given, Mapping) or not all(
            lang in LANGUAGES and isinstance(text, str) for lang, text in given.items()
        ):
            self.wrong(missing or N_("its explanation is no text in a language we have."), cure)
            return {}
        wording = {lang: text.strip() for lang, text in given.items() if text.strip()}
        if missing and not wording:
            self.wrong(missing, cure)
        if any(len(text) > LONGEST_NAME for text in wording.values()):
            self.wrong(N_("a name or explanation is longer than {most} characters."), most=LONGEST_NAME)
        return wording

    def only(self, data: Mapping[str, Any], allowed: set[str]) -> None:
        for key in data:
            if key not in allowed:
                self.wrong(
                    N_("“{key}” is not known here."),
                    N_("Use one of {known}."),
                    key=key,
                    known=sorted(allowed),
                )

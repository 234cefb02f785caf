"""How urgent a request is, 1 (at once) to 5 (whenever there is time): a rule book the hall edits, the first rule
that holds decides and says why. New books are tried on past requests before they are published. Staff may change
the level with a reason; that is no matter of this module. Seed 3.4.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openhall.errors import N_, Problem
from openhall.rules.conditions import Condition, Earlier, Facts, History, Kind, Same
from openhall.rules.rulebook import LEVELS, Rule, RuleBook
from openhall.rules.suggestion import Reason, Suggestion
from openhall.rules.urgency_default import DEFAULT

__all__ = [
    "DEFAULT_RULES",
    "LEVELS",
    "LEVEL_NAMES",
    "Condition",
    "Earlier",
    "Facts",
    "History",
    "Kind",
    "Rule",
    "RuleBook",
    "Same",
    "Trial",
    "compare",
    "level",
    "lint",
]

LEVEL_NAMES = {
    1: N_("At once"),
    2: N_("Very urgent"),
    3: N_("Urgent"),
    4: N_("Not urgent"),
    5: N_("When there is time"),
}
FALLBACK = 3  # where no rule holds and the book names no usual level
EXAMPLES = 5  # past requests kept of each change of a trial


def level(book: RuleBook, facts: Facts) -> Suggestion[int]:
    """The urgency the first rule that holds gives, else the usual one, with the reason.

    `confidence` is 1 where facts alone decided, 0.7 where words of the text took part, 0.3 where no rule holds.

    >>> print(level(DEFAULT_RULES, Facts(text="There is a gas smell in the stairs")))
    Rule 1 “Danger to life”: the text says “gas smell”. Life and health come before everything.
    """
    for number, rule in enumerate(book.rules, 1):
        evidence = rule.evidence(facts)
        if evidence is not None:
            return _by_rule(number, rule, evidence)
    if book.default is None:
        why = N_("No rule applies and the rule book names no usual level, so it is taken as level {level}.")
        return Suggestion(FALLBACK, why, {"level": FALLBACK}, 0.0)
    return Suggestion(
        book.default, N_("No rule applies, so it has the usual level {level}."), {"level": book.default}, 0.3
    )


def _by_rule(number: int, rule: Rule, evidence: tuple[Reason, ...]) -> Suggestion[int]:
    why = N_("Rule {number} “{name}”: {evidence}.")
    if rule.because:
        why = N_("Rule {number} “{name}”: {evidence}. {because}")
    told = evidence or (Reason(N_("it applies to every request that comes to it")),)
    values = {"number": number, "name": rule.name, "evidence": told, "because": rule.because}
    by_words = any(condition.kind is Kind.WORDS for condition in rule.conditions)
    return Suggestion(rule.level, why, values, 0.7 if by_words else 1.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """Two books on the same past requests. `changed`: (old level, new level) -> how many; `examples`: the places of
    the first few of each in the list that was given.
    """

    total: int
    changed: Mapping[tuple[int, int], int]
    examples: Mapping[tuple[int, int], tuple[int, ...]]

    @property
    def more_urgent(self) -> int:
        return sum(count for (old, new), count in self.changed.items() if new < old)

    @property
    def less_urgent(self) -> int:
        return sum(count for (old, new), count in self.changed.items() if new > old)

    @property
    def same(self) -> int:
        return self.total - self.more_urgent - self.less_urgent


def compare(old: RuleBook, new: RuleBook, past: Iterable[Facts]) -> Trial:
    """What the new book would have done to past requests; `past` is read once, in order.

    >>> trial = compare(DEFAULT_RULES, RuleBook(default=5), [Facts(), Facts(text="gas leak")])
    >>> trial.changed, trial.less_urgent
    ({(3, 5): 1, (1, 5): 1}, 2)
    """
    total = 0
    changed: Counter[tuple[int, int]] = Counter()
    examples: dict[tuple[int, int], list[int]] = {}
    for place, facts in enumerate(past):
        total += 1
        pair = level(old, facts).value, level(new, facts).value
        if pair[0] == pair[1]:
            continue
        changed[pair] += 1
        if len(kept := examples.setdefault(pair, [])) < EXAMPLES:
            kept.append(place)
    return Trial(total, dict(changed), {pair: tuple(places) for pair, places in examples.items()})


def lint(book: RuleBook) -> tuple[Problem, ...]:
    """What a book allows but hardly means: rules that never decide, two of one name, words of one language only,
    no usual level. Remarks for the person who edits, not errors.
    """
    remarks = [remark for number, rule in enumerate(book.rules, 1) for remark in _remarks(book, number, rule)]
    if book.default is None:
        remarks.append(
            Problem(
                N_("Usual level"),
                N_("none is named for requests no rule applies to; they are taken as level {level}."),
                N_("Choose a level."),
                {"level": FALLBACK},
            )
        )
    return tuple(remarks)


def _remarks(book: RuleBook, number: int, rule: Rule) -> Iterable[Problem]:
    place = N_("Rule {number} “{name}”")
    values = {"number": number, "name": next(iter(rule.name.values()), "")}
    for earlier, other in enumerate(book.rules[: number - 1], 1):
        if rule.implies(other):
            same = other.implies(rule)
            yield Problem(
                place,
                N_("rule {earlier} asks for the same, so this rule never decides.")
                if same
                else N_("rule {earlier} holds wherever this one does, so this rule never decides."),
                N_("Remove one of the two.") if same else N_("Move this rule before rule {earlier}."),
                values | {"earlier": earlier},
            )
            break
    twin = next((at for at, other in enumerate(book.rules[: number - 1], 1) if other.name == rule.name), None)
    if twin:
        yield Problem(
            place, N_("rule {twin} has the same name."), N_("Give it another name."), values | {"twin": twin}
        )


DEFAULT_RULES = RuleBook.from_dict(DEFAULT)

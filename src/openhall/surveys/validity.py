"""Which returned sheets are void and which need a second look, and what is odd about all of them together.
Every rule says why; who counts the sheets decides. Seed 4.1 (38 of 338 sheets had a blank or a double mark).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from openhall.errors import N_, Translate, fill
from openhall.surveys.checking import plain
from openhall.surveys.questionnaire import Answer, Kind, Questionnaire
from openhall.surveys.sheets import Sheets

NAMED = 10  # questions or serials named one by one in a sentence


class Rule(StrEnum):
    BLANK = "blank"  # a required question without a mark
    DOUBLE_MARK = "double_mark"  # more than one mark where one is asked
    STRAIGHT_LINING = "straight_lining"  # every scale item answered alike
    TOO_FAST = "too_fast"
    DUPLICATE_SHEET = "duplicate_sheet"  # every answer the same as on another sheet


class Verdict(StrEnum):
    VOID = "void"  # does not count
    FLAG = "flag"  # a person decides


SENTENCES: Mapping[Rule, str] = {
    Rule.BLANK: N_("No answer to {questions}."),
    Rule.DOUBLE_MARK: N_("More than one mark at {questions}."),
    Rule.STRAIGHT_LINING: N_("All {count} items are answered with {value}."),
    Rule.TOO_FAST: N_("Filled in {seconds} seconds, less than {minimum}."),
    Rule.DUPLICATE_SHEET: N_("Every answer is the same as on sheet {serials}."),
}
USUAL: Mapping[Rule, Verdict] = {
    Rule.BLANK: Verdict.VOID,
    Rule.DOUBLE_MARK: Verdict.VOID,
    Rule.STRAIGHT_LINING: Verdict.FLAG,
    Rule.TOO_FAST: Verdict.FLAG,
    Rule.DUPLICATE_SHEET: Verdict.FLAG,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken by sheet number `index` (from 0). `values` fill the sentence; `twins` are the sheets
    like it.
    """

    index: int
    rule: Rule
    verdict: Verdict
    values: Mapping[str, Any] = field(default_factory=dict)
    twins: tuple[int, ...] = ()

    def say(self, translate: Translate = str) -> str:
        return fill(SENTENCES[self.rule], self.values, translate)

    __str__ = say


@dataclass(frozen=True, slots=True)
class Caution:
    """Something about the whole data set a reader must know. `message` is a template filled from `values`."""

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        return fill(self.message, self.values, translate)

    __str__ = say


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the rules go by. `verdicts` says what each rule does; a rule that is left out is not applied."""

    straight_items: int = 5  # straight-lining is only said of sheets with at least this many items answered
    minimum_seconds: float = 60
    twin_answers: int = 10  # sheets with fewer answers are alike by chance
    verdicts: Mapping[Rule, Verdict] = field(default_factory=lambda: dict(USUAL))

    def without(self, *rules: Rule) -> Limits:
        """The same, these rules left out: every other judges a sheet by itself, but for DUPLICATE_SHEET."""
        return replace(self, verdicts={rule: one for rule, one in self.verdicts.items() if rule not in rules})


def findings(questionnaire: Questionnaire, sheets: Sheets, *, limits: Limits | None = None) -> list[Finding]:
    """Every rule broken by every sheet, in the order of the sheets.

    Blank and double mark void a sheet by default, the others flag it for a person.
    """
    limits = limits or Limits()
    found = [
        Finding(index, rule, limits.verdicts[rule], values, twins)
        for rule, judge in _RULES.items()
        if rule in limits.verdicts
        for index, values, twins in judge(questionnaire, sheets, limits)
    ]
    return sorted(found, key=lambda finding: finding.index)


def void(found: Collection[Finding]) -> set[int]:
    """The sheets that do not count: those with at least one VOID finding."""
    return {finding.index for finding in found if finding.verdict is Verdict.VOID}


Judged = Iterator[tuple[int, dict[str, Any], tuple[int, ...]]]


def _blank(questionnaire: Questionnaire, sheets: Sheets, _: Limits) -> Judged:
    required = [
        (place, question.key) for place, question in enumerate(questionnaire.questions) if question.required
    ]
    for index, answers in enumerate(sheets.answers):
        if None in answers:
            keys = [key for place, key in required if answers[place] is None]
            if keys:
                yield index, {"questions": _named(keys), "count": len(keys)}, ()


def _double_mark(questionnaire: Questionnaire, sheets: Sheets, _: Limits) -> Judged:
    one = [(i, q.key) for i, q in enumerate(questionnaire.questions) if q.kind in (Kind.SINGLE, Kind.SCALE)]
    for index, answers in enumerate(sheets.answers):
        keys = [key for place, key in one if isinstance(answers[place], tuple)]
        if keys:
            yield index, {"questions": _named(keys), "count": len(keys)}, ()


def _straight_lining(questionnaire: Questionnaire, sheets: Sheets, limits: Limits) -> Judged:
    items = [place for place, question in enumerate(questionnaire.questions) if question.kind is Kind.SCALE]
    for index, answers in enumerate(sheets.answers):
        marks = [answers[place] for place in items if answers[place] is not None]
        if len(marks) >= limits.straight_items and len(set(marks)) == 1:
            yield index, {"count": len(marks), "value": marks[0]}, ()


def _too_fast(_: Questionnaire, sheets: Sheets, limits: Limits) -> Judged:
    for index, seconds in enumerate(sheets.seconds):
        if seconds is not None and seconds < limits.minimum_seconds:
            yield index, {"seconds": plain(seconds), "minimum": plain(limits.minimum_seconds)}, ()


def _duplicate_sheet(_: Questionnaire, sheets: Sheets, limits: Limits) -> Judged:
    for twins in _groups(sheets, limits.twin_answers):
        first = [(i, sheets.serials[i] if sheets.serials else str(i + 1)) for i in twins[: NAMED + 1]]
        for index in twins:
            yield index, twin_values(index, first, len(twins)), twins


def twin_values(one: object, first: Sequence[tuple[object, str]], count: int) -> dict[str, Any]:
    """What DUPLICATE_SHEET says of one of `count` sheets alike, the `NAMED` + 1 first of which have these names."""
    others = [name for other, name in first if other != one]
    return {"count": count - 1, "serials": _named(others, count - 1)}


_RULES: Mapping[Rule, Callable[[Questionnaire, Sheets, Limits], Judged]] = {
    Rule.BLANK: _blank,
    Rule.DOUBLE_MARK: _double_mark,
    Rule.STRAIGHT_LINING: _straight_lining,
    Rule.TOO_FAST: _too_fast,
    Rule.DUPLICATE_SHEET: _duplicate_sheet,
}


def _groups(sheets: Sheets, answers: int, without: Collection[int] = ()) -> list[tuple[int, ...]]:
    """Sheets with exactly the same answers, backgrounds included, at least `answers` of them given."""
    alike: defaultdict[tuple[Answer, ...], list[int]] = defaultdict(list)
    for index, given in enumerate(sheets.answers):
        if index not in without and len(given) - given.count(None) >= answers:
            alike[given].append(index)
    return [tuple(group) for group in alike.values() if len(group) > 1]


def _named(names: Sequence[str], count: int | None = None) -> list[str]:
    """The first of them and a sign that there are more; a list, which `say` joins in the reader's language."""
    return [*names[:NAMED], *(["…"] if (count or len(names)) > NAMED else [])]


def cautions(
    questionnaire: Questionnaire,
    sheets: Sheets,
    *,
    without: Collection[int] = (),
    limits: Limits | None = None,
) -> list[Caution]:
    """What is suspicious about the sheets together; those at `without` (usually `void(findings)`) are left
    out.

    `twins`: a tenth of the sheets or more have an exact twin. `even_counts`: every count of every choice
    question is even, which honest sheets of any number do not give (with 20 or more counts, one chance in a
    million).
    """
    together = Together(questionnaire)
    together.count([answers for index, answers in enumerate(sheets.answers) if index not in without])
    for group in _groups(sheets, (limits or Limits()).twin_answers, without):
        together.alike(len(group))
    return together.cautions()


class Together:
    """What `cautions` needs to know of all sheets together, told piece by piece."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.choices = [place for place, question in enumerate(questionnaire.questions) if question.options]
        self.marked: list[Counter[Answer]] = [Counter() for _ in self.choices]
        self.sheets = self.paired = self.groups = 0
        self.twice = True

    def count(self, answers: Iterable[tuple[Answer, ...]]) -> None:
        """These sheets count."""
        answers = list(answers)
        self.sheets += len(answers)
        for counter, place in zip(self.marked, self.choices, strict=True):
            counter.update(given[place] for given in answers if given[place] is not None)

    def alike(self, number: int) -> None:
        """So many of them, two or more, have the same answers."""
        self.paired, self.groups = self.paired + number, self.groups + 1
        self.twice &= number == 2

    def cautions(self) -> list[Caution]:
        """What there is to say."""
        found = []
        if self.sheets and self.paired * 10 >= self.sheets:
            found.append(self._twins())
        counts = [count for counter in self.marked for count in counter.values()]
        if len(counts) >= 20 and all(count % 2 == 0 for count in counts):
            message = N_(
                "All {counts} counts of answers are even, as if every answer had been counted twice."
            )
            found.append(Caution("even_counts", message, {"counts": len(counts)}))
        return found

    def _twins(self) -> Caution:
        twice = self.paired == self.sheets and self.twice
        message = (
            N_(
                "Every sheet stands twice: the {sheets} sheets are {distinct} different ones. "
                "If they were entered twice, every test counts twice as many people as answered."
            )
            if twice
            else N_(
                "{paired} of {sheets} sheets ({share} %) have an exact twin; {distinct} sheets are different."
            )
        )
        values = {
            "sheets": self.sheets,
            "paired": self.paired,
            "distinct": self.sheets - self.paired + self.groups,
            "share": round(100 * self.paired / self.sheets),
        }
        return Caution("every_sheet_twice" if twice else "twins", message, values)

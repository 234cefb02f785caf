"""What the validity rules look at and what a person deciding needs: counts per rule, the sheets found, the
decisions made, one sheet with its answers and history. The rules themselves: `surveys.validity`. Seed 4.1.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from openhall.engines.columns import VALID
from openhall.language import say
from openhall.models import Event, Flag, Response, Wave
from openhall.reads.counts import by_reason
from openhall.reads.datasets import decode_all, fingerprint, kept_with_findings
from openhall.reads.extracted import UNFINISHED
from openhall.reads.waves import Entry, entries
from openhall.surveys import validity
from openhall.surveys.questionnaire import Answer, Kind, Question
from openhall.surveys.sheets import Sheets

OTHER = "other"  # a person's own reason, not a rule's
TOGETHER = ("sheets.imported", "sheets.decided", "sheets.restored")  # done to many sheets at once
HISTORY = 50
RULES = (*(rule.value for rule in validity.Rule), OTHER)  # in the order in which one is named as the reason


def limits_of(wave: Wave) -> validity.Limits:
    """What the rules go by in this wave. Ratings are short: five alike, quickly given, or like another's, are usual."""
    if wave.of_ratings:
        kept = (validity.Rule.BLANK, validity.Rule.DOUBLE_MARK)
        return validity.Limits(verdicts={rule: validity.USUAL[rule] for rule in kept})
    return validity.Limits(minimum_seconds=wave.min_seconds)


def scope(wave: Wave, only: Collection[int] | None = None) -> QuerySet[Response]:
    """The complete sheets of the wave, or `only` and every sheet with the same answers as one of them."""
    sheets = Response.objects.filter(wave=wave).complete()
    if only is None:
        return sheets
    same = list(sheets.filter(pk__in=only).values_list("answers", flat=True))
    return sheets.filter(Q(pk__in=only) | Q(answers__in=same))


def load(wave: Wave, sheets: QuerySet[Response]) -> tuple[list[int], Sheets]:
    """The stored sheets the way the rules read them, with their ids in the same order."""
    rows = list(sheets.order_by("serial", "pk").values_list("pk", "answers", "seconds", "serial"))
    return [pk for pk, *_ in rows], Sheets(
        answers=decode_all(answers for _, answers, _, _ in rows),
        seconds=[seconds for _, _, seconds, _ in rows],
        serials=[serial or short_name(pk) for pk, _, _, serial in rows],
    )


def short_name(pk: int) -> str:
    """What a sheet without a serial number is called on the pages.

    >>> short_name(9_000_000_000_000_000_000)
    '#7CE66C50'
    """
    return f"#{pk:016X}"[:9]


@dataclass(slots=True)
class Tally:
    """How many sheets one rule found, by what became of them."""

    rule: str
    open: int = 0
    void: int = 0
    kept: int = 0
    undecided: int = 0  # no person has decided these

    @property
    def total(self) -> int:
        return self.open + self.void + self.kept


def tallies(wave: Wave) -> list[Tally]:
    """One line a rule, in the order of the rules; "other" only where it was used. Kept till findings change."""
    return kept_with_findings("tallies", wave, lambda: _tallies(wave))


def _tallies(wave: Wave) -> list[Tally]:
    found = {rule: Tally(rule) for rule in RULES}
    flags = Flag.objects.filter(response__wave=wave).values("rule", "verdict")
    for row in flags.annotate(count=Count("pk"), undecided=Count("pk", filter=Q(reason=""))):
        tally = found.setdefault(row["rule"], Tally(row["rule"]))
        setattr(tally, row["verdict"], row["count"])
        tally.undecided += row["undecided"]
    return [tally for tally in found.values() if tally.total or tally.rule != OTHER]


def totals(wave: Wave) -> dict[str, int]:
    """Sheets of the wave that were sent: returned, void, valid, and those a person must still look at."""
    found = by_reason([wave])[wave.pk]
    returned = found.total() - found[UNFINISHED]
    open_ = Flag.objects.filter(response__wave=wave, verdict=Flag.Verdict.OPEN)
    waiting = kept_with_findings("waiting", wave, lambda: open_.values("response").distinct().count())
    return {"returned": returned, "void": returned - found[VALID], "valid": found[VALID], "waiting": waiting}


def flagged(wave: Wave, *, rule: str = "", verdict: str = "") -> QuerySet[Flag]:
    """The findings, those still open first, then in serial order."""
    flags = Flag.objects.filter(response__wave=wave)
    if rule:
        flags = flags.filter(rule=rule)
    if verdict:
        flags = flags.filter(verdict=verdict)
    return flags.select_related("response__office", "by").order_by("response__serial", "response_id", "pk")


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision made for many sheets at once, or for one."""

    rule: str
    verdict: str
    reason: str
    count: int


def decisions(wave: Wave) -> list[Decided]:
    """What people decided, sheets with the same rule, verdict and reason together."""
    flags = Flag.objects.filter(response__wave=wave).exclude(reason="")
    rows = (
        flags.values_list("rule", "verdict", "reason")
        .annotate(count=Count("pk"))
        .order_by("rule", "verdict", "reason")
    )
    return [Decided(*row) for row in rows]


def cautions(wave: Wave) -> list[validity.Caution]:
    """What is odd about the valid sheets together. It reads every answer, so it is kept till they change."""
    key = f"openhall.cautions.{wave.pk}.{fingerprint(wave)}"
    found: list[validity.Caution] | None = cache.get(key)
    if found is None:
        _, sheets = load(wave, Response.objects.filter(wave=wave).valid())
        found = validity.cautions(wave.version.asked, sheets, limits=limits_of(wave))
        cache.set(key, found, 3600)
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """One question of a sheet and what was marked: the labels, none for a blank."""

    number: int
    question: Question
    labels: list[str]
    double: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One stored sheet with everything known about it."""

    response: Response
    marks: list[Mark]
    flags: list[Flag]
    events: list[Entry]
    twins: list[Response] = field(default_factory=list)


def sheet(response: Response, lang: str) -> Sheet:
    """A sheet for its page, its labels in this language."""
    flags = list(response.flags.select_related("by"))
    flags.sort(key=lambda flag: RULES.index(flag.rule))
    twins: list[Response] = []
    if any(flag.rule == validity.Rule.DUPLICATE_SHEET for flag in flags):
        same = Response.objects.filter(wave=response.wave_id, answers=response.answers).complete()
        twins = list(same.exclude(pk=response.pk).select_related("office").order_by("serial", "pk")[:50])
    return Sheet(response, _marks(response, lang), flags, _events(response), twins)


def _marks(response: Response, lang: str) -> list[Mark]:
    rows = zip(response.version.asked.questions, response.given, strict=True)
    return [
        Mark(
            n,
            question,
            label(question, answer, lang),
            isinstance(answer, tuple) and question.kind is not Kind.MULTIPLE,
        )
        for n, (question, answer) in enumerate(rows, 1)
    ]


def label(question: Question, answer: Answer, lang: str) -> list[str]:
    """What was marked, in words: one text a mark, with its code where there is one; empty for a blank."""
    if answer is None:
        return []
    if not question.options:
        return [str(answer)]
    words = {option.value: say(option.label, lang) for option in question.options}
    return [
        f"{code} · {words.get(code, '')}" for code in (answer if isinstance(answer, tuple) else (answer,))
    ]


def _events(response: Response) -> list[Entry]:
    """What staff did to this sheet, and to its wave's sheets all together."""
    one = Q(subject_type="response", subject_id=str(response.pk))
    kinds = TOGETHER if response.channel == Response.Channel.FILE else TOGETHER[1:]
    many = Q(wave=response.wave_id, kind__in=kinds)
    return entries(Event.objects.filter(one | many).select_related("by")[:HISTORY])

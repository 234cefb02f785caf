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
from openhall.reads.same_answers import same_answers
from openhall.reads.screening_large import is_large, limits_of, result_of, rows
from openhall.reads.waves import Entry, entries
from openhall.surveys import validity
from openhall.surveys.questionnaire import Answer, Kind, Question
from openhall.surveys.sheets import Sheets

OTHER = "other"  # a person's own reason, not a rule's
TOGETHER = ("sheets.imported", "sheets.decided", "sheets.restored")  # done to many sheets at once
HISTORY = 50
TWINS = 5_000  # sheets like one that are looked at
SORTED = 20_000  # findings put in the order of serial numbers
RULES = (*(rule.value for rule in validity.Rule), OTHER)  # in the order in which one is named as the reason


def scope(wave: Wave, only: Collection[int] | None = None) -> QuerySet[Response]:
    """The complete sheets of the wave, or `only` these."""
    sheets = Response.objects.filter(wave=wave).complete()
    return sheets if only is None else sheets.filter(pk__in=only)


def with_twins(wave: Wave, only: Collection[int]) -> set[int]:
    """These sheets and every sheet with the same answers as one of them."""
    same = list(scope(wave, only).values_list("answers", flat=True))
    return {*only, *same_answers(wave, same)}


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


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision made for many sheets at once, or for one."""

    rule: str
    verdict: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What is counted of the findings of a wave: one tally a rule, in the order of the rules, "other" only where it was
    used; what people decided, sheets with the same rule, verdict and reason together; sheets a person must look at."""

    tallies: list[Tally]
    decisions: list[Decided]
    waiting: int


def findings(wave: Wave) -> Findings:
    """The findings counted, kept till they change."""
    return kept_with_findings(
        "screening", wave, lambda: Findings(_tallies(wave), _decisions(wave), _waiting(wave))
    )


def _tallies(wave: Wave) -> list[Tally]:
    found = {rule: Tally(rule) for rule in RULES}
    flags = Flag.objects.filter(wave=wave).values("rule", "verdict")
    for row in flags.annotate(count=Count("pk"), undecided=Count("pk", filter=Q(reason=""))):
        tally = found.setdefault(row["rule"], Tally(row["rule"]))
        setattr(tally, row["verdict"], row["count"])
        tally.undecided += row["undecided"]
    return [tally for tally in found.values() if tally.total or tally.rule != OTHER]


def _decisions(wave: Wave) -> list[Decided]:
    flags = Flag.objects.filter(wave=wave).exclude(reason="")
    rows = flags.values_list("rule", "verdict", "reason").annotate(count=Count("pk"))
    return [Decided(*row) for row in rows.order_by("rule", "verdict", "reason")]


def _waiting(wave: Wave) -> int:
    flags = Flag.objects.filter(wave=wave, verdict=Flag.Verdict.OPEN).order_by()
    return flags.values("response").distinct().count()


def totals(wave: Wave, told: Findings | None = None) -> dict[str, int]:
    """Sheets of the wave that were sent: returned, void, valid, and those a person must still look at."""
    found = by_reason([wave])[wave.pk]
    returned = found.total() - found[UNFINISHED]
    waiting = (told or findings(wave)).waiting
    return {"returned": returned, "void": returned - found[VALID], "valid": found[VALID], "waiting": waiting}


class Flagged:
    """The findings, in serial order; where there are very many of them in the order of an index, rule by rule, so that
    any page of them is found at once."""

    def __init__(self, wave: Wave, told: Findings, rule: str = "", verdict: str = "") -> None:
        counted = [one for one in told.tallies if not rule or one.rule == rule]
        self.number = sum(getattr(one, verdict or "total") for one in counted)
        chosen = {"rule": rule, "verdict": verdict}
        flags = Flag.objects.filter(wave=wave, **{name: value for name, value in chosen.items() if value})
        if self.number <= SORTED:
            self.flags = flags.order_by("response__serial", "response_id", "pk")
        elif verdict and not rule:
            self.flags = flags.order_by("response_id", "rule")
        else:
            self.flags = flags.order_by("rule", "verdict", "reason", "response_id")

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, few: slice) -> list[Flag]:
        keys = list(self.flags.values_list("pk", flat=True)[few])
        found = Flag.objects.select_related("response__office", "by").in_bulk(keys)
        return [found[key] for key in keys if key in found]


def cautions(wave: Wave) -> list[validity.Caution] | None:
    """What is odd about the valid sheets together, kept till they change. Of a large wave what the worker found when
    it last applied the rules; None where the sheets are others since."""
    now = fingerprint(wave)
    if is_large(wave):
        result = result_of(wave)
        return list(result.cautions) if result and result.fingerprint == now else None
    key = f"openhall.cautions.{wave.pk}.{now}"
    found: list[validity.Caution] | None = cache.get(key)
    if found is None:
        valid = rows(Response.objects.filter(wave=wave).valid())
        sheets = Sheets(answers=decode_all(row.answers for row in valid))
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
        same = Response.objects.filter(pk__in=same_answers(response.wave, [response.answers])[:TWINS])
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

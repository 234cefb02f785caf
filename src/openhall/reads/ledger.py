"""The ledger of a wave: issued, returned, void by reason and valid, by office and channel. Seed 4.1.

The answers are counted by `reads.counts`, at a cost that does not grow with them. The same figures go to the
report: `Ledger.for_report`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from openhall.engines.columns import VALID
from openhall.language import Wording, say
from openhall.models import Batch, Flag, Office, Wave
from openhall.reads.counts import Live, returned
from openhall.reads.datasets import kept_with_findings
from openhall.reads.extracted import UNFINISHED
from openhall.report import ledger as written

if TYPE_CHECKING:
    from openhall.stats.goodness import Goodness
    from openhall.stats.response_rates import ResponseRates

HANDED_OUT = {"file": "paper"}  # a sheet read from a file was handed out on paper
KINDS = {VALID: "valid", UNFINISHED: "unfinished"}  # anything else is a reason not to count
ORDER = ("link", "code", "kiosk", "paper", "staff")


@dataclass(frozen=True, slots=True)
class Line:
    """One channel of one office, or a sum of several.

    `issued` is None where nobody can know it: a poster asks whoever passes. `unfinished` answers were begun
    and kept but not sent off; `void` counts excluded ones by reason.
    """

    channel: str = ""
    issued: int | None = None
    valid: int = 0
    unfinished: int = 0
    void: Mapping[str, int] = field(default_factory=dict)

    @property
    def excluded(self) -> int:
        return sum(self.void.values())

    @property
    def returned(self) -> int:
        return self.valid + self.unfinished + self.excluded


def _sum(lines: Iterable[Line]) -> Line:
    """All lines as one; issued is the sum of what is known."""
    lines = list(lines)
    known = [line.issued for line in lines if line.issued is not None]
    void: Counter[str] = Counter()
    for line in lines:
        void.update(line.void)
    return Line(
        issued=sum(known) if known else None,
        valid=sum(line.valid for line in lines),
        unfinished=sum(line.unfinished for line in lines),
        void=dict(sorted(void.items())),
    )


@dataclass(frozen=True, slots=True)
class Branch:
    """One office: its lines by channel. `target` and `quota` are None where none was set."""

    name: Wording
    lines: tuple[Line, ...] = ()
    target: int | None = None
    quota: int | None = None

    @property
    def total(self) -> Line:
        return _sum(self.lines)

    @property
    def counted(self) -> Line:
        """Only what was handed out in known numbers: paper and codes."""
        return _sum(line for line in self.lines if line.issued is not None)

    @property
    def all_known(self) -> bool:
        """Whether every answer came by a channel whose issued number is known."""
        return bool(self.lines) and all(line.issued is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Ledger:
    branches: tuple[Branch, ...] = ()
    planned: int | None = None

    @property
    def total(self) -> Line:
        return _sum(line for branch in self.branches for line in branch.lines)

    @property
    def counted(self) -> Line:
        return _sum(branch.counted for branch in self.branches if branch.counted.issued is not None)

    @property
    def open(self) -> int:
        """Valid answers by channels without an issued number; they are not in the response rates."""
        return self.total.valid - self.counted.valid

    @property
    def target(self) -> int | None:
        targets = [branch.target for branch in self.branches if branch.target is not None]
        return sum(targets) if targets else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons of exclusion that occur, most frequent first."""
        return tuple(sorted(self.total.void, key=lambda reason: (-self.total.void[reason], reason)))

    @property
    def rates(self) -> ResponseRates | None:
        """AAPOR RR1 and RR2 of what was issued in known numbers, None where nothing was or more came back.

        Reckoned as the report does: valid is complete, unfinished and void are partial.
        """
        from openhall.stats.response_rates import (
            response_rates,
        )  # here: SciPy stays out of the citizen's door

        part = self.counted
        if not part.issued or part.returned > part.issued:
            return None
        return response_rates(
            complete=part.valid, partial=part.returned - part.valid, unknown=part.issued - part.returned
        )

    @property
    def unrecorded(self) -> int:
        """Paper sheets that came back where nobody recorded any as issued."""
        lines = [line for branch in self.branches for line in branch.lines]
        return sum(line.returned for line in lines if line.channel == "paper" and line.issued is None)

    @property
    def more_than_issued(self) -> bool:
        return self.counted.issued is not None and self.counted.returned > self.counted.issued

    @property
    def fit(self) -> Goodness | None:
        """Chi-square of valid against issued over the offices; None under two offices or without any."""
        from openhall.stats.goodness import goodness

        parts = [branch.counted for branch in self.branches if branch.counted.issued]
        if len(parts) < 2 or not self.counted.valid or self.more_than_issued:
            return None
        issued = [part.issued or 0 for part in parts]
        return goodness([part.valid for part in parts], issued, population=sum(issued))

    def for_report(self, lang: str, broken: Mapping[str, Mapping[str, int]]) -> written.Ledger:
        """The same figures as chapter 4 takes them: names in `lang`, unfinished answers among the void.

        `broken` is `rules_broken`: there a sheet that breaks two rules stands under both.
        """
        lines = []
        for branch in self.branches:
            total = branch.total
            issued = total.issued if branch.all_known else None
            lines.append(
                written.Line(say(branch.name, lang), issued, total.returned, total.returned - total.valid)
            )
        reasons = dict(broken["void"])
        if self.total.unfinished:
            reasons["unfinished"] = self.total.unfinished
        return written.Ledger(
            lines=tuple(lines), planned=self.planned, reasons=reasons, flags=broken["flagged"]
        )


def rules_broken(wave: Wave) -> dict[str, dict[str, int]]:
    """Per rule, how many sheets are "void" by it, and how many valid ones it has "flagged" for a person."""
    return kept_with_findings("broken", wave, lambda: _rules_broken(wave))


def _rules_broken(wave: Wave) -> dict[str, dict[str, int]]:
    flags = Flag.objects.filter(wave=wave).order_by("rule")
    void = flags.filter(verdict=Flag.Verdict.VOID)
    flagged = flags.filter(verdict=Flag.Verdict.OPEN, response__void="", response__complete=True)
    return {
        name: dict(kind.values_list("rule").annotate(Count("pk")))
        for name, kind in (("void", void), ("flagged", flagged))
    }


def ledger(wave: Wave, live: Live | None = None) -> Ledger:
    """The wave's ledger as it stands now: its offices in order, then any that answered outside the plan."""
    counts = _counts(wave, live)
    issued = {
        (office, channel): number
        for office, channel, number in Batch.objects.filter(allocation__wave=wave)
        .order_by()
        .values_list("allocation__office", "channel")
        .annotate(number=Sum("count"))
    }
    allocations = list(wave.allocations.select_related("office"))
    branches = [
        Branch(one.office.name, _lines(one.office_id, counts, issued), one.target, one.quota)
        for one in allocations
    ]
    if others := {office for office, _channel in counts} - {one.office_id for one in allocations}:
        branches += [
            Branch(office.name, _lines(office.pk, counts, issued))
            for office in Office.objects.filter(pk__in=others)
        ]
    return Ledger(tuple(branches), wave.planned)


Key = tuple[int, str]  # office, channel


def _counts(wave: Wave, live: Live | None) -> dict[Key, Counter[str]]:
    """Answers by office and channel; each counter holds "valid", "unfinished" and "-" before a reason."""
    found: dict[Key, Counter[str]] = {}
    for (office, channel, void), number in returned(wave, live).items():
        kind = KINDS.get(void, f"-{void}")
        found.setdefault((office, HANDED_OUT.get(channel, channel)), Counter())[kind] += number
    return found


def _lines(office: int, counts: Mapping[Key, Counter[str]], issued: Mapping[Key, int]) -> tuple[Line, ...]:
    """The channels of one office by which something went out or came back."""
    lines = []
    for channel in ORDER:
        key = (office, channel)
        if key in counts or key in issued:
            found = counts.get(key, Counter())
            void = {kind[1:]: number for kind, number in sorted(found.items()) if kind[0] == "-"}
            lines.append(Line(channel, issued.get(key), found["valid"], found["unfinished"], void))
    return tuple(lines)

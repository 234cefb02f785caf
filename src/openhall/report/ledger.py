"""The fieldwork ledger: sheets issued, returned, void by reason and valid, an office at a time. Seed: 4.1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import Sheets
from openhall.surveys.validity import Finding, Verdict, void

if TYPE_CHECKING:
    from openhall.engines.opening import Returned


@dataclass(frozen=True, slots=True)
class Line:
    """One office. `issued` is None where nobody wrote it down."""

    office: str
    issued: int | None
    returned: int
    void: int

    @property
    def valid(self) -> int:
        return self.returned - self.void


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """`reasons`: rule -> void sheets that break it; a sheet may break several, so they may add to more than
    `void`. `flags`: rule -> valid sheets that a person should look at again.
    """

    lines: tuple[Line, ...] = ()
    planned: int | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)

    @property
    def returned(self) -> int:
        return sum(line.returned for line in self.lines)

    @property
    def void(self) -> int:
        return sum(line.void for line in self.lines)

    @property
    def valid(self) -> int:
        return self.returned - self.void

    @property
    def issued(self) -> int | None:
        """All sheets issued; None if it is unknown for one office."""
        known = [line.issued for line in self.lines if line.issued is not None]
        return sum(known) if known and len(known) == len(self.lines) else None


def ledger_of(questionnaire: Questionnaire, sheets: Sheets, found: Sequence[Finding]) -> Ledger:
    """Count the sheets of a data file; issued and planned come from the questionnaire's fieldwork, where it
    says."""
    fieldwork = questionnaire.fieldwork
    issued = dict(fieldwork.issued) if fieldwork else {}
    offices = list(sheets.offices) or [""] * len(sheets)
    bad = void(found)
    returned, rejected = Counter(offices), Counter(offices[index] for index in bad)
    names = [*issued, *sorted(set(offices) - set(issued))]
    return Ledger(
        lines=tuple(Line(name, issued.get(name), returned[name], rejected[name]) for name in names),
        planned=fieldwork.planned if fieldwork else None,
        reasons=_by_rule(one for one in found if one.verdict is Verdict.VOID),
        flags=_by_rule(one for one in found if one.verdict is Verdict.FLAG and one.index not in bad),
    )


def ledger_of_returned(questionnaire: Questionnaire, found: Returned) -> Ledger:
    """The ledger of data that were counted where they are; issued and planned come from the questionnaire's
    fieldwork, where it says."""
    fieldwork = questionnaire.fieldwork
    issued = dict(fieldwork.issued) if fieldwork else {}
    by_office = {office: (returned, void) for office, returned, void in found.lines}
    names = [*issued, *sorted(set(by_office) - set(issued))]
    return Ledger(
        lines=tuple(Line(name, issued.get(name), *by_office.get(name, (0, 0))) for name in names),
        planned=fieldwork.planned if fieldwork else None,
        reasons=found.reasons,
        flags=found.flags,
    )


def _by_rule(found: Iterable[Finding]) -> dict[str, int]:
    """How many sheets break each rule, each sheet once a rule."""
    broken = Counter(rule for rule, _ in {(one.rule.value, one.index) for one in found})
    return dict(sorted(broken.items()))

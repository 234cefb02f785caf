"""The figures of the whole beside the time before: the difference, its interval, and whether it is more than chance.
Row C7."""

from __future__ import annotations

from dataclasses import dataclass

from openhall.errors import N_
from openhall.reads.figures import Page
from openhall.reads.figures_asked import Asked
from openhall.rules import figures as rules
from openhall.rules.assessment import Difference, Rate, difference
from openhall.rules.figures import Estimate
from openhall.rules.ratings import ANSWER_DAYS
from openhall.rules.workflow import REOPEN_DAYS

RIPE = max(ANSWER_DAYS, REOPEN_DAYS)  # days after which what closed was rated or opened again, if at all


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of now and before; `gap` None where one of them has no cases. `better`: 1 more is good, −1 less is
    good, 0 neither."""

    key: str
    name: str  # marked
    kind: str  # count, share, days, level
    now: int | Rate | Estimate | None
    before: int | Rate | Estimate | None = None
    gap: Difference | None = None
    better: int = 0

    @property
    def words(self) -> str:
        """Whether it is more than chance, marked; "" where there is nothing to compare with."""
        if self.gap is None:
            return ""
        if not self.gap.real:
            return N_("may be chance")
        good = self.better * (1 if self.gap.value > 0 else -1)
        return {
            1: N_("better, more than chance"),
            -1: N_("worse, more than chance"),
            0: N_("a change that is more than chance"),
        }[good]


def beside(found: Page, asked: Asked) -> list[Beside]:
    """The figures of the whole, each beside the time before."""
    now, before = found.whole, found.before
    days = asked.period.gone(asked.today).days
    days_before = asked.period.before(asked.today).days
    ripe = (asked.today - asked.period.until).days >= RIPE

    def count(key: str, name: str, one: int, other: int) -> Beside:
        return Beside(key, name, "count", one, other, rules.growth(one, other, days, days_before))

    def share(key: str, name: str, one: Rate, other: Rate, better: int, *, compared: bool = True) -> Beside:
        return Beside(key, name, "share", one, other, difference(one, other) if compared else None, better)

    def value(
        key: str, name: str, kind: str, one: Estimate | None, other: Estimate | None, better: int
    ) -> Beside:
        return Beside(key, name, kind, one, other, rules.gap(one, other), better)

    return [
        count("came", N_("Received"), now.came, before.came),
        count("ended", N_("Closed"), now.ended, before.ended),
        Beside("open", N_("Open now"), "count", now.open),
        Beside("late", N_("Late now"), "count", now.late),
        share("kept", N_("Closed in time"), now.kept, before.kept, 1),
        value("median", N_("Half are closed within"), "days", now.days(0.5), before.days(0.5), -1),
        value("ninety", N_("Nine of ten are closed within"), "days", now.days(0.9), before.days(0.9), -1),
        share("contact", N_("First contact in time"), now.contact, before.contact, 1),
        share("again", N_("Opened again"), now.again, before.again, -1, compared=ripe),
        value("level", N_("Satisfaction, mean of 5"), "level", now.level, before.level, 1),
        share("satisfied", N_("Satisfied (3 to 5)"), now.satisfied, before.satisfied, 1),
        share("answered", N_("Rated of those asked"), now.answered, before.answered, 1, compared=ripe),
    ]

"""The figures of requests: how many came, how fast and how well they were settled; by month and by every group; beside
the time before. Everything is taken from small tables of `reads.facts_live`. Seed 3.2.5, 5.3.3; row C7.

`came`: requests received in the time; `ended`: requests whose last closing lies in it; open and late ones are those
of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from openhall.engines.columns import EPOCH
from openhall.errors import N_
from openhall.models import Area, Channel, Office, Service, User, hall_calendar
from openhall.reads import facts, facts_live
from openhall.reads.facts_live import Live
from openhall.reads.figures_asked import Asked, Period, months, year_to
from openhall.rules import figures as rules
from openhall.rules.assessment import INDICATORS, Place, Rate, ranking
from openhall.rules.clocks import MET, MISSED
from openhall.rules.demand import CLASS_NAMES
from openhall.rules.figures import Estimate
from openhall.rules.ratings import satisfied
from openhall.rules.workflow import Outcome
from openhall.stats.axes import Ask, Between, Day, Number, Where
from openhall.stats.cells import Cells

AXES = {
    "lead": N_("By department"),
    "service": N_("By service"),
    "demand": N_("By class"),
    "area": N_("By area"),
    "channel": N_("By channel"),
}
LEVELS = (1, 2, 3, 4, 5)
MOST_MONTHS = 60
NO_CASES = Rate(0, 0)
NO_TIMES = np.zeros((2, 0), np.int64)


@dataclass(slots=True)
class Figures:
    """What is known of one group of requests. `name`: marked; `place` among departments by requests closed in time."""

    key: object = None
    name: str = ""
    came: int = 0
    contact: Rate = NO_CASES  # of those that came, contacted first in time
    again: Rate = NO_CASES  # of those that came and were closed, opened again
    ended: int = 0
    kept: Rate = NO_CASES  # of those closed, in time
    times: NDArray[np.int64] = field(
        default_factory=lambda: NO_TIMES
    )  # working half hours, and how many took so many
    day: float = 1  # half hours of a working day
    levels: dict[int, int] = field(default_factory=dict)
    asked: int = 0  # for a rating, of those closed
    open: int = 0
    late: int = 0
    place: Place | None = None

    @property
    def rated(self) -> int:
        return sum(self.levels.values())

    @property
    def answered(self) -> Rate:
        """Of those asked for a rating, who gave one."""
        return Rate(self.rated, max(self.asked, self.rated))

    @property
    def satisfied(self) -> Rate:
        """Ratings of the three upper levels, as on the page of ratings."""
        return Rate(*satisfied(self.levels))

    @property
    def level(self) -> Estimate | None:
        """The mean of the five levels."""
        return rules.mean(LEVELS, [self.levels.get(level, 0) for level in LEVELS])

    def days(self, share: float) -> Estimate | None:
        """Working days within which this share of the closed ones was settled."""
        halves, counts = self.times
        if not (n := int(counts.sum())):
            return None
        places = np.searchsorted(counts.cumsum(), rules.ranks(n, share))
        middle, low, high = (halves[places] / self.day).tolist()
        return Estimate(middle, low, high, n)

    @property
    def median(self) -> Estimate | None:
        return self.days(0.5)

    @property
    def anything(self) -> bool:
        return bool(self.came or self.ended or self.open)


@dataclass(frozen=True, slots=True)
class Page:
    """All figures of one page. `before`: the whole, of the time before; `trend`: by month, over a year at least."""

    whole: Figures
    before: Figures
    trend: list[Figures]
    tables: dict[str, list[Figures]]
    outcomes: list[tuple[Outcome, int]]
    ever: bool  # whether there is any request at all


def page(user: User, asked: Asked, now: datetime) -> Page:
    """The figures this person may see. NotReady where they are still being counted."""
    return facts_live.exactly(lambda live: _page(live, user, asked, now))


def _page(live: Live, user: User, asked: Asked, now: datetime) -> Page:
    base = (*facts_live.seen_by(live, user), *_narrowed(live, asked))
    period, early = asked.period, asked.period.before(asked.today)
    tables = {axis: _Groups(live, axis) for axis in AXES}
    whole, before, trend = (_Groups(live, axis) for axis in ("", "", "month"))
    _came(live, base, period, now, [whole, *tables.values()])
    _ended(live, base, period, [whole, *tables.values()])
    _open(live, base, now, [whole, *tables.values()])
    _came(live, base, early, now, [before])
    _ended(live, base, early, [before])
    spell = _spell(period.gone(asked.today))
    _came(live, base, spell, now, [trend], axis="came_in")
    _ended(live, base, spell, [trend], axis="ended_in")
    everything = facts_live.counted(live, base).n
    return Page(
        whole.only(),
        before.only(),
        [trend.get(month) for month in months(spell.since, spell.until)],
        {axis: _named(axis, groups.found.values()) for axis, groups in tables.items()},
        _outcomes(live, base, period),
        bool(everything),
    )


def _narrowed(live: Live, asked: Asked) -> Where:
    chosen = {"lead": asked.office, "service": asked.service, "area": asked.area}
    return tuple(live.only(key, one.pk) for key, one in chosen.items() if one is not None)


def _spell(period: Period) -> Period:
    """The months of the drawing: a year up to the end, more where more is asked for."""
    since = min(period.since, year_to(period.until)).replace(day=1)
    known = months(since, period.until)
    if len(known) > MOST_MONTHS:
        first = known[-MOST_MONTHS]
        since = date(first // 100, first % 100, 1)
    return Period("dates", since, period.until)


def _within(key: str, period: Period) -> Between:
    return Between(Day(key), period.since.toordinal() - EPOCH, period.until.toordinal() - EPOCH)


class _Groups:
    """Figures by the codes of one axis; of all together where it has no name."""

    def __init__(self, live: Live, axis: str) -> None:
        self.live, self.axis = live, axis
        self.day = hall_calendar().minutes_per_day / facts.HALF_HOUR
        self.found: dict[object, Figures] = {}

    def head(self, axis: str = "") -> Ask:
        name = axis or self.axis
        return (self.live.coded(name),) if name else ()

    def get(self, key: object) -> Figures:
        return self.found.setdefault(key, Figures(key, day=self.day))

    def only(self) -> Figures:
        return self.get(None)

    def rows(self, cells: Cells, axis: str = "") -> Iterable[tuple[Figures, list[int], int]]:
        """Each combination: its group, the other numbers, and how many."""
        name = axis or self.axis
        codes = self.live.lists[name] if name else ()
        for values, count in zip(cells.values.tolist(), cells.counts.tolist(), strict=True):
            if name:
                yield self.get(codes[values[0] - 1]), values[1:], count
            else:
                yield self.only(), values, count

    def spreads(self, cells: Cells, axis: str = "") -> Iterable[tuple[Figures, NDArray[np.int64]]]:
        """Each group with the half hours that occur, ascending, and how many of each; without those that have none."""
        known = cells.where(cells.values[:, -1] > 0)
        times = np.stack([known.values[:, -1] - 1, known.counts])
        if not (name := axis or self.axis):
            yield self.only(), times
            return
        codes, starts = np.unique(known.values[:, 0], return_index=True)
        for place, part in zip(codes.tolist(), np.split(times, starts[1:], axis=1), strict=False):
            yield self.get(self.live.lists[name][place - 1]), part


# --- counting -----------------------------------------------------------------------------------------------------


def _came(
    live: Live, base: Where, period: Period, now: datetime, groups: Sequence[_Groups], axis: str = ""
) -> None:
    """Received in the time: how many, first contact, opened again. What waits for its first contact longer than the
    time set is not in time."""
    where = (*base, _within("received", period))
    counted = facts_live.counted(live, where)
    contact, outcome, again = live.coded("contact"), live.coded("outcome"), live.coded("reopened")
    counted.prepare(
        ask for one in groups for ask in ((*one.head(axis), contact), (*one.head(axis), outcome, again))
    )
    for one in groups:
        for found, (place,), count in one.rows(counted.cells(*one.head(axis), contact), axis):
            found.came += count
            found.contact += _clock(contact.codes[place - 1], count)
        for found, (end, times), count in one.rows(counted.cells(*one.head(axis), outcome, again), axis):
            opened = again.codes[times - 1] != 0
            if opened or outcome.codes[end - 1]:
                found.again += Rate(count if opened else 0, count)
    for one, cells in _past(live, where, "contact_due", now, groups, axis):
        for found, _rest, count in one.rows(cells, axis):
            found.contact += Rate(0, count)


def _clock(outcome: object, count: int) -> Rate:
    return Rate(count, count) if outcome == MET else Rate(0, count) if outcome == MISSED else Rate(0, 0)


def _ended(live: Live, base: Where, period: Period, groups: Sequence[_Groups], axis: str = "") -> None:
    """Closed in the time: how many, in time, how long it took, how it was rated."""
    counted = facts_live.counted(live, (*base, _within("closed", period)))
    kept, halves = live.coded("kept"), live.coded("half_hours")
    rating, level = live.coded("rating"), live.coded("level")
    asks = ((kept,), (halves,), (rating, level))
    counted.prepare((*one.head(axis), *ask) for one in groups for ask in asks)
    for one in groups:
        head = one.head(axis)
        for found, (place,), count in one.rows(counted.cells(*head, kept), axis):
            found.ended += count
            found.kept += _clock(kept.codes[place - 1], count)
        for found, times in one.spreads(counted.cells(*head, halves), axis):
            found.times = times
        for found, (place, given), count in one.rows(counted.cells(*head, rating, level), axis):
            found.asked += count if rating.codes[place - 1] in (facts.ASKED, facts.GIVEN) else 0
            if given:
                found.levels[int(level.codes[given - 1])] = count


def _open(live: Live, base: Where, now: datetime, groups: Sequence[_Groups]) -> None:
    """Open now, and late of these: past the earliest deadline that runs."""
    where = (*base, live.only("outcome", ""))
    counted = facts_live.counted(live, where)
    counted.prepare(one.head() for one in groups)
    for one in groups:
        for found, _rest, count in one.rows(counted.cells(*one.head())):
            found.open += count
    for one, cells in _past(live, where, "due", now, groups, ""):
        for found, _rest, count in one.rows(cells):
            found.late += count


def _past(
    live: Live, where: Where, key: str, now: datetime, groups: Sequence[_Groups], axis: str
) -> Iterable[tuple[_Groups, Cells]]:
    """By group, the open ones whose deadline is past. One table of the few open ones that serves at any moment, so
    that it is counted once."""
    heads = list(dict.fromkeys(part for one in groups for part in one.head(axis)))
    wide = facts_live.counted(live, (*where, live.only("outcome", ""))).cells(*heads, Number(key))
    moment = facts.moment(now) or 0
    past = wide.where((wide.values[:, -2] == 1) & (wide.values[:, -1] < moment))
    for one in groups:
        yield one, past.of(*(heads.index(part) for part in one.head(axis)))


def _outcomes(live: Live, base: Where, period: Period) -> list[tuple[Outcome, int]]:
    """How those closed in the time ended, the most first."""
    axis = live.coded("outcome")
    cells = facts_live.counted(live, (*base, _within("closed", period))).cells(axis)
    found = {
        str(axis.codes[place - 1]): n
        for (place,), n in zip(cells.values.tolist(), cells.counts.tolist(), strict=True)
    }
    return [(Outcome(key), n) for key, n in sorted(found.items(), key=lambda pair: -pair[1])]


# --- groups -------------------------------------------------------------------------------------------------------


def _named(axis: str, found: Iterable[Figures]) -> list[Figures]:
    """The groups with their names, in their order: services by how many came, others as they stand in the catalogue."""
    known = {one.key: one for one in found if one.anything}
    rows = []
    for key, name in _names(axis).items():
        if key in known:
            known[key].name = name
            rows.append(known[key])
    if axis == "lead":
        _placed(rows)
    return sorted(rows, key=lambda one: -one.came) if axis == "service" else rows


def _names(axis: str) -> Mapping[object, str]:
    if axis == "demand":
        return {**{str(key): name for key, name in CLASS_NAMES.items()}, "": N_("Not classified")}
    if axis == "channel":
        return {key: str(name) for key, name in Channel.choices}
    model = {"lead": Office, "service": Service, "area": Area}[axis]
    none = {"lead": N_("No department"), "service": N_("No service"), "area": N_("No area")}[axis]
    return {**{one.pk: str(one) for one in model.objects.all()}, facts.NONE: none}


def _placed(rows: Sequence[Figures]) -> None:
    """The place of each department by the share closed in time, as far as chance lets us see."""
    rates = {one.key: one.kept for one in rows if one.key != facts.NONE}
    places = {place.key: place for place in ranking(INDICATORS["on_time_rate"], rates).places}
    for one in rows:
        one.place = places.get(one.key)

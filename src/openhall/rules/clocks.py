"""The clocks of a request as plain values: started, paused, resumed, stopped; when they are due, warn and escalate.

A clock counts working minutes of the hall's calendar, which every function is given; nothing is stored or sent here.
A clock is late when it still runs after its due instant; a due instant at closing time is missed by an act that
evening, though no working minute has passed. Seed 3.4.3, 5.3; row C5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from openhall.errors import N_, BadInput, NotAllowed, Problem, Word
from openhall.rules.calendar import Calendar


class ClockKind(StrEnum):
    SIGN_FOR = "sign_for"  # the department takes it on
    FIRST_CONTACT = "first_contact"  # the citizen hears from a person
    RESOLVE = "resolve"
    CALL_BACK = "call_back"  # after a bad rating
    RECTIFY = "rectify"  # after a bad rating was found true
    ANSWER_ORDER = "answer_order"  # of supervision


CLOCK_NAMES = {
    ClockKind.SIGN_FOR: N_("Signing for the request"),
    ClockKind.FIRST_CONTACT: N_("First contact with the citizen"),
    ClockKind.RESOLVE: N_("Settling the request"),
    ClockKind.CALL_BACK: N_("Calling back after a bad rating"),
    ClockKind.RECTIFY: N_("Rectifying what was rated badly"),
    ClockKind.ANSWER_ORDER: N_("Answering a supervision order"),
}

MET, MISSED, CANCELLED = "met", "missed", "cancelled"
WARN = 0.75  # share of the time allowed after which the people responsible are warned
ESCALATE = (1.0, 1.5, 2.0)  # shares of the time allowed at which levels 1, 2 and 3 begin
_GRAIN = 1e-6  # minutes: instants are kept to the microsecond


@dataclass(frozen=True, slots=True)
class Clock:
    """`allowed` and `used` are working minutes; `used` is what was consumed before `running_since`, the start or
    last resumption (None: it stands still). `stopped` is when it ended, with its `outcome`.
    """

    kind: ClockKind
    allowed: int
    started: datetime
    used: float = 0
    running_since: datetime | None = None
    stopped: datetime | None = None
    outcome: str = ""  # "", MET, MISSED or CANCELLED

    @property
    def running(self) -> bool:
        return self.stopped is None and self.running_since is not None

    @property
    def paused(self) -> bool:
        return self.stopped is None and self.running_since is None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A clock under new rules, and what that did to its due instant, for the trace."""

    clock: Clock
    old_due: datetime | None
    new_due: datetime | None


# --- acts -------------------------------------------------------------------------------------------------------


def start(kind: ClockKind, allowed: int, at: datetime) -> Clock:
    """A clock that runs from `at`; out of hours it begins to count at the next opening."""
    if allowed < 1:
        raise NotAllowed(N_("A clock needs one working minute at least."))
    return Clock(kind, allowed, at, running_since=at)


def pause(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """The clock standing still. NotAllowed when it stands still already or has ended."""
    if clock.paused:
        raise NotAllowed(N_("This clock is paused already."))
    _not_ended(clock)
    _not_before(clock, at)
    return replace(clock, used=spent(clock, at, calendar), running_since=None)


def resume(clock: Clock, at: datetime) -> Clock:
    """The clock running again from `at`. NotAllowed when it runs or has ended."""
    if clock.running:
        raise NotAllowed(N_("This clock is running already."))
    _not_ended(clock)
    _not_before(clock, at)
    return replace(clock, running_since=at)


def stop(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """The clock ended because what it waited for was done, MET or MISSED. A paused clock can be stopped."""
    return _end(clock, at, calendar, MISSED if late(clock, at, calendar) else MET)


def cancel(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """The clock ended because nobody waits for it any more: withdrawn, merged, sent elsewhere."""
    return _end(clock, at, calendar, CANCELLED)


def extend(clock: Clock, minutes: int) -> Clock:
    """With `minutes` more allowed. A clock that was late may be in time again."""
    _not_ended(clock)
    if minutes < 1:
        raise NotAllowed(N_("An extension is one working minute at least."))
    return replace(clock, allowed=clock.allowed + minutes)


def recompute(
    clock: Clock,
    at: datetime,
    calendar: Calendar,
    *,
    allowed: int | None = None,
    onto: Calendar | None = None,
) -> Recomputed:
    """After a transfer or a change of urgency or hours: another time `allowed` in all, or another calendar from `at`
    `onto`. What was used stays used: the citizen has waited that long. NotAllowed when the clock has ended.
    """
    _not_ended(clock)
    if allowed is not None and allowed < 1:
        raise NotAllowed(N_("A clock needs one working minute at least."))
    new = replace(clock, allowed=clock.allowed if allowed is None else allowed)
    if onto is not None and onto != calendar and clock.running:
        new = resume(pause(new, at, calendar), at)
    return Recomputed(new, due(clock, calendar), due(new, onto or calendar))


def _end(clock: Clock, at: datetime, calendar: Calendar, outcome: str) -> Clock:
    _not_ended(clock)
    _not_before(clock, at)
    return replace(clock, used=spent(clock, at, calendar), running_since=None, stopped=at, outcome=outcome)


def _not_ended(clock: Clock) -> None:
    if clock.stopped is not None:
        raise NotAllowed(N_("This clock has ended."))


def _not_before(clock: Clock, at: datetime) -> None:
    if at < (clock.running_since or clock.started):
        raise NotAllowed(N_("This is earlier than the clock began to run."))


# --- questions --------------------------------------------------------------------------------------------------


def spent(clock: Clock, at: datetime, calendar: Calendar) -> float:
    """Working minutes used until `at`, or until the clock ended."""
    if not clock.running or clock.running_since is None or at <= clock.running_since:
        return clock.used
    return clock.used + calendar.minutes_between(clock.running_since, at)


def left(clock: Clock, at: datetime, calendar: Calendar) -> float:
    """Working minutes left at `at`; negative when that many too many were used."""
    return clock.allowed - spent(clock, at, calendar)


def due(clock: Clock, calendar: Calendar) -> datetime | None:
    """The last instant in time; None while the clock is paused and after it ended.

    Of a clock that was late already when it was resumed: as many working minutes before that as it was late by.
    """
    return _when(clock, calendar, 1)


def late(clock: Clock, at: datetime, calendar: Calendar) -> bool:
    """Whether a clock not yet stopped is past its time at `at`; of an ended one, whether it missed it. One that was
    paused or resumed with nothing left is late.
    """
    if clock.stopped is not None:
        return clock.outcome == MISSED
    if clock.used >= clock.allowed - _GRAIN:
        return True
    by = due(clock, calendar)
    return by is not None and at > by


def warn_at(clock: Clock, calendar: Calendar, share: float = WARN) -> datetime | None:
    """When `share` of the time allowed has been used; None while paused and after the end."""
    return _when(clock, calendar, share)


def escalations(clock: Clock, at: datetime, calendar: Calendar) -> int:
    """The level reached at `at`: 0 none, 1 due, 2 half as much again, 3 twice the time allowed. 0 after the end; a
    paused clock keeps what it had reached.
    """
    if clock.stopped is not None:
        return 0
    used = spent(clock, at, calendar)
    return sum(used >= share * clock.allowed - _GRAIN for share in ESCALATE)


def next_look(clock: Clock, calendar: Calendar, *, warned: bool, level: int) -> datetime | None:
    """When the clock must be looked at next, always within opening hours: to warn if nobody was `warned`, else to
    raise it above `level`. None while paused, after the end and at the highest level.
    """
    if not clock.running or level >= len(ESCALATE):
        return None
    moment = _when(clock, calendar, ESCALATE[level] if warned or level else WARN)
    if moment is None or clock.running_since is None:
        return None
    return calendar.next_opening(max(moment, clock.running_since))


def _when(clock: Clock, calendar: Calendar, share: float) -> datetime | None:
    if not clock.running or clock.running_since is None:
        return None
    return calendar.add_minutes(clock.running_since, share * clock.allowed - clock.used)


# --- how long each may take -------------------------------------------------------------------------------------

Objectives = dict[int, dict[ClockKind, int]]  # urgency 1 (most urgent) to 5 -> working minutes

_DAY = 480  # minutes of the working day the table below is written in
LONGEST = 250 * 1440  # a year of working days round the clock


def _row(sign: int, contact: int, resolve: int, call: int, rectify: int, answer: int) -> dict[ClockKind, int]:
    return dict(zip(ClockKind, (sign, contact, resolve, call, rectify, answer), strict=True))


DEFAULT_OBJECTIVES: Objectives = {
    1: _row(30, 60, 1 * _DAY, 240, 5 * _DAY, 120),
    2: _row(120, 240, 2 * _DAY, 1 * _DAY, 10 * _DAY, 240),
    3: _row(1 * _DAY, 2 * _DAY, 5 * _DAY, 2 * _DAY, 15 * _DAY, 2 * _DAY),
    4: _row(1 * _DAY, 3 * _DAY, 10 * _DAY, 3 * _DAY, 15 * _DAY, 3 * _DAY),
    5: _row(2 * _DAY, 5 * _DAY, 20 * _DAY, 5 * _DAY, 15 * _DAY, 5 * _DAY),
}


def objectives_for(calendar: Calendar) -> Objectives:
    """The default table with whole days as long as a day of this hall; less than a day stays, up to such a day.

    >>> objectives_for(Calendar.from_dict({"hours": {"0": [["09:00", "16:00"]]}}))[3][ClockKind.RESOLVE]
    2100
    """
    day = calendar.minutes_per_day
    return {
        urgency: {
            kind: min(minutes, day) if minutes % _DAY else minutes // _DAY * day
            for kind, minutes in row.items()
        }
        for urgency, row in DEFAULT_OBJECTIVES.items()
    }


def check_objectives(given: Any) -> Objectives:
    """A table edited by the hall, keys as in Python or as JSON has them: {"1": {"sign_for": 30, …}, …}. BadInput
    names every missing or odd figure, and every one that gives a more urgent request more time.
    """
    problems: list[Problem] = []
    table = given if isinstance(given, Mapping) else {}
    rows = {str(urgency): row for urgency, row in table.items()}
    read = {urgency: _read_row(urgency, rows.pop(str(urgency), {}), problems) for urgency in range(1, 6)}
    problems += [
        Problem(N_("Urgency"), N_("“{urgency}” is not one of 1 to 5."), "", {"urgency": urgency[:40]})
        for urgency in sorted(rows)
    ]
    if not problems:
        problems = _order_problems(read)
    if problems:
        raise BadInput(N_("These times cannot be used."), problems=problems)
    return read


_PLACE = N_("Urgency {urgency}, {clock}")


def _read_row(urgency: int, given: Any, problems: list[Problem]) -> dict[ClockKind, int]:
    row = {str(kind): minutes for kind, minutes in given.items()} if isinstance(given, Mapping) else {}
    read: dict[ClockKind, int] = {}
    for kind in ClockKind:
        minutes = row.pop(kind, None)
        if isinstance(minutes, int) and not isinstance(minutes, bool) and 1 <= minutes <= LONGEST:
            read[kind] = minutes
            continue
        missing = minutes is None
        problems.append(
            Problem(
                _PLACE,
                N_("no time is given.") if missing else N_("“{minutes}” is not a number of working minutes."),
                N_("Write a whole number from 1 to {most}."),
                {
                    "urgency": urgency,
                    "clock": Word(CLOCK_NAMES[kind]),
                    "minutes": str(minutes)[:40],
                    "most": LONGEST,
                },
            )
        )
    problems += [
        Problem(N_("Urgency {urgency}"), N_("there is no clock “{name}”."), "", _values(urgency, name))
        for name in sorted(row)
    ]
    return read


def _values(urgency: int, name: str) -> dict[str, Any]:
    return {"urgency": urgency, "name": name[:40]}


def _order_problems(table: Objectives) -> list[Problem]:
    return [
        Problem(
            _PLACE,
            N_("{minutes} minutes is more than the {other} minutes of urgency {next}, which is less urgent."),
            N_("Give the more urgent request no more time."),
            {
                "urgency": urgency,
                "clock": Word(CLOCK_NAMES[kind]),
                "minutes": table[urgency][kind],
                "other": table[after][kind],
                "next": after,
            },
        )
        for urgency, after in pairwise(sorted(table))
        for kind in ClockKind
        if table[urgency][kind] > table[after][kind]
    ]

"""Clocks over a working week, their pauses, warnings and escalations; times worked by hand on Monday to Friday,
09:00 to 17:00 UTC, from Monday 2 March 2026. A random life of a clock is checked against a minute-by-minute count.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhall.errors import BadInput, NotAllowed
from openhall.rules.calendar import DEFAULT, Calendar
from openhall.rules.clocks import (
    CLOCK_NAMES,
    DEFAULT_OBJECTIVES,
    LONGEST,
    Clock,
    ClockKind,
    cancel,
    check_objectives,
    due,
    escalations,
    extend,
    late,
    left,
    next_look,
    objectives_for,
    pause,
    recompute,
    resume,
    spent,
    start,
    stop,
    warn_at,
)

SATURDAYS_TOO = Calendar(hours=dict(DEFAULT.hours) | {5: ((time(9), time(13)),)})


def at(text: str) -> datetime:
    """`Mon 10:00` in the week of 2 March 2026, `Mon+1` in the next."""
    day, hour = text.split()
    name, _, weeks = day.partition("+")
    number = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].index(name) + 7 * int(weeks or 0)
    return datetime.combine(date(2026, 3, 2) + timedelta(days=number), time.fromisoformat(hour), UTC)


def resolve(allowed: int, since: str) -> Clock:
    return start(ClockKind.RESOLVE, allowed, at(since))


# --- due, left, outcome -----------------------------------------------------------------------------------------


def test_a_clock_is_due_when_its_working_minutes_have_passed() -> None:
    clock = resolve(2 * 480, "Thu 15:00")  # Thu 120, Fri 480, then 360 on Monday: 15:00
    assert due(clock, DEFAULT) == at("Mon+1 15:00")
    assert left(clock, at("Fri 17:00"), DEFAULT) == 360
    assert left(clock, at("Sun 12:00"), DEFAULT) == 360
    assert left(clock, at("Mon+1 16:00"), DEFAULT) == -60
    assert left(clock, at("Mon 09:00"), DEFAULT) == 960  # before it began


def test_a_clock_started_at_night_counts_from_the_next_opening() -> None:
    assert due(resolve(30, "Fri 22:00"), DEFAULT) == at("Mon+1 09:30")


@pytest.mark.parametrize(("done", "outcome"), [("Tue 10:00", "met"), ("Tue 10:01", "missed")])
def test_done_on_the_due_instant_is_in_time(done: str, outcome: str) -> None:
    clock = stop(resolve(480, "Mon 10:00"), at(done), DEFAULT)  # due Tuesday 10:00
    assert (clock.outcome, clock.stopped, clock.running, clock.paused) == (outcome, at(done), False, False)
    assert clock.used == DEFAULT.minutes_between(at("Mon 10:00"), at(done))
    assert (due(clock, DEFAULT), warn_at(clock, DEFAULT), escalations(clock, at("Fri 10:00"), DEFAULT)) == (
        None,
        None,
        0,
    )


def test_the_evening_after_a_due_instant_at_closing_time_is_too_late() -> None:
    clock = resolve(60, "Fri 16:00")  # due Friday 17:00
    assert left(clock, at("Sat 10:00"), DEFAULT) == 0
    assert not late(clock, at("Fri 17:00"), DEFAULT) and late(clock, at("Sat 10:00"), DEFAULT)
    assert stop(clock, at("Sat 10:00"), DEFAULT).outcome == "missed"
    paused = pause(clock, at("Sat 10:00"), DEFAULT)  # a pause that evening does not undo it
    assert stop(paused, at("Sat 11:00"), DEFAULT).outcome == "missed"
    assert stop(resume(paused, at("Sat 11:00")), at("Sat 11:00"), DEFAULT).outcome == "missed"


def test_a_cancelled_clock_is_neither_met_nor_missed() -> None:
    clock = cancel(resolve(60, "Mon 09:00"), at("Fri 09:00"), DEFAULT)
    assert (clock.outcome, late(clock, at("Fri 12:00"), DEFAULT)) == ("cancelled", False)


# --- pauses -----------------------------------------------------------------------------------------------------


def test_a_pause_over_days_moves_the_due_instant_by_its_working_minutes() -> None:
    clock = resolve(480, "Mon 10:00")
    asked = pause(clock, at("Mon 12:00"), DEFAULT)  # 120 used
    assert (asked.used, due(asked, DEFAULT), left(asked, at("Thu 12:00"), DEFAULT)) == (120, None, 360)
    answered = resume(asked, at("Thu 16:00"))  # 60 left on Thursday, 300 on Friday: 14:00
    assert due(answered, DEFAULT) == at("Fri 14:00")
    assert spent(answered, at("Fri 10:00"), DEFAULT) == 120 + 60 + 60


def test_answered_at_night_it_runs_on_in_the_morning() -> None:
    asked = pause(resolve(480, "Mon 10:00"), at("Mon 20:00"), DEFAULT)  # 420 used
    assert due(resume(asked, at("Sat 23:00")), DEFAULT) == at("Mon+1 10:00")


def test_a_clock_stopped_in_a_pause_counts_what_it_used() -> None:
    asked = pause(resolve(480, "Mon 10:00"), at("Mon 12:00"), DEFAULT)
    done = stop(asked, at("Fri 12:00"), DEFAULT)
    assert (done.outcome, done.used) == ("met", 120)


def test_a_late_clock_resumed_stays_as_late_as_it_was() -> None:
    asked = pause(resolve(60, "Mon 09:00"), at("Mon 11:00"), DEFAULT)  # 60 too many
    running = resume(asked, at("Wed 10:00"))
    assert left(running, at("Wed 10:00"), DEFAULT) == -60
    assert due(running, DEFAULT) == at("Wed 09:00")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda clock: pause(pause(clock, at("Mon 10:00"), DEFAULT), at("Mon 11:00"), DEFAULT),
            "paused already",
        ),
        (lambda clock: resume(clock, at("Mon 10:00")), "running already"),
        (lambda clock: pause(clock, at("Mon 08:00"), DEFAULT), "earlier"),
        (lambda clock: stop(clock, at("Mon 08:00"), DEFAULT), "earlier"),
        (
            lambda clock: resume(pause(clock, at("Mon 10:00"), DEFAULT), at("Sun 10:00") - timedelta(7)),
            "earlier",
        ),
        (lambda clock: extend(clock, 0), "at least"),
        (lambda clock: recompute(clock, at("Mon 10:00"), DEFAULT, allowed=0), "at least"),
        (lambda clock: start(ClockKind.RESOLVE, 0, at("Mon 10:00")), "at least"),
    ],
)
def test_nonsense_is_refused(act: Any, said: str) -> None:
    with pytest.raises(NotAllowed, match=said):
        act(resolve(60, "Mon 09:00"))


@pytest.mark.parametrize(
    "act",
    [
        lambda clock: pause(clock, at("Tue 10:00"), DEFAULT),
        lambda clock: resume(clock, at("Tue 10:00")),
        lambda clock: stop(clock, at("Tue 10:00"), DEFAULT),
        lambda clock: cancel(clock, at("Tue 10:00"), DEFAULT),
        lambda clock: extend(clock, 10),
        lambda clock: recompute(clock, at("Tue 10:00"), DEFAULT, allowed=10),
    ],
)
def test_nothing_moves_a_clock_that_has_ended(act: Any) -> None:
    with pytest.raises(NotAllowed, match="has ended"):
        act(stop(resolve(60, "Mon 09:00"), at("Mon 09:30"), DEFAULT))


# --- extension, transfer ----------------------------------------------------------------------------------------


def test_an_extension_adds_working_minutes_and_can_bring_a_late_clock_back() -> None:
    clock = extend(resolve(60, "Fri 16:30"), 480)  # 30 on Friday, 510 on Monday and after: Tuesday 09:30
    assert due(clock, DEFAULT) == at("Tue+1 09:30")
    assert late(resolve(60, "Fri 16:30"), at("Mon+1 12:00"), DEFAULT)
    assert not late(clock, at("Mon+1 12:00"), DEFAULT)


def test_a_transfer_keeps_what_was_used_and_says_both_due_instants() -> None:
    clock = resume(pause(resolve(480, "Mon 10:00"), at("Mon 12:00"), DEFAULT), at("Tue 09:00"))
    moved = recompute(clock, at("Tue 10:00"), DEFAULT, allowed=240)  # 120 used before, 120 from Tuesday 09:00
    assert (moved.old_due, moved.new_due) == (at("Tue 15:00"), at("Tue 11:00"))
    assert moved.clock == replace(clock, allowed=240)


def test_onto_another_calendar_the_past_is_counted_by_the_old_one() -> None:
    clock = resolve(480, "Fri 13:00")  # 240 on Friday, 240 on Monday: 13:00
    moved = recompute(
        clock, at("Fri 16:00"), DEFAULT, onto=SATURDAYS_TOO
    )  # 180 used; 60 Fri, 240 Sat: closing
    assert (moved.old_due, moved.new_due) == (at("Mon+1 13:00"), at("Sat 13:00"))
    assert moved.clock.used == 180
    assert left(moved.clock, at("Sat 10:00"), SATURDAYS_TOO) == 180


def test_a_paused_clock_is_recomputed_without_starting_it() -> None:
    asked = pause(resolve(480, "Mon 10:00"), at("Mon 12:00"), DEFAULT)
    moved = recompute(asked, at("Tue 10:00"), DEFAULT, allowed=960, onto=SATURDAYS_TOO)
    assert (moved.clock, moved.old_due, moved.new_due) == (replace(asked, allowed=960), None, None)


def test_the_same_calendar_again_changes_nothing() -> None:
    clock = resolve(480, "Mon 10:00")
    assert recompute(clock, at("Mon 12:00"), DEFAULT, onto=Calendar()).clock is not None
    assert recompute(clock, at("Mon 12:00"), DEFAULT, onto=Calendar()).clock == clock


# --- warnings and escalation ------------------------------------------------------------------------------------


def test_a_warning_comes_when_three_quarters_are_used_and_escalation_from_the_due_instant() -> None:
    clock = resolve(
        480, "Mon 09:00"
    )  # warn after 360: Mon 15:00; due Mon 17:00; 720: Tue 13:00; 960: Tue 17:00
    assert warn_at(clock, DEFAULT) == at("Mon 15:00")
    assert warn_at(clock, DEFAULT, 0.5) == at("Mon 13:00")
    levels = [
        escalations(clock, at(text), DEFAULT)
        for text in (
            "Mon 16:59",
            "Mon 17:00",
            "Tue 12:59",
            "Tue 13:00",
            "Tue 16:59",
            "Tue 17:00",
            "Fri 12:00",
        )
    ]
    assert levels == [0, 1, 1, 2, 2, 3, 3]


def test_the_next_look_is_never_out_of_hours() -> None:
    clock = resolve(480, "Mon 09:00")
    looks = [next_look(clock, DEFAULT, warned=False, level=0)]
    looks += [next_look(clock, DEFAULT, warned=True, level=level) for level in range(4)]
    # Due at closing time and twice the time at closing time: both wait for the next morning.
    assert looks == [at("Mon 15:00"), at("Tue 09:00"), at("Tue 13:00"), at("Wed 09:00"), None]
    assert next_look(clock, DEFAULT, warned=False, level=1) == at("Tue 13:00")  # no warning after the fact


def test_a_late_clock_resumed_at_night_wakes_nobody() -> None:
    asked = pause(resolve(60, "Fri 09:00"), at("Fri 15:00"), DEFAULT)
    running = resume(asked, at("Sat 23:00"))
    assert next_look(running, DEFAULT, warned=True, level=0) == at("Mon+1 09:00")


def test_crumbs_of_minutes_do_not_hold_an_escalation_back() -> None:
    used = sum([0.1] * 8)  # a hair less than 0.8, as many short pauses may leave it
    clock = Clock(ClockKind.RESOLVE, 1, at("Mon 09:00"), used, at("Mon 10:00"))
    by = due(clock, DEFAULT)
    assert used < 0.8 and by == at("Mon 10:00") + timedelta(seconds=12)
    assert escalations(clock, by, DEFAULT) == 1


def test_a_paused_or_ended_clock_is_not_looked_at() -> None:
    asked = pause(resolve(60, "Mon 09:00"), at("Mon 12:00"), DEFAULT)
    assert (next_look(asked, DEFAULT, warned=False, level=0), warn_at(asked, DEFAULT)) == (None, None)
    assert (
        escalations(asked, at("Fri 12:00"), DEFAULT) == 3
    )  # 180 of 60 minutes, and no more however long it waits
    done = stop(asked, at("Mon 13:00"), DEFAULT)
    assert next_look(done, DEFAULT, warned=False, level=0) is None


# --- properties -------------------------------------------------------------------------------------------------

MONDAY = at("Mon 00:00")
lives = st.lists(st.integers(0, 9000), min_size=1, max_size=9, unique=True).map(sorted)


@settings(max_examples=40)
@given(lives, st.integers(1, 3000))
def test_a_clock_never_uses_time_while_paused(moments: list[int], allowed: int) -> None:
    """Start, then by turns pause and resume; then stop."""
    when = [MONDAY + timedelta(minutes=moment) for moment in moments]
    clock = start(ClockKind.RESOLVE, allowed, when[0])
    expected = 0.0
    for before, now in pairwise(when):
        if clock.running:
            expected += sum(
                DEFAULT.is_open(before + timedelta(minutes=step))
                for step in range((now - before) // timedelta(minutes=1))
            )
            clock = pause(clock, now, DEFAULT)
            assert spent(clock, now + timedelta(days=30), DEFAULT) == clock.used
            assert due(clock, DEFAULT) is None
        else:
            clock = resume(clock, now)
    end = when[-1]
    assert clock.used == expected
    assert stop(clock, end, DEFAULT).outcome == ("missed" if late(clock, end, DEFAULT) else "met")


@given(st.integers(0, 10_000), st.integers(1, 3000), st.integers(0, 10_000))
def test_due_late_and_left_agree(begin: int, allowed: int, later: int) -> None:
    clock = start(ClockKind.RESOLVE, allowed, MONDAY + timedelta(minutes=begin))
    now = clock.started + timedelta(minutes=later)
    by = due(clock, DEFAULT)
    assert by is not None and left(clock, by, DEFAULT) == 0
    assert late(clock, now, DEFAULT) == (now > by)
    assert left(clock, now, DEFAULT) == (
        DEFAULT.minutes_between(now, by)
        if DEFAULT.is_open(now) or now <= by
        else allowed - DEFAULT.minutes_between(clock.started, now)
    )


@given(
    st.integers(0, 10_000), st.integers(1, 3000), st.integers(1, 3000), st.booleans(), st.integers(0, 10**6)
)
def test_looking_when_told_reaches_every_level_in_turn(
    begin: int, allowed: int, wait: int, wait_first: bool, odd: int
) -> None:
    clock = start(ClockKind.RESOLVE, allowed, MONDAY + timedelta(minutes=begin))
    if wait_first:
        paused_at = clock.started + timedelta(minutes=wait, microseconds=odd)
        clock = resume(pause(clock, paused_at, DEFAULT), paused_at + timedelta(hours=31))
    warned, level, looks = False, 0, 0
    while (look := next_look(clock, DEFAULT, warned=warned, level=level)) is not None:
        assert DEFAULT.is_open(look) and look >= (clock.running_since or look)
        reached = escalations(clock, look, DEFAULT)
        assert reached > level or (not warned and reached == level)
        warned, level, looks = True, reached, looks + 1
    assert level == 3 and looks <= 4


# --- how long each may take -------------------------------------------------------------------------------------


def test_the_defaults_pass_their_own_check_as_python_and_as_json() -> None:
    assert check_objectives(DEFAULT_OBJECTIVES) == DEFAULT_OBJECTIVES
    assert check_objectives(json.loads(json.dumps(DEFAULT_OBJECTIVES))) == DEFAULT_OBJECTIVES
    assert DEFAULT_OBJECTIVES[3][ClockKind.RECTIFY] == 15 * 480
    assert set(CLOCK_NAMES) == set(ClockKind)


@given(st.integers(1, 1440))
def test_the_defaults_fit_a_day_of_any_length(minutes: int) -> None:
    end = time(minutes // 60 % 24, minutes % 60)
    table = objectives_for(Calendar(hours={0: ((time(0), end),)}))
    assert check_objectives(table) == table
    assert table[3][ClockKind.RESOLVE] == 5 * minutes


def edited(urgency: int, kind: str, minutes: Any) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads(json.dumps(DEFAULT_OBJECTIVES))
    if minutes is None:
        del table[str(urgency)][kind]
    else:
        table[str(urgency)][kind] = minutes
    return table


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            edited(3, "resolve", None),
            "Urgency 3, Settling the request: no time is given. Write a whole number",
        ),
        (edited(3, "resolve", 0), "Urgency 3, Settling the request: “0” is not a number of working minutes."),
        (edited(3, "resolve", "60"), "“60” is not a number of working minutes."),
        (edited(3, "resolve", True), "“True” is not a number of working minutes."),
        (edited(5, "resolve", LONGEST + 1), f"Write a whole number from 1 to {LONGEST}."),
        (edited(2, "coffee", 15), "Urgency 2: there is no clock “coffee”."),
        (
            edited(2, "resolve", 2401),
            "Urgency 2, Settling the request: 2401 minutes is more than the 2400 minutes of urgency 3, which is less",
        ),
        (json.loads(json.dumps(DEFAULT_OBJECTIVES)) | {"6": {}}, "Urgency: “6” is not one of 1 to 5."),
    ],
)
def test_a_fault_in_the_table_is_named(table: Any, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_objectives(table)
    (line,) = caught.value.lines()
    assert said in line


@pytest.mark.parametrize("table", [None, [], {}, {"1": 5}])
def test_an_empty_table_misses_every_figure(table: Any) -> None:
    with pytest.raises(BadInput) as caught:
        check_objectives(table)
    assert len(caught.value.problems) == 5 * len(ClockKind)

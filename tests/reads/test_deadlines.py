"""Deadlines in words, in the hall's own time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openhall.reads.deadlines import due, lasting, when
from openhall.rules.calendar import Calendar

LONDON = Calendar.from_dict(
    {"zone": "Europe/London", "hours": {str(day): [["09:00", "17:00"]] for day in range(5)}}
)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deadline", "said", "state"),
    [
        (at(3, 16, 30), "due tomorrow 16:30, 1 day 6 h of working time left", "far"),
        (at(2, 12), "due today 12:00, 1 h 30 min of working time left", "near"),
        (at(6, 9, 15), "due Fri 6 March, 9:15, 3 days 6 h of working time left", "far"),
        (at(2, 10), "was due today 10:00, late by 30 min of working time", "late"),
        (at(27, 16, month=2), "was due Fri 27 February, 16:00, late by 2 h 30 min of working time", "late"),
        (at(1, 12), "was due yesterday 12:00, late by 1 h 30 min of working time", "late"),
    ],
)
def test_a_deadline_says_when_it_is_and_how_much_is_left(deadline, said, state):
    found = due(deadline, at(2, 10, 30), LONDON)
    assert (found.said.replace("09:15", "9:15"), found.state) == (said, state)


def test_the_clock_of_the_hall_counts():
    assert when(at(2, 8, month=7), at(2, 7, month=7), LONDON).endswith("9:00")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (0.4, "0 min"), (59, "59 min"), (60, "1 h"), (481, "1 day"), (1020, "2 days 1 h")],
)
def test_working_time_is_said_in_days_of_the_hall(minutes, said):
    assert lasting(minutes, LONDON) == said

"""The worker's look at the clocks: warnings before a deadline, escalation after it, only while the hall is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from openhall import moment
from openhall.actions import clocks
from openhall.models import Clock, Event, ServiceRequest
from openhall.rules.clocks import ClockKind

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # the hall opens; London, winter time
DAY = 480  # working minutes


@pytest.fixture
def case(desk) -> ServiceRequest:
    """A request of Roads whose clock to resolve began on Monday at nine: five working days."""
    case = ServiceRequest.objects.create(
        number="RK4M2P7Q9A",
        state="handling",
        subject="Dark street",
        text="The lamp is out.",
        lead=desk.roads,
        created_at=MONDAY,
        changed_at=MONDAY,
    )
    Clock.objects.begin(case, ClockKind.RESOLVE, at=MONDAY, minutes=5 * DAY)
    return case


def sweep(when: datetime) -> int:
    with moment.at(when):
        return clocks.sweep()


def kinds() -> list[tuple[str, int]]:
    happened = Event.objects.filter(kind__startswith="clock.").order_by("pk")
    return [(event.kind, event.data["level"]) for event in happened]


def test_nothing_happens_while_there_is_time(case):
    assert sweep(MONDAY + timedelta(days=2)) == 0
    assert kinds() == []


def test_the_department_is_warned_once_when_three_quarters_of_the_time_are_gone(case):
    thursday_three = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)  # 3¾ days
    assert sweep(thursday_three) == 1
    assert sweep(thursday_three + timedelta(minutes=20)) == 0
    assert kinds() == [("clock.warned", 0)]


def test_a_missed_deadline_rises_level_by_level(case):
    for when in (
        datetime(2026, 3, 5, 15, 0, tzinfo=UTC),
        datetime(2026, 3, 9, 9, 1, tzinfo=UTC),  # due Friday 17:00
        datetime(2026, 3, 11, 13, 1, tzinfo=UTC),  # 7½ days
        datetime(2026, 3, 16, 9, 1, tzinfo=UTC),  # 10 days
        datetime(2026, 3, 30, 9, 1, tzinfo=UTC),
    ):
        sweep(when)
    assert kinds() == [
        ("clock.warned", 0),
        ("clock.escalated", 1),
        ("clock.escalated", 2),
        ("clock.escalated", 3),
    ]


def test_nobody_is_reminded_at_night_or_on_sunday(case):
    assert sweep(datetime(2026, 3, 5, 22, 0, tzinfo=UTC)) == 0
    assert sweep(datetime(2026, 3, 8, 12, 0, tzinfo=UTC)) == 0
    assert sweep(datetime(2026, 3, 9, 9, 0, tzinfo=UTC)) == 1


def test_a_worker_that_was_away_for_weeks_makes_one_step_and_no_flood(case):
    assert sweep(datetime(2026, 4, 20, 10, 0, tzinfo=UTC)) == 1
    assert kinds() == [("clock.escalated", 3)]
    assert sweep(datetime(2026, 4, 21, 10, 0, tzinfo=UTC)) == 0


def test_a_clock_that_stands_still_is_left_alone(case):
    Clock.objects.pause(case, at=MONDAY + timedelta(hours=1), reason="question")
    assert sweep(datetime(2026, 5, 4, 10, 0, tzinfo=UTC)) == 0


def test_a_stopped_clock_is_left_alone(case):
    Clock.objects.stop(case, ClockKind.RESOLVE, at=MONDAY + timedelta(days=1))
    assert sweep(datetime(2026, 5, 4, 10, 0, tzinfo=UTC)) == 0


def test_a_warning_names_the_department_and_changes_nothing_of_the_request(case, desk):
    sweep(datetime(2026, 3, 5, 15, 0, tzinfo=UTC))
    event = Event.objects.get(kind="clock.warned")
    assert event.request == case and event.data["office"] == desk.roads.pk
    case.refresh_from_db()
    assert case.edition == 1

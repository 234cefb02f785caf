"""What follows an event is done once, in order, whatever fails, is killed, or is done by two workers at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test import override_settings

from openhall import flow, worker
from openhall.errors import NotAllowed
from openhall.models import Anchor, Cursor, Due, Event, Stuck, User, Verification, record
from openhall.moment import at
from tests.town import person

pytestmark = pytest.mark.django_db(transaction=True)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def ada(db, tmp_path) -> User:
    with override_settings(ANCHORS_FILE=tmp_path / "anchors.txt"):
        yield person("ada", "administrator")


def events(ada: User, count: int, kind: str = "wave.opened") -> None:
    for number in range(count):
        record(kind, ada, by=ada, n=number)


def note(event: Event) -> None:
    """A step that leaves one event for each it follows."""
    record("sheet.kept", event, after=event.seq)


def noted() -> list[int]:
    return [event.data["after"] for event in Event.objects.filter(kind="sheet.kept").order_by("seq")]


def fail(event: Event) -> None:
    record("sheet.kept", event, after=-event.seq)
    raise KeyError("secret of a citizen")


def test_every_event_of_a_kind_is_followed_once_in_order(ada):
    events(ada, 3)
    events(ada, 2, "wave.closed")
    events(ada, 1)
    follows = {"wave.opened": (note,)}
    assert flow.catch_up(follows=follows) == 4
    assert noted() == [1, 2, 3, 6]
    assert flow.catch_up(follows=follows) == 0
    assert Cursor.objects.get().seq == Event.objects.count() == 10


def test_at_most_so_many_steps_are_done_at_once(ada):
    events(ada, 5)
    follows = {"wave.opened": (note, note)}
    assert flow.catch_up(3, follows=follows) == 3
    assert noted() == [1, 1, 2]
    assert flow.catch_up(follows=follows) == 7


def test_waiting_takes_three_small_queries_and_no_lock(ada, django_assert_num_queries):
    events(ada, 1, "wave.closed")
    flow.catch_up(follows={})
    with django_assert_num_queries(3):
        flow.catch_up(follows={})


def test_a_step_that_fails_is_tried_three_times_and_then_set_aside(ada, caplog):
    events(ada, 2)
    follows = {"wave.opened": (fail, note)}
    for tries in (1, 2):
        assert flow.catch_up(follows=follows) == 0
        stuck = Stuck.objects.get()
        assert (stuck.seq, stuck.tries, stuck.error, stuck.aside) == (1, tries, "KeyError", False)
    assert stuck.step.endswith("test_flow.fail")
    for _ in range(3):
        flow.catch_up(follows=follows)
    assert noted() == [1, 2]  # the steps behind go on, and nothing of the failed ones stays
    assert list(Stuck.objects.values_list("seq", "tries", "aside")) == [(1, 3, True), (2, 3, True)]
    assert "After event 1 (wave.opened)" in caplog.text


def test_a_step_that_works_at_the_second_try_leaves_nothing_behind(ada):
    events(ada, 2)
    broken = [True]

    def step(event: Event) -> None:
        if broken.pop() if broken else False:
            raise OSError
        note(event)

    follows = {"wave.opened": (step,)}
    assert flow.catch_up(follows=follows) == 0
    assert flow.catch_up(follows=follows) == 2
    assert noted() == [1, 2] and not Stuck.objects.exists()


def test_a_step_set_aside_is_done_when_somebody_has_it_tried_again(ada):
    events(ada, 1)
    broken = [True]

    def step(event: Event) -> None:
        if broken:
            raise OSError
        note(event)

    follows = {"wave.opened": (step,)}
    for _ in range(4):
        flow.catch_up(follows=follows)
    stuck = Stuck.objects.get()
    flow.try_again(stuck.pk, by=ada)
    flow.catch_up(follows=follows)
    stuck.refresh_from_db()
    assert (stuck.tries, stuck.aside) == (1, True)
    broken.clear()
    assert flow.catch_up(follows=follows) == 1
    assert noted() == [1] and not Stuck.objects.exists()
    with pytest.raises(NotAllowed):
        flow.try_again(stuck.pk, by=ada)


def test_two_workers_do_everything_once(ada):
    events(ada, 30)
    follows = {"wave.opened": (note, note)}
    done = []

    def work() -> None:
        try:
            for _ in range(200):
                done.append(flow.catch_up(7, follows=follows))
                if Cursor.objects.filter(seq__gte=30).exists():
                    break
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while flow.catch_up(follows=follows):
        pass
    assert noted() == sorted([*range(1, 31), *range(1, 31)])


def test_a_worker_that_finds_the_cursor_held_does_nothing(ada):
    """On PostgreSQL; SQLite lets one writer in at a time, so the second does what is left."""
    events(ada, 2)
    inside, go_on = threading.Event(), threading.Event()
    alone = not connection.features.has_select_for_update_skip_locked

    def slow(event: Event) -> None:
        inside.set()
        alone or go_on.wait(20)
        note(event)

    def hold() -> None:
        try:
            flow.catch_up(1, follows={"wave.opened": (slow,)})
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(20)
    done = flow.catch_up(follows={"wave.opened": (note,)})
    go_on.set()
    thread.join()
    assert done == (1 if alone else 0)
    assert noted() == ([1, 2] if alone else [1])


KILLED = """
import os, signal, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from openhall import flow
from openhall.models import record
def step(event):
    record("sheet.kept", event, after=event.seq)
    if event.seq == 3:
        os.kill(os.getpid(), signal.SIGKILL)
flow.catch_up(follows={"wave.opened": (step,)})
"""


def test_a_killed_worker_leaves_nothing_half_done(ada):
    events(ada, 4)
    name = connection.settings_dict["NAME"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "openhall.settings"}
    killed = subprocess.run([sys.executable, "-c", KILLED, str(name)], env=environment)
    assert killed.returncode == -9
    assert noted() == [1, 2]
    assert flow.catch_up(follows={"wave.opened": (note,)}) == 2
    assert noted() == [1, 2, 3, 4] and not Stuck.objects.exists()


def test_what_recurs_is_done_when_it_is_due(ada):
    done = []
    ticks = (
        flow.Tick("often", 60, lambda: done.append("often")),
        flow.Tick("daily", 86400, lambda: done.append("daily"), hour=1),
    )
    assert flow.tick(NINE, ticks=ticks) == 2  # the first time at once
    assert flow.tick(NINE + timedelta(seconds=59), ticks=ticks) == 0
    assert flow.tick(NINE + timedelta(seconds=60), ticks=ticks) == 1
    assert flow.tick(NINE + timedelta(hours=15, minutes=59), ticks=ticks[1:]) == 0
    assert flow.tick(NINE + timedelta(hours=16), ticks=ticks[1:]) == 1  # one o'clock at night
    assert done == ["often", "daily", "often", "daily"]


def test_a_daily_hour_is_the_halls_own():
    with override_settings(TIME_ZONE="Europe/London"):
        spring = datetime(2026, 3, 28, 3, tzinfo=UTC)  # the night the clocks go forward
        tick = flow.Tick("daily", 86400, lambda: None, hour=2)
        assert flow._next(tick, spring).date().isoformat() == "2026-03-29"
        assert (
            flow._next(tick, datetime(2026, 7, 1, 0, 30, tzinfo=UTC)).isoformat()
            == "2026-07-01T01:00:00+00:00"
        )


def test_what_recurs_and_fails_leaves_nothing_and_is_tried_again_a_minute_later(ada, caplog):
    broken = [True]

    def run() -> None:
        events(ada, 1)
        if broken:
            raise OSError

    ticks = (flow.Tick("daily", 86400, run),)
    assert flow.tick(NINE, ticks=ticks) == 0
    assert not Event.objects.exists() and "daily failed" in caplog.text
    broken.clear()
    assert flow.tick(NINE + timedelta(seconds=59), ticks=ticks) == 0
    assert flow.tick(NINE + timedelta(seconds=60), ticks=ticks) == 1
    assert Event.objects.count() == 1


def test_two_workers_do_what_recurs_once(ada):
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait()
            flow.tick(NINE, ticks=(flow.Tick("daily", 86400, lambda: events(ada, 1)),))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Event.objects.count() == 1


def test_every_day_there_is_a_checkpoint_and_a_check(ada):
    events(ada, 1)
    with at(NINE):
        assert flow.tick(ticks=[tick for tick in flow.TICKS if tick.name.startswith("log.")]) == 2
    assert Anchor.objects.get().seq == 1
    assert Verification.objects.get().by is None
    assert set(Due.objects.values_list("name", flat=True)) == {"log.anchor", "log.check"}
    assert len({tick.name for tick in flow.TICKS}) == len(flow.TICKS)


def test_the_worker_follows_until_it_is_told_to_stop(ada, monkeypatch, caplog):
    events(ada, 1)
    stop, rounds = threading.Event(), []

    def catch_up() -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise OSError("the database is away")
        if len(rounds) == 3:
            stop.set()
        return 0

    monkeypatch.setattr(flow, "catch_up", catch_up)
    monkeypatch.setattr(flow, "TICKS", [tick for tick in flow.TICKS if tick.name == "log.anchor"])
    thread = threading.Thread(target=worker.follow, args=(stop,), kwargs={"every": 0})
    thread.start()
    thread.join(20)
    assert not thread.is_alive() and len(rounds) == 3
    assert "Following the log failed" in caplog.text
    assert Anchor.objects.count() == 1  # the clock was looked at, too


def test_every_step_and_kind_of_the_tables_is_known():
    from openhall.labels import EVENTS

    assert set(flow.FOLLOWS) <= set(EVENTS) and set(flow.AFTER) <= set(EVENTS)
    names = [flow._name(step) for steps in flow.FOLLOWS.values() for step in steps]
    assert "<lambda>" not in "".join(names)

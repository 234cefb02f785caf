"""The columnar extract of the facts about requests: brought up to date after real acts, killed, tampered with."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db.models import Q
from tests import cases, rated
from tests.actions.test_state_machine import START, World, turn
from tests.town import CALENDAR

from openhall import moment
from openhall.actions import extract_requests, follow, timing
from openhall.engines.columns import day_of
from openhall.engines.store import Store
from openhall.engines.store_writing import put
from openhall.models import Clock, ServiceRequest, hall_calendar
from openhall.reads import facts, facts_live
from openhall.stats.axes import Day, Marked, Number

CODED = [spec.key for spec in facts.specs() if spec.key in facts.lists_of(facts.specs())]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """An extract of the test's own, and nothing remembered of another's."""
    settings.DATA_DIR = tmp_path
    facts_live.forget()


# --- said again, one request at a time, by other means ------------------------------------------------------------


def plainly(case: ServiceRequest) -> dict:
    """The facts of one request, each looked up for itself."""
    zone = ZoneInfo(hall_calendar().zone)
    ended = Q(outcome__in=("met", "missed"))
    contact = case.clocks.filter(ended, kind="first_contact").last()
    running = case.clocks.filter(kind="first_contact", stopped_at=None).last()
    resolve = case.clocks.filter(kind="resolve")
    kept = resolve.last().outcome if case.closed_at and resolve.last().outcome != "cancelled" else ""
    minutes = round(sum(resolve.filter(ended).values_list("used", flat=True))) if kept else None
    rating = case.evaluations.filter(round=case.reopened + 1).last() if case.closed_at else None
    mistaken = (
        rating is not None
        and rating.level
        and rating.request.rectifications.filter(evaluation=rating, appeal_upheld=True)
    )
    fixing = case.rectifications.order_by("pk").last()
    return {
        "demand": case.demand,
        "service": case.service_id or 0,
        "area": case.area_id or 0,
        "lead": case.lead_id or 0,
        "accused": case.accused_id or 0,
        "channel": case.channel,
        "state": case.state,
        "outcome": case.outcome,
        "urgency": case.urgency,
        "confidential": int(case.confidential),
        "listed": int(case.listed),
        "anonymous": int(case.anonymous),
        "came_in": int(case.created_at.astimezone(zone).strftime("%Y%m")),
        "ended_in": int(case.closed_at.astimezone(zone).strftime("%Y%m")) if case.closed_at else 0,
        "contact": contact.outcome if contact else "",
        "kept": kept,
        "half_hours": None if minutes is None else (minutes + 29) // 30,
        "reopened": case.reopened,
        "returns": case.returns,
        "extensions": case.extensions,
        "rating": "" if rating is None else "mistaken" if mistaken else "given" if rating.level else "asked",
        "level": None if rating is None or mistaken else rating.level,
        "rectified": "" if fixing is None else "done" if fixing.finished_at else "open",
        "minutes": minutes,
        "contact_minutes": round(contact.used) if contact else None,
        "due": case.due_at,
        "contact_due": running.due_at if running else None,
        "received": case.created_at.astimezone(zone).date(),
        "closed": case.closed_at.astimezone(zone).date() if case.closed_at else None,
        "groups": sorted(case.groups),
    }  # fmt: skip


def agree() -> None:
    """Every count of the facts is what the requests say one by one."""
    live = facts_live.live()
    counted = facts_live.counted(live)
    told = [plainly(case) for case in ServiceRequest.objects.all()]
    assert counted.n == len(told)
    for key in CODED:
        if key == "void":
            continue
        codes = (None, *live.lists[key])
        cells = counted.cells(live.coded(key))
        found = {codes[value]: count for (value,), count in zip(cells.values, cells.counts, strict=True)}
        assert found == Counter(one[key] for one in told), key
    for key in ("minutes", "contact_minutes", "due", "contact_due"):
        cells = counted.cells(Number(key))
        found = {
            value if there else None: count for (there, value), count in zip(*cells_of(cells), strict=True)
        }
        spoken = [facts.moment(one[key]) if isinstance(one[key], datetime) else one[key] for one in told]
        assert found == Counter(spoken), key
    for key in ("received", "closed"):
        cells = counted.cells(Day(key))
        found = {
            day_of(value) if there else None: n for (there, value), n in zip(*cells_of(cells), strict=True)
        }
        assert found == Counter(one[key] for one in told), key


def cells_of(cells):
    return cells.values.tolist(), cells.counts.tolist()


# --- exact at any moment ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_after_any_acts_the_figures_are_those_of_the_database(desk, seed, monkeypatch):
    monkeypatch.setattr("tests.actions.test_state_machine.note", lambda _said: None)
    dice = Random(seed)
    with moment.at(START):
        first, second = cases.received(desk), cases.report(desk) if seed % 2 else cases.sent(desk)
    world = World(desk, dice, [first.pk, second.pk])
    for number in range(20):
        turn(world)
        if number % 4 == 0:
            agree()
        if dice.random() < 0.2:
            extract_requests.update()
            agree()
    extract_requests.update()
    agree()
    assert extract_requests.check_requests() == ()


def test_ratings_rectifications_and_special_situations_are_facts(desk):
    extract_requests.update()
    rated.rated(desk, 1, groups=["elderly", "blind"])
    rated.rated(desk, 5)
    rated.asked(desk)
    agree()
    live = facts_live.live()
    cells = facts_live.counted(live).cells(Marked("groups", "blind"))
    assert cells_of(cells) == ([[0], [1]], [2, 1])


def test_one_closing_is_rated_and_reopening_forgets_the_rating(desk):
    evaluation = rated.rated(desk, 4)
    extract_requests.update()
    follow.reopen(evaluation.request, text="The lamp is out again.")
    agree()
    extract_requests.update()
    agree()


def test_a_new_calendar_moves_the_deadlines_of_all_that_are_open(desk):
    with moment.at(START):
        cases.sent(desk)
        cases.received(desk)
        extract_requests.update()
        before = facts_live.counted(facts_live.live()).cells(Number("due"))
        hours = {str(day): [["10:00", "15:00"]] for day in range(5)}
        timing.set_calendar(CALENDAR | {"hours": hours}, by=desk.administrator)
        agree()
        extract_requests.update()
        agree()
        after = facts_live.counted(facts_live.live()).cells(Number("due"))
    assert before.values.tolist() != after.values.tolist()


def test_another_time_zone_makes_the_extract_anew(desk):
    with moment.at(datetime(2026, 3, 2, 22, 30, tzinfo=ZoneInfo("UTC"))):
        cases.received(desk)
        extract_requests.update()
        timing.set_calendar(CALENDAR | {"zone": "Asia/Shanghai"}, by=desk.administrator)
        assert facts.opened() is None
        agree()
        extract_requests.update()
        assert facts.opened() is not None
        agree()


# --- kept up to date ----------------------------------------------------------------------------------------------


def test_only_what_changed_is_read_again(desk):
    for _ in range(3):
        cases.received(desk)
    extract_requests.update()
    changed = cases.accepted(desk, ServiceRequest.objects.first())
    assert facts.changed(facts.place(facts.opened()), facts.head()).tolist() == [changed.pk]
    assert extract_requests.is_behind() and not extract_requests.is_behind(2)
    assert extract_requests.update() == 1
    assert not extract_requests.is_behind()
    assert extract_requests.update() == 0
    agree()


def test_a_page_needs_few_queries_however_many_changed(desk, django_assert_max_num_queries):
    extract_requests.update()
    for _ in range(12):
        cases.received(desk)
    with django_assert_max_num_queries(10):
        facts_live.counted(facts_live.live()).n  # noqa: B018
    with django_assert_max_num_queries(4):
        facts_live.counted(facts_live.live()).n  # noqa: B018


def test_the_worker_writes_it_when_enough_changed_or_some_minutes_passed(desk, monkeypatch):
    assert extract_requests.keep() == 0 and not facts.folder().exists()  # a hall without a desk
    cases.received(desk)
    assert extract_requests.keep() == 1
    cases.received(desk)
    assert extract_requests.keep() == 0  # the page counts it all the same
    agree()
    monkeypatch.setattr(extract_requests, "LATEST", -1)
    assert extract_requests.keep() == 1
    assert extract_requests.keep() == 0
    cases.received(desk)
    monkeypatch.setattr(extract_requests, "LATEST", 300)
    monkeypatch.setattr(extract_requests, "ENOUGH", 1)
    assert extract_requests.keep() == 1
    agree()


class Killed(BaseException):
    """What a process hears last."""


@pytest.mark.parametrize("where", ["before", "after"])
def test_killed_around_the_writing_nothing_is_lost(desk, monkeypatch, where):
    cases.received(desk)
    extract_requests.update()
    cases.accepted(desk, ServiceRequest.objects.get())
    cases.received(desk)

    def killed(*args, **values):
        if where == "after":
            put(*args, **values)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(extract_requests, "put", killed)
        with pytest.raises(Killed):
            extract_requests.update()
    agree()
    assert extract_requests.update() == (2 if where == "before" else 0)
    agree()
    assert extract_requests.check_requests() == ()


def test_killed_while_it_is_made_anew_the_old_one_stays(desk):
    cases.received(desk)
    extract_requests.update()
    before = Store.open(facts.folder()).version
    cases.received(desk)

    def killed(_done, _of):
        raise Killed

    with pytest.raises(Killed):
        extract_requests.rebuild_requests(killed)
    assert Store.open(facts.folder()).version == before
    agree()
    assert extract_requests.rebuild_requests() == 2
    agree()


def test_many_changes_make_it_anew(desk, monkeypatch):
    cases.received(desk)
    extract_requests.update()
    monkeypatch.setattr(facts, "CHUNK", 1)
    for _ in range(3):
        cases.received(desk)
    assert extract_requests.update() == 4  # all of them, not only the three
    agree()


def test_while_another_writes_nothing_is_done(desk):
    cases.received(desk)
    with extract_requests._only_one() as mine:
        assert mine
        assert extract_requests.update() == 0
        with pytest.raises(extract_requests.NotAllowed):
            extract_requests.rebuild_requests()


def test_the_extract_of_another_database_is_not_taken(desk):
    cases.received(desk)
    extract_requests.update()
    store = facts.opened()
    put(store.folder, facts={"hash": "0" * 64})
    assert facts.opened() is None
    agree()
    assert extract_requests.update() == 1
    agree()


def test_too_many_changes_are_not_counted_on_a_page(desk, monkeypatch):
    extract_requests.update()
    for _ in range(3):
        cases.received(desk)
    monkeypatch.setattr(facts_live, "MOST_FRESH", 2)
    with pytest.raises(facts_live.NotReady, match="first time"):
        facts_live.live()


# --- the check ----------------------------------------------------------------------------------------------------


def test_the_check_finds_a_row_that_says_something_else(desk):
    case = cases.received(desk)
    other = cases.received(desk)
    extract_requests.update()
    assert extract_requests.check_requests() == ()
    ServiceRequest.objects.filter(pk=case.pk).update(urgency=1, channel="box")  # by hand, past the log
    (found,) = extract_requests.check_requests()
    assert (found.request, found.values["columns"]) == (case.pk, "channel, urgency")
    assert "differs in channel, urgency" in found.say()
    Clock.objects.filter(request=other, kind="first_contact").update(stopped_at=START, outcome="missed")
    assert [one.request for one in extract_requests.check_requests()] == [case.pk, other.pk]
    extract_requests.rebuild_requests()
    assert extract_requests.check_requests() == ()


def test_the_check_finds_rows_too_few_and_too_many(desk):
    first, second = cases.received(desk), cases.received(desk)
    extract_requests.update()
    put(facts.folder(), gone=[first.pk])
    assert [one.request for one in extract_requests.check_requests()] == [first.pk]
    store = facts.opened()
    rows = store.rows_of(np.array([second.pk]))
    put(facts.folder(), rows | {"id": np.array([second.pk + 900])})
    extract_requests.check_requests()
    assert len(extract_requests._surplus(facts.opened())) == 1


def test_the_check_finds_a_file_that_was_changed(desk):
    cases.received(desk)
    extract_requests.update()
    store = facts.opened()
    path = store.path(store.segments[0], "urgency")
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]))
    (found,) = extract_requests.check_requests()
    assert "urgency" in found.say()


def test_without_an_extract_the_check_says_so(desk):
    (found,) = extract_requests.check_requests()
    assert "no extract" in found.say()


def test_an_extract_to_which_nothing_can_be_added_is_made_anew(desk, caplog):
    cases.received(desk)
    extract_requests.update()
    store = facts.opened()
    path = store.path(store.segments[0], "urgency")
    path.write_bytes(bytes([1 + path.read_bytes()[0] % 5]))
    cases.received(desk)
    assert extract_requests.update() == 2 and "is made anew" in caplog.text
    agree()
    assert extract_requests.check_requests() == ()

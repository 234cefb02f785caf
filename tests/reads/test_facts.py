"""Figures of requests: who may read whose, what is counted, beside the time before; against counting one by one."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from tests import cases
from tests.town import person

from openhall import moment
from openhall.actions import extract_requests
from openhall.models import Clock, Evaluation, Office, ServiceRequest
from openhall.reads import facts, facts_live, figures
from openhall.reads.figures_asked import Asked, Period, months
from openhall.reads.figures_beside import beside
from openhall.rules.assessment import Rate
from openhall.rules.demand import DemandClass

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    facts_live.forget()


def made(desk, dice, number: int) -> ServiceRequest:
    """A request of any kind with its clocks and its rating, written straight into the tables."""
    came = NOW - timedelta(minutes=dice.randrange(1, 400 * 24 * 60))
    ended = dice.random() < 0.8
    closed = came + (NOW - came) * dice.random() if ended else None
    secret = dice.random() < 0.1
    case = ServiceRequest.objects.create(
        number=f"F{number:07d}",
        subject="Lamp",
        text="Lamp",
        state="closed" if ended else dice.choice(["received", "handling"]),
        is_open=not ended,
        outcome=dice.choice(["resolved", "explained", "withdrawn"]) if ended else "",
        service=dice.choice([None, desk.light, desk.pipe]),
        lead=dice.choice([None, desk.roads, desk.water, desk.licensing]),
        area=dice.choice([None, desk.old_town, desk.harbour]),
        demand=dice.choice(["", *(str(one) for one in DemandClass)]),
        channel=dice.choice(["web", "phone", "window"]),
        confidential=secret,
        listed=not secret,
        accused=dice.choice([desk.roads, desk.water]) if secret and dice.random() < 0.5 else None,
        reopened=int(ended and dice.random() < 0.1),
        due_at=None if ended else NOW + timedelta(hours=dice.randrange(-50, 50)),
        created_at=came,
        changed_at=came,
        closed_at=closed,
    )
    for kind in ("first_contact", "resolve"):
        done = ended or (kind == "first_contact" and dice.random() < 0.5)
        Clock.objects.create(
            request=case,
            kind=kind,
            allowed=600,
            used=dice.random() * 5000,
            started_at=came,
            stopped_at=came if done else None,
            due_at=None if done else NOW + timedelta(hours=dice.randrange(-50, 50)),
            outcome=dice.choice(["met", "met", "missed", "cancelled"]) if done else "",
        )
    if ended and dice.random() < 0.6:
        Evaluation.objects.create(
            request=case,
            round=case.reopened + 1,
            office=case.lead or desk.centre,
            channel="web",
            invited_at=closed,
            expires_at=NOW,
            level=dice.choice([None, 1, 2, 3, 4, 5, 5]),
        )
    return case


@pytest.fixture
def many(desk):
    """Three hundred requests of the last 400 days, most of them in the extract already."""
    dice = random.Random(20260520)
    with moment.at(NOW):
        for number in range(300):
            made(desk, dice, number)
        extract_requests.update()
        cases.accepted(desk)
        cases.report(desk)
    return desk


# --- one by one ---------------------------------------------------------------------------------------------------


def seen(user):
    """What the lists show; of who works in a department, what it leads."""
    found = ServiceRequest.objects.visible_to(user)
    return found.filter(lead=user.office) if user.role in ("head", "handler") else found


def day(at) -> date:
    return at.astimezone(UTC).date() if at.month not in range(4, 11) else (at + timedelta(hours=1)).date()


def whole(requests, period) -> dict:
    """The figures of these requests."""
    came = [one for one in requests if period.since <= day(one.created_at) <= period.until]
    ended = [one for one in requests if one.closed_at and period.since <= day(one.closed_at) <= period.until]
    kept = [clock(one, "resolve") for one in ended]
    contact = [clock(one, "first_contact") for one in came]
    again = [one for one in came if one.closed_at or one.reopened]
    times = sorted(
        (round(known.used) + 29) // 30 for known in kept if known and known.outcome in ("met", "missed")
    )
    ratings = [one.evaluations.filter(round=one.reopened + 1).first() for one in ended]
    levels = [one.level for one in ratings if one and one.level]
    late = sum(
        1 for known in contact if known and not known.stopped_at and known.due_at and known.due_at < NOW
    )
    return {
        "came": len(came),
        "ended": len(ended),
        "kept": rate(kept),
        "contact": rate(contact) + Rate(0, late),
        "again": Rate(sum(1 for one in again if one.reopened), len(again)),
        "levels": {level: levels.count(level) for level in set(levels)},
        "asked": sum(1 for one in ratings if one),
        "open": sum(1 for one in requests if one.is_open),
        "late": sum(1 for one in requests if one.is_open and one.due_at and one.due_at < NOW),
        "times": times,
    }


def clock(one, kind):
    return one.clocks.filter(kind=kind).last()


def rate(clocks) -> Rate:
    ended = [known.outcome for known in clocks if known and known.outcome in ("met", "missed")]
    return Rate(ended.count("met"), len(ended))


def told(found: figures.Figures) -> dict:
    halves, counts = found.times
    keys = ("came", "ended", "kept", "contact", "again", "levels", "asked", "open", "late")
    return {key: getattr(found, key) for key in keys} | {"times": np.repeat(halves, counts).tolist()}


@pytest.mark.parametrize("who", ["leader", "auditor", "supervisor", "head", "water_head", "analyst"])
def test_every_figure_is_what_the_requests_one_may_see_say_one_by_one(many, who):
    user = many.town.analyst if who == "analyst" else getattr(many, who)
    with moment.at(NOW):
        asked = Asked.of({"period": "quarter"}, user)
        page = figures.page(user, asked, NOW)
        mine = list(seen(user))
        assert told(page.whole) == whole(mine, asked.period)
        assert told(page.before) == {
            **whole(mine, asked.period.before(asked.today)),
            "open": 0,
            "late": 0,
        }
        for axis, column in (("lead", "lead_id"), ("service", "service_id"), ("area", "area_id")):
            for group in page.tables[axis]:
                part = [one for one in mine if (getattr(one, column) or 0) == group.key]
                assert told(group) == whole(part, asked.period), (axis, group.name)
        for axis in ("demand", "channel"):
            for group in page.tables[axis]:
                part = [one for one in mine if getattr(one, axis) == group.key]
                assert told(group) == whole(part, asked.period), (axis, group.name)
        for group in page.trend:
            first = date(group.key // 100, group.key % 100, 1)
            month = whole(mine, Period.around("month", first).gone(asked.today))
            assert told(group) == {**month, "open": 0, "late": 0}


def test_the_figures_are_narrowed_to_a_department_a_service_and_an_area(many):
    with moment.at(NOW):
        asked = Asked.of(
            {"period": "year", "department": "roads", "service": "street-light", "area": "harbour"},
            many.leader,
        )
        page = figures.page(many.leader, asked, NOW)
        part = seen(many.leader).filter(lead=many.roads, service=many.light, area=many.harbour)
        assert told(page.whole) == whole(list(part), asked.period)
        assert asked.chosen == {"department": "roads", "service": "street-light", "area": "harbour"}


def test_nobody_of_an_accused_department_counts_the_report_even_after_a_merger(many):
    with moment.at(NOW):
        everything = figures.page(many.leader, Asked.of({"period": "year"}, many.leader), NOW).whole.came
        boss = person("boss", "leader", many.roads)
        hidden = ServiceRequest.objects.filter(accused=many.roads, created_at__year=2026).count()
        assert hidden
        page = figures.page(boss, Asked.of({"period": "year"}, boss), NOW)
        assert page.whole.came == everything - hidden
        many.licensing.predecessors.add(many.roads)
        heir = person("heir", "leader", many.licensing)
        assert figures.page(heir, Asked.of({"period": "year"}, heir), NOW).whole.came == everything - hidden


def test_a_head_of_a_department_without_requests_reads_nothing(many):
    user = person("nora", "head", Office.objects.get(code="centre"))
    with moment.at(NOW):
        page = figures.page(user, Asked.of({"department": "roads"}, user), NOW)
    assert (page.whole.came, page.whole.open, page.ever) == (0, 0, False)


def test_departments_are_ranked_only_as_far_as_chance_lets_us_see(many):
    with moment.at(NOW):
        page = figures.page(many.leader, Asked.of({"period": "year"}, many.leader), NOW)
    places = {one.name: one.place for one in page.tables["lead"]}
    assert places.pop("No department") is None
    assert {place.best for place in places.values()} == {1}


def test_a_million_later_the_same_page_costs_few_queries(many, django_assert_max_num_queries):
    with moment.at(NOW):
        asked = Asked.of({"period": "quarter"}, many.leader)
        figures.page(many.leader, asked, NOW)
        with django_assert_max_num_queries(25):
            figures.page(many.leader, asked, NOW)


# --- beside the time before ---------------------------------------------------------------------------------------


def test_what_may_still_be_rated_or_opened_again_is_not_compared_yet(many):
    with moment.at(NOW):
        keys = {"again", "answered"}
        for query, compared in (
            ({"period": "quarter"}, False),
            ({"period": "month", "since": "2026-03-01"}, True),
        ):
            asked = Asked.of(query, many.leader)
            page = figures.page(many.leader, asked, NOW)
            gaps = {one.key: one.gap for one in beside(page, asked) if one.key in keys}
            assert all((gap is not None) == compared for gap in gaps.values())


def test_a_change_is_said_in_words_with_what_is_good(desk):
    page = figures.Page(figures.Figures(), figures.Figures(), [], {}, [], True)
    asked = Asked.of({"period": "month", "since": "2026-01-01"}, desk.leader)
    page.whole.kept, page.before.kept = Rate(90, 100), Rate(50, 100)
    page.whole.again, page.before.again = Rate(90, 100), Rate(50, 100)
    page.whole.came, page.before.came = 31, 310
    page.whole.levels, page.before.levels = {3: 5, 5: 5}, {3: 5, 4: 5}
    said = {one.key: one.words for one in beside(page, asked)}
    assert said["kept"] == "better, more than chance"
    assert said["again"] == "worse, more than chance"
    assert said["came"] == "a change that is more than chance"
    assert said["level"] == "may be chance"
    assert said["median"] == said["open"] == ""


# --- times --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ({}, "2026-04-01", "2026-06-30"),
        ({"period": "month"}, "2026-05-01", "2026-05-31"),
        ({"period": "year", "since": "2025-07-09"}, "2025-01-01", "2025-12-31"),
        ({"period": "dates", "since": "2026-03-09", "until": "2026-03-02"}, "2026-03-02", "2026-03-09"),
        ({"period": "dates"}, "2026-04-01", "2026-06-30"),
        ({"period": "week", "since": "yesterday"}, "2026-04-01", "2026-06-30"),
        ({"period": "month", "since": "0001-01-01"}, "2026-05-01", "2026-05-31"),
    ],
)
def test_a_time_of_an_address_is_a_time(desk, query, since, until):
    with moment.at(NOW):
        found = Asked.of(query, desk.leader).period
    assert (found.since.isoformat(), found.until.isoformat()) == (since, until)


def test_the_time_before_is_as_long_as_what_is_gone_of_this_one():
    quarter = Period.around("quarter", date(2026, 5, 20))
    assert quarter.before(date(2026, 5, 20)).until == date(2026, 2, 19)  # fifty days
    assert quarter.before(date(2026, 9, 1)) == Period.around("quarter", date(2026, 1, 1))
    days = Period("dates", date(2026, 3, 2), date(2026, 3, 8))
    assert days.before(date(2026, 4, 1)) == Period("dates", date(2026, 2, 23), date(2026, 3, 1))
    assert days.moved(1).since == date(2026, 3, 9)
    assert Period.around("month", date(2025, 12, 5)).moved(1).since == date(2026, 1, 1)


def test_a_long_time_is_drawn_by_its_last_sixty_months(desk):
    spell = figures._spell(Period("dates", date(2010, 1, 1), date(2026, 5, 20)))
    assert len(months(spell.since, spell.until)) == figures.MOST_MONTHS
    assert spell.until == date(2026, 5, 20)


# --- columns ------------------------------------------------------------------------------------------------------


def test_the_longest_handling_and_the_most_reopened_still_fit(desk):
    with moment.at(NOW):
        case = made(desk, random.Random(3), 1)
    ServiceRequest.objects.filter(pk=case.pk).update(
        reopened=400, returns=300, state="closed", is_open=False, outcome="resolved", closed_at=NOW
    )
    Clock.objects.filter(request=case, kind="resolve").update(used=9e8, outcome="met")
    extract_requests.update()
    store = facts.opened()
    row = store.rows_of(np.array([case.pk]))
    lists = facts.lists_of(store.specs)
    assert lists["reopened"][row["reopened"][0] - 1] == facts.MOST_TIMES
    assert lists["half_hours"][row["half_hours"][0] - 1] == facts.MOST_HALVES
    assert row["minutes"][0] == 900_000_000
    assert extract_requests.check_requests() == ()


def test_no_column_holds_a_name_or_a_word_of_anybody(desk):
    with moment.at(NOW):
        cases.received(desk)
    extract_requests.update()
    text = "".join(path.read_text("latin-1") for path in facts.folder().rglob("*") if path.is_file())
    assert "Li Ming" not in text and "street light" not in text and "example.org" not in text

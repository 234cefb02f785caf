"""Planning, opening and closing: what is allowed, what is refused, what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.town import ASKED, version_of

from openhall.actions.waves import Plan, Share, change_wave, close_wave, open_wave, plan_wave
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Allocation, Batch, Event, Response, Wave
from openhall.rules import waves as rules


@pytest.fixture
def plan(town):
    return Plan(
        name={"en": "Autumn", "zh": "秋季"},
        version=town.version,
        shares=(Share(town.north, target=10), Share(town.south, target=20, quota=30)),
        planned=30,
    )


def respond(town, **values):
    return Response.objects.create(
        wave=town.wave,
        office=town.north,
        version=town.version,
        channel="link",
        language="en",
        answers="[2,4,3,5,4]",
        submitted_on=timezone.localdate(),
        **values,
    )


def test_a_plan_becomes_a_draft_with_an_address_for_every_office(town, plan):
    wave = plan_wave(plan=plan, by=town.analyst)
    assert wave.state == Wave.State.DRAFT
    assert [(share.office.code, share.target, share.quota) for share in wave.allocations.all()] == [
        ("north", 10, None),
        ("south", 20, 30),
    ]
    assert len({share.key for share in wave.allocations.all()}) == 2
    assert Event.objects.get(kind="wave.planned").by == town.analyst


def test_clerks_and_leaders_may_not_plan(town, plan):
    for person in (town.clerk, town.leader):
        with pytest.raises(NotPermitted):
            plan_wave(plan=plan, by=person)


def test_a_nation_s_year_can_be_planned_and_no_more_than_the_database_counts(town, plan):
    assert plan_wave(plan=replace(plan, planned=rules.MOST), by=town.analyst).planned == 1_000_000_000
    with pytest.raises(BadInput, match="Planned number"):
        plan_wave(plan=replace(plan, planned=rules.MOST + 1), by=town.analyst)


def test_every_mistake_of_a_plan_is_named_at_once_and_nothing_is_kept(town, plan):
    wrong = replace(
        plan, name={"en": " "}, planned=0, min_seconds=-1, shares=(Share(town.north, target=0, quota=0),)
    )
    with pytest.raises(BadInput) as caught:
        plan_wave(plan=wrong, by=town.analyst)
    said = "\n".join(caught.value.lines())
    for place in (
        "Planned number",
        "Minimum seconds",
        "North Office: the target",
        "North Office: the quota",
        "Name",
    ):
        assert place in said
    assert Wave.objects.count() == 1


def test_opening_freezes_the_version_and_notes_the_day(town, plan):
    version = version_of(replace(ASKED, key="other"))
    wave = plan_wave(plan=replace(plan, version=version), by=town.analyst)
    wave = open_wave(wave, by=town.analyst)
    version.refresh_from_db()
    assert (wave.state, wave.opened_on, version.frozen) == ("open", timezone.localdate(), True)


def test_a_wave_without_offices_does_not_open(town, plan):
    version = version_of(replace(ASKED, key="other"))
    wave = plan_wave(plan=replace(plan, version=version, shares=()), by=town.analyst)
    with pytest.raises(BadInput, match="Offices: no office takes part"):
        open_wave(wave, by=town.analyst)
    wave.refresh_from_db()
    version.refresh_from_db()
    assert (wave.state, version.frozen) == ("draft", False)


def test_a_version_without_questions_keeps_a_wave_from_opening():
    today = timezone.localdate()
    problems = rules.opening_problems(offices=1, questions=0, closes_on=today, today=today)
    assert [problem.place for problem in problems] == ["Questionnaire"]


def test_a_wave_whose_last_day_has_passed_does_not_open(town, plan):
    yesterday = timezone.localdate() - timedelta(1)
    wave = plan_wave(plan=replace(plan, closes_on=yesterday), by=town.analyst)
    with pytest.raises(BadInput, match="Last day"):
        open_wave(wave, by=town.analyst)


def test_a_closed_wave_opens_again_and_keeps_its_first_day(town):
    Wave.objects.filter(pk=town.wave.pk).update(opened_on=timezone.localdate() - timedelta(9))
    wave = close_wave(town.wave, by=town.analyst)
    assert (wave.state, wave.closed_on) == ("closed", timezone.localdate())
    wave = open_wave(wave, by=town.analyst)
    assert (wave.state, wave.closed_on) == ("open", None)
    assert wave.opened_on == timezone.localdate() - timedelta(9)
    assert list(wave.events.values_list("kind", flat=True)) == ["wave.reopened", "wave.closed"]


@pytest.mark.parametrize(
    ("state", "step"), [("draft", close_wave), ("open", open_wave), ("closed", close_wave)]
)
def test_a_step_that_does_not_lead_on_is_refused(town, state, step):
    Wave.objects.filter(pk=town.wave.pk).update(state=state)
    with pytest.raises(NotAllowed):
        step(town.wave, by=town.analyst)


def test_leaders_may_not_open_or_close(town):
    for step in (open_wave, close_wave):
        with pytest.raises(NotPermitted):
            step(town.wave, by=town.leader)


def test_targets_quotas_and_names_may_change_while_open_and_links_stay(town, plan):
    key = town.at_north.key
    wave = change_wave(town.wave, plan=replace(plan, listed=True), by=town.analyst)
    north = wave.allocations.get(office=town.north)
    assert (north.key, north.target, wave.name["zh"], wave.listed) == (key, 10, "秋季", True)


def test_the_version_of_an_open_wave_does_not_change(town, plan):
    other = version_of(replace(ASKED, key="other"))
    with pytest.raises(NotAllowed, match="version"):
        change_wave(town.wave, plan=replace(plan, version=other), by=town.analyst)


def test_a_quota_below_what_is_filled_is_refused(town, plan):
    Allocation.objects.filter(pk=town.at_north.pk).update(filled=7)
    with pytest.raises(BadInput, match="the quota 6 is below the 7 answers already accepted"):
        change_wave(
            town.wave,
            plan=replace(plan, shares=(Share(town.north, quota=6), Share(town.south))),
            by=town.analyst,
        )
    change_wave(
        town.wave, plan=replace(plan, shares=(Share(town.north, quota=7), Share(town.south))), by=town.analyst
    )
    assert Allocation.objects.get(pk=town.at_north.pk).quota == 7


def test_an_office_where_something_came_back_or_was_issued_stays(town, plan):
    respond(town)
    Batch.objects.create(allocation=town.at_south, channel="paper", count=5)
    with pytest.raises(BadInput) as caught:
        change_wave(town.wave, plan=replace(plan, shares=()), by=town.analyst)
    assert "North Office" in str(caught.value) and "South Office" in str(caught.value)
    assert town.wave.allocations.count() == 2


def test_an_office_where_nothing_happened_may_leave_an_open_wave(town, plan):
    change_wave(town.wave, plan=replace(plan, shares=(Share(town.north),)), by=town.analyst)
    assert [share.office.code for share in town.wave.allocations.all()] == ["north"]


def test_an_open_wave_keeps_an_office_and_a_last_day_to_come(town, plan):
    with pytest.raises(BadInput) as caught:
        change_wave(
            town.wave,
            plan=replace(plan, shares=(), closes_on=timezone.localdate() - timedelta(1)),
            by=town.analyst,
        )
    assert [problem.place for problem in caught.value.problems] == ["Offices", "Last day"]


@pytest.mark.django_db(transaction=True)
def test_a_closed_wave_forgets_in_which_order_its_answers_came(town):
    came = [respond(town).pk for _ in range(12)]
    assert came != sorted(came)
    close_wave(town.wave, by=town.analyst)
    place = {"sqlite": "rowid", "postgresql": "ctid"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM openhall_response ORDER BY {place}")
        assert [row[0] for row in cursor.fetchall()] == sorted(came)

"""Figures of ratings, and who is told them."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from tests import rated
from tests.rated import answers

from openhall.actions import evaluate, screen
from openhall.models import Evaluation, Rectification, Response, ServiceRequest
from openhall.moment import now
from openhall.reads import datasets, ratings, rectifications, reports
from openhall.reads.ledger import ledger
from openhall.reads.subjects import OfWave
from openhall.rules.rectification import Step


def many(desk, levels: dict, *, office=None, number: int = 1) -> None:
    """Rated requests at an office, through the action, without walking each through the desk."""
    when = now()
    for level, count in levels.items():
        for _ in range(count):
            number += 1
            case = ServiceRequest.objects.create(
                number=f"T{ServiceRequest.objects.count():07d}",
                subject="Lamp",
                text="Lamp",
                state="closed",
                is_open=False,
                outcome="resolved",
                service=desk.light,
                lead=office or desk.roads,
                demand="help" if number % 2 else "complaint",
                channel="web" if number % 3 else "phone",
                created_at=when,
                changed_at=when,
                closed_at=when,
            )
            sure = random.Random(number)
            items = {
                key: min(5, max(1, level + sure.choice([-1, 0, 1])))
                for key in ("speed", "clarity", "courtesy", "fairness")
            }
            evaluate.rate(evaluate.invite(case), answers=answers(level, **items))


@pytest.fixture
def wanted(desk):
    return ratings.Asked.of({})


def test_shares_have_their_counts_and_interval(desk, wanted):
    many(desk, {5: 6, 3: 2, 1: 2})
    (row,) = ratings.table(desk.leader, "office", wanted)
    assert (row.satisfied, row.rated, row.counts) == (8, 10, [6, 0, 2, 0, 2])
    assert [round(edge, 1) for edge in row.interval] == [49.0, 94.3]
    assert (row.answered, row.invited) == (10, 10)


def test_ratings_are_told_by_service_channel_and_month_too(desk, wanted):
    many(desk, {5: 3, 2: 3})
    for axis, names in {
        "service": {"Street light"},
        "channel": {"Website", "Telephone"},
        "month": {f"{now():%Y-%m}"},
    }.items():
        rows = ratings.table(desk.leader, axis, wanted)
        assert {row.name for row in rows} <= names and sum(row.rated for row in rows) == 6


def test_who_was_asked_and_said_nothing_is_in_the_response_rate(desk, wanted):
    rated.asked(desk)
    many(desk, {4: 1})
    whole = ratings.whole(desk.leader, wanted)
    assert (whole.answered, whole.invited) == (1, 2)


def test_another_departments_few_ratings_are_not_told_to_a_department(desk, wanted):
    many(desk, {5: 8})
    many(desk, {1: 3}, office=desk.water, number=50)
    many(desk, {4: 9}, office=desk.licensing, number=90)
    rows = {row.name: row for row in ratings.table(desk.head, "office", wanted)}
    assert rows["Roads"].rated == 8
    assert rows["Water"].few and not rows["Water"].levels
    assert rows["Licensing"].few  # else the sum of all would tell Water's
    assert not any(row.few for row in ratings.table(desk.leader, "office", wanted))


def test_a_department_reads_only_its_own_by_service(desk, wanted):
    many(desk, {5: 2})
    many(desk, {1: 3}, office=desk.water, number=50)
    assert sum(row.rated for row in ratings.table(desk.head, "service", wanted)) == 2
    assert [one.office for one in ratings.bad(desk.head, wanted)] == []


def test_a_rating_found_mistaken_is_not_counted(desk, wanted):
    row = rated.walked(desk, Step.CALL_BACK, Step.VERIFY_NOT_TRUE, Step.APPEAL, Step.UPHOLD)
    assert ratings.whole(desk.leader, wanted).rated == 0
    assert not Response.objects.valid().filter(pk=row.evaluation.response_id).exists()


def test_ratings_of_another_time_are_not_counted(desk):
    many(desk, {5: 1})
    old = ratings.Asked.of({"since": "2020-01-01", "until": "2020-12-31"})
    assert ratings.whole(desk.leader, old).rated == 0
    assert ratings.Asked.of({"since": "rubbish", "until": "9999-99-99"}).since < now().date()


def test_whom_to_ring_up(desk):
    rang, wrote = rated.asked(desk, channel="phone"), rated.asked(desk, text="Another lamp is out, too.")
    assert ratings.to_call(desk.dispatcher) == [rang] and wrote.channel == "email"
    evaluate.rate(rang, answers=answers(4), by=desk.dispatcher)
    assert ratings.to_call(desk.dispatcher) == []


def test_the_overdue_lead_the_ledger_and_the_finished_close_it(desk):
    first = rated.opened(desk)
    second = rated.walked(
        desk, *rated.GIVEN, row=rated.rated(desk, 2, text="Another lamp is out, too.").rectification
    )
    third = rated.rated(desk, 2, text="A third lamp is out as well.").rectification
    Rectification.objects.filter(pk=third.pk).update(due_at=now() - timedelta(days=1))
    lines = rectifications.ledger(desk.supervisor, rectifications.Wanted(state=""))
    assert [line.row for line in lines] == [third, first, second]
    assert [line.late for line in lines] == [True, False, False]
    late = rectifications.ledger(desk.supervisor, rectifications.Wanted(state="overdue"))
    assert [line.row for line in late] == [third]


def test_the_ledger_hides_what_the_person_may_not_see(desk):
    rated.opened(desk)
    everything = rectifications.Wanted(state="")
    assert len(rectifications.ledger(desk.head, everything)) == 1
    assert rectifications.ledger(desk.water_head, everything) == []


def test_nothing_of_a_request_that_is_not_public_is_published(desk):
    row = rated.walked(desk, *rated.GIVEN)
    assert [one.pk for one in ratings.published(row.request)] == [row.pk]
    row.request.listed = False
    assert ratings.published(row.request) == []


def test_the_whole_report_of_the_study_works_on_three_hundred_ratings(desk):
    many(desk, {5: 140, 4: 90, 3: 40, 2: 20, 1: 10})
    wave = Evaluation.objects.first().response.wave
    assert not screen.apply_rules(wave, by=None)
    assert datasets.count_rows(wave, everything=False) == 300
    total = ledger(wave).total
    assert (total.valid, total.returned) == (300, 300)
    for lang in ("en", "zh"):
        page = reports.page(OfWave(wave), lang)
        assert len(page) > 10_000
    assert "How quickly it was dealt with" in reports.page(OfWave(wave), "en")


def test_a_changed_rating_makes_another_report(desk):
    many(desk, {5: 1})
    evaluation = Evaluation.objects.get()
    wave = evaluation.response.wave
    before = datasets.fingerprint(wave)
    evaluate.rate(evaluation, answers=answers(1))
    assert datasets.fingerprint(wave) != before


def test_figures_need_few_queries(desk, wanted, django_assert_max_num_queries):
    many(desk, {5: 5, 1: 5})
    with django_assert_max_num_queries(4):
        ratings.table(desk.leader, "office", wanted)
    with django_assert_max_num_queries(2):
        ratings.bad(desk.leader, wanted)

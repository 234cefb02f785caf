"""The demo town: what stands in it, and that it never mixes with a real hall."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from openhall import demo, demo_answers, demo_desk, demo_waves, moment
from openhall.models import (
    Ask,
    Evaluation,
    Event,
    Flag,
    ListItem,
    Office,
    Rectification,
    RecurringDuty,
    Response,
    Screening,
    Service,
    ServiceRequest,
    Stuck,
    Supervision,
    User,
    Wave,
)
from openhall.reads import log_check
from openhall.reads.ledger import ledger
from openhall.rules.decision import Listed
from openhall.rules.permissions import Role
from openhall.rules.workflow import Outcome, State
from openhall.surveys import toml_format
from tests.journey import words

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # a Tuesday, eleven in the morning in the demo town


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo as it opens at NOW, made once for this file; what went wrong while it was played."""
    broken: list[str] = []
    make = demo_desk.make

    def noting():
        stage = make()
        broken.extend(stage.broken)
        return stage

    data = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DATA_DIR=data):
        with pytest.MonkeyPatch.context() as patch, moment.at(NOW):
            patch.setattr(demo_desk, "make", noting)
            assert demo.load()
        with override_settings(ANCHORS_FILE=data / "anchors.txt"):
            yield broken
        transaction.set_rollback(True)


@pytest.fixture
def qinghe(played, db):
    """The demo town, at NOW."""
    with moment.at(NOW):
        yield played


def test_the_study_gives_300_valid_of_338_reconstructed_sheets(qinghe):
    wave = Wave.objects.get(key=demo_waves.STUDY)
    counted = ledger(wave)
    assert wave.state == "closed" and wave.planned == 400
    assert [branch.total.issued for branch in counted.branches] == [110, 85, 120, 83]
    assert (counted.total.returned, counted.total.excluded, counted.total.valid) == (338, 38, 300)
    assert "reconstructed" in wave.name["en"] and "重建" in wave.name["zh"]
    twice = Flag.objects.filter(response__wave=wave, rule="duplicate_sheet", verdict="open").count()
    assert twice == 300  # every valid sheet stands twice, for a person to see


def test_the_open_wave_has_answers_of_every_sort(qinghe, client):
    wave = Wave.objects.get(key=demo_waves.AUTUMN)
    assert wave.state == "open" and wave.listed
    found = Response.objects.filter(wave=wave)
    assert found.count() == 60 and found.filter(complete=False).count() == 5
    assert set(found.values_list("channel", flat=True)) == {"link", "kiosk", "paper"}
    rules = Counter(Flag.objects.filter(response__wave=wave).values_list("rule", flat=True))
    assert rules == {"straight_lining": 3, "too_fast": 2}
    for allocation in wave.allocations.all():
        assert allocation.filled == found.filter(office=allocation.office, complete=True).count()
    assert client.get("/").content.decode().count("Give your opinion") == 4


def test_one_person_a_role_can_sign_in_and_every_department_has_people(qinghe, client):
    assert {person.role for person in demo.PEOPLE} == set(Role)
    for person in demo.PEOPLE:
        assert client.login(username=person.username, password=demo.PASSWORD)
        assert client.get("/desk/", follow=True).status_code == 200
    for office in Office.objects.departments():
        assert set(office.staff.values_list("role", flat=True)) >= {"head", "handler"}, office.code


def test_the_town_has_departments_services_and_lists(qinghe):
    assert Office.objects.departments().count() == 9  # the centre and eight departments
    assert Service.objects.count() >= 18 and ListItem.objects.count() >= 21
    assert set(ListItem.objects.values_list("kind", flat=True)) == set(Listed)


def test_every_story_is_told_to_its_end(qinghe):
    assert qinghe == [] and not Stuck.objects.exists()


def test_requests_stand_in_every_state_with_every_outcome(qinghe):
    cases = ServiceRequest.objects.all()
    assert 110 <= cases.count() <= 150
    assert set(cases.values_list("state", flat=True)) == set(State)
    assert set(cases.values_list("outcome", flat=True)) == {"", *Outcome}
    assert set(cases.values_list("urgency", flat=True)) == {1, 2, 3, 4, 5}
    assert set(cases.values_list("language", flat=True)) == {"en", "zh"}
    assert min(cases.values_list("created_at", flat=True)) < NOW - timedelta(days=150)
    assert max(cases.values_list("created_at", flat=True)) > NOW - timedelta(days=2)


def test_some_are_late_some_due_today_and_one_waits_for_the_citizen(qinghe):
    cases = ServiceRequest.objects.open()
    evening = NOW.replace(hour=9, minute=30)  # half past five in the town
    assert cases.filter(due_at__lt=NOW).exists()
    assert cases.filter(due_at__range=(NOW, evening)).exists()
    assert cases.filter(state=State.WAITING, due_at=None).exists()


def test_what_follows_has_something_in_every_list(qinghe):
    assert Evaluation.objects.exclude(level=None).count() >= 50
    assert set(Evaluation.objects.exclude(level=None).values_list("level", flat=True)) == {1, 2, 3, 4, 5}
    states = set(Rectification.objects.values_list("state", flat=True))
    assert "published" in states and len(states) >= 3
    assert set(Screening.objects.values_list("state", flat=True)) == {
        *("marked", "confirmed", "appealed", "overturned", "rejected"),
    }
    assert Supervision.objects.filter(kind="order", answered_at=None).exists()
    assert Supervision.objects.filter(kind="sample", settled_at=None).exists()
    assert set(Ask.objects.values_list("kind", "state")) >= {
        *(("return", "open"), ("return", "granted"), ("return", "refused")),
        *(("extension", "open"), ("extension", "granted"), ("extension", "refused")),
    }
    today = NOW.date()
    dues = RecurringDuty.objects.values_list("due_on", flat=True)
    assert any(due < today for due in dues) and any(due > today for due in dues)


def test_a_department_ended_in_the_middle_of_a_case(qinghe):
    ended = Office.objects.get(code="lighting")
    assert ended.ended_on and [one.code for one in ended.successors.all()] == ["roads"]
    assert ServiceRequest.objects.filter(assignments__office=ended, lead__code="roads").exists()


def test_the_requests_that_are_printed_can_be_followed(qinghe):
    for number, code, _shows in demo.TRACKED:
        visitor = Client()
        assert visitor.post("/track", {"number": number, "code": code}).status_code == 302
        assert number[:4] in words(visitor.get("/track/request"))
    asks = Client()
    asks.post("/track", {"number": demo.TRACKED[0][0], "code": demo.TRACKED[0][1]})
    assert "We have a question for you" in words(asks.get("/track/request"))


def test_the_log_of_half_a_year_is_whole_and_in_order(qinghe):
    assert not log_check.check().faults
    times = list(Event.objects.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)


def test_the_accused_department_never_sees_the_report(qinghe):
    reports = ServiceRequest.objects.exclude(accused=None)
    assert reports.count() == 2
    for case in reports:
        for user in User.objects.filter(office=case.accused):
            assert not ServiceRequest.objects.visible_to(user).filter(pk=case.pk).exists()


def test_loading_again_changes_nothing(qinghe):
    before = Response.objects.count(), Event.objects.count()
    assert not demo.load()
    assert before == (Response.objects.count(), Event.objects.count())
    call_command("demo", verbosity=0)
    assert before == (Response.objects.count(), Event.objects.count())


def test_generated_answers_are_answers_and_the_same_each_time():
    asked = toml_format.builtin()
    made = list(demo_answers.sheets(asked))
    assert made == list(demo_answers.sheets(asked))
    for sheet in made:
        assert len(sheet.answers) == len(asked.questions)
        for question, answer in zip(asked.questions, sheet.answers, strict=True):
            assert answer in question.values or (answer is None and not sheet.complete)

"""The log is one chain in the order things were committed, and nothing in the program changes it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.models import ProtectedError
from tests.town import person

from openhall.errors import NotAllowed
from openhall.models import ChainHead, Event, Fact, User, record, record_many
from openhall.moment import at
from openhall.reads.log_check import check


@pytest.fixture
def ada(db) -> User:
    return person("ada", "administrator")


def test_events_are_numbered_without_a_gap_and_linked(ada):
    for number in range(5):
        record(
            "hall.described",
            ada,
            by=ada if number % 2 else None,
            offices=number,
            name={"zh": "厅"},
            share=2.0,
        )
    events = list(Event.objects.order_by("seq"))
    assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    assert [event.prev for event in events[1:]] == [event.hash for event in events[:-1]]
    assert check().intact and check().events == 5
    end = ChainHead.objects.get()
    assert (end.seq, end.hash) == (5, events[-1].hash)


def test_a_moment_is_hashed_alike_however_the_database_writes_it(ada):
    for microseconds in (0, 1, 10, 123, 999, 1000, 12_000, 123_000, 123_400, 123_456, 500_000, 999_999):
        with at(datetime(2026, 3, 2, 9, 30, 0, microseconds, tzinfo=UTC)):
            record("hall.described", ada)
    assert check().faults == ()


def test_many_events_are_appended_as_one_by_one(ada):
    record("hall.described", ada)
    made = record_many(Fact("hall.described", ada, ada, data={"people": number}) for number in range(1500))
    assert [made[0].seq, made[-1].seq] == [2, 1501]
    assert record("hall.described", ada).seq == 1502
    assert check().intact
    assert record_many([]) == []


def test_appending_takes_three_statements(ada, django_assert_num_queries):
    record("hall.described", ada)
    with django_assert_num_queries(3):
        record("hall.described", ada)
    with django_assert_num_queries(3):
        record_many([Fact("hall.described", ada)] * 50)


def test_what_is_rolled_back_leaves_no_gap(ada):
    record("hall.described", ada)
    with pytest.raises(RuntimeError), transaction.atomic():
        record("hall.described", ada)
        raise RuntimeError
    assert record("hall.described", ada).seq == 2
    assert check().intact


def test_a_lost_memory_of_the_end_is_found_again_from_the_log(ada):
    record("hall.described", ada)
    ChainHead.objects.all().delete()
    assert record("hall.described", ada).seq == 2
    assert check().intact


def test_nothing_in_the_program_changes_an_event(ada):
    event = record("hall.described", ada, by=ada)
    event.kind = "other"
    for change in (
        event.save,
        event.delete,
        Event.objects.all().delete,
        lambda: Event.objects.update(kind="other"),
        lambda: Event.objects.create(kind="other"),
    ):
        with pytest.raises(NotAllowed, match="never changed"):
            change()
    assert Event.objects.get().kind == "hall.described"


def test_a_person_in_the_log_stays(ada):
    record("hall.described", ada, by=ada)
    with pytest.raises(ProtectedError):
        ada.delete()


def test_a_deleted_wave_leaves_its_events_as_they_were(town):
    draft = town.version
    event = record("questionnaire.changed", draft, wave=town.wave, by=town.analyst, version=1)
    models.QuerySet(Event).filter(pk=event.pk).update(wave=None)  # what the database does
    assert check().intact


@pytest.mark.django_db(transaction=True)
def test_the_order_of_the_chain_is_the_order_of_commits():
    ada = person("ada", "administrator")

    def write():
        try:
            for number in range(25):
                with transaction.atomic():
                    record("hall.described", ada, by=ada, people=number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = check()
    assert found.intact and found.events == 100
    assert list(Event.objects.order_by("pk").values_list("seq", flat=True)) == list(range(1, 101))
    times = list(Event.objects.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)


@pytest.mark.django_db(transaction=True)
def test_events_of_before_are_chained_by_the_migration():
    from importlib import import_module

    ada = person("ada", "administrator")
    record_many(Fact("hall.described", ada, ada, data={"n": number, "share": 0.5}) for number in range(2100))
    with connection.cursor() as cursor:  # as the tables were: no numbers, no hashes, no end
        cursor.execute("UPDATE openhall_event SET seq = -id, data_hash = '', prev = '', hash = ''")
        cursor.execute("DELETE FROM openhall_chainhead")
        cursor.execute("DELETE FROM openhall_cursor")
    with connection.schema_editor() as editor:
        import_module("openhall.migrations.0003_chain").chain(apps, editor)
    found = check()
    assert found.intact and found.events == found.last.seq == 2100
    assert apps.get_model("openhall", "Cursor").objects.get().seq == 2100


def test_the_database_refuses_two_events_of_one_number(ada):
    record("hall.described", ada)
    record("hall.described", ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet(Event).filter(seq=1).update(seq=2)

"""The columnar extract of a wave: what is marked, what is brought in, and that nothing is lost when it is killed."""

from __future__ import annotations

import shutil
import stat
import threading
from unittest import mock

import numpy as np
import pytest
from django.db import connections, transaction
from django.utils import timezone
from tests.desk.test_report import answer
from tests.town import ANSWERS

from openhall import cli, worker
from openhall.actions import extract, extract_requests, respond
from openhall.actions.respond import Form
from openhall.engines.store import Store
from openhall.errors import NotAllowed
from openhall.models import Extract, Response, Unextracted, Wave
from openhall.reads import counts, extracted, kept_counts
from openhall.reads.extract_check import check
from openhall.surveys.checking import encode


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    kept_counts.forget()


@pytest.fixture
def filled(town) -> Wave:
    for number in range(10):
        answer(town, (1 + number % 2, 1, 2, 3, 1 + number % 5), office=number % 2)
    return town.wave


def marks(wave) -> dict[int, int]:
    return dict(Unextracted.objects.filter(wave=wave.pk).values_list("response", "token"))


def store(wave) -> Store:
    return extracted.opened(wave, extracted.known(wave))


def many(wave) -> int:
    return counts.by_reason([wave])[wave.pk].total()


# --- marks


def test_whatever_writes_an_answer_marks_it(town):
    one = answer(town, (1, 2, 3, 4, 5))
    first = marks(town.wave)[one.pk]
    one.void = "other"
    one.save(update_fields=["void"])
    second = marks(town.wave)[one.pk]
    Response.objects.filter(pk=one.pk).update(answers="[1,1,1,1,1]")
    third = marks(town.wave)[one.pk]
    Response.objects.bulk_update([one], ["seconds"])
    fourth = marks(town.wave)[one.pk]
    assert len({first, second, third, fourth}) == 4 and min(first, second, third, fourth) >= 0
    Unextracted.objects.all().delete()
    Response.objects.filter(pk=one.pk).delete()
    assert list(marks(town.wave)) == [one.pk]


@pytest.mark.parametrize("ignore", [False, True])
def test_many_at_once_are_marked_too(town, ignore):
    made = [
        Response(
            wave=town.wave,
            office=town.north,
            version=town.version,
            channel="file",
            language="en",
            answers=encode((1, 2, 3, 4, 5)),
            submitted_on=timezone.localdate(),
        )
        for _ in range(30)
    ]
    Response.objects.bulk_create(made, ignore_conflicts=ignore)
    assert set(marks(town.wave)) == {one.pk for one in made}


def test_a_transaction_taken_back_leaves_no_mark(town):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        answer(town, (1, 2, 3, 4, 5))
        _ = 1 / 0
    assert marks(town.wave) == {}


# --- bringing in


def test_the_first_update_takes_everything_and_the_next_only_what_changed(filled, town):
    assert extract.update(filled) == 10 and marks(filled) == {}
    assert store(filled).rows == 10 and extract.update(filled) == 0
    Response.objects.filter(office=town.north).update(void="other")
    answer(town, (2, 2, 2, 2, 2))
    before = store(filled).version
    assert extract.update(filled) == 6 and store(filled).version == before + 1
    assert [one.valid for one in store(filled).segments] == [6] and marks(filled) == {}


def test_rows_lie_in_order_of_their_random_numbers_not_as_they_came(filled, town):
    extract.update(filled)
    for _ in range(5):
        answer(town, (2, 2, 2, 2, 2))
        extract.update(filled)
    opened = store(filled)
    ids = [opened.column(one, "id") for one in opened.segments]
    assert len(ids) == 1 and len(ids[0]) == 15 and (np.diff(ids[0]) > 0).all()


def test_an_answer_changed_while_it_is_brought_in_is_brought_in_again(filled, town, monkeypatch):
    extract.update(filled)
    late = answer(town, (1, 2, 3, 4, 5))
    real = extract.put

    def meanwhile(*args):
        Response.objects.filter(pk=late.pk).update(void="other")
        monkeypatch.setattr(extract, "put", real)
        return real(*args)

    monkeypatch.setattr(extract, "put", meanwhile)
    assert extract.update(filled) == 1 and list(marks(filled)) == [late.pk]
    assert counts.by_reason([filled])[filled.pk] == {"": 10, "other": 1}
    assert extract.update(filled) == 1 and marks(filled) == {} and check(filled).right


def test_killed_again_and_again_in_the_middle_of_writing_the_extract_is_still_ours(filled, town, monkeypatch):
    extract.update(filled)
    real = extract.put

    class Killed(BaseException):
        pass

    def before(*args):
        raise Killed

    def after(*args):
        real(*args)
        raise Killed

    for dies in (after, before, after, after, before):
        answer(town, (1, 2, 3, 4, 5))
        monkeypatch.setattr(extract, "put", dies)
        with pytest.raises(Killed):
            extract.update(filled)
        assert store(filled) is not None and many(filled) == Response.objects.count()
    monkeypatch.setattr(extract, "put", real)
    assert extract.update(filled) == 5 and check(filled).right


def test_a_rebuild_that_is_ended_leaves_the_old_extract(filled, town):
    extract.update(filled)
    old = Extract.objects.get().name
    answer(town, (1, 2, 3, 4, 5))

    def enough(_done, _of):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        extract.rebuild(filled, enough)
    assert Extract.objects.get().name == old and store(filled).rows == 10 and many(filled) == 11
    assert [one.name for one in extracted.extracts().iterdir() if one.is_dir()] == [old]
    assert extract.rebuild(filled) == 11 and marks(filled) == {} and many(filled) == 11
    assert [one.name for one in extracted.extracts().iterdir() if one.is_dir()] == [
        Extract.objects.get().name
    ]


def test_the_extract_of_another_state_of_the_database_is_not_believed(filled, town, tmp_path):
    """As after a backup was restored: of the extract, or of the database."""
    extract.update(filled)
    folder = store(filled).folder
    shutil.copytree(folder, tmp_path / "old")
    answer(town, (1, 2, 3, 4, 5))
    extract.update(filled)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "old", folder)
    kept_counts.forget()
    assert store(filled) is None and many(filled) == 11
    assert not check(filled).right
    assert extract.due() == [filled] and extract.update(filled) == 11
    assert many(filled) == 11 and check(filled).right


def test_of_two_who_write_one_extract_the_second_lets_be(filled):
    with extracted.only_one(filled) as mine:
        assert mine and extract.update(filled) == 0
        with pytest.raises(NotAllowed):
            extract.rebuild(filled)
        with pytest.raises(NotAllowed):
            check(filled)
    assert extract.update(filled) == 10


def test_the_trouble_of_one_wave_is_not_the_others(filled, town, monkeypatch, caplog):
    other = Wave.objects.create(name={"en": "Other"}, version=town.version)
    town.wave = other
    answer(town, (1, 2, 3, 4, 5))
    real = extract.update
    monkeypatch.setattr(extract, "update", lambda wave, *rest: 1 / 0 if wave == filled else real(wave, *rest))
    assert extract.update_all() == 1 and f"The extract of wave {filled.pk}" in caplog.text


def test_marks_of_a_wave_that_is_gone_are_swept_away(town):
    Unextracted.objects.create(response=1, wave=10**9, token=5)
    assert extract.due() == [] and not Unextracted.objects.exists()


def test_the_extract_of_a_wave_that_is_gone_is_swept_away(filled, town):
    ratings = Wave.objects.create(key="ratings-2026", name={"en": "Ratings"}, version=town.version)
    for wave in (filled, ratings):
        extract.rebuild(wave)
    kept = store(ratings).folder
    Response.objects.all().delete()
    filled.allocations.all().delete()
    filled.delete()
    extract.update_all()
    assert [one for one in extracted.extracts().iterdir() if one.is_dir()] == [kept]


def test_what_was_killed_while_it_was_made_is_swept_away(filled, town, monkeypatch):
    extract.update(filled)
    monkeypatch.setattr(extract.shutil, "rmtree", mock.Mock())  # as SIGKILL: nothing is tidied up
    with pytest.raises(ZeroDivisionError):
        extract.rebuild(filled, lambda _done, _of: 1 / 0)
    monkeypatch.undo()
    extracted.settings.DATA_DIR = extracted.extracts().parent
    answer(town, (1, 2, 3, 4, 5))
    assert len([one for one in extracted.extracts().iterdir() if one.is_dir()]) == 2
    assert extract.update(filled) == 1
    assert [one for one in extracted.extracts().iterdir() if one.is_dir()] == [store(filled).folder]


def test_an_extract_to_which_nothing_can_be_added_is_made_anew(filled, town, caplog):
    extract.update(filled)
    opened = store(filled)
    path = opened.path(opened.segments[0], "s1")
    path.write_bytes(bytes([2]) + path.read_bytes()[1:])
    answer(town, (1, 2, 3, 4, 5))
    assert extract.update(filled) == 11 and f"The extract of wave {filled.pk} is made anew" in caplog.text
    assert check(filled).right and marks(filled) == {}


def test_while_many_wait_the_worker_does_not(monkeypatch):
    class Stop(threading.Event):
        def wait(self, timeout=None):
            waited.append(timeout)

    found, waited, stop = [extract.CHUNK, extract.CHUNK + 1, extract.CHUNK - 1], [], Stop()

    def update_all(_watch):
        many = found.pop(0)
        if not found:
            stop.set()
        return many

    monkeypatch.setattr(extract, "update_all", update_all)
    monkeypatch.setattr(extract_requests, "keep", lambda _watch: 0)
    for name in ("close_old_connections", "connections"):
        monkeypatch.setattr(worker, name, mock.MagicMock())
    worker.keep_extracts(stop)
    assert waited == [0, 0, worker.EXTRACT]


def test_nobody_else_may_read_the_folder(filled):
    extract.update(filled)
    assert stat.S_IMODE(extracted.extracts().stat().st_mode) == 0o700


@pytest.mark.django_db(transaction=True)
def test_the_worker_keeps_extracts_up_to_date_until_it_is_told_to_stop(town, monkeypatch):
    answer(town, (1, 2, 3, 4, 5))
    stop = threading.Event()
    real = extract.update_all

    def once(watch):
        done = real(watch)
        stop.set()
        return done

    monkeypatch.setattr(extract, "update_all", once)
    thread = threading.Thread(target=worker.keep_extracts, args=(stop,))
    thread.start()
    thread.join(60)
    assert not thread.is_alive() and store(town.wave).rows == 1


@pytest.mark.django_db(transaction=True)
def test_answers_that_come_in_while_the_worker_extracts_are_all_there(town):
    def some(first):
        try:
            for number in range(first, first + 12):
                submit(number)
        finally:
            connections.close_all()

    def submit(number):
        form = Form(
            given={key: ["2"] for key in ANSWERS}, channel="link", language="en", once=f"{number:020}"
        )
        respond.submit(town.at_north, form=form)
        if number % 3 == 0:
            Response.objects.filter(once=f"{number:020}").update(void="other")

    threads = [threading.Thread(target=some, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        before = Response.objects.count()
        extract.update(town.wave)
        assert before <= many(town.wave) <= Response.objects.count()
    extract.update(town.wave)
    assert counts.by_reason([town.wave])[town.wave.pk] == {"": 24, "other": 12}
    assert check(town.wave).right and marks(town.wave) == {}


# --- checking


def test_a_check_finds_what_was_changed_in_the_extract(filled):
    extract.update(filled)
    opened = store(filled)
    path = opened.path(opened.segments[0], "s1")
    path.write_bytes(bytes([2]) + path.read_bytes()[1:])
    found = check(filled)
    assert not found.right and str(path) in found.lines(str)[0]


def test_a_check_finds_rows_that_are_missing_too_many_or_different(filled, town):
    extract.update(filled)
    first, second, third = Response.objects.order_by("pk")[:3]
    Response.objects.filter(pk=first.pk).update(answers="[2,2,2,2,2]")
    Response.objects.filter(pk=second.pk).delete()
    answer(town, (2, 2, 2, 2, 2))
    answer(town, (2, 2, 2, 2, 2))
    assert check(filled).right and check(filled).waiting == 4
    Unextracted.objects.all().delete()  # somebody meddled
    assert check(filled).faults == {"missing": 2, "extra": 1, "different": 1}
    assert extract.rebuild(filled) == 11 and check(filled).right


def test_two_checks_of_the_same_answers_have_the_same_checksum(filled, town):
    extract.update(filled)
    before = check(filled).checksum
    extract.rebuild(filled)
    assert check(filled).checksum == before != 0
    answer(town, (1, 2, 3, 4, 5))
    extract.update(filled)
    assert check(filled).checksum != before


def test_the_command_rebuilds_checks_and_names_the_cure(filled, capsys):
    assert cli.main(["extract", "--check"]) == 1
    assert f"openhall extract --rebuild --wave {filled.key}" in capsys.readouterr().out
    assert cli.main(["extract", "--rebuild", "--check", "--wave", filled.key]) == 0
    said = capsys.readouterr().out
    assert "10 answers in" in said and "10 answers compared, 0 wait for it" in said
    assert cli.main(["extract", "--check", "--wave", "nosuch"]) == 2
    assert "There is no wave nosuch" in capsys.readouterr().err

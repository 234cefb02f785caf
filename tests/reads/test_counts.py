"""Counts of a wave are exact at any moment, whatever the extract has of it by then."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from datetime import date
from random import Random

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from tests.desk.test_report import answer
from tests.town import ANSWERS

from openhall.actions import extract, import_sheets, key_sheet, respond, screen
from openhall.engines import store_files
from openhall.engines.columns import columns_of, counting
from openhall.engines.memory import Memory
from openhall.engines.store import Store, StoreDamaged
from openhall.errors import NotAllowed
from openhall.models import Extract, Response, Unextracted
from openhall.reads import counts, extracted, kept_counts
from openhall.reads.datasets import fingerprint
from openhall.reads.extract_check import check
from openhall.stats.axes import Alike, Between, Given, In, Score


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    kept_counts.forget()


def few_at_a_time(monkeypatch):
    """Batches of three, so that little data have many."""
    for module in (extract, extracted, counts):
        monkeypatch.setattr(module, "CHUNK", 3)
    monkeypatch.setattr(extracted, "READ", 3)
    monkeypatch.setattr(extract, "PIECE", 2)
    monkeypatch.setattr(extracted, "_BY_ID", 2)
    monkeypatch.setattr(store_files, "SEGMENT", 8)
    monkeypatch.setattr(counts, "KEPT_FROM", 1)


def questions(wave):
    """Asks and conditions of every sort: about the sheets, the answers, and both."""
    about, columns = counts.about(wave), columns_of(wave.version.asked)
    q1, items = columns.choices["q1"], tuple(columns.parts.values())
    asks = (
        (),
        (about["office"], about["channel"], about["void"]),
        (about["day"],),
        (about["language"], q1),
        (q1, Score(items[:3])),
        (Given("s1"), Alike(tuple(columns.choices[part.key] for part in items), 2)),
    )
    on_paper = In(about["channel"], ("paper",))
    wheres = ((), counting([""]), (on_paper, Between(about["day"], date.today().toordinal() - 719163)))
    return [(asks, where) for where in wheres] + [(asks[:3], ()), (asks[:2], (on_paper,))]


def as_lists(tables):
    return [(one.values.tolist(), one.counts.tolist()) for one in tables]


def by_hand(wave, asks, where):
    """The same from the database alone, all rows at once."""
    rows = [row for chunk in extracted.rows_in_order(wave) for row in chunk]
    known = extracted.lists_of(extracted.specs(wave))
    block, lists = extracted.encoded(wave, rows, known)
    choices = {key: axis.codes for key, axis in columns_of(wave.version.asked).choices.items()}
    return Memory(block, {**choices, **lists}).count(asks, where=where)


def same(wave):
    """Whether the live counts are those of the database, asked by one object and by new ones."""
    live = counts.engine(wave)
    for asks, where in questions(wave):
        right = as_lists(by_hand(wave, asks, where))
        assert as_lists(counts.engine(wave).count(asks, where=where)) == right
        assert as_lists(live.count(asks, where=where)) == right
    found = [
        (one.office_id, one.channel, one.void or ("" if one.complete else "unfinished"))
        for one in Response.objects.filter(wave=wave)
    ]
    assert sorted(counts.returned(wave).elements()) == sorted(found)
    return True


class Killed(BaseException):
    """As SIGKILL: nobody catches it."""


def killed(monkeypatch, module, name, after=False):
    """The next call of this function ends the process, before or after what it does."""
    real = getattr(module, name)

    def ends(*args, **kwargs):
        monkeypatch.setattr(module, name, real)
        if after:
            real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(module, name, ends)


class Walk:
    """Whatever can happen to a wave, in any order."""

    def __init__(self, town, seed, monkeypatch):
        self.town, self.chance, self.monkeypatch, self.number = town, Random(seed), monkeypatch, 0

    def step(self):
        name = self.chance.choice([one for one in dir(self) if one.startswith("do_")])
        getattr(self, name)()

    def form(self, **more):
        self.number += 1
        given = {key: [str(self.chance.randint(1, 2))] for key in ANSWERS}
        return respond.Form(given=given, channel="link", language="en", once=f"{self.number:020}", **more)

    def some(self, **which):
        found = list(Response.objects.filter(wave=self.town.wave, **which).order_by("pk"))
        return self.chance.choice(found) if found else None

    def do_submit(self):
        respond.submit(self.chance.choice([self.town.at_north, self.town.at_south]), form=self.form())

    def do_save_and_finish(self):
        code = respond.save(self.town.at_north, form=self.form())
        if self.chance.random() < 0.5:
            respond.submit(self.town.at_north, form=self.form(code=code))

    def do_delete_saved(self):
        if found := self.some(complete=False):
            found.delete()

    def do_exclude(self):
        if found := self.some(complete=True):
            screen.decide(found, rule="other", exclude=True, reason="Test sheet", by=self.town.analyst)

    def do_keep(self):
        if found := self.some(void="other"):
            screen.decide(found, rule="other", exclude=False, reason="It is real", by=self.town.analyst)

    def do_exclude_all_of_a_rule(self):
        with suppress(NotAllowed):
            screen.decide_all(
                self.town.wave, rule="too_fast", choice="exclude", reason="Too fast", by=self.town.analyst
            )

    def do_key_twice_and_settle(self):
        self.number += 1
        given = {"serial": f"A{self.number}", "by": self.town.analyst}
        sheet = key_sheet.key_sheet(self.town.wave, office=self.town.north, marks=ANSWERS, **given)
        key_sheet.key_again(self.town.wave, marks={**ANSWERS, "s1": "2|4", "s2": "-"}, **given)
        key_sheet.settle(sheet, choices={"s1": "second", "s2": "second"}, others={}, by=self.town.analyst)

    def do_apply_rules(self):
        screen.apply_rules(self.town.wave, by=self.town.analyst)

    def do_many_at_once(self):
        self.number += 1
        lines = [f"{self.number}-{line},North Office,{line % 2 + 1},{line},2,,5" for line in range(1, 6)]
        content = "\n".join(["serial,office,q1,s1,s2,s3,s4", *lines]).encode()
        upload = SimpleUploadedFile(f"sheets-{self.number}.csv", content)
        token = import_sheets.keep(self.town.wave, upload, by=self.town.analyst)
        import_sheets.store(self.town.wave, token, choices={}, by=self.town.analyst)

    def do_repair_by_hand(self):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE openhall_response SET answers = '[2,5,5,5,5]' WHERE channel = 'file'")

    def do_update(self):
        extract.update(self.town.wave)

    def do_update_twice(self):
        extract.update_all()
        extract.update_all()

    def do_rebuild(self):
        extract.rebuild(self.town.wave)

    def do_lose_the_folder(self):
        if known := Extract.objects.first():
            (extracted.extracts() / known.name / "manifest.json").unlink(missing_ok=True)

    def do_be_killed(self):
        function = self.chance.choice(
            ["put", "create", "append", "_put", "_claim", "_remove", "encoded", "new_stamp"]
        )
        killed(self.monkeypatch, extract, function, after=self.chance.random() < 0.5)
        with suppress(Killed):
            self.chance.choice([extract.update, extract.rebuild])(self.town.wave)
        self.monkeypatch.undo()


@pytest.mark.parametrize("seed", range(12))
def test_counts_are_exact_after_every_step_of_a_random_walk(town, seed):
    """Answers come, change and go, the worker extracts and is killed at any point: the counts are the database's."""
    with pytest.MonkeyPatch.context() as small, pytest.MonkeyPatch.context() as patch:
        few_at_a_time(small)
        walk = Walk(town, seed, patch)
        for _ in range(25):
            walk.step()
            assert same(town.wave)
        while extract.update(town.wave):
            assert same(town.wave)
        assert check(town.wave).right and not Unextracted.objects.filter(wave=town.wave.pk).exists()
        assert same(town.wave)


@pytest.fixture
def filled(town):
    for number in range(6):
        answer(town, (1 + number % 2, 1, 2, 3, 4))
    return town.wave


@pytest.mark.parametrize("place", ["known", "opened", "rows_by_id", "encoded"])
@pytest.mark.parametrize("what", ["update", "rebuild"])
def test_the_worker_may_extract_at_any_moment_of_a_count(filled, town, monkeypatch, place, what):
    """The marks are read, then the extract is brought up to date, then the extract is opened; and so on."""
    extract.update(filled)
    changed = Response.objects.filter(wave=filled).first()
    changed.answers = "[2,5,5,5,5]"
    changed.save()
    answer(town, (2, 2, 2, 2, 2))
    real = getattr(extracted, place)

    def meanwhile(*args, **kwargs):
        monkeypatch.setattr(extracted, place, real)
        getattr(extract, what)(filled)
        return real(*args, **kwargs)

    for before in (True, False):
        monkeypatch.setattr(
            extracted, place, meanwhile if before else after(real, monkeypatch, place, what, filled)
        )
        live = counts.engine(filled)
        asks, where = questions(filled)[0]
        assert as_lists(live.count(asks, where=where)) == as_lists(by_hand(filled, asks, where))
        monkeypatch.setattr(extracted, place, real)
        answer(town, (2, 2, 2, 2, 2))
        kept_counts.forget()


def after(real, monkeypatch, place, what, wave):
    """As `real`, and the worker extracts right after it."""

    def then(*args, **kwargs):
        monkeypatch.setattr(extracted, place, real)
        found = real(*args, **kwargs)
        getattr(extract, what)(wave)
        return found

    return then


def test_what_was_counted_of_the_extract_is_not_counted_again(filled, town, monkeypatch):
    monkeypatch.setattr(counts, "KEPT_FROM", 1)
    extract.update(filled)
    asks, where = questions(filled)[0]
    counts.engine(filled).count(asks, where=where)
    kept_counts.forget()
    answer(town, (2, 2, 2, 2, 2))
    monkeypatch.setattr(counts.Store, "count", None)
    assert as_lists(counts.engine(filled).count(asks, where=where)) == as_lists(by_hand(filled, asks, where))


def test_the_version_changes_with_every_change_and_only_then(filled, town):
    seen = {counts.version(filled)}
    assert counts.version(filled) in seen
    one = answer(town, (1, 2, 3, 4, 5))
    seen.add(counts.version(filled))
    one.void = "other"
    one.save()
    seen.add(counts.version(filled))
    one.delete()
    seen.add(counts.version(filled))
    assert len(seen) == 4


def test_the_fingerprint_does_not_change_when_answers_are_extracted(filled):
    before = fingerprint(filled)
    extract.update(filled)
    assert fingerprint(filled) == before
    extract.rebuild(filled)
    assert fingerprint(filled) == before


def test_pending_says_how_many_answers_are_read_from_the_database(filled, town):
    assert counts.pending(filled) == 6
    extract.update(filled)
    assert counts.pending(filled) == 0
    answer(town, (1, 2, 3, 4, 5))
    assert counts.pending(filled) == 1


def test_the_report_counts_valid_answers_only_and_those_asked_for(filled, town):
    answer(town, (1, 2, 3, 4, 5), office=1)
    answer(town, (1, 2, 3, 4, 5), void="other")
    answer(town, (1, None, None, None, None), complete=False)
    for _ in range(2):
        assert counts.counted(filled).n == 7
        in_south = In(counts.about(filled)["office"], (town.south.pk,))
        assert counts.counted(filled, (in_south,)).n == 1
        extract.update(filled)


def test_a_question_that_was_counted_costs_two_queries(filled, django_assert_num_queries):
    for _ in range(2):
        asks, where = questions(filled)[0]
        counts.engine(filled).count(asks, where=where)
        with django_assert_num_queries(2):
            counts.engine(filled).count(asks, where=where)
        extract.update(filled)


def test_a_state_read_while_the_worker_extracts_is_none_of_before(filled, town):
    extract.update(filled)
    before, number = counts.by_reason([filled])[filled.pk], []
    answer(town, (2, 2, 2, 2, 2))

    def meanwhile(execute, *args):
        number.append(1)
        if len(number) == 2:
            extract.update(filled)
        return execute(*args)

    with connection.execute_wrapper(meanwhile):
        after = counts.by_reason([filled])[filled.pk]
    assert after.total() == before.total() + 1


def test_of_a_restored_backup_that_goes_on_nothing_is_taken_from_the_other_time(
    filled, town, monkeypatch, tmp_path
):
    """Database and extract both go back; the extract's next version has other rows than its next version had."""
    monkeypatch.setattr(counts, "KEPT_FROM", 1)
    extract.update(filled)
    known = Extract.objects.get()
    folder, backup = extracted.extracts() / known.name, tmp_path / "backup"
    shutil.copytree(folder, backup)
    lost = answer(town, (1, 1, 1, 1, 1))
    extract.update(filled)
    assert same(filled)
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    lost.delete()
    Unextracted.objects.all().delete()
    known.save()
    answer(town, (2, 2, 2, 2, 2))
    extract.update(filled)
    kept_counts.forget()
    assert same(filled)


def test_an_extract_that_cannot_be_read_is_done_without(filled, town, monkeypatch, caplog):
    extract.update(filled)
    answer(town, (2, 2, 2, 2, 2))

    def unreadable(self, segment, key):
        raise StoreDamaged("no")

    monkeypatch.setattr(Store, "column", unreadable)
    assert same(filled) and f"The extract of wave {filled.pk} cannot be read" in caplog.text


def test_the_extract_of_a_draft_that_was_changed_since_is_not_taken(filled, town):
    """The columns are those of the questions as they were; the codes may mean something else now."""
    extract.update(filled)
    said = json.loads(filled.version.definition)
    said["sections"][0]["questions"][0]["options"].reverse()
    filled.version.definition = json.dumps(said)
    filled.version.save()
    wave = type(filled).objects.get(pk=filled.pk)
    assert same(wave) and extract.due() == [wave] and extract.update(wave) == 6
    assert same(wave) and check(wave).right


@pytest.mark.parametrize("worked", [extract.update, extract.rebuild])
@pytest.mark.parametrize("extracts", [True, False])
def test_inside_still_every_table_is_of_the_same_answers(filled, town, monkeypatch, extracts, worked):
    few_at_a_time(monkeypatch)
    if extracts:
        extract.rebuild(filled)
    one, *_others = [answer(town, (1, 1, 1, 1, 1)) for _ in range(5)]
    asks, where = questions(filled)[0]
    right = as_lists(by_hand(filled, asks, where))
    with counts.engine(filled).still() as live:
        found = [as_lists(live.count([asks[0]], where=where))]
        for ask in asks[1:]:
            Response.objects.filter(pk=one.pk).update(answers="[2,1,1,1,1]", void="other")
            answer(town, (2, 2, 2, 2, 2))
            worked(filled)
            worked(filled)
            found.append(as_lists(live.count([ask], where=where)))
    assert [one for (one,) in found] == right
    answer(town, (2, 2, 2, 2, 2))
    extract.update(filled)
    assert same(filled) and len([one for one in extracted.extracts().iterdir() if one.is_dir()]) == 1


def test_what_was_counted_of_no_state_is_not_told_to_others(filled, town, monkeypatch):
    """An answer changes between the marks and the reading: its counts are of neither state."""
    extract.update(filled)
    one = answer(town, (1, 1, 1, 1, 1))
    state, real = counts.states([filled])[filled.pk], extracted.rows_by_id

    def meanwhile(*args, **kwargs):
        Response.objects.filter(pk=one.pk).update(answers="[2,2,2,2,2]")
        return real(*args, **kwargs)

    monkeypatch.setattr(extracted, "rows_by_id", meanwhile)
    with counts.engine(filled).still() as live:
        assert live.state not in (state, counts.states([filled])[filled.pk])


def test_a_full_disk_fails_no_count(filled, settings, monkeypatch):
    monkeypatch.setattr(counts, "KEPT_FROM", 1)
    (settings.DATA_DIR / "cache").write_text("no folder")
    extract.update(filled)
    assert same(filled)


def test_a_file_that_was_not_wholly_written_is_not_taken(filled, settings):
    asks = questions(filled)[0][0]
    kept_counts.to_disk("mark", counts.engine(filled).count(asks))
    file = settings.DATA_DIR / "cache" / "counts" / "mark.npy"
    whole = file.read_bytes()
    assert kept_counts.from_disk("mark", asks) is not None
    file.write_bytes(whole[:-8] + bytes(8))
    assert kept_counts.from_disk("mark", asks) is None
    np.save(file, np.int64(5))
    assert kept_counts.from_disk("mark", asks) is None


def test_a_process_keeps_no_more_than_there_is_room_for(filled, monkeypatch):
    monkeypatch.setattr(kept_counts, "IN_MEMORY", 20_000)
    small = counts.engine(filled).count([()])
    for number in range(100):
        kept_counts.remember(f"{number}", small)
        kept_counts.remember(f"{number}", small)
    assert 10 < len(kept_counts._memory) < 20
    assert kept_counts.remembered("99") is not None and kept_counts.remembered("1") is None


def test_many_changed_answers_are_counted_a_chunk_at_a_time(filled, town, monkeypatch):
    extract.update(filled)
    few_at_a_time(monkeypatch)
    for number in range(8):
        answer(town, (1 + number % 2, 1, 2, 3, 4))
    assert same(filled)


def test_tables_kept_on_disk_are_whole_or_not_there(filled, settings):
    asks = questions(filled)[0][0]
    tables = counts.engine(filled).count(asks)
    kept_counts.to_disk("mark", tables)
    assert as_lists(kept_counts.from_disk("mark", asks)) == as_lists(tables)
    file = settings.DATA_DIR / "cache" / "counts" / "mark.npy"
    whole = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    for damaged in (whole[:-8], whole[:40], b""):
        file.write_bytes(damaged)
        assert kept_counts.from_disk("mark", asks) is None
    assert kept_counts.from_disk("other", asks) is None


def test_tables_nobody_used_for_a_week_are_thrown_away(filled, settings, monkeypatch):
    kept_counts.to_disk("old", counts.engine(filled).count([()]))
    file = settings.DATA_DIR / "cache" / "counts" / "old.npy"
    week = file.stat().st_mtime - kept_counts.FORGET_AFTER - 60
    os.utime(file, (week, week))
    monkeypatch.setattr(kept_counts, "_tidied", 0.0)
    kept_counts.to_disk("new", counts.engine(filled).count([()]))
    assert [one.name for one in file.parent.iterdir()] == ["new.npy"]

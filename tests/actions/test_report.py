"""Reports in the making: saved progress, cancelling, and two workers that never write over each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from openhall.actions import report as making
from openhall.actions import working
from openhall.errors import NotAllowed, NotPermitted
from openhall.models import Event, Output, Response, Wave
from openhall.reads import kept_counts, reports, subjects
from openhall.report import machine
from openhall.surveys import validity
from openhall.surveys.checking import encode


@pytest.fixture
def wave(town, settings, tmp_path) -> Wave:
    """The open wave with twenty answers."""
    settings.DATA_DIR = tmp_path
    chance = Random(2)
    for _ in range(20):
        given = (chance.choice((1, 2)), *(chance.randint(1, 5) for _ in range(4)))
        Response.objects.create(
            wave=town.wave,
            office=town.north,
            version=town.version,
            channel="link",
            language="en",
            answers=encode(given),
            submitted_on=timezone.localdate(),
        )
    kept_counts.forget()
    reports.forget()
    return town.wave


def asked(wave: Wave, format: str = "json") -> Output:
    return making.request_file(wave, language="en", format=format, by=None)


@dataclass
class Halting:
    """An engine that does `meanwhile` in the middle of its first pass, and remembers where it was ended."""

    engine: object
    meanwhile: object
    heard: list = field(default_factory=list)

    @property
    def rows(self) -> int:
        return 100

    def count(self, asks, *, where=(), weight="", watch):
        for done in (10, 43, 100):
            if done == 43 and 43 not in self.heard:
                self.heard.append(done)
                watch(done, 100)
                self.meanwhile()
                continue
            watch(done, 100)
            self.heard.append(done)
        return self.engine.count(asks, where=where, weight=weight, watch=watch)


@pytest.fixture
def halting(monkeypatch):
    """Makes counting do something in between; progress is saved at every sign."""

    def prepare(meanwhile) -> list[Halting]:
        made: list[Halting] = []
        counted = subjects.counted

        def slow(wave, **more):
            tables = counted(wave, **more)
            tables.engine = Halting(tables.engine, meanwhile)
            made.append(tables.engine)
            return tables

        monkeypatch.setattr(working, "EVERY", 0)
        monkeypatch.setattr(subjects, "counted", slow)
        return made

    return prepare


def test_how_far_the_counting_is_stands_in_the_row(wave, halting):
    seen = []
    halting(lambda: seen.append(Output.objects.values("state", "step", "done", "part", "parts").get()))
    making.make(str(asked(wave).pk))
    assert seen == [{"state": "running", "step": making.COUNTING, "done": 1, "part": 43, "parts": 100}]
    output = Output.objects.get()
    assert (output.state, output.done, output.rows) == ("done", 3, 20)
    assert output.step_began is not None


def test_the_blocks_of_the_report_are_counted_while_they_are_drawn(wave, monkeypatch):
    monkeypatch.setattr(working, "EVERY", 0)
    seen = []
    draw = reports.draw

    def watched(made, watch):
        def both(part, parts):
            watch(part, parts)
            seen.append(Output.objects.values_list("done", "part", "parts").get())

        draw(made, both)

    monkeypatch.setattr(reports, "draw", watched)
    making.make(str(asked(wave, "html").pk))
    parts = {parts for _done, _part, parts in seen}
    assert len(parts) == 1 and {done for done, _part, _parts in seen} == {2}
    assert [part for _done, part, _parts in seen] == list(range(parts.pop() + 1))


def test_who_cancels_ends_the_counting_at_the_next_sign(wave, halting):
    made = halting(lambda: making.cancel(Output.objects.get(), by=None))
    making.make(str(asked(wave).pk))
    assert made[0].heard == [10, 43]
    output = Output.objects.get()
    assert (output.state, output.file, output.error) == ("cancelled", "", "")
    assert Event.objects.filter(kind="report.cancelled").count() == 1


def test_what_is_cancelled_while_it_is_written_leaves_no_file(wave, monkeypatch, settings):
    text = machine.text

    def slow(made):
        making.cancel(Output.objects.get(), by=None)
        return text(made)

    monkeypatch.setattr(machine, "text", slow)
    making.make(str(asked(wave).pk))
    assert Output.objects.get().state == "cancelled"
    assert not list((Path(settings.DATA_DIR) / "files" / making.FOLDER).iterdir())


def test_a_worker_that_was_cancelled_never_writes_into_what_another_makes(wave, halting):
    def cancel_and_begin_again():
        making.cancel(Output.objects.get(), by=None)
        asked(wave)
        Output.objects.update(state="running", attempt=F("attempt") + 1, part=7)  # another worker

    made = halting(cancel_and_begin_again)
    making.make(str(asked(wave).pk))
    assert made[0].heard == [10, 43]
    assert Output.objects.values_list("state", "attempt", "part").get() == ("running", 2, 7)


def test_an_output_thrown_away_ends_its_making(wave, halting):
    made = halting(lambda: Output.objects.all().delete())
    making.make(str(asked(wave).pk))
    assert made[0].heard == [10, 43]


def test_the_row_is_looked_at_twice_a_second_at_most(wave, monkeypatch):
    output = asked(wave)
    Output.objects.update(state="running")
    clock = [0.0]
    monkeypatch.setattr(working, "monotonic", lambda: clock[0])
    work = working.Work(output, making.STEPS)
    with CaptureQueriesContext(connection) as queries:
        for tick in range(1, 1001):
            clock[0] = tick / 100
            work.watch(tick, 1000)
    assert len(queries) == 20  # in ten seconds


def test_a_second_pass_over_the_data_is_reckoned_on_its_own(wave, monkeypatch):
    monkeypatch.setattr(working, "EVERY", 0)
    output = asked(wave)
    Output.objects.update(state="running")
    work = working.Work(output, making.STEPS)
    work.step(1)
    first = Output.objects.get().step_began
    work.watch(100, 100)
    assert Output.objects.get().step_began == first
    work.watch(5, 100)
    assert Output.objects.get().step_began > first


def test_only_what_is_being_made_can_be_cancelled(town, wave):
    output = asked(wave)
    with pytest.raises(NotPermitted):
        making.cancel(output, by=town.clerk)
    making.make(str(output.pk))
    with pytest.raises(NotAllowed, match="not being made any more"):
        making.cancel(output, by=town.leader)
    assert Output.objects.get().state == "done"


def test_an_output_is_about_one_thing(wave):
    same = {"language": "en", "format": "pdf", "fingerprint": "x"}
    Output.objects.create(wave=wave, **same)
    Output.objects.create(source="city", **same)
    for wrong in ({"wave": wave}, {"source": "city"}, {}, {"wave": wave, "source": "city", "format": "json"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Output.objects.create(**{**same, **wrong})


def test_sheets_are_compared_with_each_other_only_where_they_fit_into_memory(wave, monkeypatch):
    monkeypatch.setattr(validity, "cautions", lambda _asked, sheets: [len(sheets)])
    assert subjects.OfWave(wave)._whole() == [20]
    monkeypatch.setattr(subjects, "WHOLE", 19)
    assert subjects.OfWave(wave)._whole() == ()

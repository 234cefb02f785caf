"""The worker applies the rules to a large wave: the same findings as at once, told how far, cancelled, on record."""

from __future__ import annotations

from importlib import resources
from random import Random

import pytest
from tests.actions.test_screen import response
from tests.town import version_of

from openhall.actions import screen, screen_large, working
from openhall.actions.working import Cancelled
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Event, Flag, Output, Response
from openhall.reads import screening as read
from openhall.reads import screening_large
from openhall.surveys import toml_format
from openhall.surveys.checking import encode
from openhall.surveys.sheets import read_sheets


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch, settings, tmp_path):
    """Pieces of seven sheets; more than ten make a large wave; progress is saved at every sign."""
    monkeypatch.setattr(screening_large, "PIECE", 7)
    monkeypatch.setattr(screening_large, "AT_ONCE", 10)
    monkeypatch.setattr(working, "EVERY", 0)
    settings.DATA_DIR = tmp_path


@pytest.fixture
def study(town):
    """The wave with the study's questionnaire."""
    town.wave.version = version_of(toml_format.builtin(), frozen=True)
    town.wave.save()
    return town


def put(town, count: int, seed: int = 1) -> None:
    """Sheets of which many break a rule or two, and of which many are alike."""
    chance = Random(seed)
    kinds = [[chance.randint(1, 2), *(chance.randint(1, 5) for _ in range(21))] for _ in range(count // 3)]
    sheets = []
    for number in range(count):
        marks = list(chance.choice(kinds))
        if chance.random() < 0.2:
            marks[chance.randrange(22)] = chance.choice((None, (1, 2)))
        if chance.random() < 0.1:
            marks[6:] = [(2, 4) if chance.random() < 0.3 else 3] * 16
        serial = f"{number:04d}" if chance.random() < 0.5 else None
        sheets.append(
            response(town, tuple(marks), serial=serial, seconds=chance.choice((None, 5, 300)), channel="link")
        )
    Response.objects.bulk_create(sheets)


def on_record(wave):
    flags = {(one.response_id, one.rule): (one.verdict, one.detail, one.reason) for one in wave.flags.all()}
    return flags, dict(wave.responses.values_list("pk", "void"))


def run(town, **values) -> Output:
    output = screen_large.request_rules(town.wave, by=town.analyst, language="en", **values)
    screen_large.apply_large(str(output.pk))
    output.refresh_from_db()
    return output


@pytest.mark.parametrize("seed", range(4))
def test_the_worker_finds_what_is_found_at_once(study, seed):
    put(study, 60, seed)
    assert screening_large.is_large(study.wave)
    done = screen.apply_rules(study.wave, by=study.analyst)
    at_once = on_record(study.wave)
    Flag.objects.all().delete()
    Response.objects.update(void="")
    output = run(study)
    assert (output.state, output.error) == ("done", "")
    assert on_record(study.wave) == at_once and at_once[0]
    counts = screening_large.result_of(study.wave).counts
    assert counts == {"new": done.new, "gone": 0, "void": done.void, "valid": 0}
    # Then some change: those found are corrected, and what is no longer true goes.
    chance = Random(seed)
    for one in Response.objects.order_by("pk")[:20]:
        one.answers = encode(tuple(chance.randint(1, 2) for _ in range(22)))
        one.save()
    first = Flag.objects.filter(rule="duplicate_sheet").order_by("pk").first()
    screen.decide(first.response, rule=first.rule, exclude=True, reason="so", by=study.analyst)
    before = list(Flag.objects.values()), dict(Response.objects.values_list("pk", "void"))
    run(study)
    piecewise = on_record(study.wave)
    Flag.objects.all().delete()
    Flag.objects.bulk_create(Flag(**values) for values in before[0])
    for pk, void in before[1].items():
        Response.objects.filter(pk=pk).update(void=void)
    screen.apply_rules(study.wave, by=study.analyst)
    assert on_record(study.wave) == piecewise


def test_what_is_odd_about_all_sheets_is_kept_with_the_run(study, monkeypatch):
    data = (resources.files("openhall") / "data" / "reference_sheets.csv").read_bytes()
    sheets = read_sheets(data, name="reference_sheets.csv", questionnaire=toml_format.builtin())
    Response.objects.bulk_create(
        response(study, answers, serial=serial, channel="file")
        for answers, serial in zip(sheets.answers, sheets.serials, strict=True)
    )
    assert read.cautions(study.wave) is None  # nobody has compared them yet
    assert run(study).rows == 300
    told = read.cautions(study.wave)
    monkeypatch.setattr(screening_large, "AT_ONCE", 1000)
    assert [str(one) for one in told] == [str(one) for one in read.cautions(study.wave)]
    assert {one.code for one in told} == {"every_sheet_twice", "even_counts"}


def test_cautions_of_other_sheets_are_not_shown(study):
    put(study, 30)
    run(study)
    assert read.cautions(study.wave) is not None
    response(study, (1,) * 22).save()
    assert read.cautions(study.wave) is None


def test_the_run_is_on_record_by_whom_it_was_asked_for_and_only_if_it_changed_something(study):
    put(study, 30)
    run(study)
    assert Event.objects.get(kind="sheets.screened").by == study.analyst
    run(study)
    assert Event.objects.filter(kind="sheets.screened").count() == 1
    assert Event.objects.filter(kind="rules.requested").count() == 2
    assert Output.objects.count() == 1  # what an earlier run found is thrown away


def test_how_far_it_is_stands_in_the_row(study, monkeypatch):
    put(study, 30)
    seen = []
    pieces = screening_large.pieces

    def watched(wave):
        for piece in pieces(wave):
            seen.append(Output.objects.values_list("state", "step", "part", "parts").get())
            yield piece

    monkeypatch.setattr(screening_large, "pieces", watched)
    output = run(study)
    assert seen[0][:2] == ("running", "Reading the sheets")
    assert [part for *_, part, _ in seen] == [0, 7, 14, 21, 28]
    assert (output.done, output.steps, output.parts) == (2, 2, output.part)


def test_who_cancels_ends_it_at_the_next_piece_and_what_is_done_stands(study, monkeypatch):
    put(study, 40)
    pieces = screening_large.pieces

    def halting(wave):
        for number, piece in enumerate(pieces(wave)):
            if number == 3:
                screen_large.cancel_rules(Output.objects.get(), by=study.analyst)
            yield piece

    monkeypatch.setattr(screening_large, "pieces", halting)
    assert run(study).state == "cancelled"
    event = Event.objects.get(kind="sheets.screened")
    assert 0 < event.data["new"] == Flag.objects.count()
    voids = set(Flag.objects.filter(verdict="void").values_list("response", flat=True))
    assert voids == set(Response.objects.exclude(void="").values_list("pk", flat=True))
    with pytest.raises(NotAllowed):
        screen_large.cancel_rules(Output.objects.get(), by=study.analyst)


def test_a_failure_is_said_and_keeps_what_was_done(study, monkeypatch, caplog):
    put(study, 40)
    monkeypatch.setattr(screening_large, "twins", lambda *_: 1 / 0)
    output = run(study)
    assert output.state == "failed" and "Something failed" in output.error
    assert Event.objects.filter(kind="sheets.screened").exists() and "ZeroDivisionError" in caplog.text


def test_it_is_not_begun_twice(study):
    put(study, 30)
    first = screen_large.request_rules(study.wave, by=study.analyst, language="en")
    assert screen_large.request_rules(study.wave, by=study.analyst, language="en") == first
    assert Event.objects.filter(kind="rules.requested").count() == 1
    Output.objects.update(state="running")
    screen_large.apply_large(str(first.pk))
    assert Output.objects.get().state == "running" and not Flag.objects.exists()


def test_asking_for_the_rules_leaves_reports_as_they_are(study):
    put(study, 30)
    before = screening_large.last_run(study.wave), read.fingerprint(study.wave)
    screen_large.request_rules(study.wave, by=study.analyst, language="en")
    assert before == (None, read.fingerprint(study.wave))


def test_a_sheet_that_changed_while_it_was_judged_is_left_alone(study, monkeypatch):
    put(study, 12)
    one = Response.objects.order_by("pk").first()
    Response.objects.filter(pk=one.pk).update(answers=encode((None,) * 22))
    judged = screening_large.judged

    def slow(wave, piece, *without):
        found = judged(wave, piece, *without)
        Response.objects.filter(pk=one.pk).update(answers=encode((1, 2) * 11))
        return found

    monkeypatch.setattr(screening_large, "judged", slow)
    run(study)
    assert not Flag.objects.filter(response=one, rule="blank").exists()


def test_clerks_ask_for_the_rules_but_cancel_nothing(study):
    put(study, 12)
    with pytest.raises(NotPermitted):
        screen_large.request_rules(study.wave, by=study.leader, language="en")
    output = screen_large.request_rules(study.wave, by=study.clerk, language="en")
    with pytest.raises(NotPermitted):
        screen_large.cancel_rules(output, by=study.clerk)
    with pytest.raises(NotPermitted):
        screen_large.request_decision(
            study.wave, rule="blank", choice="keep", reason="so", by=study.clerk, language="en"
        )


def decide(town, **values) -> Output:
    output = screen_large.request_decision(
        town.wave, by=town.analyst, language="en", **{"rule": "duplicate_sheet", "reason": "twins", **values}
    )
    screen_large.apply_large(str(output.pk))
    output.refresh_from_db()
    return output


@pytest.mark.parametrize("choice", ["keep", "exclude", "exclude_copies"])
def test_the_worker_decides_as_it_is_decided_at_once(study, choice):
    put(study, 60)
    screen.apply_rules(study.wave, by=study.analyst)
    before = on_record(study.wave)
    assert decide(study, choice=choice).state == "done"
    by_worker = on_record(study.wave)
    event = Event.objects.get(kind="sheets.decided")
    assert event.by == study.analyst and Flag.objects.filter(by=study.analyst).exists()
    assert screening_large.result_of(study.wave).counts == {
        "decided": event.data["excluded"] + event.data["kept"]
    }
    verdict = "kept" if choice == "keep" else "void"
    count = Flag.objects.filter(rule="duplicate_sheet", verdict=verdict).count()
    assert decide(study, choice="", verdict=verdict).state == "done"
    assert screening_large.result_of(study.wave).counts == {"restored": count}
    if choice == "exclude_copies":
        decide(study, choice="", verdict="kept")
    assert on_record(study.wave) == before and Event.objects.filter(kind="sheets.restored").exists()
    screen.decide_all(study.wave, rule="duplicate_sheet", choice=choice, reason="twins", by=study.analyst)
    assert on_record(study.wave) == by_worker


def test_a_decision_waits_for_the_worker_and_must_make_sense(study):
    put(study, 30)
    screen_large.request_rules(study.wave, by=study.analyst, language="en")
    with pytest.raises(NotAllowed):
        decide(study, choice="keep")
    Output.objects.all().delete()
    for wrong in ({"choice": "burn"}, {"choice": "keep", "reason": " "}):
        with pytest.raises(BadInput):
            decide(study, **wrong)
    with pytest.raises(BadInput):
        decide(study, rule="blank", choice="exclude_copies")
    assert not Output.objects.exists()


def test_a_decision_that_is_cancelled_says_how_far_it_came(study, monkeypatch):
    put(study, 60)
    screen.apply_rules(study.wave, by=study.analyst)
    monkeypatch.setattr("openhall.reads.screening_large.PIECE", 5)
    watch = working.Work.watch

    def stop(self, part, parts):
        watch(self, part, parts)
        raise Cancelled

    monkeypatch.setattr(working.Work, "watch", stop)
    decide(study, choice="exclude")
    assert Event.objects.get(kind="sheets.decided").data["excluded"] == 5
    assert Flag.objects.filter(verdict="void", rule="duplicate_sheet").count() == 5

"""The demo town with generated answers and requests: plausible, the same each time, whole or said to be not."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from openhall import (
    cli,
    demo_desk,
    moment,
)
from openhall.actions import clocks, screen
from openhall.demo_size import desk, drawn_answers, drawn_cases, large_wave, loading, sheets_file, shown
from openhall.errors import BadInput, NotAllowed
from openhall.flow import catch_up
from openhall.models import (
    Clock,
    Evaluation,
    Event,
    Flag,
    Message,
    Rectification,
    Response,
    ServiceRequest,
    Stuck,
    User,
    Wave,
)
from openhall.reads import log_check
from openhall.reads.ledger import ledger
from openhall.rules.workflow import State
from openhall.surveys.checking import decode
from openhall.surveys.questionnaire import Kind, Question, Questionnaire, Section
from openhall.surveys.sheets import read_sheets
from openhall.surveys.toml_format import builtin

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # a Tuesday, eleven in the morning in the demo town
ANSWERS, REQUESTS = 300, 600


# --- answers without a database


def first_chunk(count=drawn_answers.CHUNK, **given):
    return next(drawn_answers.chunks(builtin(), count, offices=4, **given))


def test_the_same_answers_at_every_run_and_the_first_ones_whatever_the_number():
    whole, few = first_chunk(), first_chunk(300)
    assert len(few) == 300 and len(whole) == drawn_answers.CHUNK
    for name in ("codes", "office", "channel", "language", "day", "seconds", "void"):
        assert np.array_equal(getattr(few, name), getattr(whole, name)[..., :300]), name
    assert np.array_equal(few.twice, whole.twice[whole.twice[:, 0] < 300])
    assert not np.array_equal(first_chunk(seed=1).codes, whole.codes)


def test_any_chunk_can_be_made_alone():
    count = 2 * drawn_answers.CHUNK + 5
    made = list(drawn_answers.chunks(builtin(), count, offices=4))
    assert [len(one) for one in made] == [drawn_answers.CHUNK, drawn_answers.CHUNK, 5]
    (last,) = drawn_answers.chunks(builtin(), count, offices=4, first=2)
    assert last.start == made[2].start and np.array_equal(last.codes, made[2].codes)
    assert not np.array_equal(made[0].codes, made[1].codes)


def test_answers_hang_together_as_real_ones_do():
    asked, chunk = builtin(), first_chunk()
    counted = chunk.codes[:, chunk.void == drawn_answers.COUNTED].astype(float)
    for section in asked.sections:
        places = [asked.position[one.key] for one in section.questions]
        if section.dimension:
            shared = np.cov(counted[places])
            alpha = len(places) / (len(places) - 1) * (1 - np.trace(shared) / shared.sum())
            assert 0.6 <= alpha <= 0.85, (section.key, alpha)
    of = {one.name: counted[place] for place, one in enumerate(asked.questions) if one.name}
    assert np.corrcoef(of["age"], of["education"])[0, 1] < -0.2
    assert np.corrcoef(of["education"], of["income"])[0, 1] > 0.2
    students, farmers = of["age"][of["occupation"] == 5], of["age"][of["occupation"] == 1]
    assert students.mean() < farmers.mean() - 1
    overall = [counted[asked.position["s16"]][chunk.office[chunk.void == 0] == n].mean() for n in range(4)]
    assert max(overall) - min(overall) > 0.1


def test_every_option_occurs_and_the_shares_of_the_population_are_kept():
    asked, chunk = builtin(), first_chunk()
    for place, question in enumerate(asked.questions):
        assert set(np.unique(chunk.codes[place])) == question.values | {0}, question.key
    men = (chunk.codes[0] == 1).mean() / (chunk.codes[0] > 0).mean()
    assert men == pytest.approx(0.5127, abs=0.02)


def test_some_sheets_on_paper_are_void_and_no_others():
    chunk = first_chunk()
    share = (chunk.void > 0).mean()
    assert 0.015 < share < 0.025
    assert 0.003 < (chunk.codes == 0).mean() < 0.007
    paper = chunk.channel == drawn_answers.CHANNELS.index("paper")
    assert not chunk.void[~paper].any() and np.array_equal(chunk.seconds == 0, paper)
    assert np.array_equal((chunk.codes == 0).any(0), chunk.void > 0)
    assert set(np.flatnonzero(chunk.void == drawn_answers.DOUBLE)) == set(chunk.twice[:, 0])
    assert (chunk.twice[:, 2] < chunk.twice[:, 3]).all()


def test_a_questionnaire_with_open_questions_is_refused():
    said = Section(key="more", questions=(Question(key="words", kind=Kind.TEXT, text={"en": "What else?"}),))
    asked = Questionnaire(key="open", title={"en": "Open"}, sections=(said,))
    with pytest.raises(ValueError, match="words is no choice"):
        next(drawn_answers.chunks(asked, 10, offices=4))


def test_row_numbers_rise_and_never_meet():
    numbers = [
        *large_wave.row_numbers(0, 300, 650),
        *large_wave.row_numbers(300, 350, 650),
    ]
    assert numbers == sorted(set(numbers)) and numbers[0] >= 0 and numbers[-1] < 2**63
    assert numbers[:300] == large_wave.row_numbers(0, 300, 650)


# --- the file


def test_the_file_is_read_back_to_the_same_codes(tmp_path):
    path = tmp_path / "sheets.csv"
    assert cli.main(["demo", "--responses", "2000", "--csv", str(path)]) == 0
    asked, chunk = builtin(), first_chunk(2000)
    sheets = read_sheets(path, name=path.name, questionnaire=asked)
    double = {(row, place): (low, high) for row, place, low, high in chunk.twice.tolist()}
    for row, answers in enumerate(sheets.answers):
        expected = [
            double.get((row, place), int(code) or None) for place, code in enumerate(chunk.codes[:, row])
        ]
        assert list(answers) == expected
    assert double and sheets.serials[:2] == ["1", "2"]
    assert sheets.offices[0] == list(asked.fieldwork.issued)[chunk.office[0]]


def test_a_file_that_is_there_is_not_written_over(tmp_path, capsys):
    path = tmp_path / "sheets.csv"
    path.write_text("mine")
    assert cli.main(["demo", "--responses", "10", "--csv", str(path)]) == 1
    assert path.read_text() == "mine" and "Name another file" in capsys.readouterr().err


def test_nothing_is_left_of_a_file_that_was_stopped(tmp_path, monkeypatch):
    def stop(self, done):
        raise KeyboardInterrupt

    monkeypatch.setattr(shown.Progress, "at", stop)
    assert cli.main(["demo", "--responses", "10", "--csv", str(tmp_path / "sheets.csv")]) == 130
    assert not list(tmp_path.iterdir())


def test_a_file_needs_a_number_of_answers_and_a_place(tmp_path):
    with pytest.raises(BadInput, match="--responses"):
        sheets_file.run(tmp_path / "sheets.csv", responses=None, requests=None)
    with pytest.raises(BadInput, match="cannot be written"):
        sheets_file.run(tmp_path / "nowhere" / "sheets.csv", responses=1, requests=None)
    with pytest.raises(SystemExit):
        cli.main(["demo", "--responses", "-3"])


# --- progress


def test_progress_says_the_share_and_the_time_left():
    out, time = io.StringIO(), iter([0.0, 10.0, 12.0, 40.0])
    progress = shown.Progress("Answers", 1000, to=out, clock=lambda: next(time))
    for done in (250, 260, 1000):
        progress.at(done)
    assert out.getvalue().splitlines() == [
        "Answers: 250 of 1,000 (25 %), about 30 s left",
        "Answers: 1,000 in 40 s",
    ]


# --- the town


@pytest.fixture(scope="module")
def large(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo town as it opens at NOW with generated answers and requests, made once for this file."""
    data = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DATA_DIR=data):
        with (
            pytest.MonkeyPatch.context() as patch,
            moment.at(NOW),
            override_settings(ANCHORS_FILE=data / "anchors"),
        ):
            patch.setattr(drawn_answers, "CHUNK", 20_000)
            patch.setattr(demo_desk, "ROUTINE", 4)
            patch.setattr(demo_desk, "LATELY", 2)
            out = io.StringIO()
            new, stands = loading.load(responses=ANSWERS, requests=REQUESTS, to=out)
            yield new, stands, out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def town_at_size(large, db):
    with moment.at(NOW):
        yield large


@pytest.fixture
def generated(town_at_size):
    return ServiceRequest.objects.filter(secret="")


def test_the_numbers_asked_for_are_there(town_at_size, generated):
    new, stands, said = town_at_size
    assert new and all(one.whole for one in stands.values())
    assert (stands["answers"].made, stands["requests"].made) == (ANSWERS, REQUESTS)
    assert generated.count() == REQUESTS
    assert f"Answers: {ANSWERS} in" in said and f"Requests: {REQUESTS} in" in said


def test_the_wave_is_closed_and_its_answers_are_those_of_the_generator(town_at_size):
    wave, chunk = Wave.objects.get(key=large_wave.KEY), first_chunk(ANSWERS)
    assert wave.state == "closed" and wave.name == large_wave.NAME and wave.planned == ANSWERS
    assert (wave.closed_on - wave.opened_on).days == drawn_answers.DAYS - 1
    rows = list(Response.objects.filter(wave=wave).order_by("pk"))
    for n, row in enumerate(rows):
        codes = [
            answer if isinstance(answer, int) else 0 for answer in decode(wave.version.asked, row.answers)
        ]
        assert codes == chunk.codes[:, n].tolist()
        assert row.submitted_on - wave.opened_on == timedelta(days=int(chunk.day[n]))
        assert (row.seconds or 0) == chunk.seconds[n]


def test_the_ledger_tells_valid_and_void_sheets(town_at_size):
    wave, chunk = Wave.objects.get(key=large_wave.KEY), first_chunk(ANSWERS)
    counted = ledger(wave)
    assert (counted.total.returned, counted.total.excluded) == (ANSWERS, int((chunk.void > 0).sum()))
    assert counted.total.excluded > 0
    assert [branch.total.returned for branch in counted.branches] == np.bincount(chunk.office).tolist()
    assert counted.rates is not None and not counted.more_than_issued
    assert [one.filled for one in wave.allocations.all()] == np.bincount(chunk.office).tolist()


def test_screening_finds_nothing_that_is_not_on_record(town_at_size):
    wave = Wave.objects.get(key=large_wave.KEY)
    assert Flag.objects.filter(response__wave=wave).exists()
    assert not screen.apply_rules(wave, by=User.objects.get(username="analyst"))


def test_the_log_with_the_generated_events_is_whole_and_nothing_follows(town_at_size):
    assert not log_check.check().faults
    before = Event.objects.count(), Evaluation.objects.count()
    assert catch_up() == 0 and not list(Stuck.objects.values())
    assert before == (Event.objects.count(), Evaluation.objects.count())


def test_requests_stand_in_many_states_and_fit_their_events(town_at_size, generated):
    states = set(generated.values_list("state", flat=True))
    assert {State.CLOSED, State.HANDLING} <= states and len(states) >= 4
    assert set(generated.values_list("outcome", flat=True)) >= {"", "resolved", "explained", "withdrawn"}
    for case in generated.prefetch_related("events", "assignments")[:200]:
        events = sorted(case.events.all(), key=lambda one: one.seq)
        acts = [one for one in events if one.subject_type == "servicerequest"]
        assert [one.data["edition"] for one in acts] == list(range(1, case.edition + 1))
        assert [one.at for one in acts] == sorted(one.at for one in acts)
        assert acts[0].kind == "request.received" and acts[0].at == case.created_at
        assert acts[-1].at == case.changed_at <= NOW
        assert case.is_open == (case.closed_at is None)
        assert (case.lead_id is not None) == bool(case.assignments.all())


def test_clocks_of_closed_requests_have_stopped_and_those_of_open_ones_show_the_next_deadline(
    town_at_size, generated
):
    assert not Clock.objects.running().filter(request__in=generated.filter(is_open=False)).exists()
    for case in generated.filter(is_open=True):
        running = [one for one in case.clocks.all() if one.stopped_at is None]
        assert running
        dues = [one.due_at for one in running if one.due_at]
        assert case.due_at == min(dues, default=None)
        for one in running:
            before = one.due_at, one.look_at
            one.take(one.value)
            for new, old in zip((one.due_at, one.look_at), before, strict=True):
                assert (new is None) == (old is None)
                assert new is None or abs(new - old) <= timedelta(seconds=2)
        assert (case.state == State.WAITING) == any(one.paused_at for one in running)


def test_the_worker_finds_no_generated_clock_that_it_should_have_looked_at(town_at_size, generated):
    assert not Clock.objects.running().filter(look_at__lt=NOW - timedelta(minutes=1), request__in=generated)
    clocks.sweep()  # the demo town's own
    assert not Event.objects.filter(kind__startswith="clock.", request__in=generated).exists()


def test_ratings_are_answers_of_their_year_and_bad_ones_are_followed(town_at_size, generated):
    given = Evaluation.objects.filter(request__in=generated).exclude(level=None)
    assert given.count() > REQUESTS / 5
    for one in given.select_related("response__wave__version", "request"):
        assert one.response.given[0] == one.level
        assert one.response.wave.key == f"ratings-{one.response.submitted_on.year}"
        assert one.given_at > one.request.closed_at
    bad = given.filter(level__lte=2)
    assert bad.exists() and Rectification.objects.filter(evaluation__in=bad).count() >= bad.count() - 1
    for wave in Wave.objects.filter(key__startswith=Wave.RATINGS):
        for allocation in wave.allocations.all():
            there = Response.objects.filter(wave=wave, office=allocation.office).count()
            assert allocation.filled == allocation.quota == there


def test_numbers_of_requests_are_codes_and_all_different():
    numbers = {desk.number_of(pk) for pk in range(1, 5000)}
    assert len(numbers) == 4999 and all(len(one) == 10 for one in numbers)


PAGES = {
    "analyst": ("/desk/waves/", f"/desk/waves/{large_wave.KEY}/"),
    "dispatcher": ("/desk/requests/", "/desk/requests/?state=any&q=lamp", "/desk/ratings/"),
    "handler": ("/desk/requests/",),
    "supervisor": ("/desk/requests/?due=overdue",),
    "leader": ("/desk/", "/desk/assessment/"),
}


@pytest.mark.parametrize("username", PAGES)
def test_the_pages_of_the_desk_open(town_at_size, client, username):
    client.force_login(User.objects.get(username=username))
    for page in PAGES[username]:
        assert client.get(page, follow=True).status_code == 200, page


def test_a_generated_request_and_the_register_open(town_at_size, generated, client):
    assert client.get("/register/").status_code == 200
    client.force_login(User.objects.get(username="auditor"))
    for state in set(generated.values_list("state", flat=True)):
        case = generated.filter(state=state).first()
        page = client.get(f"/desk/requests/{case.number}/", follow=True)
        assert page.status_code == 200 and case.text[:20] in page.content.decode().replace("&#x27;", "'")


# --- again, other numbers, stopped


def test_the_same_numbers_again_change_nothing_and_say_so(town_at_size, capsys):
    before = Response.objects.count(), Event.objects.count(), Message.objects.count()
    call_command("demo", responses=ANSWERS, requests=REQUESTS)
    call_command("demo")
    assert before == (Response.objects.count(), Event.objects.count(), Message.objects.count())
    said = capsys.readouterr().out
    assert "already there" in said and "Generated requests: 600 of 600" in said and "not finished" not in said


@pytest.mark.parametrize("other", [{"responses": ANSWERS + 1}, {"requests": REQUESTS - 1}])
def test_other_numbers_are_refused_with_the_cure(town_at_size, other):
    before = Response.objects.count(), Event.objects.count()
    with pytest.raises(CommandError, match="OPENHALL_DATA_DIR"):
        call_command("demo", **other)
    assert before == (Response.objects.count(), Event.objects.count())


@pytest.fixture
def small_chunks(town_at_size, monkeypatch):
    """As if nothing was generated yet, in chunks small enough to stop between them."""
    monkeypatch.setattr(large_wave, "KEY", "demo-again")
    for name in ("WANTED", "MADE", "UNTIL", "SEARCHED"):
        monkeypatch.setattr(loading, name, getattr(loading, name).replace("demo.", "again."))
    for module, name in ((drawn_answers, "CHUNK"), (large_wave, "CHUNK")):
        monkeypatch.setattr(module, name, 1000)
    for module, name in ((drawn_cases, "CHUNK"), (loading, "REQUESTS")):
        monkeypatch.setattr(module, name, 40)


def stopping_at(done):
    at = shown.Progress.at

    def stop(self, now):
        at(self, now)
        if now == done:
            raise KeyboardInterrupt

    return stop


def test_answers_that_were_stopped_are_a_draft_and_go_on_to_the_same_end(small_chunks, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shown.Progress, "at", stopping_at(1000))
        loading.load(responses=2500, to=io.StringIO())
    wave = Wave.objects.get(key="demo-again")
    assert wave.state == "draft" and "still coming in" in wave.name["en"]
    assert str(loading.answers()) == "1,000 of 2,500" and not loading.answers().whole
    with pytest.raises(NotAllowed, match="has 2,500 generated answers"):
        loading.load(responses=5000, to=io.StringIO())
    new, stands = loading.load(responses=2500, to=io.StringIO())
    assert new and stands["answers"].whole and stands["answers"].made == 2500
    wave.refresh_from_db()
    expected = [
        f"[{line}]"
        for chunk in drawn_answers.chunks(builtin(), 2500, offices=4)
        for line in drawn_answers.written(chunk, blank="null", marks=large_wave.STORED)
    ]
    stored = Response.objects.filter(wave=wave).order_by("pk").values_list("answers", flat=True)
    assert list(stored) == expected and wave.state == "closed"


def test_requests_that_were_stopped_are_whole_and_the_others_follow(small_chunks, monkeypatch, capsys):
    before = ServiceRequest.objects.count()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shown.Progress, "at", stopping_at(40))
        call_command("demo", requests=100)
    assert ServiceRequest.objects.count() == before + 40 and not log_check.check().faults
    said = capsys.readouterr()
    assert "Stopped." in said.err and "40 of 100, not finished" in said.out
    assert "openhall demo" in said.out and "--requests 100" in said.out
    call_command("demo", requests=100)
    assert ServiceRequest.objects.count() == before + 100 and not log_check.check().faults
    assert loading.cases().whole


def test_what_was_stopped_after_the_last_chunk_is_only_finished(small_chunks, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shown.Progress, "at", stopping_at(1500))
        loading.load(responses=1500, to=io.StringIO())
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shown.Progress, "at", stopping_at(50))
        loading.load(requests=50, to=io.StringIO())
    assert not any(one.whole for one in loading.stands().values())
    _new, stands = loading.load(responses=1500, requests=50, to=io.StringIO())
    assert all(one.whole for one in stands.values())
    assert (stands["answers"].made, stands["requests"].made) == (1500, 50)


def test_a_chunk_that_fails_leaves_nothing_behind(small_chunks, monkeypatch):
    before = ServiceRequest.objects.count(), Message.objects.count(), Event.objects.count()

    def fail(events):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(desk, "append", fail)
        loading.load(requests=40, to=io.StringIO())
    assert before == (ServiceRequest.objects.count(), Message.objects.count(), Event.objects.count())
    assert loading.cases().made == 0

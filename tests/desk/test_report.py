"""The report at the desk: who may read it, what it shows, and files made by the worker."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from tests.town import sign_in

from openhall.actions import report as making
from openhall.actions import working
from openhall.errors import BadInput, NotAllowed, NotPermitted, OpenHallError
from openhall.models import Event, Output, Response, Wave
from openhall.report import machine
from openhall.surveys.checking import encode

IMMEDIATE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def worker(settings):
    """What is asked for is made at once, in the request."""
    settings.TASKS = IMMEDIATE


@pytest.fixture
def filled(town) -> Wave:
    """The open wave with forty answers."""
    chance = Random(1)
    for number in range(40):
        answer(town, (chance.choice((1, 2)), *(chance.randint(1, 5) for _ in range(4))), office=number % 2)
    return town.wave


def answer(town, answers, *, office=0, **more) -> Response:
    return Response.objects.create(
        wave=town.wave,
        office=(town.north, town.south)[office],
        version=town.version,
        channel=more.pop("channel", "link"),
        language="en",
        answers=encode(answers),
        submitted_on=timezone.localdate(),
        **more,
    )


def address(wave: Wave, *rest: object) -> str:
    return "/".join([f"/desk/waves/{wave.key}/report", *map(str, rest)])


def ask(client, wave: Wave, format: str = "json", lang: str = "en"):
    return client.post(f"{address(wave, 'make')}?lang={lang}", {"format": format})


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("analyst", 200), ("leader", 200), ("clerk", 403)]
)
def test_the_report_is_for_those_who_may_read_it(client, town, role, status):
    sign_in(client, getattr(town, role))
    assert client.get(address(town.wave)).status_code == status
    assert ask(client, town.wave).status_code == status


def test_strangers_are_sent_to_sign_in(client, town):
    assert client.get(address(town.wave)).status_code == 302
    assert Output.objects.count() == 0


def test_a_wave_without_valid_sheets_says_so(client, town):
    answer(town, (1, 2, 3, None, None), complete=False)
    sign_in(client, town.leader)
    page = client.get(address(town.wave)).content.decode()
    assert "There are no valid sheets yet" in page and "Download as" not in page
    assert "no valid sheets yet, so there is nothing to report" in ask(client, town.wave).content.decode()


def test_the_chapter_stands_on_the_page_with_contents_and_charts(client, town, filled):
    sign_in(client, town.leader)
    page = client.get(address(filled)).content.decode()
    for number in range(1, 7):
        assert f'<span class="report-number">4.{number}</span>' in page
    assert page.count('class="chart"') > 2
    assert "style=" not in page and "<script>" not in page
    assert "Take the data" not in page  # a leader reads tables, not rows


def test_the_chapter_follows_the_language_of_the_page(client, town, filled):
    sign_in(client, town.analyst)
    assert "服务环境" in client.get(f"{address(filled)}?lang=zh").content.decode()
    assert "Service environment" in client.get(f"{address(filled)}?lang=en").content.decode()


@pytest.mark.parametrize("answers", [[(1, 3, 3, 3, 3)], [(1, 3, 3, 3, 3), (2, 3, 3, 3, 3)], [(None,) * 5]])
def test_very_few_answers_still_make_a_page(client, town, answers):
    for given in answers:
        answer(town, given)
    sign_in(client, town.analyst)
    assert "4.6" in client.get(address(town.wave)).content.decode()


def test_the_second_view_asks_the_database_little(client, town, filled, django_assert_max_num_queries):
    sign_in(client, town.analyst)
    client.get(address(filled))
    with django_assert_max_num_queries(16):
        client.get(address(filled))


@pytest.mark.parametrize(
    ("format", "kind", "begins"),
    [
        ("docx", "wordprocessingml", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
        ("xlsx", "spreadsheetml", b"PK"),
        ("html", "text/html", b"<!doctype html>"),
        ("json", "application/json", b"{"),
    ],
)
def test_each_file_is_made_and_sent_under_a_plain_name(client, town, filled, worker, format, kind, begins):
    sign_in(client, town.leader)
    waiting = ask(client, filled, format).url
    output = Output.objects.get()
    assert (output.state, output.done, output.steps) == ("done", 3, 3)
    link = address(filled, output.pk, "file")
    page = client.get(waiting).content.decode()
    assert "The file is ready" in page and link in page
    file = client.get(link)
    assert kind in file["Content-Type"]
    assert file["Content-Disposition"] == f'attachment; filename="spring-wave-report-en.{format}"'
    assert b"".join(file.streaming_content).startswith(begins)
    file.close()


def test_a_file_that_is_there_is_not_made_again(client, town, filled, worker):
    sign_in(client, town.leader)
    assert ask(client, filled).url == address(filled, Output.objects.get().pk)
    assert ask(client, filled).url == address(filled, Output.objects.get().pk, "file")
    assert Event.objects.filter(kind="report.requested").count() == 1
    ask(client, filled, lang="zh")
    assert Output.objects.count() == 2


def test_new_answers_make_a_new_file_and_the_old_one_goes_after_a_while(client, town, filled, worker):
    sign_in(client, town.leader)
    ask(client, filled)
    old = Output.objects.get()
    file = making.path(old)
    answer(town, (1, 5, 5, 5, 5))
    ask(client, filled)
    assert file.is_file() and Output.objects.count() == 2
    Output.objects.filter(pk=old.pk).update(at=timezone.now() - 2 * making.STAYS)
    answer(town, (2, 5, 5, 5, 5))
    ask(client, filled)
    assert not file.exists() and not Output.objects.filter(pk=old.pk).exists()


def test_a_lost_file_is_made_again(client, town, filled, worker):
    sign_in(client, town.leader)
    ask(client, filled)
    output = Output.objects.get()
    making.path(output).unlink()
    assert client.get(address(filled, output.pk, "file")).status_code == 404
    assert "no longer there" in client.get(address(filled, output.pk)).content.decode()
    ask(client, filled)
    assert making.path(Output.objects.get()).is_file()


def test_while_it_is_made_the_page_shows_the_step_and_looks_again(client, town, filled):
    sign_in(client, town.leader)
    page = client.get(ask(client, filled, "pdf").url).content.decode()
    assert (
        "Waiting for the worker" in page
        and 'http-equiv="refresh"' in page
        and 'hx-trigger="every 1s"' in page
    )
    Output.objects.update(state="running", step=making.COUNTING, done=1)
    output = Output.objects.get()
    part = client.get(address(filled, output.pk), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "Step 2 of 3: Counting the answers" in part


def test_without_a_worker_the_page_says_so_instead_of_waiting_for_ever(client, town, filled):
    sign_in(client, town.leader)
    waiting = ask(client, filled, "pdf").url
    assert "No worker has taken this up" not in client.get(waiting).content.decode()
    earlier = timezone.now() - timedelta(seconds=30)
    QuerySet(Event).filter(kind="report.requested").update(at=earlier)
    assert "No worker has taken this up" in client.get(waiting).content.decode()


def test_a_file_the_worker_left_behind_can_be_asked_for_again(client, town, filled, settings):
    sign_in(client, town.leader)
    waiting = ask(client, filled).url
    Output.objects.update(state="running", at=timezone.now() - 2 * working.ABANDONED)
    assert "The worker stopped while it made this file" in client.get(waiting).content.decode()
    settings.TASKS = IMMEDIATE
    ask(client, filled)
    assert Output.objects.get().state == "done"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OpenHallError("The fonts are missing. Run “openhall build”."),
            "The fonts are missing. Run “openhall build”.",
        ),
        (RuntimeError("secret detail"), "Something failed on our side"),
    ],
)
def test_a_failure_is_told_in_words_and_can_be_tried_again(
    client, town, filled, worker, monkeypatch, error, said
):
    def fail(*_args, **_more):
        raise error

    sign_in(client, town.leader)
    with monkeypatch.context() as broken:
        broken.setattr(machine, "text", fail)
        failed = ask(client, filled).url
    page = client.get(failed).content.decode()
    assert "The file could not be made" in page and said in page and "secret detail" not in page
    assert not list((making.path(Output.objects.get())).glob("**/*.part"))
    ask(client, filled)
    assert Output.objects.get().state == "done"


def test_what_is_made_already_is_left_alone(town, filled):
    output = making.request_file(filled, language="en", format="json", by=None)
    making.make(str(output.pk))
    output.refresh_from_db()
    making.make(str(output.pk))
    assert Output.objects.get().at == output.at
    making.make("0")  # thrown away in the meantime: nothing to do


def test_unknown_words_are_refused_on_the_page(client, town, filled):
    sign_in(client, town.leader)
    page = ask(client, filled, "exe").content.decode()
    assert "“exe” is not known" in page and "docx, pdf, xlsx, html, json" in page
    with pytest.raises(BadInput, match="“tlh” is not known"):
        making.request_file(filled, language="tlh", format="pdf", by=None)
    assert Output.objects.count() == 0


def test_the_action_asks_for_the_right_itself(town, filled):
    with pytest.raises(NotPermitted):
        making.request_file(filled, language="en", format="pdf", by=town.clerk)
    Response.objects.all().delete()
    with pytest.raises(NotAllowed):
        making.request_file(filled, language="en", format="pdf", by=town.leader)


def test_a_file_is_found_only_under_its_own_wave(client, town, filled, worker):
    sign_in(client, town.leader)
    ask(client, filled)
    other = Wave.objects.create(name={"en": "Other"}, version=town.version)
    number = Output.objects.get().pk
    for rest in ((number,), (number, "file")):
        assert client.get(address(other, *rest)).status_code == 404
    assert client.get(address(filled, "make")).status_code == 405

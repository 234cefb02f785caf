"""Large waves at the desk: the worker screens them, the page shows how far it is; figures that are not ready wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.desk.test_screening import at, web
from tests.town import sign_in

from openhall.actions import screen, screen_large
from openhall.actions.key_sheet import key_again, key_sheet
from openhall.models import Event, Flag, Output, Response
from openhall.reads import screening as read
from openhall.reads import screening_large

IMMEDIATE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def large(town, monkeypatch, settings, tmp_path):
    """A wave of six sheets, two of them filled in too fast; more than three are many."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(screening_large, "AT_ONCE", 3)
    for number in range(6):
        web(town, seconds=2 if number < 5 else 300, serial=f"S{number}")
    return town


@pytest.fixture
def worker(settings):
    """What is asked for is done at once, in the request."""
    settings.TASKS = IMMEDIATE


def text(answer) -> str:
    return answer.content.decode()


def going(**values) -> Output:
    """The worker was heard of just now, nine seconds after it began."""
    facts = {"state": "running", "step": screen_large.STEPS[0], "part": 43, "parts": 100}
    began = timezone.now() - timedelta(seconds=9)
    Output.objects.update(**facts | {"step_began": began, "at": timezone.now()} | values)
    return Output.objects.get()


def test_the_button_asks_the_worker_and_the_page_waits(client, large):
    sign_in(client, large.analyst)
    page = text(client.post(at(large, "screening_apply"), follow=True))
    assert "Waiting for the worker" in page and 'http-equiv="refresh"' in page and "Cancel" in page
    assert "Apply the rules now" not in page and not Flag.objects.exists()
    going()
    page = text(client.get(at(large)))
    assert "Step 1 of 2:" in page and "Reading the sheets" in page and "43 %, about 12 seconds left" in page


def test_when_it_is_done_the_page_says_what_was_found(client, large, worker):
    sign_in(client, large.analyst)
    page = text(client.post(at(large, "screening_apply"), follow=True))
    assert "5 new findings" in page and "Apply the rules now" in page and "refresh" not in page
    assert "Filled in 2 seconds, less than 20." in page


def test_htmx_hears_how_far_it_is_and_then_loads_the_page(client, large):
    sign_in(client, large.analyst)
    client.post(at(large, "screening_apply"))
    going()
    part = client.get(at(large, "screening_progress"), {"seen": "running-0"}, headers=HTMX)
    assert "43 %" in text(part) and "Reading the sheets" not in text(part)
    going(done=1, step=screen_large.STEPS[1])
    part = client.get(at(large, "screening_progress"), {"seen": "running-0"}, headers=HTMX)
    assert "Comparing sheets that are alike" in text(part) and 'hx-swap-oob="innerHTML"' in text(part)
    going(state="done")
    assert client.get(at(large, "screening_progress"), headers=HTMX)["HX-Refresh"] == "true"
    assert client.get(at(large, "screening_progress")).url == at(large)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": "failed", "error": "Disk full."}, "Not all sheets could be done."),
        ({"state": "cancelled"}, "Cancelled. What was done until then stands."),
        ({"at": timezone.now() - timedelta(hours=1)}, "The worker stopped before all sheets were done."),
    ],
)
def test_what_was_not_finished_is_said_and_can_be_done_again(client, large, values, said, settings):
    sign_in(client, large.analyst)
    client.post(at(large, "screening_apply"))
    going(**values)
    page = text(client.get(at(large)))
    assert said in page and "Apply the rules now" in page and values.get("error", "") in page
    settings.TASKS = IMMEDIATE
    assert "5 new findings" in text(client.post(at(large, "screening_apply"), follow=True))


def test_it_is_cancelled_by_a_form(client, large):
    sign_in(client, large.analyst)
    assert client.post(at(large, "screening_cancel")).url == at(large)  # nothing to cancel
    client.post(at(large, "screening_apply"))
    assert client.get(at(large, "screening_cancel")).url == at(large)
    assert Output.objects.get().state == "waiting"
    assert "Cancelled. What was done" in text(client.post(at(large, "screening_cancel"), follow=True))
    assert Event.objects.get(kind="rules.cancelled").by == large.analyst
    sign_in(client, large.clerk)
    for name in ("screening_cancel", "screening_progress"):
        assert client.post(at(large, name)).status_code == 403


def test_nobody_working_is_said(client, large):
    sign_in(client, large.analyst)
    client.post(at(large, "screening_apply"))
    assert "The work then begins by itself." not in text(client.get(at(large)))
    later = timezone.now() + timedelta(minutes=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        assert "The work then begins by itself." in text(client.get(at(large)))


def test_sheets_that_changed_since_are_not_called_alike(client, large, worker):
    sign_in(client, large.analyst)
    hint = "The sheets have changed since they were last compared"
    assert hint in text(client.get(at(large)))
    assert hint not in text(client.post(at(large, "screening_apply"), follow=True))
    web(large)
    assert hint in text(client.get(at(large)))


def test_many_sheets_are_decided_and_taken_back_by_the_worker(client, large, settings):
    screen.apply_rules(large.wave, by=large.analyst)
    sign_in(client, large.analyst)
    given = {"rule": "too_fast", "choice": "exclude", "reason": "bots"}
    page = text(client.post(at(large, "screening_decide"), given, follow=True))
    assert "Waiting for the worker" in page and "Decide 5 sheets together" not in page
    again = client.post(at(large, "screening_decide"), given)
    assert "The worker is busy with the sheets of this wave." in text(again)
    Output.objects.all().delete()
    settings.TASKS = IMMEDIATE
    assert "5 sheets are decided." in text(client.post(at(large, "screening_decide"), given, follow=True))
    assert Response.objects.filter(void="too_fast").count() == 5
    back = {"rule": "too_fast", "verdict": "void", "reason": "bots"}
    page = text(client.post(at(large, "screening_restore"), back, follow=True))
    assert "The decision about 5 sheets is taken back." in page
    assert not Response.objects.exclude(void="").exists()
    page = client.post(at(large, "screening_decide"), given | {"reason": " "})
    assert "it is missing" in text(page)


@pytest.mark.parametrize("filters", [{}, {"rule": "too_fast"}, {"verdict": "open"}, {"rule": "blank"}])
def test_very_many_findings_are_listed_page_by_page_without_sorting_them(large, monkeypatch, filters):
    web(large, 1, None, 3, 4, 5, serial="GAP")
    screen.apply_rules(large.wave, by=large.analyst)
    told = read.findings(large.wave)
    few = {(one.response_id, one.rule) for one in read.Flagged(large.wave, told, **filters)[:]}
    monkeypatch.setattr(read, "SORTED", 1)
    many = read.Flagged(large.wave, told, **filters)
    assert len(many) == len(few)
    pages = [(one.response_id, one.rule) for start in range(0, 10, 2) for one in many[start : start + 2]]
    assert len(pages) == len(few) and set(pages) == few


def test_an_import_into_a_large_wave_says_that_the_rules_follow(client, large):
    sign_in(client, large.analyst)
    heads = ["serial", "office", *(question.key for question in large.version.asked)]
    lines = [",".join(heads), *(f"N{n},{large.north.code},2,4,3,5,4" for n in range(2))]
    file = SimpleUploadedFile("new.csv", "\n".join(lines).encode())
    check = client.post(at(large, "import_sheets"), {"file": file}).url
    page = text(client.post(check, follow=True))
    assert "2 sheets are stored." in page and "The rules are being applied" in page
    assert "Waiting for the worker" in page


def test_settling_a_sheet_judges_it_and_those_it_was_like(client, large):
    wide = {question.key: "1" for question in large.version.asked}
    one = key_sheet(large.wave, serial="P1", marks=wide, office=large.north, by=large.analyst)
    key_again(large.wave, serial="P1", marks=wide | {"s1": "-"}, by=large.administrator)
    sign_in(client, large.analyst)
    settle = reverse("desk:settle_sheet", args=[one.pk])
    assert client.post(settle, {"choice-s1": "second"}).status_code == 302
    one.refresh_from_db()
    assert one.void == "blank" and not Output.objects.exists()


def test_more_sheets_than_are_counted_are_called_so(client, large, monkeypatch):
    monkeypatch.setattr("openhall.desk.keying.MANY", 5)
    page = text(sign_in(client, large.analyst).get(at(large, "second_entry")))
    assert "More than 5 sheets have one entry." in page
    monkeypatch.setattr("openhall.desk.keying.MANY", 6)
    assert "6 sheets have one entry." in text(client.get(at(large, "second_entry")))


# --- the workbench of a large wave


@pytest.fixture
def unread(large, monkeypatch):
    """More answers than are read for a view stand in no extract."""
    monkeypatch.setattr("openhall.desk.workbench.MOST_READ", 5)
    return large


def test_the_workbench_waits_for_the_worker(client, unread):
    sign_in(client, unread.leader)
    answer = client.get(at(unread, "workbench"), {"rows": "q1"})
    assert answer.status_code == 202 and answer["Retry-After"]
    page = text(answer)
    assert "still has to read 6 answers." in page and 'http-equiv="refresh"' in page
    assert 'hx-get="' in page and "rows=q1" in page and reverse("desk:wave", args=[unread.wave.key]) in page


def test_what_waits_asks_again_and_is_loaded_when_all_is_ready(client, unread, monkeypatch):
    sign_in(client, unread.leader)
    waiting = HTMX | {"HX-Target": "waiting"}
    assert client.get(at(unread, "workbench"), headers=waiting).status_code == 204
    assert client.get(at(unread, "workbench"), headers=HTMX)["HX-Refresh"] == "true"
    monkeypatch.setattr("openhall.desk.workbench.MOST_READ", 6)
    assert client.get(at(unread, "workbench"), headers=waiting)["HX-Refresh"] == "true"
    assert client.get(at(unread, "workbench")).status_code == 200


def test_figures_as_a_file_are_not_ready_yet(client, unread):
    sign_in(client, unread.leader)
    found = {
        kind: client.get(reverse("desk:workbench_file", args=[unread.wave.key, kind]), {"rows": "q1"})
        for kind in ("json", "csv")
    }
    assert {answer.status_code for answer in found.values()} == {202}
    told = found["json"].json()
    assert (told["state"], told["answers"]) == ("waiting", 6) and "6 answers" in told["message"]
    assert "This page opens by itself" in text(found["csv"])
    assert not Event.objects.filter(kind="figures.exported").exists()

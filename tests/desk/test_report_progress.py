"""Long reports at the desk: how far they are, cancelling, and large waves whose report the worker makes."""

# ruff: noqa: F401, F811 (fixtures of another module)

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.desk.test_report import (
    IMMEDIATE,
    address,
    answer,
    ask,
    filled,
    own_folder,
    worker,
)
from tests.town import sign_in

from openhall.actions import report as making
from openhall.models import Event, Output
from openhall.reads import reports

HTMX = {"HX-Request": "true"}


@pytest.fixture
def large(monkeypatch):
    """A wave of more than ten answers is a large one."""
    monkeypatch.setattr("openhall.reads.subjects.AT_ONCE", 10)


def text(response) -> str:
    return response.content.decode()


def running(wave, *, part: int, parts: int, seconds: float) -> Output:
    """The file in the making, heard of just now."""
    Output.objects.update(
        state="running",
        step=making.COUNTING,
        done=1,
        part=part,
        parts=parts,
        step_began=timezone.now() - timedelta(seconds=seconds),
        at=timezone.now(),
    )
    return Output.objects.get()


@pytest.mark.parametrize(
    ("part", "parts", "seconds", "said"),
    [
        (43, 100, 9, "43 %, about 12 seconds left"),
        (1, 4, 0.1, "25 %"),  # nothing to reckon from yet
        (0, 100, 60, "0 %"),
        (0, 0, 60, ""),
    ],
)
def test_the_page_says_the_share_and_the_time_left(client, town, filled, part, parts, seconds, said):
    sign_in(client, town.leader)
    waiting = ask(client, filled, "pdf").url
    running(filled, part=part, parts=parts, seconds=seconds)
    page = client.get(waiting)
    assert page.context["numbers"] == said
    assert (f'max="{parts}" value="{part}"' in text(page)) == bool(parts)


def test_only_words_that_change_are_said_to_who_listens(client, town, filled):
    sign_in(client, town.leader)
    waiting = ask(client, filled, "pdf").url
    running(filled, part=1, parts=4, seconds=1)
    page = client.get(waiting)
    assert text(page).count('role="status"') == 1
    again = client.get(waiting, {"seen": page.context["mark"]}, headers=HTMX)
    assert "25 %" in text(again) and "Counting the answers" not in text(again)
    Output.objects.update(step=making.WRITING, done=2)
    changed = client.get(waiting, {"seen": page.context["mark"]}, headers=HTMX)
    assert 'hx-swap-oob="innerHTML"' in text(changed) and "Drawing the charts" in text(changed)


def test_a_finished_file_takes_the_place_of_the_progress(client, town, filled, worker):
    sign_in(client, town.leader)
    over = client.get(ask(client, filled).url, {"seen": "running-1"}, headers=HTMX)
    assert over["HX-Retarget"] == "#output-body"
    assert "The file is ready" in text(over) and "Download JSON" in text(over)


def test_whoever_reads_reports_may_cancel_and_have_it_made_again(client, town, filled, settings):
    sign_in(client, town.leader)
    waiting = ask(client, filled).url
    assert "Cancel" in text(client.get(waiting))
    sign_in(client, town.analyst)
    shown = text(client.post(f"{waiting}/cancel", follow=True))
    assert "The making of this file was cancelled" in shown and "Make it again" in shown
    making.make(str(Output.objects.get().pk))  # still in the queue of the worker
    assert Output.objects.get().state == "cancelled"
    assert Event.objects.get(kind="report.cancelled").by == town.analyst
    settings.TASKS = IMMEDIATE
    ask(client, filled)
    assert Output.objects.get().state == "done"


def test_cancelling_is_for_those_who_may_read_reports(client, town, filled):
    sign_in(client, town.leader)
    waiting = ask(client, filled).url
    assert client.get(f"{waiting}/cancel").status_code == 405
    assert sign_in(client, town.clerk).post(f"{waiting}/cancel").status_code == 403
    assert Output.objects.get().state == "waiting"


def test_cancelling_what_was_finished_meanwhile_shows_it(client, town, filled, worker):
    sign_in(client, town.leader)
    waiting = ask(client, filled).url
    assert "The file is ready" in text(client.post(f"{waiting}/cancel", follow=True))


def test_the_report_of_a_large_wave_is_left_to_the_worker(client, town, filled, large):
    sign_in(client, town.leader)
    page = text(client.get(address(filled)))
    assert "Waiting for the worker" in page and "Cancel" in page and "4.6" not in page
    client.get(address(filled))
    output = Output.objects.get()  # asked for once
    assert output.format == "page"
    making.make(str(output.pk))
    over = client.get(address(filled, output.pk), headers=HTMX)
    assert over["HX-Refresh"] == "true"
    page = text(client.get(address(filled)))
    assert '<span class="report-number">4.6</span>' in page and "Download as" in page
    assert client.get(address(filled, output.pk)).url == address(filled)
    assert client.get(address(filled, output.pk, "file")).status_code == 404


def test_a_worker_that_works_at_once_leaves_nothing_to_wait_for(client, town, filled, large, worker):
    sign_in(client, town.leader)
    assert '<span class="report-number">4.6</span>' in text(client.get(address(filled)))


def test_a_cancelled_page_waits_until_somebody_wants_it(client, town, filled, large):
    sign_in(client, town.leader)
    client.get(address(filled))
    pk = Output.objects.get().pk
    page = text(client.post(address(filled, pk, "cancel"), follow=True))
    assert "The making of this report was cancelled" in page
    assert "Make it again" in text(client.get(address(filled)))
    assert Output.objects.get().state == "cancelled"
    client.post(address(filled, "make"), {"format": "page"})
    assert Output.objects.get().state == "waiting"


def test_new_answers_leave_the_report_of_before_until_it_is_wanted_new(client, town, filled, large, worker):
    sign_in(client, town.leader)
    client.get(address(filled))
    answer(town, (1, 5, 5, 5, 5))
    page = text(client.get(address(filled)))
    assert "Since then answers have come in" in page and '<span class="report-number">4.6</span>' in page
    assert Output.objects.count() == 1
    new = text(client.post(address(filled, "make"), {"format": "page"}, follow=True))
    assert "Since then answers have come in" not in new and "<dd>41</dd>" in new


def test_a_page_that_is_made_anew_shows_how_far_it_is_above_the_old_one(
    client, town, filled, large, settings
):
    sign_in(client, town.leader)
    with_worker, settings.TASKS = settings.TASKS, IMMEDIATE
    client.get(address(filled))
    settings.TASKS = with_worker
    answer(town, (1, 5, 5, 5, 5))
    page = text(client.post(address(filled, "make"), {"format": "page"}, follow=True))
    assert "Waiting for the worker" in page and '<span class="report-number">4.6</span>' in page
    assert "Bring it up to date" not in page


def test_a_lost_page_is_made_again(client, town, filled, large, worker, own_folder, settings):
    sign_in(client, town.leader)
    client.get(address(filled))
    for kept in (settings.DATA_DIR / "cache" / "reports").iterdir():
        kept.unlink()
    reports.forget()
    assert '<span class="report-number">4.6</span>' in text(client.get(address(filled)))

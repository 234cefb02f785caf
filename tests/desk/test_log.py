"""The log at the desk and in public: what each may see, a check from the button to the verdict."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from tests.town import sign_in

from openhall import flow
from openhall.actions import verify_log
from openhall.actions.anchor import publish
from openhall.models import Event, Fact, Stuck, Verification, record, record_many
from openhall.moment import at
from openhall.reads import log as reads
from openhall.reads.log_check import as_line


@pytest.fixture(autouse=True)
def anchors_file(tmp_path):
    with override_settings(ANCHORS_FILE=tmp_path / "anchors.txt"):
        yield


@pytest.fixture
def log(town):
    """Events of three days in March."""
    for day in (1, 2, 3):
        with at(datetime(2026, 3, day, 9, tzinfo=UTC)):
            record("wave.changed", town.wave, by=town.analyst)
            record("sheet.keyed", town.wave, by=town.clerk, serial=f"A-{day}")
    return town


def text(response) -> str:
    return response.content.decode()


def numbers(response) -> list[int]:
    return [line.event.seq for line in response.context["page"].lines]


def test_only_those_who_may_see_the_log_do(log, client):
    for address in ("desk:log", "desk:log_file", "desk:log_check", "desk:log_try_again"):
        assert sign_in(client, log.clerk).get(reverse(address)).status_code == 403
    page = sign_in(client, log.administrator).get(reverse("desk:log"))
    assert numbers(page) == [6, 5, 4, 3, 2, 1]
    assert "Keyed sheet A-3" in text(page)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "sheet.keyed"}, [6, 4, 2]),
        ({"subject_type": "wave"}, [6, 5, 4, 3, 2, 1]),  # refused: it needs the number, too
        ({"subject_id": "0"}, [6, 5, 4, 3, 2, 1]),
        ({"subject_type": "wave", "subject_id": "0"}, []),
        ({"since": "2026-03-02"}, [6, 5, 4, 3]),
        ({"until": "2026-03-02"}, [4, 3, 2, 1]),
        ({"since": "2026-03-02", "until": "2026-03-02", "kind": "sheet.keyed"}, [4]),
        ({"since": "yesterday"}, [6, 5, 4, 3, 2, 1]),
        ({"kind": "no.kind"}, [6, 5, 4, 3, 2, 1]),
        ({"before": "3"}, [2, 1]),
        ({"before": "99"}, [6, 5, 4, 3, 2, 1]),
        ({"before": "-1; x"}, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_the_list_is_filtered(log, client, asked, found):
    assert numbers(sign_in(client, log.administrator).get(reverse("desk:log"), asked)) == found


def test_the_list_is_filtered_by_person(log, client):
    page = sign_in(client, log.administrator).get(reverse("desk:log"), {"by": log.clerk.pk})
    assert numbers(page) == [6, 4, 2]


def test_pages_join_without_gap_or_repetition(log, client, monkeypatch):
    monkeypatch.setattr(reads, "PAGE", 4)
    record_many(Fact("sheet.keyed", log.wave) for _ in range(7))  # all of one moment
    seen, before = [], {}
    while True:
        page = sign_in(client, log.administrator).get(reverse("desk:log"), before)
        seen += numbers(page)
        if page.context["page"].older is None:
            break
        before = {"before": page.context["page"].older}
    assert seen == list(range(13, 0, -1))


def test_a_page_of_the_list_takes_few_queries(log, client, django_assert_max_num_queries):
    sign_in(client, log.administrator).get(reverse("desk:log"))
    with django_assert_max_num_queries(12):
        client.get(reverse("desk:log"))


def test_the_file_is_safe_in_a_spreadsheet_and_taking_it_is_an_event(log, client, monkeypatch):
    monkeypatch.setattr(reads, "PIECE", 2)
    record("sheet.keyed", log.wave, serial="x", note=1)
    record("hall.described", log.wave, by=log.clerk, offices="=1+1", people=2)
    wave = {"subject_type": "wave", "subject_id": str(log.wave.pk)}
    page = sign_in(client, log.administrator).post(reverse("desk:log_file"), wave)
    rows = list(csv.DictReader(io.StringIO(b"".join(page.streaming_content).decode("utf-8-sig"))))
    assert [int(row["seq"]) for row in rows] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    taken = Event.objects.get(kind="log.exported")
    assert taken.by == log.administrator and taken.data == {"count": 8, "filter": wave}
    assert "or neither" in text(client.post(reverse("desk:log_file"), {"subject_type": "wave"}))
    page = client.post(reverse("desk:log_file"), {"kind": "wave.closed"})
    assert "There are no such events." in text(page)


def test_a_check_goes_from_the_button_to_the_verdict_and_to_the_public_page(log, client):
    sign_in(client, log.leader)
    asked = client.post(reverse("desk:log_check"), follow=True)
    assert "Waiting for the worker" in text(asked)
    check = Verification.objects.get()
    client.post(reverse("desk:log_check"))
    assert Verification.objects.count() == 1  # one that waits is enough
    flow.AFTER["log.verification_asked"](str(check.pk))
    shown = client.get(reverse("desk:log_checked", args=[check.pk]), headers={"HX-Request": "true"})
    assert "The log is intact" in text(shown) and "<html" not in text(shown)
    public = text(client.get("/log/"))
    assert "Yes. No event was changed, removed or added." in public and "2026-03" in public
    assert Event.objects.latest("seq").data == {"events": 7, "faults": 0}
    assert "should be here and is not" not in public
    Verification.objects.update(at=datetime(2026, 3, 4, tzinfo=UTC))
    assert "should be here and is not" in text(client.get("/log/"))
    assert client.get(reverse("desk:log_checked", args=[999])).status_code == 404


def test_a_change_is_shown_in_public_in_the_readers_language(log, client):
    publish()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE openhall_event SET kind = 'wave.closed' WHERE seq = 3")
        cursor.execute("DELETE FROM openhall_event WHERE seq = 5")
    check = verify_log.request_verification(by=None)
    verify_log.verify(str(check.pk))
    verify_log.verify(str(check.pk))  # asked for twice is made once
    for page in (client.get("/log/"), sign_in(client, log.administrator).get(f"/desk/log/check/{check.pk}")):
        assert "Event 3 was changed: its time, kind, subject or person." in text(page)
        assert "Event 5 is missing." in text(page) and "2 faults were found." in text(page)
    assert Event.objects.filter(kind="log.verified").count() == 1


def test_a_check_that_fails_says_so(log, client, monkeypatch, caplog):
    check = verify_log.request_verification(by=None)
    monkeypatch.setattr(verify_log.log_check, "check", lambda **_: 1 / 0)
    verify_log.verify(str(check.pk))
    page = sign_in(client, log.leader).get(f"/desk/log/check/{check.pk}")
    assert "The log could not be checked." in text(page)
    assert "should be here and is not" not in text(client.get("/log/"))  # nothing was ever checked
    assert "ZeroDivisionError" in caplog.text


def test_an_abandoned_check_can_be_asked_for_again(log, client):
    with at(datetime(2026, 3, 3, 10, tzinfo=UTC)):
        check = verify_log.request_verification(by=None)
    Verification.objects.update(state=Verification.State.RUNNING)
    assert "The worker stopped" in text(sign_in(client, log.leader).get(f"/desk/log/check/{check.pk}"))
    assert verify_log.request_verification(by=log.leader) != check


def test_the_public_page_tells_whether_a_copy_is_true(log, client):
    line = str(as_line(publish()))
    date, seq, hash = line.split()
    assert line in text(client.get("/log/"))
    assert text(client.get("/log/anchors.txt")) == f"{line}\n"
    for copy in (line, f"{seq} {hash.upper()}", f"  {line}\r\n"):
        assert "Yes. Event 6 is the one your copy speaks of" in text(client.get("/log/", {"copy": copy}))
    assert "has another fingerprint" in text(client.get("/log/", {"copy": f"{date} 5 {hash}"}))
    assert "the log ends with event 6" in text(client.get("/log/", {"copy": f"7 {hash}"}))
    wrong = client.get("/log/", {"copy": "<b>hello</b>"})
    assert "is not a checkpoint" in text(wrong) and "<b>hello" not in text(wrong)


def test_the_public_page_of_a_new_hall_says_what_comes(db, client):
    page = text(client.get("/log/"))
    assert "The log has not been checked yet" in page and "No checkpoint has been published yet" in page
    assert text(client.get("/log/anchors.txt")) == ""


def test_the_public_pages_name_nobody(log, client):
    publish()
    verify_log.verify(str(verify_log.request_verification(by=log.leader).pk))
    page = text(client.get("/log/"))
    assert not any(name in page for name in ("anna", "Anna", "carl", "Carl", "A-1"))


def test_a_step_that_was_set_aside_is_shown_and_can_be_tried_again(log, client):
    stuck = Stuck.objects.create(
        kind="wave.changed", seq=1, step="flow.x", error="KeyError", tries=3, aside=True
    )
    page = sign_in(client, log.administrator).get(reverse("desk:log"))
    assert "Steps that failed" in text(page) and "KeyError" in text(page)
    client.post(reverse("desk:log_try_again"), {"stuck": stuck.pk})
    stuck.refresh_from_db()
    assert stuck.tries == 0
    for wrong in ("999999", "x", ""):
        assert client.post(reverse("desk:log_try_again"), {"stuck": wrong}).status_code == 200

"""Data from elsewhere at the desk: what the operator named is shown, counted by the worker and kept; nobody else names
anything."""

from __future__ import annotations

import logging
import os

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from tests.desk.test_report import IMMEDIATE
from tests.town import sign_in

from openhall.actions import report as making
from openhall.engines import opening
from openhall.engines.columns import encode
from openhall.engines.store_writing import append, create
from openhall.errors import OpenHallError
from openhall.models import Event, Output
from openhall.reads import reports, sources

SHEETS = "office,q1,s1,s2,s3,s4\n" + "".join(
    f"{'North' if n % 2 else 'South'},{1 + n % 2},{1 + n % 5},{1 + n % 4},{1 + n % 3},{5 - n % 5}\n"
    for n in range(40)
)
SECRET = "postgresql://reader:hunter2@127.0.0.1:1/town?table=answers"
SOURCE = """
[[source]]
key = "city"
name = {{ en = "City survey", zh = "全市调查" }}
data = "{data}"
study = "{study}"
"""


@pytest.fixture
def folder(settings, tmp_path, town):
    """The data folder; a data file of forty sheets in it."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "city.csv").write_text(SHEETS, "utf-8")
    reports.forget()
    return tmp_path


@pytest.fixture
def worker(settings):
    """What is asked for is made at once, in the request."""
    settings.TASKS = IMMEDIATE


def name(folder, data="city.csv", study="hall", more="") -> None:
    file = folder / "sources.toml"
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(SOURCE.format(data=data, study=study) + more, "utf-8")
    os.utime(file, ns=(before + 10**9, before + 10**9))


def text(response) -> str:
    return response.content.decode()


def test_nothing_is_offered_where_nothing_is_named(client, town, folder):
    page = text(sign_in(client, town.analyst).get(reverse("desk:waves")))
    assert reverse("desk:sources") not in page
    assert "No data from elsewhere are named" in text(client.get(reverse("desk:sources")))
    name(folder)
    assert reverse("desk:sources") in text(client.get(reverse("desk:waves")))
    assert reverse("desk:sources") not in text(sign_in(client, town.clerk).get(reverse("desk:waves")))


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("analyst", 200), ("leader", 200), ("clerk", 403)]
)
def test_sources_are_for_those_who_may_read_reports(client, town, folder, role, status):
    name(folder)
    sign_in(client, getattr(town, role))
    for address in (reverse("desk:sources"), reverse("desk:source", args=["city"])):
        assert client.get(address).status_code == status


def test_a_file_is_reported_on_like_a_wave(client, town, folder, worker):
    name(folder)
    sign_in(client, town.leader)
    assert "Not counted yet" in text(client.get(reverse("desk:sources")))
    page = text(client.get(reverse("desk:source", args=["city"])))
    assert (
        '<span class="report-number">4.6</span>' in page and "City survey" in page and "<dd>40</dd>" in page
    )
    shown = text(client.get(reverse("desk:sources")))
    assert "CSV file" in shown and ">40</td>" in shown and "Counted on" in shown
    assert "全市调查" in text(client.get(f"{reverse('desk:source', args=['city'])}?lang=zh"))


def test_its_files_are_made_and_sent_under_its_key(client, town, folder, worker):
    name(folder)
    sign_in(client, town.leader)
    waiting = client.post(reverse("desk:source_make", args=["city"]), {"format": "json"}, follow=True)
    assert "The file is ready" in text(waiting)
    event = Event.objects.get(kind="report.requested")
    assert (event.data["source"], event.wave) == ("city", None)
    pk = Output.objects.get().pk
    file = client.get(reverse("desk:source_output_file", args=["city", pk]))
    assert file["Content-Disposition"] == 'attachment; filename="city-report-en.json"'
    assert b'"sheets_valid": 40' in b"".join(file.streaming_content)
    file.close()


def test_without_a_worker_it_waits_and_can_be_cancelled(client, town, folder):
    name(folder)
    sign_in(client, town.leader)
    assert "Waiting for the worker" in text(client.get(reverse("desk:source", args=["city"])))
    assert "Being counted" in text(client.get(reverse("desk:sources")))
    pk = Output.objects.get().pk
    page = text(client.post(reverse("desk:source_output_cancel", args=["city", pk]), follow=True))
    assert "The making of this report was cancelled" in page


def test_what_was_counted_is_not_counted_again_until_the_file_changes(
    client, town, folder, worker, monkeypatch
):
    name(folder)
    sign_in(client, town.leader)
    address, counts = reverse("desk:source", args=["city"]), []
    count = opening.Memory.count
    monkeypatch.setattr(
        opening.Memory, "count", lambda *args, **more: counts.append(1) or count(*args, **more)
    )
    client.get(address)
    first = len(counts)
    assert first
    client.get(address)
    client.get(f"{address}?lang=zh")
    client.post(reverse("desk:source_make", args=["city"]), {"format": "json"})
    assert len(counts) == first
    (folder / "city.csv").write_text(SHEETS + "North,1,5,5,5,5\n", "utf-8")
    page = text(client.get(f"{address}?lang=en"))
    assert "Since then answers have come in or changed" in page and "<dd>40</dd>" in page
    page = text(client.post(reverse("desk:source_make", args=["city"]), {"format": "page"}, follow=True))
    assert "<dd>41</dd>" in page and len(counts) > first


def test_a_store_is_opened_where_it_lies(client, town, folder, worker):
    asked = town.version.asked
    create(folder / "store", opening.specs_of(asked))
    append(folder / "store", [encode(asked, [(1, 5, 4, 3, 2)] * 30)])
    name(folder, "store")
    sign_in(client, town.leader)
    assert "<dd>30</dd>" in text(client.get(reverse("desk:source", args=["city"])))
    assert "Columnar store" in text(client.get(reverse("desk:sources")))


@pytest.mark.parametrize(
    ("data", "study", "said"),
    [
        ("gone.csv", "hall", "There is no file or folder"),
        ("city.csv", "nothing", "This hall has no questionnaire “nothing”"),
        ("city.csv", "gone.toml", "gone.toml"),
        (SECRET, "no-such", "This hall has no questionnaire “no-such”"),
    ],
)
def test_a_source_that_cannot_be_opened_says_why_and_what_to_do(client, town, folder, data, study, said):
    name(folder, data, study)
    sign_in(client, town.leader)
    for address in (reverse("desk:sources"), reverse("desk:source", args=["city"])):
        page = text(client.get(address))
        assert said in page and "hunter2" not in page
    assert Output.objects.count() == 0


@pytest.mark.parametrize("data", ["~nobodyhere/x.csv", "x" * 5000 + ".csv"])
@pytest.mark.parametrize("study", ["hall", "~nobodyhere/x.toml", "y" * 5000 + ".toml"])
def test_a_path_no_file_can_have_is_said_like_any_other(client, town, folder, data, study):
    name(folder, data=data, study=study)
    sign_in(client, town.analyst)
    assert "There is no file or folder" in text(client.get("/desk/sources/"))
    assert client.get("/desk/waves/").status_code == 200


def test_a_key_that_is_no_text_is_a_mistake_like_any_other(client, town, folder):
    name(folder, more='\n[[source]]\nkey = ["a"]\nname = "b"\ndata = "city.csv"\nstudy = "hall"\n')
    sign_in(client, town.analyst)
    assert "a text is missing" in text(client.get("/desk/sources/"))
    assert client.get("/desk/waves/").status_code == 200


def test_a_file_of_another_study_is_refused_by_the_worker_with_the_place(client, town, folder, worker):
    (folder / "city.csv").write_text("q1,s1,s2,s3,s4\n1,9,3,3,3\n", "utf-8")
    name(folder)
    sign_in(client, town.leader)
    page = text(client.get(reverse("desk:source", args=["city"])))
    assert "The report could not be made" in page and "s1" in page and "Make it again" in page
    assert "Could not be counted" in text(client.get(reverse("desk:sources")))


def test_no_page_and_no_line_of_the_log_has_a_password(client, town, folder, worker, caplog):
    name(folder, SECRET)
    sign_in(client, town.leader)
    with caplog.at_level(logging.DEBUG):
        pages = [
            text(client.get(reverse("desk:source", args=["city"]))),
            text(client.get(reverse("desk:sources"))),
        ]
    assert "cannot be reached" in pages[0]
    assert "hunter2" not in "".join(pages) + caplog.text + repr(sources.listed())
    assert "hunter2" not in Output.objects.get().error


@pytest.mark.parametrize(
    "error", [OpenHallError("no way to reader:hunter2@db"), RuntimeError("hunter2 is wrong")]
)
def test_an_unforeseen_failure_says_no_password_either(
    client, town, folder, worker, monkeypatch, caplog, error
):
    def fail(*_args, **_more):
        raise error

    monkeypatch.setattr(opening, "open_data", fail)
    name(folder, SECRET)
    sign_in(client, town.leader)
    page = text(client.get(reverse("desk:source", args=["city"])))
    assert "The report could not be made" in page
    assert "hunter2" not in page + caplog.text + Output.objects.get().error


def test_what_nobody_sees_changing_is_counted_again_when_asked(client, town, folder, worker, monkeypatch):
    monkeypatch.setattr("openhall.engines.versions.version", lambda _address: None)
    name(folder)
    sign_in(client, town.leader)
    address, make = reverse("desk:source", args=["city"]), reverse("desk:source_make", args=["city"])
    assert "Whether the data have changed since cannot be seen from here" in text(client.get(address))
    (folder / "city.csv").write_text(SHEETS + "North,1,5,5,5,5\n", "utf-8")
    assert "<dd>40</dd>" in text(client.get(address))
    assert "<dd>41</dd>" in text(client.post(make, {"format": "page", "again": "yes"}, follow=True))
    assert "<dd>41</dd>" in text(client.get(address))


@pytest.mark.parametrize("key", ["other", "..", "etc/passwd", "city.csv"])
def test_only_named_keys_are_addresses(client, town, folder, key):
    name(folder)
    sign_in(client, town.leader)
    assert client.get(f"/desk/sources/{key}/").status_code == 404
    assert (
        client.post(f"/desk/sources/{key}/make", {"format": "json", "data": "/etc/passwd"}).status_code == 404
    )


def test_an_output_is_found_only_under_its_own_source(client, town, folder, worker):
    name(folder, more=SOURCE.replace('"city"', '"other"').format(data="city.csv", study="hall"))
    sign_in(client, town.leader)
    client.post(reverse("desk:source_make", args=["city"]), {"format": "json"})
    pk = Output.objects.get().pk
    for page in ("source_output", "source_output_file"):
        assert client.get(reverse(f"desk:{page}", args=["other", pk])).status_code == 404
    assert client.get(reverse("desk:output", args=[town.wave.key, pk])).status_code == 404
    assert client.get(reverse("desk:source_output_cancel", args=["city", pk])).status_code == 405


def test_a_source_no_longer_named_is_not_made(client, town, folder):
    name(folder)
    sign_in(client, town.leader)
    client.get(reverse("desk:source", args=["city"]))
    (folder / "sources.toml").unlink()
    making.make(str(Output.objects.get().pk))
    assert "no longer named" in Output.objects.get().error
    assert client.get(reverse("desk:source", args=["city"])).status_code == 404


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[[source]", "sources.toml: it cannot be read:"),
        ("[[sources]]\nkey = 'a'", "sources.toml: sources is not known here. Use source."),
        ("source = 3", "sources.toml, source 1: it is no table. Begin each source with [[source]]."),
        ("[[source]]\nkey = 'a'\ndata = 'x.csv'", "sources.toml, source 1, study: a text is missing."),
        ("[[source]]\nkey = 'A B'\ndata = 'x'\nstudy = 'hall'", "“A B” cannot stand in a web address."),
        (
            "[[source]]\nkey = 'a'\ndata = 'x'\nstudy = 'hall'\nname = 3",
            "sources.toml, source 1, name: it is no name.",
        ),
        (
            "[[source]]\nkey = 'a'\ndata = 'x'\nstudy = 'hall'\npath = 'y'",
            "source 1: path is not known here.",
        ),
        (
            2 * "[[source]]\nkey = 'a'\ndata = 'x'\nstudy = 'hall'\n",
            "source 2, key: two sources have the key “a”.",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(client, town, folder, written, said):
    (folder / "sources.toml").write_text(written, "utf-8")
    assert said in text(sign_in(client, town.leader).get(reverse("desk:sources")))


def test_a_wrong_entry_keeps_no_other_away(client, town, folder):
    name(folder, more="[[source]]\nkey = 'half'\n")
    page = text(sign_in(client, town.leader).get(reverse("desk:sources")))
    assert "City survey" in page and "source 2, data: a text is missing" in page
    assert [one.key for one in sources.listed().sources] == ["city"]


def test_the_version_changes_with_the_questionnaire(town, folder):
    name(folder)
    source, version = sources.get("city"), sources.get("city").version()
    assert source.version() == version
    definition = town.version.definition.replace("Is the hall clean?", "Is the hall tidy?")
    type(town.version).objects.filter(pk=town.version.pk).update(definition=definition)
    assert sources.get("city").version() != version


def test_old_outputs_of_a_source_are_swept_and_others_left(town, folder):
    name(folder)
    old = timezone.now() - 2 * making.STAYS
    for source, fingerprint in (("city", "old"), ("other", "old")):
        Output.objects.create(
            source=source, language="en", format="pdf", fingerprint=fingerprint, state="done"
        )
    Output.objects.update(at=old)
    making.make(str(making.request_file(sources.get("city"), language="en", format="json", by=None).pk))
    assert set(Output.objects.values_list("source", "state")) == {("city", "done"), ("other", "done")}
    assert not Output.objects.filter(source="city", fingerprint="old").exists()


@pytest.mark.django_db(transaction=True)
def test_a_table_of_the_halls_own_server_is_counted_where_it_is(client, town, folder, worker):
    """On PostgreSQL a table; on SQLite the same answers as a file, which must say the same."""
    rows = [line.split(",")[1:] for line in SHEETS.splitlines()[1:]]
    name(folder, *([table(rows)] if connection.vendor == "postgresql" else []))
    sign_in(client, town.leader)
    address = reverse("desk:source", args=["city"])
    try:
        assert "<dd>40</dd>" in text(client.get(address))
        assert ">40</td>" in text(client.get(reverse("desk:sources")))
        before = sources.get("city").version()
        assert sources.get("city").version() == before
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS source_answers")


def table(rows) -> str:
    """A table of these answers beside the hall's own; its address."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE source_answers (q1 int, s1 int, s2 int, s3 int, s4 int)")
        cursor.executemany("INSERT INTO source_answers VALUES (%s, %s, %s, %s, %s)", rows)
    from tests.engines.postgres_tables import url

    return f"{url()}?table=source_answers"

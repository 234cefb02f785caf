"""Tampering in the tables themselves is found and named, with checkpoints and without."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from openhall import cli_log
from openhall.actions.anchor import publish
from openhall.actions.erase_event import erase_data
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Anchor, Event, Fact, record, record_many
from openhall.reads import log_check
from openhall.reads.log_check import check


@pytest.fixture(autouse=True)
def anchors_file(tmp_path):
    with override_settings(ANCHORS_FILE=tmp_path / "anchors.txt"):
        yield tmp_path / "anchors.txt"


@pytest.fixture
def log(town):
    """Twelve events."""
    record_many(
        Fact("sheet.keyed", town.wave, town.clerk, data={"serial": f"A-{number}", "office": "北"})
        for number in range(12)
    )
    return town


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def said(**asked) -> list[str]:
    return [fault.say() for fault in check(**asked).faults]


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("at", "2020-01-01 00:00:00+00:00", "its time, kind, subject or person"),
        ("kind", "wave.opened", "its time, kind, subject or person"),
        ("subject_type", "office", "its time, kind, subject or person"),
        ("subject_id", "99", "its time, kind, subject or person"),
        ("by_id", None, "its time, kind, subject or person"),
        ("data", '{"serial": "A-3", "office": "south"}', "its data"),
        ("data_hash", "0" * 64, "the hash of its data"),
        ("prev", "0" * 64, "the hash it keeps of event 3"),
        ("hash", "0" * 64, "its own hash"),
    ],
)
def test_a_changed_column_is_named(log, column, value, found):
    sql(f"UPDATE openhall_event SET {column} = %s WHERE seq = 4", value)
    assert said() == [f"Event 4 was changed: {found}."]


def test_keys_of_data_in_another_order_are_the_same_data(log):
    sql("UPDATE openhall_event SET data = %s WHERE seq = 4", '{"office":"北",  "serial":"A-3"}')
    assert check().intact


def test_deleted_events_are_named(log):
    sql("DELETE FROM openhall_event WHERE seq IN (3, 4, 8)")
    assert said() == ["Events 3 to 4 are missing.", "Event 8 is missing."]


def test_a_cut_end_is_found_by_the_memory_of_the_end_and_by_checkpoints(log, anchors_file):
    copy = [log_check.as_line(publish())]
    sql("DELETE FROM openhall_event WHERE seq > 9")
    assert said() == [
        "The end of the log was cut off: it ends with event 9, but the log's own memory of its end knows event 12."
    ]
    nine = Event.objects.get(seq=9)
    sql("UPDATE openhall_chainhead SET seq = 9, hash = %s", nine.hash)
    Anchor.objects.all().delete()
    assert check().intact  # nobody outside was asked
    assert said(copy=copy) == [
        "The end of the log was cut off: it ends with event 9, but the copy given knows event 12."
    ]


def test_no_event_is_read_twice_or_left_out_where_pieces_meet(log, monkeypatch):
    for piece in (1, 2, 3, 5, 12, 13):
        monkeypatch.setattr(log_check, "PIECE", piece)
        assert [row[0] for row in log_check.rows(12)] == list(range(1, 13))


def test_a_log_that_grows_while_it_is_read_is_no_fault(log, monkeypatch):
    monkeypatch.setattr(log_check, "PIECE", 4)
    monkeypatch.setattr("openhall.rules.chain_check.EVERY", 4)
    found = check(progress=lambda done, of: record("sheet.keyed", log.wave))
    assert found.intact and found.events == 12
    assert check().events == 15


def test_checkpoints_stand_in_the_table_and_in_the_file(log, anchors_file):
    anchor = publish()
    assert publish() == anchor or Anchor.objects.count() == 2  # the same second is the same checkpoint
    record("sheet.keyed", log.wave)
    assert anchors_file.exists() is False  # written when the transaction is through


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_is_appended_to_the_file_and_one_that_was_lost_is_added_again(anchors_file):
    from tests.town import build_town

    town = build_town()
    assert publish() is None  # an empty log has nothing to mark
    record("wave.changed", town.wave)
    first = publish()
    assert anchors_file.read_text() == f"{log_check.as_line(first)}\n"
    anchors_file.unlink()
    record("wave.changed", town.wave)
    second = publish()
    assert anchors_file.read_text() == f"{log_check.as_line(first)}\n{log_check.as_line(second)}\n"
    assert check().intact and check().anchors == 2
    anchors_file.write_text(
        f"{log_check.as_line(first)}\n".replace(
            first.hash[:4], "0000" if first.hash[:4] != "0000" else "1111"
        )
    )
    assert [fault.what for fault in check().faults] == ["anchor"]
    anchors_file.write_text("what is this\n")
    assert said() == ["Line 1 of the hall's own file of checkpoints cannot be read: it was changed."]


def test_data_erased_by_law_leave_the_chain_whole_and_a_trace(log):
    event = Event.objects.get(seq=4)
    with pytest.raises(NotPermitted):
        erase_data(event, reason="law", by=log.clerk)
    with pytest.raises(BadInput, match="Reason"):
        erase_data(event, reason=" ", by=log.administrator)
    erase_data(event, reason="court order 12", by=log.administrator)
    found = check()
    assert found.intact and found.erased == (4,)
    event.refresh_from_db()
    assert event.data == {}
    with pytest.raises(NotAllowed):
        erase_data(event, reason="again", by=log.administrator)
    sql("UPDATE openhall_event SET data = '{}' WHERE seq = 5")
    assert said() == ["Event 5 was changed: its data."]


def test_the_command_says_that_the_log_is_intact(log, capsys):
    assert cli_log.verify([]) == 0
    assert capsys.readouterr().out.startswith("The log is intact: 12 events, compared with 0 checkpoints.")
    assert cli_log.anchor([]) == 0
    line = capsys.readouterr().out.strip()
    assert line.split()[1:] == ["12", Event.objects.get(seq=12).hash]


def test_the_command_names_every_fault_and_compares_a_copy(log, capsys, tmp_path):
    copy = tmp_path / "kept.txt"
    copy.write_text(f"# from the newspaper\n2026-03-02T01:00:00Z 12 {Event.objects.get(seq=12).hash}\n")
    assert cli_log.verify(["--anchors", str(copy)]) == 0
    sql("DELETE FROM openhall_event WHERE seq = 3")
    sql("UPDATE openhall_event SET kind = 'other' WHERE seq = 7")
    capsys.readouterr()
    assert cli_log.verify(["--anchors", str(copy), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(fault["what"], fault["first"]) for fault in found["faults"]] == [("missing", 3), ("facts", 7)]
    assert found["faults"][0]["says"] == "Event 3 is missing."
    assert cli_log.verify([]) == 1
    assert capsys.readouterr().out.count("\n") == 2


def test_the_command_refuses_a_file_that_is_none(log, capsys, tmp_path):
    copy = tmp_path / "kept.txt"
    copy.write_text("hello\n")
    assert cli_log.verify(["--anchors", str(copy)]) == 2
    assert "kept.txt, line 1: “hello” is not a checkpoint" in capsys.readouterr().err
    assert cli_log.verify(["--anchors", str(tmp_path / "none.txt")]) == 2


def test_the_command_on_an_empty_log(db, capsys):
    assert cli_log.verify([]) == 0
    assert cli_log.anchor([]) == 1
    assert "nothing to mark" in capsys.readouterr().err
    assert not settings.ANCHORS_FILE.exists()

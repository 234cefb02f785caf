"""Importing returned sheets: all of a file or nothing of it."""

import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.town import person

from openhall.actions import import_sheets as action
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Allocation, Event, Response, Wave

HEADER = "serial,office,q1,s1,s2,s3,s4"
FILE = f"{HEADER}\nA1,North Office,1,2,3,4,5\nA2,南厅,2,,3|4,4,5\nA3,north,2,1,1,2,1\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    return tmp_path


def keep(town, text=FILE, name="sheets.csv", by=None):
    upload = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return action.keep(town.wave, upload, by=by or town.analyst)


def look(town, token, **choices):
    return action.look(town.wave, action.waiting(town.wave, token, by=town.analyst), **choices)


def store(town, token, choices=None):
    return action.store(town.wave, token, choices=choices or {}, by=town.analyst)


def test_offices_are_known_by_name_in_any_language_or_by_code(town):
    seen = look(town, keep(town))
    assert seen.offices == {town.north: 2, town.south: 1} and not seen.unknown and not seen.problems


def test_looking_stores_nothing(town):
    look(town, keep(town))
    assert not Response.objects.exists() and not Event.objects.exists()


def test_every_sheet_is_stored_as_it_was_marked(town, django_capture_on_commit_callbacks, own_folder):
    with django_capture_on_commit_callbacks(execute=True):
        store(town, keep(town))
    sheets = {one.serial: one for one in Response.objects.all()}
    assert sheets["A2"].given == (2, None, (3, 4), 4, 5)
    assert (sheets["A2"].office, sheets["A2"].channel) == (town.south, "file")
    event = Event.objects.get(kind="sheets.imported")
    assert (event.data["sheets"], event.data["file"], event.by) == (3, "sheets.csv", town.analyst)
    assert list((own_folder / "uploads").iterdir()) == []


def test_channel_date_and_seconds_are_read_where_they_are_there(town):
    store(town, keep(town, f"{HEADER},channel,date,seconds\nA1,north,1,2,3,4,5,paper,2026-02-03,95\n"))
    one = Response.objects.get()
    assert (one.channel, one.submitted_on.isoformat(), one.seconds) == ("paper", "2026-02-03", 95)


def test_an_unknown_office_is_refused_until_somebody_says_which_it_is(town):
    token = keep(town, f"{HEADER}\nA1,Old Town,1,2,3,4,5\nA2,north,1,2,3,4,5\n")
    assert look(town, token).unknown == {"Old Town": 1}
    with pytest.raises(BadInput, match="Old Town"):
        store(town, token)
    assert not Response.objects.exists()
    store(town, token, {"Old Town": town.south.pk})
    assert Response.objects.get(serial="A1").office == town.south


def test_an_office_outside_the_wave_cannot_be_chosen(town):
    Allocation.objects.filter(office=town.south).delete()
    token = keep(town, f"{HEADER}\nA1,Old Town,1,2,3,4,5\n")
    with pytest.raises(BadInput):
        store(town, token, {"Old Town": town.south.pk})


def test_a_wave_at_one_office_needs_no_office_column(town):
    Allocation.objects.filter(office=town.south).delete()
    store(town, keep(town, "serial,q1,s1,s2,s3,s4\nA1,1,2,3,4,5\n"))
    assert Response.objects.get().office == town.north


def test_serial_numbers_stored_before_are_named_and_nothing_is_kept(town):
    store(town, keep(town, f"{HEADER}\nA2,north,1,2,3,4,5\n"))
    token = keep(town)
    assert [problem.values["serial"] for problem in look(town, token).problems] == ["A2"]
    with pytest.raises(BadInput, match="A2"):
        store(town, token)
    assert Response.objects.count() == 1


def test_the_same_file_is_not_imported_twice(town):
    store(town, keep(town))
    with pytest.raises(BadInput, match="exactly this file was imported"):
        store(town, keep(town))
    assert Response.objects.count() == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (f"{HEADER}\n", "no sheets"),
        (f"{HEADER}\nA1,north,1,2,3,4,9\n", "Row 2, column s4"),
        (f"{HEADER}\nA1,north,1,2,3,4,5\nA1,north,1,2,3,4,5\n", "A1"),
        ("serial,office,q1\nA1,north,1\n", "s1"),
        (b"\x00\x01\x02\x03" * 50, "File"),
    ],
)
def test_a_bad_file_leaves_nothing_behind(town, text, said):
    with pytest.raises(BadInput, match=said):
        store(town, keep(town, text))
    assert not Response.objects.exists() and not Event.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_kept(town, own_folder, settings):
    settings.UPLOAD_LIMIT = 100
    with pytest.raises(BadInput, match="MB"):
        keep(town, FILE * 10)
    assert not (own_folder / "uploads").exists()


def test_an_upload_waits_for_an_hour_and_for_its_owner(town, own_folder):
    token = keep(town)
    other = person("otto", "analyst")
    for wrong in ("", "../../etc", f"{town.wave.pk}-{town.analyst.pk}-{'A' * 22}"):
        with pytest.raises(NotAllowed):
            action.waiting(town.wave, wrong, by=town.analyst)
    with pytest.raises(NotAllowed):
        action.waiting(town.wave, token, by=other)
    folder = own_folder / "uploads" / token
    os.utime(folder, (time.time() - 4000,) * 2)
    with pytest.raises(NotAllowed):
        store(town, token)
    keep(town)
    assert not folder.exists()


def test_the_name_of_an_upload_cannot_leave_its_folder(town, own_folder):
    token = keep(town, name="..\\..\\evil/../../sheets.csv")
    assert action.waiting(town.wave, token, by=town.analyst).parent == own_folder / "uploads" / token


@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_clerks_and_leaders_import_nothing(town, role):
    with pytest.raises(NotPermitted):
        keep(town, by=getattr(town, role))


def test_nothing_is_imported_before_the_wave_opens(town):
    Wave.objects.update(state=Wave.State.DRAFT)
    with pytest.raises(NotAllowed):
        keep(town)


def test_sheets_fill_a_quota_and_are_never_refused_for_it(town):
    Allocation.objects.filter(office=town.north).update(quota=1)
    store(town, keep(town))
    assert list(Allocation.objects.order_by("office").values_list("filled", flat=True)) == [1, 1]

"""Importing at the desk: the study's own sheets, and files that cannot be used."""

from importlib import resources

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.town import sign_in, version_of

from openhall.models import Allocation, Office, Response
from openhall.surveys import toml_format

HEADER = "serial,office,q1,s1,s2,s3,s4"
REFERENCE = (resources.files("openhall") / "data" / "reference_sheets.csv").read_bytes()


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    return tmp_path


def upload(client, town, text, name="sheets.csv"):
    """The page after an upload: the check, or the form again."""
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post(reverse("desk:import_sheets", args=[town.wave.key]), {"file": file}, follow=True)


def test_the_338_reference_sheets_come_in_through_the_desk(client, town):
    town.wave.version = version_of(toml_format.builtin(), frozen=True)
    town.wave.save()
    for number in (1, 2, 3, 4):
        office = Office.objects.create(code=f"no-{number}", name={"en": f"No. {number} General Office"})
        Allocation.objects.create(wave=town.wave, office=office)
    sign_in(client, town.analyst)
    page = upload(client, town, REFERENCE, "reference_sheets.csv")
    text = page.content.decode()
    assert "Store all 338 sheets" in text and not Response.objects.exists()
    done = client.post(page.request["PATH_INFO"], follow=True)
    text = done.content.decode()
    assert "338 sheets are stored. 38 of them do not count." in text
    assert "Every sheet stands twice: the 300 sheets are 150 different ones." in text
    assert Response.objects.valid().count() == 300
    assert (
        Response.objects.filter(flags__rule="duplicate_sheet", flags__verdict="open", void="").count() == 300
    )
    again = upload(client, town, REFERENCE, "reference_sheets.csv").content.decode()
    assert "exactly this file was imported" in again and "Store all" not in again


def test_an_unknown_office_is_chosen_on_the_page(client, town):
    sign_in(client, town.analyst)
    page = upload(client, town, f"{HEADER}\nA1,Old Town,1,2,3,4,5\nA2,north,1,2,3,4,5\n")
    address = page.request["PATH_INFO"]
    assert "Old Town" in page.content.decode()
    refused = client.post(address, {"name-1": "Old Town", "choice-1": ""}).content.decode()
    assert "this is no office of the wave" in refused and not Response.objects.exists()
    client.post(address, {"name-1": "Old Town", "choice-1": town.south.pk})
    assert Response.objects.get(serial="A1").office == town.south


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        (f"{HEADER}\nA1,north,1,2,3,4,9\n", "Row 2, column s4"),
        (b"PK\x03\x04 no workbook", "sheets.xlsx"),
    ],
)
def test_a_bad_file_is_answered_on_the_page_and_not_kept(client, town, own_folder, text, said):
    sign_in(client, town.analyst)
    page = upload(client, town, text, "sheets.xlsx" if isinstance(text, bytes) else "sheets.csv")
    assert page.status_code == 200 and said in page.content.decode()
    assert list(own_folder.glob("uploads/*")) == [] and not Response.objects.exists()


def test_a_file_over_the_limit_is_refused(client, town, settings):
    settings.UPLOAD_LIMIT = 200
    page = upload(sign_in(client, town.analyst), town, "x" * 300)
    assert "MB are possible" in page.content.decode()


def test_the_limit_in_the_hint_is_the_limit_in_the_refusal(client, town, settings):
    settings.UPLOAD_LIMIT = 2_000_000
    sign_in(client, town.analyst)
    text = upload(client, town, b"x" * 3_000_000).content.decode()
    assert "At most 2 MB." in text and "the file has 3 MB; 2 MB are possible." in text


def test_no_file_is_asked_for(client, town):
    page = sign_in(client, town.analyst).post(reverse("desk:import_sheets", args=[town.wave.key]))
    assert "Choose a file." in page.content.decode()


def test_a_file_can_be_thrown_away(client, town, own_folder):
    sign_in(client, town.analyst)
    address = upload(client, town, f"{HEADER}\nA1,north,1,2,3,4,5\n").request["PATH_INFO"]
    client.post(f"{address}drop")
    assert list(own_folder.glob("uploads/*")) == []
    assert "no longer there" in client.get(address).content.decode()


def test_somebody_elses_upload_is_not_shown(client, town):
    address = upload(sign_in(client, town.analyst), town, f"{HEADER}\nA1,north,1,2,3,4,5\n").request[
        "PATH_INFO"
    ]
    assert "no longer there" in sign_in(client, town.administrator).get(address).content.decode()


def test_a_clerk_does_not_import(client, town):
    assert upload(sign_in(client, town.clerk), town, HEADER).status_code == 403


@pytest.mark.parametrize("name", ["𠀀" * 90 + ".csv", "字" * 200 + ".csv", "a" * 250 + ".csv"])
def test_a_very_long_name_is_cut(client, town, name):
    sign_in(client, town.analyst)
    page = upload(client, town, f"{HEADER}\nA1,north,1,2,3,4,5\n", name)
    assert page.status_code == 200 and "Store 1 sheet" in page.content.decode()


def test_a_choice_that_is_no_office_is_none(client, town):
    sign_in(client, town.analyst)
    page = upload(client, town, f"{HEADER}\nA1,Old Town,1,2,3,4,5\n")
    sent = {"name-1": "Old Town", "choice-1": "9" * 5000}
    refused = client.post(page.request["PATH_INFO"], sent)
    assert "this is no office of the wave" in refused.content.decode()


def test_a_serial_number_that_cannot_be_seen_is_named(client, town):
    sign_in(client, town.analyst)
    text = upload(client, town, f"{HEADER}\nA\u202e1,north,1,2,3,4,5\n").content.decode()
    assert "characters that cannot be printed" in text and "Store" not in text


def test_throwing_away_is_not_done_by_looking(client, town, own_folder):
    sign_in(client, town.analyst)
    page = upload(client, town, f"{HEADER}\nA1,north,1,2,3,4,5\n")
    address = page.request["PATH_INFO"]
    assert client.get(f"{address}drop")["Location"] == address
    assert client.get(address).status_code == 200

"""Links, posters, codes and paper forms through HTTP: each role, the own office, what is printed."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from django.test import override_settings
from django.urls import reverse
from pypdf import PdfReader
from tests.town import ASKED, sign_in, version_of

from openhall.hashing import code_hash
from openhall.models import Batch, Invitation, Wave
from openhall.surveys.codes import check_ok, normalise
from openhall.surveys.questionnaire import Kind, Option, Question, Section


def address(name, *arguments):
    return reverse(f"desk:{name}", args=arguments)


def read(answer):
    return PdfReader(io.BytesIO(answer.content))


def test_links_and_posters_of_every_office_for_those_who_manage(client, town):
    text = sign_in(client, town.analyst).get(address("wave_links", town.wave.key)).content.decode()
    for allocation in (town.at_north, town.at_south):
        assert f"http://testserver/s/{allocation.key}/" in text
        assert f"http://testserver/k/{allocation.kiosk_key}/" in text


def test_a_clerk_gets_the_links_of_the_own_office_only(client, town):
    sign_in(client, town.clerk)
    text = client.get(address("wave_links", town.wave.key)).content.decode()
    assert town.at_north.key in text and town.at_south.key not in text
    for name, rest in (("wave_poster", ()), ("wave_qr", ("link",)), ("wave_qr", ("kiosk",))):
        assert client.get(address(name, town.wave.key, "north", *rest)).status_code == 200
        assert client.get(address(name, town.wave.key, "south", *rest)).status_code == 404


@pytest.mark.parametrize("name", ["wave_links", "wave_paper", "wave_blank", "wave_codes"])
def test_leaders_issue_nothing(client, town, name):
    assert sign_in(client, town.leader).get(address(name, town.wave.key)).status_code == 403


def test_a_qr_code_is_a_picture_without_styles(client, town):
    sign_in(client, town.analyst)
    answer = client.get(address("wave_qr", town.wave.key, "north", "link"))
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content and b"style" not in answer.content
    saved = client.get(address("wave_qr", town.wave.key, "north", "kiosk") + "?save")
    assert saved["Content-Disposition"] == 'attachment; filename="north-kiosk.svg"'
    assert client.get(address("wave_qr", town.wave.key, "north", "else")).status_code == 404


def test_a_poster_stands_in_both_languages_or_one(client, town):
    sign_in(client, town.analyst)
    both = client.get(address("wave_poster", town.wave.key, "north")).content.decode()
    for words in (
        "How was the hall?",
        "大厅怎么样？",
        "North Office",
        "北厅",
        f"testserver/s/{town.at_north.key}/",
    ):
        assert words in both
    chinese = client.get(address("wave_poster", town.wave.key, "north") + "?text=zh").content.decode()
    poster = chinese.split("<article")[1]
    assert "大厅怎么样？" in poster and "How was the hall?" not in poster
    assert " style=" not in both


@override_settings(PUBLIC_URL="https://hall.example.org")
def test_the_public_address_stands_on_posters(client, town):
    text = sign_in(client, town.analyst).get(address("wave_poster", town.wave.key, "north")).content.decode()
    assert f"hall.example.org/s/{town.at_north.key}/" in text


def test_codes_are_shown_once_as_slips(client, town):
    sign_in(client, town.analyst)
    form = {"office": town.at_north.pk, "count": "7", "output": "slips"}
    text = client.post(address("wave_codes", town.wave.key), form).content.decode()
    codes = re.findall(r'app-slip__code">([^<]+)<', text)
    assert len(codes) == 7 and all(check_ok(normalise(code)) for code in codes)
    assert {code_hash(code) for code in codes} == set(Invitation.objects.values_list("code", flat=True))
    again = client.get(address("wave_codes", town.wave.key)).content.decode()
    assert not any(code in again for code in codes)


def test_codes_as_a_file_carry_the_code_after_the_hash(client, town):
    form = {"office": town.at_south.pk, "count": "3", "output": "csv"}
    answer = sign_in(client, town.analyst).post(address("wave_codes", town.wave.key), form)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Disposition"] == 'attachment; filename="codes-south.csv"'
    assert answer["Cache-Control"] == "no-store"
    for row in rows:
        assert row["address"] == f"http://testserver/code#{normalise(row['code'])}"
    assert Invitation.objects.filter(allocation=town.at_south).count() == len(rows) == 3


def test_fields_left_out_are_named_in_the_list_and_lead_to_their_field(client, town):
    text = (
        sign_in(client, town.analyst)
        .post(address("wave_codes", town.wave.key), {"count": ""})
        .content.decode()
    )
    for field, name in (("office", "Office"), ("count", "How many codes"), ("output_0", "What to make")):
        assert f'<a href="#id_{field}">{name}: This field is required.</a>' in text
        assert f'id="id_{field}"' in text
    text = client.post(address("wave_paper", town.wave.key), {"form": "print"}).content.decode()
    assert '<a href="#id_print-copies">How many forms: This field is required.</a>' in text


def test_more_slips_than_a_page_can_hold_are_refused(client, town):
    form = {"office": town.at_south.pk, "count": "1001", "output": "slips"}
    text = sign_in(client, town.analyst).post(address("wave_codes", town.wave.key), form).content.decode()
    assert "up to 1,000 at a time" in text and not Invitation.objects.exists()


def test_no_codes_for_clerks_and_none_before_the_wave_opens(client, town):
    form = {"office": town.at_north.pk, "count": "1", "output": "csv"}
    assert sign_in(client, town.clerk).post(address("wave_codes", town.wave.key), form).status_code == 403
    Wave.objects.update(state="draft")
    text = sign_in(client, town.analyst).post(address("wave_codes", town.wave.key), form).content.decode()
    assert "has not been opened yet" in text and not Invitation.objects.exists()


def test_numbered_forms_are_printed_and_printed_again(client, town):
    sign_in(client, town.clerk)
    form = {"form": "print", "print-office": town.at_north.pk, "print-copies": "3"}
    text = client.post(address("wave_paper", town.wave.key), form, follow=True).content.decode()
    assert "Serial numbers 0001 to 0003" in text
    batch = Batch.objects.get()
    for _ in range(2):
        answer = client.get(address("wave_batch", town.wave.key, batch.pk) + "?text=zh")
        pages = [one.extract_text() for one in read(answer).pages]
        assert answer["Content-Type"] == "application/pdf"
        assert [serial for serial in ("0001", "0002", "0003") if any(serial in page for page in pages)] == [
            "0001",
            "0002",
            "0003",
        ]
    town.wave.refresh_from_db()
    assert town.wave.next_serial == 4


def test_a_clerk_neither_prints_nor_reprints_for_another_office(client, town):
    batch = Batch.objects.create(allocation=town.at_south, channel="paper", count=1, first_serial=1)
    sign_in(client, town.clerk)
    assert client.get(address("wave_batch", town.wave.key, batch.pk)).status_code == 404
    form = {"form": "print", "print-office": town.at_south.pk, "print-copies": "3"}
    text = client.post(address("wave_paper", town.wave.key), form, follow=True).content.decode()
    assert "Select a valid choice" in text and Batch.objects.count() == 1
    assert "South Office" not in text


def test_too_many_copies_are_named_at_the_field(client, town):
    form = {"form": "print", "print-office": town.at_north.pk, "print-copies": "501"}
    text = sign_in(client, town.analyst).post(address("wave_paper", town.wave.key), form).content.decode()
    assert "less than or equal to 500" in text and "Error:" in text and not Batch.objects.exists()


def test_sheets_issued_elsewhere_are_recorded_on_the_page(client, town):
    form = {"form": "elsewhere", "elsewhere-office": town.at_north.pk, "elsewhere-count": "110"}
    text = (
        sign_in(client, town.analyst)
        .post(address("wave_paper", town.wave.key), form, follow=True)
        .content.decode()
    )
    assert "North Office: 110 sheets issued elsewhere are recorded." in text
    assert Batch.objects.get().count == 110
    Wave.objects.update(state="draft")
    text = client.post(address("wave_paper", town.wave.key), form).content.decode()
    assert "has not been opened yet" in text


def test_a_batch_issued_elsewhere_has_nothing_to_print(client, town):
    batch = Batch.objects.create(allocation=town.at_north, channel="paper", count=9)
    assert (
        sign_in(client, town.analyst).get(address("wave_batch", town.wave.key, batch.pk)).status_code == 404
    )


def test_the_blank_form_and_the_code_book_hold_questions_of_every_kind(client, town):
    every = Section(
        key="rest",
        title={"en": "More", "zh": "其他"},
        questions=(
            Question(
                key="m",
                kind=Kind.MULTIPLE,
                text={"en": "Which counters did you visit?"},
                options=(Option(11, {"en": "Housing"}), Option(12, {"en": "Tax # *bold* $x$"})),
            ),
            Question(key="n", kind=Kind.NUMBER, text={"en": "How many minutes did you wait?"}),
            Question(key="d", kind=Kind.DATE, text={"en": "When were you here?"}),
            Question(key="t", kind=Kind.TEXT, text={"en": "What should we do better?"}),
        ),
    )
    version = version_of(replace(ASKED, key="every", sections=(*ASKED.sections, every)))
    wave = Wave.objects.create(name={"en": "Draft"}, version=version)
    sign_in(client, town.analyst)
    blank = read(client.get(address("wave_blank", wave.key))).pages[0].extract_text()
    for words in (
        "How was the hall?",
        "Very",
        "Housing",
        "Tax # *bold* $x$",
        "You may mark several boxes.",
        "better?",
    ):
        assert words in blank
    assert "s1" not in blank and "Sheet" not in blank
    book = read(client.get(address("wave_blank", wave.key) + "?codes")).pages[0].extract_text()
    assert "s1" in book and "11" in book

"""Bringing a request through the portal: every step without scripts, nothing typed is lost, nothing is told twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from openhall import moment
from openhall.actions.intake import Intake, receive
from openhall.hashing import code_hash
from openhall.models import Attachment, Office, Party, ServiceRequest
from openhall.portal import requests
from openhall.surveys.codes import normalise

NEW = "/requests/new"
FORM = {
    "demand": "help",
    "service": "street-light",
    "text": "The lamp in Mill Lane is out.",
    "area": "old-town",
    "place": "Mill Lane 3",
    "who": "named",
    "kind": "citizen",
    "name": "Mary Li",
    "email": "mary@example.org",
    "listed": "on",
}
PDF = b"%PDF-1.7\n"


@pytest.fixture(autouse=True)
def no_haste(monkeypatch):
    """People take seconds; tests do not."""
    monkeypatch.setattr(requests, "QUICKEST", -1)


def hidden(html: str) -> dict[str, list[str]]:
    """The hidden fields of a page's form, as a browser would send them back."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html):
        found.setdefault(name, []).append(unescape(value))
    return found


def look(client: Client, **changes) -> str:
    """The page before sending, of a fresh form filled in."""
    fresh = hidden(client.get(NEW).content.decode())
    given = {**fresh, **FORM, **changes}
    answer = client.post(NEW, {name: value for name, value in given.items() if value is not None})
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def send(client: Client, html: str, **more):
    return client.post(NEW, {**hidden(html), "step": "send", **more})


def codes(html: str) -> list[str]:
    return [normalise(code) for code in re.findall(r'<p class="app-resume-code"[^>]*>([^<]+)</p>', html)]


def test_a_request_is_written_looked_at_and_sent(client, desk):
    answer = send(client, look(client))
    number, code = codes(answer.content.decode())
    case = ServiceRequest.objects.get()
    assert case.number == number and case.secret == code_hash(code)
    assert (case.service, case.area, case.place, case.demand) == (
        desk.light,
        desk.old_town,
        "Mill Lane 3",
        "help",
    )
    assert case.party.name == "Mary Li" and case.channel == "web" and case.listed and case.entered_by is None
    assert answer["Cache-Control"] == "no-store" and not answer.wsgi_request.COOKIES.get("sessionid")
    assert (
        "<svg" in answer.content.decode() and code not in unescape(answer.content.decode()).split("<svg")[1]
    )


def test_nothing_is_kept_before_it_is_sent(client, desk):
    html = look(client)
    assert "Mill Lane 3" in html and "mary@example.org" in html
    assert not ServiceRequest.objects.exists() and not Party.objects.exists()


def test_a_mistake_keeps_every_word_and_names_its_place(client, desk):
    answer = client.post(NEW, {**FORM, "step": "check", "email": "mary at home", "groups": ["deaf"]})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "is not an e-mail address" in html and 'href="#id_email"' in html
    assert "The lamp in Mill Lane is out." in html and 'value="deaf"' in html
    assert re.search(r'value="deaf" id="[^"]+" checked', html) and 'value="Mill Lane 3"' in html


def test_going_back_keeps_every_word_and_complains_of_nothing(client, desk):
    answer = client.post(NEW, {**hidden(look(client)), "step": "edit"})
    html = answer.content.decode()
    assert answer.status_code == 200 and "There is a problem" not in html
    assert "The lamp in Mill Lane is out." in html and 'value="mary@example.org"' in html
    assert 'name="listed" class="govuk-checkboxes__input" id="id_listed" checked' in html


def test_the_same_page_sent_twice_is_one_request_and_the_code_is_shown_once(client, desk):
    html = look(client)
    first, again = send(client, html), send(client, html)
    assert len(codes(first.content.decode())) == 2 and len(codes(again.content.decode())) == 1
    assert "had been sent before" in again.content.decode()
    assert ServiceRequest.objects.count() == 1


def test_who_stays_anonymous_sends_no_name_though_one_was_typed(client, desk):
    html = look(client, who="anonymous")
    assert "will not be sent" in html and "mary@example.org" not in html and "Mary Li" not in html
    send(client, html)
    assert ServiceRequest.objects.get().anonymous and not Party.objects.exists()


def test_for_somebody_else_whose_it_is_and_who_brought_it_are_apart(client, desk):
    send(client, look(client, for_other="on", other_name="Ann Li"))
    case = ServiceRequest.objects.get()
    assert case.party.name == "Ann Li" and case.reported_by.name == "Mary Li"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"who": ""}, "who"),
        ({"name": "", "email": ""}, "name"),
        ({"for_other": "on"}, "other_name"),
        ({"phone": "12"}, "phone"),
        ({"service": "no-such"}, "service"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "nul \0"}, "text"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(client, desk, changes, field):
    answer = client.post(NEW, {**FORM, **changes, "step": "send"})
    assert answer.status_code == 422 and f'href="#id_{field}' in answer.content.decode()
    assert not ServiceRequest.objects.exists()


def test_a_report_names_its_department_and_is_nowhere_public(client, desk):
    html = look(client, demand="report", accused="roads", who="anonymous", text="The inspector took money.")
    assert "it is confidential" in html
    send(client, html)
    case = ServiceRequest.objects.get()
    assert case.confidential and case.accused == desk.roads and not case.listed
    assert client.get(f"/requests/{case.number}").status_code == 404


def test_departments_that_ended_are_not_offered(client, desk):
    Office.objects.filter(pk=desk.water.pk).update(ended_on="2026-01-01")
    html = client.get(NEW).content.decode()
    assert 'value="roads"' in html and 'value="water"' not in html


def test_before_sending_the_citizen_learns_that_it_may_not_be_ours_and_whose_it_is(client, desk):
    assert "Ambulance, 120" in client.get(NEW).content.decode()
    html = look(client, text="This is a medical emergency, somebody fell.")
    assert "This may not be ours" in html and "Ambulance, 120" in html
    assert "This may not be ours" not in look(client)


def test_before_sending_the_citizen_learns_that_it_is_known_without_reading_others_words(client, desk):
    known = receive(
        Intake(text="Lamp in Mill Lane is out, neighbour Zhou says", service=desk.light, area=desk.old_town)
    ).request
    hushed = receive(Intake(text="Lamp in Mill Lane is out", service=desk.light, listed=False)).request
    html = look(client)
    assert f"/requests/{known.number}" in html and "Zhou" not in html and hushed.number not in html


def test_words_of_wrongdoing_get_the_advice_to_report_it(client, desk):
    assert "Is this a report of wrongdoing?" in look(client, text="The inspector asked me for a bribe.")


def test_files_come_with_the_last_step_and_a_bad_one_says_to_choose_again(client, desk):
    html = look(client)
    bad = send(
        client, html, files=[SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.exe", b"MZ\x90\0")]
    )
    text = bad.content.decode()
    assert bad.status_code == 422 and "b.exe" in text and "choose all your files again" in text
    assert "Mill Lane 3" in text and not ServiceRequest.objects.exists()
    send(client, text, files=[SimpleUploadedFile("a.pdf", PDF)])
    assert Attachment.objects.get().name == "a.pdf"


def test_a_field_people_do_not_see_stops_a_machine_and_a_person_can_go_on(client, desk):
    html = look(client)
    stopped = send(client, html, _note="buy now")
    assert stopped.status_code == 422 and not ServiceRequest.objects.exists()
    assert send(client, stopped.content.decode()).status_code == 200


def test_what_is_sent_at_once_is_shown_again_and_then_taken(client, desk, monkeypatch):
    monkeypatch.setattr(requests, "QUICKEST", 3600)
    quick = send(client, look(client))
    assert quick.status_code == 422 and "very quick" in quick.content.decode()
    monkeypatch.setattr(requests, "QUICKEST", -1)
    assert send(client, quick.content.decode()).status_code == 200


@pytest.mark.parametrize(
    "stamp",
    ["", "forged", pytest.param(signing.TimestampSigner(salt="openhall.request").sign("x" * 20), id="other")],
)
def test_a_stamp_that_is_not_the_forms_own_is_replaced(client, desk, stamp):
    html = look(client)
    refused = client.post(NEW, {**hidden(html), "step": "send", "started": stamp})
    assert refused.status_code == 422 and not ServiceRequest.objects.exists()
    assert send(client, refused.content.decode()).status_code == 200


def test_one_address_cannot_send_without_end(client, desk, settings):
    settings.ANSWERS_PER_HOUR = 1
    assert send(client, look(client)).status_code == 200
    assert send(client, look(client)).status_code == 429
    assert ServiceRequest.objects.count() == 1


def test_too_much_at_once_is_refused_before_it_is_read(client, desk, monkeypatch):
    answer = client.post(NEW, b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="99000000")
    assert answer.status_code == 413 and "5 files" in answer.content.decode()


def test_a_form_of_another_site_is_refused(desk):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(NEW, {**FORM, "step": "send"}).status_code == 403


def test_the_front_page_leads_to_every_door(client, desk):
    html = client.get("/").content.decode()
    for name in ("new_request", "track", "register", "account", "code"):
        assert f'href="{reverse(f"portal:{name}")}' in html
    assert 'href="/requests/new?kind=complaint"' in html
    assert re.search(
        r'value="complaint" id="[^"]+" checked', client.get("/requests/new?kind=complaint").content.decode()
    )


# --- the page of one request for everyone ---------------------------------------------------------------------------


@pytest.fixture
def case(desk) -> ServiceRequest:
    with moment.at(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        return receive(
            Intake(
                text="Zhou of number 7 throws stones at the lamp.",
                subject="Zhou again",
                place="Zhou's door",
                service=desk.light,
                area=desk.old_town,
                demand="complaint",
            )
        ).request


def test_everyone_sees_the_facts_and_nobody_the_words(client, case):
    html = client.get(f"/requests/{case.number}").content.decode()
    for words in ("Street light", "Old Town", "Complaint", "Received", "2 March 2026", "It came in."):
        assert words in html
    assert "Zhou" not in html and "10:00" not in html


def test_a_typed_number_is_read_as_people_write_it(client, case):
    written = f"{case.number[:4]}-{case.number[4:8]}-{case.number[8:]}".lower()
    assert client.get(f"/requests/{written}").status_code == 200


@pytest.mark.parametrize("hidden_by", [{"listed": False}, {"confidential": True}])
def test_what_is_not_public_is_not_there(client, case, hidden_by):
    ServiceRequest.objects.filter(pk=case.pk).update(**hidden_by)
    answer, unknown = client.get(f"/requests/{case.number}"), client.get("/requests/0000000000")
    assert answer.status_code == unknown.status_code == 404
    assert answer.content == unknown.content


def test_how_it_ended_is_said_honestly(client, case):
    ServiceRequest.objects.filter(pk=case.pk).update(
        state="closed", is_open=False, outcome="explained", closed_at=datetime(2026, 3, 5, tzinfo=UTC)
    )
    html = client.get(f"/requests/{case.number}").content.decode()
    assert "Explained" in html and "Nothing more could be done" in html and "Resolved" not in html


def test_new_lines_count_once_so_that_what_the_field_takes_is_taken(client, desk):
    text = "\r\n".join(["line"] * 800)  # 3999 characters as a browser counts them, 4798 as it sends them
    send(client, look(client, text=text))
    assert ServiceRequest.objects.get().text == text.replace("\r\n", "\n")


def test_only_a_report_names_the_department_it_is_about(client, desk):
    assert "Which department is it about" not in look(client, demand="complaint", accused="roads")


def test_the_form_is_shown_in_the_other_language_with_what_was_typed(client, desk):
    html = client.get(NEW).content.decode()
    button = re.search(r'<button[^>]*formaction="([^"]+)"[^>]*lang="zh"', html)
    assert button and f'action="{button[1].split("?")[0]}"' in html
    answer = client.post(unescape(button[1]), {**hidden(html), **FORM, "step": "edit", "text": ""})
    told = answer.content.decode()
    assert answer.status_code == 200 and "Mill Lane 3" in told and 'lang="zh-hans"' in told
    assert "错误" not in told and "Error" not in told


def test_a_service_that_ended_meanwhile_is_said_with_all_else_kept(client, desk):
    html = look(client)
    desk.light.__class__.objects.filter(pk=desk.light.pk).update(active=False)
    answer = send(client, html, files=[SimpleUploadedFile("a.pdf", PDF)])
    told = answer.content.decode()
    assert (
        answer.status_code == 422 and "The lamp in Mill Lane is out." in told and 'href="#id_service' in told
    )
    assert "is not offered any more. Choose another" in told and "choose all your files again" in told


def test_hints_from_the_words_of_others_are_not_given_without_end(client, desk, settings):
    settings.ANSWERS_PER_HOUR = 2
    receive(Intake(text="The lamp in Mill Lane is out.", service=desk.light, area=desk.old_town))
    told = ["may know this already" in look(client) for _ in range(4)]
    assert told == [True, True, False, False]


def test_who_lost_the_code_to_a_double_click_is_told_what_to_do(client, desk):
    html = look(client)
    send(client, html)
    again = send(client, html).content.decode()
    assert "code by e-mail" in again and 'href="/account"' in again

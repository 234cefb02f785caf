"""The clerk's fast screen through HTTP: look up, choose, take, receipt; what stays typed; who may."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.town import sign_in

from openhall.actions import parties
from openhall.actions.intake import Intake, receive
from openhall.actions.parties import Particulars
from openhall.hashing import code_hash
from openhall.models import Channel, Party, ServiceRequest
from openhall.rules.parties import Contact

NEW = "desk:intake"


def send(client, *, do="send", **fields):
    form = {
        "channel": "window",
        "who": "named",
        "language": "en",
        "party_kind": "citizen",
        "listed": "on",
        do: "1",
    }
    return client.post(reverse(NEW), {**form, **fields})


def mary(desk, **more) -> Party:
    given = {
        "name": "Mary Li",
        "contacts": (Contact("email", "mary@example.org"), Contact("phone", "0770 900123")),
    }
    return parties.create(Particulars(**{**given, **more}), by=desk.clerk)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def clerk(client, desk):
    return sign_in(client, desk.clerk)


def test_only_clerks_and_dispatchers_take_requests(client, desk):
    for person in (desk.handler, desk.leader, desk.auditor, desk.administrator):
        sign_in(client, person)
        assert client.get(reverse(NEW)).status_code == 403
        assert send(client, text="The lamp is out.", party_name="Mary").status_code == 403
        assert client.post(reverse("desk:intake_help"), {}).status_code == 403
        assert client.post(reverse("desk:intake_likely", args=["party"]), {}).status_code == 403
    assert not ServiceRequest.objects.exists()


def test_the_citizen_leaves_with_number_code_and_qr_code_and_the_code_is_shown_once(clerk, desk):
    answer = send(
        clerk,
        text="The lamp in Mill Lane is out.",
        party_name="Mary Li",
        service="street-light",
        once="o" * 20,
    )
    case = ServiceRequest.objects.get()
    page = text(answer)
    code = re.findall(r"Secret code</dt><dd>([0-9A-Z-]+)<", page)[0]
    assert case.secret == code_hash(code) and "<svg" in page
    assert (case.entered_by, case.entered_at_office, case.channel) == (desk.clerk, desk.town.north, "window")
    assert (case.party.name, case.service, case.reported_by) == ("Mary Li", desk.light, None)
    again = send(
        clerk,
        text="The lamp in Mill Lane is out.",
        party_name="Mary Li",
        service="street-light",
        once="o" * 20,
    )
    assert code not in text(again) and "was shown when" in text(again)
    assert ServiceRequest.objects.count() == 1
    assert answer["Cache-Control"] == "no-store"


def test_whose_it_is_who_brings_it_and_who_wrote_it_down_are_kept_apart(clerk, desk):
    send(
        clerk,
        text="No water.",
        party_name="Old Mr Wu",
        brought_name="Wu the daughter",
        brought_phone="0770 900 555",
    )
    case = ServiceRequest.objects.get()
    assert (case.party.name, case.reported_by.name, case.entered_by) == (
        "Old Mr Wu",
        "Wu the daughter",
        desk.clerk,
    )


@pytest.mark.parametrize("channel", [one for one in Channel.values if one != "web"])
def test_every_channel_that_passes_a_clerk_is_taken(clerk, desk, channel):
    send(clerk, text="The lamp is out.", who="anonymous", channel=channel)
    assert ServiceRequest.objects.get().channel == channel


def test_anonymous_keeps_nobody_whatever_was_typed(clerk, desk):
    answer = send(
        clerk, text="The lamp is out.", who="anonymous", party_name="Mary Li", party_email="mary@example.org"
    )
    case = ServiceRequest.objects.get()
    assert case.anonymous and case.reported_by is None and not Party.objects.exists()
    assert "You are anonymous" in text(answer)


def test_a_letter_counts_from_the_day_it_came(clerk, desk):
    day = timezone.localdate() - timedelta(days=3)
    send(clerk, text="The lamp is out.", who="anonymous", channel="letter", received_on=day.isoformat())
    assert timezone.localdate(ServiceRequest.objects.get().created_at) == day


def test_a_letter_from_tomorrow_is_refused_and_what_was_typed_stays(clerk, desk):
    day = timezone.localdate() + timedelta(days=1)
    answer = send(
        clerk, text="The lamp is out.", who="anonymous", channel="letter", received_on=day.isoformat()
    )
    assert answer.status_code == 422
    assert "this is in the future" in text(answer) and "The lamp is out." in text(answer)
    assert not ServiceRequest.objects.exists()


def test_without_a_name_or_words_it_comes_back_as_it_was(clerk, desk):
    answer = send(clerk, party_phone="0770 900123", place="Mill Lane 4", groups=["elderly"])
    page = text(answer)
    assert answer.status_code == 422
    assert "Write what it is about." in page and "Enter the name" in page
    assert 'value="Mill Lane 4"' in page and 'value="0770 900123"' in page
    assert re.search(r'value="elderly"[^>]*checked', page)


def test_looking_up_without_a_script_shows_likely_records_and_keeps_all_that_was_typed(clerk, desk):
    known = mary(desk)
    receive(Intake(text="The lamp is out.", party=known))
    answer = send(clerk, do="look", text="No water", party_phone="+44 770 900 123", place="Mill Lane")
    page = text(answer)
    assert answer.status_code == 200 and not ServiceRequest.objects.filter(text="No water").exists()
    assert (
        f'value="{known.pk}"' in page and "1 request, 1 open" in page and "The same telephone number." in page
    )
    assert "No water" in page and 'value="Mill Lane"' in page
    assert "mary@example.org" not in page and "m…@example.org" in page
    assert "There is a problem" not in page


def test_while_typing_the_part_of_the_page_has_the_same_records(clerk, desk):
    known = mary(desk)
    answer = clerk.post(reverse("desk:intake_likely", args=["party"]), {"party_name": "mary"})
    assert f'id="party-{known.pk}"' in text(answer) and "<html" not in text(answer)
    nothing = clerk.post(reverse("desk:intake_likely", args=["brought"]), {"party_name": "mary"})
    assert "party-" not in text(nothing)
    unknown = clerk.post(reverse("desk:intake_likely", args=["dog"]), {})
    assert unknown.status_code == 404


def test_a_record_that_was_chosen_is_taken_and_not_changed(clerk, desk):
    known = mary(desk)
    send(clerk, text="No water.", party=str(known.pk), party_name="Mary L", party_phone="999 999 999")
    assert ServiceRequest.objects.get().party == known
    assert Party.objects.count() == 1 and known.contacts.count() == 2


def test_a_new_record_is_made_where_none_is_chosen(clerk, desk):
    mary(desk)
    send(
        clerk,
        text="No water.",
        party="new",
        party_name="Mary Li",
        party_kind="company",
        party_registration="ab 1",
    )
    assert ServiceRequest.objects.get().party.registration == "AB1"
    assert Party.objects.count() == 2


def test_a_chosen_record_that_was_joined_gives_the_one_that_stands(clerk, desk):
    known, other = mary(desk), mary(desk)
    parties.merge(other, into=known, by=desk.dispatcher)
    send(clerk, text="No water.", party=str(other.pk))
    assert ServiceRequest.objects.get().party == known


def test_from_a_customers_page_the_record_is_chosen_already(clerk, desk):
    known = mary(desk)
    page = text(clerk.get(reverse(NEW), {"party": known.pk}))
    assert re.search(rf'value="{known.pk}" checked', page) and 'value="Mary Li"' in page


def test_the_rules_say_the_urgency_and_why_and_known_requests_are_shown(clerk, desk):
    receive(Intake(text="The street light in Mill Lane is broken.", service=desk.light, area=desk.old_town))
    data = {"text": "Street light broken again in Mill Lane", "service": "street-light", "area": "old-town"}
    page = text(clerk.post(reverse("desk:intake_help"), data))
    assert "Known already?" in page and "The street light in Mill Lane is broken" in page
    assert re.search(r"Urgency \d", page)


def test_the_help_never_shows_a_confidential_report(clerk, desk):
    receive(Intake(text="The head of Roads takes bribes for street lights.", demand="report"))
    page = text(
        clerk.post(reverse("desk:intake_help"), {"text": "The head of Roads takes bribes for street lights."})
    )
    assert "Known already?" not in page


def test_a_suggestion_is_taken_over_by_a_button(clerk, desk):
    page = text(send(clerk, do="take", text="The street light is broken", take="service"))
    assert re.search(r'value="street-light" selected', page)
    assert "The street light is broken" in page and not ServiceRequest.objects.exists()


def test_a_report_of_wrongdoing_names_a_department_and_is_confidential(clerk, desk):
    answer = send(clerk, text="They take bribes.", who="anonymous", demand="report", accused="roads")
    case = ServiceRequest.objects.get()
    assert case.confidential and case.accused == desk.roads and not case.listed
    assert "confidential report" in text(answer)


def test_an_urgency_of_ones_own_needs_a_reason(clerk, desk):
    answer = send(clerk, text="The lamp is out.", who="anonymous", urgency="1")
    assert answer.status_code == 422 and not ServiceRequest.objects.exists()
    send(
        clerk, text="The lamp is out.", who="anonymous", urgency="1", urgency_reason="A crossing for children"
    )
    assert ServiceRequest.objects.get().urgency == 1


def test_files_go_with_it_and_a_wrong_one_is_named(clerk, desk):
    bad = SimpleUploadedFile("run.exe", b"MZ\x90\x00")
    answer = send(clerk, text="The lamp is out.", who="anonymous", files=[bad])
    assert answer.status_code == 422 and "run.exe" in text(answer)
    note = SimpleUploadedFile("note.txt", b"a note", content_type="text/plain")
    send(clerk, text="The lamp is out.", who="anonymous", files=[note])
    assert ServiceRequest.objects.get().attachments.get().name == "note.txt"


def test_nothing_typed_stands_in_an_address(clerk, desk):
    page = clerk.get(reverse(NEW)).content.decode()
    assert 'hx-get="' not in page
    assert clerk.get(reverse("desk:intake_likely", args=["party"])).status_code == 405

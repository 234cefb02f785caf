"""A request comes in: what is kept, what is suggested, what is refused, and that a form sent twice is one request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from tests.town import build_desk, build_town

from openhall import moment
from openhall.actions.intake import Intake, PartyGiven, receive, subject_of
from openhall.errors import BadInput, NotPermitted
from openhall.hashing import code_hash
from openhall.models import (
    Attachment,
    Clock,
    ContactMethod,
    Event,
    Notice,
    Party,
    SearchDocument,
    ServiceRequest,
    UrgencyRules,
)
from openhall.rules import files
from openhall.surveys.codes import check_ok

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MARY = PartyGiven(name="Mary Li", email="mary@example.org", phone="0770 900123")


def bring(text: str = "The lamp in Mill Lane is out.", **more) -> ServiceRequest:
    return receive(Intake(text=text, **more)).request


def test_a_request_gets_a_number_a_secret_that_is_only_kept_hashed_and_two_clocks(desk):
    with moment.at(MONDAY):
        got = receive(Intake(text="The lamp is out.", service=desk.light, area=desk.old_town))
    stored = ServiceRequest.objects.get()
    assert check_ok(stored.number) and check_ok(got.code)
    assert stored.secret == code_hash(got.code) and got.code not in str(ServiceRequest.objects.values())
    assert stored.state == "received" and stored.is_open and stored.anonymous
    assert {clock.kind for clock in Clock.objects.all()} == {"first_contact", "resolve"}
    assert stored.due_at == min(clock.due_at for clock in Clock.objects.all())


def test_the_event_has_facts_and_a_digest_and_neither_words_nor_names(desk):
    bring("The lamp in Mill Lane is out.", party=MARY, service=desk.light)
    event = Event.objects.get(kind="request.received")
    assert event.data["service"] == "street-light" and len(event.data["digest"]) == 64
    assert not any(word in str(event.data) for word in ("Mill", "Mary", "example"))


def test_the_same_form_again_is_the_first_request_and_shows_no_code(desk):
    first = receive(Intake(text="Once.", once="a" * 20))
    again = receive(Intake(text="Once.", once="a" * 20))
    assert again.request == first.request and again.code == "" and first.code
    assert ServiceRequest.objects.count() == 1 and Event.objects.filter(kind="request.received").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_by_six_devices_at_once_is_one_request():
    build_desk(build_town())
    start = Barrier(6)

    def device(_number: int) -> str:
        try:
            start.wait(timeout=10)
            return receive(Intake(text="Once only.", once="b" * 20, party=MARY)).code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(device, range(6)))
    assert sum(map(bool, codes)) == 1
    assert ServiceRequest.objects.count() == Party.objects.count() == 1


def test_a_subject_is_made_of_the_first_words():
    assert subject_of("Lamp out at 3.5 km. It is dark.") == "Lamp out at 3.5 km"
    long = subject_of("word " * 100)
    assert len(long) <= 80 and long.endswith("word…")
    assert subject_of("路灯坏了三周。请修。") == "路灯坏了三周"


def test_the_class_is_taken_from_the_words_where_nobody_chose(desk):
    assert bring("I want to complain: the clerk was rude.").demand == "complaint"
    assert bring("A bench.").demand == ""
    assert bring("I want to complain: the clerk was rude.", demand="praise").demand == "praise"


def test_a_report_of_wrongdoing_is_confidential_unlisted_unsearchable_and_names_the_accused(desk):
    case = bring("The inspector took a bribe.", demand="report", accused=desk.roads, listed=True)
    assert case.confidential and not case.listed and case.accused == desk.roads
    assert not SearchDocument.objects.exists()
    assert not ServiceRequest.objects.visible_to(desk.head).exists()


def test_words_of_wrongdoing_are_confidential_though_nobody_chose_a_class(desk):
    assert bring("The inspector asked me for a bribe.").confidential


def test_an_accused_department_is_kept_of_a_report_only(desk):
    assert bring("The clerk was rude.", demand="complaint", accused=desk.roads).accused is None


def test_what_others_may_read_is_indexed(desk):
    case = bring("The lamp in Mill Lane is out.")
    assert SearchDocument.objects.get().object_id == case.pk


def test_an_anonymous_request_leaves_no_address_anywhere(desk):
    bring(party=None)
    bring(party=PartyGiven())
    assert not Party.objects.exists() and not ContactMethod.objects.exists() and not Notice.objects.exists()


def test_a_party_is_found_again_by_name_and_contacts_whatever_the_spelling(desk):
    first = bring(party=MARY)
    again = bring(party=PartyGiven(name="Mrs. Mary LI", email="MARY@example.org"))
    assert again.party == first.party and Party.objects.count() == 1


def test_a_party_joined_to_another_is_found_as_the_one_that_stands(desk):
    old = bring(party=MARY).party
    new = Party.objects.create(name="Mary Li", name_key="maryli")
    Party.objects.filter(pk=old.pk).update(merged_into=new)
    assert bring(party=MARY).party == new


@pytest.mark.parametrize(
    "other",
    [
        PartyGiven(name="Mary Lu", email="mary@example.org"),
        PartyGiven(name="Mary Li", email="mary@example.org", phone="0770 999999"),
        PartyGiven(name="Mary Li"),
        PartyGiven(name="Mary Li", email="mary@example.org", kind="company"),
    ],
)
def test_nobody_gets_into_a_known_record_by_half_of_what_is_known(desk, other):
    first = bring(party=MARY)
    assert bring(party=other).party != first.party
    assert {one.value for one in first.party.contacts.all()} == {"mary@example.org", "0770 900123"}


def test_who_brought_it_and_whose_it_is_are_kept_apart(desk):
    case = receive(
        Intake(text="For my mother.", party=MARY, reported_by=PartyGiven(name="Ann Li")), by=desk.clerk
    )
    assert case.request.party.name == "Mary Li" and case.request.reported_by.name == "Ann Li"
    assert case.request.entered_by == desk.clerk and case.request.entered_at_office == desk.town.north


def test_only_those_who_may_enter_requests_do(desk):
    with pytest.raises(NotPermitted):
        receive(Intake(text="Mine."), by=desk.handler)
    assert not ServiceRequest.objects.exists()


def test_the_urgency_says_why_in_both_languages(desk):
    case = bring("There is a gas smell in the stairs.")
    assert case.urgency == case.urgency_why["suggested"] == 1
    assert "gas smell" in case.urgency_why["said"]["en"] and "gas smell" in case.urgency_why["said"]["zh"]
    assert Event.objects.get(kind="request.received").data["rule"] == 1


def test_the_hall_s_own_published_rules_decide(desk):
    book = {"rules": [], "default": 5}
    UrgencyRules.objects.create(number=1, book=book, published_at=MONDAY)
    UrgencyRules.objects.create(number=2, book={"rules": [], "default": 1})  # a draft
    assert bring("There is a gas smell in the stairs.").urgency == 5


def test_repeated_requests_about_the_same_place_are_found(desk):
    for day in range(3):
        with moment.at(MONDAY + timedelta(day)):
            bring("A bench.", demand="help", area=desk.old_town, place="Mill Lane 3")
    with moment.at(MONDAY + timedelta(5)):
        repeated = bring("A bench.", demand="help", area=desk.old_town, place="Mill Lane 3")
        elsewhere = bring("A bench.", demand="help", area=desk.harbour, place="Mill Lane 3")
    assert "earlier requests like it" in repeated.urgency_why["said"]["en"]
    assert repeated.urgency < elsewhere.urgency


def test_staff_change_the_urgency_only_with_a_reason_and_citizens_not_at_all(desk):
    changed = receive(
        Intake(text="A lamp.", urgency=1, urgency_reason="A blind man lives there."), by=desk.clerk
    )
    assert (
        changed.request.urgency == 1 and changed.request.urgency_why["reason"] == "A blind man lives there."
    )
    with pytest.raises(BadInput):
        receive(Intake(text="A lamp.", urgency=1), by=desk.clerk)
    with pytest.raises(BadInput):
        receive(Intake(text="A lamp.", urgency=1, urgency_reason="I want it."))


def test_a_letter_counts_from_the_day_it_came_and_never_from_tomorrow(desk):
    with moment.at(MONDAY):
        late = receive(
            Intake(text="A letter.", channel="letter", received_at=MONDAY - timedelta(3)), by=desk.clerk
        )
        with pytest.raises(BadInput):
            receive(Intake(text="A letter.", received_at=MONDAY + timedelta(1)), by=desk.clerk)
    assert late.request.created_at == MONDAY - timedelta(3)
    assert Clock.objects.first().started_at == MONDAY - timedelta(3)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"text": "  "}, "Text"),
        ({"text": "x" * 4001}, "Text"),
        ({"text": "nul \0 here"}, "Text"),
        ({"text": "x", "subject": "s" * 161}, "Subject"),
        ({"text": "x", "place": "p" * 201}, "Place"),
        ({"text": "x", "demand": "gossip"}, "Kind of request"),
        ({"text": "x", "channel": "pigeon"}, "Channel"),
        ({"text": "x", "groups": ("tall",)}, "Special situation"),
        ({"text": "x", "latitude": 91.0, "longitude": 0.0}, "Place"),
        ({"text": "x", "latitude": 1.0}, "Place"),
        ({"text": "x", "party": PartyGiven(email="mary at home")}, "E-mail"),
        ({"text": "x", "party": PartyGiven(phone="12")}, "Telephone"),
        ({"text": "x", "party": PartyGiven(name="n" * 121)}, "Name"),
    ],
)
def test_every_fault_names_its_place_and_nothing_is_kept(desk, given, place):
    with pytest.raises(BadInput) as fault:
        receive(Intake(**given))
    assert [problem.place for problem in fault.value.problems] == [place]
    assert not ServiceRequest.objects.exists() and not Party.objects.exists()


# --- files ----------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\n1 0 obj\n"


def sent(data: bytes, name: str) -> ContentFile:
    return ContentFile(data, name=name)


def test_files_are_kept_under_a_random_name_and_what_they_are_is_read_from_their_bytes(desk):
    case = bring(files=[sent(PDF, "../plan.exe"), sent("早上好".encode(), "note.txt")])
    pdf, text = case.attachments.all()
    assert (pdf.name, pdf.media_type) == ("plan.exe.pdf", "application/pdf")
    assert (text.name, text.media_type) == ("note.txt", "text/plain")
    with pdf.file.open() as kept:
        assert "plan" not in kept.name and kept.read() == PDF and pdf.size == len(PDF)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", b""),
        ("virus.pdf", b"MZ\x90\x00\x03"),
        ("sheet.docx", b"PK\x03\x04nothing"),
        ("big.txt", b"a" * (files.LARGEST + 1)),
        ("movie.heic", b"\0\0\0\x18ftypmp42"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_and_the_request_is_not_kept(desk, name, data):
    with pytest.raises(BadInput) as fault:
        bring(files=[sent(PDF, "good.pdf"), sent(data, name)])
    assert name in str(fault.value)
    assert not ServiceRequest.objects.exists() and not Attachment.objects.exists()


def test_at_most_five_files_come_with_a_form(desk):
    with pytest.raises(BadInput):
        bring(files=[sent(PDF, f"{number}.pdf") for number in range(6)])

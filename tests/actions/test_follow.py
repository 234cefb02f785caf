"""What a citizen does with an opened request: every step has its event, its clocks and its words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile

from openhall import moment
from openhall.actions import follow
from openhall.actions.intake import Intake, receive
from openhall.errors import BadInput, NotAllowed
from openhall.models import Assignment, Clock, Event, Message, Office, Screening, ServiceRequest
from openhall.rules.clocks import ClockKind

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n"


@pytest.fixture
def monday():
    with moment.at(MONDAY):
        yield MONDAY


@pytest.fixture
def case(desk, monday) -> ServiceRequest:
    """At Roads, signed for."""
    case = receive(Intake(text="The lamp in Mill Lane is out.", service=desk.light)).request
    case.state, case.lead, case.handler = "handling", desk.roads, desk.handler
    case.save()
    Assignment.objects.create(
        request=case, office=desk.roads, part="lead", sent_at=MONDAY, signed_at=MONDAY, signed_by=desk.handler
    )
    return case


def waiting(case: ServiceRequest) -> ServiceRequest:
    ServiceRequest.objects.filter(pk=case.pk).update(state="waiting")
    Clock.objects.pause(case, at=moment.now(), reason="question")
    return case


def closed(case: ServiceRequest, outcome: str = "resolved") -> ServiceRequest:
    Clock.objects.stop(case, at=moment.now())
    ServiceRequest.objects.filter(pk=case.pk).update(
        state="closed", is_open=False, outcome=outcome, closed_at=moment.now(), due_at=None
    )
    return case


def last_event() -> Event:
    return Event.objects.first()


def test_an_answer_goes_on_and_starts_the_clocks_again(case):
    waiting(case)
    with moment.at(MONDAY + timedelta(days=1)):
        got = follow.answer(case, text="It is the third lamp.")
    assert got.state == "handling" and got.edition == case.edition + 1 and got.due_at
    assert not Clock.objects.running().filter(running_since=None).exists()
    message = Message.objects.get()
    assert message.kind == "answer" and message.by is None
    assert last_event().kind == "request.answered" and "third" not in str(last_event().data)


def test_nothing_is_answered_where_nobody_asked(case):
    with pytest.raises(NotAllowed):
        follow.answer(case, text="It is the third lamp.")
    assert not Message.objects.exists()


def test_words_and_files_are_added_to_an_open_request(case):
    follow.add(case, text="It also hums.", files=[ContentFile(PDF, name="hum.pdf")])
    follow.add(case, files=[ContentFile(PDF, name="more.pdf")])
    assert [(one.name, one.message_id is None) for one in case.attachments.all()] == [
        ("hum.pdf", False),
        ("more.pdf", True),
    ]
    assert [event.kind for event in Event.objects.all()[:2]] == ["request.added"] * 2
    with pytest.raises(BadInput):
        follow.add(case, text="  ")


def test_a_file_that_cannot_be_taken_leaves_no_message(case):
    with pytest.raises(BadInput):
        follow.add(case, text="See this.", files=[ContentFile(b"MZ\x90\0", name="x.exe")])
    assert not Message.objects.exists() and last_event().kind == "request.received"


def test_nothing_is_added_to_a_closed_request(case):
    with pytest.raises(NotAllowed):
        follow.add(closed(case), text="One more thing.")


def test_a_request_taken_back_ends_every_clock_and_nobody_is_late(case):
    got = follow.withdraw(case, text="It works again.")
    assert (got.state, got.outcome, got.is_open) == ("closed", "withdrawn", False)
    assert not Clock.objects.running().exists()
    assert set(Clock.objects.values_list("outcome", flat=True)) == {"cancelled"}
    assert last_event().kind == "request.withdrawn"
    with pytest.raises(NotAllowed):
        follow.withdraw(case)


def test_a_reopened_request_goes_back_to_its_department_which_signs_anew(case, desk):
    closed(case)
    with moment.at(MONDAY + timedelta(days=2)):
        got = follow.reopen(case, text="It went out again last night.")
    assert (got.state, got.outcome, got.reopened, got.closed_at) == ("dispatched", "", 1, None)
    assert got.lead == desk.roads and Assignment.objects.get().signed_at is None
    assert set(Clock.objects.running().values_list("kind", "office")) == {
        (ClockKind.RESOLVE, None),
        (ClockKind.SIGN_FOR, desk.roads.pk),
    }
    assert Message.objects.get().kind == "reopen" and last_event().data["office"] == desk.roads.pk


def test_one_that_no_department_had_is_opened_again_at_the_centre(desk, monday):
    case = closed(receive(Intake(text="Where is the market?")).request, "explained")
    got = follow.reopen(case, text="That was not what I asked.")
    assert got.state == "received" and got.lead is None
    assert list(Clock.objects.running().values_list("kind", flat=True)) == [ClockKind.RESOLVE]


def test_one_whose_department_is_gone_is_opened_again_at_the_centre(case, desk):
    closed(case)
    Office.objects.filter(pk=desk.roads.pk).update(ended_on=date(2026, 3, 3))
    got = follow.reopen(case, text="It went out again last night.")
    assert got.state == "received" and got.lead is None and got.handler is None
    assert not Assignment.objects.filter(ended_at=None).exists()


def test_one_whose_assignment_ended_is_sent_again(case, desk):
    closed(case)
    Assignment.objects.update(ended_at=MONDAY, ended_how="reformed")
    follow.reopen(case, text="It went out again last night.")
    assert Assignment.objects.get(ended_at=None).office == desk.roads


def test_the_last_day_to_open_it_again_is_the_thirtieth(case):
    closed(case)
    with moment.at(MONDAY + timedelta(days=30, minutes=1)), pytest.raises(NotAllowed):
        follow.reopen(case, text="It went out again last night.")
    with moment.at(MONDAY + timedelta(days=30)):
        assert follow.reopen(case, text="It went out again last night.").is_open


@pytest.mark.parametrize("outcome", ["duplicate", "screened"])
def test_what_was_joined_or_screened_out_is_not_opened_again_like_this(case, outcome):
    with pytest.raises(NotAllowed):
        follow.reopen(closed(case, outcome), text="It went out again last night.")


@pytest.mark.parametrize("text", ["", "no", "x" * 4001, "a nul \0 in the text"])
def test_why_it_is_opened_again_must_be_said(case, text):
    closed(case)
    with pytest.raises(BadInput):
        follow.reopen(case, text=text)
    case.refresh_from_db()
    assert case.state == "closed" and case.reopened == 0 and not Clock.objects.running().exists()


@pytest.fixture
def screened(case, desk) -> ServiceRequest:
    Screening.objects.create(
        request=closed(case, "screened"),
        state="confirmed",
        ground="abusive",
        reason="Nothing but abuse.",
        marked_by=desk.clerk,
        marked_at=MONDAY,
        confirmed_by=desk.screener,
        confirmed_at=MONDAY,
    )
    return case


def test_a_screening_is_appealed_once_and_its_words_stay_out_of_the_record(screened):
    follow.appeal(screened, text="I did not insult anybody.")
    stored = Screening.objects.get()
    assert stored.state == "appealed" and stored.appeal == "I did not insult anybody."
    assert last_event().kind == "screening.appealed" and last_event().request == screened
    assert "insult" not in str(last_event().data)
    with pytest.raises(NotAllowed):
        follow.appeal(screened, text="I did not insult anybody.")


def test_an_appeal_comes_within_thirty_days_and_says_why(screened):
    with pytest.raises(BadInput):
        follow.appeal(screened, text="No.")
    with moment.at(MONDAY + timedelta(days=31)), pytest.raises(NotAllowed):
        follow.appeal(screened, text="I did not insult anybody.")


def test_there_is_nothing_to_appeal_where_nothing_was_screened(case):
    with pytest.raises(NotAllowed):
        follow.appeal(case, text="I did not insult anybody.")


def test_the_same_words_sent_twice_in_a_row_are_added_once(case):
    for _ in range(2):
        follow.add(case, text="It hums.", files=[ContentFile(b"a", name="a.txt")])
    assert case.messages.count() == 1 and case.attachments.count() == 1
    follow.add(case, text="It hums.", files=[ContentFile(b"b", name="b.txt")])
    with moment.at(moment.now() + timedelta(hours=1)):
        follow.add(case, text="It hums.", files=[ContentFile(b"b", name="b.txt")])
    assert case.messages.count() == 3


def test_a_new_line_counts_once(case):
    follow.add(case, text="\r\n".join(["line"] * 800))
    assert case.messages.get().text == "\n".join(["line"] * 800)

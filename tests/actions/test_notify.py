"""Notices: who is told what, once, and never too much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from openhall import moment
from openhall.actions import notify
from openhall.errors import NotAllowed, NotPermitted
from openhall.models import Assignment, ContactMethod, Notice, Party, ServiceRequest, record
from openhall.moment import now

NUMBER = "RK4M2P7Q9A"


@pytest.fixture
def mrs_bao(db) -> Party:
    party = Party.objects.create(name="Mrs Bao", name_key="mrs bao", language="zh")
    ContactMethod.objects.create(
        party=party, kind="email", value="bao@example.org", value_key="bao@example.org"
    )
    return party


def case_of(desk, party: Party | None, **more) -> ServiceRequest:
    return ServiceRequest.objects.create(
        number=NUMBER,
        subject="Dark street",
        text="The lamp at the school is out.",
        language="zh",
        party=party,
        lead=desk.roads,
        state="dispatched",
        created_at=now(),
        changed_at=now(),
        **more,
    )


def test_a_citizen_with_an_address_is_told_in_the_language_of_the_request(desk, mrs_bao):
    notify.citizen(record("request.received", case_of(desk, mrs_bao)))
    notice = Notice.objects.get()
    assert (notice.kind, notice.to, notice.language) == ("request.received", "bao@example.org", "zh")


def test_the_same_event_followed_twice_makes_one_notice(desk, mrs_bao):
    event = record("request.received", case_of(desk, mrs_bao))
    notify.citizen(event)
    notify.citizen(event)
    assert Notice.objects.count() == 1


def test_an_anonymous_request_tells_nobody(desk):
    notify.citizen(record("request.received", case_of(desk, None)))
    assert not Notice.objects.exists()


def test_a_notice_about_a_confidential_request_says_nothing_of_the_matter(desk, mrs_bao):
    notify.citizen(record("request.dispatched", case_of(desk, mrs_bao, confidential=True, listed=False)))
    notice = Notice.objects.get()
    assert (notice.kind, notice.values) == ("request.news", {"number": NUMBER})


def test_a_notice_never_repeats_what_the_citizen_wrote(desk, mrs_bao):
    notify.citizen(record("request.dispatched", case_of(desk, mrs_bao)))
    assert "lamp" not in str(Notice.objects.get().values)


def test_a_merged_party_is_written_to_at_the_record_that_stands(desk, mrs_bao):
    twin = Party.objects.create(name="Bao", name_key="bao", merged_into=mrs_bao)
    notify.citizen(record("request.received", case_of(desk, twin)))
    assert Notice.objects.get().to == "bao@example.org"


def test_heads_are_told_to_sign_when_the_hall_opens(desk):
    desk.head.email = "rita@riverside.example"
    desk.head.save()
    case = case_of(desk, None)
    Assignment.objects.create(request=case, office=desk.roads, part="lead", sent_at=now())
    with moment.at(datetime(2026, 3, 6, 22, 0, tzinfo=UTC)):  # a Friday night
        notify.departments(record("request.dispatched", case))
    notice = Notice.objects.get()
    assert notice.to == "rita@riverside.example"
    assert notice.next_at == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def test_nobody_of_the_accused_department_is_ever_written_to(desk):
    for person in (desk.head, desk.supervisor, desk.leader):
        person.email = f"{person.username}@riverside.example"
        person.save()
    case = case_of(desk, None, confidential=True, listed=False, accused=desk.roads)
    event = record("clock.escalated", case, level=3, due="", office=desk.roads.pk, clock="resolve")
    notify.escalated(event)
    assert set(Notice.objects.values_list("to", flat=True)) == {
        "sue@riverside.example",
        "lea@riverside.example",
    }


def unknown(desk) -> Notice:
    return Notice.objects.create(
        kind="test", to="x@example.org", once="1", state="sending", next_at=now() - timedelta(hours=1)
    )


def test_a_person_decides_about_a_notice_whose_fate_is_unknown(desk):
    assert notify.settle(unknown(desk), arrived=True, by=desk.administrator).state == "sent"
    notice = Notice.objects.get()
    assert notice.to == ""


def test_a_notice_that_failed_can_be_sent_again(desk):
    notice = unknown(desk)
    Notice.objects.update(state="failed", tries=5)
    again = notify.settle(notice, arrived=False, by=desk.administrator)
    assert (again.state, again.tries) == ("created", 0)


def test_nothing_is_decided_about_a_notice_that_is_being_sent(desk):
    notice = unknown(desk)
    Notice.objects.update(next_at=now())
    with pytest.raises(NotAllowed, match="on its way"):
        notify.settle(notice, arrived=False, by=desk.administrator)


def test_only_the_administrator_decides(desk):
    with pytest.raises(NotPermitted):
        notify.settle(unknown(desk), arrived=True, by=desk.leader)

"""Renewing at home by code: three pages at one address, without an account and without anything in the address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import override_settings
from django.urls import reverse

from openhall.actions import duties, parties
from openhall.actions.parties import Particulars
from openhall.hashing import code_hash
from openhall.models import RecurringDuty, Renewal, ServiceRequest

FACTS = (("Stalls", "1"), ("Goods", "Fruit"))


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def send(client, **data):
    return client.post(reverse("portal:renew"), data)


def hidden(answer) -> dict[str, str]:
    return dict(re.findall(r'name="(code|shown|for_date)" value="([^"]+)"', answer.content.decode()))


@pytest.fixture
def made(desk) -> duties.SetDuty:
    party = parties.create(Particulars(name="Ace Ltd", kind="company"), by=desk.clerk)
    due = duties.today() + timedelta(days=10)
    return duties.set_duty(party, service=desk.permit, due_on=due, facts=FACTS, by=desk.clerk)


def test_still_true_is_one_press_and_makes_no_request(client, made):
    assert client.get(reverse("portal:renew")).status_code == 200
    page = send(client, code=made.code.lower())
    assert "Fruit" in text(page) and "Yes, this is still true" in text(page)
    due = made.duty.due_on
    done = send(client, step="same", **hidden(page))
    assert "It is renewed" in text(done) and "Your changes" not in text(done)
    made.duty.refresh_from_db()
    assert made.duty.due_on == due + timedelta(days=90)
    renewal = Renewal.objects.get()
    assert renewal.online and renewal.for_date == due and not ServiceRequest.objects.exists()


def test_the_name_of_the_customer_is_not_on_the_page(client, made):
    assert "Ace Ltd" not in text(send(client, code=made.code))


def test_changes_go_to_staff_with_a_number_and_a_secret_shown_once(client, made, desk):
    page = send(client, code=made.code)
    done = send(client, step="changed", **hidden(page), **{"fact-0": "2", "fact-1": "Fruit"})
    case = ServiceRequest.objects.get()
    secret = re.findall(r"Secret code</dt><dd>([0-9A-Z-]+)<", text(done))[0]
    assert case.secret == code_hash(secret)
    assert (case.text, case.demand, case.service, case.channel) == (
        "Stalls: 1 → 2",
        "application",
        desk.permit,
        "web",
    )
    assert Renewal.objects.get().request == case
    made.duty.refresh_from_db()
    assert duties.facts_of(made.duty) == (("Stalls", "2"), ("Goods", "Fruit"))


def test_changed_without_a_change_is_still_true(client, made):
    page = send(client, code=made.code)
    send(client, step="changed", **hidden(page), **{"fact-0": " 1", "fact-1": "Fruit "})
    assert Renewal.objects.get().request is None and not ServiceRequest.objects.exists()


@pytest.mark.parametrize("step", ["same", "changed"])
def test_the_form_sent_twice_renews_once(client, made, step):
    page = send(client, code=made.code)
    again = [send(client, step=step, **hidden(page), **{"fact-0": "2"}) for _ in range(2)][1]
    assert again.status_code == 422 and "It has been renewed already." in text(again)
    assert Renewal.objects.count() == 1 and ServiceRequest.objects.count() == (step == "changed")


def test_late_is_explained_and_counted_from_today(client, made):
    RecurringDuty.objects.update(due_on=duties.today() - timedelta(days=3))
    page = send(client, code=made.code)
    assert "3 days ago" in text(page) and "counted from today" in text(page)
    send(client, step="same", **hidden(page))
    made.duty.refresh_from_db()
    assert made.duty.due_on == duties.today() + timedelta(days=90)


def test_before_its_time_the_page_says_from_when(client, made):
    RecurringDuty.objects.update(due_on=duties.today() + timedelta(days=60))
    page = send(client, code=made.code)
    assert "can be renewed from" in text(page) and "still true" not in text(page)
    forced = send(
        client, step="same", code=made.code, for_date=(duties.today() + timedelta(days=60)).isoformat()
    )
    assert "It is too early" in text(forced) and not Renewal.objects.exists()


def test_what_cannot_be_declared_is_said_and_what_was_typed_stays(client, made):
    page = send(client, code=made.code)
    answer = send(client, step="changed", **hidden(page), **{"fact-0": "x" * 401, "fact-1": "Tea"})
    assert answer.status_code == 422 and "it is too long" in text(answer) and 'value="Tea"' in text(answer)
    assert not Renewal.objects.exists()


def test_wrong_ended_and_replaced_codes_get_the_same_words(client, made, desk):
    again = duties.replace_code(made.duty, by=desk.clerk)
    wrong = text(send(client, code="7K2M0119AB"))
    assert "This code opens nothing" in wrong
    old = text(send(client, code=made.code))
    duties.end_duty(made.duty, by=desk.clerk)
    ended = text(send(client, code=again.code))
    assert len({re.sub(r'value="[^"]*"', "", page) for page in (wrong, old, ended)}) == 1
    assert "Type the code from your slip." in text(send(client, code=""))


@override_settings(CODES_PER_HOUR=3)
def test_guessing_is_stopped_and_renewing_is_not(client, made):
    for _ in range(5):
        assert send(client, code=made.code).status_code == 200
    assert [send(client, code="7K2M0119AB").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_times_of_a_forged_form_are_not_counted(client, made):
    page = hidden(send(client, code=made.code)) | {"shown": "forged"}
    send(client, step="same", **page)
    assert Renewal.objects.get().seconds is None

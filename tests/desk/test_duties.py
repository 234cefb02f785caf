"""Recurring duties at the desk through HTTP: set, slip, lists, renewing at the window, figures told honestly."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.town import sign_in

from openhall.actions import duties, parties
from openhall.actions.parties import Particulars
from openhall.models import RecurringDuty, Renewal, ServiceRequest
from openhall.reads import duties as reads

FACTS = (("Stalls", "1"), ("Goods", "Fruit"))


def get(client, page, /, *arguments, **query):
    return client.get(reverse(f"desk:{page}", args=arguments), query)


def post(client, page, /, *arguments, **data):
    return client.post(reverse(f"desk:{page}", args=arguments), data, follow=True)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def set_duty(desk, days=10) -> RecurringDuty:
    party = parties.create(Particulars(name="Ace Ltd", kind="company"), by=desk.clerk)
    due = duties.today() + timedelta(days=days)
    return duties.set_duty(party, service=desk.permit, due_on=due, facts=FACTS, by=desk.clerk).duty


def late(duty: RecurringDuty, days=5) -> RecurringDuty:
    RecurringDuty.objects.filter(pk=duty.pk).update(due_on=duties.today() - timedelta(days=days))
    duty.refresh_from_db()
    return duty


@pytest.fixture
def clerk(client, desk):
    return sign_in(client, desk.clerk)


def test_only_clerks_and_dispatchers_see_duties(client, desk):
    duty = set_duty(desk)
    pages = [("duties",), ("duty", duty.pk), ("duty_new", duty.party_id), ("duty_renew", duty.pk)]
    for person in (desk.handler, desk.leader, desk.administrator):
        sign_in(client, person)
        assert [get(client, *page).status_code for page in pages] == [403] * 4
        assert [post(client, page, duty.pk).status_code for page in ("duty_code", "duty_end")] == [403] * 2
    sign_in(client, desk.dispatcher)
    assert [get(client, *page).status_code for page in pages] == [200] * 4


def test_a_duty_is_set_and_its_slip_shows_the_code_once(clerk, desk):
    party = parties.create(Particulars(name="Ace Ltd"), by=desk.clerk)
    due = (duties.today() + timedelta(days=30)).isoformat()
    page = text(
        post(
            clerk,
            "duty_new",
            party.pk,
            service="permit",
            due_on=due,
            remind_days="14",
            label_0="Stalls",
            fact_0="1",
        )
    )
    code = re.findall(r"Code for renewing</dt><dd>([0-9A-Z-]+)<", page)[0]
    duty = RecurringDuty.objects.get()
    assert reads.by_code(code) == duty and "<svg" in page
    assert duties.facts_of(duty) == (("Stalls", "1"),)
    assert code not in text(get(clerk, "duty", duty.pk))
    again = text(post(clerk, "duty_code", duty.pk))
    assert reads.by_code(code) is None and "Code for renewing" in again


def test_what_is_wrong_with_a_duty_is_said_and_what_was_typed_stays(clerk, desk):
    party = parties.create(Particulars(name="Ace Ltd"), by=desk.clerk)
    page = text(
        post(
            clerk,
            "duty_new",
            party.pk,
            service="permit",
            due_on="2020-01-01",
            remind_days="14",
            title="Report",
        )
    )
    assert "it is in the past" in page and 'value="Report"' in page
    assert "This field is required" in text(post(clerk, "duty_new", party.pk, title="Report"))
    assert not RecurringDuty.objects.exists()


def test_the_lists_show_what_is_late_and_due_soon(clerk, desk):
    late(set_duty(desk), 5)
    set_duty(desk, 10)
    set_duty(desk, 80)
    assert "5 days late" in text(get(clerk, "duties")) and "in 10 days" not in text(get(clerk, "duties"))
    soon = text(get(clerk, "duties", list="soon"))
    assert "in 10 days" in soon and "in 80 days" not in soon
    assert "in 80 days" in text(get(clerk, "duties", list="all"))
    assert "5 days late" in text(get(clerk, "duties", list="nonsense"))


def test_at_the_window_it_is_renewed_with_what_is_still_true(clerk, desk):
    duty = set_duty(desk)
    page = get(clerk, "duty_renew", duty.pk).content.decode()
    hidden = dict(re.findall(r'name="(shown|for_date)" value="([^"]+)"', page))
    done = post(clerk, "duty_renew", duty.pk, **hidden, **{"fact-0": "1", "fact-1": "Fruit"})
    assert "It is renewed." in text(done)
    renewal = Renewal.objects.get()
    assert (renewal.online, renewal.request) == (False, None)
    assert not ServiceRequest.objects.exists()
    again = post(clerk, "duty_renew", duty.pk, **hidden, **{"fact-0": "1", "fact-1": "Fruit"})
    assert "It has been renewed already." in text(again) and Renewal.objects.count() == 1


def test_at_the_window_changes_make_a_request_for_staff(clerk, desk):
    duty = late(set_duty(desk))
    assert "counted from today" in text(get(clerk, "duty_renew", duty.pk))
    due = duty.due_on.isoformat()
    done = text(post(clerk, "duty_renew", duty.pk, for_date=due, **{"fact-0": "3", "fact-1": "Fruit"}))
    case = ServiceRequest.objects.get()
    assert (case.text, case.channel, case.entered_by) == ("Stalls: 1 → 3", "window", desk.clerk)
    assert case.number in done and Renewal.objects.get().request == case


def test_what_is_refused_leaves_no_request_behind(clerk, desk):
    duty = set_duty(desk, 80)
    answer = post(clerk, "duty_renew", duty.pk, for_date=duty.due_on.isoformat(), **{"fact-0": "3"})
    assert "It is too early" in text(answer) and 'value="3"' in text(answer)
    assert not ServiceRequest.objects.exists() and not Renewal.objects.exists()
    bad = post(clerk, "duty_renew", duty.pk, for_date="tomorrow", **{"fact-0": "3"})
    assert "renewed already" in text(bad)


def test_a_duty_is_ended(clerk, desk):
    duty = set_duty(desk)
    assert "The duty has ended." in text(post(clerk, "duty_end", duty.pk))
    assert "has ended. Nothing is to be renewed" in text(post(clerk, "duty_end", duty.pk))
    assert "has ended. Nothing is to be renewed" in text(post(clerk, "duty_code", duty.pk))


def test_times_are_told_from_ten_renewals_on(clerk, desk):
    duty = set_duty(desk)

    def renewals(count, start, **more):
        Renewal.objects.bulk_create(
            Renewal(duty=duty, for_date=date(2020, 1, 1) + timedelta(days=start + number), **more)
            for number in range(count)
        )

    renewals(9, 0, online=True, seconds=30)
    assert reads.figures().at_home == reads.Speed(9, None)
    renewals(1, 20, online=True, seconds=30)
    renewals(10, 40, online=False, seconds=50)
    renewals(5, 60, online=False, seconds=None)
    figures = reads.figures()
    assert (figures.at_home.seconds, figures.at_window.seconds, figures.share) == (30, 50, 0.4)
    assert figures.saved == pytest.approx(0.4)
    assert "online takes 40.0 % less" in text(get(clerk, "duties"))


def test_a_form_word_of_another_duty_tells_no_time(desk):
    one, other = set_duty(desk), set_duty(desk)
    assert reads.seconds_since(reads.shown_now(one), one) is not None
    assert reads.seconds_since(reads.shown_now(other), one) is None
    assert reads.seconds_since("forged", one) is None

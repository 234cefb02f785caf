"""Recurring duties: set, reminded of once, renewed in time, late and twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from tests.town import build_desk, build_town

from openhall import moment
from openhall.actions import duties, parties
from openhall.actions.intake import Intake, receive
from openhall.actions.parties import Particulars
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.hashing import code_hash
from openhall.models import Event, Notice, RecurringDuty, Renewal
from openhall.reads.duties import by_code
from openhall.rules.parties import Contact

DUE = date(2026, 3, 31)
FACTS = (("Stalls", "1"), ("Goods", "Fruit"))


def on(day: date):
    return moment.at(datetime(day.year, day.month, day.day, 10, tzinfo=UTC))


@pytest.fixture(autouse=True)
def january():
    with on(date(2026, 1, 5)):
        yield


def owner(desk, *contacts: Contact):
    return parties.create(Particulars(name="Ace Ltd", kind="company", contacts=contacts), by=desk.clerk)


def duty_of(desk, **changes) -> duties.SetDuty:
    party = changes.pop("party", None) or owner(desk)
    return duties.set_duty(
        party, **{"service": desk.permit, "due_on": DUE, "facts": FACTS, **changes}, by=desk.clerk
    )


def renew(duty, day, facts=FACTS, **more) -> Renewal:
    with on(day):
        return duties.renew(duty, for_date=more.pop("for_date", duty.due_on), facts=facts, **more)


def test_a_duty_takes_its_period_from_the_service_and_its_code_is_only_kept_hashed(desk):
    made = duty_of(desk)
    stored = RecurringDuty.objects.get()
    assert (stored.every_days, stored.title, stored.due_on) == (90, "Trading permit", DUE)
    assert stored.secret == code_hash(made.code)
    assert duties.facts_of(stored) == FACTS
    assert by_code(made.code.lower()) == stored and by_code("0000000000") is None
    event = Event.objects.get(kind="duty.set")
    assert event.data == {"service": "permit", "due": "2026-03-31"}


def test_a_duty_that_cannot_be_is_refused_and_nothing_is_kept(desk):
    with pytest.raises(BadInput, match="in the past"):
        duty_of(desk, due_on=date(2026, 1, 4))
    with pytest.raises(BadInput, match="between 1 and"):
        duty_of(desk, service=desk.light)
    assert not RecurringDuty.objects.exists()


def test_a_reminder_goes_out_once_for_each_due_date(desk):
    duty = duty_of(desk).duty
    assert [duties.remind(DUE - timedelta(days=day)) for day in (15, 14, 13, 0)] == [0, 1, 0, 0]
    renew(RecurringDuty.objects.get(), DUE)
    assert duties.remind(DUE) == 0
    assert duties.remind(DUE + timedelta(days=80)) == 1
    assert Event.objects.filter(kind="duty.reminded", subject_id=str(duty.pk)).count() == 2


def test_a_worker_that_was_down_reminds_late_and_once(desk):
    duty_of(desk)
    assert [duties.remind(DUE + timedelta(days=3)), duties.remind(DUE + timedelta(days=4))] == [1, 0]
    assert Event.objects.get(kind="duty.reminded").data == {"due": "2026-03-31", "late": True}


def test_who_has_ended_is_not_reminded(desk):
    duties.end_duty(duty_of(desk).duty, by=desk.clerk)
    assert duties.remind(DUE) == 0


def test_the_reminder_is_one_mail_to_the_preferred_address_however_often_it_is_asked_for(desk):
    duty_of(desk, party=owner(desk, Contact("phone", "0770 900123"), Contact("email", "ace@example.org")))
    duties.remind(DUE)
    event = Event.objects.get(kind="duty.reminded")
    duties.tell(event)
    duties.tell(event)
    notice = Notice.objects.get()
    assert (notice.kind, notice.to, notice.values) == (
        "duty.reminder",
        "ace@example.org",
        {"title": "Trading permit", "due": "2026-03-31"},
    )


def test_who_has_no_address_gets_no_mail(desk):
    duty_of(desk)
    duties.remind(DUE)
    duties.tell(Event.objects.get(kind="duty.reminded"))
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("done", "next_due"),
    [(date(2026, 3, 17), date(2026, 6, 29)), (DUE, date(2026, 6, 29)), (date(2026, 4, 10), date(2026, 7, 9))],
)
def test_the_next_date_is_counted_from_the_due_date_in_time_and_from_today_late(desk, done, next_due):
    duty = duty_of(desk).duty
    renewal = renew(duty, done, seconds=42)
    duty.refresh_from_db()
    assert (duty.due_on, renewal.for_date, renewal.seconds, renewal.online) == (next_due, DUE, 42, True)
    assert renewal.request is None
    assert Event.objects.get(kind="duty.renewed").data["due"] == next_due.isoformat()


def test_too_early_is_refused_with_the_day(desk):
    duty = duty_of(desk).duty
    with pytest.raises(NotAllowed, match="from 2026-03-17 on"):
        renew(duty, date(2026, 3, 16))


def test_the_same_form_twice_renews_once(desk):
    duty = duty_of(desk).duty
    renew(duty, DUE)
    with pytest.raises(NotAllowed, match="next due on 2026-06-29"):
        renew(duty, DUE, for_date=DUE)
    assert Renewal.objects.count() == 1


def test_the_database_keeps_one_renewal_a_date_whatever_the_code_does(desk):
    duty = duty_of(desk).duty
    Renewal.objects.create(duty=duty, for_date=DUE)
    with pytest.raises(IntegrityError):
        Renewal.objects.create(duty=duty, for_date=DUE)


def test_an_ended_duty_is_not_renewed_and_not_ended_again(desk):
    made = duty_of(desk)
    duties.end_duty(made.duty, by=desk.clerk)
    assert by_code(made.code) is None
    for step in (
        lambda: renew(made.duty, DUE),
        lambda: duties.end_duty(made.duty, by=desk.clerk),
        lambda: duties.replace_code(made.duty, by=desk.clerk),
    ):
        with pytest.raises(NotAllowed, match="has ended"):
            step()


def test_a_new_code_closes_the_old_one(desk):
    made = duty_of(desk)
    again = duties.replace_code(made.duty, by=desk.clerk)
    assert by_code(made.code) is None and by_code(again.code) == made.duty


def test_changed_facts_go_to_staff_in_a_request_and_are_kept(desk):
    duty = duty_of(desk).duty
    changed = (("Stalls", "2"), ("Goods", "Fruit"))
    with on(DUE):
        brings = duties.brings(duty, changed)
        assert brings["text"] == "Stalls: 1 → 2"
        case = receive(Intake(**brings)).request
    renewal = renew(duty, DUE, facts=changed, request=case)
    duty.refresh_from_db()
    assert renewal.request == case and duties.facts_of(duty) == changed
    assert (case.demand, case.service, case.party, case.listed) == (
        "application",
        desk.permit,
        duty.party,
        False,
    )
    assert "Fruit" not in str(list(Event.objects.values_list("data", flat=True)))


def test_facts_that_are_still_true_bring_nothing(desk):
    duty = duty_of(desk).duty
    assert duties.brings(duty, FACTS) is None
    assert duties.brings(duty, (("Stalls", " 1 "), ("Goods", "Fruit"))) is None


def test_a_request_goes_with_changes_and_with_nothing_else(desk):
    duty = duty_of(desk).duty
    with pytest.raises(ValueError, match="changed facts"):
        renew(duty, DUE, facts=(("Stalls", "2"),))


def test_seconds_that_cannot_be_are_not_kept(desk):
    duty = duty_of(desk).duty
    assert renew(duty, DUE, seconds=90_000).seconds is None


def test_only_clerks_and_dispatchers_keep_duties(desk):
    duty, party = duty_of(desk).duty, owner(desk)
    for person in (desk.handler, desk.auditor, desk.leader, desk.administrator):
        for step in (
            lambda by: duties.set_duty(party, service=desk.permit, due_on=DUE, by=by),
            lambda by: duties.replace_code(duty, by=by),
            lambda by: duties.end_duty(duty, by=by),
            lambda by: renew(duty, DUE, by=by, online=False),
        ):
            with pytest.raises(NotPermitted):
                step(person)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_once():
    duty_of(build_desk(build_town()))
    start = Barrier(2)

    def remind(_):
        try:
            start.wait()
            return duties.remind(DUE)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(remind, range(2))) == 1
    assert Event.objects.filter(kind="duty.reminded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_renew_at_once_renew_once():
    duty = duty_of(build_desk(build_town())).duty
    start = Barrier(2)

    def send(_):
        try:
            start.wait()
            renew(duty, DUE)
        except NotAllowed:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [False, True]
    assert Renewal.objects.count() == 1

"""The counter that slows a flood down and forgets who it counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from openhall.actions import budget
from openhall.actions.budget import give_back, spend
from openhall.models import Budget, Salt

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    budget.forget()


def test_so_many_are_allowed_and_then_no_more():
    assert [spend("answer", "192.0.2.1", limit=2) for _ in range(3)] == [True, True, False]


def test_purposes_and_addresses_are_counted_apart():
    for purpose, address in [("answer", "192.0.2.1"), ("code", "192.0.2.1"), ("answer", "192.0.2.2")]:
        assert spend(purpose, address, limit=1)
    assert Budget.objects.count() == 3


def test_what_is_given_back_can_be_spent_again():
    for _ in range(3):
        assert spend("sign-in", "192.0.2.1", limit=1)
        give_back("sign-in", "192.0.2.1")
    give_back("sign-in", "192.0.2.1")
    give_back("sign-in", "192.0.2.2")
    assert [spend("sign-in", "192.0.2.1", limit=1) for _ in range(2)] == [True, False]


def test_a_household_is_one_network():
    assert spend("answer", "2001:db8:1:2::1", limit=1)
    assert not spend("answer", "2001:db8:1:2:ffff::9", limit=1)
    assert spend("answer", "2001:db8:1:3::1", limit=1)


def test_an_old_form_of_an_address_is_the_same_address():
    assert spend("answer", "::ffff:192.0.2.1", limit=1)
    assert spend("answer", "::ffff:192.0.2.2", limit=1)


def test_no_address_is_kept():
    spend("answer", "192.0.2.77", limit=1)
    assert "192.0.2.77" not in str(list(Budget.objects.values())) + str(list(Salt.objects.values()))


def test_yesterdays_key_and_counters_are_deleted():
    yesterday = timezone.localdate() - timedelta(days=1)
    Salt.objects.create(day=yesterday)
    Budget.objects.create(bucket="0" * 32, day=yesterday)
    spend("answer", "192.0.2.1", limit=1)
    assert list(Salt.objects.values_list("day", flat=True)) == [timezone.localdate()]
    assert list(Budget.objects.values_list("day", flat=True)) == [timezone.localdate()]


def test_another_day_is_another_bucket(monkeypatch):
    spend("answer", "192.0.2.1", limit=1)
    before = set(Budget.objects.values_list("bucket", flat=True))
    tomorrow = timezone.localtime() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localtime", lambda: tomorrow)
    assert spend("answer", "192.0.2.1", limit=1)
    assert not before & set(Budget.objects.values_list("bucket", flat=True))

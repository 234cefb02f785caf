"""Races: many devices at once, on the real database, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests.town import ANSWERS, build_town

from openhall.actions.issue import make_codes
from openhall.actions.respond import Form, Refused, Unfit, save, submit
from openhall.models import Allocation, Invitation, Response

GIVEN = {key: [value] for key, value in ANSWERS.items()}
DEVICES = 6


def form(once: str, *, code: str = "", **given) -> Form:
    return Form(given={**GIVEN, **given}, channel="link", language="en", once=once.ljust(16, "-"), code=code)


def all_at_once(work: Callable[[int], object]) -> list[object]:
    """What each of several devices gets that do the same in the same moment; a refusal is its reason."""
    start = Barrier(DEVICES)

    def device(number: int) -> object:
        try:
            start.wait(timeout=10)
            return work(number)
        except Refused as refused:
            return refused.why
        finally:
            connection.close()

    with ThreadPoolExecutor(DEVICES) as pool:
        return list(pool.map(device, range(DEVICES)))


@pytest.mark.django_db(transaction=True)
def test_a_quota_never_overruns_when_devices_race_for_the_last_places():
    at_north = build_town().at_north
    Allocation.objects.filter(pk=at_north.pk).update(quota=2)
    got = all_at_once(lambda number: submit(at_north, form=form(f"device {number}")))
    assert sorted(map(str, got)) == ["True"] * 2 + ["full"] * (DEVICES - 2)
    assert Response.objects.count() == Allocation.objects.get(pk=at_north.pk).filled == 2


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_by_many_at_once_is_one_answer():
    at_north = build_town().at_north
    got = all_at_once(lambda _number: submit(at_north, form=form("the same form")))
    assert sorted(got) == [False] * (DEVICES - 1) + [True]
    assert Response.objects.count() == Allocation.objects.get(pk=at_north.pk).filled == 1


@pytest.mark.django_db(transaction=True)
def test_one_code_used_by_many_at_once_is_one_answer():
    town = build_town()
    (code,) = make_codes(town.at_north, count=1, by=town.analyst)
    got = all_at_once(lambda number: submit(town.at_north, form=form(f"device {number}", code=code)))
    assert sorted(map(str, got)) == ["True"] + ["code"] * (DEVICES - 1)
    assert Response.objects.count() == Allocation.objects.get(pk=town.at_north.pk).filled == 1
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_saved_answers_finished_on_two_devices_at_once_are_one_answer():
    at_north = build_town().at_north
    code = save(at_north, form=form("first", s4=""))
    got = all_at_once(lambda number: submit(at_north, form=form(f"device {number}", code=code)))
    assert sorted(map(str, got)) == ["True"] + ["code"] * (DEVICES - 1)
    assert Response.objects.get().complete and Allocation.objects.get(pk=at_north.pk).filled == 1


def test_a_full_quota_takes_no_code_away(town):
    (code,) = make_codes(town.at_north, count=1, by=town.analyst)
    Allocation.objects.filter(pk=town.at_north.pk).update(quota=0)
    with pytest.raises(Refused, match="Enough answers"):
        submit(town.at_north, form=form("one", code=code))
    assert Invitation.objects.count() == 1


def test_an_unfit_form_names_each_question_and_stores_nothing(town):
    with pytest.raises(Unfit) as refused:
        submit(town.at_north, form=form("one", s1="8", s2=""))
    assert list(refused.value.at) == ["s1", "s2"]
    assert refused.value.lines()[1] == "Question 3: choose an answer."
    assert not Response.objects.exists()


def test_ids_are_random_and_say_nothing_about_order(town):
    for number in range(12):
        submit(town.at_north, form=form(f"form {number}"))
    ids = [Response.objects.get(once=f"form {number}".ljust(16, "-")).pk for number in range(12)]
    assert ids != sorted(ids) and ids != sorted(ids, reverse=True)

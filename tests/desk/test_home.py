"""Signing in and out: who gets in, where they come out, and how guessing is slowed down."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.town import PASSWORD, sign_in

from openhall.actions import budget
from openhall.desk import home

SIGN_IN = "/desk/sign-in"


@pytest.fixture(autouse=True)
def fresh():
    budget.forget()


def attempt(client, username, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password}, **more)


def test_signing_in_leads_to_the_desk_with_a_session_of_its_own(client, town):
    client.force_login(town.clerk)
    before = client.session.session_key
    answer = attempt(client, "anna")
    assert answer.status_code == 302 and answer["Location"] == reverse("desk:home")
    assert client.session.session_key != before
    assert client.get(reverse("desk:waves")).context["user"] == town.analyst


@pytest.mark.parametrize(
    "wanted", ["//elsewhere.example/", "https://elsewhere.example/", "javascript:alert(1)"]
)
def test_nobody_is_led_out_of_the_house(client, town, wanted):
    answer = client.post(SIGN_IN, {"username": "anna", "password": PASSWORD, "next": wanted})
    assert answer["Location"] == reverse("desk:home")


def test_somebody_who_has_left_does_not_get_in_and_loses_an_open_session(client, town):
    sign_in(client, town.clerk)
    town.clerk.is_active = False
    town.clerk.save()
    assert client.get(reverse("desk:waves")).status_code == 302
    client.logout()
    assert attempt(client, "carl").status_code == 200 and "_auth_user_id" not in client.session


def test_after_many_wrong_passwords_even_the_right_one_waits(client, town):
    for _ in range(home.TRIES_OF_A_NAME):
        assert attempt(client, "anna", "wrong").status_code == 200
    refused = attempt(client, " Anna ")
    assert refused.status_code == 429 and "_auth_user_id" not in client.session
    text = refused.content.decode()
    assert "Wait until the next full hour" in text and 'value=" Anna "' not in text
    assert attempt(client, "ada").status_code == 302


def test_one_network_does_not_try_many_names(client, town, monkeypatch):
    monkeypatch.setattr(home, "TRIES_OF_A_NETWORK", 3)
    for name in ("a", "b", "c"):
        attempt(client, name, "wrong")
    assert attempt(client, "anna").status_code == 429
    assert attempt(client, "anna", REMOTE_ADDR="192.0.2.9").status_code == 302


def test_those_who_know_their_password_are_not_counted(client, town):
    for _ in range(home.TRIES_OF_A_NAME + 2):
        assert attempt(client, "anna").status_code == 302


def test_only_a_form_signs_out(client, town):
    sign_in(client, town.analyst)
    client.get(reverse("desk:sign_out"))
    assert "_auth_user_id" in client.session
    client.post(reverse("desk:sign_out"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("name", "back"),
    [("screening_apply", "screening"), ("screening_decide", "screening"), ("screening_restore", "screening")],
)
def test_who_signs_in_again_after_sending_a_form_comes_to_its_page(client, town, name, back):
    sent = client.post(reverse(f"desk:{name}", args=[town.wave.key]))
    answer = client.post(
        sent["Location"],
        {"username": "anna", "password": PASSWORD, "next": reverse(f"desk:{name}", args=[town.wave.key])},
        follow=True,
    )
    assert answer.status_code == 200 and answer.request["PATH_INFO"] == reverse(
        f"desk:{back}", args=[town.wave.key]
    )

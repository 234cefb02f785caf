"""Absurd addresses and forms at the citizen's doors: said plainly, never a breakdown. Runs on both databases."""

from __future__ import annotations

import pytest

HUGE = "9" * 40
ADDRESSES = (
    "/requests/%00",
    f"/requests/{'A' * 3000}",
    "/requests/%F0%9F%92%A1%E2%80%AE",
    "/register/?service=%00&area=%00&office=%00&month=%00&state=%00&after=%00",
    f"/register/?after={HUGE}",
    f"/register.json?after=%00&service={HUGE}",
    "/register.csv?office=%00",
    "/answers/?q=%00",
    f"/answers/?q={'%F0%9F%92%A1' * 300}",
    f"/answers/{HUGE}",
    "/rate/%00",
    f"/rate/{HUGE}",
    "/track?number=%00",
    "/track/request/file/%00",
    "/log/?copy=%00",
    f"/log/?copy={HUGE}",
    f"/log/?copy={HUGE}+{'a' * 64}",
    "/requests/new?kind=%00",
    "/s/%00/",
    "/k/%00/",
    "/register/?" + "&".join(f"service={number}" for number in range(2001)),
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_absurd_address_breaks_nothing(client, desk, address):
    assert client.get(address).status_code < 500


@pytest.mark.parametrize("typed", ["\0", "💡‮" * 30, HUGE, "٣٤٥", " "])
@pytest.mark.parametrize(
    "address", ["/track", "/account", "/account/open", "/renew", "/code", "/requests/new"]
)
def test_an_absurd_form_breaks_nothing(client, desk, address, typed):
    names = (
        "number",
        "code",
        "email",
        "demand",
        "service",
        "text",
        "subject",
        "area",
        "place",
        "groups",
        "who",
    )
    more = (
        "kind",
        "name",
        "registration",
        "phone",
        "accused",
        "once",
        "started",
        "step",
        "for_date",
        "shown",
    )
    assert client.post(address, dict.fromkeys((*names, *more), typed)).status_code < 500


@pytest.mark.parametrize("length", ["abc", "-1", "٣", ""])
def test_a_length_that_is_no_number_breaks_nothing(client, desk, length):
    assert client.post("/requests/new", {"text": "A lamp."}, CONTENT_LENGTH=length).status_code < 500

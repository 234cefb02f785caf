"""Keys and likeness of customers' records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.rules.parties import (
    CONTACTS,
    Contact,
    Known,
    check,
    contact_key,
    likeness,
    name_key,
    near_name,
    phone_key,
    registration_key,
    same_name,
)

CONTACT = st.builds(Contact, st.sampled_from(CONTACTS), st.text(max_size=20))
KNOWN = st.builds(
    Known,
    name=st.text(max_size=20),
    registration=st.text("AB12 -", max_size=6),
    contacts=st.lists(CONTACT, max_size=3).map(tuple),
)


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "0086 13800138000",
        "（+86）13800138000".strip("（"),
    ],
)
def test_a_number_is_one_number_however_it_is_written(written):
    assert phone_key(written) == "13800138000"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+1 415 555 0100", "4155550100"),
        ("+7 912 345 67 89", "9123456789"),
        ("+353 1 234 5678", "12345678"),
        ("", ""),
    ],
)
def test_calling_codes_of_one_two_and_three_digits_are_left_out(written, key):
    assert phone_key(written) == key


@given(st.text(max_size=60))
def test_a_key_of_a_key_is_the_key_itself(text):
    assert name_key(name_key(text)) in (name_key(text), name_key(text)[:120])
    for kind in ("email", "address", "messaging"):
        assert contact_key(kind, contact_key(kind, text)) == contact_key(kind, text)


@given(st.text(max_size=60))
def test_capitals_and_blanks_do_not_matter(text):
    assert name_key(f"  {text} ") == name_key(text)
    assert registration_key(text.lower()) == registration_key(registration_key(text.lower()))


@given(KNOWN, KNOWN)
def test_likeness_is_the_same_whichever_comes_first(one, other):
    assert likeness(one, other) == likeness(other, one)


def test_the_same_address_and_name_are_likely_the_same_person():
    one = Known("Mary Li", contacts=(Contact("email", "mary@example.org"),))
    other = Known("mary  li", contacts=(Contact("email", "MARY@example.org"),))
    assert likeness(one, other).points == 6
    assert likeness(one, other).likely


def test_a_name_alone_is_not_enough():
    assert not likeness(Known("Mary Li"), Known("Mary Li")).likely


def test_two_registration_numbers_are_two_companies_whatever_else_they_share():
    shared = (Contact("phone", "0770 900123"),)
    mother, daughter = (Known("Ace", "company", number, shared) for number in ("AB 1", "AB 2"))
    assert likeness(mother, daughter).points == 0
    assert likeness(mother, Known("Ace", "company", "ab1", shared)).points == 10


def test_empty_contacts_are_like_nothing():
    nobody = Known("", contacts=(Contact("email", ""), Contact("phone", "")))
    assert likeness(nobody, nobody).points == 0


@pytest.mark.parametrize(
    ("one", "other", "near"), [("Jon Smith", "John Smith", True), ("Wang", "Wong", False)]
)
def test_a_slip_of_the_pen_is_near_and_a_short_name_never(one, other, near):
    assert near_name(one, other) is near


def test_a_chinese_name_is_not_turned_round():
    assert same_name("王小明", "王 小明")
    assert not same_name("王小明", "小明王")


def test_everything_wrong_is_named_at_once():
    with pytest.raises(BadInput) as caught:
        check(
            name=" ",
            kind="dog",
            registration="9" * 41,
            groups=["elderly", "tall"],
            contacts=[
                Contact("email", "mary"),
                Contact("phone", "12"),
                Contact("pigeon", "x"),
                Contact("address", "."),
            ],
        )
    assert [problem.place for problem in caught.value.problems] == [
        "Kind",
        "Name",
        "Registration number",
        "Special situation",
        "E-mail",
        "Telephone",
        "Contact",
        "Postal address",
    ]


def test_a_good_record_passes():
    check(
        name="Mary Li",
        kind="citizen",
        groups=["elderly"],
        contacts=[Contact("email", "mary@example.org"), Contact("phone", "+44 7700 900123")],
    )

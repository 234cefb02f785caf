from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.rules.words import LONGEST, shown, tokens

MIXED = st.text(st.one_of(st.characters(), st.sampled_from(" .,'-@路灯坏了的小区abcedings12")), max_size=120)


@pytest.mark.parametrize(
    "forms",
    [
        "light lights lighting lighted",
        "close closes closed closing",
        "stop stops stopped stopping",
        "apply applies applied applying",
        "company companies company's",
        "box boxes",
        "church churches",
        "house houses",
        "pothole potholes",
        "tree trees",
        "use uses",
        "fill fills filled filling",
    ],
)
def test_the_forms_of_a_word_are_one_token(forms):
    assert len({token for form in forms.split() for token in tokens(form)}) == 1


@pytest.mark.parametrize("pair", ["string str", "bus bu", "gas ga", "need ne", "glass glas", "bed b"])
def test_what_only_looks_like_an_ending_stays(pair):
    word, cut = pair.split()
    assert tokens(word) != tokens(cut)


def test_words_without_content_are_left_out():
    assert tokens("I have been to the hall and they could not help me") == ["hall", "help"]


def test_chinese_becomes_pairs_cut_at_particles():
    assert tokens("小区的路灯坏了") == ["小区", "路灯", "灯坏"]


def test_a_character_alone_stays():
    assert tokens("灯 坏") == ["灯", "坏"]


def test_what_everybody_writes_is_left_out_in_chinese():
    assert tokens("您好，请问") == []
    assert tokens("什么") == []


def test_common_words_of_the_hall_survive_the_particles():
    assert tokens("申请就业") == ["申请", "请就", "就业"]


def test_both_languages_may_stand_in_one_text():
    assert tokens("WiFi在3号楼broken") == ["wifi", "在", "3", "号楼", "broken"]


def test_full_width_letters_and_digits_are_the_same_as_narrow_ones():
    assert tokens("ＬＩＧＨＴ １２") == tokens("light 12") == ["light", "12"]


def test_short_numbers_are_kept():
    assert tokens("12 Elm Street, bus 307A") == ["12", "elm", "street", "bus", "307a"]


@pytest.mark.parametrize("private", ["13812345678", "138 1234 5678", "020-1234-5678", "ann.lee@example.org"])
def test_addresses_and_long_numbers_are_left_out(private):
    assert tokens(f"call {private} about noise") == tokens("call about noise")
    assert tokens(f"电话{private}联系") == ["电话", "联系"]


def test_a_long_word_is_cut():
    assert tokens("a" * 500) == ["a" * LONGEST]


def test_a_long_text_without_blanks_takes_no_longer_than_it_should():
    assert len(tokens("a." * 50_000 + "@" * 50_000)) == 0
    assert len(tokens("路" * 100_000)) == 99_999


@given(MIXED)
def test_tokens_are_plain_whatever_the_text(text):
    for token in tokens(text):
        assert 0 < len(token) <= LONGEST
        assert not set(token) & set(" \t\n\r\0\"'&|!()<>=*:\\")
        assert not any(unicodedata.category(character) == "Cs" for character in token)


@given(st.text("abcdeginsty '", max_size=60))
def test_capitals_make_no_difference(text):
    assert tokens(text.upper()) == tokens(text)


@given(MIXED)
def test_everything_shown_stands_in_the_text(text):
    plain = unicodedata.normalize("NFKC", text)
    words = shown(text, set(tokens(text)))
    assert all(word in plain for word in words)
    assert bool(words) == bool(tokens(text))


def test_shared_words_are_shown_as_they_were_written():
    assert shown("Street LIGHTS in the street; lights", {"light", "street"}) == ("Street", "LIGHTS")


def test_pairs_that_overlap_are_shown_as_one():
    assert shown("小区路灯坏了，路灯", {"路灯", "灯坏"}) == ("路灯坏", "路灯")


def test_nothing_wanted_shows_nothing():
    assert shown("street lights", set()) == ()

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.surveys.codes import ALPHABET, check_ok, new_code, normalise, pretty, with_check

bodies = st.text(ALPHABET, min_size=3, max_size=20)


def test_a_new_code_is_random_of_its_length_and_checks() -> None:
    codes = {new_code(12) for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 12 and check_ok(code) for code in codes)


@given(bodies, st.data())
def test_one_wrong_character_is_found(body: str, data: st.DataObject) -> None:
    code = with_check(body)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([character for character in ALPHABET if character != code[place]]))
    assert not check_ok(code[:place] + other + code[place + 1 :])


@given(bodies)
def test_every_swap_of_two_different_characters_is_found(body: str) -> None:
    code = with_check(body)
    for i, j in itertools.combinations(range(len(code)), 2):
        swapped = list(code)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        assert code[i] == code[j] or not check_ok("".join(swapped))


@given(bodies)
def test_what_people_type_is_the_code_again(body: str) -> None:
    code = with_check(body)
    typed = f" {pretty(code).lower().replace('0', 'o').replace('1', 'l')}\n"
    assert normalise(typed) == code


@pytest.mark.parametrize("text", ["", "7", "UUUU", "7K2M!", "７Ｋ", "中文"])
def test_odd_text_is_no_code(text: str) -> None:
    assert not check_ok(text)


def test_a_code_of_three_characters_is_not_made() -> None:
    with pytest.raises(ValueError):
        new_code(3)

"""Codes people copy by hand: invitations, resume codes, serials of paper sheets. Digits and capitals without
the look-alikes I, L, O and U, and a check character that finds every single wrong character and every swap of
two.
"""

from __future__ import annotations

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1", **dict.fromkeys(" -\t\n\r.–—_")})
_REDUCE = (
    0b100101  # x^5 + x^2 + 1, primitive over GF(2): the check is a polynomial over the field of 32 elements
)


def new_code(length: int = 10) -> str:
    """A random code of `length` characters (5 bits each), the last one a check character.

    From the operating system's source of randomness; 10 characters are 45 bits. ValueError under 4
    characters.
    """
    if length < 4:
        raise ValueError("a code has at least 4 characters")
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(length - 1)))


def with_check(text: str) -> str:
    """`text`, for example the running number of a paper sheet, followed by its check character.

    >>> with_check("00042")
    '00042M'
    >>> check_ok("00042M"), check_ok("00024M")
    (True, False)
    """
    return text + ALPHABET[_double(_remainder(text))]


def normalise(text: str) -> str:
    """What was typed, as codes are stored: capitals, no spaces or hyphens, O read as 0, I and L as 1, full
    width halved.

    >>> normalise(" 7k2m-o1l9 ")
    '7K2M0119'
    """
    return unicodedata.normalize("NFKC", text).upper().translate(_TYPED)


def check_ok(text: str) -> bool:
    """Whether the last character of a normalised code is the check of the others; False for anything odd."""
    if len(text) < 2 or any(character not in _VALUE for character in text):
        return False
    return with_check(text[:-1]) == text


def pretty(code: str) -> str:
    """In groups of four for print.

    >>> pretty("7K2M0119AB")
    '7K2M-0119-AB'
    """
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _remainder(text: str) -> int:
    remainder = 0
    for character in text:
        remainder = _double(remainder) ^ _VALUE[character]
    return remainder


def _double(value: int) -> int:
    value <<= 1
    return value ^ _REDUCE if value & 0b100000 else value

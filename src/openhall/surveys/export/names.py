"""Names and labels as SPSS system files allow them: illegal ones are mended, long ones cut between
characters, and every change is told."""

from __future__ import annotations

import re
from collections.abc import Iterable

from openhall.errors import N_, Problem

LONGEST_NAME = 64  # bytes, as the next two
LONGEST_LABEL = 255
LONGEST_VALUE_LABEL = 120
LONGEST_TEXT = 32_767
RESERVED = frozenset(["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"])
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_ILLEGAL = re.compile(r"[^\w.@#$]")


def cut(text: str, most: int) -> str:
    """As many whole characters of `text` as fit into `most` bytes of UTF-8.

    >>> cut("满意度", 7), cut("short", 64)
    ('满意', 'short')
    """
    return text.encode()[:most].decode(errors="ignore")


def one_line(text: str) -> str:
    """The text without control characters, which end a label in some programs.

    >>> one_line("first\\nsecond")
    'first second'
    """
    return _CONTROL.sub(" ", text)


def legal_names(keys: Iterable[str]) -> tuple[list[str], list[Problem]]:
    """A legal and different name for each key, and a note for each name that is not its key.

    Names have 64 bytes at most, begin with a letter, hold letters, digits and . _ @ # $, do not end with a
    full stop, are no reserved word, and differ in more than their case.

    >>> legal_names(["_id", "all", "q1", "Q1"])[0]
    ['v_id', 'all_', 'q1', 'Q1_2']
    """
    names: list[str] = []
    notes: list[Problem] = []
    taken: set[str] = set()
    for key in keys:
        name = _different(_legal(key), taken)
        taken.add(name.upper())
        names.append(name)
        if name != key:
            values = {"column": key, "name": name}
            message = N_("SPSS allows no such name, so it is called {name} there.")
            notes.append(Problem(N_("Column {column}"), message, "", values))
    return names, notes


def _legal(key: str) -> str:
    name = _ILLEGAL.sub("_", key)
    if not name[:1].isalpha():
        name = "v" + name
    name = cut(name, LONGEST_NAME).rstrip(".")
    return f"{name}_" if name.upper() in RESERVED else name


def _different(name: str, taken: set[str]) -> str:
    if name.upper() not in taken:
        return name
    number = 2
    while (other := cut(name, LONGEST_NAME - len(f"_{number}")) + f"_{number}").upper() in taken:
        number += 1
    return other

"""The event log as a chain of hashes: what is hashed, and how. Checking a whole chain is `rules.chain_check`.

Every event carries the SHA-256 of its own facts together with the hash of the event before it, so that none can be
changed, taken out or put in without breaking the chain at that place. Decision 0015; row D6 of the mission.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from openhall.errors import N_, BadInput, Problem

GENESIS = "0" * 64  # the hash before the first event
ERASED: dict[str, Any] = {}  # the data of an event erased by law
ERASURE = "event.erased"  # the kind of the event that says so; its data names the event: {"event": 17}

_encode = json.JSONEncoder(sort_keys=True, allow_nan=False).encode
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_HASH = re.compile(r"[0-9a-f]{64}")


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """The data as every database gives them back: keys in order, tuples as lists, whole numbers without a point.

    Raises ValueError for a number that is none (NaN) and TypeError for what is not JSON.

    >>> plain({"share": 0.5, "rows": (1, 2), "n": 2.0})
    {'n': 2, 'rows': [1, 2], 'share': 0.5}
    """
    return dict(read(_encode(data)))


def read(text: str) -> Any:
    """Stored data back from their text, whole numbers without a point. Raises ValueError for what is not JSON."""
    return json.loads(text, parse_float=_number)


def _number(text: str) -> int | float:
    """PostgreSQL keeps 1e16 as 10000000000000000, so a whole number is an integer from the first."""
    value = float(text)
    return int(value) if value.is_integer() else value


def canonical(data: Any) -> str:
    """One text for one meaning: JSON with keys in order, non-ASCII characters escaped, `, ` and `: ` between.

    >>> canonical({"b": "好", "a": [1, 2]})
    '{"a": [1, 2], "b": "\\\\u597d"}'
    """
    return _encode(data)


def data_hash(data: Any) -> str:
    """SHA-256 of the data in their canonical text, 64 hexadecimal digits. `data` must be `plain`."""
    return sha256(_encode(data).encode()).hexdigest()


def stamp(at: datetime) -> str:
    """A moment as it is hashed: UTC, ISO 8601 with microseconds. `at` must be aware.

    >>> stamp(datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    '2026-03-02T09:30:00.000000Z'
    """
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def line(
    seq: int, at: str, kind: str, subject_type: str, subject_id: str, by: int | None, data: str, prev: str
) -> str:
    """What is hashed of an event: eight lines, the last without an end.

    Number, moment (`stamp`), kind, type and id of the subject, number of the person (empty for the hall itself),
    hash of the data, hash of the event before. No part holds a line break (`link` refuses it), so no two events
    share a text.
    """
    return f"{seq}\n{at}\n{kind}\n{subject_type}\n{subject_id}\n{'' if by is None else by}\n{data}\n{prev}"


def link(
    seq: int, at: str, kind: str, subject_type: str, subject_id: str, by: int | None, data: str, prev: str
) -> str:
    """The hash of an event: SHA-256 of its `line`. Raises ValueError where a part holds a line break.

    >>> link(1, "2026-03-02T09:30:00.000000Z", "wave.opened", "wave", "3", 7, data_hash({}), GENESIS)[:12]
    '04b5427d6e37'
    """
    text = line(seq, at, kind, subject_type, subject_id, by, data, prev)
    if text.count("\n") != 7:
        raise ValueError("a kind or subject of an event holds a line break")
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint: at `at` (UTC, to the second) the log ended with event `seq`, whose hash was `hash`.

    Kept outside the database it proves that nothing up to there was changed since, nor the end cut off.
    """

    at: str
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.at} {self.seq} {self.hash}"


def anchor_of(text: str) -> Anchor:
    """A checkpoint read from a line: date, number, hash; the date may be missing. BadInput says what is wrong.

    >>> anchor_of(f"2026-03-02T01:00:00Z  12 {'AB' * 32}").seq
    12
    """
    at, number, hash = ["", *text.split()][-3:] if len(text.split()) == 2 else (text.split() + [""] * 3)[:3]
    hash = hash.lower()
    if len(text.split()) not in {2, 3} or (at and not _DATE.fullmatch(at)):
        raise BadInput(_problem(text))
    if not (number.isascii() and number.isdigit() and 0 < int(number[:19]) < 2**63 and _HASH.fullmatch(hash)):
        raise BadInput(_problem(text))
    return Anchor(at, int(number), hash)


def _problem(text: str) -> Problem:
    return Problem(
        "",
        N_("“{text}” is not a checkpoint."),
        N_(
            "A checkpoint is a date, a number and 64 signs from 0 to 9 and a to f, with spaces between;"
            " copy the whole line."
        ),
        {"text": text.strip()[:100]},
    )


def anchors_of(lines: Iterable[str], name: str) -> list[Anchor]:
    """The checkpoints of a text file; empty lines and those that begin with # are left out. BadInput names each
    line of `name` that is none.
    """
    found, problems = [], []
    for number, text in enumerate(lines, 1):
        text = text.strip().lstrip("\ufeff")
        if not text or text.startswith("#"):
            continue
        try:
            found.append(anchor_of(text))
        except BadInput as error:
            (one,) = error.problems
            values = {**one.values, "file": name, "line": number}
            problems.append(Problem(N_("{file}, line {line}"), one.message, one.cure, values))
    if problems:
        raise BadInput(N_("The checkpoints cannot be read."), problems=problems)
    return found

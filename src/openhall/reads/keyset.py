"""Pages of a long list by the last row seen, never by counting from its start: page 1,000 costs what page 1 does.

An order is a tuple of keys, the last one unique. Rows without a value come last where a key is ascending. Everything
here is conditions and cursors; which rows there are is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.expressions import OrderBy

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Key:
    """One thing rows are ordered by."""

    field: str
    descending: bool = False
    nullable: bool = False
    instant: bool = False  # a moment in time, kept in cursors as microseconds


Order = tuple[Key, ...]


def ordering(order: Order, *, backwards: bool = False) -> list[OrderBy]:
    """What `order_by` is given."""
    made = []
    for key in order:
        if key.descending == backwards:
            made.append(F(key.field).asc(nulls_last=True if key.nullable else None))
        else:
            made.append(F(key.field).desc(nulls_first=True if key.nullable else None))
    return made


def beyond(order: Order, values: Sequence[Any], *, backwards: bool = False, itself: bool = False) -> Q:
    """The rows after the one with these values of the keys; before it, `backwards`; with `itself` also that one.

    The first key is bounded once more by itself: databases then begin to read at the right place of an index.
    """
    first, bound = order[0], Q()
    if values[0] is not None and not (first.nullable and not backwards):
        bound = Q(**{f"{first.field}__{'lte' if first.descending != backwards else 'gte'}": values[0]})
    return bound & _beyond(order, values, backwards, itself)


def _beyond(order: Order, values: Sequence[Any], backwards: bool, itself: bool) -> Q:
    key, value, down = order[0], values[0], order[0].descending != backwards
    if len(order) == 1:
        return Q(**{f"{key.field}__{'lt' if down else 'gt'}{'e' if itself else ''}": value})
    rest = _beyond(order[1:], values[1:], backwards, itself)
    if value is None:
        given = Q(**{f"{key.field}__isnull": False})
        if backwards:
            return Q(**{key.field: None}) & rest | given
        return ~given & (rest | given)  # else SQLite goes through the whole table in the order of the rest
    same = Q(**{key.field: value}) & rest
    further = Q(**{f"{key.field}__{'lt' if down else 'gt'}": value})
    if key.nullable and not backwards:
        further |= Q(**{f"{key.field}__isnull": True})
    return further | same


def cursor(order: Order, values: Sequence[Any]) -> str:
    """The place of a row as text for an address.

    >>> cursor((Key("urgency"), Key("due", nullable=True, instant=True), Key("pk")), (2, None, 17))
    '2~~17'
    """
    return "~".join(
        "" if value is None else str((value - EPOCH) // _MICRO if key.instant else value)
        for key, value in zip(order, values, strict=True)
    )


def place(order: Order, text: str) -> tuple[Any, ...] | None:
    """What `cursor` wrote; None for anything else, so that a cut address shows the first page.

    >>> place((Key("urgency"), Key("due", nullable=True, instant=True), Key("pk")), "2~~17")
    (2, None, 17)
    """
    parts = text.split("~")
    if len(parts) != len(order):
        return None
    try:
        return tuple(_read(key, part) for key, part in zip(order, parts, strict=True))
    except (ValueError, OverflowError):
        return None


def _read(key: Key, part: str) -> Any:
    if not part and key.nullable:
        return None
    number = int(part)
    if not 0 <= number < _LARGEST:
        raise ValueError(part[:20])
    return EPOCH + number * _MICRO if key.instant else number

"""Which columns an ask or a condition needs: only these are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openhall.stats.axes import (
    Alike,
    Answered,
    Ask,
    Axis,
    Condition,
    Marked,
    Score,
    Total,
    Where,
)


def columns_asked(asks: Sequence[Ask], where: Where = (), weight: str = "") -> list[str]:
    """The columns needed, each once, in the order they are first needed.

    >>> from openhall.stats.axes import Coded, Given
    >>> columns_asked([(Coded("q1", (1,)), Given("s1")), ()], weight="w")
    ['w', 'q1', 's1']
    """
    names = [weight] if weight else []
    for condition in where:
        names += _of_condition(condition)
    for axis in dict.fromkeys(axis for ask in asks for axis in ask):
        names += of_axis(axis)
    return list(dict.fromkeys(names))


def of_axis(axis: Axis) -> Iterator[str]:
    """The columns of one axis."""
    if isinstance(axis, Score):
        yield from (part.key for part in axis.parts)
    elif isinstance(axis, Total):
        yield from (part.key for score in axis.scores for part in score.parts)
    elif isinstance(axis, Alike):
        yield from (column.key for column in axis.columns)
    elif isinstance(axis, Marked):
        yield f"{axis.key}.{axis.code}"
    else:
        yield axis.key


def _of_condition(condition: Condition) -> list[str]:
    if isinstance(condition, Answered):
        return [column.key for column in condition.columns]
    return [condition.column.key]

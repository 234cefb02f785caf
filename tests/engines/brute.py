"""Counting as one would say it: every row looked at in plain Python. What the engines have to agree with."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from openhall.stats.axes import Alike, Answered, Between, Coded, Day, Given, In, Marked, Number, Score, Total

Row = dict[str, Any]  # an answer by key; None, a tuple of codes for several marks
Table = tuple[list[list[int]], list[int]]


def count(rows: list[Row], ask: tuple[Any, ...], where: tuple[Any, ...] = (), weight: str = "") -> Table:
    """The combinations that occur, ascending, and how many rows have each."""
    found: Counter[tuple[int, ...]] = Counter()
    for row in rows:
        if all(_holds(condition, row) for condition in where):
            found[sum((_numbers(axis, row) for axis in ask), ())] += (row[weight] or 0) if weight else 1
    there = sorted(key for key, number in found.items() if number)
    return [list(key) for key in there], [found[key] for key in there]


def _place(column: Coded, row: Row) -> int:
    answer = row[column.key]
    return column.codes.index(answer) + 1 if not isinstance(answer, tuple) and answer in column.codes else 0


def _score(score: Score, row: Row) -> tuple[int, int]:
    points = []
    for part in score.parts:
        place = _place(Coded(part.key, part.codes), row)
        if place and part.points[place - 1] is not None:
            points.append(part.points[place - 1])
    return len(points), sum(points)


def _total(total: Total, row: Row) -> tuple[int, int]:
    means = [
        points * (total.common // many) for many, points in (_score(s, row) for s in total.scores) if many
    ]
    return len(means), sum(means)


def _whole(axis: Number | Day, row: Row) -> int | None:
    answer = row[axis.key]
    if answer is None:
        return None
    if isinstance(axis, Day):
        return (answer - date(1970, 1, 1)).days
    return round(answer * 10**axis.decimals)


def _numbers(axis: Any, row: Row) -> tuple[int, ...]:
    if isinstance(axis, Coded):
        return (_place(axis, row),)
    if isinstance(axis, Score):
        return _score(axis, row)
    if isinstance(axis, Total):
        return _total(axis, row)
    if isinstance(axis, Number | Day):
        whole = _whole(axis, row)
        return (0, 0) if whole is None else (1, whole)
    if isinstance(axis, Given):
        return (int(row[axis.key] not in (None, "", ())),)
    if isinstance(axis, Marked):
        return (int(axis.code in row[axis.key]),)
    assert isinstance(axis, Alike)
    codes = [row[column.key] for column in axis.columns if _place(column, row)]
    return (int(len(codes) >= axis.least and len(set(codes)) == 1),)


def _holds(condition: Any, row: Row) -> bool:
    if isinstance(condition, In):
        return bool(_place(condition.column, row)) and row[condition.column.key] in condition.codes
    if isinstance(condition, Between):
        whole = _whole(condition.column, row)
        low, high = condition.low, condition.high
        return whole is not None and (low is None or whole >= low) and (high is None or whole <= high)
    assert isinstance(condition, Answered)
    return all(_place(column, row) for column in condition.columns)

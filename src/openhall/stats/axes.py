"""What may be asked of data that are only counted: axes, tuples of them (asks), and conditions on the rows.

An engine, wherever the data are, answers an ask with `Cells`: how many rows have each combination of values
on its axes. Nothing here counts; nothing here knows a file or a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

Code = int | str
LARGE = 1 << 48  # of a common multiple
SUMS = 1 << 56  # of the largest sum of such multiples


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of codes. One number a row: 0 for no answer, i + 1 for `codes[i]`, −1 for anything else.

    Several marks where one is asked are no answer. −1 comes only from data nobody has checked.

    >>> Coded("q1", (1, 2)).width
    1
    """

    key: str
    codes: tuple[Code, ...]

    @property
    def width(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Part:
    """An item of a score: `points[i]`, a whole number not below 0, for `codes[i]`; None where a code is no
    step of the scale."""

    key: str
    codes: tuple[Code, ...]
    points: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Several items together. Two numbers a row: items answered, and the sum of their points (0, 0 of none).

    The mean of the items answered is sum / answered, without any rounding.
    """

    parts: tuple[Part, ...]

    @property
    def width(self) -> int:
        return 2

    @property
    def most(self) -> int:
        """The largest sum of points."""
        return sum(map(_most, self.parts))


def _most(part: Part) -> int:
    return max((points for points in part.points if points is not None), default=0)


@dataclass(frozen=True, slots=True)
class Total:
    """The mean of several scores. Two numbers a row: scores with an answer, and the sum of their means times
    `common`, which makes it whole: of each score, its points × (`common` // items answered)."""

    scores: tuple[Score, ...]

    @property
    def width(self) -> int:
        return 2

    @property
    def common(self) -> int:
        """The least number every possible number of answered items divides. Where that is too large, from 37 items
        on: one that all the items of most scores divide, and as many other numbers as there is room for; the mean
        of any other number of items is rounded down to one part in `common`.

        >>> part = Part("a", (1,), (0,))
        >>> Total((Score((part,) * 5), Score((part,) * 3))).common
        60
        """
        items = [len(score.parts) for score in self.scores if score.parts]
        found, room = 1, min(LARGE, SUMS // max(self._points, 1))
        for many in (*items, *range(1, max(items, default=1) + 1)):
            both = lcm(found, many)
            found = both if both < room else found
        return found

    @property
    def most(self) -> int:
        """The largest sum of means times `common`."""
        return self.common * self._points

    @property
    def _points(self) -> int:
        return sum(max(map(_most, score.parts), default=0) for score in self.scores)


@dataclass(frozen=True, slots=True)
class Number:
    """A measured column. Two numbers a row: 1 and the value times 10 to the `decimals`, whole; 0, 0 where
    there is none."""

    key: str
    decimals: int = 0

    @property
    def width(self) -> int:
        return 2


@dataclass(frozen=True, slots=True)
class Day:
    """A column of dates. Two numbers a row: 1 and the days since 1 January 1970; 0, 0 where there is none."""

    key: str

    @property
    def width(self) -> int:
        return 2


@dataclass(frozen=True, slots=True)
class Given:
    """Whether a question of any kind has an answer: 1 or 0."""

    key: str

    @property
    def width(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Marked:
    """Whether one option of a multiple choice is marked: 1 or 0."""

    key: str
    code: Code

    @property
    def width(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Alike:
    """Whether at least `least` of these columns have an answer and all answers are the same code: 1 or 0."""

    columns: tuple[Coded, ...]
    least: int

    @property
    def width(self) -> int:
        return 1


Axis = Coded | Score | Total | Number | Day | Given | Marked | Alike
Ask = tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class In:
    """Rows whose code is one of `codes`."""

    column: Coded
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Rows whose number or day is there and lies from `low` to `high`, both included, in the axis's own
    whole numbers; None: no limit on that side."""

    column: Number | Day
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Rows with one known code in each of these columns."""

    columns: tuple[Coded, ...]


Condition = In | Between | Answered
Where = tuple[Condition, ...]  # all of them hold

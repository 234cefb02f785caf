"""Working time of a hall for many moments at once: the arithmetic of `rules.calendar` on arrays, to the second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openhall.rules.calendar import Calendar

Seconds = NDArray[np.int64]  # since 1970, UTC
Minutes = NDArray[np.float64]  # working minutes since the first opening known here


class WorkingTime:
    """Opening periods from one day to another. Moments before or after them count as the first or last one.

    >>> from openhall.rules.calendar import DEFAULT
    >>> time = WorkingTime(DEFAULT, date(2026, 3, 2), date(2026, 3, 9))  # Monday to Monday, from nine to five
    >>> time.minutes(time.at([90, 500])).tolist()
    [90.0, 500.0]
    """

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        periods = [period for day in days for period in calendar.periods(day)]
        self._begin = np.array([start.timestamp() for start, _end in periods])
        self._length = np.array([(end - start).total_seconds() / 60 for start, end in periods])
        self._before = np.concatenate([[0.0], np.cumsum(self._length)])[:-1]

    def minutes(self, at: ArrayLike) -> Minutes:
        """Working minutes passed at these moments."""
        at = np.asarray(at, dtype=float)
        place = np.maximum(np.searchsorted(self._begin, at, side="right") - 1, 0)
        passed = np.clip((at - self._begin[place]) / 60, 0, self._length[place])
        return self._before[place] + passed

    def at(self, minutes: ArrayLike) -> Seconds:
        """The moments at which so many working minutes have passed: closing time rather than the next opening."""
        return self._at(minutes, "left")

    def opening(self, minutes: ArrayLike) -> Seconds:
        """As `at`, but the next opening rather than closing time."""
        return self._at(minutes, "right")

    def _at(self, minutes: ArrayLike, side: str) -> Seconds:
        minutes = np.asarray(minutes, dtype=float)
        place = np.searchsorted(self._before, minutes, side=side) - 1  # type: ignore[call-overload]
        place = np.clip(place, 0, len(self._begin) - 1)
        found: Seconds = np.rint(self._begin[place] + (minutes - self._before[place]) * 60).astype(np.int64)
        return found


def weighted(rng: np.random.Generator, weights: Sequence[float], size: int) -> NDArray[np.intp]:
    """Places drawn with these weights."""
    bounds = np.cumsum(weights)
    return np.searchsorted(bounds / bounds[-1], rng.random(size), side="right")

"""How far long work is and how much longer it takes, as people say it: rounded, and nothing before there is something
to reckon from."""

from __future__ import annotations

from math import ceil

from openhall.errors import N_, Translate, fill

SURE_AFTER = 2.0  # seconds; the speed of the first moments says little
SECONDS, MINUTE, HOUR = 10, 60, 3600


def share(done: int, of: int) -> float | None:
    """The part of the work that is done, from 0 to 1; None where nobody knows how much there is.

    >>> share(1, 4), share(9, 4), share(0, 0)
    (0.25, 1.0, None)
    """
    return min(done / of, 1.0) if of > 0 else None


def seconds_left(done: int, of: int, seconds: float) -> float | None:
    """Seconds until all is done, at the speed of the `seconds` it has taken so far; None before that can be told.

    >>> seconds_left(25, 100, 5.0)
    15.0
    >>> seconds_left(25, 100, 0.5), seconds_left(0, 100, 60.0)
    (None, None)
    """
    if not 0 < done <= of or seconds < SURE_AFTER:
        return None
    return seconds * (of - done) / done


def said(done: int, of: int, seconds: float, translate: Translate = str) -> str:
    """Share and time left in words; empty where nothing is known.

    >>> said(43, 100, 9.0), said(1, 3, 1.0), said(0, 0, 9.0)
    ('43 %, about 12 seconds left', '33 %', '')
    """
    part = share(done, of)
    if part is None:
        return ""
    percent = fill(N_("{share} %"), {"share": int(100 * part)}, translate)
    left = seconds_left(done, of, seconds)
    if left is None:
        return percent
    values = {"percent": percent, "left": time_left(left, translate)}
    # Translators: {percent} is "43 %", {left} is "about 12 seconds left"
    return fill(N_("{percent}, {left}"), values, translate)


def time_left(seconds: float, translate: Translate = str) -> str:
    """A length of time that is still to come, no more exact than it can be known.

    >>> [time_left(s) for s in (3, 11.6, 27, 70, 200, 4000, 20000)]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['a few seconds left', 'about 12 seconds left', 'about 30 seconds left', 'about a minute left',
     'about 4 minutes left', 'about an hour left', 'about 6 hours left']
    """
    if seconds < SECONDS / 2:
        return translate(N_("a few seconds left"))
    if seconds <= MINUTE - 5:
        step = 1 if seconds < 2 * SECONDS else 5
        return fill(N_("about {n} seconds left"), {"n": step * ceil(seconds / step)}, translate)
    if seconds < 1.5 * MINUTE:
        return translate(N_("about a minute left"))
    if seconds <= 50 * MINUTE:
        return fill(N_("about {n} minutes left"), {"n": ceil(seconds / MINUTE)}, translate)
    if seconds < 1.5 * HOUR:
        return translate(N_("about an hour left"))
    return fill(N_("about {n} hours left"), {"n": ceil(seconds / HOUR)}, translate)

"""What happens to each of many generated requests, and when: NumPy only. Their rows and events: `demo_size.desk`.

A whole life is drawn for every request; what lies after the present has not happened yet, and so some are open in every
state. All waiting and working is in working minutes of the hall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.demo_size.hours import Minutes, Seconds, WorkingTime, weighted

SEED = 2018
CHUNK = 2_500  # requests of one chunk
CHANNELS: Mapping[str, float] = {
    "web": 45,
    "phone": 30,
    "window": 15,
    "messaging": 5,
    "email": 3,
    "letter": 2,
}
AT_ANY_HOUR = ("web", "messaging", "email")
BY_STAFF = ("phone", "window", "letter")
GROUPS = ("[]",) * 8 + ('["elderly"]', '["language"]', '["elderly", "mobility"]')
URGENCY = (0.02, 0.10, 0.60, 0.20, 0.08)
HANDLED, SETTLED, REFUSED, WITHDRAWN = range(4)
NEVER = 2**62  # a moment that does not come


@dataclass(frozen=True, slots=True)
class Matter:
    """A thing people come with, as the town has it: who has it and the minutes it may take by urgency (1 to 5)."""

    once: bool  # answered at once by the centre
    helped: bool  # another department may help
    resolve: Sequence[int]
    mood: float  # of people about the department that has it, in steps


@dataclass(frozen=True, slots=True)
class Town:
    """What the draw must know. `sign` and `contact`: minutes allowed, by urgency."""

    matters: Sequence[Matter]
    sign: Sequence[int]
    contact: Sequence[int]
    streets: int
    since: int  # seconds: the first request comes after it
    until: int  # the present
    time: WorkingTime = field(repr=False)


@dataclass(slots=True)
class Cases:
    """One chunk: an array a fact, position by position. Moments are seconds, NEVER where it does not happen at all;
    what lies after `Town.until` has not happened yet. `minutes` are the same moments in working minutes.
    """

    number: NDArray[np.int64]  # from 0
    matter: NDArray[np.intp]
    channel: NDArray[np.intp]
    chinese: NDArray[np.bool_]
    street: NDArray[np.intp]
    house: NDArray[np.int64]
    words: NDArray[np.int64]  # which of the ways to say it
    urgency: NDArray[np.int64]
    groups: NDArray[np.intp]
    way: NDArray[np.intp]  # HANDLED …
    explained: NDArray[np.bool_]
    helped: NDArray[np.bool_]
    moments: dict[str, Seconds]
    minutes: dict[str, Minutes]
    levels: NDArray[np.int64]  # overall and four items, 1 to 5; the rating, were it given

    def __len__(self) -> int:
        return len(self.number)


def draw(town: Town, number: int, count: int) -> Cases:
    """Chunk `number` of `count` requests; they come in the order of time."""
    rng = np.random.default_rng([SEED, number, count])
    start = number * CHUNK
    size = min(CHUNK, count - start)
    matters = town.matters
    matter = weighted(rng, [1 / (n + 2) for n in range(len(matters))], size)
    once = np.array([one.once for one in matters])[matter]
    way = weighted(rng, (0.94, 0, 0.04, 0.02), size)
    way[(way == HANDLED) & once] = SETTLED
    urgency = weighted(rng, URGENCY, size) + 1
    channel = weighted(rng, list(CHANNELS.values()), size)
    share = (start + np.sort(rng.random(size) * size)) / count
    created, moments, minutes = _created(town, channel, share)
    facts: dict[str, Any] = {
        "number": start + np.arange(size),
        "chinese": rng.random(size) < 0.5,
        "street": rng.integers(0, town.streets, size),
        "house": rng.integers(1, 61, size),
        "words": rng.integers(0, 1 << 16, size),
        "groups": rng.integers(0, len(GROUPS), size),
        "explained": rng.random(size) < 0.15,
        "helped": np.array([one.helped for one in matters])[matter] & (rng.random(size) < 0.4),
    }
    cases = Cases(
        matter=matter, channel=channel, urgency=urgency, way=way, moments=moments, minutes=minutes,
        levels=np.zeros((5, size), np.int64), **facts,
    )  # fmt: skip
    _live(rng, town, cases, created)
    _rate(rng, town, cases)
    return cases


def _created(
    town: Town, channel: NDArray[np.intp], share: NDArray[np.float64]
) -> tuple[Minutes, dict[str, Seconds], dict[str, Minutes]]:
    """When they come: written ones at any hour, the others while the hall is open."""
    names = list(CHANNELS)
    any_hour = np.isin(channel, [names.index(name) for name in AT_ANY_HOUR])
    ends = town.time.minutes([town.since, town.until])
    at_desk = town.time.at(ends[0] + share * (ends[1] - ends[0]))
    at = np.where(any_hour, town.since + share * (town.until - town.since), at_desk).astype(np.int64)
    minutes = town.time.minutes(at)
    return minutes, {"received": at}, {"received": minutes}


def _live(rng: np.random.Generator, town: Town, cases: Cases, created: Minutes) -> None:
    """Fills in when each step comes."""
    size, late = len(cases), cases.urgency - 1
    handled = cases.way == HANDLED
    resolve = np.array([one.resolve for one in town.matters])[cases.matter, late]
    step = {"accepted": created + 5 + rng.exponential(np.where(cases.urgency == 1, 8, 60), size)}
    step["dispatched"] = step["accepted"] + 3 + rng.exponential(np.where(cases.urgency == 1, 5, 40), size)
    step["signed"] = step["dispatched"] + np.array(town.sign)[late] * rng.lognormal(-1.2, 0.6, size)
    contact = created + np.array(town.contact)[late] * rng.lognormal(-0.7, 0.45, size)
    step["replied"] = np.maximum(step["signed"] + 10, contact)
    slow = np.where(rng.random(size) < 0.012, 4, 1)
    done = np.maximum(created + resolve * rng.lognormal(-0.8, 0.55, size) * slow, step["replied"] + 20)
    step["asked"] = step["replied"] + (done - step["replied"]) * rng.uniform(0.1, 0.6, size)
    pause = np.where(rng.random(size) < 0.25, 20 + rng.exponential(500, size), 0)
    step["answered"] = step["asked"] + pause
    step["helped"] = step["signed"] + (done - step["signed"]) * rng.uniform(0.2, 0.9, size) + pause
    ended = np.select(
        [handled, cases.way == WITHDRAWN], [done + pause, step["dispatched"]], default=step["accepted"]
    )
    for name, minutes in step.items():
        there = handled.copy()
        if name == "accepted":
            there |= cases.way == WITHDRAWN
        elif name in ("asked", "answered"):
            there &= pause > 0
        elif name == "helped":
            there &= cases.helped
        cases.minutes[name] = minutes
        cases.moments[name] = np.where(there, town.time.at(minutes), NEVER)
    cases.minutes["ended"], cases.moments["ended"] = ended, town.time.at(ended)


def _rate(rng: np.random.Generator, town: Town, cases: Cases) -> None:
    """Fills in who rates when and how: people like departments more or less, and no delay."""
    size = len(cases)
    minutes, moments = cases.minutes, cases.moments
    limit = np.array([one.resolve for one in town.matters])[cases.matter, cases.urgency - 1]
    late = np.clip((minutes["ended"] - minutes["received"]) / limit - 1, 0, 2)
    mood = np.array([one.mood for one in town.matters])[cases.matter]
    view = 4.1 + mood - 0.7 * late - 0.7 * cases.explained - 0.9 * (cases.way == REFUSED)
    view = view + rng.normal(0, 0.8, size)
    cases.levels = np.clip(np.rint(view + rng.normal(0, 0.45, (5, size))), 1, 5).astype(np.int64)
    cases.levels[0] = np.clip(np.rint(view), 1, 5)
    after = 7200 + rng.exponential(3 * 86_400, size)
    rates = (rng.random(size) < 0.4) & (after < 28 * 86_400) & (cases.way != WITHDRAWN)
    moments["rated"] = np.where(rates, moments["ended"] + after.astype(np.int64), NEVER)
    bad = rates & (cases.levels[0] <= 2)
    moments["opened"] = np.where(bad, moments["rated"] + 3600, NEVER)
    mended = town.time.minutes(moments["rated"]) + rng.exponential(2400, size)
    moments["mended"] = np.where(bad, np.maximum(town.time.at(mended), moments["opened"] + 3600), NEVER)

"""Clocks of generated requests as rows: what `models.clock` would have made of them, reckoned for a whole chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from openhall.demo_size.drawn_cases import HANDLED, NEVER, WITHDRAWN, Cases, Town
from openhall.demo_size.hours import Minutes, Seconds
from openhall.demo_size.rows import moments
from openhall.rules.clocks import CANCELLED, ESCALATE, MET, MISSED, WARN, ClockKind

FIELDS = (
    *("id", "request_id", "kind", "office_id", "allowed", "used", "started_at", "running_since", "paused_at"),
    *("pause_reason", "due_at", "stopped_at", "outcome", "warned_at", "level", "look_at"),
)


class Clocks:
    """Rows of the clocks of one chunk, without their ids; `due` is the earliest deadline of each request, NEVER where
    none runs.
    """

    def __init__(self, town: Town, cases: Cases, requests: NDArray[np.int64]) -> None:
        self.town, self.cases, self.requests = town, cases, requests
        self.due = np.full(len(cases), NEVER, dtype=np.int64)
        self.now = float(town.time.minutes(town.until))

    def rows(self, leads: Sequence[int]) -> Iterator[tuple]:
        """All of them; `leads` is the lead office of each request."""
        case, urgent = self.cases, self.cases.urgency - 1
        moment, ended = case.moments, case.moments["ended"]
        everyone = np.arange(len(case))
        first = np.minimum(moment["replied"], ended)
        minutes = np.where(moment["replied"] <= ended, case.minutes["replied"], case.minutes["ended"])
        contact = np.array(self.town.contact)[urgent]
        yield from self._some(ClockKind.FIRST_CONTACT, everyone, contact, "received", first, minutes)
        resolve = np.array([one.resolve for one in self.town.matters])[case.matter, urgent]
        yield from self._resolve(everyone, resolve, ended)
        sent = np.flatnonzero((case.way == HANDLED) & (moment["dispatched"] <= self.town.until))
        sign = np.array(self.town.sign)[urgent]
        yield from self._some(
            ClockKind.SIGN_FOR, sent, sign, "dispatched", moment["signed"], case.minutes["signed"], leads
        )

    def _resolve(
        self, every: NDArray[np.intp], allowed: NDArray[np.int64], ended: Seconds
    ) -> Iterator[tuple]:
        """To settle it: stands still while a question is with the citizen."""
        moment, minutes, until = self.cases.moments, self.cases.minutes, self.town.until
        asked = moment["asked"] <= until
        back = moment["answered"] <= until
        used = np.where(asked, minutes["asked"] - minutes["received"], 0)
        since = np.where(back, minutes["answered"], minutes["received"])
        since_at = np.where(back, moment["answered"], moment["received"])
        yield from self._write(
            ClockKind.RESOLVE,
            every,
            allowed,
            started=moment["received"],
            since=since,
            since_at=since_at,
            used=used,
            stopped=ended,
            spent=used + minutes["ended"] - since,
            paused=np.where(asked & ~back, moment["asked"], NEVER),
        )

    def _some(
        self,
        kind: ClockKind,
        which: NDArray[np.intp],
        allowed: NDArray[np.int64],
        start: str,
        stopped: Seconds,
        stopped_minutes: Minutes,
        offices: Sequence[int] | None = None,
    ) -> Iterator[tuple]:
        """A clock that never stands still."""
        since, at = self.cases.minutes[start], self.cases.moments[start]
        nothing, never = np.zeros(len(self.cases)), np.full(len(self.cases), NEVER)
        yield from self._write(
            kind,
            which,
            allowed,
            started=at,
            since=since,
            since_at=at,
            used=nothing,
            stopped=stopped,
            spent=stopped_minutes - since,
            paused=never,
            offices=offices,
        )

    def _write(
        self,
        kind: ClockKind,
        which: NDArray[np.intp],
        allowed: NDArray[np.int64],
        *,
        started: Seconds,
        since: Minutes,
        since_at: Seconds,
        used: Minutes,
        stopped: Seconds,
        spent: Minutes,
        paused: Seconds,
        offices: Sequence[int] | None = None,
    ) -> Iterator[tuple]:
        time, until = self.town.time, self.town.until
        over = stopped <= until
        still = ~over & (paused <= until)
        runs = ~over & ~still
        gone = np.where(runs, used + self.now - since, used)
        level = np.where(runs, (gone[:, None] >= np.array(ESCALATE) * allowed[:, None]).sum(1), 0)
        warned = runs & (gone >= WARN * allowed)
        due = np.where(runs, time.at(since + allowed - used), NEVER)
        share = np.array([*ESCALATE, np.inf])[level]
        next_share = np.where(warned | (level > 0), share, WARN)
        looks = runs & (level < len(ESCALATE))
        look = np.where(looks, time.opening(since + np.where(looks, next_share, 0) * allowed - used), NEVER)
        self.due[which] = np.minimum(self.due, due)[which]
        ended = np.where(spent > allowed, MISSED, MET)
        ended = np.where(
            (self.cases.way == WITHDRAWN) & (stopped == self.cases.moments["ended"]), CANCELLED, ended
        )
        texts = [
            self._texts(one, which)
            for one in (
                started,
                np.where(runs, since_at, NEVER),
                np.where(still, paused, NEVER),
                due,
                np.where(over, stopped, NEVER),
                np.where(warned, time.at(since + WARN * allowed - used), NEVER),
                look,
            )
        ]
        facts = zip(
            self.requests[which].tolist(),
            [None] * len(which) if offices is None else [offices[n] for n in which.tolist()],
            allowed[which].tolist(),
            np.where(over, spent, used)[which].tolist(),
            np.where(over, ended, "")[which].tolist(),
            level[which].tolist(),
            *texts,
            strict=True,
        )
        for (
            request,
            office,
            most,
            spent_,
            outcome,
            high,
            at,
            running,
            stands,
            by,
            stop,
            warn,
            next_look,
        ) in facts:
            yield (
                *(request, kind.value, office, most, spent_, at, running, stands),
                *("question" if stands else "", by, stop, outcome, warn, high, next_look),
            )

    def _texts(self, at: Seconds, which: NDArray[np.intp]) -> list[str | None]:
        return maybe(at[which])


def maybe(at: Seconds) -> list[str | None]:
    """Moments as texts, None for NEVER."""
    there = at < NEVER
    texts = moments(np.where(there, at, 0))
    return [text if known else None for text, known in zip(texts, there.tolist(), strict=True)]

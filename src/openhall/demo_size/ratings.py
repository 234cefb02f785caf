"""Ratings of generated requests: invitations, what was given, and what followed the bad ones. Row B5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import F
from numpy.typing import NDArray

from openhall.actions.rating_wave import wave_of
from openhall.demo_rated import REMARKS, SAID
from openhall.demo_size.drawn_cases import CHANNELS, HANDLED, Cases, Town
from openhall.demo_size.events import Happened, told_often
from openhall.demo_size.rows import insert, moments, next_id
from openhall.demo_size.whole_town import People, Place
from openhall.models import Allocation, Evaluation, Rectification, Response, Wave, hall_calendar
from openhall.rules import ratings
from openhall.rules.rectification import WORKING_DAYS, State, Step

INVITED_AFTER = 1800  # seconds
EVALUATION = (
    *("id", "request_id", "round", "office_id", "handler_id", "channel", "invited_at", "expires_at"),
    *("response_id", "level", "remark", "given_at", "changed"),
)
RESPONSE = (
    *(
        "id",
        "wave_id",
        "office_id",
        "version_id",
        "channel",
        "language",
        "answers",
        "submitted_on",
        "complete",
    ),
    "void",
)
RECTIFICATION = (
    *(
        "id",
        "evaluation_id",
        "request_id",
        "office_id",
        "state",
        "verified",
        "remedy",
        "plan",
        "published_text",
    ),
    *("opened_at", "due_at", "finished_at", "edition"),
)
_CHANNELS = tuple(CHANNELS)


class Ratings:
    """Of one chunk. `editions` and `outcomes` of its requests, as they are at the end."""

    def __init__(
        self,
        town: Town,
        places: Sequence[Place],
        people: People,
        cases: Cases,
        ids: NDArray[np.int64],
        editions: Sequence[int],
        outcomes: Sequence[str],
    ) -> None:
        self.town, self.places, self.people, self.cases, self.ids = town, places, people, cases, ids
        self.editions, self.outcomes = editions, outcomes
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.numbers = np.random.default_rng([int(ids[0]), 3]).integers(0, 2**63 - 1, len(cases))
        self.waves: dict[int, Wave] = {}
        self.given: Counter[tuple[int, int]] = Counter()  # by wave and office
        self.responses: list[tuple] = []
        self.rectifications: list[tuple] = []
        self.events: list[Happened] = []

    def write(self) -> Sequence[Happened]:
        """Puts the rows in; gives back the events."""
        self.next = next_id(Rectification)
        rows = list(self._evaluations(next_id(Evaluation)))
        insert(Response, RESPONSE, sorted(self.responses))
        insert(Evaluation, EVALUATION, rows)
        insert(Rectification, RECTIFICATION, self.rectifications)
        for (wave, office), count in self.given.items():
            Allocation.objects.get_or_create(
                wave_id=wave, office_id=office, defaults={"filled": 0, "quota": 0}
            )
            more = {"filled": F("filled") + count, "quota": F("filled") + count}
            Allocation.objects.filter(wave=wave, office=office).update(**more)
        return self.events

    def _evaluations(self, first: int) -> Iterator[tuple]:
        moment, until = self.cases.moments, self.town.until
        asked = [n for n, outcome in enumerate(self.outcomes) if outcome in ratings.ASKED]
        invited = moments(moment["ended"] + INVITED_AFTER)
        expires = moments(moment["ended"] + INVITED_AFTER + ratings.ANSWER_DAYS * 86_400)
        self.rated = moments(np.minimum(moment["rated"], until))
        for pk, n in enumerate(asked, first):
            office, handler = self._rated_people(n)
            channel = _CHANNELS[self.cases.channel[n]]
            way = ratings.invitation(channel, mail=False, anonymous=True)
            facts = (None, None, "", None)
            if moment["rated"][n] <= until:
                facts = self._give(n, pk, office, channel)
            yield (pk, int(self.ids[n]), 1, office, handler, way, invited[n], expires[n], *facts, 0)

    def _rated_people(self, n: int) -> tuple[int, int]:
        if self.cases.way[n] == HANDLED:
            place = self.places[self.cases.matter[n]]
            return place.lead.pk, place.handler
        return self.people.centre.pk, self.people.dispatcher

    def _give(self, n: int, pk: int, office: int, channel: str) -> tuple:
        """The rating as an answer of the wave of its year."""
        case = self.cases
        at = int(case.moments["rated"][n])
        day = datetime.fromtimestamp(at, UTC).astimezone(self.zone).date()
        wave, lang = self._wave(day), "zh" if case.chinese[n] else "en"
        overall, *items = case.levels[:, n].tolist()
        known = ratings.background(self.places[case.matter[n]].demand, channel, confidential=False)
        reason = 1 + n % 4 if overall <= 2 else "null"
        codes = [overall, *items, reason, known["demand"][0], known["way"][0]]
        number = int(self.numbers[n])
        self.responses.append(
            (
                *(number, wave.pk, office, wave.version_id, "link", lang),
                *(f"[{','.join(map(str, codes))}]", day.isoformat(), True, ""),
            )
        )
        self.given[wave.pk, office] += 1
        facts = told_often(edition=self.editions[n], entered=False, level=overall, office=office)
        request = int(self.ids[n])
        self.events.append(
            Happened(at, request, self.editions[n], "evaluation.given", "evaluation", pk, None, facts)
        )
        if case.moments["opened"][n] <= self.town.until:
            self._rectify(n, pk, office, overall, lang)
        remark = REMARKS[lang].get(overall, "") if n % 8 == 0 else ""
        return number, overall, remark, self.rated[n]

    def _wave(self, day: date) -> Wave:
        if day.year not in self.waves:
            wave = self.waves[day.year] = wave_of(day)
            Wave.objects.filter(pk=wave.pk, opened_on__gt=day).update(opened_on=day)
        return self.waves[day.year]

    def _rectify(self, n: int, evaluation: int, office: int, level: int, lang: str) -> None:
        """What a bad rating opens: put right some days later, or still to begin."""
        case, time = self.cases, self.town.time
        opened, mended = int(case.moments["opened"][n]), int(case.moments["mended"][n])
        day = time.minutes([opened])[0]
        due = int(time.at(day + WORKING_DAYS * hall_calendar().minutes_per_day))
        over = mended <= self.town.until
        text = SAID[Step.PUBLISH][lang == "zh"] if over else ""
        state, verified, remedy = (State.PUBLISHED, True, "fix") if over else (State.OPENED, None, "")
        opened_at, due_at, finished = moments(np.array([opened, due, min(mended, self.town.until)]))
        pk, request = self.next + len(self.rectifications), int(self.ids[n])
        self.rectifications.append(
            (
                *(pk, evaluation, request, office, state.value, verified, remedy, "", text),
                *(opened_at, due_at, finished if over else None, 4 if over else 1),
            )
        )
        facts = {"edition": self.editions[n], "office": office}
        about = (request, self.editions[n])
        data = told_often(**facts, level=level)
        self.events.append(Happened(opened, *about, "rectification.opened", "rectification", pk, None, data))
        if over:
            data = told_often(**facts, digest="")
            self.events.append(
                Happened(mended, *about, "rectification.published", "rectification", pk, None, data)
            )

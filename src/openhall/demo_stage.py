"""The demo town in motion: scripts of requests played in the order of time, each at its moment, through the actions.

A script is a generator. What it yields is how long it waits: working minutes of the hall, or a moment. What lies after
the present does not happen, so that requests stand in the middle of things when the demo opens.
"""

from __future__ import annotations

import heapq
import random
import tomllib
from collections.abc import Generator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib import resources
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from openhall import flow, moment
from openhall.actions import clocks, duties, intake, notify
from openhall.errors import OpenHallError
from openhall.hashing import code_hash
from openhall.models import Area, ListItem, Office, Service, ServiceRequest, User, hall_calendar
from openhall.surveys.codes import ALPHABET, with_check

Script = Generator[float | datetime, None, None]
SEED = 20180531
DAYS = 182  # how long the desk has been open
MAIL_DAYS = 4  # mail of earlier days is not kept
HOUR, DAY = 60, 420  # working minutes
_WITHOUT_MAIL = {
    kind: told
    for kind, steps in flow.FOLLOWS.items()
    if (told := tuple(step for step in steps if step.__module__ != notify.__name__))
}


class Stage:
    """Who and what there is, by code; and the clock."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._mail_since = until - timedelta(days=MAIL_DAYS)
        self.random = random.Random(SEED)  # noqa: S311 the same town each time
        self.calendar = hall_calendar()
        self.office = {one.code: one for one in Office.objects.all()}
        self.service = {one.code: one for one in Service.objects.select_related("power")}
        self.area = {one.code: one for one in Area.objects.all()}
        self.item = {one.code: one for one in ListItem.objects.all()}
        self.people_anew()
        self.marked: ServiceRequest | None = None  # the case a part of a story was about
        self._waiting: list[tuple[datetime, int, Script]] = []
        self._number = count()
        self.bad = 0  # bad ratings so far
        self.broken: list[str] = []  # why scripts ended early

    # --- time

    def ago(self, minutes: float) -> datetime:
        """So many working minutes before the present."""
        return self.calendar.add_minutes(self.until, -minutes)

    def days_ago(self, days: float) -> datetime:
        """Calendar days before the present, when the hall is open."""
        return self.calendar.next_opening(self.until - timedelta(days=days))

    def play(self, script: Script, at: datetime) -> None:
        """Begin a script at a moment."""
        heapq.heappush(self._waiting, (at.astimezone(UTC), next(self._number), script))

    def run(self) -> None:
        """Play everything up to the present."""
        self.play(self._days(), self._waiting[0][0])
        while self._waiting:
            at, _number, script = heapq.heappop(self._waiting)
            if at > self.until:
                break
            with moment.at(at):
                wait = self._step(script)
                if at > self._mail_since:
                    flow.catch_up()
            if wait is not None:
                after = wait if isinstance(wait, datetime) else self.calendar.add_minutes(at, wait)
                self.play(script, max(after, at))

    def _days(self) -> Script:
        """What the worker does of itself: twice a day it looks at the clocks, once at the duties."""
        zone = ZoneInfo(self.calendar.zone)
        while True:
            day = moment.now().astimezone(zone).date()
            duties.remind(day)
            self._work_off()
            yield 3 * HOUR
            self._work_off()
            yield self.calendar.next_opening(
                datetime.combine(day + timedelta(days=1), time(9, 5), zone).astimezone(UTC)
            )

    def _step(self, script: Script) -> float | datetime | None:
        """Up to the next wait. Where an action refuses, the story ends there, as it would in a hall."""
        try:
            return next(script, None)
        except OpenHallError as error:
            self.broken.append(str(error))
            return None

    def _work_off(self) -> None:
        clocks.sweep()
        if moment.now() <= self._mail_since:
            flow.catch_up(follows=_WITHOUT_MAIL)

    # --- people

    def people_anew(self) -> None:
        """Read again who works where: after departments were merged."""
        self.person = {one.username: one for one in User.objects.select_related("office")}

    def head(self, office: Office) -> User:
        return self._of(office, "head")

    def handler(self, office: Office) -> User:
        return self._of(office, "handler")

    def _of(self, office: Office, role: str) -> User:
        return next(
            one
            for one in self.person.values()
            if one.office_id == office.pk and one.role == role and one.is_active
        )

    # --- requests

    def code(self) -> str:
        return with_check("".join(self.random.choice(ALPHABET) for _ in range(9)))

    def bring(
        self, text: str, *, number: str = "", code: str = "", by: User | None = None, **given: Any
    ) -> ServiceRequest:
        """A request comes in now; its number and code are the same in every demo."""
        if isinstance(given.get("service"), str):
            given["service"] = self.service[given["service"]]
        if isinstance(given.get("area"), str):
            given["area"] = self.area[given["area"]]
        given.setdefault("channel", "web" if by is None else "window")
        case = intake.receive(intake.Intake(text=text, **given), by=by).request
        case.number, case.secret = number or self.code(), code_hash(code or self.code())
        ServiceRequest.objects.filter(pk=case.pk).update(number=case.number, secret=case.secret)
        return case


@cache
def written() -> dict[str, Any]:
    """What people of the demo town write: matters of requests, and articles."""
    return tomllib.loads((resources.files("openhall") / "demo_requests.toml").read_text("utf-8"))


def fresh(case: ServiceRequest) -> ServiceRequest:
    """The request as it is now."""
    return ServiceRequest.objects.select_related("service", "lead", "handler").get(pk=case.pk)


def said(words: dict[str, Any], lang: str, rng: random.Random) -> str:
    """The words in a language; one of several by chance."""
    found = words[lang]
    return found if isinstance(found, str) else rng.choice(found)


def levels(rng: random.Random, overall: int) -> dict[str, list[str]]:
    """A rating: the overall level, and the short items near it."""
    answers = {"overall": [str(overall)]}
    for key in ("speed", "clarity", "courtesy", "fairness"):
        answers[key] = [str(min(5, max(1, overall + rng.choice((-1, 0, 0, 0, 1)))))]
    if overall <= 2:
        answers["reason"] = [str(rng.choice((1, 1, 2, 3, 4)))]
    return answers

"""Rows of generated requests, a chunk in one transaction: each request with its decision, assignments, messages,
clocks, words for the search, rating and events. What happens to them: `demo_size.cases`; ratings: `demo_size.ratings`.

They have no name: nobody is invented a million times. What is written in them is the demo town's own
(demo_requests.toml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Model
from numpy.typing import NDArray

from openhall.actions.intake import subject_of
from openhall.demo_desk import PART_DONE, SOON
from openhall.demo_size.clocks import FIELDS as CLOCK_FIELDS
from openhall.demo_size.clocks import Clocks, maybe
from openhall.demo_size.drawn_cases import (
    BY_STAFF,
    CHANNELS,
    GROUPS,
    HANDLED,
    REFUSED,
    SETTLED,
    Cases,
    Town,
    draw,
)
from openhall.demo_size.events import Happened, append, behind, caught_up, told, told_often
from openhall.demo_size.ratings import Ratings
from openhall.demo_size.rows import count_on, insert, moments, next_id
from openhall.demo_size.whole_town import People, Place
from openhall.hashing import digest
from openhall.language import say
from openhall.models import (
    Area,
    Assignment,
    Clock,
    Decision,
    Evaluation,
    Event,
    Message,
    Rectification,
    SearchDocument,
    ServiceRequest,
)
from openhall.rules.chain import canonical
from openhall.rules.words import tokens
from openhall.rules.workflow import Outcome, State
from openhall.surveys.codes import ALPHABET, with_check

WHY = canonical(
    {"suggested": 3, "said": {"en": "Drawn by chance, as all of it.", "zh": "随机生成。"}, "reason": ""}
)
TAKEN_BACK = {"en": "It has settled itself, thank you.", "zh": "问题已自行解决，谢谢。"}
REQUEST = (
    *("id", "number", "secret", "state", "is_open", "outcome", "edition", "demand", "service_id", "urgency"),
    *("urgency_why", "subject", "text", "language", "area_id", "place", "groups", "entered_by_id"),
    *(
        "entered_at_office_id",
        "channel",
        "confidential",
        "lead_id",
        "handler_id",
        "reply",
        "listed",
        "returns",
    ),
    *("extensions", "reopened", "due_at", "created_at", "changed_at", "closed_at"),
)
DECISION = (
    *("id", "request_id", "accepted", "scope", "eligible", "level", "resources", "ground_id", "reason"),
    *("refer_to", "by_id", "at"),
)
ASSIGNMENT = (
    *("id", "request_id", "office_id", "part", "handler_id", "why", "instruction", "sent_at", "signed_at"),
    *("signed_by_id", "done_at", "report", "ended_how"),
)
MESSAGE = ("id", "request_id", "kind", "text", "by_id", "office_id", "at")
DOCUMENT = ("id", "kind", "object_id", "words")
TABLES: tuple[type[Model], ...] = (ServiceRequest, Decision, Assignment, Message, Clock, SearchDocument)


def store(
    town: Town, places: list[Place], people: People, number: int, count: int, *, then: Callable[[], object]
) -> None:
    """Chunk `number` of `count` requests and what `then` writes, wholly or not at all. What still follows from the log
    is done first, as the worker does it.
    """
    cases = draw(town, number, count)
    while True:
        caught_up()
        with transaction.atomic():
            if not behind():
                _Chunk(town, places, people, cases).write()
                count_on(*TABLES, Evaluation, Event, Rectification)
                then()
                return


class _Chunk:
    """The rows of one chunk, gathered request by request and put into their tables at the end."""

    def __init__(self, town: Town, places: list[Place], people: People, cases: Cases) -> None:
        self.town, self.places, self.people, self.cases = town, places, people, cases
        self.ids = next_id(ServiceRequest) + np.arange(len(cases))
        self.first = {model: next_id(model) for model in TABLES}
        self.at = {name: moments(_shown(at, town.until)) for name, at in cases.moments.items()}
        self.seconds = {name: at.tolist() for name, at in cases.moments.items()}
        self.done = {name: (at <= town.until).tolist() for name, at in cases.moments.items()}
        self.decisions: list[tuple] = []
        self.assignments: list[tuple] = []
        self.messages: list[tuple] = []
        self.events: list[Happened] = []
        self.now: list[tuple[int, str, int | None, dict[str, Any]]] = []  # of the request in hand
        self.editions: list[int] = []
        self.outcomes: list[str] = []
        self.replies: list[str] = []

    def write(self) -> None:
        cases = self.cases
        sent = (cases.way == HANDLED) & (cases.moments["dispatched"] <= self.town.until)
        self.leads = [
            self.places[place].lead.pk if there else None
            for place, there in zip(cases.matter.tolist(), sent.tolist(), strict=True)
        ]
        clocks = Clocks(self.town, cases, self.ids)
        clock_rows = list(clocks.rows([lead or 0 for lead in self.leads]))
        self.texts = [self._text(n) for n in range(len(cases))]
        for n in range(len(cases)):
            self._live(n)
        self._insert(ServiceRequest, REQUEST, self._requests(maybe(clocks.due)))
        self._insert(Decision, DECISION, self.decisions)
        self._insert(Assignment, ASSIGNMENT, self.assignments)
        insert(Message, MESSAGE, self.messages)
        self._insert(Clock, CLOCK_FIELDS, clock_rows)
        words = (("request", int(pk), _words(text)) for pk, text in zip(self.ids, self.texts, strict=True))
        self._insert(SearchDocument, DOCUMENT, words)
        ratings = Ratings(self.town, self.places, self.people, cases, self.ids, self.editions, self.outcomes)
        append([*self.events, *ratings.write()])

    def _insert(
        self, model: type[Model], fields: tuple[str, ...], rows: Iterator[tuple] | list[tuple]
    ) -> None:
        """Rows without their id; those of requests have it."""
        if model is ServiceRequest:
            insert(model, fields, rows)
        else:
            insert(model, fields, ((pk, *row) for pk, row in enumerate(rows, self.first[model])))

    # --- what they wrote

    def _lang(self, n: int) -> str:
        return "zh" if self.cases.chinese[n] else "en"

    def _text(self, n: int) -> str:
        case, lang = self.cases, self._lang(n)
        said = self.places[case.matter[n]].words[lang]
        street = self.people.streets[case.street[n]][lang == "zh"]
        words = said[int(case.words[n]) % len(said)] if isinstance(said, list) else said
        return words.format(street=street, house=int(case.house[n]))

    # --- their life

    def _live(self, n: int) -> None:
        """Every step that has come, with its rows and its event."""
        case, place, lang = self.cases, self.places[self.cases.matter[n]], self._lang(n)
        done = {name: flags[n] for name, flags in self.done.items()}
        self.outcomes.append("")
        self.replies.append("")
        self._receive(n, place)
        way = case.way[n]
        if done["accepted"]:
            self._accept(n, place)
        if way == HANDLED and done["dispatched"]:
            self._work(n, place, lang, done)
        if done["ended"]:
            (self._close, self._settle, self._refuse, self._withdraw)[way](n, place, lang)
        self._tell(n)

    def _receive(self, n: int, place: Place) -> None:
        area, case = self._area(n), self.cases
        facts = {"anonymous": True, "area": area.code if area else "", "channel": _CHANNELS[case.channel[n]]}
        facts |= {"demand": place.demand, "digest": digest_of(self.texts[n]), "files": 0, "rule": None}
        facts |= {"service": place.service.code, "urgency": int(case.urgency[n])}
        self._event(n, "received", self._clerk(n)[0], facts)

    def _accept(self, n: int, place: Place) -> None:
        self._decide(n, "accepted", (True, "in", "yes", "standard", "", place.service.power_id, "", ""))
        data = {"eligible": "yes", "item": place.service.power.code, "level": "standard", "resources": ()}
        self._event(n, "accepted", self.people.dispatcher, data)

    def _work(self, n: int, place: Place, lang: str, done: dict[str, bool]) -> None:
        """In the departments."""
        helper = place.helper if self.cases.helped[n] else None
        name = Words(place.lead.name)
        assisting = (helper.pk,) if helper else ()
        data = {"again": False, "assisting": assisting, "department": name, "digest": "", "handler": None}
        self._event(n, "dispatched", self.people.dispatcher, {**data, "missing": (), "office": place.lead.pk})
        self._assign(n, place, helper, done)
        if done["signed"]:
            self._event(
                n, "signed", place.head, {"department": name, "office": place.lead.pk, "part": "lead"}
            )
        if done["replied"]:
            self._say(n, "replied", "reply", SOON[lang], place.handler, place.lead.pk)
        if done["asked"]:
            self._say(n, "asked", "question", place.words["question"][lang], place.handler, place.lead.pk)
        if done["answered"]:
            self._say(n, "answered", "answer", place.words["answer"][lang], None, None)
        if helper and done["helped"]:
            facts = {"department": Words(helper.name), "digest": digest_of(PART_DONE[lang])}
            self._event(n, "part_done", place.helping, {**facts, "office": helper.pk}, at="helped")

    def _assign(self, n: int, place: Place, helper: object, done: dict[str, bool]) -> None:
        sent, signed = self.at["dispatched"][n], self.at["signed"][n] if done["signed"] else None
        head, handler = (place.head, place.handler) if done["signed"] else (None, None)
        pk = int(self.ids[n])
        self.assignments.append(
            (pk, place.lead.pk, "lead", handler, "[]", "", sent, signed, head, None, "", "")
        )
        if helper and place.helper:
            part, by = (self.at["helped"][n], place.helping) if done["helped"] else (None, None)
            report = PART_DONE[self._lang(n)] if done["helped"] else ""
            self.assignments.append(
                (pk, place.helper.pk, "assisting", None, "[]", "", sent, part, by, part, report, "")
            )

    def _close(self, n: int, place: Place, lang: str) -> None:
        outcome = Outcome.EXPLAINED if self.cases.explained[n] else Outcome.RESOLVED
        reply = place.words["explained" if self.cases.explained[n] else "done"][lang]
        facts = {"justified": "yes", "outcome": outcome.value}
        self._say(n, "closed", "closing", reply, place.handler, place.lead.pk, at="ended", **facts)
        self._end(n, outcome, reply)

    def _settle(self, n: int, place: Place, lang: str) -> None:
        reply = place.words["done"][lang]
        self._decide(n, "ended", (True, "in", "yes", "fast", "", place.service.power_id, reply, ""))
        facts = {"item": place.service.power.code, "outcome": "resolved"}
        self._last_word(n, "settled", reply, facts)
        self._end(n, Outcome.RESOLVED, reply)

    def _refuse(self, n: int, place: Place, lang: str) -> None:
        ground = self.people.negative[int(self.cases.words[n]) % len(self.people.negative)]
        reply, whose = say(ground.text, lang), say(ground.refer_to, lang)
        outcome = Outcome.NOT_RESPONSIBLE if whose else Outcome.REFUSED
        self._decide(n, "ended", (False, "out", "unknown", "", "", ground.pk, reply, whose[:200]))
        self._last_word(n, "refused", reply, {"item": ground.code, "outcome": outcome.value})
        self._end(n, outcome, reply)

    def _withdraw(self, n: int, place: Place, lang: str) -> None:
        self._say(n, "withdrawn", "citizen", TAKEN_BACK[lang], None, None, at="ended")
        self._end(n, Outcome.WITHDRAWN, "")

    def _end(self, n: int, outcome: Outcome, reply: str) -> None:
        self.outcomes[n], self.replies[n] = outcome.value, reply

    # --- rows and events

    def _decide(self, n: int, step: str, facts: tuple) -> None:
        self.decisions.append((int(self.ids[n]), *facts, self.people.dispatcher, self.at[step][n]))

    def _say(
        self,
        n: int,
        step: str,
        kind: str,
        text: str,
        by: int | None,
        office: int | None,
        *,
        at: str = "",
        **facts: str,
    ) -> None:
        """A message and its event."""
        message = self._message(n, kind, text, by, office, at or step)
        data = {"digest": digest_of(text), "files": [], "message": message, **facts}
        self._event(n, step, by, data if office is None else {**data, "office": office}, at=at)

    def _last_word(self, n: int, step: str, reply: str, facts: dict[str, str]) -> None:
        """The centre's."""
        by, centre = self.people.dispatcher, self.people.centre.pk
        self._message(n, "closing", reply, by, centre, "ended")
        self._event(n, step, by, {"digest": digest_of(reply), **facts}, at="ended")

    def _message(self, n: int, kind: str, text: str, by: int | None, office: int | None, at: str) -> int:
        pk = self.first[Message] + len(self.messages)
        self.messages.append((pk, int(self.ids[n]), kind, text, by, office, self.at[at][n]))
        return pk

    def _event(self, n: int, step: str, by: int | None, data: dict[str, Any], *, at: str = "") -> None:
        self.now.append((self.seconds[at or step][n], f"request.{step}", by, data))

    def _tell(self, n: int) -> None:
        """The events of one request in the order of time: each makes the next edition."""
        pk = int(self.ids[n])
        self.now.sort(key=itemgetter(0))
        for edition, (at, kind, by, data) in enumerate(self.now, 1):
            said = told_often if kind in FEW else told
            facts = said(**data, edition=edition)
            self.events.append(Happened(at, pk, edition, kind, "servicerequest", pk, by, facts))
        self.editions.append(len(self.now))
        self.now.clear()

    # --- the request itself

    def _requests(self, due: list[str | None]) -> Iterator[tuple]:
        case = self.cases
        changed = moments(_last(case, self.town.until))
        for n, pk in enumerate(self.ids.tolist()):
            place, lang = self.places[case.matter[n]], self._lang(n)
            state, closed, area = self._state(n), self.done["ended"][n], self._area(n)
            handler = self.people.dispatcher if case.way[n] in (SETTLED, REFUSED) else place.handler
            has = closed if case.way[n] in (SETTLED, REFUSED) else self.leads[n] and self.done["signed"][n]
            clerk, office = self._clerk(n)
            text = self.texts[n]
            yield (
                *(pk, number_of(pk), "", state, not closed, self.outcomes[n], self.editions[n], place.demand),
                *(place.service.pk, int(case.urgency[n]), WHY, subject_of(text), text, lang),
                *(
                    area.pk if area else None,
                    self._street(n) if area else "",
                    GROUPS[case.groups[n]],
                    clerk,
                    office,
                ),
                *(_CHANNELS[case.channel[n]], False, self.leads[n], handler if has else None),
                *(self.replies[n], True, 0, 0, 0, due[n], self.at["received"][n], changed[n]),
                self.at["ended"][n] if closed else None,
            )

    def _state(self, n: int) -> str:
        done = {name: flags[n] for name, flags in self.done.items()}
        if done["ended"]:
            return State.CLOSED.value
        if done["asked"] and not done["answered"]:
            return State.WAITING.value
        for step, state in (
            ("signed", State.HANDLING),
            ("dispatched", State.DISPATCHED),
            ("accepted", State.ACCEPTED),
        ):
            if done[step]:
                return state.value
        return State.RECEIVED.value

    def _street(self, n: int) -> str:
        return self.people.streets[self.cases.street[n]][self._lang(n) == "zh"]

    def _area(self, n: int) -> Area | None:
        if not self.places[self.cases.matter[n]].service.needs_place:
            return None
        return self.people.areas[self.people.streets[self.cases.street[n]][2]]

    def _clerk(self, n: int) -> tuple[int | None, int | None]:
        """Who wrote it down, and where."""
        if _CHANNELS[self.cases.channel[n]] not in BY_STAFF:
            return None, None
        return self.people.clerk.pk, self.people.clerk.office_id


_CHANNELS = tuple(CHANNELS)
FEW = {f"request.{step}" for step in ("accepted", "dispatched", "signed", "part_done", "settled", "refused")}
digest_of = lru_cache(maxsize=20_000)(digest)


@lru_cache(maxsize=20_000)
def _words(text: str) -> str:
    return " ".join(tokens(text))


class Words(dict[str, str]):
    """A wording that can be looked up."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


def _shown(at: NDArray[np.int64], until: int) -> NDArray[np.int64]:
    """What has not happened is not written; anything will do."""
    return np.minimum(at, until)


def _last(case: Cases, until: int) -> NDArray[np.int64]:
    """The last thing that happened to each request itself."""
    steps = [name for name in case.moments if name not in ("rated", "opened", "mended")]
    found = np.stack([np.where(case.moments[name] <= until, case.moments[name], 0) for name in steps])
    last: NDArray[np.int64] = found.max(0)
    return last


def number_of(pk: int) -> str:
    """A request's number: like a random one, and never the same for two."""
    mixed = pk * 0x16A95C0DE2B5 + 0x0F1E2D3C4B5A & (1 << 45) - 1
    return with_check("".join(ALPHABET[mixed >> shift & 31] for shift in range(40, -5, -5)))

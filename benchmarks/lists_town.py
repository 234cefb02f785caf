"""A town with a million requests for `benchmarks.lists`, the same every time: rows in bulk, shares as in a real hall.

Three requests of a hundred are open, most of them young; eight departments from busy to quiet; every closed one keeps
its assignments, every dispatched one its look at readiness. Indexes are built after the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection

from openhall.models import Area, Jurisdiction, ListItem, Office, Service, User, search
from openhall.rules.words import tokens
from openhall.surveys.codes import with_check

SEED = 4
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YEARS = 5
OPEN = 0.03
DEPARTMENTS = [0.30, 0.20, 0.14, 0.11, 0.09, 0.07, 0.05, 0.04]  # their shares of all requests
HALLS, AREAS, SERVICES, HANDLERS = 4, 12, 40, 12  # handlers of each department
CHUNK = 20_000
STATES = {"received": 8, "accepted": 4, "dispatched": 12, "returned": 2, "handling": 60, "waiting": 14}
OUTCOMES = {
    "resolved": 66,
    "explained": 14,
    "not_responsible": 5,
    "duplicate": 4,
    "withdrawn": 3,
    "refused": 3,
    "unable": 4,
    "screened": 1,
}
DEMANDS = {
    "enquiry": 30,
    "help": 30,
    "complaint": 22,
    "suggestion": 6,
    "praise": 2,
    "application": 8,
    "report": 2,
}
CHANNELS = {"web": 45, "phone": 30, "window": 15, "messaging": 5, "email": 3, "letter": 1, "visit": 1}
GROUPS = ["[]"] * 8 + ['["elderly"]', '["language", "elderly"]']
SOME_WORDS = """
street light broken lamp dark night pole repair water pipe burst leak pressure meter bill road hole pavement bus stop
noise neighbour dog park bench tree fallen rubbish bin collection missed school permit shop licence fee form wait queue
window officer answer letter late delay refund parking fine car bicycle lane crossing signal drain smell river bridge
lift stairs ramp toilet heating cold damp mould roof housing tenant rent benefit pension card lost record
路灯 损坏 小区 道路 水管 漏水 噪音 垃圾 停车 公交 学校 许可 办证 排队 电梯 供暖 物业 树木 河道 井盖
"""
WORDS = SOME_WORDS.split()
COLUMNS = {
    "servicerequest": """id number secret state is_open outcome edition demand service_id urgency urgency_why subject
        text language area_id place groups entered_by_id entered_at_office_id channel confidential accused_id lead_id
        handler_id reply listed returns extensions reopened due_at created_at changed_at closed_at""",
    "searchdocument": "kind object_id words",
    "assignment": "request_id office_id part why instruction sent_at signed_at done_at report ended_at ended_how",
    "supervision": """request_id kind office_id text at due_at answer answered_at verdict marks settled_at batch""",
    "ask": "request_id kind office_id reason state answer by_id at",
    "screening": """request_id state ground reason marked_by_id marked_at confirm_reason appeal judge_reason""",
    "evaluation": "id request_id round office_id channel invited_at expires_at remark changed",
    "rectification": """evaluation_id request_id office_id state remedy plan published_text opened_at due_at finished_at
        edition""",
}


def people() -> dict[str, list]:
    """The small tables: offices, staff of every role, areas, services."""
    Jurisdiction.objects.create(code="town", name={"en": "Town"})

    def office(code: str, kind: str, place: int) -> Office:
        return Office.objects.create(code=code, name={"en": code.title()}, kind=kind, position=place)

    def person(name: str, role: str, of: Office | None = None) -> User:
        return User.objects.create(username=name, role=role, office=of, password="!")

    halls = [office(f"hall-{n}", "hall", n) for n in range(HALLS)]
    centre = office("centre", "centre", 10)
    departments = [office(f"department-{n}", "functional", 20 + n) for n in range(len(DEPARTMENTS))]
    clerks = [person(f"clerk-{n}", "clerk", hall) for n, hall in enumerate(halls)]
    for n, one in enumerate(departments):
        person(f"head-{n}", "head", one)
    handlers = [
        [person(f"handler-{n}-{m}", "handler", one) for m in range(HANDLERS)]
        for n, one in enumerate(departments)
    ]
    person("dispatcher", "dispatcher", centre)
    for role in ("screener", "supervisor", "leader", "auditor", "analyst", "administrator"):
        person(role, role, centre if role == "screener" else None)
    power = ListItem.objects.create(code="p-1", kind="power", title={"en": "Power"})
    areas = [
        Area.objects.create(code=f"area-{n}", name={"en": f"Area {n}"}, position=n) for n in range(AREAS)
    ]
    services = [
        Service.objects.create(code=f"service-{n}", name={"en": f"Service {n}"}, position=n, power=power)
        for n in range(SERVICES)
    ]
    return {
        "halls": halls,
        "departments": departments,
        "clerks": clerks,
        "handlers": handlers,
        "areas": areas,
        "services": services,
    }


def fill(count: int) -> None:
    """The town and its requests, then the indexes and the database's own statistics."""
    known = people()
    with _without_indexes():
        for start in range(0, count, CHUNK):
            rows = Rows(start, min(CHUNK, count - start), count, known)
            for table, lines in rows.tables():
                _insert(table, lines)
    _after()
    search.refresh()


class Rows:
    """The rows of one chunk; request ids begin at start + 1 and rise with time."""

    def __init__(self, start: int, size: int, count: int, known: dict[str, list]) -> None:
        self.chance = np.random.default_rng([SEED, start])
        self.ids = np.arange(start + 1, start + size + 1)
        self.size, self.known = size, known
        share = (self.ids - self.chance.random(size)) / count
        self.created = NOW.timestamp() - YEARS * 365.25 * 86400 * (1 - share**0.8)
        near = np.where(share > 0.95, OPEN * 0.8 / 0.05, OPEN * 0.2 / 0.95)  # most open ones are young
        self.open = self.chance.random(size) < near
        self.state = np.where(self.open, self._of(STATES), "closed")
        self.department = self._place(DEPARTMENTS)
        away = self.chance.random(size) < 0.1
        self.service = np.where(
            away,
            self._place(1 / np.arange(1, SERVICES + 1)),
            self.department + 8 * self.chance.integers(0, SERVICES // 8, size),
        )
        self.lead = ~np.isin(self.state, ["received", "accepted"]) & (
            self.open | (self.chance.random(size) < 0.93)
        )
        self.demand = self._of(DEMANDS)
        self.handler = self.lead & (self.chance.random(size) < 0.85)
        self.assisting = self.lead & (self.chance.random(size) < 0.12)
        self.person = self.chance.integers(0, HANDLERS, size)
        self.helper = (self.department + self.chance.integers(1, len(DEPARTMENTS), size)) % len(DEPARTMENTS)
        self.late = self.chance.random(size) < 0.15

    def _of(self, shares: dict[str, int]) -> np.ndarray:
        weights = np.array(list(shares.values()), dtype=float)
        return self.chance.choice(list(shares), self.size, p=weights / weights.sum())

    def _place(self, weights: Iterable[float]) -> np.ndarray:
        weights = np.array(weights, dtype=float)
        return self.chance.choice(len(weights), self.size, p=weights / weights.sum())

    def _text(self) -> str:
        return " ".join(WORDS[place] for place in (len(WORDS) * self.chance.random(14) ** 1.7).astype(int))

    def tables(self) -> Iterator[tuple[str, list[tuple]]]:
        requests, documents = self.requests()
        yield "servicerequest", requests
        yield "searchdocument", documents
        yield "assignment", self.assignments()
        yield "supervision", self.supervisions()
        yield "ask", self.asks()
        yield "screening", self.screenings()
        rated = np.flatnonzero(self.lead & ~self.open & (self.chance.random(self.size) < 0.01))
        yield "evaluation", [self.evaluation(n) for n in rated]
        yield "rectification", [self.rectification(n) for n in rated]

    def _at(self, n: int, days: float = 0) -> datetime:
        return datetime.fromtimestamp(min(self.created[n] + days * 86400, NOW.timestamp()), UTC)

    def _office(self, n: int, place: int | None = None) -> int:
        return self.known["departments"][self.department[n] if place is None else place].pk

    def requests(self) -> tuple[list[tuple], list[tuple]]:
        urgency = self.chance.choice([1, 2, 3, 4, 5], self.size, p=[0.02, 0.1, 0.6, 0.2, 0.08])
        channel, outcome = self._of(CHANNELS), self._of(OUTCOMES)
        area, hall = self._place(1 / np.arange(1, AREAS + 1)), self._place([0.4, 0.3, 0.2, 0.1])
        days, changed = self.chance.exponential(8, self.size), self.chance.exponential(10, self.size)
        due = self.chance.exponential(6, self.size)
        group = self.chance.integers(0, len(GROUPS), self.size)
        requests, documents = [], []
        for n, pk in enumerate(self.ids.tolist()):
            text = self._text()
            confidential = bool(self.demand[n] == "report")
            open_ = bool(self.open[n])
            runs = open_ and self.state[n] != "waiting"
            windowed = channel[n] in ("window", "phone")
            requests.append(
                (
                    pk,
                    with_check(f"{pk:09d}"),
                    "",
                    str(self.state[n]),
                    open_,
                    "" if open_ else str(outcome[n]),
                    3,
                    str(self.demand[n]),
                    self.known["services"][self.service[n]].pk,
                    int(urgency[n]),
                    "{}",
                    text[:60],
                    text,
                    "en",
                    self.known["areas"][area[n]].pk,
                    "",
                    GROUPS[group[n]],
                    self.known["clerks"][hall[n]].pk if windowed else None,
                    self.known["halls"][hall[n]].pk if windowed else None,
                    str(channel[n]),
                    confidential,
                    self._office(n, self.helper[n]) if confidential and pk % 2 else None,
                    self._office(n) if self.lead[n] else None,
                    self.known["handlers"][self.department[n]][self.person[n]].pk
                    if self.handler[n]
                    else None,
                    "" if open_ else text,
                    not confidential,
                    0,
                    0,
                    0,
                    NOW + timedelta(days=float(-due[n] if self.late[n] else due[n])) if runs else None,
                    self._at(n),
                    self._at(n, changed[n]),
                    None if open_ else self._at(n, days[n]),
                )
            )
            if not confidential:
                documents.append(("request", pk, " ".join(tokens(text))))
        return requests, documents

    def assignments(self) -> list[tuple]:
        made = []
        for n in np.flatnonzero(self.lead):
            signed = None if self.state[n] in ("dispatched", "returned") else self._at(n, 1)
            made.append(
                (int(self.ids[n]), self._office(n), "lead", "[]", "", self._at(n), signed, None, "", None, "")
            )
            if self.assisting[n]:
                signed = None if self.state[n] == "dispatched" else self._at(n, 1)
                done = None if self.open[n] else self._at(n, 2)
                made.append(
                    (
                        int(self.ids[n]),
                        self._office(n, self.helper[n]),
                        "assisting",
                        "[]",
                        "",
                        self._at(n),
                        signed,
                        done,
                        "",
                        None,
                        "",
                    )
                )
        return made

    def supervisions(self) -> list[tuple]:
        made = []
        for n in np.flatnonzero(self.lead):
            made.append(
                (
                    int(self.ids[n]),
                    "readiness",
                    self._office(n),
                    "",
                    self._at(n),
                    None,
                    "",
                    None,
                    "good",
                    "{}",
                    self._at(n),
                    "",
                )
            )
            if self.chance.random() < (0.02 if self.open[n] else 0.01):
                answered, settled = (None, None) if self.open[n] else (self._at(n, 2), self._at(n, 3))
                made.append(
                    (
                        int(self.ids[n]),
                        "order",
                        self._office(n),
                        "Order",
                        self._at(n),
                        self._at(n, 1),
                        "",
                        answered,
                        "",
                        "{}",
                        settled,
                        "",
                    )
                )
        return made

    def asks(self) -> list[tuple]:
        boss, made = self.known["clerks"][0].pk, []
        for n in np.flatnonzero(self.lead):
            state = "open" if self.open[n] else "granted"
            if self.state[n] == "returned":
                made.append(
                    (int(self.ids[n]), "return", self._office(n), "Reason", "open", "", boss, self._at(n))
                )
            elif self.chance.random() < (0.01 if self.open[n] else 0.04):
                made.append(
                    (int(self.ids[n]), "extension", self._office(n), "Reason", state, "", boss, self._at(n))
                )
        return made

    def screenings(self) -> list[tuple]:
        made = []
        for n in np.flatnonzero(self.chance.random(self.size) < 0.004):
            state = "marked" if self.open[n] else ("appealed" if n % 50 == 0 else "rejected")
            made.append(
                (
                    int(self.ids[n]),
                    state,
                    "abusive",
                    "Reason",
                    self.known["clerks"][0].pk,
                    self._at(n),
                    "",
                    "",
                    "",
                )
            )
        return made

    def evaluation(self, n: int) -> tuple:
        pk, at = int(self.ids[n]), self._at(n)
        return (pk, pk, 1, self._office(n), "web", at, at, "", 0)

    def rectification(self, n: int) -> tuple:
        done = self.created[n] < NOW.timestamp() - 40 * 86400
        state, finished = ("published", self._at(n, 20)) if done else ("opened", None)
        return (
            int(self.ids[n]),
            int(self.ids[n]),
            self._office(n),
            state,
            "",
            "",
            "",
            self._at(n),
            self._at(n, 15),
            finished,
            1,
        )


def _insert(table: str, lines: list[tuple]) -> None:
    columns = COLUMNS[table].split()
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY openhall_{table} ({names}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
            return
        marks = ", ".join(["%s"] * len(columns))
        plain = [
            tuple(str(one.replace(tzinfo=None)) if isinstance(one, datetime) else one for one in line)
            for line in lines
        ]
        cursor.execute("BEGIN")
        cursor.executemany(f"INSERT INTO openhall_{table} ({names}) VALUES ({marks})", plain)
        cursor.execute("COMMIT")


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Rows first, then the indexes: that is much faster."""
    with connection.cursor() as cursor:
        names = [f"openhall_{table}" for table in COLUMNS]
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-1000000")
            cursor.execute(
                "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            )
        else:
            cursor.execute(
                "SELECT indexname, indexdef, tablename FROM pg_indexes WHERE indexdef NOT LIKE '%% UNIQUE %%'",
                [],
            )
        found = [
            (name, sql)
            for name, sql, table in cursor.fetchall()
            if table in names and name != "openhall_search"
        ]
        for name, _sql in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, sql in found:
            cursor.execute(sql)


def _after() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in COLUMNS:
                sequence = f"pg_get_serial_sequence('openhall_{table}', 'id')"
                cursor.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM openhall_{table}))")
            cursor.execute("VACUUM ANALYZE")
    connection.close()  # and with it the settings that only suited the filling

"""The people of the demo town: one account a role to look around with, and colleagues in every department.

Nobody here exists. `openhall serve` prints `PEOPLE` at every start: imports stay few.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """`office` is the code of the office the person works at, "" for none."""

    username: str
    first: str
    last: str
    role: str
    task: str
    office: str = ""
    skills: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


PEOPLE = (
    Person("administrator", "Yue", "Lin", "administrator", "Administrator: the hall itself, no requests"),
    Person("analyst", "Mei", "Chen", "analyst", "Statistics officer: waves, sheets, report, data"),
    Person("clerk", "Jun", "Wang", "clerk", "Window clerk at office 1: requests, keyed sheets", "office-1"),
    Person("leader", "Hua", "Zhao", "leader", "Leader: how things stand, assessment, awards"),
    Person("dispatcher", "Ping", "Liu", "dispatcher", "Dispatcher: classify, decide, dispatch", "centre"),
    Person("handler", "Wei", "Sun", "handler", "Handler at Roads and Lighting", "roads", ("electrics",)),
    Person("head", "Lan", "Wu", "head", "Head of Roads and Lighting", "roads", ("road works",)),
    Person("handler2", "Tao", "He", "handler", "Handler at Water and Drainage", "water", ("mains",)),
    Person("head2", "Min", "Zhu", "head", "Head of Water and Drainage", "water"),
    Person("screener", "Rui", "Gao", "screener", "Screening officer: second look at marks", "centre"),
    Person("supervisor", "Jing", "Ma", "supervisor", "Supervisor: orders, samples, ratings put right"),
    Person("auditor", "Bo", "Xu", "auditor", "Auditor: sees everything, changes nothing"),
)
# The other departments have a head and a handler each, with the same password: head-licensing, handler-licensing.
COLLEAGUES = tuple(
    Person(f"{role}-{office}", first, last, role, "", office, skills if role == "handler" else ())
    for office, skills, pair in (
        ("centre", (), (("Xia", "Song"), ("Lei", "Tang"))),
        ("cleansing", (), (("Fang", "Deng"), ("Qiang", "Luo"))),
        ("civil-affairs", ("social law", "care"), (("Yan", "Xie"), ("Na", "Han"))),
        ("licensing", ("food law",), (("Gang", "Cao"), ("Dan", "Feng"))),
        ("environment", ("measuring",), (("Ning", "Yu"), ("Kai", "Dong"))),
        ("market", (), (("Hong", "Pan"), ("Bin", "Yuan"))),
        ("housing", (), (("Juan", "Jiang"), ("Long", "Cai"))),
        ("lighting", ("electrics",), (("Jie", "Du"), ("Peng", "Wei"))),
    )
    for role, (first, last) in zip(("head", "handler"), pair, strict=True)
)

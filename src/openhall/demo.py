"""The demo town: an invented place with four offices and one person a role, so no page is empty.

Nobody in it exists. Its waves: `demo_waves`. `openhall serve` asks here at every start: imports stay few.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from openhall.errors import N_, NotAllowed
from openhall.models import Jurisdiction, Office, User, Wave

PASSWORD = "qinghe-demo-hall"  # noqa: S105 public on purpose: it opens the demo only
TOWN = "demo"


@dataclass(frozen=True)
class Person:
    """`office` is the position of the office the person works at, 0 for none."""

    username: str
    first: str
    last: str
    role: str
    task: str
    office: int = 0

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


PEOPLE = (
    Person("administrator", "Yue", "Lin", "administrator", "Administrator: everything"),
    Person("analyst", "Mei", "Chen", "analyst", "Statistics officer: waves, sheets, report, data"),
    Person(
        "clerk", "Jun", "Wang", "clerk", "Window clerk at office 1: links, posters, keyed sheets", office=1
    ),
    Person("leader", "Hua", "Zhao", "leader", "Leader: reads the report"),
)
NUMERALS = "一二三四"


def is_loaded() -> bool:
    return Jurisdiction.objects.filter(code=TOWN).exists()


def database_is_empty() -> bool:
    return not (Jurisdiction.objects.exists() or User.objects.exists() or Wave.objects.exists())


@transaction.atomic
def load() -> bool:
    """Make the town; False when it is already there. NotAllowed when the database holds another hall."""
    if is_loaded():
        return False
    if not database_is_empty():
        raise NotAllowed(
            N_(
                "This database already holds a hall, and the demo town needs an empty one. "
                "Set OPENHALL_DATA_DIR to a new folder."
            )
        )
    Jurisdiction.objects.create(
        code=TOWN,
        name={"en": "Qinghe (demo)", "zh": "清河镇（演示）"},
        contact={
            "en": "This is a demo. Town and people are invented; what you enter stays on this machine.",
            "zh": "这是演示系统。镇名和人物均为虚构，您填写的内容只保存在本机。",
        },
    )
    offices = [_office(number) for number in range(1, 5)]
    people = {person.role: _account(person, offices) for person in PEOPLE}
    from openhall import demo_waves  # here, because it brings every action along

    demo_waves.make(offices, by=people["analyst"])
    return True


def _office(number: int) -> Office:
    name = {"en": f"No. {number} General Office", "zh": f"第{NUMERALS[number - 1]}综合办公室"}
    return Office.objects.create(code=f"office-{number}", name=name, position=number)


def _account(person: Person, offices: list[Office]) -> User:
    office = offices[person.office - 1] if person.office else None
    user = User(
        username=person.username,
        first_name=person.first,
        last_name=person.last,
        role=person.role,
        office=office,
    )
    user.set_password(PASSWORD)
    user.save()
    return user

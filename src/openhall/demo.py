"""The demo town: an invented place with its halls, departments, people, requests and surveys, so no page is empty.

Nobody in it exists. Its requests: `demo_desk`; its waves: `demo_waves`. `openhall serve` asks here at every start:
imports stay few.
"""

from __future__ import annotations

import os
from importlib import resources

from django.contrib.auth.hashers import make_password
from django.db import transaction

from openhall.demo_people import COLLEAGUES, PEOPLE, Person
from openhall.errors import N_, NotAllowed
from openhall.models import Jurisdiction, Office, User, Wave

PASSWORD = "qinghe-demo-hall"  # noqa: S105 public on purpose: it opens the demo only
TOWN = "demo"
ZONE = "Asia/Shanghai"
# Requests anybody may follow: number, secret code, and what they show.
TRACKED = (
    ("QNGHE0001F", "DEM0C0DE13", "two departments at work, and a question to the citizen"),
    ("QNGHE00029", "DEM0C0DE25", "answered this week; rate it, or open it again"),
)


def is_loaded() -> bool:
    return Jurisdiction.objects.filter(code=TOWN).exists()


def database_is_empty() -> bool:
    return not (Jurisdiction.objects.exists() or User.objects.exists() or Wave.objects.exists())


def surroundings() -> None:
    """Where nothing else is set: the town's own time, and mail into a folder instead of to anybody."""
    from django.conf import settings

    os.environ.setdefault("OPENHALL_TIME_ZONE", ZONE)
    os.environ.setdefault("OPENHALL_EMAIL_URL", (settings.DATA_DIR / "mail").as_uri())


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
    from openhall import demo_desk, demo_waves, moment  # here, because they bring every action along
    from openhall.actions.hall import set_up
    from openhall.actions.hall_file import read_hall

    with moment.at(demo_desk.beginning()):
        set_up(read_hall((resources.files("openhall") / "demo_hall.toml").read_bytes()))
        _accounts()
    demo_desk.make()
    offices = list(Office.objects.filter(kind=Office.Kind.HALL))
    demo_waves.make(offices, by=User.objects.get(username="analyst"))
    return True


def _accounts() -> None:
    """All with the one password, hashed once."""
    password = make_password(PASSWORD)
    offices = {office.code: office for office in Office.objects.all()}
    User.objects.bulk_create(
        User(
            username=person.username,
            first_name=person.first,
            last_name=person.last,
            role=person.role,
            office=offices.get(person.office),
            email=f"{person.username}@qinghe.example" if person in PEOPLE else "",
            skills=list(person.skills),
            password=password,
        )
        for person in (*PEOPLE, *COLLEAGUES)
    )


__all__ = ["COLLEAGUES", "PASSWORD", "PEOPLE", "TOWN", "TRACKED", "Person", "is_loaded", "load"]

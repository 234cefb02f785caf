"""The hall itself: its name, offices and staff, as whoever runs the machine describes them in a file.

No page reaches this: only the command line does, so there is nobody to ask for a right. Seed 5.3.4.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.language import Wording
from openhall.models import Jurisdiction, Office, User, record


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Person:
    """`office` is the code of the office the person works at, empty for none."""

    username: str
    role: str
    first: str = ""
    last: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    code: str
    name: Wording
    contact: Wording
    offices: Sequence[Place] = ()
    people: Sequence[Person] = ()


@transaction.atomic
def set_up(hall: Hall) -> dict[str, str]:
    """Make the hall as described, or bring it up to date; returns new accounts' first passwords by user name.

    Nobody and nothing is deleted, and no password is changed. BadInput for a person at an office that is not
    listed, NotAllowed where the database holds another hall.
    """
    if Jurisdiction.objects.exclude(code=hall.code).exists():
        raise NotAllowed(N_("This database holds another hall. Use its code, or another database."))
    _check_offices(hall)
    town, _ = Jurisdiction.objects.update_or_create(
        code=hall.code, defaults={"name": dict(hall.name), "contact": dict(hall.contact)}
    )
    for position, place in enumerate(hall.offices, 1):
        values = {"name": dict(place.name), "position": position}
        Office.objects.update_or_create(code=place.code, defaults=values)
    passwords = {person.username: _account(person) for person in hall.people}
    record("hall.described", town, offices=len(hall.offices), people=len(hall.people))
    return {username: password for username, password in passwords.items() if password}


def _check_offices(hall: Hall) -> None:
    codes = {place.code for place in hall.offices}
    lost = [person for person in hall.people if person.office and person.office not in codes]
    if lost:
        where, message, cure = (
            N_("person {name}"),
            N_("there is no office “{office}”."),
            N_("Add it, or take it out."),
        )
        raise BadInput(
            N_("The hall cannot be set up like this."),
            problems=[
                Problem(where, message, cure, {"name": one.username, "office": one.office}) for one in lost
            ],
        )


def _account(person: Person) -> str:
    """The first password where the account is new, else nothing."""
    user, new = User.objects.get_or_create(username=person.username)
    user.role, user.first_name, user.last_name = person.role, person.first, person.last
    user.office = Office.objects.get(code=person.office) if person.office else None
    password = secrets.token_urlsafe(12) if new else ""
    if new:
        user.set_password(password)
    user.save()
    return password

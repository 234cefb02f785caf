"""Set up the hall: its town, calendar, areas, departments, lists, services and staff; again as often as wanted.

The command line calls this when there is nobody yet to ask for a right. Nobody and nothing is deleted. Seed 5.3.4.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.language import Wording
from openhall.models import Area, Competence, Jurisdiction, ListItem, Office, Service, User, record


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the town."""

    code: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Place:
    """An office. `areas` are codes of areas; none means the whole town."""

    code: str
    name: Wording
    kind: str = Office.Kind.HALL.value
    contact: Wording = field(default_factory=dict)
    areas: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the power, responsibility or negative list. `office` is the code of the office it binds."""

    code: str
    kind: str
    title: Wording
    text: Wording = field(default_factory=dict)
    basis: Wording = field(default_factory=dict)
    refer_to: Wording = field(default_factory=dict)
    office: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A service of the catalogue. `lead` and `assisting` are codes of offices, `power` of a list item."""

    code: str
    name: Wording
    description: Wording = field(default_factory=dict)
    group: Wording = field(default_factory=dict)
    keywords: Sequence[str] = ()
    needs_place: bool = False
    demand: str = ""
    power: str = ""
    lead: str = ""
    assisting: Sequence[str] = ()
    skills: Sequence[str] = ()
    resolve_days: int | None = None
    renew_days: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """`office` is the code of the office the person works at, empty for none."""

    username: str
    role: str
    first: str = ""
    last: str = ""
    office: str = ""
    email: str = ""
    skills: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """`calendar` is rules.calendar.Calendar as JSON; None leaves what is set."""

    code: str
    name: Wording
    contact: Wording
    calendar: dict[str, Any] | None = None
    areas: Sequence[Part] = ()
    offices: Sequence[Place] = ()
    items: Sequence[Item] = ()
    services: Sequence[Offered] = ()
    people: Sequence[Person] = ()


@transaction.atomic
def set_up(hall: Hall) -> dict[str, str]:
    """Make the hall as described, or bring it up to date; returns new accounts' first passwords by user name.

    Nobody and nothing is deleted, and no password is changed. BadInput for whatever names an office, area or item that
    is not listed, NotAllowed where the database holds another hall.
    """
    if Jurisdiction.objects.exclude(code=hall.code).exists():
        raise NotAllowed(N_("This database holds another hall. Use its code, or another database."))
    _check(hall)
    town, _ = Jurisdiction.objects.update_or_create(
        code=hall.code, defaults={"name": dict(hall.name), "contact": dict(hall.contact)}
    )
    if hall.calendar is not None:
        town.calendar = hall.calendar
        town.save(update_fields=["calendar"])
    for position, part in enumerate(hall.areas, 1):
        Area.objects.update_or_create(
            code=part.code, defaults={"name": dict(part.name), "position": position}
        )
    for position, place in enumerate(hall.offices, 1):
        _office(place, position)
    for item in hall.items:
        _item(item)
    for position, service in enumerate(hall.services, 1):
        _service(service, position)
    passwords = {person.username: _account(person) for person in hall.people}
    record("hall.described", town, offices=len(hall.offices), people=len(hall.people))
    return {username: password for username, password in passwords.items() if password}


def _check(hall: Hall) -> None:
    """Every name of an office, an area or an item must be listed, here or in the database."""
    offices = {place.code for place in hall.offices}
    areas = {part.code for part in hall.areas} | set(Area.objects.values_list("code", flat=True))
    items = {item.code for item in hall.items} | set(ListItem.objects.values_list("code", flat=True))
    there = offices | set(Office.objects.values_list("code", flat=True))
    no_office = N_("there is no office “{code}”.")
    problems = [
        *_lost(N_("person {name}"), no_office, offices, ((one.username, one.office) for one in hall.people)),
        *_lost(N_("item {name}"), no_office, there, ((one.code, one.office) for one in hall.items)),
        *_lost(
            N_("service {name}"),
            no_office,
            there,
            ((one.code, office) for one in hall.services for office in (one.lead, *one.assisting)),
        ),
        *_lost(
            N_("service {name}"),
            N_("there is no item “{code}”."),
            items,
            ((one.code, one.power) for one in hall.services),
        ),
        *_lost(
            N_("office {name}"),
            N_("there is no area “{code}”."),
            areas,
            ((one.code, area) for one in hall.offices for area in one.areas),
        ),
    ]
    if problems:
        raise BadInput(N_("The hall cannot be set up like this."), problems=problems)


def _lost(place: str, message: str, known: set[str], used: Iterable[tuple[str, str]]) -> list[Problem]:
    cure = N_("Add it, or take it out.")
    return [
        Problem(place, message, cure, {"name": name, "code": code})
        for name, code in used
        if code and code not in known
    ]


def _office(place: Place, position: int) -> None:
    values = {
        "name": dict(place.name),
        "position": position,
        "kind": place.kind,
        "contact": dict(place.contact),
    }
    office, _ = Office.objects.update_or_create(code=place.code, defaults=values)
    office.areas.set(Area.objects.filter(code__in=place.areas))


def _item(item: Item) -> None:
    values = {
        "kind": item.kind,
        "title": dict(item.title),
        "text": dict(item.text),
        "basis": dict(item.basis),
        "refer_to": dict(item.refer_to),
        "office": Office.objects.filter(code=item.office).first(),
    }
    ListItem.objects.update_or_create(code=item.code, defaults=values)


def _service(service: Offered, position: int) -> None:
    values = {
        "name": dict(service.name),
        "description": dict(service.description),
        "group": dict(service.group),
        "keywords": list(service.keywords),
        "needs_place": service.needs_place,
        "demand": service.demand,
        "power": ListItem.objects.filter(code=service.power).first(),
        "skills": list(service.skills),
        "resolve_days": service.resolve_days,
        "renew_days": service.renew_days,
        "position": position,
    }
    row, _ = Service.objects.update_or_create(code=service.code, defaults=values)
    parts = [(service.lead, Competence.Part.LEAD)]
    parts += [(office, Competence.Part.ASSISTING) for office in service.assisting]
    for code, part in parts:
        if code:
            office = Office.objects.get(code=code)
            Competence.objects.update_or_create(
                service=row, area=None, office=office, defaults={"part": part}
            )


def _account(person: Person) -> str:
    """The first password where the account is new, else nothing."""
    user, new = User.objects.get_or_create(username=person.username)
    user.role, user.first_name, user.last_name = person.role, person.first, person.last
    user.office = Office.objects.get(code=person.office) if person.office else None
    user.email, user.skills = person.email or user.email, list(person.skills) or user.skills
    password = secrets.token_urlsafe(12) if new else ""
    if new:
        user.set_password(password)
    user.save()
    return password

"""The hall's own file: town, calendar, areas, departments, lists, services and staff as TOML; see docs/operate.md.

Reading changes nothing: every mistake is collected with its place, and nothing is kept of a file that has one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from openhall.actions.hall import Hall, Item, Offered, Part, Person, Place
from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording
from openhall.models import ListItem, Office
from openhall.rules.calendar import Calendar
from openhall.rules.demand import DemandClass
from openhall.rules.permissions import Role
from openhall.surveys.tables import Table


def read_hall(data: bytes) -> Hall:
    """The description of a hall. BadInput names every mistake with its place."""
    problems: list[Problem] = []
    try:
        root = Table(tomllib.loads(data.decode()), "", problems)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        cure = N_("Correct the file there and try again.")
        raise BadInput(Problem("", N_("this is not TOML: {error}."), cure, {"error": str(error)})) from None
    hall = Hall(
        code=root.needed("code"),
        name=_name(root),
        contact=root.wording("contact"),
        calendar=_calendar(root),
        areas=[_part(table) for table in root.tables("area")],
        offices=[_place(table) for table in root.tables("office")],
        items=[_item(table) for table in root.tables("item")],
        services=[_service(table) for table in root.tables("service")],
        people=[_person(table) for table in root.tables("person")],
    )
    root.close()
    if problems:
        raise BadInput(N_("The hall cannot be set up like this."), problems=problems)
    return hall


def _name(table: Table, name: str = "name") -> Wording:
    said = table.wording(name)
    if not any(said.values()):
        table.problem(N_("{name} is missing."), N_("Add it."), name=name)
    return said


def _calendar(root: Table) -> dict[str, object] | None:
    """As rules.calendar reads it; None where the file says nothing of it."""
    given = root.take("calendar", dict, None)
    if given is None:
        return None
    try:
        return Calendar.from_dict(given).to_dict()
    except BadInput as error:
        root.problems.extend(error.problems)
        return None


def _part(table: Table) -> Part:
    part = Part(table.needed("code"), _name(table))
    table.close()
    return part


def _place(table: Table) -> Place:
    place = Place(
        table.needed("code"),
        _name(table),
        kind=table.choice("kind", _words(Office.Kind.values), Office.Kind.HALL.value),
        contact=table.wording("contact"),
        areas=table.texts("areas"),
    )
    table.close()
    return place


def _item(table: Table) -> Item:
    table.needed("kind")
    item = Item(
        table.needed("code"),
        kind=table.choice("kind", _words(ListItem.Kind.values), ""),
        title=_name(table, "title"),
        text=table.wording("text"),
        basis=table.wording("basis"),
        refer_to=table.wording("refer_to"),
        office=table.text("office"),
    )
    table.close()
    return item


def _service(table: Table) -> Offered:
    service = Offered(
        table.needed("code"),
        name=_name(table),
        description=table.wording("description"),
        group=table.wording("group"),
        keywords=table.texts("keywords"),
        needs_place=table.take("needs_place", bool, False),
        demand=table.choice("demand", _words(list(DemandClass)), ""),
        power=table.text("power"),
        lead=table.text("lead"),
        assisting=table.texts("assisting"),
        skills=table.texts("skills"),
        resolve_days=_days(table, "resolve_days"),
        renew_days=_days(table, "renew_days"),
    )
    table.close()
    return service


def _days(table: Table, name: str) -> int | None:
    days = table.take(name, int, None)
    if days is not None and not 1 <= days <= 3650:
        table.problem(N_("{name} must be between 1 and 3650."), name=name)
        return None
    return days


def _person(table: Table) -> Person:
    table.needed("role")
    person = Person(
        username=table.needed("username"),
        role=table.choice("role", _words(list(Role)), ""),
        first=table.text("first"),
        last=table.text("last"),
        office=table.text("office"),
        email=table.text("email"),
        skills=table.texts("skills"),
    )
    table.close()
    return person


def _words(values: list[str]) -> Mapping[str, str]:
    return {str(value): str(value) for value in values}

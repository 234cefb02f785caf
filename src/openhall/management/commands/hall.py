"""`openhall django hall FILE`: set up a hall from a TOML file. docs/operate.md shows one."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from openhall.actions.hall import Hall, Person, Place, set_up
from openhall.errors import N_, BadInput, OpenHallError, Problem
from openhall.language import Wording
from openhall.rules.permissions import Role
from openhall.surveys.files import read_bytes
from openhall.surveys.tables import Table


class Command(BaseCommand):
    help = "Set up the hall, its offices and its staff from a TOML file, or bring them up to date."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            passwords = set_up(read_hall(read_bytes(file, name=file.name)))
        except BadInput as error:
            raise CommandError("\n".join(error.lines())) from None
        except OpenHallError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("The hall is set up.")
        for username, password in passwords.items():
            self.stdout.write(f"  New account {username}, first password {password}")
        if passwords:
            self.stdout.write(
                "  The passwords are shown this once; “openhall django changepassword NAME” sets another."
            )


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
        offices=[_place(table) for table in root.tables("office")],
        people=[_person(table) for table in root.tables("person")],
    )
    root.close()
    if problems:
        raise BadInput(N_("The hall cannot be set up like this."), problems=problems)
    return hall


def _name(table: Table) -> Wording:
    name = table.wording("name")
    if not any(name.values()):
        table.problem(N_("{name} is missing."), N_("Add it."), name="name")
    return name


def _place(table: Table) -> Place:
    place = Place(table.needed("code"), _name(table))
    table.close()
    return place


def _person(table: Table) -> Person:
    roles = {role.value: role.value for role in Role}
    table.needed("role")
    person = Person(
        username=table.needed("username"),
        role=table.choice("role", roles, ""),
        first=table.text("first"),
        last=table.text("last"),
        office=table.text("office"),
    )
    table.close()
    return person

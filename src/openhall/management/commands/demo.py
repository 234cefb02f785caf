"""`openhall demo`: load the demo town into an empty database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from openhall import demo
from openhall.errors import OpenHallError
from openhall.surveys.codes import pretty


class Command(BaseCommand):
    help = "Load the demo town into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            new = demo.load()
        except OpenHallError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("The demo town is loaded." if new else "The demo town is already there.")
        for person in demo.PEOPLE:
            self.stdout.write(f"  {person.username:<14} {person.task}")
        self.stdout.write(f"  Password of all accounts: {demo.PASSWORD}")
        for number, code, shows in demo.TRACKED:
            self.stdout.write(f"  Request {pretty(number)}, code {pretty(code)}: {shows}")

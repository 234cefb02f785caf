"""`openhall demo`: the demo town in an empty database, and as many generated answers and requests as one likes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from openhall import demo
from openhall.errors import OpenHallError
from openhall.surveys.codes import pretty


class Command(BaseCommand):
    help = "Load the demo town into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--responses", type=int, default=0, help="generated answers of a large wave")
        parser.add_argument("--requests", type=int, default=0, help="generated service requests")

    def handle(self, *args: Any, **options: Any) -> None:
        responses, requests = options.get("responses", 0), options.get("requests", 0)
        try:
            new = self._at_size(responses, requests) if responses or requests else demo.load()
        except OpenHallError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("The demo town is loaded." if new else "The demo town is already there.")
        self._say_stands()
        for person in demo.PEOPLE:
            self.stdout.write(f"  {person.username:<14} {person.task}")
        self.stdout.write(f"  Password of all accounts: {demo.PASSWORD}")
        for number, code, shows in demo.TRACKED:
            self.stdout.write(f"  Request {pretty(number)}, code {pretty(code)}: {shows}")

    def _at_size(self, responses: int, requests: int) -> bool:
        from openhall.demo_size import loading

        try:
            new, _stands = loading.load(responses=responses, requests=requests)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. What is there is whole, the rest is not there.")
            self._say_stands()
            raise
        return new

    def _say_stands(self) -> None:
        """What was generated, and what to do where something is missing."""
        from openhall.demo_size import loading

        stands = loading.stands()
        for what, there in stands.items():
            self.stdout.write(f"  Generated {what}: {there}{'' if there.whole else ', not finished'}")
        if not all(there.whole for there in stands.values()):
            options = " ".join(f"--{_OPTION[what]} {there.wanted}" for what, there in stands.items())
            self.stdout.write(f"  To go on: openhall demo {options}")
            self.stdout.write("  To begin anew: set OPENHALL_DATA_DIR to a new folder.")


_OPTION = {"answers": "responses", "requests": "requests"}
